/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers of this computer, through PC/SC. One struct pcsc belongs to one thread; only
 * pcsc_cancel may be called from another.
 *
 * The service may be stopped and started again at any time: its death is an outcome, and the next
 * call connects to it anew.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/card/transport.h"

enum {
	PCSC_READERS_MAX = 16,
	PCSC_READER_BYTES = 128, /* a reader's name and a NUL */
};

enum pcsc_outcome {
	PCSC_CARD_GONE = CARD_GONE,
	PCSC_CARD_RESET = CARD_RESET,
	PCSC_TIMEOUT = CARD_TIMEOUT,
	PCSC_NO_SERVICE = 64,	/* pcscd does not run, or not for us */
	PCSC_NO_READER,		/* none there, or none of that name */
	PCSC_BUSY,		/* another program holds the card or the service */
	PCSC_CARD_UNRESPONSIVE, /* something lies there, but it does not speak: turn it over */
	PCSC_CANCELLED,
};

struct pcsc;

struct pcsc_readers {
	size_t count;
	char names[PCSC_READERS_MAX][PCSC_READER_BYTES];
};

/* Nothing is connected yet. Fault: -ENOMEM. */
MUST_CHECK int pcsc_create(struct pcsc **ret_pcsc);

/* Disconnects (the card is reset), frees. Accepts NULL. */
void pcsc_destroy(struct pcsc *pcsc);
DEFINE_AUTO_POINTER(struct pcsc, pcsc_destroy)

/* Outcomes: PCSC_NO_SERVICE, PCSC_NO_READER. Faults: -EIO. */
MUST_CHECK int pcsc_list(struct pcsc *pcsc, struct pcsc_readers *ret_readers);

/*
 * Wait until a card lies on the reader of this name, or on any reader when the name is empty, by
 * events and not by asking the card. A service or reader that is missing is waited for as well.
 * timeout_ms ≥ 0. Outcomes: PCSC_TIMEOUT, PCSC_CANCELLED, and when that was the state at the end
 * of the time PCSC_NO_SERVICE, PCSC_NO_READER, PCSC_CARD_UNRESPONSIVE. Faults: -EIO.
 */
MUST_CHECK int pcsc_wait(struct pcsc *pcsc, struct str reader, int64_t timeout_ms,
			 char ret_reader[PCSC_READER_BYTES]);

/* End a pcsc_wait of another thread, now or the next one. */
void pcsc_cancel(struct pcsc *pcsc);

/*
 * Connect to the card on the reader (T=0 or T=1) and begin a transaction, waiting at most
 * timeout_ms for other programs to end theirs. Nothing may be connected yet. Outcomes:
 * PCSC_CARD_GONE, PCSC_BUSY (the time is over), PCSC_CARD_UNRESPONSIVE, PCSC_NO_READER,
 * PCSC_NO_SERVICE. Faults: -EIO, -ENOMEM, -EAGAIN (no thread), -ENAMETOOLONG.
 */
MUST_CHECK int pcsc_begin(struct pcsc *pcsc, const char *reader, int64_t timeout_ms);

/*
 * End the transaction and disconnect with a reset, so that nobody inherits the PIN. Cannot fail:
 * a card that is gone has lost it already. Does nothing when nothing is connected.
 */
void pcsc_end(struct pcsc *pcsc);

/*
 * The way to the card between pcsc_begin and pcsc_end; valid as long as pcsc. After CARD_RESET and
 * CARD_GONE call pcsc_end and begin again from the start.
 */
struct card_transport pcsc_transport(struct pcsc *pcsc);

/*
 * What a PC/SC return code (its low 32 bits) means: 0, an outcome, or the fault -EIO or -EMSGSIZE.
 * For pcsc.c and its test.
 */
MUST_CHECK int pcsc_result_of(uint32_t code);
