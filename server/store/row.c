/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/row.h"

static int store_answer(int r)
{
	if (r == DB_BUSY)
		return RAISE(EBUSY);
	if (r == DB_CONFLICT)
		return STORE_CONFLICT;
	if (r == DB_END)
		return STORE_NOT_FOUND;
	return r < 0 ? PASS(r) : 0;
}

void row_close(struct row *row)
{
	db_rows_close(row->rows);
	row->rows = NULL;
}

int row_query(struct db *db, struct arena *arena, const char *sql, const struct db_value *args,
	      size_t args_count, struct row *ret_row)
{
	*ret_row = (struct row){.arena = arena};
	return store_answer(db_query(db, sql, args, args_count, &ret_row->rows));
}

int row_next(struct row *row)
{
	return store_answer(db_next(row->rows));
}

int row_find(struct db *db, struct arena *arena, const char *sql, const struct db_value *args,
	     size_t args_count, struct row *ret_row)
{
	int r = row_query(db, arena, sql, args, args_count, ret_row);
	if (r == 0)
		r = row_next(ret_row);
	return r < 0 ? PASS(r) : r;
}

int64_t row_int(struct row *row, int column)
{
	return db_column_int(row->rows, column);
}

struct str row_view(struct row *row, int column)
{
	return db_column_blob(row->rows, column);
}

struct str row_str(struct row *row, int column)
{
	struct str bytes = db_column_blob(row->rows, column), copy;
	if (!bytes.ptr)
		return bytes;
	if (arena_copy(row->arena, bytes, &copy) < 0) {
		row->failed = true;
		return (struct str){0};
	}
	return copy;
}

int row_end(const struct row *row)
{
	return row->failed ? RAISE(ENOMEM) : 0;
}

int row_run(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
	    int64_t *ret_changed)
{
	return store_answer(db_run(db, sql, args, args_count, ret_changed));
}

int row_change(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
	       enum store_outcome nothing)
{
	int64_t changed;
	int r = row_run(db, sql, args, args_count, &changed);
	if (r)
		return r < 0 ? PASS(r) : r;
	return changed ? 0 : (int)nothing;
}

int row_returning(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		  int64_t *ret_number)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, sql, args, args_count, &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_number = row_int(&row, 0);
	/* To the end: outside a transaction that is what commits it. */
	r = row_next(&row);
	if (r < 0)
		return PASS(r);
	return 0;
}
