/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the room: from lib/db's answers to the store's, and from columns to struct members. A
 * column that finds no memory makes the row sticky-bad; row_end says it once.
 */
#pragma once

#include "server/store/store.h"

struct row {
	struct db_rows *rows;
	struct arena *arena;
	bool failed;
};

void row_close(struct row *row);

/* Rows of a query, copied into arena (may be NULL when only numbers are read). */
MUST_CHECK int row_query(struct db *db, struct arena *arena, const char *sql,
			 const struct db_value *args, size_t args_count, struct row *ret_row);
/* Outcome: STORE_NOT_FOUND - there is no row any more. */
MUST_CHECK int row_next(struct row *row);
/* Both in one: the only row there can be. */
MUST_CHECK int row_find(struct db *db, struct arena *arena, const char *sql,
			const struct db_value *args, size_t args_count, struct row *ret_row);

int64_t row_int(struct row *row, int column);
/* Text or bytes, copied; NULL is absent. */
struct str row_str(struct row *row, int column);
/* The same, borrowed until the next row_next or row_close. */
struct str row_view(struct row *row, int column);
/* Fault: -ENOMEM, when a column found none. */
MUST_CHECK int row_end(const struct row *row);

/* A statement without rows. Outcome: STORE_CONFLICT. */
MUST_CHECK int row_run(struct db *db, const char *sql, const struct db_value *args,
		       size_t args_count, int64_t *ret_changed);
/* As row_run; none changed is the outcome nothing. */
MUST_CHECK int row_change(struct db *db, const char *sql, const struct db_value *args,
			  size_t args_count, enum store_outcome nothing);
/* INSERT … RETURNING one number. Outcomes: STORE_CONFLICT, STORE_NOT_FOUND (no row came). */
MUST_CHECK int row_returning(struct db *db, const char *sql, const struct db_value *args,
			     size_t args_count, int64_t *ret_number);
