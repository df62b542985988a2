/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/crypto/crypto.h"

/* As cheap as Argon2id gets: what is tested here is not the cost. */
static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};

static const struct password_input input = {
	.pepper = {"pepper", 6},
	.account = {"17", 2},
	.facility = {"1310000001", 10},
	.kind = {"WA", 2},
	.password = {"correct horse", 13},
};

static void test_the_right_password_fits_and_salts_differ(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str a, b;
	arena_init(&arena, 10000);
	assert_int_equal(password_hash(&arena, &input, &cheap, &a), 0);
	assert_int_equal(password_hash(&arena, &input, &cheap, &b), 0);
	assert_true(str_starts(a, STR("$argon2id$v=19$m=8,t=1,p=1$")));
	assert_false(str_equal(a, b));
	assert_int_equal(password_verify(&input, a), 0);
	assert_int_equal(password_verify(&input, b), 0);
}

static void test_every_part_of_the_input_counts(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str phc;
	arena_init(&arena, 10000);
	assert_int_equal(password_hash(&arena, &input, &cheap, &phc), 0);
	struct password_input other[5] = {input, input, input, input, input};
	other[0].pepper = STR("Pepper");
	other[1].account = STR("18");
	other[2].facility = STR("1310000002");
	other[3].kind = STR("W");
	other[4].password = STR("correct horsE");
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(password_verify(&other[i], phc), CRYPTO_FORGED);
}

static void test_the_default_cost_is_written_into_the_text(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str phc;
	arena_init(&arena, 10000);
	assert_int_equal(password_hash(&arena, &input, &password_cost_default, &phc), 0);
	assert_true(str_starts(phc, STR("$argon2id$v=19$m=19456,t=2,p=1$")));
	assert_int_equal(password_verify(&input, phc), 0);
}

static void test_a_broken_hash_is_a_fault_and_never_a_match(void **state)
{
	(void)state;
	assert_int_equal(password_verify(&input, STR("")), -EIO);
	assert_int_equal(password_verify(&input, STR("$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA")), -EIO);
	assert_int_equal(password_verify(&input, STR("$argon2id$v=19$m=8,t=1,p=1$AAAA")), -EIO);
}

static void test_a_hash_says_what_it_cost(void **state)
{
	(void)state;
	struct password_cost cost;
	assert_int_equal(password_cost_of(STR("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"),
					  &cost),
			 0);
	assert_int_equal(cost.memory_kib, 19456);
	assert_int_equal(cost.passes, 2);
	assert_int_equal(password_cost_of(STR("$argon2id$v=19$t=2,m=19456$x"), &cost),
			 CRYPTO_MALFORMED);
	assert_int_equal(password_cost_of(STR("plain"), &cost), CRYPTO_MALFORMED);
}

static void test_a_key_depends_on_password_salt_and_cost(void **state)
{
	(void)state;
	const struct password_cost cost = {.passes = 2, .memory_kib = 64},
				   other = {.passes = 3, .memory_kib = 64};
	struct str salt = STR("0123456789abcdef");
	AUTO(secret_wipe) struct secret a = {0}, b = {0};
	assert_int_equal(password_key(STR("password"), salt, &cost, &a), 0);
	assert_int_equal(a.len, CRYPTO_KEY_BYTES);
	assert_int_equal(password_key(STR("password"), salt, &cost, &b), 0);
	assert_true(secret_equal(secret_str(&a), secret_str(&b)));
	assert_int_equal(password_key(STR("passworD"), salt, &cost, &b), 0);
	assert_false(secret_equal(secret_str(&a), secret_str(&b)));
	assert_int_equal(password_key(STR("password"), STR("0123456789abcdeF"), &cost, &b), 0);
	assert_false(secret_equal(secret_str(&a), secret_str(&b)));
	assert_int_equal(password_key(STR("password"), salt, &other, &b), 0);
	assert_false(secret_equal(secret_str(&a), secret_str(&b)));
	assert_int_equal(password_key((struct str){0}, salt, &cost, &b), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_right_password_fits_and_salts_differ),
		cmocka_unit_test(test_every_part_of_the_input_counts),
		cmocka_unit_test(test_the_default_cost_is_written_into_the_text),
		cmocka_unit_test(test_a_hash_says_what_it_cost),
		cmocka_unit_test(test_a_broken_hash_is_a_fault_and_never_a_match),
		cmocka_unit_test(test_a_key_depends_on_password_salt_and_cost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
