/* SPDX-License-Identifier: Apache-2.0 */
/* Insurances by hand, over a store of each test's own. */
#include "workstation/desk/insure.h"

#include "lib/base/test.h"

#include "workstation/store/test_store.h"

#include "workstation/desk/decide.h"
#include "workstation/desk/settle.h"
#include "workstation/rules/matching.h"
#include "workstation/store/changes.h"

#define BODY(validity, from, more)                                                                \
	"{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultStatus\":\"1\","                         \
	"\"QualificationValidity\":\"" validity                                                   \
	"\",\"ResultList\":[{\"ResultOfQualificationConfirmation\":"                              \
	"{\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"01130012\","                   \
	"\"InsurerName\":\"協会\",\"InsuredCardSymbol\":\"12\","                                \
	"\"InsuredIdentificationNumber\":\"34\",\"InsuredBranchNumber\":\"05\",\"Name\":"         \
	"\"患者　一\",\"Birthdate\":\"19700101\",\"Sex1\":\"1\",\"InsuredCardValidDate\":\"" from \
	"\"" more "}}]},\"MessageHeader\":{\"CharacterCodeIdentifier\":\"0\","                    \
	"\"MedicalInstitutionCode\":\"1310000003\",\"ProcessExecutionTime\":\"20261122103000\","  \
	"\"QualificationConfirmationDate\":\"20261122\",\"ReferenceClassification\":\"1\","       \
	"\"SegmentOfResult\":\"1\"}}}"

enum { NOW_S = 1795316400 }; /* 2026-11-22 12:00 JST */
static const struct actor hanako = {.staff = {"hanako", 6},
				    .now_ms = INT64_C(1000) * NOW_S,
				    .why = {"電話で聞いた", 18}};

struct desk {
	struct test_store store;
	struct edit_notes wrong, doubts;
	int64_t chart;
};

static int desk_open(void **state)
{
	struct edit edit = {.chart = {.name = STR("患者　一"), .birth = STR("19700101")}};
	int r = test_store_open(state, sizeof(struct desk));
	struct desk *desk = *state;
	assert_int_equal(edit_run(desk->store.db, &hanako, &edit, &desk->chart, &desk->wrong,
				  &desk->doubts),
			 0);
	return r;
}

static struct insurance kyokai(void)
{
	return (struct insurance){.insurer_number = STR("０１１３００１２"),
				  .insurer_name = STR("協会けんぽ"),
				  .symbol = STR("12"),
				  .number = STR(" 34 "),
				  .branch = STR("５"),
				  .begins = 20260401};
}

static int64_t version(struct desk *desk)
{
	struct chart chart;
	assert_int_equal(store_chart_get(desk->store.db, &desk->store.arena, desk->chart, &chart),
			 0);
	return chart.version;
}

static int put(struct desk *desk, struct insurance insurance)
{
	const struct insure insure = {desk->chart, version(desk), insurance};
	return insure_run(desk->store.db, &hanako, &insure, &desk->wrong, &desk->doubts);
}

static struct insurance at(struct desk *desk, int64_t order)
{
	struct insurance insurance;
	assert_int_equal(store_insurance_get(desk->store.db, &desk->store.arena, desk->chart, order,
					     &insurance),
			 0);
	return insurance;
}

static int count_one(void *ctx, const struct insurance *insurance)
{
	(void)insurance;
	++*(int *)ctx;
	return 0;
}

static int count(struct desk *desk)
{
	int count = 0;
	assert_int_equal(store_insurances_each(desk->store.db, desk->chart, count_one, &count), 0);
	return count;
}

static int newest(void *ctx, const struct change *change)
{
	struct change *last = ctx;
	if (!last->no) {
		assert_true(str_equal(change->staff, STR("hanako")));
		assert_true(str_equal(change->why, STR("電話で聞いた")));
		assert_true(str_equal(change->kind, last->kind));
		*last = (struct change){.no = change->no};
	}
	return 0;
}

static void undo_kind(struct desk *desk, const char *kind)
{
	struct change last = {.kind = str_of(kind)};
	assert_int_equal(store_changes_each(desk->store.db, desk->chart, 1, newest, &last), 0);
	assert_int_equal(decide_undo(desk->store.db, &hanako, last.no), 0);
}

static void undo_last(struct desk *desk)
{
	undo_kind(desk, JOURNAL_INSURE);
}

/* A result comes in and somebody says it is this chart's. */
static void result_comes(struct desk *desk, const char *id, const char *at, const char *raw)
{
	const struct seen seen = {.state = SEEN_OPEN,
				  .status = SEEN_ASKS,
				  .kind = MATCH_ASK,
				  .result_id = str_of(id),
				  .confirmed_at = str_of(at),
				  .validity = STR("1"),
				  .raw = str_of(raw)};
	const struct settle settle = {.result_id = str_of(id), .chart = desk->chart};
	int64_t chart;
	assert_int_equal(store_seen_put(desk->store.db, &desk->store.arena, &seen), 0);
	assert_int_equal(settle_run(desk->store.db, &hanako, &settle, &chart), 0);
}

static void test_one_more_is_written_in_one_spelling_by_whom_and_why(void **state)
{
	struct desk *desk = *state;
	int64_t before = version(desk);
	assert_int_equal(put(desk, kyokai()), 0);
	struct insurance kept = at(desk, 1);
	assert_true(str_equal(kept.insurer_number, STR("01130012")));
	assert_true(str_equal(kept.number, STR("34")));
	assert_true(str_equal(kept.branch, STR("05")));
	assert_true(str_equal(kept.valid_from, STR("20260401")));
	assert_true(str_equal(kept.confirmed_at, STR("20261122120000")));
	assert_true(kept.is_by_hand);
	assert_int_equal(desk->doubts.count, 0);
	assert_true(version(desk) > before);
	undo_last(desk);
	assert_int_equal(count(desk), 0);
}

static void test_the_next_one_ends_the_one_before_and_undo_opens_it_again(void **state)
{
	struct desk *desk = *state;
	struct insurance next = kyokai();
	assert_int_equal(put(desk, kyokai()), 0);
	next.insurer_number = STR("06000004");
	next.begins = 20261101;
	assert_int_equal(put(desk, next), 0);
	assert_int_equal(at(desk, 1).closed_on, 20261031);
	assert_int_equal(at(desk, 2).closed_on, 0);
	undo_last(desk);
	assert_int_equal(count(desk), 1);
	assert_int_equal(at(desk, 1).closed_on, 0);
}

static void test_an_earlier_one_needs_its_last_day(void **state)
{
	struct desk *desk = *state;
	struct insurance earlier = kyokai();
	assert_int_equal(put(desk, kyokai()), 0);
	earlier.begins = 20250401;
	assert_int_equal(put(desk, earlier), EDIT_FIELDS);
	assert_string_equal(desk->wrong.items[0].field, "closed_on");
	assert_int_equal(count(desk), 1);
	earlier.closed_on = 20260331;
	assert_int_equal(put(desk, earlier), 0);
	assert_int_equal(count(desk), 2);
}

static void test_a_check_digit_is_told_and_taken_and_other_mistakes_are_refused(void **state)
{
	struct desk *desk = *state;
	struct insurance doubtful = kyokai();
	doubtful.insurer_number = STR("01130013");
	assert_int_equal(put(desk, doubtful), 0);
	assert_int_equal(desk->doubts.count, 1);
	assert_string_equal(desk->doubts.items[0].field, "insurer_number");
	static const struct {
		const char *field;
		struct insurance typed;
	} wrong[] = {
		{"insurer_number", {.number = {"1", 1}, .begins = 20260401}},
		{"insurer_number",
		 {.insurer_number = {"123", 3}, .number = {"1", 1}, .begins = 20260401}},
		{"number", {.insurer_number = {"01130012", 8}, .begins = 20260401}},
		{"begins", {.insurer_number = {"01130012", 8}, .number = {"1", 1}}},
		{"closed_on",
		 {.insurer_number = {"01130012", 8},
		  .number = {"1", 1},
		  .begins = 20260401,
		  .closed_on = 20260331}},
		{"relation",
		 {.insurer_number = {"01130012", 8},
		  .number = {"1", 1},
		  .begins = 20260401,
		  .relation = {"9", 1}}},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(put(desk, wrong[i].typed), EDIT_FIELDS);
		assert_string_equal(desk->wrong.items[0].field, wrong[i].field);
	}
	assert_int_equal(count(desk), 1);
}

static void test_it_is_ended_and_put_right_in_its_place(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(put(desk, kyokai()), 0);
	struct insurance held = at(desk, 1);
	held.closed_on = 20260930;
	assert_int_equal(put(desk, held), 0);
	assert_int_equal(at(desk, 1).closed_on, 20260930);
	held.symbol = STR("99");
	assert_int_equal(put(desk, held), 0);
	assert_int_equal(count(desk), 1);
	assert_true(str_equal(at(desk, 1).symbol, STR("99")));
	undo_last(desk);
	assert_true(str_equal(at(desk, 1).symbol, STR("12")));
	held.order = 7;
	assert_int_equal(put(desk, held), EDIT_CHART_UNKNOWN);
}

static void test_who_comes_second_is_told(void **state)
{
	struct desk *desk = *state;
	const struct insure insure = {desk->chart, version(desk), kyokai()};
	assert_int_equal(put(desk, kyokai()), 0);
	assert_int_equal(insure_run(desk->store.db, &hanako, &insure, &desk->wrong, &desk->doubts),
			 EDIT_MOVED);
	assert_int_equal(count(desk), 1);
}

static void test_a_later_result_proves_what_was_typed_an_older_one_does_not_touch_it(void **state)
{
	struct desk *desk = *state;
	struct insurance typed = kyokai();
	typed.begins = 20260403;
	assert_int_equal(put(desk, typed), 0);
	result_comes(desk, "00000000000000000000000000000001", "20261121090000",
		     BODY("1", "20260401", ""));
	assert_true(at(desk, 1).is_by_hand);
	assert_int_equal(at(desk, 1).begins, 20260403);
	result_comes(desk, "00000000000000000000000000000002", "20261123090000",
		     BODY("1", "20260401", ",\"InsuredPartialContributionRatio\":\"010\""));
	assert_int_equal(count(desk), 1);
	struct insurance proven = at(desk, 1);
	assert_false(proven.is_by_hand);
	assert_int_equal(proven.begins, 20260401);
	assert_true(str_equal(proven.ratio, STR("010")));
	assert_true(str_equal(proven.insurer_name, STR("協会")));
}

static void test_one_that_was_ended_too_early_is_open_again(void **state)
{
	struct desk *desk = *state;
	result_comes(desk, "00000000000000000000000000000001", "20261101090000",
		     BODY("1", "20260401", ""));
	struct insurance held = at(desk, 1);
	held.closed_on = 20261031;
	assert_int_equal(put(desk, held), 0);
	assert_false(at(desk, 1).is_by_hand);
	result_comes(desk, "00000000000000000000000000000002", "20261123090000",
		     BODY("1", "20260401", ""));
	assert_int_equal(count(desk), 1);
	assert_int_equal(at(desk, 1).closed_on, 0);
}

/* Else whoever has a form open is told of a change where there is none. */
static void test_a_result_that_tells_nothing_new_makes_no_other_version(void **state)
{
	struct desk *desk = *state;
	result_comes(desk, "00000000000000000000000000000001", "20261101090000",
		     BODY("1", "20260401", ""));
	int64_t before = version(desk);
	result_comes(desk, "00000000000000000000000000000002", "20261102090000",
		     BODY("1", "20260401", ""));
	assert_int_equal(version(desk), before);
	result_comes(desk, "00000000000000000000000000000003", "20261103090000",
		     BODY("1", "20260401", ",\"InsuredPartialContributionRatio\":\"020\""));
	assert_int_equal(version(desk), before + 1);
}

#define LIMIT(code, from, to)                                       \
	",\"LimitApplicationCertificateRelatedInfo\":{"             \
	"\"LimitApplicationCertificateClassificationFlag\":\"" code \
	"\",\"LimitApplicationCertificateValidStartDate\":\"" from  \
	"\",\"LimitApplicationCertificateValidEndDate\":\"" to "\"}"

static struct chart chart_of(struct desk *desk)
{
	struct chart chart;
	assert_int_equal(store_chart_get(desk->store.db, &desk->store.arena, desk->chart, &chart),
			 0);
	return chart;
}

static void test_a_limit_comes_with_its_days_also_when_somebody_had_to_say_yes(void **state)
{
	struct desk *desk = *state;
	const struct edit_word yes = {.chart = desk->chart, .field = CHART_LIMIT, .takes = true};
	struct seen seen;
	result_comes(desk, "00000000000000000000000000000001", "20261101090000",
		     BODY("1", "20260401", LIMIT("B05", "20260801", "20270731")));
	assert_true(str_equal(chart_of(desk).limit_class, STR("B05")));
	assert_int_equal(edit_policy(desk->store.db, &hanako, desk->chart, CHART_LIMIT, POLICY_ASK),
			 0);
	result_comes(desk, "00000000000000000000000000000002", "20261102090000",
		     BODY("1", "20260401", LIMIT("B04", "20261201", "20271130")));
	assert_true(str_equal(chart_of(desk).limit_class, STR("B05")));
	assert_int_equal(edit_settle(desk->store.db, &hanako, &yes), 0);
	assert_true(str_equal(chart_of(desk).limit_class, STR("B04")));
	assert_true(str_equal(chart_of(desk).limit_from, STR("20261201")));
	assert_true(str_equal(chart_of(desk).limit_to, STR("20271130")));
	/* The same class for other days is another certificate. */
	result_comes(desk, "00000000000000000000000000000003", "20261103090000",
		     BODY("1", "20260401", LIMIT("B04", "20271201", "20281130")));
	assert_true(str_equal(chart_of(desk).limit_from, STR("20261201")));
	assert_int_equal(store_seen_get(desk->store.db, &desk->store.arena,
					STR("00000000000000000000000000000003"), &seen),
			 0);
	assert_int_equal(seen.status, SEEN_CHANGED);
	assert_int_equal(edit_settle(desk->store.db, &hanako, &yes), 0);
	assert_true(str_equal(chart_of(desk).limit_from, STR("20271201")));
	undo_kind(desk, JOURNAL_TAKE);
	assert_true(str_equal(chart_of(desk).limit_from, STR("20261201")));
}

#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, desk_open, test_store_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DESK(test_one_more_is_written_in_one_spelling_by_whom_and_why),
		WITH_DESK(test_the_next_one_ends_the_one_before_and_undo_opens_it_again),
		WITH_DESK(test_an_earlier_one_needs_its_last_day),
		WITH_DESK(test_a_check_digit_is_told_and_taken_and_other_mistakes_are_refused),
		WITH_DESK(test_it_is_ended_and_put_right_in_its_place),
		WITH_DESK(test_who_comes_second_is_told),
		WITH_DESK(test_a_later_result_proves_what_was_typed_an_older_one_does_not_touch_it),
		WITH_DESK(test_one_that_was_ended_too_early_is_open_again),
		WITH_DESK(test_a_limit_comes_with_its_days_also_when_somebody_had_to_say_yes),
		WITH_DESK(test_a_result_that_tells_nothing_new_makes_no_other_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
