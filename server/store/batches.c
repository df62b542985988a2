/* SPDX-License-Identifier: Apache-2.0 */
/* register_batch, register_refusal */
#include "server/store/batches.h"

#include "server/store/row.h"

static const char batch_get[] =
	"SELECT id, rows_done, refused, state, ended_ms FROM register_batch WHERE id = $1";
static const char batch_add[] =
	"INSERT INTO register_batch (id, rows_done, refused, state, ended_ms)"
	" VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
static const char batch_move[] =
	"UPDATE register_batch SET rows_done = $2, refused = $3, state = $4, ended_ms = $5"
	" WHERE id = $1 AND rows_done = $6 AND ended_ms = 0";
static const char refusal_add[] =
	"INSERT INTO register_refusal (batch_id, row_no, code) VALUES ($1, $2, $3)";
static const char refusals_list[] = "SELECT row_no, code FROM register_refusal"
				    " WHERE batch_id = $1 AND row_no > $2 ORDER BY row_no LIMIT $3";

int store_batch_get(struct db *db, struct arena *arena, struct str id,
		    struct store_batch *ret_batch)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, batch_get, DB_ARGS(db_text(id)), &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct store_batch batch = {
		.id = row_str(&row, 0),
		.rows = row_int(&row, 1),
		.refused = row_int(&row, 2),
		.state = row_str(&row, 3),
		.ended_ms = row_int(&row, 4),
	};
	r = row_end(&row);
	if (r < 0)
		return PASS(r);
	*ret_batch = batch;
	return 0;
}

int store_batch_put(struct db *db, const struct store_batch *batch, int64_t from)
{
	int r = STORE_STALE;
	if (from == 0)
		r = row_change(db, batch_add,
			       DB_ARGS(db_text(batch->id), db_int(batch->rows),
				       db_int(batch->refused), db_blob(batch->state),
				       db_int(batch->ended_ms)),
			       STORE_STALE);
	if (r == STORE_STALE)
		r = row_change(db, batch_move,
			       DB_ARGS(db_text(batch->id), db_int(batch->rows),
				       db_int(batch->refused), db_blob(batch->state),
				       db_int(batch->ended_ms), db_int(from)),
			       STORE_STALE);
	return r < 0 ? PASS(r) : r;
}

int store_refusal_add(struct db *db, struct str batch_id, const struct store_refusal *refusal)
{
	int r = row_run(db, refusal_add,
			DB_ARGS(db_text(batch_id), db_int(refusal->row), db_text(refusal->code)),
			NULL);
	return r ? FOLD(r) : 0;
}

int store_refusals_list(struct db *db, struct arena *arena, struct str batch_id, int64_t after,
			struct store_refusal **ret_refusals, size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	struct store_refusal *refusals = arena_array(arena, STORE_REFUSALS_PAGE, sizeof *refusals);
	size_t count = 0;
	if (!refusals)
		return RAISE(ENOMEM);
	int r = row_query(db, arena, refusals_list,
			  DB_ARGS(db_text(batch_id), db_int(after), db_int(STORE_REFUSALS_PAGE)),
			  &row);
	if (r == 0)
		r = row_next(&row);
	for (; r == 0 && count < STORE_REFUSALS_PAGE; r = row_next(&row)) {
		refusals[count++] = (struct store_refusal){
			.row = row_int(&row, 0),
			.code = row_str(&row, 1),
		};
		if (row_end(&row) < 0)
			return RAISE(ENOMEM);
	}
	if (r < 0)
		return PASS(r);
	*ret_refusals = refusals;
	*ret_count = count;
	return 0;
}
