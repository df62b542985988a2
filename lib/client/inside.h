/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share; nobody outside includes it. */
#pragma once

#include "lib/client/client.h"

enum {
	PROGRAM_TEXT_BYTES = 257, /* 64 characters and a NUL */
	TROUBLE_BYTES_MAX = 65536,
	REPLY_BYTES_MAX = 65536,
	PAGE_BYTES_MAX = 16 * 1024 * 1024,
	ANSWER_BYTES_MAX = 64 * 1024 * 1024,
	PROFILE_BYTES_MAX = 1024 * 1024,
};

struct client {
	struct client_options options;
	atomic_int cancelled;
	char service[SESSION_SERVICE_BYTES];
	char vendor[PROGRAM_TEXT_BYTES], product[PROGRAM_TEXT_BYTES], version[PROGRAM_TEXT_BYTES];
	const struct signing_key *device; /* borrowed; NULL: none */
	int64_t skew_ms;		  /* the service's clock against ours, for proofs */
	int64_t ahead_ms;		  /* the same by the last answer … */
	bool has_ahead;			  /* … that said what time it is */
	bool password_is_dropped;
	struct session session;
	struct wire_profile profile; /* one that was read; its texts lie in profile_arena */
	struct arena profile_arena;
	struct client_trouble trouble;
	struct arena trouble_arena;
};

/* One call, as it goes over the wire. */
struct call {
	enum wire_call call;
	struct str argument; /* of the path; absent: none */
	struct str query;    /* absent: none */
	struct str body;     /* absent: none */
	struct str idempotency_key;
	struct str if_none_match; /* absent: none; 304 is an answer then, with an absent body */
	struct str *ret_etag; /* in the arena, absent: the service sent none; NULL: not wanted */
	int64_t wait_s;	      /* the service may take so much longer */
	size_t reply_bytes_max;
	bool with_token;
	bool with_proof;    /* DPoP, over the body too when it carries a token */
	bool is_repeatable; /* carrying it out twice is as good as once */
};

/* A call begins: the last one's trouble and cancel are over. */
void call_begin(struct client *client);

/*
 * Carry out, again where that is safe. *ret_body is in the arena, "" when the service sent none,
 * absent for 304.
 * Problems: any; the client's trouble tells.
 */
MUST_CHECK int call_perform(struct client *client, const struct call *call, struct arena *arena,
			    struct str *ret_body);

/* As call_perform with the session's token, renewed before or on token_expired when possible. */
MUST_CHECK int call_with_token(struct client *client, const struct call *call, struct arena *arena,
			       struct str *ret_body);

/* Tell a local problem; answers it. */
MUST_CHECK int trouble_local(struct client *client, enum wire_problem problem);
MUST_CHECK int trouble_field(struct client *client, const char *field, enum wire_reason reason);

/* Tell the problem that the service answered; answers it. Fault: -ENOMEM. */
MUST_CHECK int trouble_reply(struct client *client, const struct transport_reply *reply);

/* The renewal itself, without call_begin; the password is the session's. */
MUST_CHECK int session_renew(struct client *client);

/* One request for a page, as the search says. */
MUST_CHECK int page_ask(struct client *client, const struct wire_search *search,
			struct client_answer *answer, struct wire_page *ret_page);

/* The same, in the way of the profile; without call_begin. */
MUST_CHECK int page_any(struct client *client, const struct wire_search *search,
			struct client_answer *answer, struct wire_page *ret_page);

/* The same where the profile knows no pages: parts of the period instead; the cursors are ours. */
MUST_CHECK int page_by_period(struct client *client, const struct wire_search *search,
			      struct client_answer *answer, struct wire_page *ret_page);

/* A fresh key for Idempotency-Key. */
void key_make(const struct client *client, char key[SESSION_KEY_BYTES]);

/* The DPoP proof of a request (RFC 9449 section 4.2); token and body may be absent. */
MUST_CHECK int proof_make(const struct client *client, struct arena *arena, struct str method,
			  struct str url, struct str token, struct str body, struct str *ret_proof);
