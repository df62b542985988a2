/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A letter as RFC 5322 wants it: UTF-8 text in base64, the subject in encoded words (RFC 2047),
 * the date in JST, and a word that nobody's answering machine should reply to (RFC 3834).
 */
#pragma once

#include <stdint.h>

#include "lib/base/arena.h"

struct message {
	struct str id;	    /* of the letter: the same at each try, so that a copy can be known */
	struct str from;    /* mail_address_valid */
	struct str to;	    /* mail_address_valid */
	struct str subject; /* UTF-8 without controls */
	struct str text;    /* UTF-8; lines end in '\n' */
	int64_t at_ms;
};

/* The whole message, lines ended by CRLF, in the arena. */
MUST_CHECK int message_write(struct arena *arena, const struct message *message,
			     struct str *ret_text);
