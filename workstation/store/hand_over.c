/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/hand_over.h"

#include "workstation/store/seen.h"

enum { TWO = 2 };

static int run_each(struct db *db, const char *const *texts, size_t count,
		    const struct db_value *args)
{
	for (size_t i = 0; i < count; i++) {
		const char *sql = texts[i];
		int r = db_run(db, sql, args, TWO, NULL);
		if (r)
			return FOLD(r);
	}
	return 0;
}

/* $1 from, $2 into. An insurance that both have stays once, as into has it. */
static const char *const hand_over[] = {
	"UPDATE seen SET chart = $2 WHERE chart = $1",
	"UPDATE queue SET chart = $2, number = (SELECT reference FROM chart WHERE number = $2)"
	" WHERE chart = $1",
	"DELETE FROM insurance WHERE chart = $1 AND EXISTS (SELECT 1 FROM insurance AS kept"
	" WHERE kept.chart = $2 AND kept.member_key = insurance.member_key"
	" AND kept.begins = insurance.begins)",
	"UPDATE insurance SET closed_on = CAST(substr(confirmed_at, 1, 8) AS INTEGER)"
	" WHERE chart = $1 AND closed_on = 0"
	" AND EXISTS (SELECT 1 FROM insurance WHERE chart = $2 AND closed_on = 0)",
	"UPDATE insurance SET chart = $2,"
	" place = place + (SELECT COALESCE(MAX(place), 0) FROM insurance WHERE chart = $2)"
	" WHERE chart = $1",
	"UPDATE public_expense SET chart = $2,"
	" place = place + (SELECT COALESCE(MAX(place), 0) FROM public_expense WHERE chart = $2)"
	" WHERE chart = $1 AND place + (SELECT COALESCE(MAX(place), 0) FROM public_expense"
	" WHERE chart = $2) <= 4",
	"INSERT INTO chart_alias (chart, is_kana, text, fold)"
	" SELECT $2, is_kana, text, fold FROM chart_alias WHERE chart = $1 UNION"
	" SELECT $2, 1, kana, fold_kana FROM chart WHERE number = $1 AND fold_kana IS NOT NULL"
	" AND fold_kana IS NOT (SELECT fold_kana FROM chart WHERE number = $2) UNION"
	" SELECT $2, 0, name, fold_name FROM chart WHERE number = $1 AND fold_name IS NOT NULL"
	" AND fold_name IS NOT (SELECT fold_name FROM chart WHERE number = $2)"
	" ON CONFLICT DO NOTHING",
	"UPDATE chart SET confirmed_at = (SELECT confirmed_at FROM chart WHERE number = $1)"
	" WHERE number = $2 AND COALESCE(confirmed_at, '') <"
	" COALESCE((SELECT confirmed_at FROM chart WHERE number = $1), '')",
	"DELETE FROM difference WHERE chart = $1 AND $2 > 0",
	"UPDATE chart SET state = 1, merged_into = $2, version = version + 1 WHERE number = $1",
	"UPDATE chart SET version = version + 1 WHERE number = $2 AND $1 > 0",
};

int store_hand_over(struct db *db, int64_t from, int64_t into)
{
	const struct db_value args[TWO] = {db_int(from), db_int(into)};
	int r = run_each(db, hand_over, sizeof hand_over / sizeof *hand_over, args);
	return r ? PASS(r) : 0;
}

/* $1 chart, $2 result. Columns are compared as the result spelt them, IS: both may be absent. */
#define TELLS(seen)                                                                     \
	seen ".insurer_number IS insurance.insurer_number AND " seen                    \
	     ".symbol IS insurance.symbol AND " seen ".number IS insurance.number AND " \
	     "" seen ".branch IS insurance.branch"

static const char *const withdraw[] = {
	"DELETE FROM insurance WHERE chart = $1"
	" AND EXISTS (SELECT 1 FROM seen WHERE result_id = $2 AND " TELLS(
		"seen") ")"
			" AND NOT EXISTS (SELECT 1 FROM seen AS other WHERE other.chart = $1"
			" AND other.result_id <> $2 AND " TELLS("other") ")",
	"UPDATE insurance SET closed_on = 0 WHERE chart = $1 AND $2 IS NOT NULL"
	" AND place = (SELECT MAX(place) FROM insurance WHERE chart = $1)"
	" AND NOT EXISTS (SELECT 1 FROM insurance WHERE chart = $1 AND closed_on = 0)",
};

int store_insurance_withdraw(struct db *db, int64_t chart, struct str result_id)
{
	const struct db_value args[TWO] = {db_int(chart), db_text(result_id)};
	int r = run_each(db, withdraw, sizeof withdraw / sizeof *withdraw, args);
	return r ? PASS(r) : 0;
}

int store_seen_release(struct db *db, int64_t chart, struct str result_id)
{
	int r = db_run(db,
		       "UPDATE seen SET state = $2, status = $3, chart = 0 WHERE result_id = $1",
		       DB_ARGS(db_text(result_id), db_int(SEEN_OPEN), db_int(SEEN_ASKS)), NULL);
	if (!r)
		r = db_run(db, "DELETE FROM queue WHERE result_id = $1",
			   DB_ARGS(db_text(result_id)), NULL);
	if (!r)
		r = db_run(db, "DELETE FROM difference WHERE chart = $1 AND result_id = $2",
			   DB_ARGS(db_int(chart), db_text(result_id)), NULL);
	return r ? FOLD(r) : 0;
}
