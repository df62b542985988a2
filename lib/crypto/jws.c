/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compact JWS. The text that is signed is never rebuilt from decoded parts: what is verified is
 * what arrived, byte for byte.
 */
#include <assert.h>

#include "lib/crypto/signing.h"

enum { JWS_BYTES_MAX = 8 * 1024 };

static bool header_says_es256(struct str header)
{
	static const char alg[] = "\"alg\":\"ES256\"";
	return header.len && memmem(header.ptr, header.len, alg, sizeof alg - 1);
}

static size_t base64url_len(size_t len)
{
	return len / 3 * 4 + (len % 3 ? len % 3 + 1 : 0);
}

/*
 * By table, unlike encode.c: what is signed here is no key, and a result takes as long to encode
 * there as half of its signature.
 */
static char *base64url_write(struct str bytes, char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t count = bytes.len - i < 3 ? bytes.len - i : 3;
		uint32_t group = 0;
		for (size_t n = 0; n < 3; n++)
			group = group << 8 | (n < count ? (unsigned char)bytes.ptr[i + n] : 0u);
		for (size_t n = 0; n <= count; n++)
			*text++ = digits[group >> (18 - 6 * n) & 63];
	}
	return text;
}

/* BASE64URL(header) '.' BASE64URL(payload) */
static int signed_text_make(struct arena *arena, struct str header, struct str payload,
			    struct str *ret_text)
{
	size_t len = base64url_len(header.len) + 1 + base64url_len(payload.len);
	char *text = arena_alloc(arena, len);
	if (!text)
		return RAISE(ENOMEM);
	char *end = base64url_write(header, text);
	*end++ = '.';
	end = base64url_write(payload, end);
	assert(end == text + len);
	*ret_text = (struct str){text, len};
	return 0;
}

/* Both halves of the work: the text up to the second dot, and the signature as text. */
static int jws_make(struct arena *arena, const struct signing_key *key, struct str header,
		    struct str payload, struct str *ret_signed, struct str *ret_signature)
{
	unsigned char signature[SIGNATURE_BYTES];
	assert(header_says_es256(header));
	int r = signed_text_make(arena, header, payload, ret_signed);
	if (r == 0)
		r = signature_make(key, *ret_signed, signature);
	if (r == 0)
		r = encode_base64url(arena, str_bytes(signature, sizeof signature), ret_signature);
	return r < 0 ? PASS(r) : 0;
}

int jws_sign(struct arena *arena, const struct signing_key *key, struct str header,
	     struct str payload, struct str *ret_jws)
{
	struct str text, signature;
	int r = jws_make(arena, key, header, payload, &text, &signature);
	if (r == 0)
		r = arena_print(arena, ret_jws, "%.*s.%.*s", STR_ARG(text), STR_ARG(signature));
	return r < 0 ? PASS(r) : 0;
}

int jws_sign_detached(struct arena *arena, const struct signing_key *key, struct str header,
		      struct str payload, struct str *ret_jws)
{
	struct str text, signature, head;
	int r = jws_make(arena, key, header, payload, &text, &signature);
	if (r == 0 && str_split(&text, '.', &head))
		r = arena_print(arena, ret_jws, "%.*s..%.*s", STR_ARG(head), STR_ARG(signature));
	return r < 0 ? PASS(r) : 0;
}

struct jws_texts {
	struct str header;
	struct str payload;
	struct str signature;
};

/* Three texts between two dots, nothing decoded. */
static bool jws_cut(struct str jws, struct jws_texts *ret_texts)
{
	struct str rest = jws;
	return jws.len <= JWS_BYTES_MAX && str_split(&rest, '.', &ret_texts->header) &&
	       str_split(&rest, '.', &ret_texts->payload) &&
	       str_split(&rest, '.', &ret_texts->signature) && !rest.ptr && ret_texts->header.len &&
	       ret_texts->signature.len;
}

static int signature_decode(struct arena *arena, struct str text, struct str *ret_signature)
{
	struct str signature;
	int r = decode_base64url(arena, text, &signature);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (signature.len != SIGNATURE_BYTES)
		return CRYPTO_MALFORMED;
	*ret_signature = signature;
	return 0;
}

int jws_split(struct arena *arena, struct str jws, struct jws_parts *ret_parts)
{
	struct jws_texts texts;
	struct jws_parts parts;
	if (!jws_cut(jws, &texts) || !texts.payload.len)
		return CRYPTO_MALFORMED;
	int r = decode_base64url(arena, texts.header, &parts.header);
	if (r == 0)
		r = decode_base64url(arena, texts.payload, &parts.payload);
	if (r == 0)
		r = signature_decode(arena, texts.signature, &parts.signature);
	if (r)
		return r < 0 ? PASS(r) : r;
	parts.signed_text = (struct str){jws.ptr, texts.header.len + 1 + texts.payload.len};
	*ret_parts = parts;
	return 0;
}

int jws_split_detached(struct arena *arena, struct str jws, struct str payload,
		       struct jws_parts *ret_parts)
{
	struct jws_texts texts;
	struct jws_parts parts = {.payload = payload};
	if (!jws_cut(jws, &texts) || texts.payload.len)
		return CRYPTO_MALFORMED;
	int r = decode_base64url(arena, texts.header, &parts.header);
	if (r == 0)
		r = signature_decode(arena, texts.signature, &parts.signature);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = signed_text_make(arena, parts.header, payload, &parts.signed_text);
	if (r < 0)
		return PASS(r);
	*ret_parts = parts;
	return 0;
}

int jws_verify(const struct verify_key *key, const struct jws_parts *parts)
{
	int r = signature_check(key, parts->signed_text, parts->signature);
	return r < 0 ? PASS(r) : r;
}
