/* SPDX-License-Identifier: Apache-2.0 */
/* The first start: a vault for this PC, its first facility and its first staff. */
#pragma once

#include "workstation/faces/faces.h"

/*
 * {facility, facility_name, service, staff, staff_name, password} → {recovery}: the recovery key,
 * told this once. Problems: FACE_DESK_FIELDS, FACE_DESK_SETUP_DONE.
 */
MUST_CHECK int face_setup(struct face_call *call);
