/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealed_bench insert|select sealed|clear: CPU microseconds for one row of a store, written 64 to a
 * commit, or found by its number in a store larger than the cache.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/crypto/crypto.h"
#include "lib/db/db.h"

enum {
	ROWS = 50000,
	BATCH = 64,
	BODY_BYTES = 1000, /* a chart, or a result */
	FINDS = 50000,
};

static const struct db_migration steps[] = {
	{1, "CREATE TABLE chart (number {int64} PRIMARY KEY, kana {text}, body {text});"
	    "CREATE INDEX chart_kana ON chart (kana);"},
};

static double cpu_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static int batch_write(struct db *db, int from, struct str body)
{
	int r = db_begin(db);
	for (int i = 0; r == 0 && i < BATCH; i++) {
		char kana[32];
		/* Scattered, as names are. */
		int len = snprintf(kana, sizeof kana, "%010u", (unsigned)(from + i) * 2654435761u);
		struct str text = {kana, (size_t)len};
		r = db_run(db, "INSERT INTO chart (number, kana, body) VALUES ($1, $2, $3)",
			   DB_ARGS(db_int(from + i), db_text(text), db_text(body)), NULL);
	}
	return r == 0 ? db_commit(db) : r;
}

static int rows_write(struct db *db)
{
	static char bytes[BODY_BYTES];
	int r = db_migrate(db, steps, 1);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)('a' + i % 26);
	for (int i = 0; r == 0 && i < ROWS; i += BATCH)
		r = batch_write(db, i, str_bytes(bytes, sizeof bytes));
	return r;
}

static int row_find(struct db *db, int number)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT body FROM chart WHERE number = $1", DB_ARGS(db_int(number)),
			 &rows);
	if (r == 0)
		r = db_next(rows);
	return r == 0 && db_column_text(rows, 0).len != BODY_BYTES ? -EIO : r;
}

static int rows_find(struct db *db)
{
	int r = 0;
	for (unsigned i = 0; r == 0 && i < FINDS; i++)
		r = row_find(db, (int)(i * 2654435761u % ROWS));
	return r;
}

static int bench_run(const char *path, const struct secret *key, bool select, double *ret_us)
{
	AUTO(db_closep) struct db *db = NULL;
	struct db_options options = {.engine = DB_SQLITE, .target = path, .seal_key = key};
	double start = cpu_us();
	int r = db_open(&db, &options);
	if (r == 0)
		r = rows_write(db);
	*ret_us = (cpu_us() - start) / ROWS;
	start = cpu_us();
	if (r == 0 && select) {
		r = rows_find(db);
		*ret_us = (cpu_us() - start) / FINDS;
	}
	return r;
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/sealed-bench-XXXXXX", path[64];
	AUTO(secret_wipe) struct secret key = {.len = CRYPTO_KEY_BYTES};
	double us = 0;
	if (argc != 3 || !mkdtemp(folder))
		return 2;
	random_bytes(key.bytes, key.len);
	snprintf(path, sizeof path, "%s/store.db", folder);
	int r = bench_run(path, str_equal(str_of(argv[2]), STR("sealed")) ? &key : NULL,
			  str_equal(str_of(argv[1]), STR("select")), &us);
	unlink(path);
	rmdir(folder);
	if (r)
		return 1;
	printf("%.2f\n", us);
	return 0;
}
