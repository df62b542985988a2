/* SPDX-License-Identifier: Apache-2.0 */
/* What the running program does daily: over the real vault, by a clock that stands still. */
#include "lib/base/test.h"

#include <dirent.h>
#include <sys/stat.h>

#include "workstation/store/settings.h"
#include "workstation/test_pc.h"

enum { MINUTE_MS = 60 * 1000, DAY_MS = 24 * 60 * MINUTE_MS };

static const char right[] = "{\"with\":{\"staff\":\"01\",\"password\":\"correct horse\"}}";

/* Time goes on, the program looks what is due, and has finished looking. */
static struct str later(struct desk *desk, int64_t ms)
{
	desk->time.now_ms += ms;
	station_tick(desk->old.station);
	(void)call(&desk->old, "unlock", right);
	return call(&desk->old, "keep", here);
}

static void disk_path(const struct desk *desk, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", desk->folder, name);
}

static void disk_make(const struct desk *desk, const char *name)
{
	char path[128];
	disk_path(desk, name, path);
	assert_int_equal(mkdir(path, 0700), 0);
}

/* Backups in the folder. */
static size_t backups(const struct desk *desk, const char *name)
{
	char path[128];
	size_t count = 0;
	disk_path(desk, name, path);
	DIR *folder = opendir(path);
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));)
		count += strncmp(entry->d_name, "shikaku-", 8) == 0;
	closedir(folder);
	return count;
}

static struct db *store(struct desk *desk, const char *code)
{
	struct db *db = NULL;
	assert_int_equal(desk->old.keeper.store(&desk->old.vault, str_of(code), &db), 0);
	return db;
}

static int64_t ask(struct db *db, const char *sql)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(db, sql, DB_NO_ARGS, &rows), 0);
	assert_int_equal(db_next(rows), 0);
	return db_column_int(rows, 0);
}

static int64_t jobs(struct desk *desk, const char *code, const char *which)
{
	AUTO(db_closep) struct db *db = store(desk, code);
	char sql[160];
	snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM job WHERE %s", which);
	return ask(db, sql);
}

static void started(struct desk *desk)
{
	char recovery[RECOVERY_TEXT_CHARS + 1];
	set_up(desk, recovery);
}

/* --- backups --- */

static void test_every_day_brings_one_backup(void **state)
{
	struct desk *desk = *state;
	started(desk);
	disk_make(desk, "disk");
	keep_set(desk, "disk");
	assert_int_equal(backups(desk, "disk"), 0);
	assert_true(has(later(desk, 2 * MINUTE_MS), "\"state\":\"good\""));
	assert_int_equal(backups(desk, "disk"), 1);
	for (int i = 0; i < 6; i++)
		(void)later(desk, 3 * 60 * MINUTE_MS);
	assert_int_equal(backups(desk, "disk"), 1);
	(void)later(desk, 6 * 60 * MINUTE_MS);
	assert_int_equal(backups(desk, "disk"), 2);
	assert_int_equal(jobs(desk, "1311234569", "kind = 'backup' AND outcome = 'done'"), 2);
}

static void test_without_a_folder_nothing_is_tried(void **state)
{
	struct desk *desk = *state;
	started(desk);
	assert_true(has(later(desk, DAY_MS), "\"state\":\"unset\""));
	assert_int_equal(jobs(desk, "1311234569", "kind = 'backup'"), 0);
}

static void test_it_goes_on_behind_the_lock_but_not_before_the_first_unlock(void **state)
{
	struct desk *desk = *state;
	started(desk);
	disk_make(desk, "disk");
	keep_set(desk, "disk");
	(void)call(&desk->old, "lock", here);
	desk->time.now_ms += 2 * MINUTE_MS;
	station_tick(desk->old.station);
	(void)call(&desk->old, "unlock", right);
	(void)call(&desk->old, "keep", here);
	assert_int_equal(backups(desk, "disk"), 1);
	pc_stop(&desk->old);
	pc_start(desk, &desk->old, "old");
	desk->time.now_ms += DAY_MS;
	station_tick(desk->old.station); /* nobody has given a password to this process yet */
	assert_true(has(call(&desk->old, "keep", here), "desk_locked"));
	station_tick(desk->old.station);
	pc_stop(&desk->old); /* waits for what was begun */
	pc_start(desk, &desk->old, "old");
	assert_int_equal(backups(desk, "disk"), 1);
	(void)call(&desk->old, "unlock", right);
	(void)later(desk, 2 * MINUTE_MS);
	assert_int_equal(backups(desk, "disk"), 2);
}

static void test_a_folder_that_is_gone_is_told_and_tried_again(void **state)
{
	struct desk *desk = *state;
	char away[128], there[128];
	started(desk);
	disk_make(desk, "disk");
	keep_set(desk, "disk");
	(void)later(desk, 2 * MINUTE_MS);
	disk_path(desk, "disk", there);
	disk_path(desk, "drawer", away);
	assert_int_equal(rename(there, away), 0); /* somebody took the disk with them */
	struct str reply = later(desk, DAY_MS);
	assert_true(has(reply, "\"state\":\"failed\"") && has(reply, "backup_unreachable"));
	assert_int_equal(backups(desk, "drawer"), 1);
	for (int i = 0; i < 5; i++)
		(void)later(desk, 10 * MINUTE_MS);
	assert_int_equal(jobs(desk, "1311234569", "outcome = 'backup_unreachable'"), 1);
	(void)later(desk, DAY_MS);
	assert_int_equal(jobs(desk, "1311234569", "outcome = 'backup_unreachable'"), 2);
	assert_int_equal(rename(away, there), 0);
	assert_true(has(later(desk, 10 * MINUTE_MS), "\"state\":\"good\""));
	assert_int_equal(backups(desk, "disk"), 2);
}

static int backup_full(void *ctx, struct str folder, int keep)
{
	(void)ctx, (void)folder, (void)keep;
	return KEEPER_FULL;
}

static int backup_fault(void *ctx, struct str folder, int keep)
{
	(void)ctx, (void)folder, (void)keep;
	return RAISE(EIO);
}

static void test_a_full_disk_and_a_fault_are_told_too(void **state)
{
	struct desk *desk = *state;
	started(desk);
	disk_make(desk, "disk");
	keep_set(desk, "disk");
	(void)later(desk, 2 * MINUTE_MS);
	int (*real)(void *, struct str, int) = desk->old.keeper.backup;
	desk->old.keeper.backup = backup_full;
	struct str reply = later(desk, DAY_MS);
	assert_true(has(reply, "\"state\":\"failed\"") && has(reply, "backup_disk_full"));
	assert_int_equal(backups(desk, "disk"), 1); /* the one before stays */
	desk->old.keeper.backup = backup_fault;
	assert_true(has(later(desk, 10 * MINUTE_MS), "\"outcome\":\"backup_broken\""));
	desk->old.keeper.backup = real;
	assert_true(has(later(desk, 10 * MINUTE_MS), "\"state\":\"good\""));
	assert_int_equal(backups(desk, "disk"), 2);
}

static void test_a_backup_that_was_taken_away_or_is_another_pcs_does_not_count(void **state)
{
	struct desk *desk = *state;
	char path[200];
	started(desk);
	disk_make(desk, "disk");
	/* Another PC's, in the same folder, of this very minute. */
	snprintf(path, sizeof path, "%s/disk/shikaku-20261122110100", desk->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	keep_set(desk, "disk");
	(void)later(desk, 2 * MINUTE_MS);
	assert_int_equal(backups(desk, "disk"), 2);
	disk_path(desk, "disk", path);
	char away[128];
	disk_path(desk, "old-disk", away);
	assert_int_equal(rename(path, away), 0);
	disk_make(desk, "disk"); /* a new, empty one at the same place */
	(void)later(desk, 60 * MINUTE_MS);
	assert_int_equal(backups(desk, "disk"), 1);
}

static void test_a_clock_that_was_set_back_does_not_stop_the_backups(void **state)
{
	struct desk *desk = *state;
	started(desk);
	disk_make(desk, "disk");
	keep_set(desk, "disk");
	(void)later(desk, 400 * (int64_t)DAY_MS);
	assert_int_equal(backups(desk, "disk"), 1);
	pc_stop(&desk->old);
	desk->time.now_ms -= 400 * (int64_t)DAY_MS;
	pc_start(desk, &desk->old, "old");
	(void)call(&desk->old, "unlock", right);
	(void)later(desk, 2 * MINUTE_MS);
	assert_int_equal(backups(desk, "disk"), 2);
}

static void test_one_backup_holds_both_facilities(void **state)
{
	struct desk *desk = *state;
	static const char second[] =
		"{\"facility\":\"1311234569\",\"with\":{\"code\":\"1329876542\","
		"\"name\":\"みほん鍼灸院\"}}";
	started(desk);
	disk_make(desk, "disk");
	keep_set(desk, "disk");
	assert_true(has(call(&desk->old, "facility_add", second), "1329876542"));
	(void)later(desk, 2 * MINUTE_MS);
	(void)later(desk, 10 * MINUTE_MS);
	assert_int_equal(backups(desk, "disk"), 1);
	assert_int_equal(jobs(desk, "1311234569", "kind = 'backup'"), 1);
	assert_int_equal(jobs(desk, "1329876542", "kind = 'backup'"), 1);
	static const char there[] = "{\"facility\":\"1329876542\",\"with\":{}}";
	assert_true(has(call(&desk->old, "keep", there), "\"state\":\"good\""));
}

/* --- forgetting --- */

/* Settled ones. */
static void seen_put(struct db *db, const char *id, const char *confirmed_at)
{
	assert_int_equal(db_run(db,
				"INSERT INTO seen (result_id, state, kind, reason, status, chart, "
				"confirmed_at, raw) VALUES ($1, 2, 0, 0, 0, 1, $2, '{}')",
				DB_ARGS(db_text(str_of(id)), db_text(str_of(confirmed_at))), NULL),
			 0);
}

/* Two results, one of them six years old; the service was heard, and agrees with the clock. */
static void results_put(struct desk *desk, int64_t off_ms)
{
	AUTO(db_closep) struct db *db = store(desk, "1311234569");
	seen_put(db, "old", "20201101090000");
	seen_put(db, "new", "20261101090000");
	assert_int_equal(store_setting_number_put(db, STR("contact_ms"), desk->time.now_ms), 0);
	assert_int_equal(store_setting_number_put(db, STR("clock_off_ms"), off_ms), 0);
}

static int64_t results(struct desk *desk)
{
	AUTO(db_closep) struct db *db = store(desk, "1311234569");
	return ask(db, "SELECT COUNT(*) FROM seen");
}

static void test_what_the_retention_lets_go_is_forgotten_daily_and_noted(void **state)
{
	struct desk *desk = *state;
	started(desk);
	results_put(desk, 2000);
	struct str reply = later(desk, 2 * MINUTE_MS);
	assert_true(has(reply, "\"years\":5") && has(reply, "\"purged\":1"));
	assert_int_equal(results(desk), 1);
	assert_int_equal(jobs(desk, "1311234569", "kind = 'purge' AND done = 1"), 1);
	(void)later(desk, 12 * 60 * MINUTE_MS);
	assert_int_equal(jobs(desk, "1311234569", "kind = 'purge'"), 1);
	(void)later(desk, 12 * 60 * MINUTE_MS);
	assert_int_equal(jobs(desk, "1311234569", "kind = 'purge'"), 2);
}

static void test_nothing_is_forgotten_by_a_clock_that_nobody_confirms(void **state)
{
	struct desk *desk = *state;
	started(desk);
	results_put(desk, DAY_MS); /* the service says another day */
	(void)later(desk, 2 * MINUTE_MS);
	assert_int_equal(results(desk), 2);
	assert_int_equal(jobs(desk, "1311234569", "kind = 'purge'"), 0);
	(void)later(desk, 10 * 365 * (int64_t)DAY_MS); /* heard long ago */
	assert_int_equal(results(desk), 2);
}

static void test_the_years_are_the_facilitys_word(void **state)
{
	struct desk *desk = *state;
	static const char seven[] = "{\"facility\":\"1311234569\",\"with\":{\"years\":7}}";
	static const char none[] = "{\"facility\":\"1311234569\",\"with\":{\"years\":0}}";
	started(desk);
	results_put(desk, 0);
	struct str reply = call(&desk->old, "retention_set", none);
	assert_true(has(reply, "desk_fields") && has(reply, "\"field\":\"years\""));
	assert_true(has(call(&desk->old, "retention_set", seven), "\"years\":7"));
	(void)later(desk, 2 * MINUTE_MS);
	assert_int_equal(results(desk), 2);
	assert_int_equal(jobs(desk, "1311234569", "kind = 'purge' AND done = 0"), 1);
}

static void test_a_backup_that_fails_does_not_stop_the_forgetting(void **state)
{
	struct desk *desk = *state;
	started(desk);
	disk_make(desk, "disk");
	keep_set(desk, "disk");
	results_put(desk, 0);
	desk->old.keeper.backup = backup_fault;
	(void)later(desk, 2 * MINUTE_MS);
	assert_int_equal(results(desk), 1); /* the purge was due all the same */
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_every_day_brings_one_backup),
		DESK_TEST(test_without_a_folder_nothing_is_tried),
		DESK_TEST(test_it_goes_on_behind_the_lock_but_not_before_the_first_unlock),
		DESK_TEST(test_a_folder_that_is_gone_is_told_and_tried_again),
		DESK_TEST(test_a_full_disk_and_a_fault_are_told_too),
		DESK_TEST(test_a_backup_that_was_taken_away_or_is_another_pcs_does_not_count),
		DESK_TEST(test_a_clock_that_was_set_back_does_not_stop_the_backups),
		DESK_TEST(test_one_backup_holds_both_facilities),
		DESK_TEST(test_what_the_retention_lets_go_is_forgotten_daily_and_noted),
		DESK_TEST(test_nothing_is_forgotten_by_a_clock_that_nobody_confirms),
		DESK_TEST(test_the_years_are_the_facilitys_word),
		DESK_TEST(test_a_backup_that_fails_does_not_stop_the_forgetting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
