/* SPDX-License-Identifier: Apache-2.0 */
/* A facility's code as people type it, for the first start and for one more facility. */
#pragma once

#include "workstation/faces/faces.h"

/* Folds the code in its place; what is wrong is noted at field. Problem: FACE_DESK_FIELDS. */
MUST_CHECK int face_code_fold(struct face_call *call, struct str field, struct str *code);

/* An absent address is good. Problem: FACE_DESK_FIELDS, at field. */
MUST_CHECK int face_service_check(struct face_call *call, struct str field, struct str service);
