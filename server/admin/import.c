/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import FILE: people as JSON lines. Some lines a transaction, so that a long file neither waits
 * for a sync per person nor keeps the running service from writing. It stops at the first line
 * that is refused; what came before its transaction stays, and importing again does no harm.
 */
#include <stdlib.h>

#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/register/people.h"

enum {
	BATCH_LINES = 50,
	BATCH_ARENA_BYTES = 64 * 1024 * 1024,
};

struct import {
	FILE *file;
	char *line; /* getline's */
	size_t line_bytes;
	int64_t lines;
	int64_t people;
	int64_t certificates;
	bool ended;
	struct arena arena; /* of one batch */
};

static void import_clear(struct import *import)
{
	if (import->file)
		fclose(import->file);
	if (import->line)
		explicit_bzero(import->line, import->line_bytes);
	free(import->line);
	arena_clear(&import->arena);
}

static int line_refuse(struct admin *admin, const struct import *import, struct str why)
{
	fprintf(admin->err, "shikaku-admin: %lld行目: %.*s\n", (long long)import->lines,
		STR_ARG(why));
	return ADMIN_REFUSED;
}

static int line_import(struct admin *admin, struct import *import, struct str line)
{
	struct people_imported imported;
	struct str complaint;
	int r = people_import(admin->keys, admin->db, &import->arena, line,
			      clock_now_ms(&admin->clock), &imported, &complaint);
	if (r < 0)
		return PASS(r);
	if (r == PEOPLE_MALFORMED)
		return line_refuse(admin, import, complaint);
	if (r)
		return line_refuse(admin, import, STR("ほかの人の証明書が入っています"));
	import->people++;
	import->certificates += (int64_t)imported.certificates;
	return 0;
}

/* The next line without its end; false: no more. */
static int line_read(struct import *import, struct str *ret_line)
{
	ssize_t len = getline(&import->line, &import->line_bytes, import->file);
	if (len < 0) {
		import->ended = true;
		return ferror(import->file) ? RAISE(EIO) : 0;
	}
	import->lines++;
	*ret_line = str_trim((struct str){import->line, (size_t)len});
	return 0;
}

static int batch_write(struct admin *admin, void *ctx)
{
	struct import *import = ctx;
	for (int i = 0; i < BATCH_LINES && !import->ended; i++) {
		struct str line = {0};
		int r = line_read(import, &line);
		if (r)
			return PASS(r);
		if (!line.len)
			continue;
		r = line_import(admin, import, line);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	int r = admin_audit(admin, &(struct store_audit){.call = STR("admin_import")});
	return r ? PASS(r) : 0;
}

static int file_open(struct admin *admin, struct import *import)
{
	char path[4096];
	int r = str_to_c(admin->options.file, path, sizeof path);
	if (r)
		return admin_refuse(admin, ADMIN_USAGE, "ファイル名が長すぎます。");
	import->file = fopen(path, "re");
	return import->file ? 0 : admin_refuse(admin, ADMIN_NOT_FOUND, "ファイルを開けません。");
}

int admin_import(struct admin *admin)
{
	AUTO(import_clear) struct import import = {0};
	int r = file_open(admin, &import);
	if (r)
		return r;
	arena_init(&import.arena, BATCH_ARENA_BYTES);
	while (!import.ended) {
		r = admin_transaction(admin, batch_write, &import);
		if (r)
			return r < 0 ? PASS(r) : r;
		arena_clear(&import.arena);
	}
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member_number(&writer, "people", import.people);
	json_put_member_number(&writer, "certificates", import.certificates);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}
