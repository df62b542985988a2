/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T89 csv_formula: names that a spreadsheet would calculate leave the workstation as text, in both
 * charsets. Four hundred of them are written, and Python reads the file as an independent peer: by
 * our separator each cell is what it was, and by anybody's (';' and the tab too, with and without
 * regard to quotes) none begins like a formula. Planted faults: a writer that quotes and guards
 * nothing, and one that does not look inside a cell.
 */
#include "workstation/tables/charset.h"
#include "workstation/tables/csv.h"
#include "workstation/tables/guard.h"

#include "lib/base/test.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *const fronts[] = {
	"=",  "+",   "-",   "@",   "\t",  "\r",	    "＝",     "＋",	"'=",	   " ",
	"\n", "  =", "　=", "\"=", "a;=", "a\n ＠", "a\t\"-", "a\r\n+", "\u00A0@", "−",
};
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

enum guard {
	GUARD_NONE,
	GUARD_FIRST, /* planted: at a cell's beginning only */
	GUARD_OURS,
};

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

static void planted_put(FILE *out, const char *cell, enum guard guard)
{
	fputs("頭,\"", out);
	if (guard == GUARD_FIRST && *cell && guard_next(str_of(cell), 0) == 0)
		fputc('\'', out);
	for (; *cell; cell++) {
		if (*cell == '"')
			fputc('"', out);
		fputc(*cell, out);
	}
	fputs("\"\r\n", out);
}

static const char *cell_of(size_t i, char (*cell)[200])
{
	snprintf(*cell, sizeof *cell, "%s%s", fronts[i / BODIES], bodies[i % BODIES]);
	return *cell;
}

static void ours_write(const struct folder *folder, enum charset charset)
{
	AUTO(arena_clear) struct arena arena;
	struct csv_writer writer;
	struct str text, bytes;
	char cell[200];
	size_t lost;
	arena_init(&arena, 16 << 20);
	csv_writer_init(&writer, &arena);
	for (size_t i = 0; i < FRONTS * BODIES; i++) {
		csv_put(&writer, STR("頭"));
		csv_put(&writer, str_of(cell_of(i, &cell)));
		csv_row_end(&writer);
	}
	assert_int_equal(csv_writer_end(&writer, &text), 0);
	assert_int_equal(charset_encode(&arena, charset, text, &bytes, &lost), 0);
	file_write(folder->csv, bytes);
}

/* The cells, each behind a NUL; and as CSV, one a line behind another. */
static void cells_write(const struct folder *folder, enum guard guard, enum charset charset)
{
	FILE *cells = fopen(folder->cells, "wb"), *planted = fopen(folder->csv, "wb");
	char cell[200];
	assert_true(cells && planted);
	for (size_t i = 0; i < FRONTS * BODIES; i++) {
		fputs(cell_of(i, &cell), cells);
		fputc('\0', cells);
		planted_put(planted, cell, guard);
	}
	assert_int_equal(fclose(cells) | fclose(planted), 0);
	if (guard == GUARD_OURS)
		ours_write(folder, charset);
}

/* Its own notion of what is calculated: nothing of ours is asked. */
static const char peer[] =
	"import csv, io, sys\n"
	"signs = ('=', '+', '-', '@', '＝', '＋', '－', '＠', '−')\n"
	"marks = signs + ('\\t', '\\r', '\\n')\n"
	"blanks = ' \\u3000\\u00a0\"'\n"
	"charset = sys.argv[3]\n"
	"cells = open(sys.argv[2], newline='', encoding='utf-8').read().split('\\0')[:-1]\n"
	"text = open(sys.argv[1], newline='', encoding=charset).read()\n"
	"rows = list(csv.reader(io.StringIO(text, newline=''), strict=True))\n"
	"assert len(rows) == len(cells) == 400, (len(rows), len(cells))\n"
	"bare = lambda cell: cell.replace(\"'\", '')\n"
	"for row, cell in zip(rows, cells):\n"
	"    known = cell.encode(charset, 'ignore').decode(charset)\n"
	"    assert len(row) == 2 and (bare(row[1]) == bare(cell) or known != cell), (row, cell)\n"
	"    was = cell.lstrip(blanks + \"'\").startswith(marks) or cell.startswith(marks)\n"
	"    inner = any(cell.startswith(front) for front in ('a;', 'a\\n', 'a\\t', 'a\\r'))\n"
	"    assert was or inner or row[1] == cell, (row, cell)\n"
	"for separator in ',;\\t':\n"
	"    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):\n"
	"        if (separator, quoting) == (',', csv.QUOTE_NONE):\n"
	"            continue\n"
	"        for row in csv.reader(io.StringIO(text, newline=''), delimiter=separator,"
	" quoting=quoting):\n"
	"            for cell in row:\n"
	"                assert not cell.lstrip(blanks + '\\t\\r\\n').startswith(signs),"
	" (separator, row)\n";

static int peer_read(const struct folder *folder, const char *charset)
{
	char python[] = "/usr/bin/python3", c[] = "-c", code[sizeof peer];
	char csv[96], cells[96], name[16];
	pid_t pid;
	int status;
	memcpy(code, peer, sizeof peer);
	snprintf(csv, sizeof csv, "%s", folder->csv);
	snprintf(cells, sizeof cells, "%s", folder->cells);
	snprintf(name, sizeof name, "%s", charset);
	char *argv[] = {python, c, code, csv, cells, name, NULL};
	assert_int_equal(posix_spawn(&pid, python, NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_a_spreadsheet_calculates_nothing_of_it(void **state)
{
	cells_write(*state, GUARD_OURS, CHARSET_UTF8);
	assert_int_equal(peer_read(*state, "utf-8"), 0);
}

static void test_nor_in_the_shift_jis_of_windows(void **state)
{
	cells_write(*state, GUARD_OURS, CHARSET_CP932);
	assert_int_equal(peer_read(*state, "cp932"), 0);
}

static void test_a_writer_without_the_guard_is_found(void **state)
{
	print_message("# what follows is the planted fault\n");
	cells_write(*state, GUARD_NONE, CHARSET_UTF8);
	assert_int_not_equal(peer_read(*state, "utf-8"), 0);
}

static void test_a_writer_that_does_not_look_inside_is_found(void **state)
{
	print_message("# what follows is the planted fault\n");
	cells_write(*state, GUARD_FIRST, CHARSET_UTF8);
	assert_int_not_equal(peer_read(*state, "utf-8"), 0);
}

static void test_it_comes_back_as_it_was(void **state)
{
	AUTO(arena_clear) struct arena arena;
	struct csv_reader reader;
	struct csv_row row;
	const struct folder *folder = *state;
	char cell[200];
	arena_init(&arena, 16 << 20);
	cells_write(folder, GUARD_OURS, CHARSET_UTF8);
	char *bytes = arena_alloc(&arena, 1 << 20);
	FILE *file = fopen(folder->csv, "rb");
	size_t len = fread(bytes, 1, 1 << 20, file), i = 0;
	fclose(file);
	csv_reader_init(&reader, str_bytes(bytes, len));
	reader.separator = ',';
	for (; csv_next(&reader, &arena, &row) == 0; i++) {
		assert_int_equal(row.count, 2);
		assert_str_equal(row.cells[1], str_of(cell_of(i, &cell)));
	}
	assert_int_equal(i, FRONTS * BODIES);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_spreadsheet_calculates_nothing_of_it,
						folder_open, folder_close),
		cmocka_unit_test_setup_teardown(test_nor_in_the_shift_jis_of_windows, folder_open,
						folder_close),
		cmocka_unit_test_setup_teardown(test_a_writer_without_the_guard_is_found,
						folder_open, folder_close),
		cmocka_unit_test_setup_teardown(test_a_writer_that_does_not_look_inside_is_found,
						folder_open, folder_close),
		cmocka_unit_test_setup_teardown(test_it_comes_back_as_it_was, folder_open,
						folder_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
