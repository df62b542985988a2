/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to a card and back. A real reader (pcsc.c), the in-process virtual card (sim) and a fuzzer
 * plug into the same socket.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/base/str.h"

enum {
	CARD_RESPONSE_BYTES_MAX = 65538,
};

enum card_outcome {
	CARD_GONE = 1, /* pulled, or never there */
	CARD_RESET,    /* another program reset it: select and verify again */
	CARD_TIMEOUT,
};

struct card_transport {
	/*
	 * One command APDU out, one response (data ‖ SW1 SW2) back into response; *ret_len ≥ 2.
	 * Outcomes: enum card_outcome. Faults: -EIO (reader or PC/SC service), -EMSGSIZE.
	 */
	int (*transmit)(void *ctx, struct str command, unsigned char *response,
			size_t response_bytes_max, size_t *ret_len);
	void *ctx;
};
