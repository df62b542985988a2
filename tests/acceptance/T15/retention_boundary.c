/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T15 retention_boundary: a result of day D can be read until the last instant of the month after
 * month(D) in JST, and a second later in no route; nothing goes early. Virtual time walks over
 * every month end from 2026 to 2032, on hosts in other zones; what should be is told by an oracle
 * of its own. On both engines: in the short form PostgreSQL has the months around two turns of the
 * year and a leap day. The same walk must find a window that is a second off, or UTC's.
 */
#include "server/api/desk_test.h"

#include <time.h>

#include "lib/base/period.h"
#include "lib/db/testing.h"
#include "tests/acceptance/T15/wrong_window.h"

enum {
	YEAR_FIRST = 2026,
	MONTHS = 7 * 12,
	SOME_FIRST = 12 + 11,	/* December 2027 */
	SOME_LAST = 3 * 12 + 2, /* March 2029 */
	DAY_MS = 24 * 60 * 60 * 1000,
	HOUR_MS = 60 * 60 * 1000,
	JST_MS = 9 * HOUR_MS,
};

/* --- the oracle: months are counted from January of YEAR_FIRST --- */

static int64_t oracle_start_ms(int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t day = 20454; /* 2026-01-01, from 1970-01-01 */
	for (int m = 0; m < month; m++)
		day += days[m % 12] + (m % 12 == 1 && (YEAR_FIRST + m / 12) % 4 == 0);
	return day * DAY_MS - JST_MS;
}

static bool oracle_visible(int month, int64_t now_ms)
{
	return now_ms < oracle_start_ms(month + 2);
}

/* --- the walk --- */

struct walk {
	struct db_fixture *fixture;
	struct house *house;
	struct desk desk; /* a reader at it */
	struct str token;
	size_t made[MONTHS];			 /* results of each month */
	char id[MONTHS][STORE_ID_BYTES * 2 + 1]; /* one of them */
	bool every_day;
	size_t asked, wrong;
};

static void tell(struct walk *walk, bool right, const char *what, int month)
{
	walk->asked++;
	if (right || walk->wrong++ >= 5)
		return;
	char now[PERIOD_DATETIME_BYTES];
	print_message("# at %s: %s of month %04d-%02d\n",
		      period_datetime_print(walk->house->time.now_ms, now), what,
		      YEAR_FIRST + month / 12, month % 12 + 1);
}

/* Good for ten minutes; once in each 30 seconds. */
static void login(struct walk *walk, int64_t at_ms)
{
	struct house *house = walk->house;
	house->time.now_ms = at_ms;
	arena_clear(&house->arena);
	arena_init(&house->arena, 16 << 20);
	struct house_account *account = &house->here.receipt;
	assert_int_equal(house_login(house, "1310000003", "WA0000001",
				     secret_str(&account->password)),
			 200);
	struct str challenge = house_text(house, "challenge");
	assert_int_equal(house_mfa(house, challenge, house_passcode(house, account, 0)), 200);
	walk->token = house_text(house, "access_token");
	assert_int_equal(desk_login(&walk->desk, desk_password(&walk->desk)), 200);
	walk->desk.token = house_text(house, "access_token");
}

static struct str period_query(struct walk *walk, int month, int month_last)
{
	char from[PERIOD_DATETIME_BYTES], to[PERIOD_DATETIME_BYTES];
	period_datetime_print(oracle_start_ms(month), from);
	period_datetime_print(oracle_start_ms(month_last + 1) - 1, to);
	return house_print(walk->house, "from=%s&to=%s", from, to);
}

/* The reader's own view. */
static void history_ask(struct walk *walk, struct str query, int64_t wanted, int month)
{
	struct house *house = walk->house;
	int status = house_get(house, "/v1/reader/checks", query, walk->desk.token);
	size_t count = json_count(json_member(house->json.root, "results"));
	tell(walk, wanted < 0 ? status == 422 : status == 200 && (int64_t)count == wanted,
	     "history", month);
}

/* Count and download of these months hold so many; -1: refused as too old. */
static void range_ask(struct walk *walk, int month, int month_last, int64_t wanted)
{
	struct house *house = walk->house;
	struct str query = period_query(walk, month, month_last);
	int status = house_get(house, "/v1/results/count", query, walk->token);
	struct str wanted_text = house_print(house, "%lld", (long long)wanted);
	bool right =
		wanted < 0 ? status == 422 &&
				     str_equal(house_text(house, "code"), STR("period_too_old"))
			   : status == 200 && str_equal(house_number(house, "count"), wanted_text);
	tell(walk, right, "count", month);
	status = house_get(house, "/v1/results", query, walk->token);
	const struct json *results = json_member(house->json.root, "results");
	right = wanted < 0 ? status == 422
			   : status == 200 && (int64_t)json_count(results) == wanted;
	tell(walk, right, "download", month);
	if (right && wanted > 0 && month == month_last)
		memcpy(walk->id[month], json_text(json_member(json_at(results, 0), "id")).ptr,
		       STORE_ID_BYTES * 2);
	history_ask(walk, query, wanted, month);
}

/* 200 as long as it can be read: a number that is there already is set again. */
static void reference_ask(struct walk *walk, int month, bool visible)
{
	struct house *house = walk->house;
	char key[33];
	random_id(key);
	if (!walk->id[month][0])
		return;
	struct house_call call = {
		.method = "PUT",
		.path = house_print(house, "/v1/results/%s/reference", walk->id[month]).ptr,
		.token = walk->token,
		.idempotency_key = key,
		.body = STR("{\"reference_number\":null,\"expected\":null}"),
	};
	int status = house_send(house, &call);
	tell(walk, status == (visible ? 200 : 404), "reference", month);
}

static int64_t wanted_of(const struct walk *walk, int month)
{
	bool visible = oracle_visible(month, walk->house->time.now_ms);
	return visible ? (int64_t)walk->made[month] : -1;
}

/* Every route about the months around month, at this instant. */
static void instant_ask(struct walk *walk, int month, int64_t at_ms)
{
	walk->house->time.now_ms = at_ms;
	for (int m = month > 0 ? month - 1 : 0; m <= month + 1 && m < MONTHS; m++) {
		range_ask(walk, m, m, wanted_of(walk, m));
		reference_ask(walk, m, oracle_visible(m, at_ms));
	}
	if (month + 1 < MONTHS) {
		int64_t a = wanted_of(walk, month), b = wanted_of(walk, month + 1);
		range_ask(walk, month, month + 1, (a > 0 ? a : 0) + b);
	}
}

/* A page begun a second before the end of the month, turned after it. */
static void cursor_ask(struct walk *walk, int month, int64_t end_ms)
{
	struct house *house = walk->house;
	if (walk->made[month] < 2)
		return;
	house->time.now_ms = end_ms - 1000;
	struct str query = period_query(walk, month, month);
	int status = house_get(house, "/v1/results",
			       house_print(house, "%.*s&limit=1", STR_ARG(query)), walk->token);
	tell(walk, status == 200, "the first page", month);
	if (status != 200)
		return;
	struct str cursor = house_text(house, "next_cursor");
	house->time.now_ms = end_ms;
	status = house_get(house, "/v1/results",
			   house_print(house, "%.*s&limit=1&cursor=%.*s", STR_ARG(query),
				       STR_ARG(cursor)),
			   walk->token);
	tell(walk, status == 422, "the next page", month);
}

static bool key_there(const struct walk *walk, int month)
{
	char path[160];
	snprintf(path, sizeof path, "%s/month-%04d%02d", walk->house->keys_dir,
		 YEAR_FIRST + month / 12, month % 12 + 1);
	return access(path, F_OK) == 0;
}

static size_t rows_of(struct walk *walk, int month)
{
	int64_t no = walk->house->here.no;
	struct store_results_query query = {
		.rid_min = rid_first(no, oracle_start_ms(month)),
		.rid_max = rid_last(no, oracle_start_ms(month + 1) - 1),
	};
	struct store_results_count count;
	assert_int_equal(store_results_count(walk->house->db, no, &query, &count), 0);
	return (size_t)count.count;
}

static void sweep_ask(struct walk *walk, int month, int64_t at_ms, bool there)
{
	walk->house->time.now_ms = at_ms;
	assert_int_equal(tasks_run_once(walk->house->service->tasks), 0);
	tell(walk, key_there(walk, month) == there, "the key", month);
	tell(walk, rows_of(walk, month) == (there ? walk->made[month] : 0), "the rows", month);
	if (month + 1 < MONTHS) {
		tell(walk, key_there(walk, month + 1), "the next key", month + 1);
		tell(walk, rows_of(walk, month + 1) == walk->made[month + 1], "the next rows",
		     month + 1);
	}
}

static void month_end_ask(struct walk *walk, int month)
{
	int64_t end_ms = oracle_start_ms(month + 2);
	login(walk, end_ms - 60 * 1000);
	sweep_ask(walk, month, end_ms - 1000, true);
	instant_ask(walk, month, end_ms - 1000);
	cursor_ask(walk, month, end_ms);
	instant_ask(walk, month, end_ms);
	sweep_ask(walk, month, end_ms, true);
	instant_ask(walk, month, end_ms + 1000);
	sweep_ask(walk, month, end_ms + HOUR_MS, false);
	login(walk, end_ms + HOUR_MS);
	instant_ask(walk, month, end_ms + HOUR_MS);
}

/* The first and the last second and one between; every_day: and each day's last second. */
static void month_fill(struct walk *walk, int month)
{
	struct house *house = walk->house;
	int64_t start_ms = oracle_start_ms(month), end_ms = oracle_start_ms(month + 1);
	int64_t times[40] = {start_ms, start_ms + 14 * (int64_t)DAY_MS, end_ms - 1000};
	size_t count = 3;
	if (walk->every_day)
		for (count = 1; start_ms + (int64_t)count * DAY_MS <= end_ms; count++)
			times[count] = start_ms + (int64_t)count * DAY_MS - 1000;
	for (size_t i = 0; i < count; i++) {
		house->time.now_ms = times[i];
		house_confirm(house, &house->here, 1);
	}
	walk->made[month] = count;
}

static void walk_months(struct walk *walk, int first, int last)
{
	static const char *const zones[] = {"UTC", "America/New_York", "Pacific/Kiritimati",
					    "Europe/Berlin"};
	for (int month = first; month <= last + 2; month++) {
		setenv("TZ", zones[month % 4], 1);
		tzset();
		if (month >= first + 2)
			month_end_ask(walk, month - 2);
		if (month <= last)
			month_fill(walk, month);
	}
}

static void walk_open(struct walk *walk, void **state, int month)
{
	void *part;
	*walk = (struct walk){.fixture = db_fixture_of(state)};
	bool postgres = walk->fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? walk->fixture->target : NULL), 0);
	walk->house = part;
	walk->house->time.now_ms = oracle_start_ms(month);
	assert_int_equal(tasks_run_once(walk->house->service->tasks), 0);
	house_import(walk->house, 1);
	house_enrol(walk->house, &walk->house->here.receipt);
	walk->desk.house = walk->house;
	assert_int_equal(signing_key_generate(&walk->desk.device), 0);
	desk_activate(&walk->desk);
}

static void walk_close(struct walk *walk)
{
	void *part = walk->house;
	signing_key_destroy(walk->desk.device);
	assert_int_equal(house_close(&part), 0);
	unsetenv("TZ");
	tzset();
}

static void test_every_month_ends_when_the_next_one_does(void **state)
{
	struct walk walk;
	bool nightly = getenv("SHIKAKU_NIGHTLY");
	bool all = nightly || db_fixture_of(state)->options.engine == DB_SQLITE;
	int first = all ? 0 : SOME_FIRST, last = all ? MONTHS - 1 : SOME_LAST;
	walk_open(&walk, state, first);
	walk.every_day = nightly;
	walk_months(&walk, first, last);
	print_message("# %d month ends, %zu questions, %zu wrong\n", last - first + 1, walk.asked,
		      walk.wrong);
	print_message("# later: the portal's view (there is no portal yet)\n");
	assert_int_equal(walk.wrong, 0);
	walk_close(&walk);
}

static void test_the_walk_finds_a_window_that_is_off(void **state)
{
	static const int64_t shifts[] = {1000, -1000, -JST_MS};
	for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
		struct walk walk;
		walk_open(&walk, state, 1);
		window_shift_ms = shifts[i];
		walk_months(&walk, 1, 2);
		window_shift_ms = 0;
		assert_true(walk.wrong > 0);
		walk_close(&walk);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_every_month_ends_when_the_next_one_does),
		DB_TEST_ON(sqlite, test_the_walk_finds_a_window_that_is_off),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
