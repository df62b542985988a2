/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ticket: something the service told a client and will believe again, without having written it
 * down. base64url(key number 2 bytes ‖ fields ‖ MAC 32 bytes). The label keeps purposes apart.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/keys/keys.h"

enum { TICKET_BYTES_MAX = 720 };

/* The fields, packed one after the other; errors are sticky and come out at the end. */
struct ticket {
	unsigned char bytes[TICKET_BYTES_MAX];
	size_t len;
	size_t taken;
	bool failed; /* too long, or read beyond its end */
};

/* 8 bytes big-endian; fixed bytes as they are; text behind its length. */
void ticket_put_number(struct ticket *ticket, int64_t number);
void ticket_put_bytes(struct ticket *ticket, const void *bytes, size_t count);
void ticket_put_text(struct ticket *ticket, struct str text);

/* Borrowed from the ticket; zero and absent once the ticket has failed. */
int64_t ticket_take_number(struct ticket *ticket);
struct str ticket_take_bytes(struct ticket *ticket, size_t count);
struct str ticket_take_text(struct ticket *ticket);

/* All was taken and nothing failed? */
bool ticket_is_spent(const struct ticket *ticket);

enum ticket_outcome {
	TICKET_FORGED = 1, /* no ticket of ours, or of another purpose, or its key is gone */
};

/* The text for the client, in the arena. Fault also: -EMSGSIZE (the fields did not fit). */
MUST_CHECK int ticket_write(const struct keys *keys, enum keys_token_label label,
			    const struct ticket *ticket, struct arena *arena, struct str *ret_text);
/* Outcome: TICKET_FORGED. */
MUST_CHECK int ticket_read(const struct keys *keys, enum keys_token_label label, struct str text,
			   struct arena *arena, struct ticket *ret_ticket);
