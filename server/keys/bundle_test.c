/* SPDX-License-Identifier: Apache-2.0 */
/* The folder in a box, and back. */
#include "server/keys/fixture_test.h"

#include "lib/crypto/pairs_test.h"

struct place {
	char bundle[100], dir[100], old[100];
	char bytes[300000];
};

static void place_make(const struct fixture *fixture, struct place *place)
{
	snprintf(place->bundle, sizeof place->bundle, "%s/bundle", fixture->top);
	snprintf(place->dir, sizeof place->dir, "%s/restored", fixture->top);
	snprintf(place->old, sizeof place->old, "%s/old", fixture->top);
}

static struct str bundle_read(struct place *place, const char *path)
{
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t len = fread(place->bytes, 1, sizeof place->bytes, file);
	fclose(file);
	return (struct str){place->bytes, len};
}

static void place_clear(struct place *place)
{
	DIR *dir = opendir(place->dir);
	for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(place->dir);
	unlink(place->bundle);
	unlink(place->old);
}

static int bundle_write(const struct fixture *fixture, const struct place *place)
{
	return keys_bundle_write(fixture->dir, STR(PUBLIC_1), place->bundle);
}

static int bundle_open(struct place *place, const char *path)
{
	return keys_bundle_open(place->dir, STR(PRIVATE_1), bundle_read(place, path));
}

static void test_a_folder_comes_back_from_its_bundle(void **state)
{
	struct fixture *fixture = *state;
	static struct place place;
	struct keys *restored AUTO(keys_closep) = NULL;
	struct str sealed, month, text;
	place_make(fixture, &place);
	assert_int_equal(keys_seal(fixture->keys, &fixture->arena, STR("a"), STR("x"), &sealed), 0);
	assert_int_equal(keys_seal_month(fixture->keys, &fixture->arena, november, STR("a"),
					 STR("y"), &month),
			 0);
	assert_int_equal(bundle_write(fixture, &place), 0);
	assert_int_equal(bundle_open(&place, place.bundle), 0);
	assert_int_equal(keys_open(&restored, place.dir), 0);
	assert_int_equal(keys_open_sealed(restored, &fixture->arena, STR("a"), sealed, &text), 0);
	assert_int_equal(keys_open_month(restored, &fixture->arena, november, STR("a"), month,
					 &text),
			 0);
	/* Never over a folder that is there. */
	assert_int_equal(bundle_open(&place, place.bundle), KEYS_THERE);
	place_clear(&place);
}

static void test_a_new_bundle_has_no_destroyed_month_and_leaves_no_old_one(void **state)
{
	struct fixture *fixture = *state;
	static struct place place;
	struct keys *restored AUTO(keys_closep) = NULL;
	struct str month, text;
	place_make(fixture, &place);
	assert_int_equal(keys_seal_month(fixture->keys, &fixture->arena, november, STR("a"),
					 STR("y"), &month),
			 0);
	assert_int_equal(bundle_write(fixture, &place), 0);
	assert_int_equal(link(place.bundle, place.old), 0); /* keeps its bytes in view */
	assert_int_equal(keys_month_destroy(fixture->keys, november), 0);
	assert_int_equal(bundle_write(fixture, &place), 0);
	assert_int_equal(bundle_open(&place, place.old), KEYS_FORGED);
	assert_int_equal(bundle_open(&place, place.bundle), 0);
	assert_int_equal(keys_open(&restored, place.dir), 0);
	assert_int_equal(keys_open_month(restored, &fixture->arena, november, STR("a"), month,
					 &text),
			 KEYS_ABSENT);
	place_clear(&place);
}

static void test_only_the_private_key_opens_it(void **state)
{
	struct fixture *fixture = *state;
	static struct place place;
	place_make(fixture, &place);
	assert_int_equal(keys_bundle_write(fixture->dir, STR("no key"), place.bundle), KEYS_FORGED);
	assert_int_equal(bundle_write(fixture, &place), 0);
	assert_int_equal(keys_bundle_open(place.dir, STR(PRIVATE_2),
					  bundle_read(&place, place.bundle)),
			 KEYS_FORGED);
	struct str bundle = bundle_read(&place, place.bundle);
	place.bytes[bundle.len / 2] ^= 1;
	assert_int_equal(keys_bundle_open(place.dir, STR(PRIVATE_1), bundle), KEYS_FORGED);
	place_clear(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS_TEST(test_a_folder_comes_back_from_its_bundle),
		KEYS_TEST(test_a_new_bundle_has_no_destroyed_month_and_leaves_no_old_one),
		KEYS_TEST(test_only_the_private_key_opens_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
