/* SPDX-License-Identifier: Apache-2.0 */
/* change, change_last */
#include "server/store/changes.h"

#include <assert.h>

#include "server/store/row.h"

enum {
	PURGE_MAX = 1000,
	NUMBER_BYTES = 8,
};

static const char last_raise[] = "UPDATE change_last SET no = no + 1 WHERE one = 1 RETURNING no";
static const char last_read[] = "SELECT no FROM change_last WHERE one = 1";
static const char change_add[] =
	"INSERT INTO change (no, kind, subject, at_ms) VALUES ($1, $2, $3, $4)";
static const char changes_read[] =
	"SELECT no, kind, subject FROM change WHERE no > $1 ORDER BY no LIMIT $2";
static const char changes_purge[] =
	"DELETE FROM change WHERE no IN"
	" (SELECT no FROM change WHERE at_ms < $1 ORDER BY no LIMIT $2)";

int store_change_add(struct db *db, enum store_change_kind kind, struct str subject, int64_t now_ms)
{
	assert(subject.len > 0 && subject.len <= STORE_ID_BYTES);
	int64_t no;
	int r = row_returning(db, last_raise, DB_NO_ARGS, &no);
	if (r)
		return FOLD(r);
	r = row_run(db, change_add,
		    DB_ARGS(db_int(no), db_int(kind), db_blob(subject), db_int(now_ms)), NULL);
	return r ? FOLD(r) : 0;
}

int store_change_number_add(struct db *db, enum store_change_kind kind, int64_t number,
			    int64_t now_ms)
{
	unsigned char bytes[NUMBER_BYTES];
	for (size_t i = 0; i < NUMBER_BYTES; i++)
		bytes[i] = (unsigned char)((uint64_t)number >> (8 * (NUMBER_BYTES - 1 - i)));
	int r = store_change_add(db, kind, str_bytes(bytes, sizeof bytes), now_ms);
	return r ? PASS(r) : 0;
}

int64_t store_change_number(const struct store_change *change)
{
	uint64_t number = 0;
	for (size_t i = 0; i < NUMBER_BYTES; i++)
		number = number << 8 | change->subject[i];
	return (int64_t)number;
}

int store_change_last(struct db *db, int64_t *ret_no)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, last_read, DB_NO_ARGS, &row);
	if (r)
		return FOLD(r);
	*ret_no = row_int(&row, 0);
	return 0;
}

static void change_take(struct row *row, struct store_change *change)
{
	struct str subject = db_column_blob(row->rows, 2);
	*change = (struct store_change){.no = row_int(row, 0), .kind = row_int(row, 1)};
	if (subject.len && subject.len <= sizeof change->subject)
		memcpy(change->subject, subject.ptr, subject.len);
}

int store_changes_read(struct db *db, int64_t after,
		       struct store_change ret_changes[STORE_CHANGES_MAX], size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	int r = row_query(db, NULL, changes_read, DB_ARGS(db_int(after), db_int(STORE_CHANGES_MAX)),
			  &row);
	if (r)
		return FOLD(r);
	size_t count = 0;
	while (count < STORE_CHANGES_MAX && (r = row_next(&row)) == 0)
		change_take(&row, &ret_changes[count++]);
	if (r < 0)
		return PASS(r);
	*ret_count = count;
	return 0;
}

int store_changes_purge(struct db *db, int64_t at_ms)
{
	int r = row_run(db, changes_purge, DB_ARGS(db_int(at_ms), db_int(PURGE_MAX)), NULL);
	return r ? FOLD(r) : 0;
}
