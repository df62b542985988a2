/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pki/world_test.h"

#include <pthread.h>

struct shelf {
	struct world *world;
	struct pki_cache *cache;
};

static void shelf_clear(struct shelf *shelf)
{
	pki_cache_destroy(shelf->cache);
}

static void shelf_open(struct shelf *shelf, struct world *world)
{
	shelf->world = world;
	assert_int_equal(pki_cache_create(world->anchors, &shelf->cache), 0);
}

/* The cache's answer is the plain check's, facts and all. */
static int check(struct shelf *shelf, struct str der, int64_t at_ms)
{
	AUTO(pki_certificate_destroyp) struct pki_certificate *kept = NULL;
	AUTO(pki_certificate_destroyp) struct pki_certificate *plain = NULL;
	int r = pki_cache_check(shelf->cache, der, at_ms, &kept);
	assert_int_equal(r, pki_check(shelf->world->anchors, der, at_ms, &plain));
	if (r) {
		assert_null(kept);
		return r;
	}
	const struct pki_facts *a = pki_certificate_facts(kept), *b = pki_certificate_facts(plain);
	assert_string_equal(a->serial, b->serial);
	assert_string_equal(a->aki, b->aki);
	assert_int_equal(a->standing, b->standing);
	assert_true(a->grace_until_ms == b->grace_until_ms);
	assert_str_equal(a->ocsp_url, b->ocsp_url);
	assert_memory_equal(a->thumbprint, b->thumbprint, sizeof a->thumbprint);
	return 0;
}

static void test_what_is_remembered_is_judged_at_its_own_moment(void **state)
{
	AUTO(shelf_clear) struct shelf shelf;
	shelf_open(&shelf, *state);
	struct make_profile profile = world_profile();
	profile.access = "OCSP;URI:http://ocsp.example/";
	struct str der = world_issue(shelf.world, &profile, &shelf.world->root, shelf.world->key);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(check(&shelf, der, world_now()), 0);
		assert_int_equal(check(&shelf, der, at("20300101000000")), 0); /* ending */
		assert_int_equal(check(&shelf, der, at("20300401000000")), 0); /* in its grace */
		assert_int_equal(check(&shelf, der, at("20301001000000")), PKI_EXPIRED);
		assert_int_equal(check(&shelf, der, at("20200101000000")), PKI_NOT_YET);
	}
}

static void test_what_is_not_good_is_never_remembered(void **state)
{
	AUTO(shelf_clear) struct shelf shelf;
	shelf_open(&shelf, *state);
	struct make_profile profile = world_profile();
	struct str der = world_issue(shelf.world, &profile, &shelf.world->evil, shelf.world->key);
	struct str good = world_issue(shelf.world, &profile, &shelf.world->root, shelf.world->key);
	assert_int_equal(check(&shelf, good, world_now()), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(check(&shelf, der, world_now()), PKI_UNTRUSTED);
		assert_int_equal(check(&shelf, (struct str){good.ptr, good.len - 1}, world_now()),
				 PKI_MALFORMED);
		assert_int_equal(check(&shelf, STR(""), world_now()), PKI_MALFORMED);
	}
}

enum { MANY = 3 * PKI_CACHE_MAX / 2 };

static void test_more_than_there_is_room_for_are_checked_all_the_same(void **state)
{
	AUTO(shelf_clear) struct shelf shelf;
	shelf_open(&shelf, *state);
	struct world *world = shelf.world;
	for (int i = 0; i < MANY; i++) {
		struct make_profile profile = world_profile();
		AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
		struct arena arena = world->arena;
		profile.serial = i + 1;
		arena_init(&world->arena, 1 << 20);
		struct str der = world_issue(world, &profile, &world->root, world->key);
		assert_int_equal(pki_cache_check(shelf.cache, der, world_now(), &certificate), 0);
		arena_clear(&world->arena);
		world->arena = arena;
	}
}

struct herd {
	struct shelf *shelf;
	struct str der;
};

static void *herd_main(void *ctx)
{
	const struct herd *herd = ctx;
	intptr_t failed = 0;
	for (int i = 0; i < 200; i++) {
		AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
		failed += pki_cache_check(herd->shelf->cache, herd->der, world_now(),
					  &certificate) != 0;
	}
	return (void *)failed;
}

static void test_many_threads_share_one(void **state)
{
	AUTO(shelf_clear) struct shelf shelf;
	shelf_open(&shelf, *state);
	struct make_profile profile = world_profile();
	struct herd herd = {&shelf, world_issue(shelf.world, &profile, &shelf.world->root,
						shelf.world->key)};
	pthread_t threads[4];
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, herd_main, &herd), 0);
	for (size_t i = 0; i < 4; i++) {
		void *failed;
		pthread_join(threads[i], &failed);
		assert_int_equal((intptr_t)failed, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_remembered_is_judged_at_its_own_moment),
		cmocka_unit_test(test_what_is_not_good_is_never_remembered),
		cmocka_unit_test(test_more_than_there_is_room_for_are_checked_all_the_same),
		cmocka_unit_test(test_many_threads_share_one),
	};
	return cmocka_run_group_tests(tests, world_create, world_destroy);
}
