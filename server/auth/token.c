/* SPDX-License-Identifier: Apache-2.0 */
/* Issuing and verifying access tokens. The claims' names are those of RFC 7519, 7800 and 9068. */
#include "server/auth/token.h"

#include "lib/base/number.h"
#include "lib/json/json.h"
#include "lib/json/writer.h"

enum {
	NUMBER_LEN_MAX = 20,
	ORIGIN_LEN_MAX = 300,
	ID_HEX_LEN = 2 * STORE_ID_BYTES,
	JKT_LEN = THUMBPRINT_BYTES - 1,
};

static const struct str token_type = {"at+jwt", 6};

struct header {
	struct str alg, kid, typ;
};

static const struct json_field header_fields[] = {
	JSON_FIELD(struct header, alg, "alg", JSON_TEXT, JSON_REQUIRED, 1, 16),
	JSON_FIELD(struct header, kid, "kid", JSON_TEXT, JSON_REQUIRED, 1, 64),
	JSON_FIELD(struct header, typ, "typ", JSON_TEXT, JSON_REQUIRED, 1, 16),
};

struct claims {
	struct str aud, iss, kind, sid, sub;
	int64_t epoch, exp, facility, iat;
	const struct json *cnf;
};

static const struct json_field claims_fields[] = {
	JSON_FIELD(struct claims, aud, "aud", JSON_TEXT, JSON_REQUIRED, 1, ORIGIN_LEN_MAX),
	JSON_FIELD(struct claims, cnf, "cnf", JSON_OBJECT, JSON_OPTIONAL, 0, 0),
	JSON_FIELD(struct claims, epoch, "epoch", JSON_NUMBER, JSON_REQUIRED, 0, INT64_MAX),
	JSON_FIELD(struct claims, exp, "exp", JSON_NUMBER, JSON_REQUIRED, 0, INT32_MAX * 4LL),
	JSON_FIELD(struct claims, facility, "facility", JSON_NUMBER, JSON_REQUIRED, 1, INT32_MAX),
	JSON_FIELD(struct claims, iat, "iat", JSON_NUMBER, JSON_REQUIRED, 0, INT32_MAX * 4LL),
	JSON_FIELD(struct claims, iss, "iss", JSON_TEXT, JSON_REQUIRED, 1, ORIGIN_LEN_MAX),
	JSON_FIELD(struct claims, kind, "kind", JSON_TEXT, JSON_REQUIRED, 1, 4),
	JSON_FIELD(struct claims, sid, "sid", JSON_TEXT, JSON_REQUIRED, ID_HEX_LEN, ID_HEX_LEN),
	JSON_FIELD(struct claims, sub, "sub", JSON_TEXT, JSON_REQUIRED, 1, NUMBER_LEN_MAX),
};

struct confirmation {
	struct str jkt;
};

static const struct json_field confirmation_fields[] = {
	JSON_FIELD(struct confirmation, jkt, "jkt", JSON_TEXT, JSON_REQUIRED, JKT_LEN, JKT_LEN),
};

#define COUNT(fields) (sizeof(fields) / sizeof(fields)[0])

static int claims_write(const struct auth *auth, struct arena *arena, const struct caller *caller,
			int64_t now_ms, struct str *ret_payload)
{
	struct str sid, sub;
	int r = encode_hex(arena, str_bytes(caller->session_id, STORE_ID_BYTES), &sid);
	if (r)
		return FOLD(r);
	r = arena_print(arena, &sub, "%lld", (long long)caller->account_no);
	if (r)
		return PASS(r);
	struct json_writer writer;
	json_writer_init(&writer, arena, 512);
	json_object_open(&writer);
	json_put_member(&writer, "aud", auth->origin);
	if (caller->thumbprint[0]) {
		json_key(&writer, "cnf");
		json_object_open(&writer);
		json_put_member(&writer, "jkt", str_of(caller->thumbprint));
		json_object_close(&writer);
	}
	json_put_member_number(&writer, "epoch", caller->epoch);
	json_put_member_number(&writer, "exp", (now_ms + AUTH_TOKEN_MS) / 1000);
	json_put_member_number(&writer, "facility", caller->facility_no);
	json_put_member_number(&writer, "iat", now_ms / 1000);
	json_put_member(&writer, "iss", auth->origin);
	json_put_member(&writer, "kind", account_kind_name(caller->kind));
	json_put_member(&writer, "sid", sid);
	json_put_member(&writer, "sub", sub);
	json_object_close(&writer);
	r = json_writer_end(&writer, ret_payload);
	return r ? PASS(r) : 0;
}

static int header_write(struct arena *arena, struct str kid, struct str *ret_header)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 128);
	json_object_open(&writer);
	json_put_member(&writer, "alg", STR("ES256"));
	json_put_member(&writer, "kid", kid);
	json_put_member(&writer, "typ", token_type);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_header);
	return r ? PASS(r) : 0;
}

int token_issue(const struct auth *auth, struct arena *arena, const struct caller *caller,
		int64_t now_ms, struct str *ret_token)
{
	struct keys_signer signer = keys_token_signing(auth->keys);
	struct str header, payload;
	int r = header_write(arena, signer.kid, &header);
	if (r)
		return PASS(r);
	r = claims_write(auth, arena, caller, now_ms, &payload);
	if (r)
		return PASS(r);
	r = jws_sign(arena, signer.key, header, payload, ret_token);
	return r ? FOLD(r) : 0;
}

/* The signature: by a key of ours, over exactly the header that we write. */
static int signature_check(const struct auth *auth, const struct jws_parts *parts)
{
	AUTO(json_clear) struct json_document document = {0};
	int r = json_read(parts->header, &json_limits_request, &document);
	if (r)
		return r < 0 ? PASS(r) : TOKEN_FORGED;
	struct header header;
	struct json_complaint complaint;
	r = json_decode(document.root, header_fields, COUNT(header_fields), &header, &complaint);
	if (r)
		return r < 0 ? PASS(r) : TOKEN_FORGED;
	if (!str_equal(header.alg, STR("ES256")) || !str_equal(header.typ, token_type))
		return TOKEN_FORGED;
	const struct verify_key *key = keys_token_verify(auth->keys, header.kid);
	if (!key)
		return TOKEN_FORGED;
	r = jws_verify(key, parts);
	if (r)
		return r < 0 ? PASS(r) : TOKEN_FORGED;
	return 0;
}

static int thumbprint_read(const struct json *cnf, struct caller *caller)
{
	if (!cnf)
		return 0;
	struct confirmation confirmation;
	struct json_complaint complaint;
	int r = json_decode(cnf, confirmation_fields, COUNT(confirmation_fields), &confirmation,
			    &complaint);
	if (r)
		return r < 0 ? PASS(r) : TOKEN_FORGED;
	r = str_to_c(confirmation.jkt, caller->thumbprint, sizeof caller->thumbprint);
	return r ? TOKEN_FORGED : 0;
}

/* Those that tokens are made for. */
static bool kind_of_name(struct str name, enum account_kind *ret_kind)
{
	static const enum account_kind kinds[] = {ACCOUNT_READER, ACCOUNT_RECEIPT, ACCOUNT_MAIL};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_equal(name, account_kind_name(kinds[i]))) {
			*ret_kind = kinds[i];
			return true;
		}
	return false;
}

static int caller_of_claims(const struct claims *claims, struct arena *arena,
			    struct caller *ret_caller)
{
	struct caller caller = {
		.facility_no = claims->facility,
		.epoch = claims->epoch,
		.until_ms = claims->exp * 1000,
	};
	if (!kind_of_name(claims->kind, &caller.kind))
		return TOKEN_FORGED;
	if (number_parse(claims->sub, 1, INT64_MAX, &caller.account_no))
		return TOKEN_FORGED;
	struct str id;
	int r = decode_hex(arena, claims->sid, &id);
	if (r)
		return r < 0 ? PASS(r) : TOKEN_FORGED;
	memcpy(caller.session_id, id.ptr, STORE_ID_BYTES);
	r = thumbprint_read(claims->cnf, &caller);
	if (r)
		return r < 0 ? PASS(r) : TOKEN_FORGED;
	*ret_caller = caller;
	return 0;
}

int token_verify(const struct auth *auth, struct arena *arena, struct str token, int64_t now_ms,
		 struct caller *ret_caller)
{
	struct jws_parts parts;
	int r = jws_split(arena, token, &parts);
	if (r)
		return r < 0 ? PASS(r) : TOKEN_FORGED;
	r = signature_check(auth, &parts);
	if (r)
		return r < 0 ? PASS(r) : r;
	AUTO(json_clear) struct json_document document = {0};
	r = json_read(parts.payload, &json_limits_request, &document);
	if (r)
		return r < 0 ? PASS(r) : TOKEN_FORGED;
	struct claims claims = {0};
	struct json_complaint complaint;
	r = json_decode(document.root, claims_fields, COUNT(claims_fields), &claims, &complaint);
	if (r)
		return r < 0 ? PASS(r) : TOKEN_FORGED;
	if (!str_equal(claims.iss, auth->origin) || !str_equal(claims.aud, auth->origin))
		return TOKEN_FORGED;
	if (now_ms / 1000 >= claims.exp)
		return TOKEN_EXPIRED;
	return caller_of_claims(&claims, arena, ret_caller);
}
