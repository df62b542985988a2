/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of each list that can be written out. */
#pragma once

#include "workstation/faces/faces.h"
#include "workstation/tables/sheet.h"

enum export_list {
	EXPORT_CHARTS,	/* headings as an import knows them (workstation/import/columns.def) */
	EXPORT_RESULTS, /* newest first, one row a confirmation */
	EXPORT_MONTHLY,
	EXPORT_LISTS,
};

extern const struct sheet_heading export_headings[EXPORT_LISTS];

/*
 * Every row that call->in asks for, however many. Outcome: FACE_DESK_FIELDS. Faults: the store's;
 * those of the sheet are told at its end.
 */
MUST_CHECK int export_rows(struct face_call *call, enum export_list list, struct sheet *sheet);
