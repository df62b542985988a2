/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of api/problems.yaml as a page tells them. */
#pragma once

#include "lib/base/str.h"
#include "lib/json/writer.h"

/* FACE_DESK_LOCKED, …: what a face answers for a row; 0 is none. */
enum face_problem {
	FACE_NO_PROBLEM,
#define PROBLEM_ROW(name, code, status, exit, title, action, vendor) FACE_##name,
#include "api/problems.def"
#undef PROBLEM_ROW
	FACE_PROBLEMS,
};

/* The reasons of problems.yaml: REASON_MISSING, … */
enum face_reason {
#define REASON_ROW(name, code, message) FACE_REASON_##name,
#include "api/reasons.def"
#undef REASON_ROW
	FACE_REASONS,
};

enum { FACE_FIELDS_MAX = 16 };

/* One field that is to be put right, and the sentence at it. */
struct face_field {
	struct str name; /* as the page calls it: "staff.id" */
	struct str text;
};

struct face_fields {
	struct face_field items[FACE_FIELDS_MAX];
	size_t count; /* more than fit are left out */
};

void face_field_add(struct face_fields *fields, struct str name, struct str text);
/* With the sentence of a reason. */
void face_field_reason(struct face_fields *fields, struct str name, enum face_reason reason);

/* Its sentences: what happened; what to do now. */
struct str face_problem_title(enum face_problem problem);
struct str face_problem_action(enum face_problem problem);
/* FACE_NO_PROBLEM: no row has this code. */
enum face_problem face_problem_of_code(struct str code);

/* {code, title, action, vendor, request_id, fields: [{field, text}]} */
void face_problem_put(struct json_writer *out, enum face_problem problem, struct str request_id,
		      const struct face_fields *fields);
