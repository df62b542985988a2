/* SPDX-License-Identifier: Apache-2.0 */
/*
 * register import FILE: an insurers' batch (docs/register-batch.md). Some rows a transaction, so
 * that the running service writes in between; memory does not grow with the file. Refused rows do
 * not stop it: they are listed in FILE.report, by number and code.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/register/batch.h"

enum {
	ROWS_AT_ONCE = 200,
	ARENA_BYTES = 64 * 1024 * 1024,
	PATH_BYTES = 4096,
};

struct intake {
	char path[PATH_BYTES];
	FILE *file;
	char *line;
	size_t len;
	bool too_long, ended, waiting; /* waiting: a line was read that is still to be given */
	struct batch batch;
	int64_t resumed;
	struct arena arena; /* of one transaction */
};

static void intake_clear(struct intake *intake)
{
	if (intake->file)
		fclose(intake->file);
	if (intake->line)
		explicit_bzero(intake->line, BATCH_LINE_BYTES_MAX);
	free(intake->line);
	arena_clear(&intake->arena);
}

/* The next line, cut where it is too long. */
static int line_read(struct intake *intake)
{
	int c = EOF;
	intake->len = 0;
	intake->too_long = false;
	while ((c = getc_unlocked(intake->file)) != EOF && c != '\n') {
		if (intake->len == BATCH_LINE_BYTES_MAX)
			intake->too_long = true;
		else
			intake->line[intake->len++] = (char)c;
	}
	intake->ended = c == EOF && intake->len == 0;
	intake->waiting = !intake->ended;
	return ferror(intake->file) ? RAISE(EIO) : 0;
}

static int line_give(struct admin *admin, struct intake *intake)
{
	intake->waiting = false;
	int r = batch_row(&intake->batch, admin->db, &intake->arena,
			  str_trim((struct str){intake->line, intake->len}), intake->too_long,
			  clock_now_ms(&admin->clock));
	return r < 0 ? PASS(r) : r;
}

static int batch_refuse(struct admin *admin, enum batch_outcome outcome)
{
	switch (outcome) {
	case BATCH_HEADER:
		return admin_refuse(admin, ADMIN_REFUSED,
				    "1行目が、この形式の見出しではありません。");
	case BATCH_OTHER_CONTENT:
		return admin_refuse(
			admin, ADMIN_CONFLICT,
			"同じバッチ番号で、内容のちがうファイルをすでに受け付けています。");
	case BATCH_ELSEWHERE:
		return admin_refuse(admin, ADMIN_CONFLICT,
				    "このバッチは、いまほかで取り込んでいます。");
	}
	return RAISE(ENOTRECOVERABLE);
}

/* Rows that were done before only pass by. */
static int rows_pass(struct admin *admin, struct intake *intake)
{
	int r = line_read(intake);
	while (r == 0 && !intake->ended && !batch_is_new(&intake->batch)) {
		r = line_give(admin, intake);
		if (r == 0)
			r = line_read(intake);
	}
	if (r == 0 && !batch_is_new(&intake->batch))
		r = BATCH_OTHER_CONTENT; /* shorter than what was done */
	return r < 0 ? PASS(r) : r ? batch_refuse(admin, (enum batch_outcome)r) : 0;
}

static int rows_write(struct admin *admin, void *ctx)
{
	struct intake *intake = ctx;
	for (int i = 0; i < ROWS_AT_ONCE && !intake->ended; i++) {
		int r = intake->waiting ? 0 : line_read(intake);
		if (r == 0 && !intake->ended)
			r = line_give(admin, intake);
		if (r)
			return r < 0 ? PASS(r) : batch_refuse(admin, (enum batch_outcome)r);
	}
	int r = batch_save(&intake->batch, admin->db, &intake->arena, intake->ended,
			   clock_now_ms(&admin->clock));
	if (r)
		return r < 0 ? PASS(r) : batch_refuse(admin, (enum batch_outcome)r);
	r = admin_audit(admin, &(struct store_audit){.call = STR("admin_register_import")});
	return r ? PASS(r) : 0;
}

/* --- the report --- */

static int refusal_put(struct arena *arena, const struct store_refusal *refusal, FILE *report)
{
	struct json_writer writer;
	struct str line;
	json_writer_init(&writer, arena, 64);
	json_object_open(&writer);
	json_put_member_number(&writer, "row", refusal->row);
	json_put_member(&writer, "code", refusal->code);
	json_object_close(&writer);
	int r = json_writer_end(&writer, &line);
	if (r)
		return PASS(r);
	fprintf(report, "%s\n", line.ptr);
	return 0;
}

static int refusals_put(struct admin *admin, struct intake *intake, FILE *report)
{
	size_t count = STORE_REFUSALS_PAGE;
	int64_t after = 0;
	while (count == STORE_REFUSALS_PAGE) {
		struct store_refusal *refusals;
		arena_clear(&intake->arena);
		int r = store_refusals_list(admin->db, &intake->arena, str_of(intake->batch.id),
					    after, &refusals, &count);
		if (r)
			return FOLD(r);
		for (size_t i = 0; i < count && r == 0; i++)
			r = refusal_put(&intake->arena, &refusals[i], report);
		if (r)
			return PASS(r);
		if (count)
			after = refusals[count - 1].row;
	}
	return 0;
}

/* The file appears whole. */
static int report_write(struct admin *admin, struct intake *intake)
{
	char path[PATH_BYTES + 8], part[PATH_BYTES + 16];
	snprintf(path, sizeof path, "%s.report", intake->path);
	snprintf(part, sizeof part, "%s.part", path);
	(void)unlink(part);
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *report = fd < 0 ? NULL : fdopen(fd, "w");
	if (!report && fd >= 0)
		close(fd);
	if (!report)
		return admin_refuse(admin, ADMIN_FAILED, "報告のファイルを作れません。");
	int r = refusals_put(admin, intake, report);
	bool good = r == 0 && fflush(report) == 0 && fsync(fileno(report)) == 0;
	good = fclose(report) == 0 && good && rename(part, path) == 0;
	if (r)
		return PASS(r);
	return good ? 0 : admin_refuse(admin, ADMIN_FAILED, "報告のファイルを書けません。");
}

/* --- all of it --- */

static int intake_open(struct admin *admin, struct intake *intake)
{
	if (str_to_c(admin->options.file, intake->path, sizeof intake->path))
		return admin_refuse(admin, ADMIN_USAGE, "ファイル名が長すぎます。");
	intake->line = malloc(BATCH_LINE_BYTES_MAX);
	if (!intake->line)
		return RAISE(ENOMEM);
	intake->file = fopen(intake->path, "re");
	if (!intake->file)
		return admin_refuse(admin, ADMIN_NOT_FOUND, "ファイルを開けません。");
	int r = line_read(intake);
	if (r == 0)
		r = batch_open(&intake->batch, admin->keys, admin->db, &intake->arena,
			       str_trim((struct str){intake->line, intake->len}));
	if (r)
		return r < 0 ? PASS(r) : batch_refuse(admin, (enum batch_outcome)r);
	intake->resumed = intake->batch.done;
	return 0;
}

static int intake_run(struct admin *admin, struct intake *intake)
{
	int r = rows_pass(admin, intake);
	while (r == 0) {
		bool last = intake->ended;
		r = admin_transaction(admin, rows_write, intake);
		arena_clear(&intake->arena);
		if (r == 0 && (last || intake->ended))
			return report_write(admin, intake);
	}
	return r < 0 ? PASS(r) : r;
}

int admin_register_import(struct admin *admin)
{
	AUTO(intake_clear) struct intake intake = {.file = NULL};
	arena_init(&intake.arena, ARENA_BYTES);
	int r = intake_open(admin, &intake);
	if (r == 0)
		r = intake_run(admin, &intake);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "batch", str_of(intake.batch.id));
	json_put_member_number(&writer, "rows", intake.batch.row);
	json_put_member_number(&writer, "refused", intake.batch.refused);
	json_put_member_number(&writer, "done_before", intake.resumed);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}
