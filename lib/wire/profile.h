/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire profile: how each call is spelt on the wire. The operator's own specification is not
 * public, so whatever it may spell differently comes from this table on both sides, never from the
 * code that makes or serves a call: the default is that of api/openapi.yaml, another is read from a
 * file (profile_file.h) and applied at the edge (spelling.h). docs/wire-profile.md describes it.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

/* The calls, in the order of api/openapi.yaml: WIRE_LOGIN, WIRE_MFA … */
enum wire_call {
#define ROUTE_ROW(name, operation, method, path, accounts, lane) WIRE_##name,
#include "api/routes.def"
#undef ROUTE_ROW
	WIRE_CALLS,
};

enum wire_lane {
	WIRE_LANE_LOOP,	 /* on the event loop: never blocks */
	WIRE_LANE_READ,	 /* a read connection */
	WIRE_LANE_HASH,	 /* Argon2id */
	WIRE_LANE_NET,	 /* waits for somebody else's service */
	WIRE_LANE_INDEX, /* reads within an index: on the loop where the store is embedded, else
			    as WIRE_LANE_READ */
};

/* What does not depend on the profile. */
struct wire_call_row {
	const char *operation; /* operationId: "enrolment_begin" */
	unsigned accounts;     /* enum wire_account bits that may call; 0: no token needed */
	enum wire_lane lane;
};

const struct wire_call_row *wire_call_row(enum wire_call call);

struct wire_profile_route {
	const char *method; /* "PUT" */
	const char *path;   /* "/v1/results/{id}/reference": at most one {argument}, one segment */
};

enum { WIRE_NAME_BYTES = 65 }; /* of a profile, with its NUL */

/* One name, as the contract has it and as the profile has it. */
struct wire_name {
	struct str ours;
	struct str theirs;
};

struct wire_names {
	const struct wire_name *items;
	size_t count;
};

enum wire_body {
	WIRE_BODY_REQUEST,
	WIRE_BODY_REPLY,
	WIRE_BODY_PROBLEM,
	WIRE_BODIES,
};

enum wire_token {
	WIRE_TOKEN_BEARER, /* Authorization: Bearer … (RFC 6750) */
	WIRE_TOKEN_BARE,   /* Authorization: … */
};

enum wire_paging {
	WIRE_PAGING_CURSOR,
	WIRE_PAGING_NONE, /* all of a period in one reply: no limit, no cursor */
};

struct wire_profile {
	struct wire_profile_route routes[WIRE_CALLS];
	/* Only what is spelt differently. */
	struct wire_names members;	   /* of bodies, all but what lies within a result */
	struct wire_names parameters;	   /* of queries */
	struct wire_names codes;	   /* of problems */
	struct str envelopes[WIRE_BODIES]; /* the one member that holds all others; absent: none */
	enum wire_token token;
	enum wire_paging paging;
};

/* That of api/openapi.yaml. */
extern const struct wire_profile wire_profile_default;

const char *wire_profile_method(const struct wire_profile *profile, enum wire_call call);

/*
 * The path of a call, its {argument} filled in (percent-encoded); argument is absent when the path
 * has none. Fault: -ENOMEM.
 */
MUST_CHECK int wire_path(const struct wire_profile *profile, enum wire_call call,
			 struct str argument, struct arena *arena, struct str *ret_path);

enum wire_route_outcome {
	WIRE_ROUTE_NOT_FOUND = 1,
	WIRE_ROUTE_METHOD, /* the path exists, with the methods of ret_match->allow */
};

struct wire_match {
	enum wire_call call;
	struct str
		argument; /* the segment as sent, borrowed from path; absent without {argument} */
	char allow[64];	  /* for the Allow header when WIRE_ROUTE_METHOD: "GET, PUT" */
};

/*
 * Which call is this? path without the query. HEAD is not GET here. A fixed path wins over one with
 * an {argument}. Outcomes: enum wire_route_outcome; *ret_match is set for WIRE_ROUTE_METHOD too.
 */
MUST_CHECK int wire_route(const struct wire_profile *profile, struct str method, struct str path,
			  struct wire_match *ret_match);
