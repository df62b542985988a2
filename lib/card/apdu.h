/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command APDUs (ISO/IEC 7816-4 §5): short and extended forms, the card's "more bytes wait" (61xx)
 * and "ask again with this length" (6Cxx), and reading a file in pieces.
 *
 * The data of a command may be a PIN: nothing here keeps it, and the trace never gets it.
 */
#pragma once

#include <stddef.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/card/transport.h"

enum {
	APDU_DATA_BYTES_MAX = 4096, /* the longest we send: a CV certificate */
	APDU_COMMAND_BYTES_MAX = APDU_DATA_BYTES_MAX + 9, /* 4 header, 3 Lc, 2 Le */
	APDU_EXPECTED_MAX = 65536,
	APDU_SHORT_MAX = 256,
	APDU_FILE_BYTES_MAX = 4096, /* no file of ours is longer */
};

enum apdu_outcome {
	APDU_CARD_GONE = CARD_GONE,
	APDU_CARD_RESET = CARD_RESET,
	APDU_CARD_TIMEOUT = CARD_TIMEOUT,
	APDU_MALFORMED = 8, /* not an answer: too short, more than asked for, asks without end */
};

/* Status words (SW1 SW2) that more than one room asks for. */
enum {
	SW_DONE = 0x9000,
	SW_SECURITY_NOT_SATISFIED = 0x6982,
	SW_BLOCKED = 0x6984, /* "reference data not usable": this card's blocked PIN */
	SW_FILE_NOT_FOUND = 0x6A82,
};

struct apdu {
	unsigned char cla, ins, p1, p2;
	struct str data; /* ≤ APDU_DATA_BYTES_MAX; borrowed during the call */
	size_t expected; /* Le: 0 none, else 1..APDU_EXPECTED_MAX bytes at most */
};

struct apdu_reply {
	unsigned sw;	 /* 0x9000 and so on */
	struct str data; /* in the arena given to apdu_exchange */
};

/* What a trace may see of one exchange; there is no room for data in it. */
struct apdu_note {
	unsigned char cla, ins, p1, p2;
	size_t sent;	 /* bytes of command data */
	size_t received; /* bytes of answer data */
	unsigned sw;	 /* 0 when the card did not answer */
};

/* The way to one card: the caller's struct, zeroed but for transport. */
struct apdu_channel {
	struct card_transport transport;
	void (*trace)(void *ctx, const struct apdu_note *note); /* may be NULL */
	void *trace_ctx;
	size_t exchanges; /* APDUs so far, 61xx and 6Cxx rounds included */
};

/*
 * The bytes of a command; extended form only when data or expected do not fit the short one.
 * Faults: -EMSGSIZE (data or expected too long, bytes_max too small).
 */
MUST_CHECK int apdu_encode(const struct apdu *apdu, unsigned char *bytes, size_t bytes_max,
			   size_t *ret_len);

/*
 * One command to the card and all of its answer; a status word that is not 9000 is an answer too.
 * Outcomes: enum apdu_outcome. Faults: those of the transport, -EMSGSIZE, -ENOMEM.
 */
MUST_CHECK int apdu_exchange(struct apdu_channel *channel, struct arena *arena,
			     const struct apdu *apdu, struct apdu_reply *ret_reply);

/*
 * READ BINARY by short file id (1..30), which also selects the file: up to 256 bytes from its
 * beginning, fewer when it is shorter. *ret_reply as from apdu_exchange.
 */
MUST_CHECK int apdu_read_begin(struct apdu_channel *channel, struct arena *arena, unsigned sfi,
			       size_t bytes, struct apdu_reply *ret_reply);

/*
 * The bytes from..to of the file selected by apdu_read_begin, in pieces of 256 (contactless readers
 * do not all pass the extended form on), the last one exact. to ≤ APDU_FILE_BYTES_MAX. Writes
 * to − from bytes. Outcomes: enum apdu_outcome; APDU_MALFORMED also when the file ends before.
 */
MUST_CHECK int apdu_read_rest(struct apdu_channel *channel, struct arena *arena, size_t from,
			      size_t to, unsigned char *bytes);
