/* SPDX-License-Identifier: Apache-2.0 */
/* 要判断: whose a result is; and one result with all it says. */
#pragma once

#include "workstation/faces/faces.h"

int face_result(struct face_call *call); /* {id} → {result, qualifications, raw, entry} */
int face_decide(struct face_call *call); /* {id} → the same, and {why, candidates, proposed} */
int face_result_link(struct face_call *call); /* {id, chart, qualification?, remember?} → {chart} */
int face_result_new(struct face_call *call);	/* {id, qualification?} → {chart} */
int face_result_unlink(struct face_call *call); /* {id} → {exact} */
int face_result_relink(struct face_call *call); /* {id, chart, qualification?} → {exact, chart} */
