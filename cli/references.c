/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference --file: many 照会番号, a list of the library's at a time. Each row's outcome is printed
 * in the file's own format; rows that are no rows are told and left out. A number that stands there
 * already counts as registered, so that the same file may be given again.
 */
#include "cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "cli/rows.h"
#include "lib/base/arena.h"
#include "lib/json/writer.h"
#include "lib/terminal/say.h"

enum { LINE_BYTES_MAX = 8192 };

enum { MALFORMED = -1 };

struct entry {
	struct row row;
	int64_t number;
	int place; /* in the list; MALFORMED: not sent */
};

/* One list on its way. */
struct batch {
	struct link *link;
	struct rows rows;
	shk_references *references;
	struct entry entries[SHK_REFERENCES_MAX];
	int count;
	bool ended, begun;
	int64_t done, refused;
};

struct outcome {
	int64_t row;
	const char *problem; /* NULL: done */
	int64_t version;
	const char *held; /* NULL: none */
};

/* --- telling --- */

static void csv_put(const char *text)
{
	(void)putchar('"');
	for (; text && *text; text++) {
		if (*text == '"')
			(void)putchar('"');
		(void)putchar(*text);
	}
	(void)putchar('"');
}

static void outcome_csv(const struct outcome *outcome)
{
	(void)printf("%" PRId64 ",%s,%s,%" PRId64 ",", outcome->row,
		     outcome->problem ? "refused" : "done",
		     outcome->problem ? outcome->problem : "", outcome->version);
	csv_put(outcome->held);
	(void)putchar('\n');
}

static int outcome_json(const struct outcome *outcome)
{
	AUTO(arena_clear) struct arena arena;
	struct json_writer writer;
	struct str line;
	arena_init(&arena, LINE_BYTES_MAX);
	json_writer_init(&writer, &arena, 256);
	json_object_open(&writer);
	json_put_member_number(&writer, "row", outcome->row);
	json_put_member(&writer, "outcome", str_of(outcome->problem ? "refused" : "done"));
	json_put_member(&writer, "problem", str_of(outcome->problem));
	if (!outcome->problem)
		json_put_member_number(&writer, "reference_version", outcome->version);
	json_put_member(&writer, "held", str_of(outcome->held));
	json_object_close(&writer);
	int r = json_writer_end(&writer, &line);
	if (r)
		return PASS(r);
	(void)printf("%s\n", line.ptr);
	return 0;
}

static int outcome_put(struct batch *batch, const struct outcome *outcome)
{
	batch->done += !outcome->problem;
	batch->refused += outcome->problem != NULL;
	if (batch->rows.is_json)
		return outcome_json(outcome);
	if (!batch->begun)
		(void)printf("row,outcome,problem,reference_version,held\n");
	batch->begun = true;
	outcome_csv(outcome);
	return 0;
}

/* --- sending --- */

static const char *absent_if_empty(const char *text)
{
	return text[0] ? text : NULL;
}

/* What the library does not take is refused here. */
static int entry_add(struct batch *batch, const struct entry *entry)
{
	const struct row *row = &entry->row;
	int32_t code =
		shk_references_add(batch->references, row->result_id, absent_if_empty(row->number),
				   absent_if_empty(row->expected));
	if (code == SHK_ERR_ARGUMENT)
		return ROWS_MALFORMED;
	return code == SHK_OK ? 0 : RAISE(ENOMEM);
}

static int batch_fill(struct batch *batch)
{
	while (batch->count < SHK_REFERENCES_MAX) {
		struct entry *entry = &batch->entries[batch->count];
		*entry = (struct entry){.place = shk_references_count(batch->references)};
		int r = rows_next(&batch->rows, &entry->row);
		if (r == 0)
			r = entry_add(batch, entry);
		if (r == ROWS_END) {
			batch->ended = true;
			return 0;
		}
		if (r < 0)
			return PASS(r);
		if (r == ROWS_MALFORMED)
			entry->place = MALFORMED;
		entry->number = batch->rows.number;
		batch->count++;
	}
	return 0;
}

static struct outcome outcome_of(const struct batch *batch, const struct entry *entry)
{
	struct outcome outcome = {.row = entry->number, .problem = "field_invalid"};
	if (entry->place == MALFORMED)
		return outcome;
	outcome.problem = shk_references_problem(batch->references, entry->place);
	outcome.version = shk_references_version(batch->references, entry->place);
	outcome.held = shk_references_held(batch->references, entry->place);
	if (outcome.held && strcmp(outcome.held, entry->row.number) == 0)
		outcome.problem = NULL;
	return outcome;
}

static int outcomes_put(struct batch *batch)
{
	for (int i = 0; i < batch->count; i++) {
		struct outcome outcome = outcome_of(batch, &batch->entries[i]);
		int r = outcome_put(batch, &outcome);
		if (r)
			return PASS(r);
	}
	return 0;
}

static int fault_status(const struct batch *batch, int r)
{
	if (r == -EIO)
		return say_trouble(batch->link->program, SAY_FILE_UNUSABLE, NULL);
	return say_fault(batch->link->program, SAY_UNEXPECTED, NULL);
}

/* One list: its exit status. */
static int batch_run(struct batch *batch)
{
	batch->count = 0;
	int status =
		link_status(batch->link,
			    shk_references_create(batch->link->client, &batch->references), NULL);
	if (status)
		return status;
	int r = batch_fill(batch);
	if (r == 0 && shk_references_count(batch->references))
		status = link_status(batch->link, shk_references_send(batch->references), NULL);
	if (r == 0 && !status)
		r = outcomes_put(batch);
	shk_references_destroy(batch->references);
	return r ? fault_status(batch, r) : status;
}

static int batches_run(struct batch *batch)
{
	int status = 0;
	while (!status && !batch->ended)
		status = batch_run(batch);
	(void)fprintf(stderr, "%" PRId64 "件を登録しました。断られたもの: %" PRId64 "件\n",
		      batch->done, batch->refused);
	if (!status && batch->refused)
		status = say_exit(SAY_REFERENCE_TAKEN);
	return status;
}

int command_references(struct link *link, const char *path)
{
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 2 * sizeof(struct batch));
	struct batch *batch = arena_alloc(&arena, sizeof *batch);
	FILE *file = fopen(path, "re");
	if (!batch || !file) {
		if (file)
			(void)fclose(file);
		return say_trouble(link->program, SAY_FILE_UNUSABLE, path);
	}
	batch->link = link;
	batch->rows.file = file;
	int status = batches_run(batch);
	rows_clear(&batch->rows);
	(void)fclose(file);
	return status;
}
