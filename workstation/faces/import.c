/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file at a time, held in memory by the desk thread until it is dropped or another is opened.
 * The page asks for step after step: so other calls have their turn between two.
 */
#include "workstation/faces/import.h"

#include "lib/base/period.h"
#include "lib/crypto/crypto.h"
#include "workstation/faces/facts.h"
#include "workstation/faces/inside.h"
#include "workstation/import/job.h"

enum {
	FILE_CHARS_MAX = IMPORT_FILE_BYTES_MAX / 3 * 4 + 4,
	COLUMN_CHARS_MAX = 40,
	SAMPLE_CELLS = 3,
	DRY_ROWS = 1000, /* of one step: a fraction of a second */
	TAKEN_ROWS = 200,
};

/* NULL: none, or another facility's. */
static struct import_job *job_of(const struct face_call *call)
{
	const struct station *station = call->station;
	bool is_ours =
		station->import && str_equal(str_of(station->import_facility), call->facility);
	return is_ours ? station->import : NULL;
}

static int job_missing(struct face_call *call)
{
	return face_refuse_text(call, STR("file"), STR("ファイルをもう一度選んでください。"));
}

static void job_drop(struct station *station)
{
	import_job_destroy(station->import);
	station->import = NULL;
}

/* --- the shape --- */

static const char *charset_name(enum charset charset)
{
	return charset == CHARSET_CP932 ? "cp932" : "utf8";
}

static void notes_put(struct json_writer *out, const struct import_notes *notes)
{
	json_key(out, "notes");
	json_array_open(out);
	for (size_t i = 0; i < notes->count; i++) {
		const struct import_note *note = &notes->items[i];
		json_object_open(out);
		json_put_member(out, "column", str_of(import_column_name(note->column)));
		json_put_member(out, "title", str_of(import_column_title(note->column)));
		json_put_member(out, "text", note->text);
		json_key(out, "wrong");
		json_put_bool(out, note->is_wrong);
		json_object_close(out);
	}
	json_array_close(out);
}

static void row_put(struct json_writer *out, const struct import_row *row,
		    const struct import_notes *notes)
{
	const struct chart *chart = &row->edit.chart;
	const struct insurance *insurance = &row->insurance;
	json_object_open(out);
	json_put_member(out, "reference", chart->reference);
	json_put_member(out, "name", chart->name);
	json_put_member(out, "kana", chart->kana);
	json_put_member(out, "birth", chart->birth);
	json_put_member(out, "sex", facts_word(RECORD_TABLE_SEX, chart->sex));
	json_put_member(out, "address", chart->address);
	json_put_member(out, "telephone", chart->telephone);
	json_put_member(out, "ratio", chart->ratio);
	json_put_member(out, "insurer_number", insurance->insurer_number);
	json_put_member(out, "symbol", insurance->symbol);
	json_put_member(out, "member", insurance->number);
	json_put_member(out, "branch", insurance->branch);
	notes_put(out, notes);
	json_object_close(out);
}

static int rows_put(struct face_call *call, const struct import_shape *shape,
		    const struct csv_row *rows, size_t count)
{
	json_key(call->out, "rows");
	json_array_open(call->out);
	for (size_t i = 0; i < count; i++) {
		struct import_row row;
		struct import_notes notes;
		int r = import_row_read(call->arena, &shape->mapping, &rows[i],
					period_day(call->now_ms), &row, &notes);
		if (r)
			return PASS(r);
		row_put(call->out, &row, &notes);
	}
	json_array_close(call->out);
	return 0;
}

static void columns_put(struct json_writer *out, const struct import_job *job,
			const struct csv_row *rows, size_t rows_count)
{
	const struct import_shape *shape = import_job_shape(job);
	const struct csv_row *heading = import_job_heading(job);
	json_key(out, "columns");
	json_array_open(out);
	for (size_t i = 0; i < shape->mapping.count; i++) {
		enum import_column column = shape->mapping.columns[i];
		json_object_open(out);
		if (shape->has_heading && i < heading->count)
			json_put_member(out, "heading", heading->cells[i]);
		json_put_member(out, "column", str_of(import_column_name(column)));
		json_key(out, "sample");
		json_array_open(out);
		for (size_t n = 0; n < rows_count && n < SAMPLE_CELLS; n++)
			json_put_text(out, i < rows[n].count ? rows[n].cells[i] : STR(""));
		json_array_close(out);
		json_object_close(out);
	}
	json_array_close(out);
}

static void choices_put(struct json_writer *out)
{
	json_key(out, "choices");
	json_array_open(out);
	for (int column = IMPORT_NONE + 1; column < IMPORT_COLUMNS; column++) {
		json_object_open(out);
		json_put_member(out, "name",
				str_of(import_column_name((enum import_column)column)));
		json_put_member(out, "title",
				str_of(import_column_title((enum import_column)column)));
		json_object_close(out);
	}
	json_array_close(out);
}

static int shape_put(struct face_call *call, const struct import_job *job)
{
	const struct import_shape *shape = import_job_shape(job);
	struct csv_row *rows = arena_array(call->arena, IMPORT_SAMPLE_ROWS, sizeof *rows);
	size_t count = 0;
	int r = rows ? import_job_sample(job, call->arena, rows, &count) : RAISE(ENOMEM);
	if (r)
		return PASS(r);
	json_put_member(call->out, "charset", str_of(charset_name(shape->charset)));
	json_put_member(call->out, "separator", str_bytes(&shape->separator, 1));
	json_key(call->out, "heading");
	json_put_bool(call->out, shape->has_heading);
	columns_put(call->out, job, rows, count);
	choices_put(call->out);
	r = rows_put(call, shape, rows, count);
	return r ? PASS(r) : 0;
}

/* --- a file --- */

struct file_in {
	struct str file;
};

static const struct json_field file_fields[] = {
	JSON_FIELD(struct file_in, file, "file", JSON_TEXT, JSON_REQUIRED, 0, FILE_CHARS_MAX),
};

static int file_refuse(struct face_call *call, int outcome)
{
	switch ((enum import_job_outcome)outcome) {
	case IMPORT_TOO_LARGE:
		return face_refuse_text(
			call, STR("file"),
			STR("ファイルが大きすぎます（16MBまで）。いくつかに分けてください。"));
	case IMPORT_CHARSET:
		return face_refuse_text(
			call, STR("file"),
			STR("文字として読めません。CSVで保存しなおしたファイルを選んでください（Exc"
			    "elのファイルはそのままでは読めません）。"));
	case IMPORT_EMPTY:
	case IMPORT_END:
	case IMPORT_IDLE: break;
	}
	return face_refuse_text(call, STR("file"), STR("患者さんの行がひとつもありません。"));
}

int face_import_open(struct face_call *call)
{
	struct station *station = call->station;
	struct file_in in = {0};
	struct str bytes;
	int r = face_read(call, FACE_FIELDS(file_fields), &in);
	if (!r)
		r = decode_base64(call->arena, in.file, &bytes);
	if (r)
		return r < 0 ? PASS(r) : face_refuse(call, STR("file"), FACE_REASON_FORMAT);
	job_drop(station);
	r = import_job_create(&station->import, bytes);
	if (r)
		return r < 0 ? PASS(r) : file_refuse(call, r);
	r = str_to_c(call->facility, station->import_facility, sizeof station->import_facility);
	if (!r)
		r = shape_put(call, station->import);
	return r ? FOLD(r) : 0;
}

struct shape_in {
	struct str charset, separator;
	bool heading;
	struct json *columns;
};

static const struct json_field shape_fields[] = {
	JSON_FIELD(struct shape_in, charset, "charset", JSON_TEXT, JSON_REQUIRED, 4, 5),
	JSON_FIELD(struct shape_in, separator, "separator", JSON_TEXT, JSON_REQUIRED, 1, 1),
	JSON_FIELD(struct shape_in, heading, "heading", JSON_BOOL, JSON_OPTIONAL, 0, 0),
	JSON_FIELD(struct shape_in, columns, "columns", JSON_ARRAY, JSON_OPTIONAL, 0,
		   CSV_COLUMNS_MAX),
};

/* One column is at one place: whoever chooses it twice is told where. */
static int columns_read(struct face_call *call, const struct json *list,
			struct import_mapping *mapping)
{
	mapping->count = 0;
	for (size_t i = 0; i < json_count(list); i++) {
		struct str name = json_text(json_at(list, i));
		enum import_column column = import_column_of_name(name.ptr ? name : STR(""));
		if (column == IMPORT_COLUMNS)
			return face_refuse(call, STR("columns"), FACE_REASON_UNKNOWN);
		if (column != IMPORT_NONE && import_column_place(mapping, column) >= 0)
			return face_refuse_text(call, STR("columns"),
						STR("同じ項目が2つの列に選ばれています。"));
		mapping->columns[mapping->count++] = column;
	}
	return 0;
}

static bool separator_is_known(char separator)
{
	return separator == ',' || separator == '\t' || separator == ';';
}

int face_import_shape(struct face_call *call)
{
	struct import_job *job = job_of(call);
	struct shape_in in = {0};
	if (!job)
		return job_missing(call);
	int r = face_read(call, FACE_FIELDS(shape_fields), &in);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct import_shape shape = *import_job_shape(job);
	shape.charset = str_equal(in.charset, STR("cp932")) ? CHARSET_CP932 : CHARSET_UTF8;
	shape.separator = in.separator.ptr[0];
	shape.has_heading = in.heading;
	if (!separator_is_known(shape.separator))
		return face_refuse(call, STR("separator"), FACE_REASON_UNKNOWN);
	r = in.columns ? columns_read(call, in.columns, &shape.mapping) : 0;
	if (!r)
		r = import_job_reshape(job, &shape, !in.columns);
	if (r == IMPORT_CHARSET)
		return face_refuse_text(
			call, STR("charset"),
			STR("この文字コードでは読めません。もう一方を選んでください。"));
	if (!r)
		r = shape_put(call, job);
	return r < 0 ? PASS(r) : r;
}

/* --- a run --- */

static const struct json_field wish_fields[] = {
	JSON_FIELD(struct import_wish, dry, "dry", JSON_BOOL, JSON_REQUIRED, 0, 0),
	JSON_FIELD(struct import_wish, fills, "fills", JSON_BOOL, JSON_REQUIRED, 0, 0),
};

int face_import_begin(struct face_call *call)
{
	struct import_job *job = job_of(call);
	struct import_wish wish = {0};
	if (!job)
		return job_missing(call);
	int r = face_read(call, FACE_FIELDS(wish_fields), &wish);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct import_mapping *mapping = &import_job_shape(job)->mapping;
	bool has_name = import_column_place(mapping, IMPORT_NAME) >= 0 ||
			import_column_place(mapping, IMPORT_KANA) >= 0 ||
			import_column_place(mapping, IMPORT_FAMILY) >= 0 ||
			import_column_place(mapping, IMPORT_FAMILY_KANA) >= 0;
	if (!has_name)
		return face_refuse_text(call, STR("columns"),
					STR("氏名かカナ氏名の列を選んでください。"));
	import_job_begin(job, &wish);
	return 0;
}

static const char *fate_name(enum import_fate fate)
{
	switch (fate) {
	case IMPORT_MADE: return "made";
	case IMPORT_KNOWN: return "known";
	case IMPORT_FILLED: return "filled";
	case IMPORT_REFUSED:
	case IMPORT_FATES: break;
	}
	return "refused";
}

static void report_put(struct json_writer *out, const struct import_report *report, bool is_over)
{
	const struct import_counts *counts = &report->counts;
	json_key(out, "over");
	json_put_bool(out, is_over);
	json_put_member_number(out, "per_mille", report->per_mille);
	json_put_member_number(out, "rows", counts->rows);
	json_put_member_number(out, "doubtful", counts->doubtful);
	for (int fate = IMPORT_MADE; fate < IMPORT_FATES; fate++)
		json_put_member_number(out, fate_name((enum import_fate)fate), counts->fates[fate]);
	json_key(out, "told");
	json_array_open(out);
	for (size_t i = 0; i < report->told_count; i++) {
		json_object_open(out);
		json_put_member_number(out, "line", report->told[i].line);
		json_put_member(out, "fate", str_of(fate_name(report->told[i].fate)));
		notes_put(out, &report->told[i].notes);
		json_object_close(out);
	}
	json_array_close(out);
}

int face_import_step(struct face_call *call)
{
	const struct actor actor = {.staff = call->staff, .now_ms = call->now_ms};
	struct import_job *job = job_of(call);
	struct import_report report;
	if (!job)
		return job_missing(call);
	size_t rows_max = import_job_is_dry(job) ? DRY_ROWS : TAKEN_ROWS;
	int r = import_job_step(job, call->db, &actor, rows_max, call->arena, &report);
	if (r == IMPORT_IDLE)
		return job_missing(call);
	if (r < 0)
		return PASS(r);
	report_put(call->out, &report, r == IMPORT_END);
	if (r == IMPORT_END && !report.wish->dry)
		faces_event(call->station, call->facility, "charts");
	return 0;
}

int face_import_refused(struct face_call *call)
{
	const struct import_job *job = job_of(call);
	struct str csv;
	if (!job)
		return job_missing(call);
	int r = import_job_refused(job, call->arena, &csv);
	if (r)
		return PASS(r);
	json_put_member(call->out, "csv", csv);
	return 0;
}

int face_import_state(struct face_call *call)
{
	int64_t line;
	int r = import_unfinished(call->db, &line);
	if (r)
		return PASS(r);
	json_put_member_number(call->out, "unfinished", line);
	return 0;
}

int face_import_drop(struct face_call *call)
{
	if (job_of(call))
		job_drop(call->station);
	return 0;
}
