/* SPDX-License-Identifier: Apache-2.0 */
/* 照会番号の食い違い: numbers that the service did not take. */
#pragma once

#include "workstation/faces/faces.h"

/* {} → {conflicts: [{id, chart, name, number, held?, holder?, code}]} */
int face_conflicts(struct face_call *call);
/* {id, word: held|replace|next|leave} → {} */
int face_conflict_settle(struct face_call *call);
