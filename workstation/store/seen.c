/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/seen.h"

#include "workstation/rules/fold.h"
#include "workstation/store/rows.h"
#include "workstation/store/seen_row.h"
#include "workstation/store/store.h"

int store_seen_state(struct db *db, struct str result_id, enum seen_state *ret_state)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT state FROM seen WHERE result_id = $1",
			 DB_ARGS(db_text(result_id)), &rows);
	if (r)
		return FOLD(r);
	r = db_next(rows);
	if (r && r != DB_END)
		return FOLD(r);
	*ret_state = r == DB_END			   ? SEEN_NEVER
		     : db_column_int(rows, 0) == SEEN_OPEN ? SEEN_OPEN
							   : SEEN_DONE;
	return 0;
}

int store_seen_put(struct db *db, struct arena *arena, const struct seen *seen)
{
	struct str name, kana;
	int r = fold_name(arena, seen->name, &name);
	if (!r)
		r = fold_kana(arena, seen->kana, &kana);
	if (r)
		return PASS(r);
	r = db_run(db,
		   "INSERT INTO seen (" SEEN_COLUMNS ", raw, entry, fold_name, fold_kana)"
		   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
		   " $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)"
		   " ON CONFLICT (result_id) DO UPDATE SET state = excluded.state,"
		   " status = excluded.status, kind = excluded.kind, reason = excluded.reason,"
		   " chart = excluded.chart, reference = excluded.reference",
		   DB_ARGS(db_text(seen->result_id), db_int(seen->state), db_int(seen->status),
			   db_int(seen->kind), db_int(seen->reason), db_int(seen->chart),
			   db_text(seen->confirmed_at), db_text(seen->method), db_text(seen->staff),
			   db_text(seen->validity), db_text(seen->remark), db_text(seen->reference),
			   db_text(seen->name), db_text(seen->kana), db_text(seen->birth),
			   db_text(seen->sex), db_text(seen->insurer_number),
			   db_text(seen->insurer_name), db_text(seen->symbol),
			   db_text(seen->number), db_text(seen->branch), db_text(seen->relation),
			   db_text(seen->ratio), db_text(seen->raw), db_text(seen->entry),
			   db_text(name), db_text(kana)),
		   NULL);
	return r ? FOLD(r) : 0;
}

static struct seen seen_of_row(struct db_rows *rows)
{
	return (struct seen){
		.result_id = db_column_text(rows, 0),
		.state = (enum seen_state)db_column_int(rows, 1),
		.status = (enum seen_status)db_column_int(rows, 2),
		.kind = (int)db_column_int(rows, 3),
		.reason = (int)db_column_int(rows, 4),
		.chart = db_column_int(rows, 5),
		.confirmed_at = db_column_text(rows, 6),
		.method = db_column_text(rows, 7),
		.staff = db_column_text(rows, 8),
		.validity = db_column_text(rows, 9),
		.remark = db_column_text(rows, 10),
		.reference = db_column_text(rows, 11),
		.name = db_column_text(rows, 12),
		.kana = db_column_text(rows, 13),
		.birth = db_column_text(rows, 14),
		.sex = db_column_text(rows, 15),
		.insurer_number = db_column_text(rows, 16),
		.insurer_name = db_column_text(rows, 17),
		.symbol = db_column_text(rows, 18),
		.number = db_column_text(rows, 19),
		.branch = db_column_text(rows, 20),
		.relation = db_column_text(rows, 21),
		.ratio = db_column_text(rows, 22),
	};
}

static int seen_keep(struct arena *arena, struct seen *seen)
{
	struct str *const texts[] = {
		&seen->result_id, &seen->confirmed_at, &seen->method,	 &seen->staff,
		&seen->validity,  &seen->remark,       &seen->reference, &seen->name,
		&seen->kana,	  &seen->birth,	       &seen->sex,	 &seen->insurer_number,
		&seen->symbol,	  &seen->insurer_name, &seen->number,	 &seen->branch,
		&seen->relation,  &seen->ratio,	       &seen->raw,	 &seen->entry,
	};
	int r = store_keep(arena, texts, sizeof texts / sizeof texts[0]);
	return r ? PASS(r) : 0;
}

int store_seen_get(struct db *db, struct arena *arena, struct str result_id, struct seen *ret_seen)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT " SEEN_COLUMNS ", raw, entry FROM seen WHERE result_id = $1",
			 DB_ARGS(db_text(result_id)), &rows);
	if (r)
		return FOLD(r);
	r = db_next(rows);
	if (r)
		return r == DB_END ? STORE_ABSENT : FOLD(r);
	struct seen seen = seen_of_row(rows);
	seen.raw = db_column_text(rows, 23);
	seen.entry = db_column_text(rows, 24);
	r = seen_keep(arena, &seen);
	if (r)
		return PASS(r);
	*ret_seen = seen;
	return 0;
}

static int seen_query(struct db *db, enum seen_which which, int64_t chart,
		      struct db_rows **ret_rows)
{
	static const char *const texts[] = {
		[SEEN_OF_CHART] = "SELECT " SEEN_COLUMNS " FROM seen WHERE chart = $1"
				  " ORDER BY confirmed_at, result_id",
		[SEEN_WAITING] = "SELECT " SEEN_COLUMNS " FROM seen WHERE state = $1"
				 " ORDER BY confirmed_at, result_id",
		[SEEN_ALL] = "SELECT " SEEN_COLUMNS " FROM seen ORDER BY confirmed_at, result_id",
	};
	if (which == SEEN_ALL)
		return db_query(db, texts[which], DB_NO_ARGS, ret_rows);
	return db_query(db, texts[which],
			DB_ARGS(db_int(which == SEEN_OF_CHART ? chart : SEEN_OPEN)), ret_rows);
}

int store_seen_tell(struct db_rows *rows, int (*each)(void *ctx, const struct seen *seen),
		    void *ctx)
{
	int r;
	while ((r = db_next(rows)) == 0) {
		struct seen seen = seen_of_row(rows);
		r = each(ctx, &seen);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}

int store_seen_each(struct db *db, enum seen_which which, int64_t chart,
		    int (*each)(void *ctx, const struct seen *seen), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = seen_query(db, which, chart, &rows);
	if (r)
		return FOLD(r);
	r = store_seen_tell(rows, each, ctx);
	return r < 0 ? PASS(r) : r;
}

int store_seen_waits(struct db *db, bool *ret_waits)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT 1 FROM seen WHERE state = $1 LIMIT 1",
			 DB_ARGS(db_int(SEEN_OPEN)), &rows);
	if (!r)
		r = db_next(rows);
	if (r && r != DB_END)
		return FOLD(r);
	*ret_waits = r == 0;
	return 0;
}
