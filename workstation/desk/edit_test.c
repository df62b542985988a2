/* SPDX-License-Identifier: Apache-2.0 */
/* Charts by hand, over a store of each test's own. */
#include "workstation/desk/edit.h"

#include "lib/base/test.h"

#include "workstation/store/test_store.h"

#include "workstation/desk/decide.h"
#include "workstation/store/aliases.h"
#include "workstation/store/changes.h"
#include "workstation/store/search.h"
#include "workstation/store/store.h"

static const struct actor hanako = {.staff = {"hanako", 6}, .now_ms = INT64_C(1795316400000)};

struct desk {
	struct test_store store;
	struct edit_notes wrong, doubts;
};

static int desk_open(void **state)
{
	return test_store_open(state, sizeof(struct desk));
}

static struct edit yamada(void)
{
	return (struct edit){.chart = {.name = STR("山田　花子"),
				       .kana = STR("ヤマダ ハナコ"),
				       .birth = STR("19700101"),
				       .sex = STR("2"),
				       .post = STR("１００－０００１"),
				       .telephone = STR("03-0000-0000"),
				       .ratio = STR("030"),
				       .first_visit = 20260401}};
}

static int64_t made(struct desk *desk)
{
	struct edit edit = yamada();
	int64_t number;
	assert_int_equal(edit_run(desk->store.db, &hanako, &edit, &number, &desk->wrong,
				  &desk->doubts),
			 0);
	return number;
}

static struct chart chart_get(struct desk *desk, int64_t number)
{
	struct chart chart;
	assert_int_equal(store_chart_get(desk->store.db, &desk->store.arena, number, &chart), 0);
	return chart;
}

static int change_note(void *ctx, const struct change *change)
{
	int64_t *last = ctx;
	if (!*last)
		*last = change->no;
	return 0;
}

static int64_t change_last(struct desk *desk, int64_t chart)
{
	int64_t last = 0;
	assert_int_equal(store_changes_each(desk->store.db, chart, 10, change_note, &last), 0);
	return last;
}

static void test_a_chart_by_hand_has_a_number_and_can_be_undone(void **state)
{
	struct desk *desk = *state;
	int64_t number = made(desk);
	assert_int_equal(number, 1);
	assert_str_equal(chart_get(desk, number).post, STR("100-0001"));
	assert_int_equal(decide_undo(desk->store.db, &hanako, change_last(desk, number)), 0);
	assert_int_equal(chart_get(desk, number).state, CHART_AWAY);
}

static void test_what_is_wrong_is_said_by_field_and_nothing_is_stored(void **state)
{
	struct desk *desk = *state;
	struct edit edit = {.chart = {.birth = STR("20260231"),
				      .sex = STR("9"),
				      .post = STR("12"),
				      .ratio = STR("3")}};
	int64_t number;
	edit.expenses[1].recipient_number = STR("123");
	assert_int_equal(edit_run(desk->store.db, &hanako, &edit, &number, &desk->wrong,
				  &desk->doubts),
			 EDIT_FIELDS);
	static const char *const fields[] = {
		"name", "birth", "sex", "ratio", "post", "expense2_payer", "expense2_recipient"};
	assert_int_equal(desk->wrong.count, 7);
	for (size_t i = 0; i < desk->wrong.count; i++)
		assert_string_equal(desk->wrong.items[i].field, fields[i]);
	struct chart none;
	assert_int_equal(store_chart_get(desk->store.db, &desk->store.arena, 1, &none),
			 STORE_ABSENT);
}

static void test_a_check_digit_is_doubted_and_taken(void **state)
{
	struct desk *desk = *state;
	struct edit edit = yamada();
	struct expense *kept;
	int64_t number;
	size_t count;
	edit.expenses[2] = (struct expense){.payer_number = STR("１２１３０００９"),
					    .recipient_number = STR("0000001")};
	assert_int_equal(edit_run(desk->store.db, &hanako, &edit, &number, &desk->wrong,
				  &desk->doubts),
			 0);
	assert_true(desk->doubts.count > 0);
	assert_int_equal(store_expenses_list(desk->store.db, &desk->store.arena, number, &kept,
					     &count),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(kept[0].place, 3);
	assert_str_equal(kept[0].payer_number, STR("12130009"));
}

static void test_the_second_of_two_windows_is_told(void **state)
{
	struct desk *desk = *state;
	int64_t number = made(desk), again;
	struct edit one = yamada(), other = yamada();
	one.chart.number = other.chart.number = number;
	one.chart.version = other.chart.version = chart_get(desk, number).version;
	one.chart.telephone = STR("090-0000-0000");
	other.chart.notes = STR("左肩");
	assert_int_equal(edit_run(desk->store.db, &hanako, &one, &again, &desk->wrong,
				  &desk->doubts),
			 0);
	assert_int_equal(edit_run(desk->store.db, &hanako, &other, &again, &desk->wrong,
				  &desk->doubts),
			 EDIT_MOVED);
	assert_null(chart_get(desk, number).notes.ptr);
	other.chart.number = 77;
	assert_int_equal(edit_run(desk->store.db, &hanako, &other, &again, &desk->wrong,
				  &desk->doubts),
			 EDIT_CHART_UNKNOWN);
}

static int count_line(void *ctx, const struct search_line *line)
{
	(void)line;
	++*(int *)ctx;
	return 0;
}

static int found(struct desk *desk, const char *text, const char *birth)
{
	const struct search_ask ask = {.text = str_of(text),
				       .birth = birth ? str_of(birth) : (struct str){0},
				       .limit = 9};
	int count = 0;
	assert_int_equal(store_search(desk->store.db, &desk->store.arena, &ask, count_line, &count),
			 0);
	return count;
}

static void test_a_chart_is_found_by_what_people_type(void **state)
{
	struct desk *desk = *state;
	const struct candidate_alias alias = {true, STR("スズキ ハナコ")};
	int64_t number = made(desk);
	assert_int_equal(edit_alias(desk->store.db, &hanako, number, &alias, true), 0);
	static const char *const texts[] = {"やまだ", "ﾔﾏﾀﾞ",	      "花子",
					    "0001",   "03-0000-0000", "すずき"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(found(desk, texts[i], NULL), 1);
	assert_int_equal(found(desk, "S45.1.1", "19700101"), 1);
	assert_int_equal(found(desk, "田中", NULL), 0);
	assert_int_equal(found(desk, "%", NULL), 0);
	assert_int_equal(decide_away(desk->store.db, &hanako, number, true), 0);
	assert_int_equal(decide_away(desk->store.db, &hanako, number, true), DECIDE_ALREADY);
	assert_int_equal(found(desk, "花子", NULL), 0);
	assert_int_equal(decide_undo(desk->store.db, &hanako, change_last(desk, number)), 0);
	assert_int_equal(found(desk, "花子", NULL), 1);
	assert_int_equal(edit_alias(desk->store.db, &hanako, number, &alias, false), 0);
	assert_int_equal(found(desk, "すずき", NULL), 0);
}

static void test_a_word_on_a_field_needs_something_that_waits(void **state)
{
	struct desk *desk = *state;
	struct edit_word word = {.chart = made(desk), .field = CHART_NAME, .takes = true};
	assert_int_equal(edit_settle(desk->store.db, &hanako, &word), EDIT_NOTHING_WAITS);
	word.chart = 9;
	assert_int_equal(edit_settle(desk->store.db, &hanako, &word), EDIT_CHART_UNKNOWN);
	assert_int_equal(edit_policy(desk->store.db, &hanako, 9, CHART_NAME, POLICY_KEEP),
			 EDIT_CHART_UNKNOWN);
	assert_int_equal(edit_policy(desk->store.db, &hanako, 0, CHART_NAME, POLICY_KEEP), 0);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_open, test_store_close)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_chart_by_hand_has_a_number_and_can_be_undone),
		DESK_TEST(test_what_is_wrong_is_said_by_field_and_nothing_is_stored),
		DESK_TEST(test_a_check_digit_is_doubted_and_taken),
		DESK_TEST(test_the_second_of_two_windows_is_told),
		DESK_TEST(test_a_chart_is_found_by_what_people_type),
		DESK_TEST(test_a_word_on_a_field_needs_something_that_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
