/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <pthread.h>

#include "lib/web/web_fake.h"

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
		cmocka_unit_test(test_the_fake_waits_for_a_reply_now_or_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
