/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two steps, because a file that has lost a name's character looks like one that has not: first how
 * much it is and what the charset cannot hold, then the file. Both walk the whole list; nothing of
 * it is kept between them.
 */
#include "workstation/faces/export.h"

#include "workstation/faces/export_rows.h"
#include "workstation/store/jobs.h"

enum {
	FILE_BYTES_MAX = 24 * 1024 * 1024, /* 80,000 charts */
	LOST_COUNT_MAX = 100 * 1000 * 1000,
};

struct wish {
	struct str list, charset;
	struct json *ask;
	int64_t lost_count;
};

static const struct json_field wish_fields[] = {
	JSON_FIELD(struct wish, list, "list", JSON_TEXT, JSON_REQUIRED, 1, 20),
	JSON_FIELD(struct wish, charset, "charset", JSON_TEXT, JSON_REQUIRED, 1, 20),
	JSON_FIELD(struct wish, ask, "ask", JSON_OBJECT, JSON_REQUIRED, 0, 0),
	JSON_FIELD(struct wish, lost_count, "lost_count", JSON_NUMBER, JSON_OPTIONAL, 0,
		   LOST_COUNT_MAX),
};

static const char *const list_names[EXPORT_LISTS] = {
	[EXPORT_CHARTS] = "charts",
	[EXPORT_RESULTS] = "results",
	[EXPORT_MONTHLY] = "monthly",
};

static enum export_list list_of_name(struct str name)
{
	int list = EXPORT_CHARTS;
	while (list < EXPORT_LISTS && !str_equal(name, str_of(list_names[list])))
		list++;
	return (enum export_list)list;
}

static int sheet_fill(struct face_call *call, const struct wish *wish, struct sheet *sheet)
{
	enum export_list list = list_of_name(wish->list);
	bool is_cp932 = str_equal(wish->charset, STR("cp932"));
	if (list == EXPORT_LISTS)
		return face_refuse(call, STR("list"), FACE_REASON_UNKNOWN);
	if (!is_cp932 && !str_equal(wish->charset, STR("utf8")))
		return face_refuse(call, STR("charset"), FACE_REASON_UNKNOWN);
	sheet_begin(sheet, call->arena, &export_headings[list],
		    is_cp932 ? CHARSET_CP932 : CHARSET_UTF8, FILE_BYTES_MAX);
	const struct json *in = call->in;
	call->in = wish->ask;
	int r = export_rows(call, list, sheet);
	call->in = in;
	return r < 0 ? PASS(r) : r;
}

static void lost_put(struct json_writer *out, const struct sheet_lost *lost)
{
	json_object_open(out);
	json_put_member_number(out, "row", lost->row);
	json_put_member(out, "name", lost->name);
	json_put_member(out, "column", lost->title);
	json_put_member(out, "characters", lost->characters);
	json_object_close(out);
}

int face_export_look(struct face_call *call)
{
	AUTO(sheet_clear) struct sheet sheet = {0};
	struct wish wish = {0};
	int r = face_read(call, FACE_FIELDS(wish_fields), &wish);
	if (!r)
		r = sheet_fill(call, &wish, &sheet);
	if (r || sheet.fault)
		return r > 0 ? r : PASS(r ? r : sheet.fault);
	json_put_member_number(call->out, "rows", sheet.rows);
	json_put_member_number(call->out, "lost_count", sheet.lost_cells);
	json_key(call->out, "lost");
	json_array_open(call->out);
	for (int64_t i = 0; i < sheet.lost_cells && i < SHEET_LOST_MAX; i++)
		lost_put(call->out, &sheet.lost[i]);
	json_array_close(call->out);
	return 0;
}

static int taken_note(struct face_call *call, const struct wish *wish, const struct sheet *sheet)
{
	struct str note;
	int r = arena_print(call->arena, &note, "%.*s %.*s", STR_ARG(wish->list),
			    STR_ARG(wish->charset));
	const struct job job = {.at_ms = call->now_ms,
				.kind = STR("export"),
				.staff = call->staff,
				.outcome = STR("done"),
				.done = sheet->rows,
				.note = note};
	if (!r)
		r = store_job_add(call->db, &job);
	return r ? FOLD(r) : 0;
}

int face_export_take(struct face_call *call)
{
	AUTO(sheet_clear) struct sheet sheet = {0};
	struct wish wish = {0};
	struct str bytes;
	int r = face_read(call, FACE_FIELDS(wish_fields), &wish);
	if (!r)
		r = sheet_fill(call, &wish, &sheet);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!sheet.fault && sheet.lost_cells != wish.lost_count)
		return FACE_EXPORT_MOVED;
	r = sheet_end(&sheet, &bytes);
	if (r)
		return r == SHEET_LONG ? FACE_EXPORT_LONG : PASS(r);
	r = taken_note(call, &wish, &sheet);
	if (r)
		return PASS(r);
	call->file = (struct face_file){STR("text/csv"), bytes};
	return 0;
}
