/* SPDX-License-Identifier: Apache-2.0 */
#include "server/keys/fixture_test.h"

#include <fcntl.h>

/* What keys_open answers now; the fixture's own keys stay open. */
static int open_again(const struct fixture *fixture)
{
	struct keys *keys AUTO(keys_closep) = NULL;
	return keys_open(&keys, fixture->dir);
}

/* --- the folder --- */

static void test_the_folder_and_its_files_are_the_owners_only(void **state)
{
	struct fixture *fixture = *state;
	static const char *const prefixes[] = {"root",	 "store-1", "lookup-1",	    "pepper-1",
					       "token-", "proof-",  "month-202611", "month-202612"};
	struct stat status;
	assert_int_equal(stat(fixture->dir, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		char path[400];
		path_find(fixture, prefixes[i], path);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
	}
}

static void test_a_second_init_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct str aad = STR("a"), sealed, text;
	assert_int_equal(keys_seal(fixture->keys, &fixture->arena, aad, STR("x"), &sealed), 0);
	assert_int_equal(keys_init(fixture->dir, now_ms), KEYS_THERE);
	reopen(fixture);
	assert_int_equal(keys_open_sealed(fixture->keys, &fixture->arena, aad, sealed, &text), 0);
	assert_str_equal(text, STR("x"));
}

static void test_a_missing_folder_or_key_stops_the_start(void **state)
{
	struct fixture *fixture = *state;
	static const char *const prefixes[] = {"proof-", "pepper-", "lookup-", "store-", "root"};
	struct keys *keys = NULL;
	assert_int_equal(keys_open(&keys, "/nonexistent/keys"), KEYS_ABSENT);
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		char path[400], aside[80];
		path_find(fixture, prefixes[i], path);
		snprintf(aside, sizeof aside, "%s/aside", fixture->top);
		assert_int_equal(rename(path, aside), 0);
		assert_int_equal(open_again(fixture), KEYS_ABSENT);
		assert_int_equal(rename(aside, path), 0);
		assert_int_equal(open_again(fixture), 0);
	}
	assert_null(keys);
}

static void test_what_others_can_read_stops_the_start(void **state)
{
	struct fixture *fixture = *state;
	char path[400];
	path_of(fixture, "pepper-1", path);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(open_again(fixture), KEYS_EXPOSED);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chmod(fixture->dir, 0701), 0);
	assert_int_equal(open_again(fixture), KEYS_EXPOSED);
	assert_int_equal(chmod(fixture->dir, 0700), 0);
	assert_int_equal(open_again(fixture), 0);
}

static void test_a_link_is_not_followed(void **state)
{
	struct fixture *fixture = *state;
	char path[400], aside[80];
	path_of(fixture, "store-1", path);
	snprintf(aside, sizeof aside, "%s/aside", fixture->top);
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(symlink(aside, path), 0);
	assert_int_equal(open_again(fixture), KEYS_EXPOSED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rename(aside, path), 0);
}

static void test_files_cannot_change_places_or_bytes(void **state)
{
	struct fixture *fixture = *state;
	char store[400], pepper[400];
	unsigned char byte;
	path_of(fixture, "store-1", store);
	path_of(fixture, "pepper-2", pepper);
	assert_int_equal(link(store, pepper), 0);
	assert_int_equal(open_again(fixture), KEYS_FORGED);
	assert_int_equal(unlink(pepper), 0);
	int fd = open(store, O_RDWR);
	assert_true(pread(fd, &byte, 1, 20) == 1);
	byte ^= 1;
	assert_true(pwrite(fd, &byte, 1, 20) == 1);
	assert_int_equal(open_again(fixture), KEYS_FORGED);
	byte ^= 1;
	assert_true(pwrite(fd, &byte, 1, 20) == 1);
	close(fd);
	assert_int_equal(open_again(fixture), 0);
}

static void test_a_strange_file_stops_the_start(void **state)
{
	struct fixture *fixture = *state;
	char path[400];
	path_of(fixture, "store-1.bak", path);
	int fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(open_again(fixture), KEYS_FORGED);
}

/* --- sealing --- */

static void test_a_sealed_value_opens_only_under_its_aad(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	const struct str parts[] = {STR("totp"), STR("seed"), STR("17")};
	const struct str others[] = {STR("totp"), STR("seed1"), STR("7")};
	struct str aad, other, sealed, text = {0};
	assert_int_equal(keys_aad(arena, parts, 3, &aad), 0);
	assert_int_equal(keys_aad(arena, others, 3, &other), 0);
	assert_int_equal(keys_seal(fixture->keys, arena, aad, STR("seed"), &sealed), 0);
	assert_int_equal(sealed.len, 4 + KEYS_SEALED_EXTRA);
	assert_memory_equal(sealed.ptr, "\1\0\1", 3);
	assert_int_equal(keys_open_sealed(fixture->keys, arena, aad, sealed, &text), 0);
	assert_str_equal(text, STR("seed"));
	assert_int_equal(keys_open_sealed(fixture->keys, arena, other, sealed, &text), KEYS_FORGED);
}

static void test_every_touched_byte_is_noticed(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	struct str sealed, copy, text;
	assert_int_equal(keys_seal(fixture->keys, arena, STR("a"), STR("seed"), &sealed), 0);
	for (size_t i = 0; i < sealed.len; i++) {
		assert_int_equal(arena_copy(arena, sealed, &copy), 0);
		((char *)(uintptr_t)copy.ptr)[i] ^= 2;
		int r = keys_open_sealed(fixture->keys, arena, STR("a"), copy, &text);
		assert_int_equal(r, i == 1 || i == 2 ? KEYS_ABSENT : KEYS_FORGED);
	}
	for (size_t len = 0; len < sealed.len; len++)
		assert_int_equal(keys_open_sealed(fixture->keys, arena, STR("a"),
						  (struct str){sealed.ptr, len}, &text),
				 KEYS_FORGED);
}

static void test_a_month_seals_with_its_own_key(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	struct str sealed, text;
	assert_int_equal(period_month(now_ms), november);
	assert_int_equal(keys_seal_month(fixture->keys, arena, november, STR("a"), STR("body"),
					 &sealed),
			 0);
	assert_int_equal(keys_open_month(fixture->keys, arena, november, STR("a"), sealed, &text),
			 0);
	assert_str_equal(text, STR("body"));
	assert_int_equal(keys_open_month(fixture->keys, arena, november, STR("b"), sealed, &text),
			 KEYS_FORGED);
	assert_int_equal(keys_open_month(fixture->keys, arena, november + 1, STR("a"), sealed,
					 &text),
			 KEYS_FORGED);
}

static void test_an_absent_month_is_an_outcome_until_it_is_made(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	struct str sealed;
	const int later = november + 2;
	assert_int_equal(keys_seal_month(fixture->keys, arena, later, STR("a"), STR("b"), &sealed),
			 KEYS_ABSENT);
	assert_int_equal(keys_seal_month(fixture->keys, arena, -1, STR("a"), STR("b"), &sealed),
			 KEYS_ABSENT);
	assert_int_equal(keys_month_make(fixture->keys, later), 0);
	assert_int_equal(keys_month_make(fixture->keys, later), 0);
	assert_int_equal(keys_seal_month(fixture->keys, arena, later, STR("a"), STR("b"), &sealed),
			 0);
}

static void test_a_destroyed_month_is_gone_for_good(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	struct str sealed, text;
	struct keys *other AUTO(keys_closep) = NULL;
	assert_int_equal(keys_open(&other, fixture->dir), 0);
	assert_int_equal(keys_seal_month(other, arena, november, STR("a"), STR("b"), &sealed), 0);
	assert_int_equal(keys_month_destroy(fixture->keys, november), 0);
	assert_int_equal(keys_month_destroy(fixture->keys, november), KEYS_ABSENT);
	assert_int_equal(keys_open_month(fixture->keys, arena, november, STR("a"), sealed, &text),
			 KEYS_ABSENT);
	/* Another process still holds its copy until it is told. */
	assert_int_equal(keys_open_month(other, arena, november, STR("a"), sealed, &text), 0);
	keys_month_forget(other, november);
	assert_int_equal(keys_open_month(other, arena, november, STR("a"), sealed, &text),
			 KEYS_ABSENT);
	assert_int_equal(keys_month_make(fixture->keys, november), 0);
	assert_int_equal(keys_open_month(fixture->keys, arena, november, STR("a"), sealed, &text),
			 KEYS_FORGED);
}

static void test_many_months_pass_through_the_table(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	struct str sealed[24], text;
	for (int i = 0; i < 24; i++) {
		assert_int_equal(keys_month_make(fixture->keys, i), 0);
		assert_int_equal(keys_seal_month(fixture->keys, arena, i, STR("a"), STR("b"),
						 &sealed[i]),
				 0);
	}
	for (int i = 0; i < 24; i++)
		assert_int_equal(keys_open_month(fixture->keys, arena, i, STR("a"), sealed[i],
						 &text),
				 0);
}

/* --- MACs and signatures --- */

static void test_labels_give_different_values(void **state)
{
	struct fixture *fixture = *state;
	const struct str parts[] = {STR("1"), STR("0123")};
	unsigned char macs[KEYS_LOOKUP_LABELS + KEYS_TOKEN_LABELS][KEYS_MAC_BYTES];
	size_t count = 0;
	for (int i = 0; i < KEYS_LOOKUP_LABELS; i++)
		assert_int_equal(keys_lookup(fixture->keys, (enum keys_lookup_label)i, parts, 2,
					     macs[count++]),
				 0);
	for (int i = 0; i < KEYS_TOKEN_LABELS; i++)
		assert_int_equal(keys_mac_token(fixture->keys, 1, (enum keys_token_label)i, parts,
						2, macs[count++]),
				 0);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(macs[i], macs[j], KEYS_MAC_BYTES);
}

static void test_a_lookup_value_survives_a_restart(void **state)
{
	struct fixture *fixture = *state;
	const struct str parts[] = {STR("facility"), STR("照会番号")};
	const struct str moved[] = {STR("facility照"), STR("会番号")};
	unsigned char before[KEYS_MAC_BYTES], after[KEYS_MAC_BYTES], other[KEYS_MAC_BYTES];
	assert_int_equal(keys_lookup(fixture->keys, KEYS_LOOKUP_REF, parts, 2, before), 0);
	reopen(fixture);
	assert_int_equal(keys_lookup(fixture->keys, KEYS_LOOKUP_REF, parts, 2, after), 0);
	assert_int_equal(keys_lookup(fixture->keys, KEYS_LOOKUP_REF, moved, 2, other), 0);
	assert_memory_equal(before, after, sizeof before);
	assert_memory_not_equal(before, other, sizeof before);
	assert_int_equal(keys_lookup_number(fixture->keys), 1);
}

static void test_a_token_mac_is_checked(void **state)
{
	struct fixture *fixture = *state;
	const struct keys *keys = fixture->keys;
	const struct str parts[] = {STR("page"), STR("7")};
	unsigned char mac[KEYS_MAC_BYTES];
	int n = keys_token_number(keys);
	assert_int_equal(keys_mac_token(keys, n, KEYS_TOKEN_CURSOR, parts, 2, mac), 0);
	struct str text = str_bytes(mac, sizeof mac);
	assert_int_equal(keys_mac_verify(keys, n, KEYS_TOKEN_CURSOR, parts, 2, text), 0);
	assert_int_equal(keys_mac_verify(keys, n, KEYS_TOKEN_NONCE, parts, 2, text), KEYS_FORGED);
	assert_int_equal(keys_mac_verify(keys, n, KEYS_TOKEN_CURSOR, parts, 1, text), KEYS_FORGED);
	assert_int_equal(keys_mac_verify(keys, n, KEYS_TOKEN_CURSOR, parts, 2,
					 (struct str){text.ptr, 31}),
			 KEYS_FORGED);
	assert_int_equal(keys_mac_verify(keys, 2, KEYS_TOKEN_CURSOR, parts, 2, text), KEYS_ABSENT);
	assert_int_equal(keys_mac_verify(keys, -1, KEYS_TOKEN_CURSOR, parts, 2, text), KEYS_ABSENT);
}

static void test_a_pepper_is_found_by_its_number(void **state)
{
	struct fixture *fixture = *state;
	struct str pepper;
	assert_int_equal(keys_pepper_number(fixture->keys), 1);
	assert_int_equal(keys_pepper(fixture->keys, 1, &pepper), 0);
	assert_int_equal(pepper.len, CRYPTO_KEY_BYTES);
	assert_int_equal(keys_pepper(fixture->keys, 2, &pepper), KEYS_ABSENT);
	assert_int_equal(keys_pepper(fixture->keys, 99, &pepper), KEYS_ABSENT);
}

static void test_tokens_and_proofs_are_signed_with_keys_of_their_own(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	struct keys_signer token = keys_token_signing(fixture->keys);
	struct keys_signer proof = keys_proof_signing(fixture->keys);
	struct str jws;
	struct jws_parts parts;
	assert_int_equal(jws_sign(arena, token.key, STR("{\"alg\":\"ES256\"}"), STR("{}"), &jws),
			 0);
	assert_int_equal(jws_split(arena, jws, &parts), 0);
	assert_int_equal(token.kid.len, 43);
	assert_int_equal(jws_verify(keys_token_verify(fixture->keys, token.kid), &parts), 0);
	assert_int_equal(jws_verify(keys_proof_verify(fixture->keys, proof.kid), &parts),
			 CRYPTO_FORGED);
	assert_null(keys_token_verify(fixture->keys, proof.kid));
	assert_null(keys_proof_verify(fixture->keys, token.kid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS_TEST(test_the_folder_and_its_files_are_the_owners_only),
		KEYS_TEST(test_a_second_init_changes_nothing),
		KEYS_TEST(test_a_missing_folder_or_key_stops_the_start),
		KEYS_TEST(test_what_others_can_read_stops_the_start),
		KEYS_TEST(test_a_link_is_not_followed),
		KEYS_TEST(test_files_cannot_change_places_or_bytes),
		KEYS_TEST(test_a_strange_file_stops_the_start),
		KEYS_TEST(test_a_sealed_value_opens_only_under_its_aad),
		KEYS_TEST(test_every_touched_byte_is_noticed),
		KEYS_TEST(test_a_month_seals_with_its_own_key),
		KEYS_TEST(test_an_absent_month_is_an_outcome_until_it_is_made),
		KEYS_TEST(test_a_destroyed_month_is_gone_for_good),
		KEYS_TEST(test_many_months_pass_through_the_table),
		KEYS_TEST(test_labels_give_different_values),
		KEYS_TEST(test_a_lookup_value_survives_a_restart),
		KEYS_TEST(test_a_token_mac_is_checked),
		KEYS_TEST(test_a_pepper_is_found_by_its_number),
		KEYS_TEST(test_tokens_and_proofs_are_signed_with_keys_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
