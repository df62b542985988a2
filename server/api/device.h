/* SPDX-License-Identifier: Apache-2.0 */
/* What activation and reader login have in common. */
#pragma once

#include "server/api/call.h"

/* 0, faults, or the problem for an outcome (enum device_outcome) of the auth room. */
int device_problem(int r);
