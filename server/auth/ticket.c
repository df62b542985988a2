/* SPDX-License-Identifier: Apache-2.0 */
/* Packing, MAC and text form of tickets. */
#include "server/auth/ticket.h"

#include "lib/crypto/crypto.h"

enum {
	NUMBER_BYTES = 8,
	KEY_BYTES = 2,
	TEXT_LEN_MAX = 1023, /* 720 bytes and the rest in base64url */
};

void ticket_put_bytes(struct ticket *ticket, const void *bytes, size_t count)
{
	if (ticket->failed || count > TICKET_BYTES_MAX - ticket->len) {
		ticket->failed = true;
		return;
	}
	if (count)
		memcpy(ticket->bytes + ticket->len, bytes, count);
	ticket->len += count;
}

void ticket_put_number(struct ticket *ticket, int64_t number)
{
	unsigned char bytes[NUMBER_BYTES];
	for (int i = 0; i < NUMBER_BYTES; i++)
		bytes[i] = (unsigned char)((uint64_t)number >> (8 * (NUMBER_BYTES - 1 - i)));
	ticket_put_bytes(ticket, bytes, sizeof bytes);
}

void ticket_put_text(struct ticket *ticket, struct str text)
{
	ticket_put_number(ticket, (int64_t)text.len);
	ticket_put_bytes(ticket, text.ptr, text.len);
}

struct str ticket_take_bytes(struct ticket *ticket, size_t count)
{
	if (ticket->failed || count > ticket->len - ticket->taken) {
		ticket->failed = true;
		return (struct str){0};
	}
	struct str bytes = str_bytes(ticket->bytes + ticket->taken, count);
	ticket->taken += count;
	return bytes;
}

int64_t ticket_take_number(struct ticket *ticket)
{
	struct str bytes = ticket_take_bytes(ticket, NUMBER_BYTES);
	uint64_t number = 0;
	for (size_t i = 0; i < bytes.len; i++)
		number = number << 8 | (unsigned char)bytes.ptr[i];
	return (int64_t)number;
}

struct str ticket_take_text(struct ticket *ticket)
{
	int64_t len = ticket_take_number(ticket);
	if (len < 0 || len > TICKET_BYTES_MAX)
		ticket->failed = true;
	return ticket_take_bytes(ticket, ticket->failed ? 0 : (size_t)len);
}

bool ticket_is_spent(const struct ticket *ticket)
{
	return !ticket->failed && ticket->taken == ticket->len;
}

int ticket_write(const struct keys *keys, enum keys_token_label label, const struct ticket *ticket,
		 struct arena *arena, struct str *ret_text)
{
	if (ticket->failed)
		return RAISE(EMSGSIZE);
	int n = keys_token_number(keys);
	struct str fields = str_bytes(ticket->bytes, ticket->len);
	size_t len = KEY_BYTES + ticket->len + KEYS_MAC_BYTES;
	unsigned char *bytes = arena_alloc(arena, len);
	if (!bytes)
		return RAISE(ENOMEM);
	bytes[0] = (unsigned char)(n >> 8);
	bytes[1] = (unsigned char)n;
	memcpy(bytes + KEY_BYTES, fields.ptr, fields.len);
	int r = keys_mac_token(keys, n, label, &fields, 1, bytes + KEY_BYTES + ticket->len);
	if (r)
		return FOLD(r);
	r = encode_base64url(arena, str_bytes(bytes, len), ret_text);
	return r ? FOLD(r) : 0;
}

int ticket_read(const struct keys *keys, enum keys_token_label label, struct str text,
		struct arena *arena, struct ticket *ret_ticket)
{
	if (text.len > TEXT_LEN_MAX)
		return TICKET_FORGED;
	struct str bytes;
	int r = decode_base64url(arena, text, &bytes);
	if (r)
		return r < 0 ? PASS(r) : TICKET_FORGED;
	if (bytes.len < KEY_BYTES + KEYS_MAC_BYTES ||
	    bytes.len > KEY_BYTES + TICKET_BYTES_MAX + KEYS_MAC_BYTES)
		return TICKET_FORGED;
	int n = (unsigned char)bytes.ptr[0] << 8 | (unsigned char)bytes.ptr[1];
	size_t len = bytes.len - KEY_BYTES - KEYS_MAC_BYTES;
	struct str fields = {bytes.ptr + KEY_BYTES, len};
	struct str mac = {bytes.ptr + KEY_BYTES + len, KEYS_MAC_BYTES};
	r = keys_mac_verify(keys, n, label, &fields, 1, mac);
	if (r)
		return r < 0 ? PASS(r) : TICKET_FORGED;
	*ret_ticket = (struct ticket){.len = len};
	if (len)
		memcpy(ret_ticket->bytes, fields.ptr, len);
	return 0;
}
