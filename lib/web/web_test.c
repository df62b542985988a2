/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <pthread.h>

#include "lib/web/web_fake.h"

static void test_a_parameter_is_found_and_decoded(void **state)
{
	(void)state;
	const struct {
		struct str query, name, value;
	} rows[] = {
		{STR("a=1&b=2"), STR("a"), STR("1")},
		{STR("a=1&b=2"), STR("b"), STR("2")},
		{STR("a=1=2"), STR("a"), STR("1=2")},
		{STR("a="), STR("a"), STR("")},
		{STR("a&b"), STR("b"), STR("")},
		{STR("a=x+y%20z%2B"), STR("a"), STR("x+y z+")},
		{STR("a=%e8%B3%87"), STR("a"), STR("資")},
		{STR("a=%41"), STR("a"), STR("A")},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		struct str value;
		arena_init(&arena, 1 << 16);
		assert_int_equal(web_parameter(rows[i].query, rows[i].name, &arena, &value), 0);
		assert_str_equal(value, rows[i].value);
		arena_clear(&arena);
	}
}

static void test_a_parameter_that_is_not_there_is_absent(void **state)
{
	(void)state;
	const struct str queries[] = {{0},	  STR(""),	STR("ab=1"),
				      STR("A=1"), STR("%61=1"), STR("&")};
	struct str value;
	for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
		assert_int_equal(web_parameter(queries[i], STR("a"), NULL, &value),
				 WEB_PARAMETER_ABSENT);
}

static void test_a_malformed_parameter_is_refused(void **state)
{
	(void)state;
	const struct str queries[] = {STR("a=%"),   STR("a=%4"),	STR("a=%4g"),
				      STR("a=%FF"), STR("a=1&b=2&a=1"), STR("a&a")};
	for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
		struct arena arena;
		struct str value;
		arena_init(&arena, 1 << 16);
		assert_int_equal(web_parameter(queries[i], STR("a"), &arena, &value),
				 WEB_PARAMETER_MALFORMED);
		arena_clear(&arena);
	}
}

static void test_no_memory_for_a_parameter_is_a_fault(void **state)
{
	(void)state;
	struct arena arena;
	struct str value;
	arena_init(&arena, 1 << 16);
	arena.fail_after = 0;
	assert_int_equal(web_parameter(STR("a=1"), STR("a"), &arena, &value), -ENOMEM);
	arena_clear(&arena);
}

static void test_the_first_unknown_parameter_is_named(void **state)
{
	(void)state;
	const struct str names[] = {STR("from"), STR("to")};
	assert_null(web_parameter_unknown((struct str){0}, names, 2).ptr);
	assert_null(web_parameter_unknown(STR(""), names, 2).ptr);
	assert_null(web_parameter_unknown(STR("to=1&from"), names, 2).ptr);
	assert_str_equal(web_parameter_unknown(STR("to=1&x=2&y"), names, 2), STR("x"));
	assert_str_equal(web_parameter_unknown(STR("to=1&From=2"), names, 2), STR("From"));
	assert_non_null(web_parameter_unknown(STR("to=1&"), names, 2).ptr);
}

/* Finishes on a thread of its own when the path says so. */
static void *answer(void *arg)
{
	struct web_exchange *exchange = arg;
	exchange->reply.status = 200;
	if (arena_copy(&exchange->arena, exchange->request.path, &exchange->reply.body) < 0)
		exchange->reply.status = 500;
	web_finish(exchange);
	return NULL;
}

static void echo_handle(void *ctx, struct web_exchange *exchange)
{
	pthread_t *thread = ctx;
	if (!str_equal(exchange->request.path, STR("/later")))
		answer(exchange);
	else if (pthread_create(thread, NULL, answer, exchange))
		answer(exchange);
}

static const struct web_app echo = {.handle = echo_handle};

static void test_the_fake_waits_for_a_reply_now_or_later(void **state)
{
	(void)state;
	const struct str paths[] = {STR("/now"), STR("/later")};
	for (size_t i = 0; i < 2; i++) {
		struct web_request request = {.method = STR("GET"), .path = paths[i]};
		struct web_exchange exchange;
		pthread_t thread = 0;
		web_fake_call(&echo, &thread, &request, &exchange);
		if (thread)
			pthread_join(thread, NULL);
		assert_int_equal(exchange.reply.status, 200);
		assert_str_equal(exchange.reply.body, paths[i]);
		assert_int_equal(strlen(exchange.request.request_id), 32);
		web_fake_clear(&exchange);
		assert_null(exchange.reply.body.ptr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_parameter_is_found_and_decoded),
		cmocka_unit_test(test_a_parameter_that_is_not_there_is_absent),
		cmocka_unit_test(test_a_malformed_parameter_is_refused),
		cmocka_unit_test(test_no_memory_for_a_parameter_is_a_fault),
		cmocka_unit_test(test_the_first_unknown_parameter_is_named),
		cmocka_unit_test(test_the_fake_waits_for_a_reply_now_or_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
