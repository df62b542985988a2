/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T89 csv_formula: names that a spreadsheet would calculate leave the workstation as text. Two
 * hundred of them are written, and Python's csv reads the file as an independent peer: every cell
 * is what it was, those that begin like a formula with an apostrophe in front. Planted fault: a
 * writer that quotes, and guards nothing.
 */
#include "workstation/tables/csv.h"

#include "lib/base/test.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *const fronts[] = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "'=", " "};
static const char *const bodies[] = {
	"1+1",
	"cmd|' /C calc'!A0",
	"HYPERLINK(\"http://127.0.0.1/\",\"見る\")",
	"SUM(A1:A9)",
	"山田　花子",
	"a,b",
	"a\nb",
	"\"q\"",
	"0",
	"",
	"DDE(\"cmd\";\"/C calc\";\"!A0\")",
	"IMPORTXML(CONCAT(\"http://127.0.0.1/\",A1),\"//a\")",
	"２",
	"@x",
	"=1",
	"　",
	"'",
	"\t",
	";",
	"●田",
};

enum { FRONTS = sizeof fronts / sizeof fronts[0], BODIES = sizeof bodies / sizeof bodies[0] };

struct folder {
	char path[64], csv[96], cells[96];
};

static int folder_open(void **state)
{
	struct folder *folder = test_calloc(1, sizeof *folder);
	snprintf(folder->path, sizeof folder->path, "/tmp/shikaku-T89-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	snprintf(folder->csv, sizeof folder->csv, "%s/out.csv", folder->path);
	snprintf(folder->cells, sizeof folder->cells, "%s/cells", folder->path);
	*state = folder;
	return 0;
}

static int folder_close(void **state)
{
	struct folder *folder = *state;
	unlink(folder->csv);
	unlink(folder->cells);
	rmdir(folder->path);
	test_free(folder);
	return 0;
}

static void file_write(const char *path, struct str bytes)
{
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
	assert_int_equal(fclose(file), 0);
}

static void unguarded_put(FILE *out, const char *cell)
{
	fputc('"', out);
	for (; *cell; cell++) {
		if (*cell == '"')
			fputc('"', out);
		fputc(*cell, out);
	}
	fputs("\"\r\n", out);
}

/* The cells, each behind a NUL; and as CSV, one a line. */
static void cells_write(const struct folder *folder, bool guarded)
{
	AUTO(arena_clear) struct arena arena;
	struct csv_writer writer;
	struct str text;
	FILE *cells = fopen(folder->cells, "wb"), *plain = fopen(folder->csv, "wb");
	arena_init(&arena, 16 << 20);
	csv_writer_init(&writer, &arena);
	for (size_t i = 0; i < FRONTS * BODIES; i++) {
		char cell[200];
		snprintf(cell, sizeof cell, "%s%s", fronts[i / BODIES], bodies[i % BODIES]);
		fputs(cell, cells);
		fputc('\0', cells);
		csv_put(&writer, str_of(cell));
		csv_row_end(&writer);
		unguarded_put(plain, cell);
	}
	assert_int_equal(fclose(cells) | fclose(plain), 0);
	assert_int_equal(csv_writer_end(&writer, &text), 0);
	if (guarded)
		file_write(folder->csv, text);
}

static int peer_read(const struct folder *folder)
{
	static const char script[] =
		"import csv, sys\n"
		"marks = ('=', '+', '-', '@', '\\t', '\\r', '＝', '＋', '－', '＠')\n"
		"cells = open(sys.argv[2], newline='', encoding='utf-8').read().split('\\0')[:-1]\n"
		"rows = list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8'),"
		" strict=True))\n"
		"assert len(rows) == len(cells) == 200, (len(rows), len(cells))\n"
		"for row, cell in zip(rows, cells):\n"
		"    guard = \"'\" if cell.lstrip(\"'\").startswith(marks) else ''\n"
		"    assert row == [guard + cell], (row, cell)\n"
		"    assert not row[0].startswith(marks), row\n";
	char python[] = "/usr/bin/python3", c[] = "-c", code[sizeof script];
	char csv[96], cells[96];
	pid_t pid;
	int status;
	memcpy(code, script, sizeof script);
	snprintf(csv, sizeof csv, "%s", folder->csv);
	snprintf(cells, sizeof cells, "%s", folder->cells);
	char *argv[] = {python, c, code, csv, cells, NULL};
	assert_int_equal(posix_spawn(&pid, python, NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_a_spreadsheet_calculates_nothing_of_it(void **state)
{
	cells_write(*state, true);
	assert_int_equal(peer_read(*state), 0);
}

static void test_a_writer_without_the_guard_is_found(void **state)
{
	print_message("# what follows is the planted fault\n");
	cells_write(*state, false);
	assert_int_not_equal(peer_read(*state), 0);
}

static void test_it_comes_back_as_it_was(void **state)
{
	AUTO(arena_clear) struct arena arena;
	struct csv_reader reader;
	struct csv_row row;
	const struct folder *folder = *state;
	arena_init(&arena, 16 << 20);
	cells_write(folder, true);
	char *bytes = arena_alloc(&arena, 1 << 20);
	FILE *file = fopen(folder->csv, "rb");
	size_t len = fread(bytes, 1, 1 << 20, file), i = 0;
	fclose(file);
	csv_reader_init(&reader, str_bytes(bytes, len));
	for (; csv_next(&reader, &arena, &row) == 0; i++) {
		char cell[200];
		/* A cell of blanks alone is a blank row. */
		do
			snprintf(cell, sizeof cell, "%s%s", fronts[i / BODIES], bodies[i % BODIES]);
		while (str_trim(str_of(cell)).len == 0 && ++i);
		assert_str_equal(row.cells[0], str_of(cell));
	}
	assert_int_equal(i, FRONTS * BODIES);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_spreadsheet_calculates_nothing_of_it,
						folder_open, folder_close),
		cmocka_unit_test_setup_teardown(test_a_writer_without_the_guard_is_found,
						folder_open, folder_close),
		cmocka_unit_test_setup_teardown(test_it_comes_back_as_it_was, folder_open,
						folder_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
