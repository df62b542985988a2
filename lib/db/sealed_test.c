/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is on the disk: nothing to read, nothing to change, nothing to move. That a sealed store
 * works like a clear one is shown by db_test and writer_test, which run on both.
 */
#include "lib/db/testing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/db/engine.h"
#include "lib/db/sealed.h"

enum {
	PAGE = SEALED_PAGE_BYTES,
	LOG_HEADER = 32,
	FRAME_HEADER = 24,
	FRAME = FRAME_HEADER + PAGE,
	FILE_BYTES_MAX = 8 << 20,
};

static const char needle[] = "Yamada Hanako 山田花子";

struct file_bytes {
	unsigned char *bytes;
	size_t len;
};

static struct file_bytes file_read(struct arena *arena, const char *path)
{
	struct stat about;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && fstat(fd, &about) == 0 && about.st_size <= FILE_BYTES_MAX);
	struct file_bytes file = {arena_bytes(arena, (size_t)about.st_size + 1),
				  (size_t)about.st_size};
	assert_non_null(file.bytes);
	assert_int_equal(read(fd, file.bytes, file.len), (ssize_t)file.len);
	close(fd);
	return file;
}

static void file_write(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

static bool file_has(struct arena *arena, const char *path, const char *text)
{
	struct file_bytes file = file_read(arena, path);
	return memmem(file.bytes, file.len, text, strlen(text));
}

struct path {
	char text[600];
};

static struct path path_of(const struct db_fixture *fixture, const char *end)
{
	struct path path;
	snprintf(path.text, sizeof path.text, "%s%s", fixture->target, end);
	return path;
}

/* --- rows --- */

static const char item_add[] = "INSERT INTO item (no, name) VALUES ($1, $2)";
static const char item_count[] = "SELECT count(*) FROM item WHERE length(name) > 0";
static const char integrity[] = "PRAGMA integrity_check";

static void item_put(struct db *db, int64_t no, const char *name)
{
	assert_int_equal(db_run(db, item_add, DB_ARGS(db_int(no), db_text(str_of(name))), NULL), 0);
}

static void items_make(struct db *db, int count)
{
	assert_int_equal(db->ops->exec(db, "CREATE TABLE item (no INTEGER PRIMARY KEY, name TEXT);"
					   "CREATE INDEX item_name ON item (name)"),
			 0);
	assert_int_equal(db_begin(db), 0);
	for (int i = 1; i <= count; i++) {
		char name[64];
		snprintf(name, sizeof name, "%s %06d", needle, i);
		item_put(db, i, name);
	}
	assert_int_equal(db_commit(db), 0);
}

/* The rows there are; < 0: the fault on the way. */
static int64_t items_read(struct db *db)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, item_count, DB_NO_ARGS, &rows);
	if (r == 0)
		r = db_next(rows);
	return r == 0 ? db_column_int(rows, 0) : r;
}

/* As items_read of a database that is opened for it; DB_KEY_WRONG, or the fault. */
static int64_t items_read_at(const struct db_fixture *fixture, const char *path)
{
	AUTO(db_closep) struct db *db = NULL;
	struct db_options options = fixture->options;
	options.target = path;
	int r = db_open(&db, &options);
	return r == 0 ? items_read(db) : r;
}

static void whole_check(struct db *db)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(db, integrity, DB_NO_ARGS, &rows), 0);
	assert_int_equal(db_next(rows), 0);
	assert_str_equal(db_column_text(rows, 0), STR("ok"));
}

/* All is moved from the log into the file, and the fixture's connection is closed. */
static void fixture_close(struct db_fixture *fixture)
{
	db_close(fixture->db);
	fixture->db = NULL;
}

static void fixture_open(struct db_fixture *fixture)
{
	fixture->db = db_fixture_connect(fixture, 1000, false);
}

/* The files of a process that is gone at this moment, under another name: path, path-wal. */
static struct path fixture_crash(struct db_fixture *fixture, const char *end, size_t log_cut)
{
	struct path log = path_of(fixture, "-wal"), path = path_of(fixture, end), log_to;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 2 * FILE_BYTES_MAX);
	struct file_bytes file = file_read(&arena, fixture->target);
	file_write(path.text, file.bytes, file.len);
	file = file_read(&arena, log.text);
	assert_true(log_cut <= file.len);
	snprintf(log_to.text, sizeof log_to.text, "%.580s-wal", path.text);
	file_write(log_to.text, file.bytes, file.len - log_cut);
	return path;
}

static void path_remove(const struct path *path)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char name[640];
		snprintf(name, sizeof name, "%s%s", path->text, ends[i]);
		unlink(name);
	}
}

/* --- nothing to read --- */

static void test_no_file_holds_what_was_written(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct path log = path_of(fixture, "-wal"), index = path_of(fixture, "-shm");
	items_make(fixture->db, 300);
	assert_false(file_has(&fixture->arena, log.text, needle));
	assert_false(file_has(&fixture->arena, log.text, "CREATE TABLE"));
	assert_false(file_has(&fixture->arena, index.text, needle));
	fixture_close(fixture);
	assert_false(file_has(&fixture->arena, fixture->target, needle));
	assert_false(file_has(&fixture->arena, fixture->target, "CREATE TABLE"));
	assert_false(file_has(&fixture->arena, fixture->target, "SQLite"));
	fixture_open(fixture);
	assert_int_equal(items_read(fixture->db), 300);
}

/* The control: the same search finds it all in a store in clear. */
static void test_a_store_in_clear_is_read_by_anybody(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct path log = path_of(fixture, "-wal");
	items_make(fixture->db, 300);
	assert_true(file_has(&fixture->arena, log.text, needle));
	fixture_close(fixture);
	assert_true(file_has(&fixture->arena, fixture->target, needle));
	assert_true(file_has(&fixture->arena, fixture->target, "CREATE TABLE"));
	fixture_open(fixture);
}

/* Sorting and statements that are taken back need much room: in memory, never in a file. */
static void test_large_work_needs_no_file_in_clear(void **state)
{
	struct db *db = db_fixture_of(state)->db;
	items_make(db, 20000);
	assert_int_equal(db->ops->exec(db, "CREATE TABLE sorted AS SELECT name FROM item "
					   "ORDER BY substr(name, 5) DESC, random()"),
			 0);
	assert_int_equal(db->ops->exec(db, "UPDATE item SET name = name || name, "
					   "no = CASE no WHEN 19999 THEN 7 ELSE no END"),
			 DB_CONFLICT);
	assert_int_equal(items_read(db), 20000);
	whole_check(db);
}

/* --- the key --- */

static void test_another_key_is_told_and_changes_nothing(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct secret other = fixture->seal_key;
	items_make(fixture->db, 10);
	fixture_close(fixture);
	struct file_bytes before = file_read(&fixture->arena, fixture->target);
	other.bytes[31] ^= 1;
	fixture->options.seal_key = &other;
	assert_int_equal(items_read_at(fixture, fixture->target), DB_KEY_WRONG);
	fixture->options.read_only = true;
	assert_int_equal(items_read_at(fixture, fixture->target), DB_KEY_WRONG);
	fixture->options.seal_key = &fixture->seal_key;
	struct file_bytes after = file_read(&fixture->arena, fixture->target);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.bytes, after.bytes, before.len);
	fixture_open(fixture);
	assert_int_equal(items_read(fixture->db), 10);
}

static void test_without_its_key_it_is_no_database(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	items_make(fixture->db, 10);
	fixture->options.seal_key = NULL;
	assert_int_equal(items_read_at(fixture, fixture->target), -EIO);
	fixture->options.seal_key = &fixture->seal_key;
	assert_int_equal(items_read(fixture->db), 10);
}

static void test_a_store_in_clear_is_not_taken_for_a_sealed_one(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct secret key = {.len = 32};
	items_make(fixture->db, 10);
	fixture->options.seal_key = &key;
	assert_int_equal(items_read_at(fixture, fixture->target), DB_KEY_WRONG);
	fixture->options.seal_key = NULL;
	assert_int_equal(items_read(fixture->db), 10);
}

static void test_a_few_bytes_are_not_an_empty_store(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct path path = path_of(fixture, ".few");
	/* SQLite takes a file of one byte for an empty one. */
	for (size_t len = 2; len < 40; len += 7) {
		file_write(path.text, "SHK1 and what follows it is nothing at all", len);
		assert_int_equal(items_read_at(fixture, path.text), DB_KEY_WRONG);
	}
	path_remove(&path);
}

/* --- nothing to change --- */

/* Somebody writes into the file; what does the reader of all rows get? Then it is put back. */
static int64_t read_spoiled(const struct db_fixture *fixture, struct file_bytes file,
			    const unsigned char *spoiled)
{
	file_write(fixture->target, spoiled, file.len);
	int64_t r = items_read_at(fixture, fixture->target);
	file_write(fixture->target, file.bytes, file.len);
	return r;
}

static void test_a_changed_byte_of_any_page_is_found(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	items_make(fixture->db, 300);
	fixture_close(fixture);
	struct file_bytes file = file_read(&fixture->arena, fixture->target);
	unsigned char *spoiled = arena_bytes(&fixture->arena, file.len);
	/* Of each page a byte of its text, of its nonce and of its tag; of the first also its head.
	 */
	for (size_t page = 0; page < file.len; page += PAGE) {
		static const size_t places[] = {0, 7, 8, 16, 100, 2000, 4067, 4068, 4080, 4095};
		bool found = false;
		for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
			memcpy(spoiled, file.bytes, file.len);
			spoiled[page + places[i]] ^= 0x10;
			int64_t r = read_spoiled(fixture, file, spoiled);
			found = r == -EIO || (page == 0 && places[i] < 16 && r == DB_KEY_WRONG);
			/* The count walks one of table and index: the other's pages go unread. */
			assert_true(found || (page > 0 && r == 300));
		}
		(void)found;
	}
	fixture_open(fixture);
	assert_int_equal(items_read(fixture->db), 300);
}

static void test_pages_cannot_change_places(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	items_make(fixture->db, 300);
	fixture_close(fixture);
	struct file_bytes file = file_read(&fixture->arena, fixture->target);
	unsigned char *spoiled = arena_bytes(&fixture->arena, file.len);
	size_t pages = file.len / PAGE, refused = 0;
	for (size_t to = 1; to < pages; to++) {
		size_t from = to + 1 < pages ? to + 1 : 1;
		memcpy(spoiled, file.bytes, file.len);
		memcpy(spoiled + to * PAGE, file.bytes + from * PAGE, PAGE);
		refused += read_spoiled(fixture, file, spoiled) == -EIO;
	}
	/* What the count does not walk is not read: at least the leaves of one tree are. */
	assert_true(refused >= pages / 3);
	fixture_open(fixture);
}

static void test_a_page_of_another_database_is_refused(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct path copy = path_of(fixture, ".copy");
	items_make(fixture->db, 300);
	assert_int_equal(db_copy(fixture->db, copy.text), 0);
	assert_int_equal(items_read_at(fixture, copy.text), 300);
	fixture_close(fixture);
	struct file_bytes file = file_read(&fixture->arena, fixture->target);
	struct file_bytes other = file_read(&fixture->arena, copy.text);
	unsigned char *spoiled = arena_bytes(&fixture->arena, file.len);
	assert_int_equal(file.len, other.len);
	/* Same key, same rows, same place: another database all the same. */
	for (size_t page = 0; page < file.len; page += PAGE) {
		memcpy(spoiled, file.bytes, file.len);
		memcpy(spoiled + page, other.bytes + page, PAGE);
		int64_t r = read_spoiled(fixture, file, spoiled);
		assert_true(r == -EIO || (page > 0 && r == 300));
	}
	memcpy(spoiled, file.bytes, file.len);
	memcpy(spoiled + PAGE, other.bytes + PAGE, file.len - PAGE);
	assert_int_equal(read_spoiled(fixture, file, spoiled), -EIO);
	path_remove(&copy);
	fixture_open(fixture);
}

static void test_a_copy_is_sealed_under_the_same_key(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct path copy = path_of(fixture, ".copy");
	items_make(fixture->db, 3000);
	assert_int_equal(db_copy(fixture->db, copy.text), 0);
	assert_false(file_has(&fixture->arena, copy.text, needle));
	assert_int_equal(items_read_at(fixture, copy.text), 3000);
	fixture->options.seal_key = NULL;
	assert_int_equal(items_read_at(fixture, copy.text), -EIO);
	fixture->options.seal_key = &fixture->seal_key;
	path_remove(&copy);
}

/* --- the log --- */

/* A commit a row: the log's last frames are those of the last rows. */
static size_t log_make(struct db_fixture *fixture, int rows)
{
	struct path log = path_of(fixture, "-wal");
	items_make(fixture->db, 0);
	for (int i = 1; i <= rows; i++)
		item_put(fixture->db, i, needle);
	return file_read(&fixture->arena, log.text).len;
}

static void test_a_log_cut_anywhere_keeps_the_commits_before(void **state)
{
	enum { ROWS = 6 };
	struct db_fixture *fixture = db_fixture_of(state);
	size_t len = log_make(fixture, ROWS), step = getenv("SHIKAKU_NIGHTLY") ? 1 : 97;
	int64_t before = ROWS;
	assert_true(len > 5 * FRAME);
	for (size_t cut = 0; cut < 5 * FRAME; cut += cut == 0 || cut % FRAME == 0 ? 1 : step) {
		struct path path = fixture_crash(fixture, ".cut", cut);
		int64_t rows = items_read_at(fixture, path.text);
		/* Never more than with a longer log, never a fault; a commit's frames go together.
		 */
		assert_true(rows >= 0 && rows <= before && rows >= before - 1);
		assert_true(cut > 0 || rows == ROWS);
		assert_true(cut == 0 || rows < ROWS);
		before = rows;
		path_remove(&path);
	}
}

static void test_a_changed_frame_ends_the_log(void **state)
{
	enum { ROWS = 6 };
	struct db_fixture *fixture = db_fixture_of(state);
	size_t len = log_make(fixture, ROWS);
	for (size_t at = len - FRAME; at < len; at += at < len - PAGE ? 1 : 89) {
		struct path path = fixture_crash(fixture, ".flip", 0), log;
		snprintf(log.text, sizeof log.text, "%.580s-wal", path.text);
		struct file_bytes file = file_read(&fixture->arena, log.text);
		file.bytes[at] ^= 0x01;
		file_write(log.text, file.bytes, file.len);
		assert_int_equal(items_read_at(fixture, path.text), ROWS - 1);
		path_remove(&path);
		arena_clear(&fixture->arena);
	}
}

/* Recovery is over, the index is made: what now does not open is a fault, not an older page. */
static void test_a_frame_changed_under_a_reader_is_a_fault(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct path log = path_of(fixture, "-wal");
	size_t len = log_make(fixture, 6);
	AUTO(db_closep) struct db *reader = db_fixture_connect(fixture, 100, true);
	int fd = open(log.text, O_RDWR | O_CLOEXEC);
	unsigned char byte;
	assert_true(fd >= 0);
	for (size_t frame = LOG_HEADER; frame < len; frame += FRAME) {
		off_t at = (off_t)(frame + FRAME_HEADER + 2000);
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd); /* of this process's locks on the log there are none: they are on the index */
	assert_int_equal(items_read(reader), -EIO);
}

/* A transaction larger than the cache writes frames twice, then all their checksums anew. */
static void test_a_large_transaction_is_recovered(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct db *db = fixture->db;
	items_make(db, 100);
	assert_int_equal(db->ops->exec(db, "PRAGMA cache_size = 10"), 0);
	assert_int_equal(db_begin(db), 0);
	for (int i = 101; i <= 3000; i++)
		item_put(db, i, needle);
	for (int i = 0; i < 40; i++)
		assert_int_equal(db->ops->exec(db, "UPDATE item SET name = name || ' さん' "
						   "WHERE no % 50 = abs(random()) % 50"),
				 0);
	assert_int_equal(db_commit(db), 0);
	struct path path = fixture_crash(fixture, ".large", 0);
	assert_int_equal(items_read_at(fixture, path.text), 3000);
	path_remove(&path);
	whole_check(db);
}

/* The power went while the log was being moved: the page in the file is half an old one. */
static void test_a_torn_page_is_mended_from_the_log(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	items_make(fixture->db, 300);
	fixture_close(fixture);
	fixture_open(fixture);
	for (int i = 301; i <= 310; i++)
		item_put(fixture->db, i, needle);
	assert_int_equal(fixture->db->ops->exec(fixture->db, "UPDATE item SET name = name || '。'"),
			 0);
	struct path path = fixture_crash(fixture, ".torn", 0);
	struct file_bytes file = file_read(&fixture->arena, path.text);
	for (size_t page = PAGE; page < file.len; page += PAGE)
		memset(file.bytes + page + PAGE / 2, 0, PAGE / 2);
	file_write(path.text, file.bytes, file.len);
	assert_int_equal(items_read_at(fixture, path.text), 310);
	path_remove(&path);
}

/* --- much of everything --- */

static void test_pages_that_come_and_go_stay_whole(void **state)
{
	static const char *const works[] = {
		"DELETE FROM item WHERE no % 3 = 1",
		"INSERT OR IGNORE INTO item SELECT no + 1, name || no FROM item",
		"UPDATE item SET name = replace(hex(zeroblob(3000)), '00', 'あ') WHERE no % 7 = 2",
		"DELETE FROM item WHERE no % 5 = 2",
		"UPDATE item SET name = substr(name, 1, 9)",
		"VACUUM",
		"PRAGMA wal_checkpoint(TRUNCATE)",
		"DELETE FROM item",
		"INSERT INTO item SELECT value, value FROM generated",
	};
	struct db_fixture *fixture = db_fixture_of(state);
	items_make(fixture->db, 2000);
	assert_int_equal(
		fixture->db->ops->exec(
			fixture->db,
			"CREATE VIEW generated (value) AS WITH RECURSIVE n (i) AS (VALUES "
			"(1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i FROM n"),
		0);
	for (size_t round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
			assert_int_equal(fixture->db->ops->exec(fixture->db, works[i]), 0);
			whole_check(fixture->db);
			if (i % 2)
				continue;
			fixture_close(fixture);
			fixture_open(fixture);
		}
	assert_int_equal(items_read(fixture->db), 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST_ON(sealed, test_no_file_holds_what_was_written),
		DB_TEST_ON(sqlite, test_a_store_in_clear_is_read_by_anybody),
		DB_TEST_ON(sealed, test_large_work_needs_no_file_in_clear),
		DB_TEST_ON(sealed, test_another_key_is_told_and_changes_nothing),
		DB_TEST_ON(sealed, test_without_its_key_it_is_no_database),
		DB_TEST_ON(sqlite, test_a_store_in_clear_is_not_taken_for_a_sealed_one),
		DB_TEST_ON(sealed, test_a_few_bytes_are_not_an_empty_store),
		DB_TEST_ON(sealed, test_a_changed_byte_of_any_page_is_found),
		DB_TEST_ON(sealed, test_pages_cannot_change_places),
		DB_TEST_ON(sealed, test_a_page_of_another_database_is_refused),
		DB_TEST_ON(sealed, test_a_copy_is_sealed_under_the_same_key),
		DB_TEST_ON(sealed, test_a_log_cut_anywhere_keeps_the_commits_before),
		DB_TEST_ON(sealed, test_a_changed_frame_ends_the_log),
		DB_TEST_ON(sealed, test_a_frame_changed_under_a_reader_is_a_fault),
		DB_TEST_ON(sealed, test_a_large_transaction_is_recovered),
		DB_TEST_ON(sealed, test_a_torn_page_is_mended_from_the_log),
		DB_TEST_ON(sealed, test_pages_that_come_and_go_stay_whole),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
