/* SPDX-License-Identifier: Apache-2.0 */
/* The DPoP proof of one request (RFC 9449 section 4.2), signed by the device's key. */
#include "lib/client/inside.h"

#include "lib/json/writer.h"

/* RFC 9449 names; body_sha256 is ours and binds the body too. Absent digests are left out. */
struct proof {
	struct str id, method, url;
	struct str token_digest, body_digest;
	int64_t issued_s;
};

static int header_encode(struct arena *arena, struct str jwk, struct str *ret_text)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, jwk.len + 64);
	json_object_open(&writer);
	json_put_member(&writer, "alg", STR("ES256"));
	json_key(&writer, "jwk");
	json_put_raw(&writer, jwk);
	json_put_member(&writer, "typ", STR("dpop+jwt"));
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_text);
	return r ? PASS(r) : 0;
}

static int claims_encode(struct arena *arena, const struct proof *proof, struct str *ret_text)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 512);
	json_object_open(&writer);
	json_put_member(&writer, "ath", proof->token_digest);
	json_put_member(&writer, "body_sha256", proof->body_digest);
	json_put_member(&writer, "htm", proof->method);
	json_put_member(&writer, "htu", proof->url);
	json_put_member_number(&writer, "iat", proof->issued_s);
	json_put_member(&writer, "jti", proof->id);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_text);
	return r ? PASS(r) : 0;
}

/* base64url(SHA-256(bytes)); absent for absent bytes. */
static int digest_text(struct arena *arena, struct str bytes, struct str *ret_text)
{
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	int r = digest_sha256(bytes, digest);
	if (!r)
		r = encode_base64url(arena, str_bytes(digest, sizeof digest), ret_text);
	return r ? PASS(r) : 0;
}

static int key_jwk(const struct client *client, struct arena *arena, struct str *ret_jwk)
{
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	int r = verify_key_of(client->device, &key);
	if (!r)
		r = verify_key_jwk(arena, key, ret_jwk);
	return r ? PASS(r) : 0;
}

int proof_make(const struct client *client, struct arena *arena, struct str method, struct str url,
	       struct str token, struct str body, struct str *ret_proof)
{
	char id[SESSION_KEY_BYTES];
	struct str jwk, header, claims;
	struct proof proof = {
		.method = method,
		.url = url,
		.issued_s = (clock_now_ms(client->options.clock) + client->skew_ms) / 1000,
	};
	if (!client->device)
		return RAISE(EINVAL);
	key_make(client, id);
	proof.id = str_of(id);
	int r = token.ptr ? digest_text(arena, token, &proof.token_digest) : 0;
	if (!r && body.ptr)
		r = digest_text(arena, body, &proof.body_digest);
	if (!r)
		r = key_jwk(client, arena, &jwk);
	if (!r)
		r = header_encode(arena, jwk, &header);
	if (!r)
		r = claims_encode(arena, &proof, &claims);
	if (!r)
		r = jws_sign(arena, client->device, header, claims, ret_proof);
	return r ? PASS(r) : 0;
}
