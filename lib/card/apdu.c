/* SPDX-License-Identifier: Apache-2.0 */
/* Commands become bytes, answers become data and a status word; what they mean is not known here.
 */
#include "lib/card/apdu.h"

#include <assert.h>

enum {
	ROUNDS_MAX = 20, /* of 61xx for one command: 5 KiB in pieces of 256 */
	LC_EXTENDED_BYTES = 3,
	INS_READ_BINARY = 0xB0,
	INS_GET_RESPONSE = 0xC0,
};

static size_t lc_put(struct str data, bool extended, unsigned char *bytes)
{
	if (!data.len)
		return 0;
	if (!extended) {
		bytes[0] = (unsigned char)data.len;
		memcpy(bytes + 1, data.ptr, data.len);
		return 1 + data.len;
	}
	bytes[0] = 0;
	bytes[1] = (unsigned char)(data.len >> 8);
	bytes[2] = (unsigned char)data.len;
	memcpy(bytes + LC_EXTENDED_BYTES, data.ptr, data.len);
	return LC_EXTENDED_BYTES + data.len;
}

/* Le; its largest value is written as zeros. Extended it has two bytes, three without a Lc. */
static size_t le_put(size_t expected, bool extended, bool has_data, unsigned char *bytes)
{
	size_t at = 0;
	if (!expected)
		return 0;
	if (extended && !has_data)
		bytes[at++] = 0;
	if (extended)
		bytes[at++] = (unsigned char)(expected >> 8);
	bytes[at++] = (unsigned char)expected;
	return at;
}

int apdu_encode(const struct apdu *apdu, unsigned char *bytes, size_t bytes_max, size_t *ret_len)
{
	if (apdu->data.len > APDU_DATA_BYTES_MAX || apdu->expected > APDU_EXPECTED_MAX)
		return RAISE(EMSGSIZE);
	if (bytes_max < apdu->data.len + 9)
		return RAISE(EMSGSIZE);
	bool extended = apdu->data.len >= APDU_SHORT_MAX || apdu->expected > APDU_SHORT_MAX;
	bytes[0] = apdu->cla;
	bytes[1] = apdu->ins;
	bytes[2] = apdu->p1;
	bytes[3] = apdu->p2;
	size_t len = 4;
	len += lc_put(apdu->data, extended, bytes + len);
	len += le_put(apdu->expected, extended, apdu->data.len > 0, bytes + len);
	*ret_len = len;
	return 0;
}

static void note_trace(const struct apdu_channel *channel, const struct apdu *apdu, size_t received,
		       unsigned sw)
{
	if (!channel->trace)
		return;
	const struct apdu_note note = {apdu->cla,      apdu->ins, apdu->p1, apdu->p2,
				       apdu->data.len, received,  sw};
	channel->trace(channel->trace_ctx, &note);
}

/* One command, one answer; response has room for response_bytes_max, at least expected + 2. */
static int command_send(struct apdu_channel *channel, const struct apdu *apdu,
			unsigned char *response, size_t response_bytes_max,
			struct apdu_reply *ret_reply)
{
	unsigned char command[APDU_COMMAND_BYTES_MAX];
	size_t command_len = 0, len = 0;
	int r = apdu_encode(apdu, command, sizeof command, &command_len);
	if (r < 0)
		return PASS(r);
	channel->exchanges++;
	r = channel->transport.transmit(channel->transport.ctx, str_bytes(command, command_len),
					response, response_bytes_max, &len);
	explicit_bzero(command, sizeof command);
	if (r) {
		note_trace(channel, apdu, 0, 0);
		return r < 0 ? PASS(r) : r;
	}
	if (len < 2 || len > response_bytes_max)
		return APDU_MALFORMED;
	ret_reply->sw = (unsigned)response[len - 2] << 8 | response[len - 1];
	ret_reply->data = str_bytes(response, len - 2);
	note_trace(channel, apdu, len - 2, ret_reply->sw);
	return 0;
}

/* As command_send into the arena. A card may answer 256 bytes to any command without Le. */
static int command_round(struct apdu_channel *channel, struct arena *arena, const struct apdu *apdu,
			 struct apdu_reply *ret_reply)
{
	size_t room = (apdu->expected > APDU_SHORT_MAX ? apdu->expected : APDU_SHORT_MAX) + 2;
	unsigned char *response = arena_alloc(arena, room);
	if (!response)
		return RAISE(ENOMEM);
	return command_send(channel, apdu, response, room, ret_reply);
}

static int reply_append(struct arena *arena, struct apdu_reply *reply, struct str more)
{
	char *joined = arena_alloc(arena, reply->data.len + more.len + 1);
	if (!joined)
		return RAISE(ENOMEM);
	if (reply->data.len)
		memcpy(joined, reply->data.ptr, reply->data.len);
	if (more.len)
		memcpy(joined + reply->data.len, more.ptr, more.len);
	reply->data = (struct str){joined, reply->data.len + more.len};
	return 0;
}

static size_t length_of(unsigned sw)
{
	return (sw & 0xFF) ? (sw & 0xFF) : APDU_SHORT_MAX;
}

/* 61xx: fetch what waits and append it, until another status word comes. */
static int reply_complete(struct apdu_channel *channel, struct arena *arena, unsigned char cla,
			  struct apdu_reply *reply)
{
	for (size_t round = 0; reply->sw >> 8 == 0x61; round++) {
		if (round == ROUNDS_MAX)
			return APDU_MALFORMED;
		const struct apdu fetch = {.cla = cla & 0x03,
					   .ins = INS_GET_RESPONSE,
					   .expected = length_of(reply->sw)};
		struct apdu_reply more = {0};
		int r = command_round(channel, arena, &fetch, &more);
		if (r)
			return r < 0 ? PASS(r) : r;
		r = reply_append(arena, reply, more.data);
		if (r < 0)
			return PASS(r);
		reply->sw = more.sw;
	}
	return 0;
}

int apdu_exchange(struct apdu_channel *channel, struct arena *arena, const struct apdu *apdu,
		  struct apdu_reply *ret_reply)
{
	struct apdu_reply reply = {0};
	int r = command_round(channel, arena, apdu, &reply);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (reply.sw >> 8 == 0x6C && apdu->expected) {
		struct apdu again = *apdu;
		again.expected = length_of(reply.sw);
		r = command_round(channel, arena, &again, &reply);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	r = reply_complete(channel, arena, apdu->cla, &reply);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_reply = reply;
	return 0;
}

int apdu_read_begin(struct apdu_channel *channel, struct arena *arena, unsigned sfi, size_t bytes,
		    struct apdu_reply *ret_reply)
{
	assert(sfi >= 1 && sfi <= 30);
	assert(bytes >= 1 && bytes <= APDU_SHORT_MAX);
	const struct apdu read = {.ins = INS_READ_BINARY,
				  .p1 = (unsigned char)(0x80 | sfi),
				  .expected = bytes};
	return apdu_exchange(channel, arena, &read, ret_reply);
}

int apdu_read_rest(struct apdu_channel *channel, struct arena *arena, size_t from, size_t to,
		   unsigned char *bytes)
{
	assert(to <= APDU_FILE_BYTES_MAX);
	for (size_t at = from; at < to;) {
		size_t want = to - at < APDU_SHORT_MAX ? to - at : APDU_SHORT_MAX;
		const struct apdu read = {.ins = INS_READ_BINARY,
					  .p1 = (unsigned char)(at >> 8),
					  .p2 = (unsigned char)at,
					  .expected = want};
		struct apdu_reply reply = {0};
		int r = apdu_exchange(channel, arena, &read, &reply);
		if (r)
			return r < 0 ? PASS(r) : r;
		if (reply.sw != SW_DONE || !reply.data.len || reply.data.len > want)
			return APDU_MALFORMED;
		memcpy(bytes + (at - from), reply.data.ptr, reply.data.len);
		at += reply.data.len;
	}
	return 0;
}
