/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may speak with a page on loopback. Any page of the user's browser and any user of the PC can
 * reach the port; what tells ours apart is decided here, on the request's head alone, before a body
 * is read and before anything is routed:
 *
 *	the peer's uid          local_peer.h, before a byte is read
 *	Host                    exactly 127.0.0.1:PORT: no other name leads here (DNS rebinding)
 *	Origin, Sec-Fetch-Site  ours, or absent where a browser leaves them out
 *	the cookie              HttpOnly, SameSite=Strict; given once, for a ticket out of a file
 *that only this user can read. Never in a URL, an argument or a log.
 *
 * The cookie's name holds the port, since cookies do not know ports.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/secret.h"
#include "lib/web/web.h"

enum {
	LOCAL_TICKET_CHARS = 43,
	LOCAL_NAME_BYTES = 40,
	LOCAL_OPEN_BODY_MAX = 256,
};

struct local_guard {
	char host[LOCAL_NAME_BYTES];   /* 127.0.0.1:PORT */
	char origin[LOCAL_NAME_BYTES]; /* http://127.0.0.1:PORT */
	char cookie[LOCAL_NAME_BYTES]; /* its name */
	struct secret key;	       /* its value */
	struct secret ticket;	       /* what POST /open is to bring; len 0: nothing will do */
};

enum local_verdict {
	LOCAL_PASS = 1,
	LOCAL_OPEN,    /* POST /open: the body decides, see local_guard_open */
	LOCAL_STRANGE, /* Host, Origin or Sec-Fetch-Site of somewhere else */
	LOCAL_UNKNOWN, /* ours by all signs, but without the cookie */
	LOCAL_METHOD,  /* neither GET nor POST */
};

/* Draws key and ticket. */
void local_guard_init(struct local_guard *guard, uint16_t port);
void local_guard_clear(struct local_guard *guard); /* accepts a zeroed guard */

/* Of a request's head; its body need not be there. */
enum local_verdict local_guard_judge(const struct local_guard *guard,
				     const struct web_request *request);

/*
 * The body of POST /open, "ticket=…". True: the ticket was right; it is spent, and a new one is
 * drawn for the next window.
 */
bool local_guard_open(struct local_guard *guard, struct str body);

/* "name=value; Path=/; HttpOnly; SameSite=Strict" in the arena. Fault: -ENOMEM. */
MUST_CHECK int local_guard_cookie(const struct local_guard *guard, struct arena *arena,
				  struct str *ret_header);
