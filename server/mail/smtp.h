/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mail's server, behind a table of one function, so that tests can stand in for it.
 *
 * smtp: libcurl, one connection a mail; STARTTLS or TLS, certificates checked; the password is read
 * from its file each time and wiped.
 */
#pragma once

#include "lib/base/arena.h"
#include "server/config.h"

enum mail_send_outcome {
	MAIL_LATER = 1, /* not now, or nobody knows: try again */
	MAIL_NEVER,	/* this mail is refused for good (RFC 5321 section 4.2.1, 55x) */
};

struct mail_transport {
	/*
	 * 0: the server has taken it. Otherwise *ret_cause is a word of ours, a literal, and
	 * *ret_status the server's last answer (0: none).
	 */
	int (*send)(void *ctx, struct arena *arena, struct str to, struct str message,
		    const char **ret_cause, long *ret_status);
	void *ctx;
};

/* ctx: const struct config *, whose mail.server is set. smtp_init comes first, once. */
MUST_CHECK int smtp_init(void);
MUST_CHECK int smtp_send(void *ctx, struct arena *arena, struct str to, struct str message,
			 const char **ret_cause, long *ret_status);
