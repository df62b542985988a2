/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/intake.h"
#include "workstation/desk/settle.h"
#include "workstation/store/test_store.h"

#define QUALIFICATION(insurer)                                                          \
	"{\"ResultOfQualificationConfirmation\":{\"InsuredCardClassification\":\"01\"," \
	"\"InsurerNumber\":\"" insurer "\",\"InsuredIdentificationNumber\":\"2\","      \
	"\"Name\":\"患者　一\",\"Birthdate\":\"19700101\",\"Sex1\":\"1\","          \
	"\"InsuredCardValidDate\":\"20250401\"}}"
#define BODY(list)                                                                               \
	"{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultStatus\":\"1\","                        \
	"\"QualificationValidity\":\"1\",\"ResultList\":[" list "]},"                            \
	"\"MessageHeader\":{\"CharacterCodeIdentifier\":\"0\","                                  \
	"\"MedicalInstitutionCode\":\"1310000003\",\"ProcessExecutionTime\":\"20261122103000\"," \
	"\"QualificationConfirmationDate\":\"20261122\",\"ReferenceClassification\":\"1\","      \
	"\"SegmentOfResult\":\"1\"}}}"

static const char one[] = BODY(QUALIFICATION("06000004"));
static const char two[] = BODY(QUALIFICATION("06000004") "," QUALIFICATION("01130012"));

static const struct actor sakura = {.staff = {"sakura", 6}, .now_ms = INT64_C(1795316400000)};

static int desk_open(void **state)
{
	return test_store_open(state, sizeof(struct test_store));
}

/* A result that waits for a decision. */
static void waits(struct test_store *desk, const char *id, const char *raw, const char *reference)
{
	const struct seen seen = {
		.state = SEEN_OPEN,
		.kind = MATCH_ASK,
		.reason = MATCH_CANDIDATES,
		.result_id = str_of(id),
		.confirmed_at = STR("20261122103000"),
		.validity = STR("1"),
		.reference = str_of(reference),
		.raw = str_of(raw),
	};
	assert_int_equal(store_seen_put(desk->db, &desk->arena, &seen), 0);
}

static struct chart chart_get(struct test_store *desk, int64_t number)
{
	struct chart chart = {0};
	assert_int_equal(store_chart_get(desk->db, &desk->arena, number, &chart), 0);
	return chart;
}

static struct queued *queue(struct test_store *desk, size_t *ret_count)
{
	struct queued *list = NULL;
	assert_int_equal(store_queue_list(desk->db, &desk->arena, true, &list, ret_count), 0);
	return list;
}

static int settle(struct test_store *desk, const char *id, int64_t chart, int qualification)
{
	const struct settle settle = {.result_id = str_of(id),
				      .chart = chart,
				      .qualification = qualification};
	int64_t settled = 0;
	int r = settle_run(desk->db, &sakura, &settle, &settled);
	assert_true(r || settled > 0);
	return r;
}

static void test_a_new_chart_is_made_once_and_its_number_queued(void **state)
{
	struct test_store *desk = *state;
	size_t count;
	waits(desk, "a", one, NULL);
	assert_int_equal(settle(desk, "a", 0, 0), 0);
	assert_true(str_equal(chart_get(desk, 1).birth, STR("19700101")));
	const struct queued *queued = queue(desk, &count);
	assert_int_equal(count, 1);
	assert_true(str_equal(queued[0].number, STR("1")));
	assert_null(queued[0].expected.ptr);
	assert_int_equal(settle(desk, "a", 0, 0), SETTLE_RESULT_UNKNOWN);
	assert_int_equal(settle(desk, "z", 0, 0), SETTLE_RESULT_UNKNOWN);
}

static void test_a_result_goes_to_the_chart_somebody_names(void **state)
{
	struct test_store *desk = *state;
	struct insurance insurance;
	size_t count;
	waits(desk, "a", one, NULL);
	waits(desk, "b", two, "old");
	assert_int_equal(settle(desk, "a", 0, 0), 0);
	assert_int_equal(settle(desk, "b", 9, 1), SETTLE_CHART_UNKNOWN);
	assert_int_equal(settle(desk, "b", 1, 0), SETTLE_WHICH);
	assert_int_equal(settle(desk, "b", 1, 3), SETTLE_WHICH);
	assert_int_equal(settle(desk, "b", 1, 2), 0);
	assert_int_equal(store_insurance_current(desk->db, &desk->arena, 1, &insurance), 0);
	assert_true(str_equal(insurance.insurer_number, STR("01130012")));
	/* The number the service holds for this person is to be replaced. */
	const struct queued *queued = queue(desk, &count);
	assert_int_equal(count, 2);
	assert_true(str_equal(queued[1].number, STR("1")));
	assert_true(str_equal(queued[1].expected, STR("old")));
}

static void test_a_number_the_service_holds_becomes_the_charts(void **state)
{
	struct test_store *desk = *state;
	size_t count;
	waits(desk, "a", one, "7");
	waits(desk, "b", one, "K-1");
	waits(desk, "c", one, "7");
	waits(desk, "d", one, NULL);
	assert_int_equal(settle(desk, "a", 0, 0), 0);
	assert_true(str_equal(chart_get(desk, 7).reference, STR("7")));
	assert_int_equal(settle(desk, "b", 0, 0), 0);
	assert_true(str_equal(chart_get(desk, 8).reference, STR("K-1")));
	assert_int_equal(settle(desk, "c", 0, 0), SETTLE_REFERENCE_HELD);
	(void)queue(desk, &count);
	assert_int_equal(count, 0);
	assert_int_equal(settle(desk, "d", 0, 0), 0);
	assert_true(str_equal(chart_get(desk, 9).reference, STR("9")));
}

static void test_a_number_given_out_is_nobody_elses(void **state)
{
	struct test_store *desk = *state;
	waits(desk, "a", one, NULL);
	waits(desk, "b", one, "0001");
	waits(desk, "c", one, "3");
	waits(desk, "d", one, NULL);
	assert_int_equal(settle(desk, "a", 0, 0), 0);
	assert_int_equal(settle(desk, "b", 0, 0), 0);
	assert_int_equal(settle(desk, "c", 0, 0), 0);
	assert_int_equal(settle(desk, "d", 0, 0), 0);
	assert_true(str_equal(chart_get(desk, 2).reference, STR("0001")));
	assert_true(str_equal(chart_get(desk, 3).reference, STR("3")));
	assert_true(str_equal(chart_get(desk, 4).reference, STR("4")));
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, test_store_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_new_chart_is_made_once_and_its_number_queued),
		DESK_TEST(test_a_result_goes_to_the_chart_somebody_names),
		DESK_TEST(test_a_number_the_service_holds_becomes_the_charts),
		DESK_TEST(test_a_number_given_out_is_nobody_elses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
