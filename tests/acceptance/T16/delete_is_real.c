/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T16 delete_is_real: after the sweep at 翌月末 nothing of the month is left - no row, no sealed
 * byte in the store's files, no key - and a backup taken before opens under none of the keys that
 * remain, nor after a restart, nor when the month's key is made again. The trail says that the key
 * was destroyed. The same test must find a sweep that leaves something behind.
 */
#include "tests/acceptance/canary/house.h"

#include <sys/stat.h>

#include "lib/base/period.h"
#include "server/store/audit.h"
#include "tests/acceptance/T16/lazy_sweep.h"

enum { PEOPLE = 40, PEOPLE_NIGHTLY = 2000, SLICE_BYTES = 32, KEY_FILE_BYTES_MAX = 512 };

static const struct canary_words words = {
	.name = "鸚哥消子",
	.kana = "ｲﾝｺ ｷｴｺ",
	.address = "東京都鳥籠区消尽町",
	.symbol = "消止木８４６",
	.person = "CANARY16-",
	.serial = "ca9a71a6ca9a71",
	.reference = "籠札十六番八四六",
	.staff = "鳥守　十六郎",
};

/* What an old backup holds: the month's rows, and a copy of its key file's inode. */
struct backup {
	struct arena arena;
	struct store_result *results;
	size_t count;
	char key_link[200];
	unsigned char key[KEY_FILE_BYTES_MAX];
	size_t key_len;
	char file[96];
};

struct trial {
	struct aviary aviary;
	struct canaries sealed; /* a slice of each sealed result */
	struct canaries saved;	/* the same, looked for in the backup's file */
	struct backup backup;
	int64_t closes_ms;
	int month;
	size_t wrong;
};

static void tell(struct trial *trial, bool right, const char *what)
{
	if (!right && trial->wrong++ < 5)
		print_message("# %s\n", what);
}

/* --- the backup --- */

static size_t file_read(const char *path, unsigned char *bytes, size_t size)
{
	FILE *file = fopen(path, "rb");
	size_t len = file ? fread(bytes, 1, size, file) : 0;
	if (file)
		fclose(file);
	return len;
}

static void key_keep(struct trial *trial)
{
	struct house *house = trial->aviary.house;
	struct backup *backup = &trial->backup;
	char path[200];
	snprintf(path, sizeof path, "%s/month-%04d%02d", house->keys_dir, 2020 + trial->month / 12,
		 trial->month % 12 + 1);
	snprintf(backup->key_link, sizeof backup->key_link, "%s/kept", house->folder);
	backup->key_len = file_read(path, backup->key, sizeof backup->key);
	assert_true(backup->key_len > 32);
	assert_int_equal(link(path, backup->key_link), 0);
}

/* A dump as text writes bytes as hex digits. */
static void slice_add(struct trial *trial, struct str slice)
{
	struct str hex;
	if (trial->sealed.count == CANARY_NEEDLES_MAX)
		return;
	canaries_add_bytes(&trial->sealed, slice);
	assert_int_equal(encode_hex(&trial->aviary.house->arena, slice, &hex), 0);
	bool text = trial->aviary.fixture->options.engine == DB_POSTGRES;
	canaries_add_bytes(&trial->saved, text ? hex : slice);
}

/* Up to one page of rows behind the last that was kept; false: there is none any more. */
static bool page_keep(struct trial *trial, const struct store_results_query *query)
{
	struct house *house = trial->aviary.house;
	struct backup *backup = &trial->backup;
	int64_t after = backup->count ? backup->results[backup->count - 1].rid : 0;
	size_t before = backup->count;
	struct store_results results AUTO(store_results_close) = {0};
	struct store_result row;
	store_results_open(&results, house->db, house->here.no, query, after, STORE_PAGE_MAX);
	while (store_results_next(&results, &row) == 0) {
		assert_true(backup->count < trial->aviary.people);
		struct store_result *kept = &backup->results[backup->count++];
		struct str slice = {row.body.ptr + row.body.len / 2, SLICE_BYTES};
		*kept = row;
		assert_int_equal(arena_copy(&backup->arena, row.body, &kept->body), 0);
		assert_int_equal(arena_copy(&backup->arena, row.id, &kept->id), 0);
		assert_int_equal(arena_copy(&backup->arena, row.staff, &kept->staff), 0);
		slice_add(trial, slice);
	}
	return backup->count > before;
}

static void backup_take(struct trial *trial)
{
	struct house *house = trial->aviary.house;
	struct backup *backup = &trial->backup;
	int64_t no = house->here.no;
	struct store_results_query query = {.reference = STORE_REFERENCE_ANY};
	query.rid_min = rid_first(no, period_month_start_ms(trial->month));
	query.rid_max = rid_last(no, period_month_start_ms(trial->month + 1) - 1);
	arena_init(&backup->arena, 64 << 20);
	backup->results =
		arena_array(&backup->arena, trial->aviary.people, sizeof *backup->results);
	while (page_keep(trial, &query))
		;
	assert_int_equal(backup->count, trial->aviary.people);
	key_keep(trial);
}

static void backup_file_take(struct trial *trial)
{
	struct backup *backup = &trial->backup;
	snprintf(backup->file, sizeof backup->file, "%s.backup", trial->aviary.house->folder);
	aviary_backup(&trial->aviary, backup->file);
}

/* --- what is left --- */

static size_t opened(struct trial *trial, const struct eligibility *eligibility)
{
	struct house *house = trial->aviary.house;
	size_t count = 0;
	for (size_t i = 0; i < trial->backup.count; i++) {
		struct eligibility_evidence evidence;
		count += eligibility_body_open(eligibility, &house->arena, house->here.no,
					       &trial->backup.results[i], &evidence) == 0;
	}
	return count;
}

/* The same bytes said to be of another month, or sealed by a store key. */
static void others_try(struct trial *trial, struct keys *keys)
{
	struct house *house = trial->aviary.house;
	struct str sealed = trial->backup.results[0].body, text;
	for (int month = trial->month - 2; month <= trial->month + 3; month++) {
		char *bytes = arena_alloc(&house->arena, sealed.len);
		memcpy(bytes, sealed.ptr, sealed.len);
		bytes[1] = (char)(month >> 8);
		bytes[2] = (char)month;
		struct str moved = {bytes, sealed.len};
		tell(trial,
		     keys_open_month(keys, &house->arena, month, STR("a"), moved, &text) != 0,
		     "the backup opens under another month's key");
		bytes[1] = 0;
		bytes[2] = 1;
		tell(trial, keys_open_sealed(keys, &house->arena, STR("a"), moved, &text) != 0,
		     "the backup opens under the store key");
	}
}

static void backup_try(struct trial *trial)
{
	struct house *house = trial->aviary.house;
	struct eligibility eligibility = house->service->eligibility;
	tell(trial, opened(trial, &eligibility) == 0, "the backup opens in the running service");
	AUTO(keys_closep) struct keys *keys = NULL;
	assert_int_equal(keys_open(&keys, house->keys_dir), 0);
	eligibility.keys = keys;
	tell(trial, opened(trial, &eligibility) == 0, "the backup opens after a restart");
	others_try(trial, keys);
	canaries_in_file(&trial->aviary.canaries, trial->backup.file);
	tell(trial, trial->aviary.canaries.hits == 0, "canaries lie in the backup's file");
	assert_int_equal(keys_month_make(keys, trial->month), 0);
	tell(trial, opened(trial, &eligibility) == 0, "the backup opens under a key made anew");
	int r = keys_month_destroy(keys, trial->month);
	(void)r;
}

/* It does hold what no key opens any more. */
static void backup_file_end(struct trial *trial)
{
	char packed[120];
	snprintf(packed, sizeof packed, "%s.packed", trial->backup.file);
	canaries_in_file(&trial->saved, trial->backup.file);
	assert_true(trial->saved.hits >= trial->saved.count);
	(void)unlink(packed);
	assert_int_equal(unlink(trial->backup.file), 0);
}

static void key_try(struct trial *trial)
{
	unsigned char now[KEY_FILE_BYTES_MAX];
	const struct backup *backup = &trial->backup;
	size_t len = file_read(backup->key_link, now, sizeof now);
	tell(trial, len != backup->key_len || memcmp(now, backup->key, len) != 0,
	     "the key's bytes are still on the disk");
}

static void trail_try(struct trial *trial)
{
	struct house *house = trial->aviary.house;
	struct store_audit *rows;
	size_t count, begun = 0, done = 0;
	int64_t forgotten = 0, slot = 0, after = 0, month = (2020 + trial->month / 12) * 100;
	month += trial->month % 12 + 1;
	do {
		assert_int_equal(store_audit_list(house->db, &house->arena, slot, after,
						  STORE_AUDIT_PAGE_MAX, &rows, &count),
				 0);
		for (size_t i = 0; i < count; i++) {
			bool key = str_equal(rows[i].call, STR("month_key_destroy")) &&
				   rows[i].n == month;
			begun += key && str_equal(rows[i].outcome, STR("begun"));
			done += key && str_equal(rows[i].outcome, STR("ok")) && begun;
			if (str_equal(rows[i].call, STR("results_forget")))
				forgotten += rows[i].n;
			slot = rows[i].slot;
			after = rows[i].seq;
		}
	} while (count == STORE_AUDIT_PAGE_MAX);
	tell(trial, begun == 1 && done == 1, "the trail does not tell of the key's destruction");
	tell(trial, forgotten == (int64_t)trial->backup.count,
	     "the trail does not tell of the rows");
}

/* PostgreSQL's own log of changes keeps sealed bytes until it is recycled; no key opens them. */
static void sealed_search(struct trial *trial)
{
	struct house *house = trial->aviary.house;
	struct db *db = aviary_owner(&trial->aviary);
	if (db_engine(db) == DB_SQLITE) {
		assert_int_equal(db->ops->exec(db, "VACUUM"), 0);
		assert_int_equal(db->ops->exec(db, "PRAGMA wal_checkpoint(TRUNCATE)"), 0);
		canaries_in_tree(&trial->sealed, house->folder);
		canaries_in_tree(&trial->aviary.canaries, house->folder);
		return;
	}
	assert_int_equal(db->ops->exec(db, "VACUUM FULL result"), 0);
	assert_int_equal(db->ops->exec(db, "CHECKPOINT"), 0);
	struct str data = aviary_data(&trial->aviary);
	canaries_in_tree(&trial->sealed, house_print(house, "%.*s/base", STR_ARG(data)).ptr);
	canaries_in_tree(&trial->aviary.canaries, data.ptr);
}

/* --- the trial --- */

static void trial_run(struct trial *trial, void **state, int people)
{
	aviary_open(&trial->aviary, state, &words);
	struct house *house = trial->aviary.house;
	trial->month = period_month(house->time.now_ms);
	trial->closes_ms = period_closes_ms(house->time.now_ms);
	aviary_fill(&trial->aviary, people);
	backup_take(trial);
	backup_file_take(trial);
	assert_int_equal(opened(trial, &house->service->eligibility), trial->backup.count);
	house->time.now_ms = trial->closes_ms;
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	assert_int_equal(opened(trial, &house->service->eligibility), trial->backup.count);
	house->time.now_ms += RETENTION_AGREED_MS;
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	sealed_search(trial);
	tell(trial, trial->sealed.hits == 0, "sealed results lie in the store's files");
	tell(trial, trial->aviary.canaries.hits == 0, "canaries lie in the store's files");
	key_try(trial);
	backup_try(trial);
	trail_try(trial);
	arena_clear(&trial->backup.arena);
	backup_file_end(trial);
	aviary_close(&trial->aviary);
}

static void test_a_month_that_is_over_is_gone_from_everywhere(void **state)
{
	struct trial *trial = test_calloc(1, sizeof *trial);
	trial_run(trial, state, getenv("SHIKAKU_NIGHTLY") ? PEOPLE_NIGHTLY : PEOPLE);
	print_message("# %zu results of the backup tried, %zu bytes searched\n",
		      trial->backup.count,
		      trial->sealed.bytes_seen + trial->aviary.canaries.bytes_seen);
	assert_int_equal(trial->wrong, 0);
	test_free(trial);
}

static size_t lazy_try(void **state, bool *lazy)
{
	struct trial *trial = test_calloc(1, sizeof *trial);
	*lazy = true;
	trial_run(trial, state, 3);
	*lazy = false;
	size_t wrong = trial->wrong;
	test_free(trial);
	return wrong;
}

static void test_a_key_that_stays_is_found(void **state)
{
	assert_true(lazy_try(state, &lazy_key) > 0);
}

static void test_a_key_that_is_only_unlinked_is_found(void **state)
{
	assert_true(lazy_try(state, &lazy_overwrite) > 0);
}

static void test_rows_that_stay_are_found(void **state)
{
	assert_true(lazy_try(state, &lazy_rows) > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_a_month_that_is_over_is_gone_from_everywhere),
		DB_TEST_ON(sqlite, test_a_key_that_stays_is_found),
		DB_TEST_ON(sqlite, test_a_key_that_is_only_unlinked_is_found),
		DB_TEST(test_rows_that_stay_are_found),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
