/* SPDX-License-Identifier: Apache-2.0 */
/* Three commands; who the organisation is and where its key lies is the table's business. */
#include "lib/card/org_auth.h"

enum {
	INS_EXTERNAL_AUTHENTICATE = 0x82,
	INS_GET_CHALLENGE = 0x84,
	INS_LOAD_CERTIFICATE = 0xA2,
	P2_TERMINAL_CERTIFICATE = 0xC1,
};

/* A command without answer data; anything but 9000 is the card's no. */
static int command_done(struct apdu_channel *channel, struct arena *arena, const struct apdu *apdu)
{
	struct apdu_reply reply = {0};
	int r = apdu_exchange(channel, arena, apdu, &reply);
	if (r)
		return r < 0 ? PASS(r) : r;
	return reply.sw == SW_DONE ? 0 : ORG_AUTH_REFUSED;
}

static int certificate_load(struct apdu_channel *channel, struct arena *arena,
			    const struct org_auth *org)
{
	struct str certificate = {0};
	int r = org->certificate(org->ctx, arena, &certificate);
	if (r)
		return FOLD(r);
	const struct apdu load = {.cla = 0x80,
				  .ins = INS_LOAD_CERTIFICATE,
				  .p2 = P2_TERMINAL_CERTIFICATE,
				  .data = certificate};
	return command_done(channel, arena, &load);
}

static int challenge_get(struct apdu_channel *channel, struct arena *arena,
			 struct str *ret_challenge)
{
	const struct apdu get = {.ins = INS_GET_CHALLENGE, .expected = ORG_AUTH_CHALLENGE_BYTES};
	struct apdu_reply reply = {0};
	int r = apdu_exchange(channel, arena, &get, &reply);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (reply.sw != SW_DONE || reply.data.len != ORG_AUTH_CHALLENGE_BYTES)
		return ORG_AUTH_MALFORMED;
	*ret_challenge = reply.data;
	return 0;
}

int org_auth_open(struct apdu_channel *channel, struct arena *arena, const struct org_auth *org)
{
	struct str challenge = {0}, signature = {0};
	int r = certificate_load(channel, arena, org);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = challenge_get(channel, arena, &challenge);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = org->sign(org->ctx, arena, challenge, &signature);
	if (r)
		return FOLD(r);
	const struct apdu prove = {.ins = INS_EXTERNAL_AUTHENTICATE, .data = signature};
	return command_done(channel, arena, &prove);
}
