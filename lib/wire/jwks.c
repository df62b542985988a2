/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/jwks: the public keys that results were signed with (RFC 7517). */
#include "lib/wire/inside.h"

enum { JWK_BYTES = 256 };

static void key_put(struct json_writer *writer, const struct wire_jwk *key)
{
	json_object_open(writer);
	json_put_member(writer, "alg", STR("ES256"));
	json_put_member(writer, "crv", STR("P-256"));
	json_put_member(writer, "kid", key->kid);
	json_put_member(writer, "kty", STR("EC"));
	json_put_member(writer, "use", STR("sig"));
	json_put_member(writer, "x", key->x);
	json_put_member(writer, "y", key->y);
	json_object_close(writer);
}

int wire_jwks_reply_encode(struct arena *arena, const struct wire_jwk *keys, size_t keys_count,
			   struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 16 + keys_count * JWK_BYTES);
	json_object_open(&writer);
	json_key(&writer, "keys");
	json_array_open(&writer);
	for (size_t i = 0; i < keys_count; i++)
		key_put(&writer, &keys[i]);
	json_array_close(&writer);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

/* Is it a key of ours? RFC 7517 section 5: others are ignored. */
static bool key_take(const struct json *node, struct wire_jwk *ret_key)
{
	struct form {
		struct wire_jwk key;
		struct str kty, crv;
	} form = {.kty = {0}};
	static const struct json_field fields[] = {
		TEXT(struct form, key.kid, "kid", KEY_ID),
		WORD(struct form, kty, "kty"),
		WORD(struct form, crv, "crv"),
		TEXT(struct form, key.x, "x", COORDINATE),
		TEXT(struct form, key.y, "y", COORDINATE),
	};
	if (reply_fields(node, fields, COUNT_OF(fields), &form) != 0)
		return false;
	*ret_key = form.key;
	return str_equal(form.kty, STR("EC")) && str_equal(form.crv, STR("P-256"));
}

int wire_jwks_reply_decode(struct arena *arena, struct str body, struct wire_input *input,
			   struct wire_jwk **ret_keys, size_t *ret_keys_count)
{
	struct form {
		const struct json *keys;
	} form = {.keys = NULL};
	static const struct json_field fields[] = {
		JSON_FIELD(struct form, keys, "keys", JSON_ARRAY, JSON_REQUIRED, 0, WIRE_JWKS_MAX),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct wire_jwk *keys = arena_array(arena, json_count(form.keys) + 1, sizeof *keys);
	if (!keys)
		return RAISE(ENOMEM);
	size_t count = 0;
	for (size_t i = 0; i < json_count(form.keys); i++)
		count += key_take(json_at(form.keys, i), &keys[count]);
	*ret_keys = keys;
	*ret_keys_count = count;
	return 0;
}
