/* SPDX-License-Identifier: Apache-2.0 */
/* 患者一覧の取り込み: a file of another program, its columns, a look and a run. */
#pragma once

#include "workstation/faces/faces.h"

/* {} → {unfinished: line of the last run that did not reach its end, or 0} */
int face_import_state(struct face_call *call);
/* {file: base64} → the shape: charset, separator, heading, columns, the first rows as read */
int face_import_open(struct face_call *call);
/* {charset, separator, heading, columns?: [name]} → the shape; without columns they are guessed */
int face_import_shape(struct face_call *call);
/* {dry, fills} → {} */
int face_import_begin(struct face_call *call);
/* {} → {over, per_mille, counts, told}; rows are taken, one transaction */
int face_import_step(struct face_call *call);
/* {} → {csv}: what the last run refused */
int face_import_refused(struct face_call *call);
/* {} → {}: the file is forgotten */
int face_import_drop(struct face_call *call);
