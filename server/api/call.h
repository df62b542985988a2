/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request on its way. A call's file has up to two functions: run, on its lane, with a read
 * connection, writes nothing; commit, inside the writer's transaction, after which the reply
 * leaves. Both answer 0, a fault, or the problem (enum wire_problem) to reply with. What commit has
 * written before it answers a problem is kept.
 */
#pragma once

#include "lib/web/web.h"
#include "lib/wire/problem.h"
#include "lib/wire/profile.h"
#include "lib/wire/wire.h"
#include "server/api/service.h"
#include "server/api/wait.h"
#include "server/auth/dpop.h"

enum {
	CALL_TRACE_BYTES = 512,
};

/* What a call's commit knows for its audit row (trail.h); absent and 0: nothing. */
struct audit_entry {
	int64_t facility_no, account_no, device_no; /* of a caller without a token */
	struct str staff;
	struct str items; /* server/audit/audit.h */
};

struct api_call {
	const struct service *service;
	struct web_exchange *exchange;
	const struct web_request
		*request; /* spelt as the contract; as it came: exchange->request */
	const struct api_route *route;
	enum wire_call name;
	struct str argument;  /* of the path */
	struct arena arena;   /* what the call reads and makes; the reply lies in the exchange's */
	struct caller caller; /* zeroed for calls without a token */
	struct str token;
	unsigned char token_digest[TOKEN_DIGEST_BYTES];
	bool on_loop;		  /* it runs on the event loop, and must be brief */
	bool admitted;		  /* its lane has begun it */
	bool is_proven;		  /* its proof is spent; asked where the facility asks for it */
	bool session_changed;	  /* commit ended or changed the caller's session, or may have */
	int64_t closed_device_no; /* commit closed this device; 0: none */
	struct dpop_proof proof;
	int refused; /* the problem that run answered; commit only writes its row then */
	struct audit_entry audit;
	bool has_row;	     /* of the audit trail */
	struct taken *taken; /* trail.c's */
	int64_t now_ms;	     /* one moment for the whole call */
	int64_t begun_ms;
	struct wire_input input;
	struct str held_reference; /* for reference_conflict */
	int retry_after_s;	   /* what the problem says about it; 0: its usual */
	struct wait parked;
	void *work; /* the call's own, from run to commit; in the arena */
	char trace[CALL_TRACE_BYTES];
	struct release_wait wait; /* a login's reply, until it may leave */
};

/* As the wire calls it; tokens are made for these kinds only. */
enum wire_account wire_account_of(enum account_kind kind);

/* What run may answer besides a problem. */
enum call_outcome {
	CALL_REPLIED = 0x10000, /* the reply stands, and there is nothing to commit */
	CALL_PARK,		/* call->parked says for how long: run comes again */
	CALL_PROVE,		/* dispatch's own: call->proof is to be spent first */
	CALL_MOVE,		/* too long for the event loop: run comes again on a lane */
};

typedef int api_step(struct api_call *call, struct db *db);

struct api_route {
	api_step *run;	  /* may be NULL */
	api_step *commit; /* may be NULL */
	bool is_held;	  /* its reply waits (release.h): its time would tell about accounts */
};

extern const struct api_route api_routes[WIRE_CALLS];

/* --- for the calls' files --- */

/* Where reply bodies are written. */
static inline struct arena *reply_arena(struct api_call *call)
{
	return &call->exchange->arena;
}

/* 200 with a JSON body that lies in reply_arena, spelt by the profile. Fault: -ENOMEM. */
MUST_CHECK int reply_json(struct api_call *call, struct str body);

/* 304 or 200 carry this tag. Fault: -ENOMEM. */
MUST_CHECK int reply_tag(struct api_call *call, struct str etag);

/* 304. Answers CALL_REPLIED, or a fault. */
MUST_CHECK int reply_not_modified(struct api_call *call, struct str etag);

/* 204. Answers 0. */
int reply_empty(struct api_call *call);

enum proof_cover {
	PROOF_OF_REQUEST,	 /* method and path */
	PROOF_OF_TOKEN,		 /* those and the access token */
	PROOF_OF_TOKEN_AND_BODY, /* those, the access token and the body */
};

/* The request's DPoP proof. Problem: PROBLEM_DEVICE_PROOF_REFUSED. */
MUST_CHECK int request_proof(struct api_call *call, enum proof_cover cover,
			     struct dpop_proof *ret_proof);

/* The same for calls that may go without: NULL when there is no DPoP header; a wrong one is refused
 * in any case. In the call's arena; covers method and path. */
MUST_CHECK int request_proof_optional(struct api_call *call, const struct dpop_proof **ret_proof);

/* Whole seconds, rounded up: for call->retry_after_s. */
int retry_after_s(int64_t wait_ms);

/* The request's Idempotency-Key. Problem: PROBLEM_IDEMPOTENCY_MISSING (also: malformed). */
MUST_CHECK int request_idempotency_key(struct api_call *call, struct str *ret_key);

/* Is the caller's device still registered? Problem: PROBLEM_DEVICE_UNKNOWN. */
MUST_CHECK int caller_device_check(struct api_call *call, struct db *db);

/* --- for service.c: dispatch.c --- */

/* A parked call goes on; on any thread. False: its lane is full, and nothing was done. */
bool call_resume(struct api_call *call);

/* --- for dispatch.c: problem.c --- */

/* Write the problem's reply. A fault of writing it becomes a bare 500. */
void problem_reply(struct api_call *call, enum wire_problem problem);

/* Log the fault with the call's trace, once, and write its reply. */
void fault_reply(struct api_call *call, int fault);

/* What a fault is told as. */
enum wire_problem problem_of_fault(int fault);

/* What the adapter refused with this HTTP status. */
enum wire_problem problem_of_status(int status);
