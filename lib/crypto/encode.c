/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsodium does hexadecimal and base64 without looking anything up by a secret byte, and refuses
 * loose bits; base32, which it lacks, is done here in the same manner.
 */
#include "lib/crypto/crypto.h"

#include <sodium.h>

int encode_hex(struct arena *arena, struct str bytes, struct str *ret_text)
{
	char *text = bytes.len < SIZE_MAX / 2 ? arena_bytes(arena, bytes.len * 2 + 1) : NULL;
	if (!text)
		return RAISE(ENOMEM);
	sodium_bin2hex(text, bytes.len * 2 + 1, (const unsigned char *)bytes.ptr, bytes.len);
	*ret_text = (struct str){text, bytes.len * 2};
	return 0;
}

int decode_hex(struct arena *arena, struct str text, struct str *ret_bytes)
{
	unsigned char *bytes = arena_alloc(arena, text.len + 1);
	size_t len;
	if (!bytes)
		return RAISE(ENOMEM);
	if (text.len % 2 ||
	    sodium_hex2bin(bytes, text.len, text.ptr, text.len, NULL, &len, NULL) != 0)
		return CRYPTO_MALFORMED;
	*ret_bytes = str_bytes(bytes, len);
	return 0;
}

static int base64_encode(struct arena *arena, int variant, struct str bytes, struct str *ret_text)
{
	size_t room = sodium_base64_encoded_len(bytes.len, variant);
	char *text = arena_alloc(arena, room);
	if (!text)
		return RAISE(ENOMEM);
	sodium_bin2base64(text, room, (const unsigned char *)bytes.ptr, bytes.len, variant);
	*ret_text = str_of(text);
	return 0;
}

static int base64_decode(struct arena *arena, int variant, struct str text, struct str *ret_bytes)
{
	unsigned char *bytes = arena_alloc(arena, text.len + 1);
	size_t len;
	if (!bytes)
		return RAISE(ENOMEM);
	if (sodium_base642bin(bytes, text.len, text.ptr, text.len, NULL, &len, NULL, variant) != 0)
		return CRYPTO_MALFORMED;
	*ret_bytes = str_bytes(bytes, len);
	return 0;
}

int encode_base64url(struct arena *arena, struct str bytes, struct str *ret_text)
{
	return base64_encode(arena, sodium_base64_VARIANT_URLSAFE_NO_PADDING, bytes, ret_text);
}

int encode_base64(struct arena *arena, struct str bytes, struct str *ret_text)
{
	return base64_encode(arena, sodium_base64_VARIANT_ORIGINAL, bytes, ret_text);
}

int decode_base64url(struct arena *arena, struct str text, struct str *ret_bytes)
{
	return base64_decode(arena, sodium_base64_VARIANT_URLSAFE_NO_PADDING, text, ret_bytes);
}

int decode_base64(struct arena *arena, struct str text, struct str *ret_bytes)
{
	return base64_decode(arena, sodium_base64_VARIANT_ORIGINAL, text, ret_bytes);
}

/* A..Z for 0..25, 2..7 for 26..31: the difference comes from a borrow, not from a branch. */
static char base32_letter(uint32_t value)
{
	return (char)('A' + value - (((25u - value) >> 8) & ('A' + 26u - '2')));
}

/* 0..31, or 255 for a foreign character. */
static uint32_t base32_value(unsigned char letter)
{
	uint32_t upper = letter - (uint32_t)'A';
	uint32_t digit = letter - (uint32_t)'2';
	uint32_t is_upper = 0u - (uint32_t)(upper < 26);
	uint32_t is_digit = 0u - (uint32_t)(digit < 6);
	return (upper & is_upper) | ((digit + 26) & is_digit) | (~(is_upper | is_digit) & 255);
}

int encode_base32(struct arena *arena, struct str bytes, struct str *ret_text)
{
	char *text = arena_alloc(arena, bytes.len / 5 * 8 + 9);
	size_t len = 0;
	uint32_t held = 0, bits = 0;
	if (!text)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < bytes.len; i++) {
		held = held << 8 | (unsigned char)bytes.ptr[i];
		for (bits += 8; bits >= 5; bits -= 5)
			text[len++] = base32_letter(held >> (bits - 5) & 31);
	}
	if (bits)
		text[len++] = base32_letter(held << (5 - bits) & 31);
	*ret_text = (struct str){text, len};
	return 0;
}

int decode_base32(struct arena *arena, struct str text, struct str *ret_bytes)
{
	char *bytes = arena_alloc(arena, text.len + 1);
	size_t len = 0;
	uint32_t held = 0, bits = 0, foreign = 0;
	if (!bytes)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < text.len; i++) {
		uint32_t value = base32_value((unsigned char)text.ptr[i]);
		foreign |= value & ~31u;
		held = held << 5 | (value & 31);
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[len++] = (char)(held >> bits & 255);
		}
	}
	/* Five bits or more left over is a length no encoder writes; set bits are loose ones. */
	if (foreign || bits >= 5 || (held & ((1u << bits) - 1)))
		return CRYPTO_MALFORMED;
	*ret_bytes = (struct str){bytes, len};
	return 0;
}
