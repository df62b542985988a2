/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 公的個人認証 (JPKI) application of a My Number card: the 利用者証明用 certificate, its PIN
 * and its key. The card is known by application id and token label, never by its ATR.
 *
 * Between jpki_open and jpki_sign the caller holds one PC/SC transaction: another program's SELECT
 * forgets the PIN. Sources: facts on record in docs, OpenSC card-jpki.c, ISO/IEC 7816-4.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/secret.h"
#include "lib/base/str.h"
#include "lib/card/apdu.h"

enum {
	JPKI_DIGEST_BYTES = 32,
	JPKI_SIGNATURE_BYTES_MAX = 512, /* 256 with today's RSA-2048 keys */
	JPKI_PIN_DIGITS = 4,
	JPKI_TRIES = 3,
};

/* The lower rooms' outcomes keep their numbers, so that they can be forwarded unchanged. */
enum jpki_outcome {
	JPKI_CARD_GONE = CARD_GONE,
	JPKI_CARD_RESET = CARD_RESET,
	JPKI_CARD_TIMEOUT = CARD_TIMEOUT,
	JPKI_MALFORMED = APDU_MALFORMED, /* the card answers what no such card answers */
	JPKI_NOT_THIS_CARD = 16,	 /* another card, or an old 住基 card */
	JPKI_PIN_FORM,			 /* not four digits; the card was not asked */
	JPKI_PIN_WRONG,
	JPKI_PIN_BLOCKED,
	JPKI_PIN_LAST_TRY, /* one try is left and the caller did not allow to spend it */
	JPKI_PIN_NEEDED,   /* the key refuses: no PIN and no organisation proof before */
};

enum jpki_kind {
	JPKI_KIND_CARD,	   /* a My Number card */
	JPKI_KIND_ANDROID, /* the same applet in a telephone */
	JPKI_KIND_IPHONE,
};

/*
 * Select the application and look at its token label. Outcomes: JPKI_NOT_THIS_CARD, JPKI_MALFORMED,
 * the card's.
 */
MUST_CHECK int jpki_open(struct apdu_channel *channel, struct arena *arena,
			 enum jpki_kind *ret_kind);

/*
 * The 利用者証明用 certificate in DER, without the file's filler; needs no PIN. It proves nothing
 * by itself. Outcomes: JPKI_MALFORMED, the card's.
 */
MUST_CHECK int jpki_certificate(struct apdu_channel *channel, struct arena *arena,
				struct str *ret_der);

/* The tries left for the PIN, 0 = blocked; asking costs none. Outcomes: JPKI_MALFORMED, the card's.
 */
MUST_CHECK int jpki_tries(struct apdu_channel *channel, struct arena *arena, unsigned *ret_tries);

/*
 * Show the PIN to the card, once; never asked again by itself. The last try is spent only when
 * last_try_allowed. *ret_tries is written only with JPKI_PIN_WRONG and JPKI_PIN_LAST_TRY.
 * Outcomes: JPKI_PIN_*, JPKI_MALFORMED, the card's.
 */
MUST_CHECK int jpki_verify_pin(struct apdu_channel *channel, struct arena *arena,
			       const struct secret *pin, bool last_try_allowed,
			       unsigned *ret_tries);

/*
 * The card signs DigestInfo(SHA-256, digest) by PKCS#1 v1.5 (RFC 8017 §9.2). The key must have been
 * opened by jpki_verify_pin or org_auth_open. Outcomes: JPKI_PIN_NEEDED, JPKI_MALFORMED, the
 * card's.
 */
MUST_CHECK int jpki_sign(struct apdu_channel *channel, struct arena *arena,
			 const unsigned char digest[JPKI_DIGEST_BYTES], struct str *ret_signature);
