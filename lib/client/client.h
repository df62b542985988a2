/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's calls as functions: log in, renew, retry, page. libshikaku is a thin shell over it,
 * shikaku-reader stands on it directly.
 *
 * Every call answers 0, a fault, or a problem (enum wire_problem, > 0): the service's own, or a
 * local one (network, TLS, cancelled …). client_trouble then tells all about it. Calls that are
 * safe to repeat are repeated by themselves, bounded (retry.h); a refused password never is.
 *
 * One thread at a time; client_cancel alone from any thread.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "lib/base/arena.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/client/session.h"
#include "lib/client/transport.h"
#include "lib/crypto/crypto.h"
#include "lib/wire/profile.h"
#include "lib/wire/wire.h"

struct client;

struct client_options {
	struct transport transport; /* what ctx points to outlives the client */
	const struct clock *clock;
	const struct wire_profile *profile;
	void (*random)(void *bytes, size_t count); /* random_bytes */
	/* Pause between two tries; ends early when *cancelled is not 0. client_wait_system. */
	void (*wait)(void *ctx, int64_t ms, const atomic_int *cancelled);
	void *wait_ctx;
};

/* The options' wait by the system's clock; ctx is not used. */
void client_wait_system(void *ctx, int64_t ms, const atomic_int *cancelled);

/* Fault: -ENOMEM. */
MUST_CHECK int client_create(struct client **ret_client, const struct client_options *options);

/* Wipes what is secret; nothing is sent. Accepts NULL. */
void client_destroy(struct client *client);
DEFINE_AUTO_POINTER(struct client, client_destroy)

/* "https://host[:port]". Fault: -EINVAL, also while a session of another service is there. */
MUST_CHECK int client_service_set(struct client *client, struct str service);
/* "" when none is set. Until the next client_service_set. */
const char *client_service(const struct client *client);

/*
 * Speak by the wire profile of this file (lib/wire/profile_file.h) from now on. Problem:
 * PROBLEM_FILE_UNUSABLE, the complaint naming the place in it; all stays as it was then. Faults:
 * -EINVAL while there is a session, -ENOMEM.
 */
MUST_CHECK int client_profile_read(struct client *client, const char *path);
/* Which program speaks; required before the logins and activate. Fault: -EINVAL (a length). */
MUST_CHECK int client_program_set(struct client *client, const struct wire_client *program);
/*
 * The device's key for DPoP proofs (RFC 9449); borrowed until the client's end, or until another is
 * set. NULL: none. With one, logins and renewals are proven, and calls where the service asks.
 */
void client_device_set(struct client *client, const struct signing_key *key);

/*
 * By how much the service's clock is ahead of options.clock, by its last answer: to the second, and
 * less the answer's way. False: no answer has told it.
 */
bool client_clock(const struct client *client, int64_t *ret_ahead_ms);
/* Keep the password for renewals by itself? True when never set. */
void client_keep_password_set(struct client *client, bool keep);

/* Stop the call that is running: it answers PROBLEM_CANCELLED. Any thread. */
void client_cancel(struct client *client);

/* What went wrong in the last call that answered a problem. Texts end with a NUL; until the next
 * call. */
struct client_trouble {
	enum wire_problem problem; /* PROBLEM_NONE: nothing */
	struct str code;	   /* "reference_conflict" */
	struct str text;	   /* Japanese, for the desk */
	struct str action;	   /* what the desk does next */
	struct str vendor;	   /* what the vendor checks */
	struct str request_id;	   /* absent: the service did not answer */
	struct str held_reference; /* reference_conflict; absent: none is held */
	struct wire_complaints complaints;
	int64_t retry_after_s; /* 0: not said */
	int exit;	       /* of the commands */
};
const struct client_trouble *client_trouble(const struct client *client);

/* A local problem of the caller's own (a file, an argument), told in the same words; answers it. */
MUST_CHECK int client_refuse(struct client *client, enum wire_problem problem);

/* An answer's memory: what a decoded message points into. */
struct client_answer {
	struct arena arena;
	struct wire_input input;
};
void client_answer_init(struct client_answer *answer);
void client_answer_clear(struct client_answer *answer); /* wipes; accepts a zeroed answer */

/* --- The session --- */

/* Borrowed until the client's end; changes with every call. */
const struct session *client_session(const struct client *client);

/* Problem: PROBLEM_FILE_UNUSABLE. path ends with a NUL. */
MUST_CHECK int client_session_save(struct client *client, const char *path);
/* Problems: PROBLEM_FILE_UNUSABLE, PROBLEM_SESSION_ABSENT (a session of another service). */
MUST_CHECK int client_session_load(struct client *client, const char *path);

/* Receipt link: password step, then passcode step (seed table 1.4.2 no. 1, 2). */
MUST_CHECK int client_login(struct client *client, struct str facility_code, struct str login_id,
			    struct str password);
MUST_CHECK int client_mfa(struct client *client, struct str passcode);
/* Absent login_id or password: those of the session (seed table 1.4.2 no. 3). */
MUST_CHECK int client_refresh(struct client *client, struct str login_id, struct str password);
/* The session goes on, the account's others end; the new password is the one kept in memory. */
MUST_CHECK int client_password_change(struct client *client, struct str old_password,
				      struct str new_password);
/* The session is forgotten here in any case. */
MUST_CHECK int client_logout(struct client *client);

/* --- The receipt link --- */

MUST_CHECK int client_count(struct client *client, const struct wire_search *search,
			    struct wire_count *ret_count);
/* What was counted last, and its tag. Zeroed at first, and for another search. */
enum { CLIENT_TAG_BYTES = 130 };
struct client_counted {
	struct wire_count count; /* when it is known */
	bool is_known;
	char tag[CLIENT_TAG_BYTES]; /* "": none */
};
/*
 * As client_count, but the service says only whether it is still so where counted has a tag, and
 * after at most wait_s (0: at once), cut into calls that the service allows: a reload there, or a
 * connection cut on the way, does not end the wait. *ret_changed: counted is new.
 */
MUST_CHECK int client_count_again(struct client *client, const struct wire_search *search,
				  int64_t wait_s, struct client_counted *counted,
				  bool *ret_changed);
/*
 * One page; answer was initialised and is used anew. On a 2nd page search->cursor is the
 * next_cursor of the one before (copy it out of that answer first).
 */
MUST_CHECK int client_page(struct client *client, const struct wire_search *search,
			   struct client_answer *answer, struct wire_page *ret_page);
/*
 * The same, waiting at most wait_s for the first result behind search->cursor, as above. A profile
 * may know no waiting: then an empty page comes at once, without a new_cursor.
 */
MUST_CHECK int client_page_new(struct client *client, const struct wire_search *search,
			       int64_t wait_s, struct client_answer *answer,
			       struct wire_page *ret_page);
/* Nothing for so long. Problem: PROBLEM_CANCELLED. */
MUST_CHECK int client_pause(struct client *client, int64_t ms);
MUST_CHECK int client_reference(struct client *client, struct str result_id,
				const struct wire_reference *reference, int64_t *ret_version);

/* What the operator tells everybody; borrowed from answer; needs no session. */
MUST_CHECK int client_status(struct client *client, struct client_answer *answer,
			     struct wire_status *ret_status);

/* The service's public keys as it sent them (a JWKS), for verify.h; needs no session. */
MUST_CHECK int client_jwks(struct client *client, struct client_answer *answer,
			   struct str *ret_jwks);

/* Many 照会番号 in one call. items is borrowed, with their texts. */
struct client_references {
	const struct wire_reference_item *items;
	size_t count;		     /* 1..WIRE_REFERENCES_MAX */
	char key[SESSION_KEY_BYTES]; /* "" at first; then kept, so that a repeat is one */
};
/* The outcomes, as many as items, lie in the answer. */
MUST_CHECK int client_references(struct client *client, struct client_references *batch,
				 struct client_answer *answer,
				 struct wire_reference_outcome **ret_outcomes);

/* A page of the facility's access history; only period, limit and cursor of search count. */
MUST_CHECK int client_accesses(struct client *client, const struct wire_search *search,
			       struct client_answer *answer, struct wire_accesses *ret_accesses);

/* --- The devices of the session's account --- */

/* This one, by the key of client_device_set. Problem also: PROBLEM_DEVICE_NOT_ACTIVATED (no key).
 */
MUST_CHECK int client_device_register(struct client *client, const struct wire_device_claim *claim);
MUST_CHECK int client_device_list(struct client *client, struct client_answer *answer,
				  struct wire_device_entry **ret_entries,
				  size_t *ret_entries_count);
/* Closing the session's own device ends the session. */
MUST_CHECK int client_device_close(struct client *client, struct str device_id);

/* --- The reader; all but staff need client_device_set --- */

/* activation->client is filled in by client_program_set's. */
MUST_CHECK int client_activate(struct client *client, const struct wire_activation *activation,
			       struct client_answer *answer, struct wire_device *ret_device);
MUST_CHECK int client_reader_login(struct client *client, struct str login_id, struct str password);
MUST_CHECK int client_nonce(struct client *client, const struct wire_nonce_request *request,
			    struct client_answer *answer, struct wire_nonce *ret_nonce);
MUST_CHECK int client_check(struct client *client, const struct wire_check *check,
			    struct client_answer *answer,
			    struct wire_confirmation *ret_confirmation);
/* As client_page, of this facility's confirmations; only period, limit and cursor of search count.
 */
MUST_CHECK int client_history(struct client *client, const struct wire_search *search,
			      struct client_answer *answer, struct wire_page *ret_page);
MUST_CHECK int client_staff(struct client *client, struct client_answer *answer,
			    struct wire_staff **ret_staff, size_t *ret_staff_count);
