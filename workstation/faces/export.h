/* SPDX-License-Identifier: Apache-2.0 */
/* 書き出す: what a list shows, and all of it, as a file for a spreadsheet. */
#pragma once

#include "workstation/faces/faces.h"

/*
 * {list: "charts"|"results"|"monthly", charset: "utf8"|"cp932", ask: what that call is asked for} →
 * {rows, lost: [{row, name, column, characters}], lost_count}: nothing is written out yet.
 */
int face_export_look(struct face_call *call);
/*
 * The same and {lost_count} as it was shown → the file. That it was taken is kept among the jobs:
 * who, when, which list, how many.
 */
int face_export_take(struct face_call *call);
