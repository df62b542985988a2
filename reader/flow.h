/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One confirmation at the desk, from the empty reader to the service's answer (seed table 1.3).
 *
 *   WAIT    a card is put down
 *   ASK     for a 初回登録 the patient's consent; the PIN, or for 目視 the staff's word that face
 * and photograph were compared NONCE   the service's challenge; the card is not connected while the
 * network is asked CARD    SELECT to SIGN in one transaction; the PIN is dead at its end SEND
 * certificate and signature go to the service, its answer comes back DONE    to be shown
 *
 * Card, service and people come as parameters; nothing here knows PC/SC, an APDU or a terminal.
 */
#pragma once

#include <stdint.h>

#include "lib/card/org_auth.h"
#include "lib/card/transport.h"
#include "lib/client/client.h"

enum {
	FLOW_READER_BYTES = 128,  /* a reader's name and a NUL */
	FLOW_BEGIN_MS = 5000,	  /* how long other programs may keep the card from us */
	FLOW_TRIES_NOT_SAID = 99, /* struct flow: the card was not asked or did not tell */
};

enum flow_state {
	FLOW_WAIT,
	FLOW_ASK,
	FLOW_NONCE,
	FLOW_CARD,
	FLOW_SEND,
	FLOW_DONE,
};

/* The readers. Every function answers 0, a fault, or the problem to tell (enum wire_problem). */
struct flow_card {
	int (*wait)(void *ctx, struct str reader, int64_t timeout_ms,
		    char ret_reader[FLOW_READER_BYTES]);
	int (*begin)(void *ctx, const char *reader, int64_t timeout_ms);
	void (*end)(void *ctx);
	struct card_transport (*transport)(void *ctx);
	void *ctx;
};

/* The people at the desk. Answers as above. */
struct flow_desk {
	int (*pin_ask)(void *ctx, struct secret *ret_pin);
	int (*face_ask)(void *ctx);
	int (*consent_ask)(void *ctx); /* a registration only: the patient consents */
	void (*tell)(void *ctx, enum flow_state state); /* a state begins; may be NULL */
	void *ctx;
};

struct flow_request {
	enum wire_purpose purpose;
	enum wire_method method;
	struct str staff;
	struct str reader; /* empty: any */
	int64_t wait_ms;
	bool last_try_allowed;
	struct str device_thumbprint;
	/* 目視 only; NULL: this program cannot do it. */
	const struct org_auth *organisation;
	void (*trace)(void *ctx, const struct apdu_note *note); /* may be NULL */
	void *trace_ctx;
};

struct flow {
	struct flow_request request;
	struct flow_card card;
	struct flow_desk desk;
	struct client *client; /* logged in, knows the device's key */
	enum flow_state state;
	char reader[FLOW_READER_BYTES];
	struct secret pin;
	struct arena arena;
	struct client_answer nonce_answer;
	struct wire_nonce nonce;
	unsigned char digest[CRYPTO_DIGEST_BYTES]; /* what the card signs */
	struct wire_check check;
	struct client_answer answer;
	unsigned tries_left; /* after PROBLEM_PIN_WRONG and PROBLEM_PIN_LAST_TRY */
	struct wire_confirmation confirmation; /* FLOW_DONE; borrowed from answer */
};

/* The four parts are copied; what they point to outlives the flow. */
void flow_init(struct flow *flow, const struct flow_request *request, const struct flow_card *card,
	       const struct flow_desk *desk, struct client *client);

/* Wipes all. Accepts a zeroed flow. */
void flow_clear(struct flow *flow);

/*
 * From the state it is in to FLOW_DONE. Problems: any; client_trouble of the client tells, and
 * state says where it stopped. Faults: -ENOMEM, -EIO.
 */
MUST_CHECK int flow_run(struct flow *flow);
