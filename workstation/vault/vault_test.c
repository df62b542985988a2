/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "workstation/vault/vault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "workstation/vault/recovery.h"
#include "workstation/vault/vault_file.h"

/* The least that libsodium takes: what is tested here is not how long it takes. */
static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};

static const int64_t now_ms = INT64_C(1760000000000);

static const struct str hana = {"hanako's own words", 18}, taro = {"taro likes rivers", 17};

struct desk {
	char folder[64];
	char path[96];
	struct arena arena;
	struct secret key, recovery;
};

static struct vault_person person_of(const char *id, const char *name, struct str password)
{
	return (struct vault_person){str_of(id), str_of(name), password, &cheap};
}

static int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	struct vault_person person = person_of("S01", "山田 花子", hana);
	assert_non_null(desk);
	*state = desk;
	arena_init(&desk->arena, 4 << 20);
	snprintf(desk->folder, sizeof desk->folder, "/tmp/shikaku-vault-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	snprintf(desk->path, sizeof desk->path, "%s/vault.json", desk->folder);
	assert_int_equal(vault_create(desk->path, now_ms, &person, &desk->key, &desk->recovery), 0);
	return 0;
}

static int desk_teardown(void **state)
{
	struct desk *desk = *state;
	static const char *const ends[] = {"", ".lock", ".new"};
	for (size_t i = 0; i < 3; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s", desk->path, ends[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(desk->folder), 0);
	arena_clear(&desk->arena);
	free(desk);
	return 0;
}

static struct str key_of(const struct desk *desk)
{
	return secret_str(&desk->key);
}

static int unlock(const struct desk *desk, int64_t at_ms, const char *id, struct str password)
{
	struct secret key = {0};
	int r = vault_unlock(desk->path, at_ms, str_of(id), password, &key);
	if (r == 0)
		assert_true(secret_equal(secret_str(&key), key_of(desk)));
	else
		assert_int_equal(key.len, 0);
	return r;
}

static struct str text_of(struct desk *desk)
{
	struct str text = {0};
	assert_int_equal(file_read(&desk->arena, desk->path, VAULT_FILE_BYTES_MAX, &text), 0);
	return text;
}

static void file_put(const struct desk *desk, struct str text)
{
	assert_int_equal(file_write_private(desk->path, text), 0);
}

/* --- opening --- */

static void test_a_password_opens_and_another_does_not(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(desk->key.len, CRYPTO_KEY_BYTES);
	assert_int_equal(unlock(desk, now_ms, "S01", hana), 0);
	assert_int_equal(unlock(desk, now_ms, "S01", taro), VAULT_PASSWORD_WRONG);
	assert_int_equal(unlock(desk, now_ms, "S01", STR("")), VAULT_PASSWORD_WRONG);
	assert_int_equal(unlock(desk, now_ms + 60000, "S02", hana), VAULT_STAFF_UNKNOWN);
}

static void test_the_recovery_key_opens(void **state)
{
	struct desk *desk = *state;
	struct secret key = {0}, other = {0};
	assert_int_equal(vault_recover(desk->path, secret_str(&desk->recovery), &key), 0);
	assert_true(secret_equal(secret_str(&key), key_of(desk)));
	recovery_draw(&other);
	assert_int_equal(vault_recover(desk->path, secret_str(&other), &key), VAULT_PASSWORD_WRONG);
}

static void test_a_new_recovery_key_ends_the_old_one(void **state)
{
	struct desk *desk = *state;
	struct secret key = {0}, fresh = {0};
	struct vault vault;
	assert_int_equal(vault_recovery_renew(desk->path, key_of(desk), now_ms + 5, &fresh), 0);
	assert_int_equal(vault_recover(desk->path, secret_str(&desk->recovery), &key),
			 VAULT_PASSWORD_WRONG);
	assert_int_equal(vault_recover(desk->path, secret_str(&fresh), &key), 0);
	assert_int_equal(vault_read(desk->path, &vault), 0);
	assert_int_equal(vault.recovery_ms, now_ms + 5);
	assert_int_equal(unlock(desk, now_ms, "S01", hana), 0);
}

static void test_the_file_is_its_owners_and_tells_nothing(void **state)
{
	struct desk *desk = *state;
	struct stat facts;
	struct str text = text_of(desk);
	assert_int_equal(stat(desk->path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
	assert_null(memmem(text.ptr, text.len, hana.ptr, hana.len));
	assert_null(memmem(text.ptr, text.len, desk->recovery.bytes, 4));
	assert_null(memmem(text.ptr, text.len, desk->key.bytes, 8));
	assert_int_equal(chmod(desk->path, 0644), 0);
	assert_int_equal(unlock(desk, now_ms, "S01", hana), VAULT_UNUSABLE);
}

static void test_a_second_set_up_leaves_the_first(void **state)
{
	struct desk *desk = *state;
	struct vault_person person = person_of("S09", "別の人", taro);
	struct secret key = {0}, recovery = {0};
	struct str before = text_of(desk), after;
	assert_int_equal(vault_create(desk->path, now_ms, &person, &key, &recovery), VAULT_PRESENT);
	after = text_of(desk);
	assert_true(str_equal(before, after));
	/* Also one that cannot be read: it may be the only way to the charts. */
	file_put(desk, STR("{"));
	assert_int_equal(vault_create(desk->path, now_ms, &person, &key, &recovery), VAULT_PRESENT);
	assert_int_equal(key.len, 0);
}

/* --- waiting --- */

static void test_wrong_passwords_make_wait_longer_and_longer(void **state)
{
	struct desk *desk = *state;
	static const int64_t waits[] = {0,     0,      5000,   10000,  20000,  40000,
					80000, 160000, 320000, 640000, 900000, 900000};
	int64_t at = now_ms;
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		struct vault vault;
		assert_int_equal(unlock(desk, at, "S01", taro), VAULT_PASSWORD_WRONG);
		assert_int_equal(vault_read(desk->path, &vault), 0);
		assert_int_equal(vault_wait_ms(&vault.staff[0], at), waits[i]);
		if (waits[i])
			assert_int_equal(unlock(desk, at + waits[i] - 1, "S01", hana), VAULT_WAIT);
		at += waits[i];
	}
	assert_int_equal(unlock(desk, at, "S01", hana), 0);
	assert_int_equal(unlock(desk, at, "S01", taro), VAULT_PASSWORD_WRONG);
	assert_int_equal(unlock(desk, at, "S01", hana), 0);
}

static void test_a_clock_set_back_makes_nobody_wait_longer(void **state)
{
	struct desk *desk = *state;
	struct vault vault;
	for (int i = 0; i < 3; i++)
		assert_int_equal(unlock(desk, now_ms, "S01", taro), VAULT_PASSWORD_WRONG);
	assert_int_equal(vault_read(desk->path, &vault), 0);
	assert_int_equal(vault_wait_ms(&vault.staff[0], now_ms - INT64_C(86400000) * 365), 5000);
}

static void test_one_person_waits_for_nobody_else(void **state)
{
	struct desk *desk = *state;
	struct vault_person person = person_of("S02", "鈴木 太郎", taro);
	assert_int_equal(vault_staff_add(desk->path, key_of(desk), &person), 0);
	for (int i = 0; i < 5; i++)
		(void)!unlock(desk, now_ms, "S01", taro);
	assert_int_equal(unlock(desk, now_ms, "S01", hana), VAULT_WAIT);
	assert_int_equal(unlock(desk, now_ms, "S02", taro), 0);
}

/* --- staff --- */

static void test_staff_come_and_go(void **state)
{
	struct desk *desk = *state;
	struct vault_person person = person_of("S02", "鈴木 太郎", taro);
	struct vault vault;
	assert_int_equal(vault_staff_put_away(desk->path, key_of(desk), STR("S01")),
			 VAULT_STAFF_FULL);
	assert_int_equal(vault_staff_add(desk->path, key_of(desk), &person), 0);
	assert_int_equal(vault_staff_add(desk->path, key_of(desk), &person), VAULT_STAFF_PRESENT);
	assert_int_equal(unlock(desk, now_ms, "S02", taro), 0);
	assert_int_equal(vault_staff_rename(desk->path, key_of(desk), STR("S02"), STR("佐藤 太郎")),
			 0);
	assert_int_equal(vault_staff_put_away(desk->path, key_of(desk), STR("S02")), 0);
	assert_int_equal(unlock(desk, now_ms, "S02", taro), VAULT_STAFF_UNKNOWN);
	assert_int_equal(vault_read(desk->path, &vault), 0);
	assert_int_equal(vault.staff_count, 2);
	assert_string_equal(vault_staff_of(&vault, STR("S02"))->name, "佐藤 太郎");
	assert_null(vault_staff_of(&vault, STR("S03")));
	/* Back again, with a new password. */
	person.password = STR("a stream and a stone");
	assert_int_equal(vault_password_set(desk->path, key_of(desk), &person), 0);
	assert_int_equal(unlock(desk, now_ms, "S02", taro), VAULT_PASSWORD_WRONG);
	assert_int_equal(unlock(desk, now_ms, "S02", person.password), 0);
}

static void test_a_new_password_ends_the_old_one_and_its_wait(void **state)
{
	struct desk *desk = *state;
	struct vault_person person = person_of("S01", "", taro);
	for (int i = 0; i < 4; i++)
		(void)!unlock(desk, now_ms, "S01", taro);
	assert_int_equal(vault_password_set(desk->path, key_of(desk), &person), 0);
	assert_int_equal(unlock(desk, now_ms, "S01", taro), 0);
	assert_int_equal(unlock(desk, now_ms, "S01", hana), VAULT_PASSWORD_WRONG);
	person.id = STR("S07");
	assert_int_equal(vault_password_set(desk->path, key_of(desk), &person),
			 VAULT_STAFF_UNKNOWN);
}

static void test_weak_passwords_are_refused(void **state)
{
	struct desk *desk = *state;
	static const struct {
		const char *password;
		int outcome;
	} rows[] = {
		{"", VAULT_PASSWORD_SHORT},
		{"7 chars", VAULT_PASSWORD_SHORT},
		{"ひらがなで七字", VAULT_PASSWORD_SHORT},
		{"ひらがなで八文字", 0},
		{"12345678", VAULT_PASSWORD_COMMON},
		{"67890123", VAULT_PASSWORD_COMMON},
		{"99999999", VAULT_PASSWORD_COMMON},
		{"abcdefghij", VAULT_PASSWORD_COMMON},
		{"PassWord", VAULT_PASSWORD_COMMON},
		{"1q2w3e4r", VAULT_PASSWORD_COMMON},
		{"rivers 9", 0},
		{"13579135", 0},
		{"bad\xff\xff\xff\xff\xff\xff", VAULT_PASSWORD_SHORT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char id[8];
		snprintf(id, sizeof id, "T%02zu", i);
		struct vault_person person = person_of(id, "名前", str_of(rows[i].password));
		assert_int_equal(vault_staff_add(desk->path, key_of(desk), &person),
				 rows[i].outcome);
	}
}

static void test_impossible_names_are_refused(void **state)
{
	struct desk *desk = *state;
	static const char *const rows[][2] = {
		{"", "名前"},	 {"a b", "名前"},  {"S02", ""},
		{"S02", "a\nb"}, {"../x", "名前"}, {"a-very-long-id-for-staff", "名前"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct vault_person person = person_of(rows[i][0], rows[i][1], taro);
		assert_int_equal(vault_staff_add(desk->path, key_of(desk), &person),
				 VAULT_STAFF_REFUSED);
	}
}

static void test_the_list_is_never_longer_than_it_may_be(void **state)
{
	struct desk *desk = *state;
	for (int i = 1; i <= VAULT_STAFF_MAX; i++) {
		char id[8];
		snprintf(id, sizeof id, "T%02d", i);
		struct vault_person person = person_of(id, "名前", taro);
		assert_int_equal(vault_staff_add(desk->path, key_of(desk), &person),
				 i < VAULT_STAFF_MAX ? 0 : VAULT_STAFF_FULL);
	}
}

static void test_only_who_has_the_key_changes_anything(void **state)
{
	struct desk *desk = *state;
	struct vault_person person = person_of("S02", "鈴木 太郎", taro);
	struct secret other = desk->key, recovery = {0};
	other.bytes[0] ^= 1;
	struct str key = secret_str(&other), before = text_of(desk), after;
	assert_int_equal(vault_staff_add(desk->path, key, &person), VAULT_PASSWORD_WRONG);
	assert_int_equal(vault_staff_rename(desk->path, key, STR("S01"), STR("x")),
			 VAULT_PASSWORD_WRONG);
	assert_int_equal(vault_staff_put_away(desk->path, key, STR("S01")), VAULT_PASSWORD_WRONG);
	assert_int_equal(vault_recovery_renew(desk->path, key, now_ms, &recovery),
			 VAULT_PASSWORD_WRONG);
	after = text_of(desk);
	assert_true(str_equal(before, after));
}

/* --- keys of facilities --- */

static void test_each_facility_has_a_key_of_its_own(void **state)
{
	struct desk *desk = *state;
	struct secret a = {0}, b = {0}, again = {0};
	assert_int_equal(vault_facility_key(key_of(desk), STR("1310000003"), &a), 0);
	assert_int_equal(vault_facility_key(key_of(desk), STR("2710000007"), &b), 0);
	assert_int_equal(vault_facility_key(key_of(desk), STR("1310000003"), &again), 0);
	assert_false(secret_equal(secret_str(&a), secret_str(&b)));
	assert_true(secret_equal(secret_str(&a), secret_str(&again)));
}

/* --- bad days --- */

static void test_no_file_and_a_cut_file_are_told_apart(void **state)
{
	struct desk *desk = *state;
	struct str whole = text_of(desk);
	for (size_t len = 0; len < whole.len; len++) {
		file_put(desk, (struct str){whole.ptr, len});
		assert_int_equal(unlock(desk, now_ms, "S01", hana), VAULT_DAMAGED);
	}
	assert_int_equal(unlink(desk->path), 0);
	assert_int_equal(unlock(desk, now_ms, "S01", hana), VAULT_ABSENT);
	file_put(desk, whole);
	assert_int_equal(unlock(desk, now_ms, "S01", hana), 0);
}

/* No byte of it can be changed to anything that opens as if nothing had been. */
static void test_a_changed_file_is_found(void **state)
{
	struct desk *desk = *state;
	struct str whole = text_of(desk);
	for (size_t i = 0; i < whole.len; i += 3) {
		char *spoiled = arena_alloc(&desk->arena, whole.len);
		struct vault before, after;
		memcpy(spoiled, whole.ptr, whole.len);
		spoiled[i] = spoiled[i] == 'A' ? 'B' : 'A';
		file_put(desk, (struct str){spoiled, whole.len});
		assert_int_equal(vault_text_read(whole, &before), 0);
		if (unlock(desk, now_ms, "S01", hana) != 0)
			continue;
		/* Times, and bits of base64 that say nothing. */
		assert_int_equal(vault_read(desk->path, &after), 0);
		assert_string_equal(before.staff[0].name, after.staff[0].name);
		assert_memory_equal(before.staff[0].wrapped, after.staff[0].wrapped,
				    VAULT_WRAPPED_BYTES);
	}
}

static void test_an_edited_name_is_found(void **state)
{
	struct desk *desk = *state;
	struct vault vault;
	assert_int_equal(vault_read(desk->path, &vault), 0);
	snprintf(vault.staff[0].name, sizeof vault.staff[0].name, "別人");
	assert_int_equal(vault_file_write(desk->path, &vault), 0);
	assert_int_equal(unlock(desk, now_ms, "S01", hana), VAULT_DAMAGED);
}

/* Somebody moves their own wrap under another's name. */
static void test_a_wrap_opens_for_its_owner_only(void **state)
{
	struct desk *desk = *state;
	struct vault_person person = person_of("S02", "鈴木 太郎", taro);
	struct vault vault;
	assert_int_equal(vault_staff_add(desk->path, key_of(desk), &person), 0);
	assert_int_equal(vault_read(desk->path, &vault), 0);
	memcpy(vault.staff[0].wrapped, vault.staff[1].wrapped, VAULT_WRAPPED_BYTES);
	memcpy(vault.staff[0].salt, vault.staff[1].salt, VAULT_SALT_BYTES);
	assert_int_equal(vault_file_write(desk->path, &vault), 0);
	assert_int_equal(unlock(desk, now_ms, "S01", taro), VAULT_PASSWORD_WRONG);
}

static void test_a_newer_file_is_left_alone(void **state)
{
	struct desk *desk = *state;
	struct str newer = STR("{\"format\":2,\"shape\":{\"quite\":[\"another\"]}}");
	struct vault_person person = person_of("S02", "鈴木 太郎", taro);
	file_put(desk, newer);
	assert_int_equal(unlock(desk, now_ms, "S01", hana), VAULT_NEWER);
	assert_int_equal(vault_staff_add(desk->path, key_of(desk), &person), VAULT_NEWER);
	assert_str_equal(text_of(desk), newer);
}

/* A disk without room: the write fails in its middle, and the old file stays. */
static void test_a_full_disk_leaves_the_file_as_it_was(void **state)
{
	struct desk *desk = *state;
	struct vault_person person = person_of("S02", "鈴木 太郎", taro);
	struct rlimit limit, small;
	struct str before = text_of(desk);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 100;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int added = vault_staff_add(desk->path, key_of(desk), &person);
	int opened = unlock(desk, now_ms, "S01", hana);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(added, VAULT_UNUSABLE);
	/* A try that cannot be written down is not made. */
	assert_int_equal(opened, VAULT_UNUSABLE);
	assert_str_equal(text_of(desk), before);
	assert_int_equal(unlock(desk, now_ms, "S01", hana), 0);
}

static void staff_add_many(const struct desk *desk, char letter)
{
	for (int i = 0; i < 10; i++) {
		char id[8];
		snprintf(id, sizeof id, "%c%02d", letter, i);
		struct vault_person person = person_of(id, "名前", taro);
		if (vault_staff_add(desk->path, key_of(desk), &person) != 0)
			_exit(1);
	}
	_exit(0);
}

static void test_two_processes_lose_nothing_of_each_other(void **state)
{
	struct desk *desk = *state;
	struct vault vault;
	pid_t children[2];
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0)
			staff_add_many(desk, (char)('A' + i));
	}
	for (int i = 0; i < 2; i++) {
		int status = -1;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(vault_read(desk->path, &vault), 0);
	assert_int_equal(vault.staff_count, 21);
	assert_int_equal(unlock(desk, now_ms, "B09", taro), 0);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_password_opens_and_another_does_not),
		DESK_TEST(test_the_recovery_key_opens),
		DESK_TEST(test_a_new_recovery_key_ends_the_old_one),
		DESK_TEST(test_the_file_is_its_owners_and_tells_nothing),
		DESK_TEST(test_a_second_set_up_leaves_the_first),
		DESK_TEST(test_wrong_passwords_make_wait_longer_and_longer),
		DESK_TEST(test_a_clock_set_back_makes_nobody_wait_longer),
		DESK_TEST(test_one_person_waits_for_nobody_else),
		DESK_TEST(test_staff_come_and_go),
		DESK_TEST(test_a_new_password_ends_the_old_one_and_its_wait),
		DESK_TEST(test_weak_passwords_are_refused),
		DESK_TEST(test_impossible_names_are_refused),
		DESK_TEST(test_the_list_is_never_longer_than_it_may_be),
		DESK_TEST(test_only_who_has_the_key_changes_anything),
		DESK_TEST(test_each_facility_has_a_key_of_its_own),
		DESK_TEST(test_no_file_and_a_cut_file_are_told_apart),
		DESK_TEST(test_a_changed_file_is_found),
		DESK_TEST(test_an_edited_name_is_found),
		DESK_TEST(test_a_wrap_opens_for_its_owner_only),
		DESK_TEST(test_a_newer_file_is_left_alone),
		DESK_TEST(test_a_full_disk_leaves_the_file_as_it_was),
		DESK_TEST(test_two_processes_lose_nothing_of_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
