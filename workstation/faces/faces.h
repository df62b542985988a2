/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page's calls: POST /api/NAME with {"facility": "…", "with": {…}}, answered 200 with an object
 * or 422 with a problem. One function a call, in the file of its screen; routes.c names them all.
 *
 * Calls run one after the other on the desk thread, each with its facility's own connection; those
 * of the lane FACE_KEEP, which wait for disks, on a thread and a connection of their own; those of
 * the lane FACE_LOOP at once on the page's thread, with neither db nor a long look at anything. A
 * function writes one object's members into call->out and answers 0; or a fault; or FACE_<CODE> of
 * problem.h, with fields noted. Nothing it wrote is sent then.
 */
#pragma once

#include <stdint.h>

#include "lib/db/db.h"
#include "lib/json/json.h"
#include "lib/json/writer.h"
#include "workstation/faces/problem.h"
#include "workstation/rules/charts.h"

/* To be saved by the page. */
struct face_file {
	struct str type, bytes; /* in the call's arena, or constants; absent: none */
};

struct station; /* workstation/faces/station.h */

struct face_call {
	struct station *station;
	struct db *db;		 /* of call->facility; NULL where the route needs none */
	struct str facility;	 /* its code; absent where the route needs none */
	struct arena *arena;	 /* of this call; wiped after the reply */
	const struct json *in;	 /* the object "with" */
	struct json_writer *out; /* inside the reply's object */
	struct face_file file;	 /* sent instead of it, where it is there */
	struct str staff;	 /* who acts: the id of whoever unlocked; absent while locked */
	int64_t now_ms;
	struct face_fields fields; /* to be put right */
};

typedef int (*face_fn)(struct face_call *call);

/*
 * call->in by a table of json.h. Outcome: FACE_DESK_FIELDS, with each complaint noted under the
 * field's name; into may be half filled.
 */
#define FACE_FIELDS(table) (table), sizeof(table) / sizeof *(table)
MUST_CHECK int face_read(struct face_call *call, const struct json_field *fields,
			 size_t fields_count, void *into);

/* A field that reads well but cannot be taken: noted; answers FACE_DESK_FIELDS. */
int face_refuse(struct face_call *call, struct str field, enum face_reason reason);
int face_refuse_text(struct face_call *call, struct str field, struct str sentence);

/*
 * Tell every open window that something of this kind has moved ("results", "session", "receive",
 * "lock", "queue", …: a literal); it asks again for what it shows. facility absent: all. From any
 * thread.
 */
void faces_event(struct station *station, struct str facility, const char *kind);

enum face_phase {
	FACE_SETUP = 1,
	FACE_LOCKED = 2,
	FACE_OPEN = 4,
	FACE_ANY = FACE_SETUP | FACE_LOCKED | FACE_OPEN,
};

enum face_lane {
	FACE_DESK, /* in order, on the desk thread */
	FACE_KEEP, /* in order, on the thread that backups have: they may take their time */
	FACE_LOOP, /* at once */
};

struct face_route {
	const char *name;
	face_fn run;
	unsigned phases;     /* enum face_phase */
	bool needs_facility; /* else db and facility may be absent */
	bool is_large;	     /* the body may be a list to be imported */
	enum face_lane lane;
};

/* NULL: no such call. */
const struct face_route *face_route_find(struct str name);
