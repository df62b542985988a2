/* SPDX-License-Identifier: Apache-2.0 */
/* Whose is what, put right: over a store of each test's own. */
#include "workstation/desk/decide.h"

#include "lib/base/test.h"

#include "workstation/store/test_store.h"

#include "workstation/desk/edit.h"
#include "workstation/desk/find.h"
#include "workstation/rules/matching.h"
#include "workstation/store/aliases.h"
#include "workstation/store/changes.h"
#include "workstation/store/store.h"

#define BODY(kana, insurer, from)                                                                 \
	"{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultStatus\":\"1\","                         \
	"\"QualificationValidity\":\"1\",\"ResultList\":[{\"ResultOfQualificationConfirmation\":" \
	"{\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"" insurer "\","                \
	"\"InsuredIdentificationNumber\":\"2\",\"Name\":\"患者　一\",\"NameKana\":\"" kana        \
	"\",\"Birthdate\":\"19700101\",\"Sex1\":\"1\",\"InsuredCardValidDate\":\"" from           \
	"\"}}]},\"MessageHeader\":{\"CharacterCodeIdentifier\":\"0\","                            \
	"\"MedicalInstitutionCode\":\"1310000003\",\"ProcessExecutionTime\":\"20261122103000\","  \
	"\"QualificationConfirmationDate\":\"20261122\",\"ReferenceClassification\":\"1\","       \
	"\"SegmentOfResult\":\"1\"}}}"

static const char kenpo[] = BODY("ｶﾝｼﾞﾔ ﾊｼﾞﾒ", "06000004", "20250401");
static const char kyokai[] = BODY("ｶﾝｼﾞﾔ ﾊｼﾞﾒ", "01130012", "20260401");
static const char other_kana[] = BODY("ｶﾝｼﾞﾔ ｲﾁ", "06000004", "20250401");

static const struct actor hanako = {.staff = {"hanako", 6}, .now_ms = INT64_C(1795316400000)};

static int desk_open(void **state)
{
	return test_store_open(state, sizeof(struct test_store));
}

/* A result that waits; what it says of its insurance stands in its row as it came. */
static void waits(struct test_store *desk, const char *id, const char *raw, const char *at)
{
	AUTO(json_clear) struct json_document document = {0};
	const struct record_qualification *first;
	size_t count;
	assert_int_equal(settle_qualifications(&desk->arena, str_of(raw), &document, &first,
					       &count),
			 0);
	const struct seen seen = {
		.state = SEEN_OPEN,
		.status = SEEN_ASKS,
		.kind = MATCH_ASK,
		.result_id = str_of(id),
		.confirmed_at = str_of(at),
		.validity = STR("1"),
		.insurer_number = first->elements[RECORD_INSURER_NUMBER],
		.number = first->elements[RECORD_NUMBER],
		.raw = str_of(raw),
	};
	assert_int_equal(store_seen_put(desk->db, &desk->arena, &seen), 0);
}

static int64_t settled(struct test_store *desk, const char *id, int64_t chart, bool remembers)
{
	const struct settle settle = {.result_id = str_of(id),
				      .chart = chart,
				      .remembers = remembers};
	int64_t number = 0;
	assert_int_equal(settle_run(desk->db, &hanako, &settle, &number), 0);
	return number;
}

static struct seen seen_get(struct test_store *desk, const char *id)
{
	struct seen seen;
	assert_int_equal(store_seen_get(desk->db, &desk->arena, str_of(id), &seen), 0);
	return seen;
}

static struct chart chart_get(struct test_store *desk, int64_t number)
{
	struct chart chart;
	assert_int_equal(store_chart_get(desk->db, &desk->arena, number, &chart), 0);
	return chart;
}

static struct str picture(struct test_store *desk, int64_t chart, int64_t other)
{
	struct str picture;
	assert_int_equal(store_picture_take(desk->db, &desk->arena, chart, other, (struct str){0},
					    &picture),
			 0);
	return picture;
}

static int change_note(void *ctx, const struct change *change)
{
	int64_t *last = ctx;
	if (!*last)
		*last = change->no;
	return 0;
}

static int undo_last(struct test_store *desk, int64_t chart)
{
	int64_t last = 0;
	assert_int_equal(store_changes_each(desk->db, chart, 10, change_note, &last), 0);
	return decide_undo(desk->db, &hanako, last);
}

static struct str insurer(struct test_store *desk, int64_t chart)
{
	struct insurance insurance;
	int r = store_insurance_current(desk->db, &desk->arena, chart, &insurance);
	assert_true(r >= 0);
	return r ? (struct str){0} : insurance.insurer_number;
}

static size_t queue(struct test_store *desk, struct queued **ret_list)
{
	size_t count;
	assert_int_equal(store_queue_list(desk->db, &desk->arena, false, ret_list, &count), 0);
	return count;
}

/* --- the tests --- */

static void test_unlinking_leaves_the_chart_as_it_was(void **state)
{
	struct test_store *desk = *state;
	bool is_exact;
	waits(desk, "a", kenpo, "20261101090000");
	waits(desk, "b", kyokai, "20261122103000");
	int64_t chart = settled(desk, "a", 0, false);
	struct str before = picture(desk, chart, 0);
	settled(desk, "b", chart, false);
	assert_str_equal(insurer(desk, chart), STR("01130012"));
	assert_int_equal(decide_unlink(desk->db, &hanako, STR("b"), &is_exact), 0);
	assert_true(is_exact);
	assert_str_equal(picture(desk, chart, 0), before);
	assert_int_equal(seen_get(desk, "b").state, SEEN_OPEN);
	assert_int_equal(decide_unlink(desk->db, &hanako, STR("b"), &is_exact),
			 DECIDE_RESULT_UNKNOWN);
	assert_int_equal(decide_unlink(desk->db, &hanako, STR("z"), &is_exact),
			 DECIDE_RESULT_UNKNOWN);
}

static void test_what_came_later_stays_when_an_earlier_result_leaves(void **state)
{
	struct test_store *desk = *state;
	struct edit edit = {.chart = {.name = STR("患者　一"), .notes = STR("右肩")}};
	struct edit_notes wrong, doubts;
	int64_t number;
	bool is_exact;
	waits(desk, "a", kenpo, "20261101090000");
	waits(desk, "b", kyokai, "20261122103000");
	int64_t chart = settled(desk, "a", 0, false);
	settled(desk, "b", chart, false);
	edit.chart.number = chart;
	edit.chart.version = chart_get(desk, chart).version;
	assert_int_equal(edit_run(desk->db, &hanako, &edit, &number, &wrong, &doubts), 0);
	struct str before = picture(desk, chart, 0);
	assert_int_equal(decide_unlink(desk->db, &hanako, STR("b"), &is_exact), 0);
	assert_false(is_exact);
	assert_str_equal(chart_get(desk, chart).notes, STR("右肩"));
	assert_str_equal(insurer(desk, chart), STR("06000004"));
	assert_int_equal(seen_get(desk, "b").chart, 0);
	assert_int_equal(undo_last(desk, chart), 0);
	assert_str_equal(picture(desk, chart, 0), before);
}

static void test_a_result_goes_to_another_chart_or_stays(void **state)
{
	struct test_store *desk = *state;
	struct settle settle = {.result_id = STR("b"), .chart = 9};
	bool is_exact;
	waits(desk, "a", kenpo, "20261101090000");
	waits(desk, "b", kyokai, "20261122103000");
	int64_t chart = settled(desk, "a", 0, false), other = settled(desk, "b", 0, false);
	assert_int_equal(decide_relink(desk->db, &hanako, &settle, &is_exact),
			 DECIDE_OUTCOMES + SETTLE_CHART_UNKNOWN);
	assert_int_equal(seen_get(desk, "b").chart, other);
	settle.chart = chart;
	assert_int_equal(decide_relink(desk->db, &hanako, &settle, &is_exact), 0);
	assert_int_equal(seen_get(desk, "b").chart, chart);
	assert_int_equal(chart_get(desk, other).state, CHART_AWAY);
	assert_str_equal(insurer(desk, chart), STR("01130012"));
}

static void test_two_charts_become_one_and_two_again(void **state)
{
	struct test_store *desk = *state;
	struct candidate_alias *aliases;
	struct queued *list;
	size_t count;
	waits(desk, "a", kyokai, "20261122103000");
	waits(desk, "b", other_kana, "20261101090000");
	int64_t into = settled(desk, "a", 0, false), from = settled(desk, "b", 0, false);
	struct str before = picture(desk, into, from);
	assert_int_equal(decide_merge(desk->db, &hanako, from, from), DECIDE_ALREADY);
	assert_int_equal(decide_merge(desk->db, &hanako, from, 99), DECIDE_CHART_UNKNOWN);
	assert_int_equal(decide_merge(desk->db, &hanako, from, into), 0);
	assert_int_equal(chart_get(desk, from).state, CHART_MERGED);
	assert_int_equal(chart_get(desk, from).merged_into, into);
	assert_int_equal(seen_get(desk, "b").chart, into);
	/* The one that began last holds. */
	assert_str_equal(insurer(desk, into), STR("01130012"));
	assert_int_equal(store_aliases_list(desk->db, &desk->arena, into, &aliases, &count), 0);
	assert_int_equal(count, 1);
	assert_str_equal(aliases[0].text, STR("ｶﾝｼﾞﾔ ｲﾁ"));
	assert_int_equal(queue(desk, &list), 2);
	for (size_t i = 0; i < 2; i++)
		assert_str_equal(list[i].number, chart_get(desk, into).reference);
	assert_int_equal(undo_last(desk, into), 0);
	assert_str_equal(picture(desk, into, from), before);
}

static void test_an_insurance_of_both_stays_once(void **state)
{
	struct test_store *desk = *state;
	waits(desk, "a", kenpo, "20261101090000");
	waits(desk, "b", other_kana, "20261122103000");
	int64_t into = settled(desk, "a", 0, false), from = settled(desk, "b", 0, false);
	assert_int_equal(decide_merge(desk->db, &hanako, from, into), 0);
	struct str after = picture(desk, into, 0);
	assert_non_null(strstr(after.ptr, "06000004"));
	assert_null(strstr(strstr(after.ptr, "\"insurer_number\":\"06000004\"") + 1,
			   "\"insurer_number\":\"06000004\""));
	assert_str_equal(chart_get(desk, into).confirmed_at, STR("20261122103000"));
}

static void test_an_accepted_spelling_is_known_next_time(void **state)
{
	struct test_store *desk = *state;
	AUTO(json_clear) struct json_document document = {0};
	struct result result = {.validity = STR("1"), .qualifications_count = 1};
	struct found found;
	size_t count;
	waits(desk, "a", kenpo, "20261101090000");
	waits(desk, "b", other_kana, "20261122103000");
	int64_t chart = settled(desk, "a", 0, false);
	settled(desk, "b", chart, true);
	assert_int_equal(settle_qualifications(&desk->arena, str_of(other_kana), &document,
					       &result.first, &count),
			 0);
	assert_int_equal(find_match(desk->db, &desk->arena, &result, &found), 0);
	assert_int_equal(found.count, 1);
	assert_true(found.candidates[0].reasons & CANDIDATE_ALIAS);
	assert_int_equal(undo_last(desk, chart), 0);
	assert_int_equal(find_match(desk->db, &desk->arena, &result, &found), 0);
	assert_false(found.count && found.candidates[0].reasons & CANDIDATE_ALIAS);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_open, test_store_close)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_unlinking_leaves_the_chart_as_it_was),
		DESK_TEST(test_what_came_later_stays_when_an_earlier_result_leaves),
		DESK_TEST(test_a_result_goes_to_another_chart_or_stays),
		DESK_TEST(test_two_charts_become_one_and_two_again),
		DESK_TEST(test_an_insurance_of_both_stays_once),
		DESK_TEST(test_an_accepted_spelling_is_known_next_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
