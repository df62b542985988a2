/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/import/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/period.h"
#include "workstation/import/seen.h"
#include "workstation/rules/fold.h"
#include "workstation/store/jobs.h"
#include "workstation/store/settings.h"

enum {
	FILE_ARENA_BYTES = IMPORT_FILE_BYTES_MAX + 4096,
	TEXT_ARENA_BYTES = 4 * IMPORT_FILE_BYTES_MAX, /* half-width kana grow threefold */
	RUN_ARENA_BYTES = 4 * IMPORT_FILE_BYTES_MAX,
	PER_MILLE = 1000,
};

static const char unfinished[] = "import_unfinished"; /* the setting: a line of the file */

struct refused {
	int64_t line;
	struct str why;
	struct refused *next;
};

struct run {
	bool is_on, is_behind_heading;
	struct import_wish wish;
	struct csv_reader reader;
	struct import_counts counts;
	struct seen_lines numbers, people;
	struct refused *refused, **refused_end;
};

struct import_job {
	struct arena file_arena, text_arena, run_arena;
	struct str bytes, text;
	struct import_shape shape;
	struct csv_row first; /* of the text; in text_arena */
	struct run run;
};

/* --- the file and its shape --- */

static struct csv_reader reader_of(const struct import_job *job)
{
	struct csv_reader reader;
	csv_reader_init(&reader, job->text);
	if (job->shape.separator)
		reader.separator = job->shape.separator;
	return reader;
}

static void run_end(struct import_job *job)
{
	job->run.is_on = false;
	seen_lines_clear(&job->run.numbers);
	seen_lines_clear(&job->run.people);
}

static int shape_guess(struct import_job *job)
{
	int r = import_columns_guess(&job->text_arena, &job->first, &job->shape.mapping,
				     &job->shape.has_heading);
	return r ? PASS(r) : 0;
}

static int text_take(struct import_job *job, enum charset charset, struct arena *arena,
		     struct str *ret_text)
{
	size_t bad;
	int r = charset_decode(arena, charset, job->bytes, ret_text, &bad);
	return r < 0 ? PASS(r) : r ? IMPORT_CHARSET : 0;
}

int import_job_reshape(struct import_job *job, const struct import_shape *shape, bool guesses)
{
	struct arena arena;
	struct str text;
	arena_init(&arena, TEXT_ARENA_BYTES);
	int r = text_take(job, shape->charset, &arena, &text);
	if (r) {
		arena_clear(&arena);
		return r < 0 ? PASS(r) : r;
	}
	run_end(job);
	arena_clear(&job->text_arena);
	job->text_arena = arena;
	job->text = text;
	job->shape = *shape;
	struct csv_reader reader = reader_of(job);
	job->shape.separator = reader.separator;
	job->first.count = 0;
	r = csv_next(&reader, &job->text_arena, &job->first);
	if (r >= 0 && guesses)
		r = shape_guess(job);
	return r < 0 ? PASS(r) : 0;
}

static int job_fill(struct import_job *job, struct str bytes)
{
	int r = arena_copy(&job->file_arena, bytes, &job->bytes);
	if (r)
		return PASS(r);
	const struct import_shape shape = {.charset = charset_guess(job->bytes)};
	r = import_job_reshape(job, &shape, true);
	return r < 0 ? PASS(r) : r;
}

static bool is_empty(const struct import_job *job)
{
	AUTO(arena_clear) struct arena arena;
	struct csv_row row;
	struct csv_reader reader = reader_of(job);
	arena_init(&arena, TEXT_ARENA_BYTES);
	int r = csv_next(&reader, &arena, &row);
	if (r != CSV_END && job->shape.has_heading)
		r = csv_next(&reader, &arena, &row);
	return r == CSV_END;
}

int import_job_create(struct import_job **ret_job, struct str bytes)
{
	if (bytes.len > IMPORT_FILE_BYTES_MAX)
		return IMPORT_TOO_LARGE;
	AUTO(import_job_destroyp) struct import_job *job = calloc(1, sizeof *job);
	if (!job)
		return RAISE(ENOMEM);
	arena_init(&job->file_arena, FILE_ARENA_BYTES);
	arena_init(&job->text_arena, TEXT_ARENA_BYTES);
	arena_init(&job->run_arena, RUN_ARENA_BYTES);
	int r = job_fill(job, bytes);
	if (r < 0)
		return PASS(r);
	/* In no charset: it is shown as the other, and a person sees that it is none. */
	if (r || is_empty(job))
		return r ? r : IMPORT_EMPTY;
	*ret_job = job;
	job = NULL;
	return 0;
}

void import_job_destroy(struct import_job *job)
{
	if (!job)
		return;
	run_end(job);
	arena_clear(&job->run_arena);
	arena_clear(&job->text_arena);
	arena_clear(&job->file_arena);
	explicit_bzero(job, sizeof *job);
	free(job);
}

void import_job_destroyp(struct import_job **job)
{
	import_job_destroy(*job);
}

const struct import_shape *import_job_shape(const struct import_job *job)
{
	return &job->shape;
}

const struct csv_row *import_job_heading(const struct import_job *job)
{
	return &job->first;
}

/* Behind the headings. */
static int reader_begin(const struct import_job *job, struct arena *arena,
			struct csv_reader *ret_reader)
{
	struct csv_row heading;
	*ret_reader = reader_of(job);
	int r = job->shape.has_heading ? csv_next(ret_reader, arena, &heading) : 0;
	return r < 0 ? PASS(r) : 0;
}

int import_job_sample(const struct import_job *job, struct arena *arena, struct csv_row *ret_rows,
		      size_t *ret_count)
{
	struct csv_reader reader;
	size_t count = 0;
	int r = reader_begin(job, arena, &reader);
	while (r >= 0 && r != CSV_END && count < IMPORT_SAMPLE_ROWS) {
		r = csv_next(&reader, arena, &ret_rows[count]);
		count += r == 0;
	}
	if (r < 0)
		return PASS(r);
	*ret_count = count;
	return 0;
}

/* --- a run --- */

void import_job_begin(struct import_job *job, const struct import_wish *wish)
{
	run_end(job);
	arena_clear(&job->run_arena);
	job->run = (struct run){.is_on = true, .wish = *wish};
	job->run.refused_end = &job->run.refused;
	job->run.reader = reader_of(job);
}

bool import_job_is_dry(const struct import_job *job)
{
	return job->run.wish.dry;
}

struct stepping {
	struct import_job *job;
	size_t rows_max;
	struct arena *arena; /* of the report */
	struct import_report *report;
	bool is_over;
};

/* Has an earlier line of this file the same number for another, or the same person? */
static int twice_look(struct run *run, struct arena *arena, const struct chart *chart, int64_t line,
		      struct import_notes *notes, bool *ret_known)
{
	struct str person[3] = {chart->birth, {0}, {0}};
	int64_t number_line = 0, person_line = 0;
	struct str why;
	int r = fold_name(arena, chart->name, &person[1]);
	if (!r)
		r = fold_kana(arena, chart->kana, &person[2]);
	if (!r && chart->reference.ptr)
		r = seen_lines_note(&run->numbers, &chart->reference, 1, line, &number_line);
	if (!r && chart->birth.ptr)
		r = seen_lines_note(&run->people, person, 3, line, &person_line);
	if (r)
		return PASS(r);
	*ret_known = false;
	if (number_line && number_line != person_line) {
		r = arena_print(arena, &why, "%lld行目と同じ番号です。", (long long)number_line);
		if (!r)
			import_note_add(notes, IMPORT_REFERENCE, true, why);
	} else if (person_line && chart->reference.ptr && !number_line) {
		r = arena_print(arena, &why,
				"%lld行目に、氏名と生年月日が同じで番号のちがう人がいます。",
				(long long)person_line);
		if (!r)
			import_note_add(notes, IMPORT_REFERENCE, true, why);
	} else if (person_line) {
		r = arena_print(arena, &why, "%lld行目と同じ人です。", (long long)person_line);
		if (!r)
			import_note_add(notes, IMPORT_NONE, false, why);
		*ret_known = true;
	}
	return r ? PASS(r) : 0;
}

static int row_take(const struct step *step, struct run *run, const struct import_job *job,
		    const struct csv_row *cells, enum import_fate *ret_fate,
		    struct import_notes *notes)
{
	struct import_row row;
	bool is_known = false;
	int today = period_day(step->actor->now_ms);
	int r = import_row_read(step->arena, &job->shape.mapping, cells, today, &row, notes);
	if (!r && !notes->wrong_count)
		r = twice_look(run, step->arena, &row.edit.chart, run->reader.line, notes,
			       &is_known);
	if (r)
		return PASS(r);
	if (is_known) {
		*ret_fate = IMPORT_KNOWN;
		return 0;
	}
	r = import_take(step, &row, &run->wish, ret_fate, notes);
	return r ? PASS(r) : 0;
}

/* Notes outlive the step. */
static int notes_keep(struct arena *arena, struct import_notes *notes)
{
	for (size_t i = 0; i < notes->count; i++) {
		int r = arena_copy(arena, notes->items[i].text, &notes->items[i].text);
		if (r)
			return PASS(r);
	}
	return 0;
}

static int tell(struct stepping *stepping, enum import_fate fate, struct import_notes *notes)
{
	struct import_report *report = stepping->report;
	int r = notes_keep(stepping->arena, notes);
	if (r)
		return PASS(r);
	report->told[report->told_count++] =
		(struct import_told){stepping->job->run.reader.line, fate, *notes};
	return 0;
}

static int why_join(struct arena *arena, const struct import_notes *notes, struct str *ret_why)
{
	struct str why = STR("");
	for (size_t i = 0; i < notes->count; i++) {
		const struct import_note *note = &notes->items[i];
		const char *title = import_column_title(note->column);
		int r = arena_print(arena, &why, "%.*s%s%s%s%.*s", STR_ARG(why), why.len ? " " : "",
				    title, *title ? ": " : "", STR_ARG(note->text));
		if (r)
			return PASS(r);
	}
	*ret_why = why;
	return 0;
}

static int refused_keep(struct import_job *job, const struct import_notes *notes)
{
	struct refused *one = arena_alloc(&job->run_arena, sizeof *one);
	if (!one)
		return RAISE(ENOMEM);
	*one = (struct refused){.line = job->run.reader.line};
	int r = why_join(&job->run_arena, notes, &one->why);
	if (r)
		return PASS(r);
	*job->run.refused_end = one;
	job->run.refused_end = &one->next;
	return 0;
}

static int row_count(struct stepping *stepping, enum import_fate fate, struct import_notes *notes)
{
	struct run *run = &stepping->job->run;
	run->counts.rows++;
	run->counts.fates[fate]++;
	run->counts.doubtful += fate != IMPORT_REFUSED && notes->count;
	int r = fate == IMPORT_REFUSED ? refused_keep(stepping->job, notes) : 0;
	if (!r && notes->count)
		r = tell(stepping, fate, notes);
	return r ? PASS(r) : 0;
}

/* Is this the line of the headings? */
static bool heading_skip(struct import_job *job)
{
	bool is = job->shape.has_heading && !job->run.is_behind_heading;
	job->run.is_behind_heading = true;
	return is;
}

static int row_step(const struct step *step, struct stepping *stepping)
{
	struct run *run = &stepping->job->run;
	struct import_notes notes = {.count = 0};
	enum import_fate fate = IMPORT_REFUSED;
	struct csv_row cells;
	int r = csv_next(&run->reader, step->arena, &cells);
	if (r < 0)
		return PASS(r);
	if (r == CSV_END || run->counts.rows == IMPORT_ROWS_MAX) {
		stepping->is_over = true;
		return 0;
	}
	if (r)
		import_note_add(&notes, IMPORT_NONE, true,
				str_of(csv_outcome_text((enum csv_outcome)r)));
	else if (heading_skip(stepping->job))
		return 0;
	else
		r = row_take(step, run, stepping->job, &cells, &fate, &notes);
	if (r >= 0)
		r = row_count(stepping, fate, &notes);
	return r < 0 ? PASS(r) : 0;
}

static int run_note(const struct step *step, const struct stepping *stepping)
{
	const struct run *run = &stepping->job->run;
	const int64_t *fates = run->counts.fates;
	int r;
	if (run->wish.dry)
		return 0;
	if (!stepping->is_over) {
		r = store_setting_number_put(step->db, str_of(unfinished), run->reader.lines);
		return r ? PASS(r) : 0;
	}
	const struct job job = {.at_ms = step->actor->now_ms,
				.kind = STR("import"),
				.staff = step->actor->staff,
				.outcome = STR("done"),
				.done = fates[IMPORT_MADE] + fates[IMPORT_FILLED]};
	r = store_setting_put(step->db, str_of(unfinished), (struct str){0});
	if (!r)
		r = store_job_add(step->db, &job);
	return r ? PASS(r) : 0;
}

static int rows_step(const struct step *step, void *ctx)
{
	struct stepping *stepping = ctx;
	int r = 0;
	for (size_t i = 0; !r && !stepping->is_over && i < stepping->rows_max; i++)
		r = row_step(step, stepping);
	if (!r)
		r = run_note(step, stepping);
	return r ? PASS(r) : 0;
}

static int per_mille(const struct import_job *job)
{
	size_t read = job->text.len - job->run.reader.rest.len;
	return job->text.len ? (int)(read * PER_MILLE / job->text.len) : PER_MILLE;
}

int import_job_step(struct import_job *job, struct db *db, const struct actor *actor,
		    size_t rows_max, struct arena *arena, struct import_report *ret_report)
{
	if (!job->run.is_on)
		return IMPORT_IDLE;
	struct import_report report = {.wish = &job->run.wish};
	struct stepping stepping = {job, rows_max, arena, &report, false};
	report.told = arena_array(arena, rows_max, sizeof *report.told);
	int r = report.told ? step_run(db, actor, rows_step, &stepping) : RAISE(ENOMEM);
	if (r) {
		run_end(job);
		return FOLD(r);
	}
	report.counts = job->run.counts;
	report.per_mille = stepping.is_over ? PER_MILLE : per_mille(job);
	*ret_report = report;
	if (stepping.is_over)
		run_end(job);
	return stepping.is_over ? IMPORT_END : 0;
}

/* --- what was refused --- */

static void refused_put(struct csv_writer *writer, const struct refused *refused,
			const struct csv_row *cells)
{
	char line[24];
	(void)snprintf(line, sizeof line, "%lld", (long long)refused->line);
	csv_put(writer, str_of(line));
	csv_put(writer, refused->why);
	for (size_t i = 0; cells && i < cells->count; i++)
		csv_put(writer, cells->cells[i]);
	csv_row_end(writer);
}

static int refused_write(const struct import_job *job, struct arena *arena,
			 struct csv_writer *writer)
{
	struct csv_reader reader = reader_of(job);
	struct csv_row cells;
	for (const struct refused *one = job->run.refused; one;) {
		int r = csv_next(&reader, arena, &cells);
		if (r < 0)
			return PASS(r);
		if (r == CSV_END)
			return RAISE(EINVAL);
		if (reader.line != one->line)
			continue;
		refused_put(writer, one, r ? NULL : &cells);
		one = one->next;
	}
	return 0;
}

int import_job_refused(const struct import_job *job, struct arena *arena, struct str *ret_csv)
{
	struct csv_writer writer;
	struct str text;
	csv_writer_init(&writer, arena);
	csv_put(&writer, STR("行"));
	csv_put(&writer, STR("理由"));
	for (size_t i = 0; job->shape.has_heading && i < job->first.count; i++)
		csv_put(&writer, job->first.cells[i]);
	csv_row_end(&writer);
	int r = refused_write(job, arena, &writer);
	if (!r)
		r = csv_writer_end(&writer, &text);
	if (!r)
		r = arena_print(arena, ret_csv, "\xEF\xBB\xBF%.*s", STR_ARG(text));
	return r ? PASS(r) : 0;
}

int import_unfinished(struct db *db, int64_t *ret_line)
{
	int r = store_setting_number(db, str_of(unfinished), 0, ret_line);
	return r ? PASS(r) : 0;
}
