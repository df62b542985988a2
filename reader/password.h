/* SPDX-License-Identifier: Apache-2.0 */
/* パスワードの変更: the W account's own, before anything else when the operator made it. */
#pragma once

#include "lib/base/secret.h"
#include "lib/client/client.h"

/* Where the passwords come from. */
struct password_desk {
	/* One line, asked for by its name in Japanese; 0 or a problem, as client_refuse takes. */
	int (*ask)(void *ctx, const char *what, struct secret *ret_secret);
	void *ctx;
	bool twice; /* somebody types: the new one is asked for again */
};

/*
 * Asks for the old and the new password and changes it; the client's session goes on, the
 * account's others end. Problems: any, which client_trouble tells: PROBLEM_USAGE (nothing came, or
 * the new one was typed in two ways: then *ret_differ). Faults: -EBADMSG, -ENOMEM.
 */
MUST_CHECK int password_change(struct client *client, const struct password_desk *desk,
			       bool *ret_differ);
