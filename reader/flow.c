/* SPDX-License-Identifier: Apache-2.0 */
/* Each state is one function that does its work and names the next state. */
#include "reader/flow.h"

#include "lib/card/jpki.h"

enum { ARENA_BYTES_MAX = 256 * 1024 };

void flow_init(struct flow *flow, const struct flow_request *request, const struct flow_card *card,
	       const struct flow_desk *desk, struct client *client)
{
	*flow = (struct flow){
		.request = *request,
		.card = *card,
		.desk = *desk,
		.client = client,
		.tries_left = FLOW_TRIES_NOT_SAID,
	};
	arena_init(&flow->arena, ARENA_BYTES_MAX);
	client_answer_init(&flow->nonce_answer);
	client_answer_init(&flow->answer);
}

void flow_clear(struct flow *flow)
{
	secret_wipe(&flow->pin);
	arena_clear(&flow->arena);
	client_answer_clear(&flow->nonce_answer);
	client_answer_clear(&flow->answer);
	*flow = (struct flow){0};
}

/* A problem of our own becomes the client's trouble, so that all are told in one way. */
static int tell(struct flow *flow, int r)
{
	if (r > 0)
		return client_refuse(flow->client, (enum wire_problem)r);
	return r < 0 ? PASS(r) : 0;
}

static int step_wait(struct flow *flow)
{
	int r = flow->card.wait(flow->card.ctx, flow->request.reader, flow->request.wait_ms,
				flow->reader);
	if (r)
		return tell(flow, r);
	flow->state = FLOW_ASK;
	return 0;
}

static int step_ask(struct flow *flow)
{
	bool with_pin = flow->request.method == WIRE_METHOD_PIN;
	/* Before the card is asked anything: the PIN typed, or the faces compared. */
	/* REQ seed-1.3-n3 */
	if (!with_pin && !flow->request.organisation)
		return tell(flow, PROBLEM_ORGANISATION_PROOF_REFUSED);
	int r = 0;
	if (flow->request.purpose == WIRE_PURPOSE_REGISTRATION)
		r = flow->desk.consent_ask(flow->desk.ctx);
	if (r)
		return tell(flow, r);
	r = with_pin ? flow->desk.pin_ask(flow->desk.ctx, &flow->pin)
		     : flow->desk.face_ask(flow->desk.ctx);
	if (r)
		return tell(flow, r);
	flow->state = FLOW_NONCE;
	return 0;
}

static int digest_make(struct flow *flow)
{
	bool registers = flow->request.purpose == WIRE_PURPOSE_REGISTRATION;
	const struct str parts[] = {
		registers ? STR("shikaku-registration-v1") : STR("shikaku-check-v1"),
		flow->nonce.origin,
		flow->nonce.nonce,
		wire_method_name(flow->request.method),
		flow->request.staff,
		flow->request.device_thumbprint,
	};
	int r = digest_parts(parts, sizeof parts / sizeof *parts, flow->digest);
	return r < 0 ? PASS(r) : 0;
}

static int step_nonce(struct flow *flow)
{
	const struct wire_nonce_request request = {
		.method = flow->request.method,
		.staff = flow->request.staff,
		.purpose = flow->request.purpose,
	};
	int r = client_nonce(flow->client, &request, &flow->nonce_answer, &flow->nonce);
	if (r)
		return r < 0 ? PASS(r) : r;
	/* The card signs for the service we speak to, whatever name it gives itself: nobody else's
	 * challenge is passed on. */
	if (!str_equal(flow->nonce.origin, str_of(client_session(flow->client)->service)))
		return tell(flow, PROBLEM_TLS_REFUSED);
	r = digest_make(flow);
	if (r < 0)
		return PASS(r);
	flow->state = FLOW_CARD;
	return 0;
}

/* --- the card --- */

static int problem_of_card(enum jpki_outcome outcome)
{
	switch (outcome) {
	case JPKI_CARD_GONE: return PROBLEM_CARD_GONE;
	case JPKI_NOT_THIS_CARD: return PROBLEM_CARD_UNKNOWN;
	case JPKI_PIN_FORM: return PROBLEM_PIN_MALFORMED;
	case JPKI_PIN_WRONG: return PROBLEM_PIN_WRONG;
	case JPKI_PIN_BLOCKED: return PROBLEM_PIN_BLOCKED;
	case JPKI_PIN_LAST_TRY: return PROBLEM_PIN_LAST_TRY;
	case JPKI_CARD_RESET:
	case JPKI_CARD_TIMEOUT:
	case JPKI_MALFORMED:
	case JPKI_PIN_NEEDED: return PROBLEM_CARD_TROUBLE;
	}
	return RAISE(ENOTRECOVERABLE);
}

static int card_open(struct flow *flow, struct apdu_channel *channel)
{
	enum jpki_kind kind = JPKI_KIND_CARD;
	int r = jpki_open(channel, &flow->arena, &kind);
	if (r)
		return r < 0 ? PASS(r) : problem_of_card((enum jpki_outcome)r);
	/* The applet in a telephone has its own rules, which this program does not know yet. */
	return kind == JPKI_KIND_CARD ? 0 : PROBLEM_CARD_UNKNOWN;
}

static int pin_show(struct flow *flow, struct apdu_channel *channel)
{
	int r = jpki_verify_pin(channel, &flow->arena, &flow->pin, flow->request.last_try_allowed,
				&flow->tries_left);
	return r > 0 ? problem_of_card((enum jpki_outcome)r) : r < 0 ? PASS(r) : 0;
}

static int problem_of_organisation(enum org_auth_outcome outcome)
{
	switch (outcome) {
	case ORG_AUTH_CARD_GONE: return PROBLEM_CARD_GONE;
	case ORG_AUTH_REFUSED: return PROBLEM_ORGANISATION_PROOF_REFUSED;
	case ORG_AUTH_CARD_RESET:
	case ORG_AUTH_CARD_TIMEOUT:
	case ORG_AUTH_MALFORMED: return PROBLEM_CARD_TROUBLE;
	}
	return RAISE(ENOTRECOVERABLE);
}

/* The organisation shows itself to the card, and signs the same digest for the service. */
static int organisation_show(struct flow *flow, struct apdu_channel *channel)
{
	const struct org_auth *organisation = flow->request.organisation;
	struct str proof = {0};
	int r = org_auth_open(channel, &flow->arena, organisation);
	if (r)
		return r < 0 ? PASS(r) : problem_of_organisation((enum org_auth_outcome)r);
	r = organisation->sign(organisation->ctx, &flow->arena,
			       str_bytes(flow->digest, sizeof flow->digest), &proof);
	if (r)
		return FOLD(r);
	flow->check.organisation_profile = organisation->profile;
	r = encode_base64(&flow->arena, proof, &flow->check.organisation_signature);
	return r < 0 ? PASS(r) : 0;
}

static int card_sign(struct flow *flow, struct apdu_channel *channel)
{
	struct str der = {0}, signature = {0};
	int r = jpki_sign(channel, &flow->arena, flow->digest, &signature);
	if (r == 0)
		r = jpki_certificate(channel, &flow->arena, &der);
	if (r)
		return r < 0 ? PASS(r) : problem_of_card((enum jpki_outcome)r);
	r = encode_base64(&flow->arena, signature, &flow->check.signature);
	if (r == 0)
		r = encode_base64(&flow->arena, der, &flow->check.certificate);
	return r < 0 ? PASS(r) : 0;
}

static int card_talk(struct flow *flow)
{
	struct apdu_channel channel = {
		.transport = flow->card.transport(flow->card.ctx),
		.trace = flow->request.trace,
		.trace_ctx = flow->request.trace_ctx,
	};
	int r = card_open(flow, &channel);
	if (r == 0)
		r = flow->request.method == WIRE_METHOD_PIN ? pin_show(flow, &channel)
							    : organisation_show(flow, &channel);
	if (r == 0)
		r = card_sign(flow, &channel);
	return r < 0 ? PASS(r) : r;
}

static int step_card(struct flow *flow)
{
	int r = flow->card.begin(flow->card.ctx, flow->reader, FLOW_BEGIN_MS);
	if (r == 0) {
		r = card_talk(flow);
		flow->card.end(flow->card.ctx);
	}
	secret_wipe(&flow->pin);
	/* The reader or its driver failed: for the desk that is a card that could not be read. */
	if (r == -EIO || r == -EMSGSIZE)
		r = PROBLEM_CARD_TROUBLE;
	if (r)
		return tell(flow, r);
	flow->state = FLOW_SEND;
	return 0;
}

static int step_send(struct flow *flow)
{
	flow->check.nonce = flow->nonce.nonce;
	flow->check.purpose = flow->request.purpose;
	flow->check.method = flow->request.method;
	flow->check.staff = flow->request.staff;
	int r = client_check(flow->client, &flow->check, &flow->answer, &flow->confirmation);
	if (r)
		return r < 0 ? PASS(r) : r;
	flow->state = FLOW_DONE;
	return 0;
}

static int step_run(struct flow *flow)
{
	switch (flow->state) {
	case FLOW_WAIT: return step_wait(flow);
	case FLOW_ASK: return step_ask(flow);
	case FLOW_NONCE: return step_nonce(flow);
	case FLOW_CARD: return step_card(flow);
	case FLOW_SEND: return step_send(flow);
	case FLOW_DONE: return 0;
	}
	return RAISE(ENOTRECOVERABLE);
}

int flow_run(struct flow *flow)
{
	while (flow->state != FLOW_DONE) {
		if (flow->desk.tell)
			flow->desk.tell(flow->desk.ctx, flow->state);
		int r = step_run(flow);
		if (r) {
			secret_wipe(&flow->pin);
			return r < 0 ? PASS(r) : r;
		}
	}
	return 0;
}
