/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A My Number card's JPKI application in software: commands in, answers out, nothing else. It has
 * the 利用者証明用 half (files 0006, 000A, 000B, PIN 0018, key 0017) as OpenSC and our own driver
 * expect it, and the SIMULATED 特定機関認証.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/fault.h"
#include "lib/base/secret.h"
#include "lib/base/str.h"
#include "lib/card/transport.h"

enum {
	VCARD_TRIES = 3,
	VCARD_PIN_DIGITS = 4,
	VCARD_FILE_BYTES_MAX = 4096,
	VCARD_CHALLENGE_BYTES_MAX = 256,
};

enum vcard_outcome {
	VCARD_PARTS_REFUSED = 1, /* a certificate too long, not an RSA key, not a PIN, … */
};

struct vcard_parts {
	struct str certificate;	 /* DER */
	struct str ca;		 /* DER */
	struct str key;		 /* PEM, RSA-2048 */
	struct str organisation; /* SPKI DER; empty: no organisation is trusted */
	struct str pin;		 /* four digits */
	unsigned tries;		 /* 0..VCARD_TRIES */
	void (*random)(void *ctx, void *bytes, size_t count);
	void *random_ctx;
};

struct vcard;

struct vcard_response {
	size_t len; /* ≥ 2 */
	unsigned char bytes[CARD_RESPONSE_BYTES_MAX];
};

/* Copies what it needs of parts. Outcome: VCARD_PARTS_REFUSED. Fault: -ENOMEM. */
MUST_CHECK int vcard_create(const struct vcard_parts *parts, struct vcard **ret_card);
void vcard_destroy(struct vcard *card);
DEFINE_AUTO_POINTER(struct vcard, vcard_destroy)

/* Power off, power on or reset: the selection, the PIN and the organisation are forgotten. */
void vcard_reset(struct vcard *card);

/* One command, one answer; a command of any bytes is answered. */
void vcard_apdu(struct vcard *card, struct str command, struct vcard_response *response);

/* The tries left; they outlive a reset, and the caller keeps them. */
unsigned vcard_tries(const struct vcard *card);

/* The card as a transport without a reader; ctx is the card. For tests. */
struct card_transport vcard_transport(struct vcard *card);
