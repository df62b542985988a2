/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a proof like a schema, then comparing it with the request it came with. */
#include "server/auth/dpop.h"

#include <stdlib.h>

#include "lib/json/json.h"

enum {
	DIGEST_TEXT_LEN = 43, /* base64url of 32 bytes */
	JTI_LEN_MIN = 16,
	JTI_LEN_MAX = 64,
	HTU_LEN_MAX = 512,
};

struct header {
	struct str alg, typ;
	const struct json *jwk;
};

static const struct json_field header_fields[] = {
	JSON_FIELD(struct header, alg, "alg", JSON_TEXT, JSON_REQUIRED, 1, 16),
	JSON_FIELD(struct header, jwk, "jwk", JSON_OBJECT, JSON_REQUIRED, 0, 0),
	JSON_FIELD(struct header, typ, "typ", JSON_TEXT, JSON_REQUIRED, 1, 16),
};

struct jwk {
	struct str crv, kty, x, y;
};

/* A private half ("d") is an unknown member, and so refused. */
static const struct json_field jwk_fields[] = {
	JSON_FIELD(struct jwk, crv, "crv", JSON_TEXT, JSON_REQUIRED, 1, 16),
	JSON_FIELD(struct jwk, kty, "kty", JSON_TEXT, JSON_REQUIRED, 1, 16),
	JSON_FIELD(struct jwk, x, "x", JSON_TEXT, JSON_REQUIRED, DIGEST_TEXT_LEN, DIGEST_TEXT_LEN),
	JSON_FIELD(struct jwk, y, "y", JSON_TEXT, JSON_REQUIRED, DIGEST_TEXT_LEN, DIGEST_TEXT_LEN),
};

struct claims {
	struct str ath, body_sha256, htm, htu, jti;
	int64_t iat;
};

static const struct json_field claims_fields[] = {
	JSON_FIELD(struct claims, ath, "ath", JSON_TEXT, JSON_OPTIONAL, DIGEST_TEXT_LEN,
		   DIGEST_TEXT_LEN),
	JSON_FIELD(struct claims, body_sha256, "body_sha256", JSON_TEXT, JSON_OPTIONAL,
		   DIGEST_TEXT_LEN, DIGEST_TEXT_LEN),
	JSON_FIELD(struct claims, htm, "htm", JSON_TEXT, JSON_REQUIRED, 1, 16),
	JSON_FIELD(struct claims, htu, "htu", JSON_TEXT, JSON_REQUIRED, 1, HTU_LEN_MAX),
	JSON_FIELD(struct claims, iat, "iat", JSON_NUMBER, JSON_REQUIRED, 0, INT32_MAX * 4LL),
	JSON_FIELD(struct claims, jti, "jti", JSON_TEXT, JSON_REQUIRED, JTI_LEN_MIN, JTI_LEN_MAX),
};

#define COUNT(fields) (sizeof(fields) / sizeof(fields)[0])

/* Text that is no such JSON, or has another shape, is the sender's doing. */
static int refused(int r)
{
	return r < 0 ? PASS(r) : DPOP_REFUSED;
}

static int key_of_jwk(const struct json *node, struct arena *arena, struct verify_key **ret_key)
{
	struct jwk jwk;
	struct json_complaint complaint;
	int r = json_decode(node, jwk_fields, COUNT(jwk_fields), &jwk, &complaint);
	if (r)
		return refused(r);
	if (!str_equal(jwk.crv, STR("P-256")) || !str_equal(jwk.kty, STR("EC")))
		return DPOP_REFUSED;
	struct str x, y;
	r = decode_base64url(arena, jwk.x, &x);
	if (r)
		return refused(r);
	r = decode_base64url(arena, jwk.y, &y);
	if (r)
		return refused(r);
	r = verify_key_of_jwk(x, y, ret_key);
	return r ? refused(r) : 0;
}

static int signature_check(const struct jws_parts *parts, struct arena *arena,
			   struct dpop_proof *proof)
{
	AUTO(json_clear) struct json_document document = {0};
	int r = json_read(parts->header, &json_limits_request, &document);
	if (r)
		return refused(r);
	struct header header;
	struct json_complaint complaint;
	r = json_decode(document.root, header_fields, COUNT(header_fields), &header, &complaint);
	if (r)
		return refused(r);
	if (!str_equal(header.alg, STR("ES256")) || !str_equal(header.typ, STR("dpop+jwt")))
		return DPOP_REFUSED;
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	r = key_of_jwk(header.jwk, arena, &key);
	if (r)
		return refused(r);
	r = jws_verify(key, parts);
	if (r)
		return refused(r);
	r = verify_key_thumbprint(key, proof->thumbprint);
	return r ? FOLD(r) : 0;
}

/* Is claim the base64url of SHA-256 of bytes? bytes absent: nobody asks. */
static int digest_check(struct arena *arena, struct str bytes, struct str claim)
{
	if (!bytes.ptr)
		return 0;
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	int r = digest_sha256(bytes, digest);
	if (r)
		return FOLD(r);
	struct str text;
	r = encode_base64url(arena, str_bytes(digest, sizeof digest), &text);
	if (r)
		return FOLD(r);
	return str_equal(text, claim) ? 0 : DPOP_REFUSED;
}

static int request_check(const struct auth *auth, struct arena *arena,
			 const struct dpop_request *request, const struct claims *claims)
{
	struct str htu;
	int r = arena_print(arena, &htu, "%.*s%.*s", STR_ARG(auth->origin), STR_ARG(request->path));
	if (r)
		return PASS(r);
	if (!str_equal(claims->htm, request->method) || !str_equal(claims->htu, htu))
		return DPOP_REFUSED;
	r = digest_check(arena, request->body, claims->body_sha256);
	if (r)
		return refused(r);
	r = digest_check(arena, request->access_token, claims->ath);
	return r ? refused(r) : 0;
}

static int claims_check(const struct auth *auth, struct arena *arena,
			const struct dpop_request *request, const struct claims *claims,
			int64_t now_ms, struct dpop_proof *proof)
{
	int64_t off_ms = claims->iat * 1000 - now_ms;
	if (off_ms > AUTH_PROOF_MS || off_ms < -AUTH_PROOF_MS - 999)
		return DPOP_REFUSED;
	int r = request_check(auth, arena, request, claims);
	if (r)
		return refused(r);
	const struct str parts[] = {STR("dpop"), str_of(proof->thumbprint), claims->jti};
	r = digest_parts(parts, COUNT(parts), proof->spent);
	if (r)
		return FOLD(r);
	proof->until_ms = claims->iat * 1000 + 2 * AUTH_PROOF_MS;
	return 0;
}

int dpop_verify(const struct auth *auth, struct arena *arena, const struct dpop_request *request,
		int64_t now_ms, struct dpop_proof *ret_proof)
{
	if (!request->proof.ptr)
		return DPOP_REFUSED;
	struct jws_parts parts;
	int r = jws_split(arena, request->proof, &parts);
	if (r)
		return refused(r);
	struct dpop_proof proof = {0};
	r = signature_check(&parts, arena, &proof);
	if (r)
		return refused(r);
	AUTO(json_clear) struct json_document document = {0};
	r = json_read(parts.payload, &json_limits_request, &document);
	if (r)
		return refused(r);
	struct claims claims = {0};
	struct json_complaint complaint;
	r = json_decode(document.root, claims_fields, COUNT(claims_fields), &claims, &complaint);
	if (r)
		return refused(r);
	r = claims_check(auth, arena, request, &claims, now_ms, &proof);
	if (r)
		return refused(r);
	*ret_proof = proof;
	return 0;
}

int dpop_spend(struct db *db, const struct dpop_proof *proof)
{
	int r = store_spent_add(db, STORE_SPENT_PROOF, str_bytes(proof->spent, sizeof proof->spent),
				proof->until_ms);
	if (r < 0)
		return PASS(r);
	return r ? DPOP_REFUSED : 0;
}
