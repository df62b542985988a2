/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture is made and put back by SQLite's own JSON, one list a table. The columns of a table
 * stand here once; what is put back is exactly what was taken.
 */
#include "workstation/store/changes.h"

#include <string.h>

#include "lib/json/json.h"
#include "lib/json/writer.h"

/* The first column of each, then these. */
#define CHART_PERSON(X)	      X(reference) X(name) X(kana) X(fold_name) X(fold_kana) X(birth) X(sex)
#define CHART_PLACE(X)	      X(post) X(address) X(telephone) X(notes) X(first_visit)
#define CHART_BURDEN(X)	      X(ratio) X(limit_class) X(limit_from) X(limit_to)
#define CHART_STATE(X)	      X(state) X(merged_into) X(confirmed_at)
#define CHART_COLUMNS(X)      CHART_PERSON(X) CHART_PLACE(X) CHART_BURDEN(X) CHART_STATE(X)
#define INSURANCE_WHOSE(X)    X(place) X(insurer_number) X(insurer_name) X(symbol) X(number) X(branch)
#define INSURANCE_WHAT(X)     X(card_class) X(relation) X(valid_from) X(valid_to) X(qualified)
#define INSURANCE_ROW(X)      X(member_key) X(begins) X(closed_on) X(ratio) X(by_hand) X(confirmed_at)
#define INSURANCE_COLUMNS(X)  INSURANCE_WHOSE(X) INSURANCE_WHAT(X) INSURANCE_ROW(X)
#define EXPENSE_COLUMNS(X)    X(place) X(payer_number) X(recipient_number) X(valid_from) X(valid_to)
#define ALIAS_COLUMNS(X)      X(is_kana) X(text) X(fold)
#define DIFFERENCE_COLUMNS(X) X(field) X(result_id) X(told) X(told_from) X(told_to)
#define POLICY_COLUMNS(X)     X(field) X(choice)
#define SEEN_COLUMNS(X)	      X(state) X(status) X(kind) X(reason) X(chart)
#define QUEUE_COLUMNS(X)      X(chart) X(number) X(expected) X(state) X(tries) X(problem) X(held)

#define NAMED(column) ", '" #column "', " #column
#define COMMA(column) ", " #column
#define TAKEN(column) ", value ->> '" #column "'"
#define SET(column)   #column " = value ->> '" #column "', "

#define LIST(table, key, columns, where, order)                        \
	"SELECT json_group_array(json_object('" key "', " key columns( \
		NAMED) ")) FROM (SELECT * FROM " table " WHERE " where " ORDER BY " order ")"

/*
 * Whose rows: a chart's, two charts', or one result's. Each has its own text, since IN and OR make
 * SQLite build a table at every call, and two pictures are taken for every result that comes.
 */
enum { OF_CHART, OF_TWO, OF_RESULT, SCOPES };

#define OF_CHART_SQL  "chart = $1 AND chart <> 0"
#define OF_TWO_SQL    "chart IN ($1, $2) AND chart <> 0"
#define OF_RESULT_SQL "result_id = $1"

/* What belongs to charts only: a result says nothing of them. */
#define CHARTS_LIST(table, key, columns, order)                      \
	{                                                            \
		LIST(table, key, columns, OF_CHART_SQL, order),      \
			LIST(table, key, columns, OF_TWO_SQL, order) \
	}
#define RESULTS_LIST(table, columns)                                                  \
	{                                                                             \
		LIST(table, "result_id", columns, OF_CHART_SQL, "result_id"),         \
			LIST(table, "result_id", columns, OF_TWO_SQL, "result_id"),   \
			LIST(table, "result_id", columns, OF_RESULT_SQL, "result_id") \
	}

#define QUEUE "queue"

static const struct {
	const char *name;
	const char *sql[SCOPES];
} lists[] = {
	{"charts",
	 {LIST("chart", "number", CHART_COLUMNS, "number = $1", "number"),
	  LIST("chart", "number", CHART_COLUMNS, "number IN ($1, $2)", "number")}},
	{"insurances", CHARTS_LIST("insurance", "chart", INSURANCE_COLUMNS, "chart, place")},
	{"expenses", CHARTS_LIST("public_expense", "chart", EXPENSE_COLUMNS, "chart, place")},
	{"aliases", CHARTS_LIST("chart_alias", "chart", ALIAS_COLUMNS, "chart, is_kana, text")},
	{"differences", CHARTS_LIST("difference", "chart", DIFFERENCE_COLUMNS, "chart, field")},
	{"policies", CHARTS_LIST("policy", "chart", POLICY_COLUMNS, "chart, field")},
	{"results", RESULTS_LIST("seen", SEEN_COLUMNS)},
	{QUEUE, RESULTS_LIST("queue", QUEUE_COLUMNS)},
};

static int list_take(struct db *db, const struct db_value args[SCOPES], size_t which,
		     struct json_writer *writer)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	const char *const *sql = lists[which].sql;
	bool is_of_result = sql[OF_RESULT] && args[OF_RESULT].bytes.ptr;
	int scope = is_of_result ? OF_RESULT : args[OF_TWO].number ? OF_TWO : OF_CHART;
	int r = db_query(db, sql[scope], is_of_result ? &args[OF_RESULT] : args,
			 scope == OF_TWO ? 2 : 1, &rows);
	if (!r)
		r = db_next(rows);
	if (r)
		return FOLD(r);
	json_key(writer, lists[which].name);
	json_put_raw(writer, db_column_text(rows, 0));
	return 0;
}

int store_picture_take(struct db *db, struct arena *arena, int64_t chart, int64_t other,
		       struct str result_id, struct str *ret_picture)
{
	const struct db_value args[SCOPES] = {db_int(chart), db_int(other), db_text(result_id)};
	struct json_writer writer;
	json_writer_init(&writer, arena, 0);
	json_object_open(&writer);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		int r = list_take(db, args, i, &writer);
		if (r)
			return PASS(r);
	}
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_picture);
	return r ? PASS(r) : 0;
}

bool store_picture_same(struct str a, struct str b)
{
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		const char *name = lists[i].name;
		if (strcmp(name, QUEUE) != 0 &&
		    !str_equal(json_span_member(a, name), json_span_member(b, name)))
			return false;
	}
	return true;
}

/* $1: the picture; $2, $3: the charts. */
#define CLEAR(table) \
	"DELETE FROM " table " WHERE chart IN ($2, $3) AND chart <> 0 AND $1 IS NOT NULL"
#define FILL(table, key, columns, list)                                                      \
	"INSERT INTO " table " (" key columns(COMMA) ") SELECT value ->> '" key "'" columns( \
		TAKEN) " FROM json_each($1, '$." list "')"

enum { PICTURE_ONLY = 1, WITH_CHARTS = 3 };

static const struct {
	size_t args_count;
	const char *sql;
} puts_back[] = {
	{WITH_CHARTS,
	 "UPDATE chart SET " CHART_COLUMNS(
		 SET) "version = version + 1"
		      " FROM json_each($1, '$.charts') WHERE chart.number = value ->> 'number'"
		      " AND chart.number IN ($2, $3)"},
	{WITH_CHARTS, "UPDATE chart SET state = 2, version = version + 1"
		      " WHERE number IN ($2, $3) AND number NOT IN"
		      " (SELECT value ->> 'number' FROM json_each($1, '$.charts'))"},
	{WITH_CHARTS, CLEAR("insurance")},
	{PICTURE_ONLY, FILL("insurance", "chart", INSURANCE_COLUMNS, "insurances")},
	{WITH_CHARTS, CLEAR("public_expense")},
	{PICTURE_ONLY, FILL("public_expense", "chart", EXPENSE_COLUMNS, "expenses")},
	{WITH_CHARTS, CLEAR("chart_alias")},
	{PICTURE_ONLY, FILL("chart_alias", "chart", ALIAS_COLUMNS, "aliases")},
	{WITH_CHARTS, CLEAR("difference")},
	{PICTURE_ONLY, FILL("difference", "chart", DIFFERENCE_COLUMNS, "differences")},
	{WITH_CHARTS, CLEAR("policy")},
	{PICTURE_ONLY, FILL("policy", "chart", POLICY_COLUMNS, "policies")},
	{PICTURE_ONLY,
	 "UPDATE seen SET " SEEN_COLUMNS(SET) "result_id = result_id"
					      " FROM json_each($1, '$.results')"
					      " WHERE seen.result_id = value ->> 'result_id'"},
	{PICTURE_ONLY, "DELETE FROM queue WHERE result_id IN"
		       " (SELECT value ->> 'result_id' FROM json_each($1, '$.results'))"},
	{PICTURE_ONLY, FILL("queue", "result_id", QUEUE_COLUMNS, "queue")},
};

int store_picture_put(struct db *db, int64_t chart, int64_t other, struct str picture)
{
	const struct db_value args[WITH_CHARTS] = {db_text(picture), db_int(chart), db_int(other)};
	for (size_t i = 0; i < sizeof puts_back / sizeof puts_back[0]; i++) {
		const char *sql = puts_back[i].sql;
		int r = db_run(db, sql, args, puts_back[i].args_count, NULL);
		if (r)
			return FOLD(r);
	}
	return 0;
}
