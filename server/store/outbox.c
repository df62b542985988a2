/* SPDX-License-Identifier: Apache-2.0 */
/* outbox */
#include "server/store/outbox.h"

#include <assert.h>

#include "server/store/row.h"

#define COLUMNS "id, facility_no, kind, body, made_ms, next_ms, tries, until_ms, dead_ms"
static const char outbox_add[] =
	"INSERT INTO outbox (id, facility_no, kind, body, made_ms, next_ms, until_ms)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char outbox_due[] =
	"SELECT " COLUMNS " FROM outbox WHERE dead_ms = 0 AND next_ms <= $1"
	" ORDER BY next_ms, id LIMIT 1";
static const char outbox_claim[] = "UPDATE outbox SET tries = tries + 1, next_ms = $3"
				   " WHERE id = $1 AND tries = $2 AND dead_ms = 0";
static const char outbox_put_off[] = "UPDATE outbox SET next_ms = $2 WHERE id = $1";
static const char outbox_remove[] = "DELETE FROM outbox WHERE id = $1";
static const char outbox_bury[] =
	"UPDATE outbox SET dead_ms = $2, body = CASE WHEN $3 = 1 THEN NULL ELSE body END"
	" WHERE id = $1";
static const char outbox_revive[] = "UPDATE outbox SET dead_ms = 0, tries = 0, next_ms = $2"
				    " WHERE id = $1 AND dead_ms > 0 AND body IS NOT NULL";
static const char outbox_expire[] = "UPDATE outbox SET dead_ms = $1, body = NULL"
				    " WHERE dead_ms = 0 AND until_ms > 0 AND until_ms <= $1";
static const char outbox_purge[] = "DELETE FROM outbox WHERE dead_ms > 0 AND dead_ms < $1";
static const char outbox_list[] = "SELECT " COLUMNS " FROM outbox WHERE (dead_ms > 0) = ($1 = 1)"
				  " ORDER BY made_ms, id LIMIT $2";

int store_outbox_add(struct db *db, const struct store_mail *mail)
{
	assert(mail->id.len == STORE_ID_BYTES);
	int r = row_run(db, outbox_add,
			DB_ARGS(db_blob(mail->id), db_int(mail->facility_no), db_int(mail->kind),
				db_blob(mail->body), db_int(mail->made_ms), db_int(mail->next_ms),
				db_int(mail->until_ms)),
			NULL);
	return r ? FOLD(r) : 0;
}

static int mail_read(struct row *row, struct store_mail *ret_mail)
{
	struct store_mail mail = {
		.id = row_str(row, 0),
		.facility_no = row_int(row, 1),
		.kind = row_int(row, 2),
		.body = row_str(row, 3),
		.made_ms = row_int(row, 4),
		.next_ms = row_int(row, 5),
		.tries = row_int(row, 6),
		.until_ms = row_int(row, 7),
		.dead_ms = row_int(row, 8),
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_mail = mail;
	return 0;
}

int store_outbox_due(struct db *db, struct arena *arena, int64_t now_ms,
		     struct store_mail *ret_mail)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, outbox_due, DB_ARGS(db_int(now_ms)), &row);
	if (r == 0)
		r = mail_read(&row, ret_mail);
	return r < 0 ? PASS(r) : r;
}

int store_outbox_claim(struct db *db, const struct store_mail *mail, int64_t next_ms)
{
	int r = row_change(db, outbox_claim,
			   DB_ARGS(db_blob(mail->id), db_int(mail->tries), db_int(next_ms)),
			   STORE_STALE);
	return r < 0 ? PASS(r) : r;
}

int store_outbox_put_off(struct db *db, struct str id, int64_t next_ms)
{
	int r = row_change(db, outbox_put_off, DB_ARGS(db_blob(id), db_int(next_ms)),
			   STORE_NOT_FOUND);
	return r < 0 ? PASS(r) : r;
}

int store_outbox_remove(struct db *db, struct str id)
{
	int r = row_change(db, outbox_remove, DB_ARGS(db_blob(id)), STORE_NOT_FOUND);
	return r < 0 ? PASS(r) : r;
}

int store_outbox_bury(struct db *db, struct str id, bool erase, int64_t now_ms)
{
	int r = row_change(db, outbox_bury, DB_ARGS(db_blob(id), db_int(now_ms), db_int(erase)),
			   STORE_NOT_FOUND);
	return r < 0 ? PASS(r) : r;
}

int store_outbox_revive(struct db *db, struct str id, int64_t now_ms)
{
	int r = row_change(db, outbox_revive, DB_ARGS(db_blob(id), db_int(now_ms)),
			   STORE_NOT_FOUND);
	return r < 0 ? PASS(r) : r;
}

int store_outbox_expire(struct db *db, int64_t now_ms)
{
	int r = row_run(db, outbox_expire, DB_ARGS(db_int(now_ms)), NULL);
	return r ? FOLD(r) : 0;
}

int store_outbox_purge(struct db *db, int64_t at_ms)
{
	int r = row_run(db, outbox_purge, DB_ARGS(db_int(at_ms)), NULL);
	return r ? FOLD(r) : 0;
}

int store_outbox_list(struct db *db, struct arena *arena, bool dead, struct store_mail **ret_mails,
		      size_t *ret_count)
{
	struct store_mail *mails = arena_array(arena, STORE_OUTBOX_LIST_MAX, sizeof *mails);
	if (!mails)
		return RAISE(ENOMEM);
	struct row row AUTO(row_close) = {0};
	int r = row_query(db, arena, outbox_list,
			  DB_ARGS(db_int(dead), db_int(STORE_OUTBOX_LIST_MAX)), &row);
	size_t count = 0;
	while (r == 0 && (r = row_next(&row)) == 0) {
		r = mail_read(&row, &mails[count]);
		mails[count++].body = (struct str){0};
	}
	if (r < 0)
		return PASS(r);
	*ret_mails = mails;
	*ret_count = count;
	return 0;
}

static const char outbox_dead[] = "SELECT count(*) FROM outbox WHERE dead_ms > $1";

int store_outbox_dead(struct db *db, int64_t since_ms, int64_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, outbox_dead, DB_ARGS(db_int(since_ms)), &row);
	if (r)
		return FOLD(r);
	*ret_count = row_int(&row, 0);
	return 0;
}
