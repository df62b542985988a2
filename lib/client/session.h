/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a login leaves behind: first a challenge that waits for the passcode, then token and handle.
 *
 * In a file it is lines of name=value, 0600, replaced as a whole by a rename; the password is never
 * in it.
 */
#pragma once

#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/base/secret.h"
#include "lib/base/str.h"
#include "lib/wire/wire.h"

enum {
	SESSION_TOKEN_BYTES = 4096,
	SESSION_NAME_BYTES = 512,    /* a facility's name */
	SESSION_LOGIN_BYTES = 257,   /* a login id, 64 characters */
	SESSION_SERVICE_BYTES = 256, /* https://host:port */
	SESSION_KEY_BYTES = 33,
	SESSION_NOTICE_BYTES = 4096,
};

enum session_state {
	SESSION_NONE,
	SESSION_PASSCODE, /* challenge stands */
	SESSION_OPEN,	  /* token and handle stand; the token may have expired */
};

/* All texts are C strings, "" when not there. Times by the local clock. */
struct session {
	enum session_state state;
	char service[SESSION_SERVICE_BYTES]; /* whose session it is */
	char login_id[SESSION_LOGIN_BYTES];
	char challenge[SESSION_TOKEN_BYTES];
	enum wire_passcode passcode; /* what the challenge waits for */
	char access_token[SESSION_TOKEN_BYTES];
	char refresh_handle[SESSION_TOKEN_BYTES];
	char refresh_key[SESSION_KEY_BYTES]; /* of a renewal whose answer is not here yet */
	char facility_name[SESSION_NAME_BYTES];
	char device_id[SESSION_KEY_BYTES]; /* whose it is; "" while it is no registered device's */
	char proves[2];			   /* "1": the facility asks for a proof of each call */
	char notice[SESSION_NOTICE_BYTES]; /* from the operator; not in the file */
	enum wire_account account;
	int64_t token_begins_ms;
	int64_t token_ends_ms;
	int64_t session_ends_ms;
	struct secret password; /* len 0: not kept */
};

/* Wipes all; the state is SESSION_NONE. */
void session_clear(struct session *session);

/*
 * The reply of mfa, refresh or reader login, received at now_ms: the session is open. login_id and
 * password stay as they are. Fault: -EMSGSIZE, then the session is as before.
 */
MUST_CHECK int session_open(struct session *session, const struct wire_tokens *tokens,
			    int64_t now_ms);

/* Less than a fifth of the token's life is left, or nothing. */
bool session_token_is_old(const struct session *session, int64_t now_ms);
bool session_token_is_over(const struct session *session, int64_t now_ms);

enum session_outcome {
	SESSION_ABSENT = 1, /* no such file */
	SESSION_EXPOSED,    /* not a plain file of this user's, or readable by others */
	SESSION_DAMAGED,
	SESSION_UNWRITABLE,
};

/* Outcome: SESSION_UNWRITABLE. path ends with a NUL. */
MUST_CHECK int session_save(const struct session *session, const char *path);

/* Outcomes: SESSION_ABSENT, SESSION_EXPOSED, SESSION_DAMAGED; then *ret_session is untouched. */
MUST_CHECK int session_load(const char *path, struct session *ret_session);
