/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/wire/inside.h"

#define REQUEST_ID "0123456789abcdef0123456789abcdef"

static int encode(struct arena *arena, enum wire_problem problem,
		  const struct wire_problem_detail *detail, struct str *ret_body)
{
	return wire_problem_encode(arena, problem, detail, ret_body);
}

static void test_every_problem_arrives_as_it_was_sent(void **state)
{
	(void)state;
	const struct wire_problem_detail detail = {.request_id = STR(REQUEST_ID)};
	for (enum wire_problem problem = PROBLEM_NONE + 1; problem < PROBLEM_END; problem++) {
		AUTO(arena_clear) struct arena arena;
		AUTO(wire_input_clear) struct wire_input input = {0};
		arena_init(&arena, 1 << 16);
		const struct wire_problem_row *row = wire_problem_row(problem);
		struct wire_problem_reply reply;
		struct str body;
		assert_int_equal(wire_problem_of_code(str_of(row->code)), problem);
		assert_in_range(row->exit, 1, 17);
		if (row->status == 0)
			continue;
		assert_int_equal(encode(&arena, problem, &detail, &body), 0);
		assert_int_equal(wire_problem_decode(body, &input, &reply), 0);
		assert_int_equal(reply.problem, problem);
		assert_str_equal(reply.code, str_of(row->code));
		assert_str_equal(reply.title, str_of(row->title));
		assert_str_equal(reply.action, str_of(row->action));
		assert_str_equal(reply.vendor, str_of(row->vendor));
		assert_str_equal(reply.request_id, STR(REQUEST_ID));
		assert_int_equal(reply.retry_after_s, 0);
		assert_null(reply.held_reference.ptr);
		assert_int_equal(input.complaints.count, 0);
	}
}

static void test_the_body_is_what_the_contract_shows(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 16);
	struct wire_complaints complaints = {.count = 0};
	struct str body;
	wire_complain(&complaints, STR("client.vendor"), WIRE_REASON_TOO_LONG);
	const struct wire_problem_detail detail = {
		.request_id = STR(REQUEST_ID),
		.complaints = &complaints,
		.retry_after_s = 5,
	};
	assert_int_equal(encode(&arena, PROBLEM_FIELD_INVALID, &detail, &body), 0);
	assert_true(str_starts(body, STR("{\"type\":\"urn:shikaku:problem:field_invalid\",")));
	assert_non_null(strstr(body.ptr, "\"status\":422,\"code\":\"field_invalid\""));
	assert_true(str_ends(body, STR("\"request_id\":\"" REQUEST_ID "\",\"errors\":[{\"field\":"
				       "\"client.vendor\",\"reason\":\"too_long\",\"message\":"
				       "\"長すぎます。\"}],\"retry_after\":5}")));
}

static void test_details_arrive_as_they_were_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input a = {0};
	AUTO(wire_input_clear) struct wire_input b = {0};
	AUTO(wire_input_clear) struct wire_input c = {0};
	arena_init(&arena, 1 << 16);
	struct wire_complaints complaints = {.count = 0};
	wire_complain(&complaints, STR("password"), WIRE_REASON_MISSING);
	wire_complain(&complaints, STR("extra"), WIRE_REASON_UNKNOWN);
	struct wire_problem_detail detail = {.complaints = &complaints, .retry_after_s = 30};
	struct wire_problem_reply reply;
	struct str body;
	assert_int_equal(encode(&arena, PROBLEM_FIELD_INVALID, &detail, &body), 0);
	assert_int_equal(wire_problem_decode(body, &a, &reply), 0);
	assert_int_equal(reply.retry_after_s, 30);
	assert_null(reply.request_id.ptr);
	assert_int_equal(a.complaints.count, 2);
	assert_string_equal(a.complaints.items[1].field, "extra");
	assert_int_equal(a.complaints.items[1].reason, WIRE_REASON_UNKNOWN);
	detail = (struct wire_problem_detail){.held_reference = STR("00123")};
	assert_int_equal(encode(&arena, PROBLEM_REFERENCE_CONFLICT, &detail, &body), 0);
	assert_int_equal(wire_problem_decode(body, &b, &reply), 0);
	assert_str_equal(reply.held_reference, STR("00123"));
	detail = (struct wire_problem_detail){0};
	assert_int_equal(encode(&arena, PROBLEM_REFERENCE_CONFLICT, &detail, &body), 0);
	assert_true(str_ends(body, STR("\"held\":{\"reference_number\":null}}")));
	assert_int_equal(wire_problem_decode(body, &c, &reply), 0);
	assert_null(reply.held_reference.ptr);
}

static void test_a_problem_of_a_newer_service_is_still_told(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		"{\"code\":\"moon_phase\",\"title\":\"満月です。\",\"extra\":{\"a\":1}}",
		/* A local code is not the service's to send. */
		"{\"code\":\"pin_wrong\",\"title\":\"満月です。\"}",
	};
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		AUTO(wire_input_clear) struct wire_input input = {0};
		struct wire_problem_reply reply;
		assert_int_equal(wire_problem_decode(str_of(bodies[i]), &input, &reply), 0);
		assert_int_equal(reply.problem, PROBLEM_SERVICE_REFUSED);
		assert_str_equal(reply.title, STR("満月です。"));
		assert_str_equal(reply.action,
				 str_of(wire_problem_row(PROBLEM_SERVICE_REFUSED)->action));
	}
}

static void test_an_unknown_reason_still_names_its_field(void **state)
{
	(void)state;
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_problem_reply reply;
	assert_int_equal(
		wire_problem_decode(STR("{\"code\":\"field_invalid\",\"errors\":[{\"field\":"
					"\"a\",\"reason\":\"new\",\"message\":\"x\"}]}"),
				    &input, &reply),
		0);
	assert_string_equal(input.complaints.items[0].field, "a");
	assert_int_equal(input.complaints.items[0].reason, WIRE_REASON_VALUE);
}

static void test_what_is_no_problem_is_malformed(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		"",
		"<html>502 Bad Gateway</html>",
		"[]",
		"{}",
		"{\"code\":7}",
		"{\"code\":\"busy\",\"title\":1}",
		"{\"code\":\"busy\",\"retry_after\":-1}",
		"{\"code\":\"busy\",\"errors\":[1]}",
		"{\"code\":\"busy\",\"errors\":[{}]}",
		"{\"code\":\"busy\",\"held\":{}}",
		"{\"code\":\"busy\",\"title\":\"a\\u001b[31m\"}",
	};
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		AUTO(wire_input_clear) struct wire_input input = {0};
		struct wire_problem_reply reply;
		int r = wire_problem_decode(str_of(bodies[i]), &input, &reply);
		if (r != PROBLEM_REPLY_MALFORMED)
			fail_msg("%s: %d", bodies[i], r);
	}
}

static void test_complaints_beyond_the_maximum_are_dropped(void **state)
{
	(void)state;
	struct wire_complaints complaints = {.count = 0};
	for (size_t i = 0; i < WIRE_COMPLAINTS_MAX + 3; i++)
		wire_complain(&complaints, STR("a"), WIRE_REASON_TYPE);
	assert_int_equal(complaints.count, WIRE_COMPLAINTS_MAX);
}

static void test_every_failing_allocation_is_a_fault(void **state)
{
	(void)state;
	const struct wire_problem_detail detail = {.request_id = STR(REQUEST_ID)};
	for (long fails = 0; fails < 2; fails++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		arena.fail_after = fails;
		struct str body;
		assert_int_equal(encode(&arena, PROBLEM_BUSY, &detail, &body), -ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_problem_arrives_as_it_was_sent),
		cmocka_unit_test(test_the_body_is_what_the_contract_shows),
		cmocka_unit_test(test_details_arrive_as_they_were_sent),
		cmocka_unit_test(test_a_problem_of_a_newer_service_is_still_told),
		cmocka_unit_test(test_an_unknown_reason_still_names_its_field),
		cmocka_unit_test(test_what_is_no_problem_is_malformed),
		cmocka_unit_test(test_complaints_beyond_the_maximum_are_dropped),
		cmocka_unit_test(test_every_failing_allocation_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
