/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workstation's tables and statements. Nothing is ever overwritten but what a row says about
 * its own state: an insurance is closed and another appended.
 */
#include "workstation/store/store.h"

#include "lib/base/number.h"

enum {
	BUSY_MS = 5000,
};

static const struct db_migration steps[] = {
	{1, "CREATE TABLE chart (number {int64} PRIMARY KEY, reference {text} NOT NULL UNIQUE,"
	    " name {text}, kana {text}, birth {text}, sex {text});"
	    "CREATE INDEX chart_birth ON chart (birth);"
	    "CREATE TABLE insurance (chart {int64} NOT NULL, place {int64} NOT NULL,"
	    " insurer_number {text}, insurer_name {text}, symbol {text}, number {text},"
	    " branch {text}, card_class {text}, relation {text}, valid_from {text},"
	    " valid_to {text}, qualified {text}, member_key {text} NOT NULL,"
	    " begins {int64} NOT NULL, closed_on {int64} NOT NULL DEFAULT 0,"
	    " confirmed_at {text} NOT NULL, PRIMARY KEY (chart, place));"
	    "CREATE TABLE seen (result_id {text} PRIMARY KEY, state {int64} NOT NULL,"
	    " kind {int64} NOT NULL, reason {int64} NOT NULL, chart {int64} NOT NULL,"
	    " confirmed_at {text} NOT NULL, validity {text}, name {text}, kana {text},"
	    " birth {text}, reference {text}, raw {text} NOT NULL);"
	    "CREATE INDEX seen_chart ON seen (chart, confirmed_at);"
	    "CREATE TABLE queue (result_id {text} PRIMARY KEY, chart {int64} NOT NULL,"
	    " number {text} NOT NULL, state {int64} NOT NULL DEFAULT 0,"
	    " tries {int64} NOT NULL DEFAULT 0, problem {text}, held {text});"},
	{2, "ALTER TABLE queue ADD COLUMN expected {text};"},
	{3,
	 "CREATE TABLE taken (one {int64} PRIMARY KEY CHECK (one = 1), cursor {text} NOT NULL);"},
	{4, "CREATE TABLE setting (name {text} PRIMARY KEY, value {text} NOT NULL);"},
	{5, "CREATE INDEX insurance_key ON insurance (member_key);"},
};

int store_open_sealed(const char *path, const struct secret *key, struct db **ret_db)
{
	const struct db_options options = {
		.engine = DB_SQLITE,
		.target = path,
		.busy_ms = BUSY_MS,
		.seal_key = key,
	};
	AUTO(db_closep) struct db *db = NULL;
	int r = db_open(&db, &options);
	if (r == DB_KEY_WRONG)
		return r;
	if (!r)
		r = db_migrate(db, steps, sizeof steps / sizeof steps[0]);
	if (r)
		return FOLD(r);
	*ret_db = db;
	db = NULL;
	return 0;
}

int store_open(const char *path, struct db **ret_db)
{
	int r = store_open_sealed(path, NULL, ret_db);
	return r ? FOLD(r) : 0;
}

/* --- columns --- */

/* Copy texts that point into a row over to the arena. */
static int keep(struct arena *arena, struct str *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int r = texts[i]->ptr ? arena_copy(arena, *texts[i], texts[i]) : 0;
		if (r)
			return PASS(r);
	}
	return 0;
}

/* --- how far --- */

int store_cursor_get(struct db *db, struct arena *arena, struct str *ret_cursor)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT cursor FROM taken WHERE one = 1", DB_NO_ARGS, &rows);
	if (!r)
		r = db_next(rows);
	if (r == DB_END)
		return STORE_ABSENT;
	if (!r)
		r = arena_copy(arena, db_column_text(rows, 0), ret_cursor);
	return r ? FOLD(r) : 0;
}

int store_cursor_set(struct db *db, struct str cursor)
{
	int r = db_run(db,
		       "INSERT INTO taken (one, cursor) VALUES (1, $1)"
		       " ON CONFLICT (one) DO UPDATE SET cursor = excluded.cursor",
		       DB_ARGS(db_text(cursor)), NULL);
	return r ? FOLD(r) : 0;
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

/* --- charts --- */

#define CHART_COLUMNS "number, reference, name, kana, birth, sex"

static struct chart chart_of_row(struct db_rows *rows)
{
	return (struct chart){
		.number = db_column_int(rows, 0),
		.reference = db_column_text(rows, 1),
		.name = db_column_text(rows, 2),
		.kana = db_column_text(rows, 3),
		.birth = db_column_text(rows, 4),
		.sex = db_column_text(rows, 5),
	};
}

static int chart_keep(struct arena *arena, struct chart *chart)
{
	struct str *const texts[] = {&chart->reference, &chart->name, &chart->kana, &chart->birth,
				     &chart->sex};
	int r = keep(arena, texts, sizeof texts / sizeof texts[0]);
	return r ? PASS(r) : 0;
}

static int chart_one(struct db *db, struct arena *arena, const char *sql, struct db_value value,
		     struct chart *ret_chart)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, sql, DB_ARGS(value), &rows);
	if (r)
		return FOLD(r);
	r = db_next(rows);
	if (r == DB_END)
		return STORE_ABSENT;
	if (r)
		return FOLD(r);
	struct chart chart = chart_of_row(rows);
	r = chart_keep(arena, &chart);
	if (r)
		return PASS(r);
	*ret_chart = chart;
	return 0;
}

int store_chart_get(struct db *db, struct arena *arena, int64_t number, struct chart *ret_chart)
{
	int r = chart_one(db, arena, "SELECT " CHART_COLUMNS " FROM chart WHERE number = $1",
			  db_int(number), ret_chart);
	return r < 0 ? PASS(r) : r;
}

int store_chart_of_reference(struct db *db, struct arena *arena, struct str reference,
			     struct chart *ret_chart)
{
	int r = chart_one(db, arena, "SELECT " CHART_COLUMNS " FROM chart WHERE reference = $1",
			  db_text(reference), ret_chart);
	return r < 0 ? PASS(r) : r;
}

/* A reference that is no number counts as 0, one of more than 15 digits is none of ours. */
#define REFERENCE_NUMBER \
	"CASE WHEN length(reference) <= 15 THEN CAST(reference AS INTEGER) ELSE 0 END"

static int number_next(struct db *db, int64_t *ret_number)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "SELECT COALESCE(MAX(MAX(number, " REFERENCE_NUMBER
			 ")), 0) + 1 FROM chart",
			 DB_NO_ARGS, &rows);
	if (!r)
		r = db_next(rows);
	if (r)
		return FOLD(r);
	*ret_number = db_column_int(rows, 0);
	return 0;
}

enum { REFERENCE_DIGITS_MAX = 15 };

/* The number of a new chart: that of its reference where it is one and free, else the next. */
static int number_give(struct db *db, struct arena *arena, struct str reference,
		       int64_t *ret_number)
{
	struct chart other;
	int64_t number = 0;
	bool is_number = reference.len && reference.len <= REFERENCE_DIGITS_MAX &&
			 number_parse(reference, 1, INT64_MAX, &number) == 0;
	int r = is_number ? store_chart_get(db, arena, number, &other) : 0;
	if (r < 0)
		return PASS(r);
	if (r != STORE_ABSENT)
		r = number_next(db, &number);
	if (r < 0)
		return PASS(r);
	*ret_number = number;
	return 0;
}

int store_chart_add(struct db *db, struct arena *arena, const struct chart *chart,
		    struct chart *ret_chart)
{
	struct chart added = *chart;
	int r = number_give(db, arena, chart->reference, &added.number);
	if (!r && !chart->reference.ptr)
		r = arena_print(arena, &added.reference, "%lld", (long long)added.number);
	if (!r)
		r = db_run(db,
			   "INSERT INTO chart (" CHART_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6)",
			   DB_ARGS(db_int(added.number), db_text(added.reference),
				   db_text(added.name), db_text(added.kana), db_text(added.birth),
				   db_text(added.sex)),
			   NULL);
	if (r)
		return FOLD(r);
	*ret_chart = added;
	return 0;
}

int store_charts_each(struct db *db, int (*each)(void *ctx, const struct chart *chart), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT " CHART_COLUMNS " FROM chart ORDER BY number", DB_NO_ARGS,
			 &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		struct chart chart = chart_of_row(rows);
		r = each(ctx, &chart);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}

/* --- insurances --- */

#define INSURANCE_COLUMNS                                                                     \
	"place, insurer_number, insurer_name, symbol, number, branch, card_class, relation, " \
	"valid_from, valid_to, qualified, member_key, begins, closed_on, confirmed_at"

static struct insurance insurance_of_row(struct db_rows *rows)
{
	return (struct insurance){
		.order = db_column_int(rows, 0),
		.insurer_number = db_column_text(rows, 1),
		.insurer_name = db_column_text(rows, 2),
		.symbol = db_column_text(rows, 3),
		.number = db_column_text(rows, 4),
		.branch = db_column_text(rows, 5),
		.card_class = db_column_text(rows, 6),
		.relation = db_column_text(rows, 7),
		.valid_from = db_column_text(rows, 8),
		.valid_to = db_column_text(rows, 9),
		.qualified = db_column_text(rows, 10),
		.key = db_column_text(rows, 11),
		.begins = (int)db_column_int(rows, 12),
		.closed_on = (int)db_column_int(rows, 13),
		.confirmed_at = db_column_text(rows, 14),
	};
}

static int insurance_keep(struct arena *arena, struct insurance *insurance)
{
	struct str *const texts[] = {
		&insurance->insurer_number, &insurance->insurer_name, &insurance->symbol,
		&insurance->number,	    &insurance->branch,	      &insurance->card_class,
		&insurance->relation,	    &insurance->valid_from,   &insurance->valid_to,
		&insurance->qualified,	    &insurance->key,	      &insurance->confirmed_at,
	};
	int r = keep(arena, texts, sizeof texts / sizeof texts[0]);
	return r ? PASS(r) : 0;
}

int store_insurance_current(struct db *db, struct arena *arena, int64_t chart,
			    struct insurance *ret_insurance)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "SELECT " INSURANCE_COLUMNS " FROM insurance"
			 " WHERE chart = $1 AND closed_on = 0 ORDER BY place DESC",
			 DB_ARGS(db_int(chart)), &rows);
	if (r)
		return FOLD(r);
	r = db_next(rows);
	if (r == DB_END)
		return STORE_ABSENT;
	if (r)
		return FOLD(r);
	struct insurance insurance = insurance_of_row(rows);
	r = insurance_keep(arena, &insurance);
	if (r)
		return PASS(r);
	*ret_insurance = insurance;
	return 0;
}

int store_insurance_add(struct db *db, int64_t chart, const struct insurance *insurance)
{
	int r = db_run(db,
		       "INSERT INTO insurance (chart, " INSURANCE_COLUMNS ") SELECT $1,"
		       " COALESCE(MAX(place), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
		       " $12, $13, 0, $14 FROM insurance WHERE chart = $1",
		       DB_ARGS(db_int(chart), db_text(insurance->insurer_number),
			       db_text(insurance->insurer_name), db_text(insurance->symbol),
			       db_text(insurance->number), db_text(insurance->branch),
			       db_text(insurance->card_class), db_text(insurance->relation),
			       db_text(insurance->valid_from), db_text(insurance->valid_to),
			       db_text(insurance->qualified), db_text(insurance->key),
			       db_int(insurance->begins), db_text(insurance->confirmed_at)),
		       NULL);
	return r ? FOLD(r) : 0;
}

int store_insurance_close(struct db *db, int64_t chart, int64_t order, int last_day)
{
	int r = db_run(db, "UPDATE insurance SET closed_on = $3 WHERE chart = $1 AND place = $2",
		       DB_ARGS(db_int(chart), db_int(order), db_int(last_day)), NULL);
	return r ? FOLD(r) : 0;
}

int store_insurance_confirmed(struct db *db, int64_t chart, int64_t order, struct str confirmed_at)
{
	int r = db_run(db,
		       "UPDATE insurance SET confirmed_at = $3 WHERE chart = $1 AND place = $2"
		       " AND confirmed_at < $3",
		       DB_ARGS(db_int(chart), db_int(order), db_text(confirmed_at)), NULL);
	return r ? FOLD(r) : 0;
}

int store_insurances_each(struct db *db, int64_t chart,
			  int (*each)(void *ctx, const struct insurance *insurance), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "SELECT " INSURANCE_COLUMNS
			 " FROM insurance WHERE chart = $1 ORDER BY place",
			 DB_ARGS(db_int(chart)), &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		struct insurance insurance = insurance_of_row(rows);
		r = each(ctx, &insurance);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}

/* --- results seen --- */

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

#define SEEN_COLUMNS                                                                         \
	"result_id, state, kind, reason, chart, confirmed_at, validity, name, kana, birth, " \
	"reference"

int store_seen_put(struct db *db, const struct seen *seen)
{
	int r = db_run(db,
		       "INSERT INTO seen (" SEEN_COLUMNS ", raw)"
		       " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
		       " ON CONFLICT (result_id) DO UPDATE SET state = excluded.state,"
		       " kind = excluded.kind, reason = excluded.reason, chart = excluded.chart,"
		       " reference = excluded.reference",
		       DB_ARGS(db_text(seen->result_id), db_int(seen->state), db_int(seen->kind),
			       db_int(seen->reason), db_int(seen->chart),
			       db_text(seen->confirmed_at), db_text(seen->validity),
			       db_text(seen->name), db_text(seen->kana), db_text(seen->birth),
			       db_text(seen->reference), db_text(seen->raw)),
		       NULL);
	return r ? FOLD(r) : 0;
}

static struct seen seen_of_row(struct db_rows *rows)
{
	return (struct seen){
		.result_id = db_column_text(rows, 0),
		.state = (enum seen_state)db_column_int(rows, 1),
		.kind = (int)db_column_int(rows, 2),
		.reason = (int)db_column_int(rows, 3),
		.chart = db_column_int(rows, 4),
		.confirmed_at = db_column_text(rows, 5),
		.validity = db_column_text(rows, 6),
		.name = db_column_text(rows, 7),
		.kana = db_column_text(rows, 8),
		.birth = db_column_text(rows, 9),
		.reference = db_column_text(rows, 10),
	};
}

static int seen_keep(struct arena *arena, struct seen *seen)
{
	struct str *const texts[] = {&seen->result_id, &seen->confirmed_at, &seen->validity,
				     &seen->name,      &seen->kana,	    &seen->birth,
				     &seen->reference, &seen->raw};
	int r = keep(arena, texts, sizeof texts / sizeof texts[0]);
	return r ? PASS(r) : 0;
}

int store_seen_get(struct db *db, struct arena *arena, struct str result_id, struct seen *ret_seen)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT " SEEN_COLUMNS ", raw FROM seen WHERE result_id = $1",
			 DB_ARGS(db_text(result_id)), &rows);
	if (r)
		return FOLD(r);
	r = db_next(rows);
	if (r)
		return r == DB_END ? STORE_ABSENT : FOLD(r);
	struct seen seen = seen_of_row(rows);
	seen.raw = db_column_text(rows, 11);
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

int store_seen_each(struct db *db, enum seen_which which, int64_t chart,
		    int (*each)(void *ctx, const struct seen *seen), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = seen_query(db, which, chart, &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		struct seen seen = seen_of_row(rows);
		r = each(ctx, &seen);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}

/* --- numbers to be registered --- */

int store_queue_add(struct db *db, struct str result_id, int64_t chart, struct str number,
		    struct str expected)
{
	int r = db_run(db,
		       "INSERT INTO queue (result_id, chart, number, expected)"
		       " VALUES ($1, $2, $3, $4) ON CONFLICT (result_id) DO UPDATE"
		       " SET chart = excluded.chart, number = excluded.number,"
		       " expected = excluded.expected, state = 0, tries = 0, problem = NULL,"
		       " held = NULL",
		       DB_ARGS(db_text(result_id), db_int(chart), db_text(number),
			       db_text(expected)),
		       NULL);
	return r ? FOLD(r) : 0;
}

int store_queue_remove(struct db *db, struct str result_id)
{
	int r = db_run(db, "DELETE FROM queue WHERE result_id = $1", DB_ARGS(db_text(result_id)),
		       NULL);
	return r ? FOLD(r) : 0;
}

int store_queue_failed(struct db *db, const struct queued *queued)
{
	int r = db_run(db,
		       "UPDATE queue SET state = $2, tries = tries + 1, problem = $3, held = $4"
		       " WHERE result_id = $1",
		       DB_ARGS(db_text(queued->result_id), db_int(queued->state),
			       db_text(queued->problem), db_text(queued->held)),
		       NULL);
	return r ? FOLD(r) : 0;
}

static int queue_fill(struct db_rows *rows, struct arena *arena, struct queued *list,
		      size_t *ret_count)
{
	size_t count = 0;
	int r;
	while ((r = db_next(rows)) == 0 && count < STORE_QUEUE_MAX) {
		struct queued *queued = &list[count];
		*queued = (struct queued){
			.result_id = db_column_text(rows, 0),
			.chart = db_column_int(rows, 1),
			.number = db_column_text(rows, 2),
			.state = (enum queued_state)db_column_int(rows, 3),
			.tries = db_column_int(rows, 4),
			.problem = db_column_text(rows, 5),
			.held = db_column_text(rows, 6),
			.expected = db_column_text(rows, 7),
		};
		struct str *const texts[] = {&queued->result_id, &queued->number, &queued->problem,
					     &queued->held, &queued->expected};
		r = keep(arena, texts, sizeof texts / sizeof texts[0]);
		if (r)
			return PASS(r);
		count++;
	}
	if (r && r != DB_END)
		return FOLD(r);
	*ret_count = count;
	return 0;
}

int store_queue_list(struct db *db, struct arena *arena, bool only_waiting,
		     struct queued **ret_queued, size_t *ret_count)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	struct queued *list = arena_array(arena, STORE_QUEUE_MAX, sizeof *list);
	if (!list)
		return RAISE(ENOMEM);
	int r = db_query(db,
			 "SELECT result_id, chart, number, state, tries, problem, held, expected"
			 " FROM queue"
			 " WHERE state <= $1 ORDER BY chart, result_id",
			 DB_ARGS(db_int(only_waiting ? QUEUED_WAITING : QUEUED_REFUSED)), &rows);
	if (!r)
		r = queue_fill(rows, arena, list, ret_count);
	if (r)
		return FOLD(r);
	*ret_queued = list;
	return 0;
}
