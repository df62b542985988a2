/* SPDX-License-Identifier: Apache-2.0 */
/* Two PCs and a disk between them. */
#include "lib/base/test.h"

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/db/db.h"
#include "workstation/keep/manifest.h"
#include "workstation/keep/restore.h"
#include "workstation/vault/vault.h"

static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};
static const int64_t now_ms = INT64_C(1795305600000); /* 2026-11-22 09:00 JST */
static const int64_t day_ms = INT64_C(86400000);
static const struct str password = {"hanako's own words", 18};
static const char needle[] = "山田 花子";
static const char *const codes[] = {"1310000003", "2710000007"};

struct desk {
	char folder[64];
	struct home home, other; /* this PC's, and the new one's */
	char disk[128];		 /* where backups go */
	struct arena arena;
	struct secret key, recovery;
};

/* --- two facilities with a chart each --- */

static struct db *store_of(const struct desk *desk, const struct home *home, const char *code)
{
	struct secret key = {0};
	struct db *db = NULL;
	char path[HOME_FILE_BYTES];
	home_facility_file(home, str_of(code), "charts.db", path);
	assert_int_equal(vault_facility_key(secret_str(&desk->key), str_of(code), &key), 0);
	const struct db_options options = {.engine = DB_SQLITE, .target = path, .seal_key = &key};
	assert_int_equal(db_open(&db, &options), 0);
	return db;
}

static void chart_put(const struct desk *desk, const char *code, int64_t number)
{
	AUTO(db_closep) struct db *db = store_of(desk, &desk->home, code);
	assert_int_equal(db_run(db, "CREATE TABLE IF NOT EXISTS chart (number INTEGER, name TEXT)",
				DB_NO_ARGS, NULL),
			 0);
	assert_int_equal(db_run(db, "INSERT INTO chart VALUES ($1, $2)",
				DB_ARGS(db_int(number), db_text(str_of(needle))), NULL),
			 0);
}

static void chart_fill(const struct desk *desk, const char *code)
{
	AUTO(db_closep) struct db *db = store_of(desk, &desk->home, code);
	assert_int_equal(db_run(db, "INSERT INTO chart VALUES (0, zeroblob(300000))", DB_NO_ARGS,
				NULL),
			 0);
}

static int64_t charts_count(const struct desk *desk, const struct home *home, const char *code)
{
	AUTO(db_closep) struct db *db = store_of(desk, home, code);
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(db, "SELECT count(*) FROM chart WHERE name = $1",
				  DB_ARGS(db_text(str_of(needle))), &rows),
			 0);
	assert_int_equal(db_next(rows), 0);
	return db_column_int(rows, 0);
}

static int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	const struct vault_person person = {STR("01"), STR("見本 受付"), password, &cheap};
	char path[HOME_FILE_BYTES];
	assert_non_null(desk);
	*state = desk;
	arena_init(&desk->arena, 64 << 20);
	snprintf(desk->folder, sizeof desk->folder, "/tmp/shikaku-keep-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	snprintf(desk->home.path, HOME_PATH_BYTES, "%s/home", desk->folder);
	snprintf(desk->other.path, HOME_PATH_BYTES, "%s/other", desk->folder);
	snprintf(desk->disk, sizeof desk->disk, "%s/disk", desk->folder);
	assert_int_equal(mkdir(desk->disk, 0700), 0);
	assert_int_equal(home_make(&desk->home), 0);
	home_file(&desk->home, "vault.json", path);
	assert_int_equal(vault_create(path, now_ms, &person, &desk->key, &desk->recovery), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(home_facility_make(&desk->home, str_of(codes[i])), 0);
		chart_put(desk, codes[i], (int64_t)i + 1);
	}
	return 0;
}

static int entry_remove(const char *path, const struct stat *facts, int kind, struct FTW *ftw)
{
	(void)facts;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int desk_teardown(void **state)
{
	struct desk *desk = *state;
	arena_clear(&desk->arena);
	assert_int_equal(nftw(desk->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(desk);
	return 0;
}

static struct backup_wish wish_of(const struct desk *desk, int64_t at_ms, int keep)
{
	return (struct backup_wish){&desk->home, desk->disk, secret_str(&desk->key), at_ms, keep};
}

/* The path of a backup that is made now. */
static struct str backup_make(struct desk *desk, int64_t at_ms)
{
	const struct backup_wish wish = wish_of(desk, at_ms, 3);
	struct backup_made made;
	assert_int_equal(backup_run(&wish, &made), 0);
	char *path = arena_alloc(&desk->arena, 256);
	snprintf(path, 256, "%s/%s", desk->disk, made.name);
	return str_of(path);
}

static int restore(struct desk *desk, const char *backup, const char *staff, struct str secret,
		   int *ret_vault)
{
	struct secret key = {0};
	const struct restore_wish wish = {.home = &desk->other,
					  .backup = backup,
					  .now_ms = now_ms,
					  .staff = str_of(staff),
					  .password = secret};
	*ret_vault = 0;
	int r = restore_run(&wish, &key, ret_vault);
	if (r == 0)
		assert_true(secret_equal(secret_str(&key), secret_str(&desk->key)));
	return r;
}

static size_t entries_count(const char *path)
{
	DIR *folder = opendir(path);
	size_t count = 0;
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));)
		count += entry->d_name[0] != '.' || entry->d_name[1] == 's';
	closedir(folder);
	return count;
}

/* --- there and back --- */

static void test_a_backup_comes_back_by_a_password(void **state)
{
	struct desk *desk = *state;
	struct str backup = backup_make(desk, now_ms);
	int vault;
	chart_put(desk, codes[0], 9);
	assert_int_equal(restore(desk, backup.ptr, "01", password, &vault), 0);
	assert_int_equal(charts_count(desk, &desk->other, codes[0]), 1);
	assert_int_equal(charts_count(desk, &desk->other, codes[1]), 1);
	assert_int_equal(charts_count(desk, &desk->home, codes[0]), 2);
	char path[HOME_FILE_BYTES];
	struct secret key = {0};
	home_file(&desk->other, "vault.json", path);
	assert_int_equal(vault_unlock(path, now_ms, STR("01"), password, &key), 0);
}

static void test_a_backup_comes_back_by_the_recovery_key(void **state)
{
	struct desk *desk = *state;
	struct str backup = backup_make(desk, now_ms);
	int vault;
	assert_int_equal(restore(desk, backup.ptr, NULL, secret_str(&desk->recovery), &vault), 0);
	assert_int_equal(charts_count(desk, &desk->other, codes[1]), 1);
}

static void test_a_wrong_password_restores_nothing_and_waits(void **state)
{
	struct desk *desk = *state;
	struct str backup = backup_make(desk, now_ms);
	char path[HOME_FILE_BYTES];
	int vault;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(restore(desk, backup.ptr, "01", STR("another one"), &vault),
				 RESTORE_REFUSED);
		assert_int_equal(vault, VAULT_PASSWORD_WRONG);
	}
	assert_int_equal(restore(desk, backup.ptr, "01", password, &vault), RESTORE_REFUSED);
	assert_int_equal(vault, VAULT_WAIT);
	home_file(&desk->other, "vault.json", path);
	assert_int_not_equal(access(path, F_OK), 0);
	/* The paper needs no waiting; another backup is not mistaken for the first. */
	assert_int_equal(restore(desk, backup.ptr, NULL, secret_str(&desk->recovery), &vault), 0);
}

static void test_nothing_in_it_is_to_be_read(void **state)
{
	struct desk *desk = *state;
	struct str backup = backup_make(desk, now_ms), content;
	static const char *const names[] = {"1310000003.db", "2710000007.db", "vault.json",
					    "manifest.json"};
	for (size_t i = 0; i < 4; i++) {
		char path[300];
		snprintf(path, sizeof path, "%s/%s", backup.ptr, names[i]);
		assert_int_equal(file_read(&desk->arena, path, 4 << 20, &content), 0);
		assert_null(memmem(content.ptr, content.len, needle, strlen(needle)));
		assert_null(memmem(content.ptr, content.len, desk->key.bytes, 16));
	}
	assert_int_equal(entries_count(backup.ptr), 4);
}

static void test_a_home_with_charts_is_not_overwritten(void **state)
{
	struct desk *desk = *state;
	struct str backup = backup_make(desk, now_ms);
	int vault;
	assert_int_equal(restore(desk, backup.ptr, "01", password, &vault), 0);
	assert_int_equal(restore(desk, backup.ptr, "01", password, &vault), BACKUP_HOME_TAKEN);
}

/* vault.json was lost; the store that is still there may be newer than the backup. */
static void test_a_store_without_its_vault_is_put_aside(void **state)
{
	struct desk *desk = *state;
	struct str backup = backup_make(desk, now_ms);
	char path[HOME_FILE_BYTES];
	int vault;
	assert_int_equal(restore(desk, backup.ptr, "01", password, &vault), 0);
	home_file(&desk->other, "vault.json", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(restore(desk, backup.ptr, "01", password, &vault), 0);
	home_file(&desk->other, codes[0], path);
	assert_int_equal(entries_count(path), 2);
}

/* --- bad days --- */

static void test_a_changed_backup_is_found(void **state)
{
	struct desk *desk = *state;
	struct str backup = backup_make(desk, now_ms), content;
	static const char *const names[] = {"1310000003.db", "2710000007.db", "manifest.json"};
	struct str key = secret_str(&desk->key);
	assert_int_equal(backup_check(backup.ptr, key), 0);
	for (size_t i = 0; i < 3; i++) {
		char path[300];
		snprintf(path, sizeof path, "%s/%s", backup.ptr, names[i]);
		assert_int_equal(file_read(&desk->arena, path, 1 << 20, &content), 0);
		for (size_t at = 0; at < content.len; at += content.len / 20) {
			char *spoiled = arena_alloc(&desk->arena, content.len);
			memcpy(spoiled, content.ptr, content.len);
			spoiled[at] ^= 1;
			assert_int_equal(file_write_private(path, str_bytes(spoiled, content.len)),
					 0);
			assert_int_equal(backup_check(backup.ptr, key), BACKUP_BROKEN);
			assert_int_equal(file_write_private(path,
							    str_bytes(spoiled, content.len / 2)),
					 0);
			assert_int_equal(backup_check(backup.ptr, key), BACKUP_BROKEN);
		}
		assert_int_equal(unlink(path), 0);
		assert_int_equal(backup_check(backup.ptr, key), BACKUP_BROKEN);
		assert_int_equal(file_write_private(path, content), 0);
		assert_int_equal(backup_check(backup.ptr, key), 0);
	}
}

static void test_stores_of_two_backups_cannot_be_mixed(void **state)
{
	struct desk *desk = *state;
	struct str first = backup_make(desk, now_ms), second, content;
	char from[300], to[300];
	int vault;
	chart_put(desk, codes[0], 9);
	second = backup_make(desk, now_ms + day_ms);
	snprintf(from, sizeof from, "%s/%s.db", first.ptr, codes[0]);
	snprintf(to, sizeof to, "%s/%s.db", second.ptr, codes[0]);
	assert_int_equal(file_read(&desk->arena, from, 1 << 20, &content), 0);
	assert_int_equal(file_write_private(to, content), 0);
	assert_int_equal(restore(desk, second.ptr, "01", password, &vault), BACKUP_BROKEN);
	/* What was begun does not stand in the way of a whole one. */
	assert_int_equal(restore(desk, first.ptr, "01", password, &vault), 0);
}

static void test_the_newest_stay(void **state)
{
	struct desk *desk = *state;
	char name[BACKUP_NAME_BYTES];
	int64_t made_ms = 0;
	assert_int_equal(backup_newest(desk->disk, secret_str(&desk->key), name, &made_ms),
			 BACKUP_NONE);
	for (int i = 0; i < 6; i++)
		(void)backup_make(desk, now_ms + i * day_ms);
	assert_int_equal(entries_count(desk->disk), 3);
	assert_int_equal(backup_newest(desk->disk, secret_str(&desk->key), name, &made_ms), 0);
	assert_int_equal(made_ms, now_ms + 5 * day_ms);
	assert_string_equal(name, "shikaku-20261127090000");
}

static void test_other_files_of_the_folder_are_left_alone(void **state)
{
	struct desk *desk = *state;
	char path[200];
	static const char *const names[] = {"photos", "shikaku-notes", "shikaku-2026112209000"};
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", desk->disk, names[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	for (int i = 0; i < 5; i++)
		(void)backup_make(desk, now_ms + i * day_ms);
	assert_int_equal(entries_count(desk->disk), 6);
}

static void test_two_pcs_in_one_folder_leave_each_others(void **state)
{
	struct desk *desk = *state, *second;
	void *part;
	assert_int_equal(desk_setup(&part), 0);
	second = part;
	memcpy(second->disk, desk->disk, sizeof second->disk);
	for (int i = 0; i < 4; i++) {
		struct str one = backup_make(desk, now_ms + i * day_ms);
		struct str other = backup_make(second, now_ms + i * day_ms + 1000);
		assert_int_equal(backup_check(one.ptr, secret_str(&desk->key)), 0);
		assert_int_equal(backup_check(other.ptr, secret_str(&second->key)), 0);
	}
	assert_int_equal(entries_count(desk->disk), 6);
	char name[BACKUP_NAME_BYTES];
	int64_t made_ms;
	assert_int_equal(backup_newest(desk->disk, secret_str(&desk->key), name, &made_ms), 0);
	assert_int_equal(made_ms, now_ms + 3 * day_ms);
	assert_int_equal(backup_newest(desk->disk, (struct str){0}, name, &made_ms), 0);
	assert_int_equal(made_ms, now_ms + 3 * day_ms + 1000);
	assert_int_equal(desk_teardown(&part), 0);
}

static void test_a_folder_that_is_gone_is_told(void **state)
{
	struct desk *desk = *state;
	struct backup_wish wish = wish_of(desk, now_ms, 3);
	struct backup_made made;
	char name[BACKUP_NAME_BYTES];
	int64_t made_ms;
	wish.folder = "/nonexistent/disk";
	assert_int_equal(backup_run(&wish, &made), BACKUP_UNREACHABLE);
	assert_int_equal(backup_newest(wish.folder, secret_str(&desk->key), name, &made_ms),
			 BACKUP_UNREACHABLE);
}

static void test_a_full_disk_keeps_the_backups_before(void **state)
{
	struct desk *desk = *state;
	struct str before = backup_make(desk, now_ms);
	const struct backup_wish wish = wish_of(desk, now_ms + day_ms, 3);
	struct backup_made made;
	struct rlimit limit, small;
	chart_fill(desk, codes[0]);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	signal(SIGXFSZ, SIG_IGN);
	small = limit;
	small.rlim_cur = 50000; /* room for SQLite's index of the log, not for the copy */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int r = backup_run(&wish, &made);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(r, BACKUP_DISK_FULL);
	assert_int_equal(entries_count(desk->disk), 1);
	assert_int_equal(backup_check(before.ptr, secret_str(&desk->key)), 0);
}

static void test_a_broken_store_makes_no_backup(void **state)
{
	struct desk *desk = *state;
	const struct backup_wish wish = wish_of(desk, now_ms, 3);
	struct backup_made made;
	char path[HOME_FILE_BYTES];
	home_facility_file(&desk->home, str_of(codes[1]), "charts.db", path);
	assert_int_equal(file_write_private(path, STR("no database at all, but some text")), 0);
	assert_int_equal(backup_run(&wish, &made), BACKUP_STORE_BROKEN);
	assert_int_equal(entries_count(desk->disk), 0);
}

/* The PC was switched off in the middle: what it left is no backup, and in nobody's way. */
static void test_half_a_backup_is_none(void **state)
{
	struct desk *desk = *state;
	char name[BACKUP_NAME_BYTES];
	int64_t made_ms;
	const struct backup_wish wish = wish_of(desk, now_ms, 3);
	struct backup_made made;
	const struct rlimit small = {50000, 50000};
	int status;
	chart_fill(desk, codes[0]);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGXFSZ, SIG_DFL); /* ends it while it writes the first store */
		_exit(setrlimit(RLIMIT_FSIZE, &small) || backup_run(&wish, &made));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(entries_count(desk->disk), 1);
	assert_int_equal(backup_newest(desk->disk, secret_str(&desk->key), name, &made_ms),
			 BACKUP_NONE);
	(void)backup_make(desk, now_ms);
	assert_int_equal(entries_count(desk->disk), 1);
}

static void test_a_newer_backup_is_left_to_a_newer_program(void **state)
{
	struct desk *desk = *state;
	struct str backup = backup_make(desk, now_ms);
	char path[300];
	snprintf(path, sizeof path, "%s/manifest.json", backup.ptr);
	assert_int_equal(file_write_private(path, STR("{\"format\":2}")), 0);
	assert_int_equal(backup_check(backup.ptr, secret_str(&desk->key)), BACKUP_NEWER);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_backup_comes_back_by_a_password),
		DESK_TEST(test_a_backup_comes_back_by_the_recovery_key),
		DESK_TEST(test_a_wrong_password_restores_nothing_and_waits),
		DESK_TEST(test_nothing_in_it_is_to_be_read),
		DESK_TEST(test_a_home_with_charts_is_not_overwritten),
		DESK_TEST(test_a_store_without_its_vault_is_put_aside),
		DESK_TEST(test_a_changed_backup_is_found),
		DESK_TEST(test_stores_of_two_backups_cannot_be_mixed),
		DESK_TEST(test_the_newest_stay),
		DESK_TEST(test_other_files_of_the_folder_are_left_alone),
		DESK_TEST(test_two_pcs_in_one_folder_leave_each_others),
		DESK_TEST(test_a_folder_that_is_gone_is_told),
		DESK_TEST(test_a_full_disk_keeps_the_backups_before),
		DESK_TEST(test_a_broken_store_makes_no_backup),
		DESK_TEST(test_half_a_backup_is_none),
		DESK_TEST(test_a_newer_backup_is_left_to_a_newer_program),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
