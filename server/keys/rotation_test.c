/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that come and go while several processes stand on them. */
#include "server/keys/fixture_test.h"

#include <pthread.h>
#include <stdatomic.h>

static int seal_number(const struct keys *keys, struct arena *arena)
{
	struct str sealed;
	assert_int_equal(keys_seal(keys, arena, STR("a"), STR("b"), &sealed), 0);
	return sealed.ptr[2];
}

static void test_a_new_store_key_is_known_before_it_is_used(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	struct str old, new, text;
	struct keys *follows AUTO(keys_closep) = NULL, *sleeps AUTO(keys_closep) = NULL;
	assert_int_equal(keys_open(&follows, fixture->dir), 0);
	assert_int_equal(keys_open(&sleeps, fixture->dir), 0);
	assert_int_equal(keys_seal(fixture->keys, arena, STR("a"), STR("old"), &old), 0);
	assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_STORE, now_ms), 0);
	assert_int_equal(keys_follow(fixture->keys, 1000), 0);
	assert_int_equal(keys_follow(follows, 1500), 0);
	assert_int_equal(keys_follow(fixture->keys, 1000 + KEYS_SETTLE_MS - 1), 0);
	assert_int_equal(seal_number(fixture->keys, arena), 1);
	assert_int_equal(keys_token_number(fixture->keys), 1);
	assert_int_equal(keys_follow(fixture->keys, 1000 + KEYS_SETTLE_MS), 0);
	assert_int_equal(seal_number(fixture->keys, arena), 2);
	assert_int_equal(keys_token_number(fixture->keys), 2);
	assert_int_equal(keys_seal(fixture->keys, arena, STR("a"), STR("new"), &new), 0);
	assert_int_equal(keys_open_sealed(follows, arena, STR("a"), new, &text), 0);
	assert_int_equal(seal_number(follows, arena), 1);
	assert_int_equal(keys_open_sealed(sleeps, arena, STR("a"), new, &text), KEYS_ABSENT);
	assert_int_equal(keys_open_sealed(fixture->keys, arena, STR("a"), old, &text), 0);
	reopen(fixture);
	assert_int_equal(keys_open_sealed(fixture->keys, arena, STR("a"), old, &text), 0);
	assert_int_equal(seal_number(fixture->keys, arena), 2);
}

static void test_tokens_of_the_old_key_are_good_until_they_end(void **state)
{
	struct fixture *fixture = *state;
	struct keys *keys = fixture->keys;
	char old[THUMBPRINT_BYTES];
	assert_int_equal(str_to_c(keys_token_signing(keys).kid, old, sizeof old), 0);
	assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_TOKEN, now_ms + 1), 0);
	assert_int_equal(keys_follow(keys, 1000), 0);
	assert_str_equal(keys_token_signing(keys).kid, str_of(old));
	assert_int_equal(keys_follow(keys, 1000 + KEYS_SETTLE_MS), 0);
	assert_false(str_equal(keys_token_signing(keys).kid, str_of(old)));
	assert_non_null(keys_token_verify(keys, str_of(old)));
	assert_int_equal(keys_signers_retire(keys, now_ms + KEYS_TOKEN_OVERLAP_MS), 0);
	reopen(fixture);
	assert_non_null(keys_token_verify(fixture->keys, str_of(old)));
	assert_int_equal(keys_signers_retire(fixture->keys, now_ms + 1 + KEYS_TOKEN_OVERLAP_MS), 0);
	reopen(fixture);
	assert_null(keys_token_verify(fixture->keys, str_of(old)));
	assert_int_equal(keys_signers_retire(fixture->keys, now_ms + 2 + KEYS_TOKEN_OVERLAP_MS), 0);
	reopen(fixture);
}

static void test_rotation_ends_where_the_numbers_do(void **state)
{
	struct fixture *fixture = *state;
	int r = 0, count = 1;
	for (; r == 0 && count < 100; count++)
		r = keys_rotate(fixture->dir, KEYS_KIND_STORE, now_ms);
	assert_int_equal(r, KEYS_FULL);
	for (r = 0; r == 0 && count < 100; count++)
		r = keys_rotate(fixture->dir, KEYS_KIND_PROOF, now_ms);
	assert_int_equal(r, KEYS_FULL);
	assert_int_equal(keys_rotate("/nonexistent/keys", KEYS_KIND_STORE, now_ms), KEYS_ABSENT);
	assert_int_equal(keys_follow(fixture->keys, 0), 0);
	reopen(fixture);
}

/* --- rotation under load: one process makes, another one checks, both follow --- */

struct load {
	struct keys *makes, *checks;
	atomic_bool over;
	atomic_size_t done, failed;
};

static bool one_round(struct load *load, struct arena *arena)
{
	struct str sealed, text, jws, kid;
	struct jws_parts parts;
	const struct str part = STR("page");
	unsigned char mac[KEYS_MAC_BYTES];
	int n = keys_token_number(load->makes);
	struct keys_signer signer = keys_token_signing(load->makes);
	kid = signer.kid;
	bool good = keys_seal(load->makes, arena, STR("a"), STR("b"), &sealed) == 0 &&
		    keys_open_sealed(load->checks, arena, STR("a"), sealed, &text) == 0;
	good &= keys_mac_token(load->makes, n, KEYS_TOKEN_CURSOR, &part, 1, mac) == 0 &&
		keys_mac_verify(load->checks, n, KEYS_TOKEN_CURSOR, &part, 1,
				str_bytes(mac, sizeof mac)) == 0;
	good &= jws_sign(arena, signer.key, STR("{\"alg\":\"ES256\"}"), STR("{}"), &jws) == 0 &&
		jws_split(arena, jws, &parts) == 0;
	const struct verify_key *key = keys_token_verify(load->checks, kid);
	return good && key && jws_verify(key, &parts) == 0;
}

static void *load_main(void *arg)
{
	struct load *load = arg;
	struct arena arena;
	while (!atomic_load(&load->over)) {
		arena_init(&arena, 1 << 20);
		if (!one_round(load, &arena))
			atomic_fetch_add(&load->failed, 1);
		atomic_fetch_add(&load->done, 1);
		arena_clear(&arena);
	}
	return NULL;
}

/* Waits until the threads have done some more rounds. */
static void rounds_wait(struct load *load)
{
	size_t from = atomic_load(&load->done);
	while (atomic_load(&load->done) < from + 40)
		usleep(100);
}

static size_t load_run(struct fixture *fixture, bool followed)
{
	struct load load = {.makes = fixture->keys};
	pthread_t threads[3];
	assert_int_equal(keys_open(&load.checks, fixture->dir), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, load_main, &load), 0);
	for (int64_t i = 1; i <= 5; i++) {
		assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_STORE, now_ms + i), 0);
		assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_TOKEN, now_ms + i), 0);
		assert_int_equal(keys_follow(load.makes, i * 100000), 0);
		rounds_wait(&load);
		if (followed)
			assert_int_equal(keys_follow(load.checks, i * 100000 + 1000), 0);
		assert_int_equal(keys_follow(load.makes, i * 100000 + KEYS_SETTLE_MS), 0);
		rounds_wait(&load);
	}
	atomic_store(&load.over, true);
	for (size_t i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	keys_close(load.checks);
	return load.failed;
}

static void test_no_call_fails_while_keys_rotate(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(load_run(fixture, true), 0);
	assert_int_equal(keys_token_number(fixture->keys), 6);
}

static void test_the_load_finds_a_process_that_does_not_follow(void **state)
{
	assert_true(load_run(*state, false) > 0);
}

/* --- every kind --- */

static void file_take(const char *path, char bytes[600], size_t *ret_len)
{
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	*ret_len = fread(bytes, 1, 600, file);
	fclose(file);
}

static void test_a_new_root_wraps_every_file_and_the_old_one_opens_none(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	struct str month_sealed, text, opened;
	struct keys *running AUTO(keys_closep) = NULL;
	char root[400], path[400], key[600], wrapped[600];
	size_t key_len, wrapped_len;
	path_of(fixture, "root", root);
	file_take(root, key, &key_len);
	assert_int_equal(keys_seal_month(fixture->keys, arena, november, STR("a"), STR("b"),
					 &month_sealed),
			 0);
	assert_int_equal(keys_open(&running, fixture->dir), 0);
	assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_ROOT, now_ms), 0);
	/* One that runs reads a month for the first time, and makes one. */
	assert_int_equal(keys_open_month(running, arena, november, STR("a"), month_sealed, &text),
			 0);
	assert_int_equal(keys_month_make(running, november + 2), 0);
	reopen(fixture);
	assert_int_equal(keys_open_month(fixture->keys, arena, november, STR("a"), month_sealed,
					 &text),
			 0);
	path_of(fixture, "store-1", path);
	file_take(path, wrapped, &wrapped_len);
	assert_int_equal(aead_open(arena, (struct str){key, key_len}, STR("store-1"),
				   (struct str){wrapped, wrapped_len}, &opened),
			 CRYPTO_FORGED);
	file_take(root, key, &key_len);
	assert_int_equal(aead_open(arena, (struct str){key, key_len}, STR("store-1"),
				   (struct str){wrapped, wrapped_len}, &opened),
			 0);
}

static void test_a_new_root_that_was_interrupted_is_gone_on_with(void **state)
{
	struct fixture *fixture = *state;
	char root[400], next[400], path[400], aside[100], text[600];
	size_t len;
	/* As after a crash: some files under the next root already, the others under the old one.
	 */
	assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_ROOT, now_ms), 0);
	path_of(fixture, "root", root);
	path_of(fixture, ".root-next", next);
	path_find(fixture, "proof-", path);
	snprintf(aside, sizeof aside, "%s/aside", fixture->top);
	assert_int_equal(link(path, aside), 0);
	file_take(root, text, &len);
	assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_ROOT, now_ms), 0);
	assert_int_equal(rename(root, next), 0);
	FILE *file = fopen(root, "wb");
	assert_int_equal(fwrite(text, 1, len, file), len);
	fclose(file);
	assert_int_equal(chmod(root, 0600), 0);
	assert_int_equal(rename(aside, path), 0);
	reopen(fixture);
	assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_ROOT, now_ms), 0);
	assert_int_equal(access(next, F_OK), -1);
	reopen(fixture);
}

static void retire_is_seen(struct fixture *fixture, enum keys_kind kind, const char *prefix,
			   const struct verify_key *(*find)(const struct keys *, struct str),
			   struct keys_signer (*newest)(const struct keys *))
{
	char old[THUMBPRINT_BYTES], path[400], name[80];
	assert_int_equal(str_to_c(newest(fixture->keys).kid, old, sizeof old), 0);
	assert_int_equal(keys_rotate(fixture->dir, kind, now_ms + 1), 0);
	assert_int_equal(keys_follow(fixture->keys, 1000), 0);
	assert_int_equal(keys_follow(fixture->keys, 1000 + KEYS_SETTLE_MS), 0);
	assert_false(str_equal(newest(fixture->keys).kid, str_of(old)));
	int64_t early_ms = now_ms + KEYS_SIGNER_OVERLAP_MS;
	snprintf(name, sizeof name, "%s%s", prefix, old);
	path_of(fixture, name, path);
	assert_int_equal(keys_signers_retire(fixture->keys, early_ms), 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(keys_signers_retire(fixture->keys, early_ms + 1), 0);
	assert_int_equal(access(path, F_OK), -1);
	reopen(fixture);
	assert_non_null(find(fixture->keys, str_of(old)));
	assert_false(str_equal(newest(fixture->keys).kid, str_of(old)));
	assert_non_null(newest(fixture->keys).key);
}

static void test_of_a_proof_key_the_public_half_stays(void **state)
{
	retire_is_seen(*state, KEYS_KIND_PROOF, "proof-", keys_proof_verify, keys_proof_signing);
}

static void test_of_an_audit_key_the_public_half_stays(void **state)
{
	retire_is_seen(*state, KEYS_KIND_AUDIT, "audit-", keys_audit_verify, keys_audit_signing);
}

static void test_who_comes_right_after_a_rotation_waits_for_the_others(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	struct str sealed, text;
	struct keys *comes AUTO(keys_closep) = NULL;
	files_age(fixture);
	assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_STORE, now_ms), 0);
	assert_int_equal(keys_open(&comes, fixture->dir), 0);
	assert_int_equal(seal_number(comes, arena), 1);
	assert_int_equal(keys_follow(comes, 7000), 0);
	assert_int_equal(keys_follow(comes, 7000 + KEYS_SETTLE_MS - 1), 0);
	assert_int_equal(seal_number(comes, arena), 1);
	assert_int_equal(keys_follow(comes, 7000 + KEYS_SETTLE_MS), 0);
	assert_int_equal(seal_number(comes, arena), 2);
	/* It can read what others write under the new one. */
	assert_int_equal(keys_seal(comes, arena, STR("a"), STR("b"), &sealed), 0);
	keys_closep(&comes);
	assert_int_equal(keys_open(&comes, fixture->dir), 0);
	assert_int_equal(keys_open_sealed(comes, arena, STR("a"), sealed, &text), 0);
}

static void test_both_lookup_values_are_known_while_there_are_two_keys(void **state)
{
	struct fixture *fixture = *state;
	const struct str parts[] = {STR("1"), STR("0123")};
	struct keys_lookup before, coming, after;
	assert_int_equal(keys_lookup_both(fixture->keys, KEYS_LOOKUP_REF, parts, 2, &before), 0);
	assert_memory_equal(before.new, before.old, KEYS_MAC_BYTES);
	assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_LOOKUP, now_ms), 0);
	assert_int_equal(keys_follow(fixture->keys, 1000), 0);
	/* Written under the old one still, sought under the new one already. */
	assert_int_equal(keys_lookup_both(fixture->keys, KEYS_LOOKUP_REF, parts, 2, &coming), 0);
	assert_int_equal(coming.n, 1);
	assert_memory_equal(coming.new, before.new, KEYS_MAC_BYTES);
	assert_memory_not_equal(coming.old, before.new, KEYS_MAC_BYTES);
	assert_int_equal(keys_follow(fixture->keys, 1000 + KEYS_SETTLE_MS), 0);
	assert_int_equal(keys_lookup_both(fixture->keys, KEYS_LOOKUP_REF, parts, 2, &after), 0);
	assert_int_equal(after.n, 2);
	assert_memory_equal(after.new, coming.old, KEYS_MAC_BYTES);
	assert_memory_equal(after.old, before.new, KEYS_MAC_BYTES);
}

static void test_an_ended_number_is_dropped_and_never_given_again(void **state)
{
	struct fixture *fixture = *state;
	struct keys_generation generations[KEYS_ALIVE_MAX];
	struct arena *arena = &fixture->arena;
	struct str sealed, text;
	assert_int_equal(keys_seal(fixture->keys, arena, STR("a"), STR("b"), &sealed), 0);
	for (int n = 2; n <= 40; n++) {
		int64_t mono_ms = n * 100000;
		assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_STORE, now_ms + n), 0);
		assert_int_equal(keys_follow(fixture->keys, mono_ms), 0);
		assert_int_equal(keys_follow(fixture->keys, mono_ms + KEYS_SETTLE_MS), 0);
		assert_int_equal(keys_newest(fixture->keys, KEYS_KIND_STORE), n);
		assert_int_equal(keys_generation_destroy(fixture->keys, KEYS_KIND_STORE, n - 1), 0);
		assert_int_equal(keys_follow(fixture->keys, mono_ms + KEYS_SETTLE_MS + 1), 0);
		assert_int_equal(keys_follow(fixture->keys, mono_ms + KEYS_SETTLE_MS + 2), 0);
	}
	assert_int_equal(keys_generations(fixture->keys, KEYS_KIND_STORE, generations), 1);
	assert_int_equal(generations[0].n, 40);
	assert_true(generations[0].made_ms == now_ms + 40);
	assert_int_equal(keys_open_sealed(fixture->keys, arena, STR("a"), sealed, &text),
			 KEYS_ABSENT);
	reopen(fixture);
	assert_int_equal(keys_newest(fixture->keys, KEYS_KIND_STORE), 40);
}

struct seen {
	int kinds[KEYS_KINDS];
};

static int file_see(void *ctx, const struct keys_file *file)
{
	struct seen *seen = ctx;
	seen->kinds[file->kind]++;
	return file->made_ms > 0 && file->name.len ? 0 : -EIO;
}

static void test_every_file_is_listed_by_its_kind(void **state)
{
	struct fixture *fixture = *state;
	struct seen seen = {{0}};
	enum keys_kind kind;
	assert_int_equal(keys_rotate(fixture->dir, KEYS_KIND_PEPPER, now_ms), 0);
	assert_int_equal(keys_each(fixture->dir, file_see, &seen), 0);
	static const int wanted[KEYS_KINDS] = {
		[KEYS_KIND_MONTH] = 2,	[KEYS_KIND_STORE] = 1, [KEYS_KIND_LOOKUP] = 1,
		[KEYS_KIND_PEPPER] = 2, [KEYS_KIND_TOKEN] = 1, [KEYS_KIND_PROOF] = 1,
		[KEYS_KIND_AUDIT] = 1,
	};
	assert_memory_equal(seen.kinds, wanted, sizeof wanted);
	for (int i = 0; i < KEYS_KINDS; i++) {
		assert_int_equal(keys_kind_read(keys_kind_name((enum keys_kind)i), &kind), 0);
		assert_int_equal(kind, i);
	}
	assert_int_equal(keys_kind_read(STR("month-"), &kind), KEYS_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS_TEST(test_a_new_store_key_is_known_before_it_is_used),
		KEYS_TEST(test_tokens_of_the_old_key_are_good_until_they_end),
		KEYS_TEST(test_rotation_ends_where_the_numbers_do),
		KEYS_TEST(test_no_call_fails_while_keys_rotate),
		KEYS_TEST(test_the_load_finds_a_process_that_does_not_follow),
		KEYS_TEST(test_a_new_root_wraps_every_file_and_the_old_one_opens_none),
		KEYS_TEST(test_a_new_root_that_was_interrupted_is_gone_on_with),
		KEYS_TEST(test_of_a_proof_key_the_public_half_stays),
		KEYS_TEST(test_of_an_audit_key_the_public_half_stays),
		KEYS_TEST(test_who_comes_right_after_a_rotation_waits_for_the_others),
		KEYS_TEST(test_both_lookup_values_are_known_while_there_are_two_keys),
		KEYS_TEST(test_an_ended_number_is_dropped_and_never_given_again),
		KEYS_TEST(test_every_file_is_listed_by_its_kind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
