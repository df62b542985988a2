/* SPDX-License-Identifier: Apache-2.0 */
/* The lists, and what is kept of forms, over a store of each test's own. */
#include "workstation/store/lists.h"

#include "lib/base/test.h"

#include "tests/workstation/told.h"
#include "workstation/store/test_store.h"
#include "workstation/store/drafts.h"

#define ID(n) "0000000000000000000000000000000" n
#define PERSON                                                                                     \
	.validity = "1", .name = "患者　一", .kana = "ｶﾝｼﾞﾔ ﾊｼﾞﾒ", .birth = "19700101",            \
	.sex = "1", .insurer = "01130012", .insurer_name = "協会", .symbol = "12", .number = "34", \
	.branch = "05", .from = "20250401"

static int desk_open(void **state)
{
	return test_store_open(state, sizeof(struct test_store));
}

static void told(struct test_store *desk, const struct told *told)
{
	assert_int_equal(told_take(desk->db, &desk->arena, told, NULL), 0);
}

/* A person twice on a day, by PIN and by sight, and one more person the month before. */
static void some(struct test_store *desk)
{
	told(desk, &(struct told){.id = ID("1"), .at = "20261015103000", PERSON});
	told(desk, &(struct told){.id = ID("2"),
				  .at = "20261122090000",
				  .reference = "1",
				  PERSON,
				  .method = "pin"});
	told(desk, &(struct told){.id = ID("3"), .at = "20261122110000", .reference = "1", PERSON});
	told(desk, &(struct told){.id = ID("4"),
				  .at = "20261020100000",
				  .validity = "1",
				  .name = "別　花子",
				  .kana = "ﾍﾞﾂ ﾊﾅｺ",
				  .birth = "19800303",
				  .sex = "2",
				  .insurer = "06000004",
				  .insurer_name = "組合",
				  .symbol = "9",
				  .number = "8",
				  .branch = "01",
				  .from = "20250401"});
}

struct listed {
	char ids[8]; /* the last digit of each, in their order */
	size_t count;
};

static int list_one(void *ctx, const struct seen *seen)
{
	struct listed *listed = ctx;
	assert_true(listed->count < sizeof listed->ids - 1);
	listed->ids[listed->count++] = seen->result_id.ptr[seen->result_id.len - 1];
	assert_null(seen->raw.ptr); /* a list of thousands carries no bodies */
	return 0;
}

static struct listed list(struct test_store *desk, struct list_filter filter, int64_t limit)
{
	struct listed listed = {.count = 0};
	assert_int_equal(store_list_each(desk->db, &filter, limit, list_one, &listed), 0);
	return listed;
}

static void test_the_newest_is_first_and_no_more_than_asked_for(void **state)
{
	struct test_store *desk = *state;
	some(desk);
	assert_string_equal(list(desk, (struct list_filter){0}, 100).ids, "3241");
	assert_string_equal(list(desk, (struct list_filter){0}, 2).ids, "32");
}

static void test_each_condition_narrows_it(void **state)
{
	const struct {
		struct list_filter filter;
		const char *ids;
	} rows[] = {
		{{.from = STR("20261122000000")}, "32"},
		{{.from = STR("20261122100000")}, "3"},
		{{.to = STR("20261122000000")}, "41"},
		{{.status = SEEN_NEW}, "41"},
		{{.status = SEEN_ASKS}, ""},
		{{.kana = STR("ベツハナコ")}, "4"},
		{{.name = STR("患者")}, "321"},
		{{.number = STR("34")}, "321"},
		{{.number = STR("8")}, "4"},
		{{.day = STR("19800303")}, "4"},
		{{.day = STR("20261015")}, "1"},
		{{.kana = STR("ナイ"), .number = STR("8")}, "4"}, /* one that fits is enough */
		{{.number = STR("_")}, ""},
		{{.from = STR("20261122000000"), .number = STR("8")}, ""},
	};
	struct test_store *desk = *state;
	some(desk);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(list(desk, rows[i].filter, 100).ids, rows[i].ids);
}

static void test_it_is_counted_from_an_instant(void **state)
{
	struct test_store *desk = *state;
	struct list_counts counts;
	some(desk);
	told(desk, &(struct told){.id = ID("5"), .at = "20261001100000", PERSON}); /* whose? */
	assert_int_equal(store_list_count(desk->db, STR("20261122000000"), &counts), 0);
	assert_int_equal(counts.today, 2);
	assert_int_equal(counts.asks, 1);
	assert_int_equal(counts.all, 5);
}

static int month_one(void *ctx, const struct unconfirmed *one)
{
	struct listed *listed = ctx;
	assert_true(str_equal(one->insurer_name, STR("組合")));
	assert_true(str_equal(one->seen_at, STR("20261020100000")));
	listed->count++;
	return 0;
}

static void test_who_came_last_month_and_not_since_is_unconfirmed(void **state)
{
	struct test_store *desk = *state;
	struct listed listed = {.count = 0};
	some(desk);
	assert_int_equal(store_unconfirmed_each(desk->db, STR("20261001000000"),
						STR("20261101000000"), month_one, &listed),
			 0);
	assert_int_equal(listed.count, 1);
}

/* --- drafts --- */

static int draft_one(void *ctx, const struct draft *draft)
{
	struct listed *listed = ctx;
	if (!listed->count++)
		listed->ids[0] = draft->values.ptr[0];
	return 0;
}

static struct listed drafts(struct test_store *desk, int64_t since_ms)
{
	struct listed listed = {.count = 0};
	assert_int_equal(store_drafts_each(desk->db, since_ms, draft_one, &listed), 0);
	return listed;
}

static void test_what_was_typed_last_is_kept_and_no_more_than_there_is_room_for(void **state)
{
	struct test_store *desk = *state;
	for (int i = 0; i < STORE_DRAFTS_MAX + 5; i++) {
		char key[32];
		(void)snprintf(key, sizeof key, "chart/%d", i);
		const struct draft draft = {str_of(key), STR("01"), i, STR("a")};
		assert_int_equal(store_draft_put(desk->db, &draft), 0);
	}
	assert_int_equal(drafts(desk, 0).count, STORE_DRAFTS_MAX);
	const struct draft again = {STR("chart/50"), STR("02"), 1000, STR("b")};
	assert_int_equal(store_draft_put(desk->db, &again), 0);
	assert_int_equal(drafts(desk, 0).count, STORE_DRAFTS_MAX);
	assert_int_equal(drafts(desk, 0).ids[0], 'b');
	const struct draft done = {.key = STR("chart/50")};
	assert_int_equal(store_draft_put(desk->db, &done), 0);
	assert_int_equal(drafts(desk, 0).count, STORE_DRAFTS_MAX - 1);
	assert_int_equal(drafts(desk, 1000).count, 0);
}

#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, desk_open, test_store_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DESK(test_the_newest_is_first_and_no_more_than_asked_for),
		WITH_DESK(test_each_condition_narrows_it),
		WITH_DESK(test_it_is_counted_from_an_instant),
		WITH_DESK(test_who_came_last_month_and_not_since_is_unconfirmed),
		WITH_DESK(test_what_was_typed_last_is_kept_and_no_more_than_there_is_room_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
