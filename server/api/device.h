/* SPDX-License-Identifier: Apache-2.0 */
/* What activation and reader login have in common. */
#pragma once

#include "server/api/call.h"

/* 0, faults, or the problem for an outcome (enum device_outcome) of the auth room. */
int device_problem(int r);

/* The facility's mail about a device that was added; in the call's transaction. */
MUST_CHECK int device_tell(struct api_call *call, struct db *db, int64_t facility_no,
			   int64_t account_no);
