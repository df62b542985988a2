/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "server/auth/cache.h"

enum { UNTIL_MS = 1000 };

struct digest {
	unsigned char bytes[TOKEN_DIGEST_BYTES];
};

/* Of set 0 when the last bytes alone differ. */
static struct digest digest_number(unsigned n)
{
	struct digest digest = {{0}};
	digest.bytes[TOKEN_DIGEST_BYTES - 1] = (unsigned char)n;
	return digest;
}

static struct caller caller_number(unsigned n)
{
	struct caller caller = {.account_no = n,
				.device_no = n + 100,
				.kind = ACCOUNT_RECEIPT,
				.until_ms = UNTIL_MS};
	caller.session_id[0] = (unsigned char)n;
	return caller;
}

static int cache_setup(void **state)
{
	struct token_cache *cache;
	assert_int_equal(token_cache_create(&cache, 16), 0);
	for (unsigned n = 1; n <= 3; n++) {
		struct caller caller = caller_number(n);
		token_cache_put(cache, digest_number(n).bytes, &caller, 0,
				token_cache_state(cache));
	}
	*state = cache;
	return 0;
}

static int cache_teardown(void **state)
{
	token_cache_destroy(*state);
	return 0;
}

static bool known(struct token_cache *cache, unsigned n, int64_t now_ms)
{
	struct caller caller = {0};
	bool found = token_cache_find(cache, digest_number(n).bytes, now_ms, &caller) == 0;
	assert_int_equal(caller.account_no, found ? n : 0);
	return found;
}

static void test_what_was_put_is_found_until_it_ends(void **state)
{
	assert_true(known(*state, 1, 0));
	assert_true(known(*state, 2, UNTIL_MS - 1));
	assert_false(known(*state, 2, UNTIL_MS));
	assert_false(known(*state, 4, 0));
}

static void test_dropping_takes_what_it_names_and_nothing_else(void **state)
{
	struct token_cache *cache = *state;
	struct caller second = caller_number(2);
	token_cache_drop_session(cache, second.session_id);
	assert_true(known(cache, 1, 0));
	assert_false(known(cache, 2, 0));
	token_cache_drop_account(cache, 3);
	assert_true(known(cache, 1, 0));
	assert_false(known(cache, 3, 0));
	token_cache_drop_device(cache, 102);
	assert_true(known(cache, 1, 0));
	token_cache_drop_device(cache, 101);
	assert_false(known(cache, 1, 0));
}

static void test_all_can_be_forgotten(void **state)
{
	token_cache_drop_all(*state);
	for (unsigned n = 1; n <= 3; n++)
		assert_false(known(*state, n, 0));
}

static void test_what_was_read_before_a_drop_is_not_kept(void **state)
{
	struct token_cache *cache = *state;
	struct caller caller = caller_number(9);
	uint64_t before = token_cache_state(cache);
	token_cache_drop_account(cache, 77);
	token_cache_put(cache, digest_number(9).bytes, &caller, 0, before);
	assert_false(known(cache, 9, 0));
	token_cache_put(cache, digest_number(9).bytes, &caller, 0, token_cache_state(cache));
	assert_true(known(cache, 9, 0));
}

static void test_a_token_that_is_over_is_not_kept(void **state)
{
	struct caller caller = caller_number(9);
	token_cache_put(*state, digest_number(9).bytes, &caller, UNTIL_MS,
			token_cache_state(*state));
	assert_false(known(*state, 9, 0));
}

static void test_a_full_set_lets_go_what_ends_first(void **state)
{
	struct token_cache *cache = *state;
	for (unsigned n = 4; n <= 8; n++) {
		struct caller caller = caller_number(n);
		caller.until_ms = UNTIL_MS + n;
		token_cache_put(cache, digest_number(n).bytes, &caller, 0,
				token_cache_state(cache));
	}
	struct caller first = caller_number(1), last = caller_number(9);
	first.until_ms = last.until_ms = 2 * UNTIL_MS;
	/* Put again: its own place, nobody is pushed out. */
	token_cache_put(cache, digest_number(1).bytes, &first, 0, token_cache_state(cache));
	for (unsigned n = 1; n <= 8; n++)
		assert_true(known(cache, n, 0));
	token_cache_put(cache, digest_number(9).bytes, &last, 0, token_cache_state(cache));
	assert_true(known(cache, 9, 0));
	assert_true(known(cache, 1, 0));
	assert_false(known(cache, 2, 0) && known(cache, 3, 0));
	for (unsigned n = 4; n <= 8; n++)
		assert_true(known(cache, n, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cache_setup, cache_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_put_is_found_until_it_ends),
		TEST(test_dropping_takes_what_it_names_and_nothing_else),
		TEST(test_all_can_be_forgotten),
		TEST(test_what_was_read_before_a_drop_is_not_kept),
		TEST(test_a_token_that_is_over_is_not_kept),
		TEST(test_a_full_set_lets_go_what_ends_first),
	};
	return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
