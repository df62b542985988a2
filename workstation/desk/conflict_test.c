/* SPDX-License-Identifier: Apache-2.0 */
/* A number that the service did not take, and what somebody says of it. */
#include "workstation/desk/conflict.h"
#include "workstation/store/test_store.h"
#include "workstation/store/changes.h"

#define RESULT "00000000000000000000000000000001"

static const struct actor sato = {.staff = {"01", 2}, .now_ms = INT64_C(1795312800000)};

struct desk {
	struct test_store store;
	struct chart chart; /* its number is not taken by the service */
};

static int desk_open(void **state)
{
	const struct chart other = {.reference = STR("5"), .name = STR("別人")};
	const struct chart chart = {.name = STR("見本　太郎"), .birth = STR("19700101")};
	struct chart ignored;
	int r = test_store_open(state, sizeof(struct desk));
	struct desk *desk = *state;
	struct db *db = desk->store.db;
	assert_int_equal(store_chart_add(db, &desk->store.arena, &other, &ignored), 0);
	assert_int_equal(store_chart_add(db, &desk->store.arena, &chart, &desk->chart), 0);
	return r;
}

static void queue_put(struct desk *desk, enum queued_state state, struct str held)
{
	struct queued queued = {.result_id = STR(RESULT),
				.chart = desk->chart.number,
				.number = desk->chart.reference,
				.state = state,
				.problem = STR("reference_conflict"),
				.held = held};
	assert_int_equal(store_queue_add(desk->store.db, queued.result_id, queued.chart,
					 queued.number, (struct str){0}),
			 0);
	assert_int_equal(store_queue_failed(desk->store.db, &queued), 0);
}

static int settle(struct desk *desk, enum conflict_word word)
{
	return conflict_settle(desk->store.db, &sato, STR(RESULT), word);
}

static size_t waiting(struct desk *desk, struct queued *ret_first)
{
	struct queued *list;
	size_t count;
	assert_int_equal(store_queue_list(desk->store.db, &desk->store.arena, false, &list, &count),
			 0);
	if (count)
		*ret_first = list[0];
	return count;
}

static struct str reference(struct desk *desk)
{
	struct chart chart;
	assert_int_equal(store_chart_get(desk->store.db, &desk->store.arena, desk->chart.number,
					 &chart),
			 0);
	return chart.reference;
}

static void test_the_services_number_becomes_the_charts(void **state)
{
	struct desk *desk = *state;
	struct queued queued;
	queue_put(desk, QUEUED_CONFLICT, STR("77"));
	assert_int_equal(settle(desk, CONFLICT_TAKE_HELD), 0);
	assert_true(str_equal(reference(desk), STR("77")));
	assert_int_equal(waiting(desk, &queued), 0);
	assert_int_equal(settle(desk, CONFLICT_TAKE_HELD), CONFLICT_GONE);
}

static void test_a_number_that_another_chart_has_is_not_taken(void **state)
{
	struct desk *desk = *state;
	struct queued queued;
	struct str before = reference(desk);
	queue_put(desk, QUEUED_CONFLICT, STR("5"));
	assert_int_equal(settle(desk, CONFLICT_TAKE_HELD), CONFLICT_TAKEN);
	assert_true(str_equal(reference(desk), before));
	assert_int_equal(waiting(desk, &queued), 1);
	assert_int_equal(queued.state, QUEUED_CONFLICT);
}

static void test_ours_replaces_what_the_service_holds(void **state)
{
	struct desk *desk = *state;
	struct queued queued;
	queue_put(desk, QUEUED_CONFLICT, STR("77"));
	assert_int_equal(settle(desk, CONFLICT_REPLACE), 0);
	assert_int_equal(waiting(desk, &queued), 1);
	assert_int_equal(queued.state, QUEUED_WAITING);
	assert_true(str_equal(queued.expected, STR("77")));
	assert_true(str_equal(queued.number, desk->chart.reference));
	assert_int_equal(settle(desk, CONFLICT_REPLACE), CONFLICT_GONE);
}

static void test_a_number_of_another_person_gives_way_to_the_next(void **state)
{
	struct desk *desk = *state;
	struct queued queued;
	queue_put(desk, QUEUED_REFUSED, (struct str){0});
	assert_int_equal(settle(desk, CONFLICT_TAKE_HELD), CONFLICT_NO_HELD);
	assert_int_equal(settle(desk, CONFLICT_REPLACE), CONFLICT_NO_HELD);
	assert_int_equal(settle(desk, CONFLICT_NEXT), 0);
	assert_int_equal(waiting(desk, &queued), 1);
	assert_int_equal(queued.state, QUEUED_WAITING);
	assert_true(str_equal(queued.number, reference(desk)));
	assert_false(str_equal(queued.number, desk->chart.reference));
}

static void test_nothing_more_is_sent_and_the_number_stays(void **state)
{
	struct desk *desk = *state;
	struct queued queued;
	queue_put(desk, QUEUED_CONFLICT, STR("77"));
	assert_int_equal(settle(desk, CONFLICT_LEAVE), 0);
	assert_int_equal(waiting(desk, &queued), 0);
	assert_true(str_equal(reference(desk), desk->chart.reference));
}

static void test_what_only_waits_for_the_network_is_nobodys_to_decide(void **state)
{
	struct desk *desk = *state;
	queue_put(desk, QUEUED_WAITING, (struct str){0});
	assert_int_equal(settle(desk, CONFLICT_NEXT), CONFLICT_GONE);
	assert_int_equal(settle(desk, CONFLICT_LEAVE), CONFLICT_GONE);
}

int main(void)
{
#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_open, test_store_close)
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_the_services_number_becomes_the_charts),
		DESK_TEST(test_a_number_that_another_chart_has_is_not_taken),
		DESK_TEST(test_ours_replaces_what_the_service_holds),
		DESK_TEST(test_a_number_of_another_person_gives_way_to_the_next),
		DESK_TEST(test_nothing_more_is_sent_and_the_number_stays),
		DESK_TEST(test_what_only_waits_for_the_network_is_nobodys_to_decide),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
