/* SPDX-License-Identifier: Apache-2.0 */
/* What a device does in tests: it proves its requests, logs in and registers itself. */
#pragma once

#include "lib/json/writer.h"
#include "server/api/service_test.h"

/* What a proof says of its request; zeroed members are left out or made good. */
struct house_proof {
	const char *method; /* NULL: "POST" */
	const char *path;
	struct str token;
	struct str body;
	int64_t off_ms; /* the device's clock against the service's */
	const char *id; /* NULL: a new one */
};

static inline struct str house_digest_text(struct house *house, struct str bytes)
{
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	struct str text, raw = str_bytes(digest, sizeof digest);
	assert_int_equal(digest_sha256(bytes, digest), 0);
	assert_int_equal(encode_base64url(&house->arena, raw, &text), 0);
	return text;
}

static inline struct str house_proof_claims(struct house *house, const struct house_proof *proof)
{
	struct json_writer writer;
	struct str payload;
	char id[33];
	random_id(id);
	json_writer_init(&writer, &house->arena, 0);
	json_object_open(&writer);
	if (proof->token.ptr)
		json_put_member(&writer, "ath", house_digest_text(house, proof->token));
	if (proof->body.ptr)
		json_put_member(&writer, "body_sha256", house_digest_text(house, proof->body));
	json_put_member(&writer, "htm", str_of(proof->method ? proof->method : "POST"));
	json_put_member(&writer, "htu", house_print(house, HOUSE_ORIGIN "%s", proof->path));
	json_put_member_number(&writer, "iat", (house->time.now_ms + proof->off_ms) / 1000);
	json_put_member(&writer, "jti", str_of(proof->id ? proof->id : id));
	json_object_close(&writer);
	assert_int_equal(json_writer_end(&writer, &payload), 0);
	return payload;
}

/* RFC 9449 section 4.2. */
static inline struct str house_prove(struct house *house, const struct signing_key *device,
				     const struct house_proof *proof)
{
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	struct str jwk, text;
	assert_int_equal(verify_key_of(device, &key), 0);
	assert_int_equal(verify_key_jwk(&house->arena, key, &jwk), 0);
	struct str header =
		house_print(house, "{\"alg\":\"ES256\",\"jwk\":%.*s,\"typ\":\"dpop+jwt\"}",
			    STR_ARG(jwk));
	assert_int_equal(jws_sign(&house->arena, device, header, house_proof_claims(house, proof),
				  &text),
			 0);
	return text;
}

/* Send it with a good proof; device NULL: without one. */
static inline int house_send_proven(struct house *house, const struct signing_key *device,
				    struct house_call call)
{
	const struct house_proof proof = {
		.method = call.method,
		.path = call.path,
		.token = call.token,
		.body = call.token.ptr ? call.body : (struct str){0},
	};
	if (device)
		call.dpop = house_prove(house, device, &proof);
	return house_send(house, &call);
}

static inline int house_post_proven(struct house *house, const struct signing_key *device,
				    const char *path, struct str body)
{
	return house_send_proven(house, device,
				 (struct house_call){.method = "POST", .path = path, .body = body});
}

static inline int house_login_proven(struct house *house, const struct signing_key *device,
				     const char *facility, const struct house_account *account,
				     struct str password)
{
	struct str body = house_print(house,
				      "{\"facility_code\":\"%s\",\"login_id\":\"%.*s\","
				      "\"password\":\"%.*s\"," HOUSE_CLIENT "}",
				      facility, STR_ARG(account->row.login_id), STR_ARG(password));
	return house_post_proven(house, device, "/v1/login", body);
}

/* With the challenge of the last reply. */
static inline int house_mfa_proven(struct house *house, const struct signing_key *device,
				   struct str passcode)
{
	struct str challenge = house_text(house, "challenge");
	struct str body = house_print(house, "{\"challenge\":\"%.*s\",\"passcode\":\"%.*s\"}",
				      STR_ARG(challenge), STR_ARG(passcode));
	return house_post_proven(house, device, "/v1/mfa", body);
}

/* Log in by a key, registered or not; the account is enrolled. The clock moves to a passcode that
 * was not used yet. */
static inline struct house_session house_key_session(struct house *house,
						     const struct signing_key *device,
						     const char *facility,
						     const struct house_account *account)
{
	house->time.now_ms += 2 * TOTP_STEP_MS;
	assert_int_equal(house_login_proven(house, device, facility, account,
					    secret_str(&account->password)),
			 200);
	assert_int_equal(house_mfa_proven(house, device, house_passcode(house, account, 0)), 200);
	return (struct house_session){
		.token = house_text(house, "access_token"),
		.handle = house_text(house, "refresh_handle"),
	};
}

/* The status; on 200 the id is in house_text(…, "device_id"). */
static inline int house_register(struct house *house, const struct signing_key *device,
				 struct str token, const char *members)
{
	struct house_call call = {
		.method = "POST",
		.path = "/v1/devices",
		.token = token,
		.body = house_print(house, "{%s}", members),
	};
	return house_send_proven(house, device, call);
}

#define HOUSE_PC "\"name\":\"受付PC\",\"platform\":\"linux\""
