/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store as a desk would have it, for browser tests and screenshots:
 *
 *	fill STORE day		last month's patients, and today's results of every kind
 *	fill STORE repeats	a new patient by PIN and then by sight, and her sister
 *	fill STORE tap		one more new patient, now
 *	fill STORE many COUNT	that many results of this month, each of a new patient
 *
 * Only invented people.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/number.h"
#include "lib/base/period.h"
#include "tests/workstation/script.h"
#include "workstation/store/store.h"

#define KYOKAI "01130012", "全国健康保険協会 東京支部"
#define KOKUHO "138016", "千代田区国民健康保険"
#define KUMIAI "06000004", "さくら健康保険組合"
#define KOUKI  "39131156", "東京都後期高齢者医療広域連合"

/* day: of last month, or 0 for today. */
static const struct planned {
	int day;
	const char *time;
	struct script_tap tap;
} plan[] = {
	{3,
	 "091200",
	 {NULL, "visual", "1", NULL, "鈴木　一郎", "ｽｽﾞｷ ｲﾁﾛｳ", "19800302", "1", KYOKAI, "12345678",
	  "101", "01", "1", "20230401", NULL}},
	{5,
	 "101500",
	 {NULL, "pin", "1", NULL, "●田　花子", "ﾀｶﾀﾞ ﾊﾅｺ", "19911120", "2", KOKUHO, "千代", "20417",
	  "02", "2", "20240801", NULL}},
	{9,
	 "150000",
	 {NULL, "pin", "1", NULL, "山本　太郎", "ﾔﾏﾓﾄ ﾀﾛｳ", "19620714", "1", KUMIAI, "６１", "3344",
	  "01", "1", "20200401", NULL}},
	{9,
	 "154500",
	 {NULL, "pin", "1", NULL, "佐々木　𠮷之助", "ｻｻｷ ﾖｼﾉｽｹ", "19390105", "1", KOUKI, NULL,
	  "04567890", NULL, "1", "20230801", "010"}},
	{14,
	 "113000",
	 {NULL, "visual", "1", NULL, "ヴァンデルハイデン　マリア・エリザベート",
	  "ｳﾞｧﾝﾃﾞﾙﾊｲﾃﾞﾝ ﾏﾘｱ･ｴﾘｻﾞﾍﾞｰﾄ", "19880808", "2", KYOKAI, "98765432", "77", "02", "2",
	  "20250401", NULL}},
	{20,
	 "181000",
	 {NULL, "pin", "1", NULL, "田中　次郎", "ﾀﾅｶ ｼﾞﾛｳ", "20010909", "1", KYOKAI, "55555555",
	  "8", "01", "1", "20240401", NULL}},
	{21,
	 "090500",
	 {NULL, "visual", "1", NULL, "中村　さくら", "ﾅｶﾑﾗ ｻｸﾗ", "20150401", "2", KUMIAI, "６１",
	  "9120", "03", "2", "20240401", NULL}},
	{0,
	 "000501",
	 {0, "pin", "1", "3", "山本　太郎", "ﾔﾏﾓﾄ ﾀﾛｳ", "19620714", "1", KUMIAI, "６１", "3344",
	  "01", "1", "20200401", NULL}},
	{0,
	 "000602",
	 {0, "pin", "1", "2", "●田　花子", "ﾀｶﾀﾞ ﾊﾅｺ", "19911120", "2", KYOKAI, "31415926", "535",
	  "01", "1", "20261101", NULL}},
	{0,
	 "000703",
	 {0, "visual", "1", NULL, "鈴木　一郎", "ｽｽﾞｷ ｲﾁﾛｳ", "19800302", "1", KOKUHO, "千代",
	  "90909", "01", "1", "20261101", NULL}},
	{0,
	 "000804",
	 {0, "pin", "1", NULL, "新井　ひかり", "ｱﾗｲ ﾋｶﾘ", "19990101", "2", KYOKAI, "24681357", "11",
	  "01", "1", "20250401", NULL}},
	{0,
	 "000905",
	 {0, "pin", "2", "6", "田中　次郎", "ﾀﾅｶ ｼﾞﾛｳ", "20010909", "1", KYOKAI, "55555555", "8",
	  "01", "1", "20240401", NULL}},
	{0,
	 "001006",
	 {0, "pin", "4", NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	  NULL}},
	{0,
	 "001107",
	 {0, "visual", "1", "3", "山本　太郎", "ﾔﾏﾓﾄ ﾀﾛｳ", "19620714", "1", KUMIAI, "６１", "3344",
	  "01", "1", "20200401", NULL}},
	{0,
	 "001208",
	 {0, "pin", "1", "A-17", "小林　みどり", "ｺﾊﾞﾔｼ ﾐﾄﾞﾘ", "19700707", "2", KOKUHO, "千代",
	  "5150", "01", "1", "20240401", NULL}},
};
/* The second comes before the service knows the first's number: somebody has to say whose it is. */
static const struct planned repeats[] = {
	{0,
	 "000804",
	 {0, "pin", "1", NULL, "新井　ひかり", "ｱﾗｲ ﾋｶﾘ", "19990101", "2", KYOKAI, "24681357", "11",
	  "01", "1", "20250401", NULL}},
	{0,
	 "001207",
	 {0, "visual", "1", NULL, "新井　ひかり", "アライ　ヒカリ", "19990101", "2", KYOKAI,
	  "24681357", "11", "01", "1", "20250401", NULL}},
	{0,
	 "001208",
	 {0, "pin", "1", NULL, "新井　あかり", "ｱﾗｲ ｱｶﾘ", "19960202", "2", KYOKAI, "24681357", "11",
	  "02", "2", "20250401", NULL}},
};

enum {
	PLANNED = sizeof plan / sizeof plan[0],
	REPEATS = sizeof repeats / sizeof repeats[0],
	MANY_FIRST = 1000,
	TAP_FIRST = 900
};

struct filling {
	int64_t now_ms;
	char at[PERIOD_DATETIME_BYTES], birth[PERIOD_DATE_BYTES], number[NUMBER_TEXT_BYTES];
	char name[64], kana[64];
};

static void plan_take(struct filling *filling, const struct planned *one,
		      struct script_tap *ret_tap)
{
	int month = period_month(filling->now_ms);
	int day = period_day(filling->now_ms);
	if (one->day)
		day = period_day(period_month_start_ms(month - 1)) + one->day - 1;
	*ret_tap = one->tap;
	(void)snprintf(filling->at, sizeof filling->at, "%08d%s", day, one->time);
	ret_tap->at = filling->at;
}

static void planned_tap(void *ctx, size_t n, struct script_tap *ret_tap)
{
	plan_take(ctx, &plan[n], ret_tap);
}

static void repeated_tap(void *ctx, size_t n, struct script_tap *ret_tap)
{
	plan_take(ctx, &repeats[n], ret_tap);
}

static void new_tap(void *ctx, size_t n, struct script_tap *ret_tap)
{
	struct filling *filling = ctx;
	(void)n;
	*ret_tap = (struct script_tap){NULL,	   "pin",      "1", NULL,	"岡田　みのり",
				       "ｵｶﾀﾞ ﾐﾉﾘ", "19850615", "2", KYOKAI,	"11112222",
				       "33",	   "01",       "1", "20250401", NULL};
	ret_tap->at = period_datetime_print(filling->now_ms, filling->at);
}

/* Names that differ: n in kana digits. */
static void many_tap(void *ctx, size_t n, struct script_tap *ret_tap)
{
	static const char *const syllables[] = {"カ", "サ", "タ", "ナ", "ハ",
						"マ", "ヤ", "ラ", "ワ", "ア"};
	struct filling *filling = ctx;
	size_t len = 0;
	for (size_t rest = n, i = 0; i < 6; i++, rest /= 10)
		len += (size_t)snprintf(filling->kana + len, sizeof filling->kana - len, "%s%s",
					syllables[rest % 10], i == 2 ? "　" : "");
	(void)snprintf(filling->name, sizeof filling->name, "見本　%zu号", n);
	(void)snprintf(filling->number, sizeof filling->number, "%zu", n);
	(void)snprintf(filling->birth, sizeof filling->birth, "%d%02d%02d", 1930 + (int)(n % 80),
		       1 + (int)(n / 80 % 12), 1 + (int)(n / 960 % 28));
	int64_t first_ms = period_month_start_ms(period_month(filling->now_ms));
	period_datetime_print(first_ms + (int64_t)n * 60000 % (filling->now_ms - first_ms + 1),
			      filling->at);
	*ret_tap =
		(struct script_tap){filling->at,     "pin",	     "1", NULL,	      filling->name,
				    filling->kana,   filling->birth, "1", KYOKAI,     "1",
				    filling->number, "01",	     "1", "20250401", NULL};
}

static int filled(struct db *db, int argc, char **argv, struct sync_report *report)
{
	struct filling filling = {.now_ms = clock_now_ms(&clock_system)};
	int64_t count = 0;
	if (argc == 3 && strcmp(argv[2], "day") == 0)
		return script_run(db, planned_tap, &filling, 0, PLANNED, filling.now_ms, report);
	if (argc == 3 && strcmp(argv[2], "repeats") == 0)
		return script_run(db, repeated_tap, &filling, 0, REPEATS, filling.now_ms, report);
	if (argc == 3 && strcmp(argv[2], "tap") == 0)
		return script_run(db, new_tap, &filling, TAP_FIRST, 1, filling.now_ms, report);
	if (argc == 4 && strcmp(argv[2], "many") == 0 &&
	    number_parse(str_of(argv[3]), 1, 1000000, &count) == 0)
		return script_run(db, many_tap, &filling, MANY_FIRST, (size_t)count, filling.now_ms,
				  report);
	return 2;
}

int main(int argc, char **argv)
{
	AUTO(db_closep) struct db *db = NULL;
	struct sync_report report = {0};
	if (argc < 3 || store_open(argv[1], &db) != 0)
		return 2;
	if (filled(db, argc, argv, &report) != 0)
		return 1;
	(void)printf("%lld new, %lld linked, %lld asked, %lld aside\n",
		     (long long)report.charts_new, (long long)report.linked,
		     (long long)report.asked, (long long)report.aside);
	return 0;
}
