/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Problems (RFC 9457). Each is a row of api/problems.yaml: code, status, exit code and the three
 * Japanese sentences. Rows with status 0 are local: they never come from the service, but the
 * client, the reader and the commands speak of them with the same table.
 */
#pragma once

#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

struct wire_input;

/* Starts at 1, so that it can be an outcome. */
enum wire_problem {
	PROBLEM_NONE = 0,
#define PROBLEM_ROW(name, code, status, exit, title, action, vendor) PROBLEM_##name,
#include "api/problems.def"
#undef PROBLEM_ROW
	PROBLEM_END, /* one past the last */
};

struct wire_problem_row {
	const char *code;
	int status; /* HTTP; 0: local */
	int exit;   /* of the commands */
	const char *title;
	const char *action;
	const char *vendor;
};

/* The row of a problem; problem is one of the enum, not PROBLEM_NONE or PROBLEM_END. */
const struct wire_problem_row *wire_problem_row(enum wire_problem problem);

/* The problem with that code; PROBLEM_NONE when there is none. */
enum wire_problem wire_problem_of_code(struct str code);

/* Why one field is refused: rows of problems.yaml too. */
enum wire_reason {
	WIRE_REASON_NONE = 0,
#define REASON_ROW(name, code, message) WIRE_REASON_##name,
#include "api/reasons.def"
#undef REASON_ROW
	WIRE_REASON_END,
};

/* "too_long", and a Japanese sentence. */
const char *wire_reason_code(enum wire_reason reason);
const char *wire_reason_message(enum wire_reason reason);

enum {
	WIRE_FIELD_BYTES = 96, /* a field's name and a NUL; longer ones are cut */
	WIRE_COMPLAINTS_MAX = 8,
};

struct wire_complaint {
	char field[WIRE_FIELD_BYTES]; /* "client.vendor" */
	enum wire_reason reason;
};

struct wire_complaints {
	struct wire_complaint items[WIRE_COMPLAINTS_MAX];
	size_t count; /* ≤ WIRE_COMPLAINTS_MAX */
};

/* Add one; beyond the maximum it is dropped. For checks that a table cannot express. */
void wire_complain(struct wire_complaints *complaints, struct str field, enum wire_reason reason);

/* What a problem reply may carry beyond its row; zeroed members are left out. */
struct wire_problem_detail {
	struct str request_id;
	const struct wire_complaints *complaints;
	int retry_after_s;
	struct str held_reference; /* reference_conflict: what the service holds (absent: none) */
};

/* The application/problem+json body; its status is wire_problem_row(problem)->status. */
MUST_CHECK int wire_problem_encode(struct arena *arena, enum wire_problem problem,
				   const struct wire_problem_detail *detail, struct str *ret_body);

/* A problem reply as the client reads it; text borrowed from the input. */
struct wire_problem_reply {
	enum wire_problem problem; /* a code we do not know: PROBLEM_SERVICE_REFUSED */
	struct str code;	   /* as the service spelt it */
	struct str title;
	struct str action;
	struct str vendor;
	struct str request_id; /* absent: none given */
	int64_t retry_after_s; /* 0: none given */
	struct str held_reference;
	/* The complaints, if any, are in the input (the field names cut, the reasons by code). */
};

/* Outcome: PROBLEM_REPLY_MALFORMED (no such JSON: a proxy's page, for instance). */
MUST_CHECK int wire_problem_decode(struct str body, struct wire_input *input,
				   struct wire_problem_reply *ret_reply);
