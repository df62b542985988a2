/* SPDX-License-Identifier: Apache-2.0 */
/* What the calls for one and for many 照会番号 have in common. */
#pragma once

#include "lib/wire/problem.h"
#include "server/eligibility/reference.h"

enum wire_problem reference_problem(enum reference_outcome outcome);
