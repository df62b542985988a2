/* SPDX-License-Identifier: Apache-2.0 */
/* One row, told to the page. */
#include "workstation/faces/problem.h"

#include <assert.h>

static const struct {
	const char *code, *title, *action, *vendor;
} rows[FACE_PROBLEMS] = {
#define PROBLEM_ROW(name, code, status, exit, title, action, vendor) \
	[FACE_##name] = {code, title, action, vendor},
#include "api/problems.def"
#undef PROBLEM_ROW
};

static const char *const reasons[FACE_REASONS] = {
#define REASON_ROW(name, code, message) [FACE_REASON_##name] = message,
#include "api/reasons.def"
#undef REASON_ROW
};

struct str face_problem_title(enum face_problem problem)
{
	assert(problem > FACE_NO_PROBLEM && problem < FACE_PROBLEMS);
	return str_of(rows[problem].title);
}

struct str face_problem_action(enum face_problem problem)
{
	assert(problem > FACE_NO_PROBLEM && problem < FACE_PROBLEMS);
	return str_of(rows[problem].action);
}

enum face_problem face_problem_of_code(struct str code)
{
	for (enum face_problem problem = FACE_NO_PROBLEM + 1; problem < FACE_PROBLEMS; problem++)
		if (str_equal(code, str_of(rows[problem].code)))
			return problem;
	return FACE_NO_PROBLEM;
}

void face_field_add(struct face_fields *fields, struct str name, struct str text)
{
	if (fields->count < FACE_FIELDS_MAX)
		fields->items[fields->count++] = (struct face_field){name, text};
}

void face_field_reason(struct face_fields *fields, struct str name, enum face_reason reason)
{
	assert(reason < FACE_REASONS);
	face_field_add(fields, name, str_of(reasons[reason]));
}

static void fields_put(struct json_writer *out, const struct face_fields *fields)
{
	json_key(out, "fields");
	json_array_open(out);
	for (size_t i = 0; i < fields->count; i++) {
		json_object_open(out);
		json_put_member(out, "field", fields->items[i].name);
		json_put_member(out, "text", fields->items[i].text);
		json_object_close(out);
	}
	json_array_close(out);
}

void face_problem_put(struct json_writer *out, enum face_problem problem, struct str request_id,
		      const struct face_fields *fields)
{
	assert(problem > FACE_NO_PROBLEM && problem < FACE_PROBLEMS);
	json_object_open(out);
	json_put_member(out, "code", str_of(rows[problem].code));
	json_put_member(out, "title", str_of(rows[problem].title));
	json_put_member(out, "action", str_of(rows[problem].action));
	json_put_member(out, "vendor", str_of(rows[problem].vendor));
	json_put_member(out, "request_id", request_id);
	fields_put(out, fields);
	json_object_close(out);
}
