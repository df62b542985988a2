/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing and opening, one value or a page of them. */
#include "server/keys/inside.h"

enum {
	SEALED_VERSION = 1,
	SEALED_HEAD = 3,
};

int keys_aad(struct arena *arena, const struct str *parts, size_t parts_count, struct str *ret_aad)
{
	size_t len = 0, used = 0;
	for (size_t i = 0; i < parts_count; i++)
		len += 8 + parts[i].len;
	char *aad = arena_bytes(arena, len);
	if (!aad)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < parts_count; i++) {
		for (int shift = 56; shift >= 0; shift -= 8)
			aad[used++] = (char)((uint64_t)parts[i].len >> shift);
		if (parts[i].len)
			memcpy(aad + used, parts[i].ptr, parts[i].len);
		used += parts[i].len;
	}
	*ret_aad = (struct str){aad, len};
	return 0;
}

static int value_seal(struct arena *arena, const struct secret *key, int number, struct str aad,
		      struct str text, struct str *ret_sealed)
{
	struct str body;
	int r = aead_seal(arena, secret_str(key), aad, text, &body);
	if (r < 0)
		return PASS(r);
	char *sealed = arena_alloc(arena, SEALED_HEAD + body.len);
	if (!sealed)
		return RAISE(ENOMEM);
	sealed[0] = SEALED_VERSION;
	sealed[1] = (char)(number >> 8);
	sealed[2] = (char)number;
	memcpy(sealed + SEALED_HEAD, body.ptr, body.len);
	*ret_sealed = (struct str){sealed, SEALED_HEAD + body.len};
	return 0;
}

int keys_sealed_number(struct str sealed)
{
	if (sealed.len < KEYS_SEALED_EXTRA || sealed.ptr[0] != SEALED_VERSION)
		return -1;
	return (unsigned char)sealed.ptr[1] << 8 | (unsigned char)sealed.ptr[2];
}

static int value_open(struct arena *arena, const struct secret *key, struct str aad,
		      struct str sealed, struct str *ret_text)
{
	struct str body = {sealed.ptr + SEALED_HEAD, sealed.len - SEALED_HEAD};
	int r = aead_open(arena, secret_str(key), aad, body, ret_text);
	if (r < 0)
		return PASS(r);
	return r ? KEYS_FORGED : 0;
}

int keys_seal(const struct keys *keys, struct arena *arena, struct str aad, struct str text,
	      struct str *ret_sealed)
{
	int n = atomic_load(&keys->store_n.newest);
	int r = value_seal(arena, &keys->store[generation_place(n)][KEYS_STORE_SEAL], n, aad, text,
			   ret_sealed);
	return r < 0 ? PASS(r) : 0;
}

int keys_open_sealed(const struct keys *keys, struct arena *arena, struct str aad,
		     struct str sealed, struct str *ret_text)
{
	int n = keys_sealed_number(sealed);
	if (n < 0)
		return KEYS_FORGED;
	if (!generation_there(&keys->store_n, n))
		return KEYS_ABSENT;
	int r = value_open(arena, &keys->store[generation_place(n)][KEYS_STORE_SEAL], aad, sealed,
			   ret_text);
	return r < 0 ? PASS(r) : r;
}

/* --- † the month key --- */

int keys_seal_month(struct keys *keys, struct arena *arena, int month, struct str aad,
		    struct str text, struct str *ret_sealed)
{
	struct secret key AUTO(secret_wipe) = {0};
	int r = month_key(keys, month, &key);
	if (r == 0)
		r = value_seal(arena, &key, month, aad, text, ret_sealed);
	return r < 0 ? PASS(r) : r;
}

int keys_open_month(struct keys *keys, struct arena *arena, int month, struct str aad,
		    struct str sealed, struct str *ret_text)
{
	struct secret key AUTO(secret_wipe) = {0};
	if (keys_sealed_number(sealed) != month)
		return KEYS_FORGED;
	int r = month_key(keys, month, &key);
	if (r == 0)
		r = value_open(arena, &key, aad, sealed, ret_text);
	return r < 0 ? PASS(r) : r;
}

/* --- many values --- */

void keys_reader_clear(struct keys_reader *reader)
{
	aead_opener_clear(&reader->month_opener);
	aead_opener_clear(&reader->store_opener);
}

static int value_read(struct aead_opener *opener, struct arena *arena, struct str aad,
		      struct str sealed, struct str *ret_text)
{
	struct str body = {sealed.ptr + SEALED_HEAD, sealed.len - SEALED_HEAD};
	int r = aead_opener_open(opener, arena, aad, body, ret_text);
	if (r < 0)
		return PASS(r);
	return r ? KEYS_FORGED : 0;
}

static int reader_month(struct keys *keys, struct keys_reader *reader, int month)
{
	if (reader->month_opener.ctx && reader->month == month)
		return 0;
	struct secret key AUTO(secret_wipe) = {0};
	int r = month_key(keys, month, &key);
	if (r)
		return r < 0 ? PASS(r) : r;
	aead_opener_clear(&reader->month_opener);
	reader->month = month;
	r = aead_opener_init(&reader->month_opener, secret_str(&key));
	return r ? FOLD(r) : 0;
}

int keys_read_month(struct keys *keys, struct keys_reader *reader, struct arena *arena, int month,
		    struct str aad, struct str sealed, struct str *ret_text)
{
	if (keys_sealed_number(sealed) != month)
		return KEYS_FORGED;
	int r = reader_month(keys, reader, month);
	if (r == 0)
		r = value_read(&reader->month_opener, arena, aad, sealed, ret_text);
	return r < 0 ? PASS(r) : r;
}

int keys_read_sealed(const struct keys *keys, struct keys_reader *reader, struct arena *arena,
		     struct str aad, struct str sealed, struct str *ret_text)
{
	int n = keys_sealed_number(sealed);
	if (n < 0)
		return KEYS_FORGED;
	if (!generation_there(&keys->store_n, n))
		return KEYS_ABSENT;
	if (!reader->store_opener.ctx || reader->store_n != n) {
		aead_opener_clear(&reader->store_opener);
		reader->store_n = n;
		int r = aead_opener_init(
			&reader->store_opener,
			secret_str(&keys->store[generation_place(n)][KEYS_STORE_SEAL]));
		if (r)
			return FOLD(r);
	}
	int r = value_read(&reader->store_opener, arena, aad, sealed, ret_text);
	return r < 0 ? PASS(r) : r;
}
