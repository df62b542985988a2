/* SPDX-License-Identifier: Apache-2.0 */
/* Changes and their undoing, over a store of each test's own. */
#include "workstation/desk/intake.h"

#include "workstation/store/changes.h"
#include "workstation/store/policies.h"
#include "workstation/store/test_store.h"

#define ID_1 "00000000000000000000000000000001"
#define ID_2 "00000000000000000000000000000002"

static const struct actor hanako = {.staff = {"hanako", 6},
				    .now_ms = INT64_C(1795316400000),
				    .why = {"why", 3}};

static int desk_open(void **state)
{
	return test_store_open(state, sizeof(struct test_store));
}

/* --- results --- */

static struct record_qualification person(const char *insurer, const char *number)
{
	struct record_qualification person = {0};
	person.elements[RECORD_NAME] = STR("山田　花子");
	person.elements[RECORD_NAME_KANA] = STR("ﾔﾏﾀﾞ ﾊﾅｺ");
	person.elements[RECORD_BIRTH] = STR("19700101");
	person.elements[RECORD_SEX] = STR("2");
	person.elements[RECORD_INSURER_NUMBER] = str_of(insurer);
	person.elements[RECORD_INSURER_NAME] = STR("試験健康保険組合");
	person.elements[RECORD_NUMBER] = str_of(number);
	person.elements[RECORD_VALID_FROM] = STR("20260401");
	person.elements[RECORD_RATIO] = STR("030");
	return person;
}

static struct result result_of(const struct record_qualification *person, const char *id,
			       const char *confirmed_at, const char *reference)
{
	return (struct result){
		.id = str_of(id),
		.confirmed_at = str_of(confirmed_at),
		.reference = reference ? str_of(reference) : (struct str){0},
		.validity = STR("1"),
		.raw = STR("{}"),
		.qualifications_count = 1,
		.first = person,
	};
}

static int64_t take(struct test_store *desk, const struct result *result, struct match match,
		    struct intake_report *report)
{
	assert_int_equal(db_begin(desk->db), 0);
	assert_int_equal(intake_result(desk->db, &desk->arena, &hanako, result, &match, report), 0);
	assert_int_equal(db_commit(desk->db), 0);
	return match.chart;
}

static struct str picture(struct test_store *desk, int64_t chart)
{
	struct str picture;
	assert_int_equal(store_picture_take(desk->db, &desk->arena, chart, 0, (struct str){0},
					    &picture),
			 0);
	return picture;
}

static int count_one(void *ctx, const struct change *change)
{
	int64_t *last = ctx;
	if (*last == 0)
		*last = change->no;
	return 0;
}

static int64_t change_last(struct test_store *desk, int64_t chart)
{
	int64_t last = 0;
	assert_int_equal(store_changes_each(desk->db, chart, 10, count_one, &last), 0);
	return last;
}

static int undo(struct test_store *desk, int64_t no)
{
	int r;
	assert_int_equal(db_begin(desk->db), 0);
	r = journal_undo(desk->db, &desk->arena, &hanako, no);
	assert_true(r >= 0);
	assert_int_equal(db_commit(desk->db), 0);
	return r;
}

static struct seen seen_get(struct test_store *desk, const char *id)
{
	struct seen seen;
	assert_int_equal(store_seen_get(desk->db, &desk->arena, str_of(id), &seen), 0);
	return seen;
}

/* --- the tests --- */

static int64_t first_chart(struct test_store *desk)
{
	struct intake_report report;
	struct record_qualification hanako_now = person("01130012", "11");
	struct result result = result_of(&hanako_now, ID_1, "20261101090000", NULL);
	return take(desk, &result, (struct match){.kind = MATCH_NEW}, &report);
}

static void test_a_change_says_who_when_and_why(void **state)
{
	struct test_store *desk = *state;
	struct change change;
	int64_t chart = first_chart(desk);
	assert_int_equal(store_change_get(desk->db, &desk->arena, change_last(desk, chart),
					  &change),
			 0);
	assert_str_equal(change.staff, STR("hanako"));
	assert_str_equal(change.kind, STR(JOURNAL_NEW));
	assert_str_equal(change.why, STR("why"));
	assert_str_equal(change.result_id, STR(ID_1));
	assert_int_equal(change.at_ms, hanako.now_ms);
}

static void test_an_insurer_change_is_history_and_can_be_undone(void **state)
{
	struct test_store *desk = *state;
	struct intake_report report;
	struct insurance current;
	int64_t chart = first_chart(desk);
	struct str before = picture(desk, chart);
	struct record_qualification changed = person("06130012", "22");
	changed.elements[RECORD_VALID_FROM] = STR("20261110");
	changed.elements[RECORD_RATIO] = STR("020");
	struct result result = result_of(&changed, ID_2, "20261120090000", "1");
	take(desk, &result, (struct match){.kind = MATCH_LINK, .chart = chart}, &report);
	assert_true(report.insurance_appended);
	assert_true(report.update.burden_changed);
	assert_int_equal(seen_get(desk, ID_2).status, SEEN_CHANGED);
	assert_int_equal(store_insurance_current(desk->db, &desk->arena, chart, &current), 0);
	assert_int_equal(current.order, 2);
	int64_t no = change_last(desk, chart);
	assert_int_equal(undo(desk, no), 0);
	assert_int_equal(store_insurance_current(desk->db, &desk->arena, chart, &current), 0);
	assert_int_equal(current.order, 1);
	assert_int_equal(current.closed_on, 0);
	assert_str_equal(picture(desk, chart), before);
	assert_int_equal(seen_get(desk, ID_2).state, SEEN_OPEN);
	assert_int_equal(undo(desk, no), JOURNAL_DONE);
	/* The undo is a change like another. */
	assert_int_equal(undo(desk, change_last(desk, chart)), 0);
	assert_int_equal(store_insurance_current(desk->db, &desk->arena, chart, &current), 0);
	assert_int_equal(current.order, 2);
	assert_int_equal(seen_get(desk, ID_2).state, SEEN_DONE);
}

static void test_what_came_later_goes_first(void **state)
{
	struct test_store *desk = *state;
	struct intake_report report;
	int64_t chart = first_chart(desk), made = change_last(desk, chart);
	struct record_qualification changed = person("06130012", "22");
	struct result result = result_of(&changed, ID_2, "20261120090000", "1");
	take(desk, &result, (struct match){.kind = MATCH_LINK, .chart = chart}, &report);
	struct str after = picture(desk, chart);
	assert_int_equal(undo(desk, made), JOURNAL_LATER);
	assert_str_equal(picture(desk, chart), after);
	assert_int_equal(undo(desk, 999), JOURNAL_UNKNOWN);
}

static void test_a_chart_that_is_undone_keeps_its_number(void **state)
{
	struct test_store *desk = *state;
	struct chart gone, next;
	int64_t chart = first_chart(desk);
	assert_int_equal(undo(desk, change_last(desk, chart)), 0);
	assert_int_equal(store_chart_get(desk->db, &desk->arena, chart, &gone), 0);
	assert_int_equal(gone.state, CHART_AWAY);
	assert_int_equal(seen_get(desk, ID_1).state, SEEN_OPEN);
	assert_int_equal(seen_get(desk, ID_1).chart, 0);
	struct queued *queue;
	size_t count;
	assert_int_equal(store_queue_list(desk->db, &desk->arena, false, &queue, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_chart_add(desk->db, &desk->arena, &(struct chart){0}, &next), 0);
	assert_true(next.number > chart);
}

static void test_the_policy_takes_keeps_and_asks(void **state)
{
	struct test_store *desk = *state;
	struct intake_report report;
	struct difference_told *waiting;
	struct chart held;
	size_t count;
	int64_t chart = first_chart(desk);
	assert_int_equal(store_policy_put(desk->db, 0, CHART_RATIO, POLICY_KEEP), 0);
	assert_int_equal(store_policy_put(desk->db, chart, CHART_KANA, POLICY_TAKE), 0);
	struct record_qualification changed = person("01130012", "11");
	changed.elements[RECORD_NAME] = STR("山田　華子");
	changed.elements[RECORD_NAME_KANA] = STR("ﾔﾏﾀ ﾊﾅｺ");
	changed.elements[RECORD_RATIO] = STR("020");
	struct result result = result_of(&changed, ID_2, "20261120090000", "1");
	take(desk, &result, (struct match){.kind = MATCH_LINK, .chart = chart}, &report);
	assert_int_equal(store_chart_get(desk->db, &desk->arena, chart, &held), 0);
	assert_str_equal(held.name, STR("山田　花子"));
	assert_str_equal(held.kana, STR("ﾔﾏﾀ ﾊﾅｺ"));
	assert_str_equal(held.ratio, STR("030"));
	assert_int_equal(store_differences_list(desk->db, &desk->arena, chart, &waiting, &count),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(waiting[0].field, CHART_NAME);
	assert_int_equal(update_settle(desk->db, &desk->arena, chart, CHART_NAME, true), 0);
	assert_int_equal(update_settle(desk->db, &desk->arena, chart, CHART_NAME, true),
			 UPDATE_NOTHING_WAITS);
	assert_int_equal(store_chart_get(desk->db, &desk->arena, chart, &held), 0);
	assert_str_equal(held.name, STR("山田　華子"));
}

static void test_an_older_result_changes_no_field(void **state)
{
	struct test_store *desk = *state;
	struct intake_report report;
	struct chart held;
	int64_t chart = first_chart(desk);
	struct record_qualification old = person("01130012", "11");
	old.elements[RECORD_RATIO] = STR("010");
	struct result result = result_of(&old, ID_2, "20261020090000", "1");
	take(desk, &result, (struct match){.kind = MATCH_LINK, .chart = chart}, &report);
	assert_int_equal(store_chart_get(desk->db, &desk->arena, chart, &held), 0);
	assert_str_equal(held.ratio, STR("030"));
}

static void test_two_who_change_one_chart_do_not_overwrite_each_other(void **state)
{
	struct test_store *desk = *state;
	struct chart one, other;
	int64_t chart = first_chart(desk);
	assert_int_equal(store_chart_get(desk->db, &desk->arena, chart, &one), 0);
	other = one;
	one.notes = STR("右肩");
	assert_int_equal(store_chart_update(desk->db, &desk->arena, &one), 0);
	other.notes = STR("左肩");
	assert_int_equal(store_chart_update(desk->db, &desk->arena, &other), STORE_MOVED);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_open, test_store_close)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_change_says_who_when_and_why),
		DESK_TEST(test_an_insurer_change_is_history_and_can_be_undone),
		DESK_TEST(test_what_came_later_goes_first),
		DESK_TEST(test_a_chart_that_is_undone_keeps_its_number),
		DESK_TEST(test_the_policy_takes_keeps_and_asks),
		DESK_TEST(test_an_older_result_changes_no_field),
		DESK_TEST(test_two_who_change_one_chart_do_not_overwrite_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
