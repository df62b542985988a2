/* SPDX-License-Identifier: Apache-2.0 */
/* What the login machine should do, written down a second time and without its code. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum deed {
	LOGIN_OK,
	LOGIN_BAD,
	MFA_OK,
	MFA_BAD,
	MFA_REPLAY,
	REFRESH,
	DATA,
	LOGOUT,
	ENROL,
	WAIT_31_MINUTES,
	WAIT_13_HOURS,
	RESTART,
	DEEDS,
};

const char *deed_name(enum deed deed);

/* A client that keeps the newest of everything, and what the service knows of it. */
struct model {
	int64_t now_ms;
	bool enrolled;
	int64_t last_step; /* spent at the authenticator */
	int64_t challenge_until_ms;
	bool has_challenge;
	bool has_session;
	int64_t token_until_ms, idle_until_ms, ends_ms;
};

/* The HTTP status that the deed is answered; waiting and restarting: 0. Moves the model on. */
int model_do(struct model *model, enum deed deed);

/* "ACST": an authenticator with a fresh code, a challenge, a session, a token; '-' where not. */
void model_print(const struct model *model, char text[5]);
