/* SPDX-License-Identifier: Apache-2.0 */
/* session, spent, idempotency */
#include "server/store/sessions.h"

#include "server/store/changes.h"
#include "server/store/row.h"

enum { PURGE_MAX = 1000 };

/* --- session --- */

static const char session_add[] =
	"INSERT INTO session (id, facility_no, account_no, device_no, thumbprint, rotated_ms,"
	" idem_key, key_n, verifier, client, epoch, ends_ms)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
static const char session_find[] =
	"SELECT id, facility_no, account_no, device_no, thumbprint, counter, rotated_ms, idem_key,"
	" key_n, verifier, misses, client, epoch, ends_ms, ended_ms FROM session WHERE id = $1";
static const char session_rotate[] =
	"UPDATE session SET counter = counter + 1, rotated_ms = $4, idem_key = $3, misses = 0"
	" WHERE id = $1 AND counter = $2 AND ended_ms = 0";
static const char session_device[] =
	"UPDATE session SET device_no = $2 WHERE id = $1 AND device_no = 0";
static const char session_renew[] =
	"UPDATE session SET counter = counter + 1, rotated_ms = $3, verifier = $4, key_n = $5,"
	" epoch = $6, idem_key = NULL, misses = 0"
	" WHERE id = $1 AND counter = $2 AND ended_ms = 0";
static const char session_miss[] =
	"UPDATE session SET misses = misses + 1 WHERE id = $1 AND ended_ms = 0 RETURNING misses";
static const char session_end[] =
	"UPDATE session SET ended_ms = CASE WHEN ended_ms = 0 THEN $2 ELSE ended_ms END"
	" WHERE id = $1";

int store_session_add(struct db *db, const struct store_session *session)
{
	int r = row_change(db, session_add,
			   DB_ARGS(db_blob(session->id), db_int(session->facility_no),
				   db_int(session->account_no), db_int(session->device_no),
				   db_text(session->thumbprint), db_int(session->rotated_ms),
				   db_blob(session->idem_key), db_int(session->key_n),
				   db_blob(session->verifier), db_text(session->client),
				   db_int(session->epoch), db_int(session->ends_ms)),
			   STORE_CONFLICT);
	return r < 0 ? PASS(r) : r;
}

static int session_read(struct row *row, struct store_session *ret_session)
{
	struct store_session session = {
		.id = row_str(row, 0),
		.facility_no = row_int(row, 1),
		.account_no = row_int(row, 2),
		.device_no = row_int(row, 3),
		.thumbprint = row_str(row, 4),
		.counter = row_int(row, 5),
		.rotated_ms = row_int(row, 6),
		.idem_key = row_str(row, 7),
		.key_n = row_int(row, 8),
		.verifier = row_str(row, 9),
		.misses = row_int(row, 10),
		.client = row_str(row, 11),
		.epoch = row_int(row, 12),
		.ends_ms = row_int(row, 13),
		.ended_ms = row_int(row, 14),
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_session = session;
	return 0;
}

int store_session_find(struct db *db, struct arena *arena, struct str id,
		       struct store_session *ret_session)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, session_find, DB_ARGS(db_blob(id)), &row);
	if (r == 0)
		r = session_read(&row, ret_session);
	return r < 0 ? PASS(r) : r;
}

int store_session_rotate(struct db *db, struct str id, int64_t counter, struct str idem_key,
			 int64_t now_ms)
{
	int r = row_change(db, session_rotate,
			   DB_ARGS(db_blob(id), db_int(counter), db_blob(idem_key), db_int(now_ms)),
			   STORE_STALE);
	return r < 0 ? PASS(r) : r;
}

int store_session_device_set(struct db *db, struct str id, int64_t device_no, int64_t now_ms)
{
	int r = row_change(db, session_device, DB_ARGS(db_blob(id), db_int(device_no)),
			   STORE_STALE);
	if (r == 0)
		r = store_change_add(db, STORE_CHANGE_SESSION, id, now_ms);
	return r < 0 ? PASS(r) : r;
}

int store_session_renew(struct db *db, const struct store_session *session)
{
	int r = row_change(db, session_renew,
			   DB_ARGS(db_blob(session->id), db_int(session->counter),
				   db_int(session->rotated_ms), db_blob(session->verifier),
				   db_int(session->key_n), db_int(session->epoch)),
			   STORE_STALE);
	return r < 0 ? PASS(r) : r;
}

int store_session_miss(struct db *db, struct str id, int64_t *ret_misses)
{
	int r = row_returning(db, session_miss, DB_ARGS(db_blob(id)), ret_misses);
	return r < 0 ? PASS(r) : r;
}

int store_session_end(struct db *db, struct str id, int64_t now_ms)
{
	int r = row_change(db, session_end, DB_ARGS(db_blob(id), db_int(now_ms)), STORE_NOT_FOUND);
	if (r == 0)
		r = store_change_add(db, STORE_CHANGE_SESSION, id, now_ms);
	return r < 0 ? PASS(r) : r;
}

static const char session_held[] =
	"SELECT 1 FROM account JOIN session ON session.account_no = account.no"
	" WHERE account.facility_no = $1 AND kind = $2 AND ended_ms = 0 AND rotated_ms > $3"
	" AND ends_ms > $4 AND session.epoch = account.epoch AND active = 1 LIMIT 1";

int store_session_held(struct db *db, int64_t facility_no, int64_t kind, int64_t since_ms,
		       int64_t now_ms)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, session_held,
			 DB_ARGS(db_int(facility_no), db_int(kind), db_int(since_ms),
				 db_int(now_ms)),
			 &row);
	return r < 0 ? PASS(r) : r;
}

/* --- spent --- */

static const char spent_add[] = "INSERT INTO spent (kind, digest, until_ms) VALUES ($1, $2, $3)"
				" ON CONFLICT DO NOTHING";
static const char spent_purge[] = "DELETE FROM spent WHERE (kind, digest) IN"
				  " (SELECT kind, digest FROM spent WHERE until_ms < $1 LIMIT $2)";
static const char idempotency_purge[] =
	"DELETE FROM idempotency WHERE (facility_no, account_no, key_hash) IN"
	" (SELECT facility_no, account_no, key_hash FROM idempotency WHERE until_ms < $1 LIMIT $2)";

int store_spent_add(struct db *db, enum store_spent_kind kind, struct str digest, int64_t until_ms)
{
	int r = row_change(db, spent_add, DB_ARGS(db_int(kind), db_blob(digest), db_int(until_ms)),
			   STORE_CONFLICT);
	return r < 0 ? PASS(r) : r;
}

int store_spent_purge(struct db *db, int64_t now_ms)
{
	int r = row_run(db, spent_purge, DB_ARGS(db_int(now_ms), db_int(PURGE_MAX)), NULL);
	if (r == 0)
		r = row_run(db, idempotency_purge, DB_ARGS(db_int(now_ms), db_int(PURGE_MAX)),
			    NULL);
	return r ? FOLD(r) : 0;
}

/* --- idempotency --- */

static const char idempotency_put[] =
	"INSERT INTO idempotency (facility_no, account_no, key_hash, request_hash, reply,"
	" until_ms) VALUES ($1, $2, $3, $4, $5, $6)"
	" ON CONFLICT (facility_no, account_no, key_hash) DO UPDATE"
	" SET request_hash = excluded.request_hash, reply = excluded.reply,"
	" until_ms = excluded.until_ms";
static const char idempotency_find[] =
	"SELECT key_hash, request_hash, reply, until_ms FROM idempotency"
	" WHERE facility_no = $1 AND account_no = $2 AND key_hash = $3 AND until_ms > $4";

int store_idempotency_put(struct db *db, int64_t facility_no, int64_t account_no,
			  const struct store_idempotency *row)
{
	int r = row_run(db, idempotency_put,
			DB_ARGS(db_int(facility_no), db_int(account_no), db_blob(row->key_hash),
				db_blob(row->request_hash), db_blob(row->reply),
				db_int(row->until_ms)),
			NULL);
	return r ? FOLD(r) : 0;
}

int store_idempotency_find(struct db *db, struct arena *arena, int64_t facility_no,
			   int64_t account_no, struct str key_hash, int64_t now_ms,
			   struct store_idempotency *ret_row)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, idempotency_find,
			 DB_ARGS(db_int(facility_no), db_int(account_no), db_blob(key_hash),
				 db_int(now_ms)),
			 &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct store_idempotency found = {
		.key_hash = row_str(&row, 0),
		.request_hash = row_str(&row, 1),
		.reply = row_str(&row, 2),
		.until_ms = row_int(&row, 3),
	};
	r = row_end(&row);
	if (r < 0)
		return PASS(r);
	*ret_row = found;
	return 0;
}
