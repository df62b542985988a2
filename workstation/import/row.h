/* SPDX-License-Identifier: Apache-2.0 */
/* One row of a patient list, read as a chart and its insurance. Pure. */
#pragma once

#include "workstation/desk/edit.h"
#include "workstation/import/columns.h"

/* A sentence at a column: the row is left out (is_wrong), or taken all the same. */
struct import_note {
	enum import_column column; /* IMPORT_NONE: the row as a whole */
	bool is_wrong;
	struct str text; /* Japanese */
};

enum { IMPORT_NOTES_MAX = 24 };

struct import_notes {
	struct import_note items[IMPORT_NOTES_MAX];
	size_t count, wrong_count;
};

void import_note_add(struct import_notes *notes, enum import_column column, bool is_wrong,
		     struct str text);

struct import_row {
	struct edit edit; /* its chart's number is 0, the reference the file's, or absent */
	bool has_insurance;
	struct insurance insurance; /* confirmed_at "": nobody has asked the service yet */
};

/*
 * The cells by the mapping; today is the day an insurance begins that says no day. What cannot be
 * read is noted, and the row stays as far as it was read. Texts borrow from the row or lie in the
 * arena. Fault: -ENOMEM.
 */
MUST_CHECK int import_row_read(struct arena *arena, const struct import_mapping *mapping,
			       const struct csv_row *cells, int today, struct import_row *ret_row,
			       struct import_notes *ret_notes);
