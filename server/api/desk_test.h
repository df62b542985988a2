/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A desk for tests: a house, a reader's device that logs in, and cards that are tapped at it. The
 * device, the card, the authority's responder and the organisation are all played here.
 */
#pragma once

#include "lib/pki/world_test.h"
#include "server/api/service_test.h"

#include "lib/json/writer.h"
#include "sim/pki/answer.h"

struct desk {
	struct house *house;
	struct world *world;
	struct signing_key *device;
	char thumbprint[THUMBPRINT_BYTES];
	EVP_PKEY *organisation_key; /* borrowed, as the world is */
	struct pki_organisation *organisation;
	struct revocation *revocation; /* NULL: the service's own */
	enum answer_status card_status;
	bool responder_down;
	struct str token;
};

/* --- the authority --- */

static inline struct answer desk_answer(void *ctx, const X509 *root, const char *serial)
{
	(void)root;
	(void)serial;
	const struct desk *desk = ctx;
	return (struct answer){.status = desk->card_status,
			       .reason = PKI_REASON_CESSATION,
			       .revoked_ms = HOUSE_NOW_MS - 1000};
}

static inline int desk_ask(void *ctx, const char *url, int64_t timeout_ms, struct str request,
			   struct arena *arena, struct str *ret_response, const char **ret_cause)
{
	struct desk *desk = ctx;
	(void)url;
	(void)timeout_ms;
	if (desk->responder_down) {
		*ret_cause = "down";
		return REVOCATION_UNAVAILABLE;
	}
	struct answer_plan plan = {
		.authorities = {{desk->world->root.certificate, desk->world->responder.certificate,
				 desk->world->responder.key}},
		.authorities_count = 1,
		.look_up = desk_answer,
		.ctx = desk,
		.now_ms = desk->house->time.now_ms,
		.valid_ms = 60000,
	};
	return answer_make(arena, &plan, request, ret_response);
}

/* --- the room --- */

static inline void desk_organisation_open(struct desk *desk)
{
	char path[128];
	snprintf(path, sizeof path, "%s/organisation.pub", desk->house->folder);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(i2d_PUBKEY_fp(file, desk->organisation_key), 1);
	fclose(file);
	assert_int_equal(pki_organisation_load(path, &desk->organisation), 0);
}

static inline void desk_revocation_open(struct desk *desk)
{
	struct revocation_options options = {
		.ocsp_url = STR("http://127.0.0.1:9/"),
		.timeout_ms = 1000,
		.ttl_ms = -1,
		.clock = &desk->house->service->clock,
		.transport = {.post = desk_ask, .ctx = desk},
	};
	assert_int_equal(revocation_create(&options, &desk->revocation), 0);
}

/* RSA keys take seconds to find, so the authority is one for all tests; none of them changes it. */
struct authority {
	struct world *world;
	EVP_PKEY *organisation_key;
};

static inline int authority_open(void **state)
{
	struct authority *authority = test_calloc(1, sizeof *authority);
	void *part;
	assert_int_equal(world_create(&part), 0);
	authority->world = part;
	authority->organisation_key = make_key();
	assert_non_null(authority->organisation_key);
	*state = authority;
	return 0;
}

static inline int authority_close(void **state)
{
	struct authority *authority = *state;
	void *part = authority->world;
	assert_int_equal(world_destroy(&part), 0);
	EVP_PKEY_free(authority->organisation_key);
	test_free(authority);
	return 0;
}

/* options: NULL, or with settings of its own; then the responder asked is the settings' one. */
static inline int desk_open_with(void **state, const struct house_options *options)
{
	const struct authority *authority = *state;
	struct desk *desk = test_calloc(1, sizeof *desk);
	void *part;
	assert_int_equal(house_open_with(&part, options ? options : &(struct house_options){0}), 0);
	desk->house = part;
	desk->world = authority->world;
	desk->organisation_key = authority->organisation_key;
	assert_int_equal(signing_key_generate(&desk->device), 0);
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	assert_int_equal(verify_key_of(desk->device, &key), 0);
	assert_int_equal(verify_key_thumbprint(key, desk->thumbprint), 0);
	desk_organisation_open(desk);
	struct eligibility *eligibility = &desk->house->service->eligibility;
	eligibility->anchors = desk->world->anchors;
	eligibility->organisation = desk->organisation;
	if (!options) {
		desk_revocation_open(desk);
		eligibility->revocation = desk->revocation;
	}
	*state = desk;
	return 0;
}

static inline int desk_open(void **state)
{
	return desk_open_with(state, NULL);
}

static inline int desk_close(void **state)
{
	struct desk *desk = *state;
	void *part = desk->house;
	revocation_destroy(desk->revocation);
	pki_organisation_destroy(desk->organisation);
	signing_key_destroy(desk->device);
	assert_int_equal(house_close(&part), 0);
	test_free(desk);
	return 0;
}

/* --- DPoP --- */

static inline struct str desk_digest(struct desk *desk, struct str bytes)
{
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	struct str text;
	assert_int_equal(digest_sha256(bytes, digest), 0);
	assert_int_equal(encode_base64url(&desk->house->arena, str_bytes(digest, sizeof digest),
					  &text),
			 0);
	return text;
}

static inline struct str desk_proof(struct desk *desk, const struct signing_key *device,
				    const char *path, struct str token, struct str body)
{
	struct arena *arena = &desk->house->arena;
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	struct str jwk, header, payload, proof;
	char id[33];
	random_id(id);
	assert_int_equal(verify_key_of(device, &key), 0);
	assert_int_equal(verify_key_jwk(arena, key, &jwk), 0);
	struct json_writer writer;
	json_writer_init(&writer, arena, 0);
	json_object_open(&writer);
	json_put_member(&writer, "alg", STR("ES256"));
	json_key(&writer, "jwk");
	json_put_raw(&writer, jwk);
	json_put_member(&writer, "typ", STR("dpop+jwt"));
	json_object_close(&writer);
	assert_int_equal(json_writer_end(&writer, &header), 0);
	json_writer_init(&writer, arena, 0);
	json_object_open(&writer);
	if (token.ptr)
		json_put_member(&writer, "ath", desk_digest(desk, token));
	if (body.ptr)
		json_put_member(&writer, "body_sha256", desk_digest(desk, body));
	json_put_member(&writer, "htm", STR("POST"));
	json_put_member(&writer, "htu", house_print(desk->house, HOUSE_ORIGIN "%s", path));
	json_put_member_number(&writer, "iat", desk->house->time.now_ms / 1000);
	json_put_member(&writer, "jti", str_of(id));
	json_object_close(&writer);
	assert_int_equal(json_writer_end(&writer, &payload), 0);
	assert_int_equal(jws_sign(arena, device, header, payload, &proof), 0);
	return proof;
}

static inline int desk_post_proven(struct desk *desk, const char *path, struct str body)
{
	struct str none = {0};
	struct house_call call = {
		.method = "POST",
		.path = path,
		.body = body,
		.dpop = desk_proof(desk, desk->device, path, none, none),
	};
	return house_send(desk->house, &call);
}

/* --- activation and login --- */

static inline struct str desk_activation_code(struct desk *desk)
{
	AUTO(secret_wipe) struct secret code = {0};
	struct house *house = desk->house;
	assert_int_equal(code_issue(&house->service->auth, house->db, STORE_CODE_ACTIVATION,
				    &house->here.reader.row, house->time.now_ms, &code),
			 0);
	return house_print(house, "%.*s", STR_ARG(secret_str(&code)));
}

static inline struct str desk_activation_body(struct desk *desk, struct str password,
					      struct str code)
{
	return house_print(desk->house,
			   "{\"login_id\":\"W0000001\",\"password\":\"%.*s\","
			   "\"activation_code\":\"%.*s\","
			   "\"device\":{\"name\":\"受付\",\"platform\":\"linux\"}," HOUSE_CLIENT
			   "}",
			   STR_ARG(password), STR_ARG(code));
}

static inline struct str desk_password(struct desk *desk)
{
	return secret_str(&desk->house->here.reader.password);
}

static inline void desk_activate(struct desk *desk)
{
	struct str body =
		desk_activation_body(desk, desk_password(desk), desk_activation_code(desk));
	assert_int_equal(desk_post_proven(desk, "/v1/reader/activate", body), 200);
}

static inline int desk_login(struct desk *desk, struct str password)
{
	struct str body =
		house_print(desk->house,
			    "{\"login_id\":\"W0000001\",\"password\":\"%.*s\"," HOUSE_CLIENT "}",
			    STR_ARG(password));
	return desk_post_proven(desk, "/v1/reader/login", body);
}

static inline void desk_log_in(struct desk *desk)
{
	desk_activate(desk);
	assert_int_equal(desk_login(desk, desk_password(desk)), 200);
	desk->token = house_text(desk->house, "access_token");
}

/* --- the tap --- */

struct tap {
	const char *method; /* signed and sent */
	const char *staff;
	struct str certificate; /* DER */
	EVP_PKEY *key;		/* signs */
	EVP_PKEY *organisation; /* NULL: no proof */
	struct str nonce;	/* absent: a fresh one */
	bool registers;		/* 初回登録 */
};

static inline int desk_nonce(struct desk *desk, const struct tap *tap, struct str *ret_nonce)
{
	struct house_call call = {
		.method = "POST",
		.path = "/v1/reader/nonces",
		.token = desk->token,
		.body = house_print(desk->house, "{\"method\":\"%s\",\"staff\":\"%s\"%s}",
				    tap->method, tap->staff,
				    tap->registers ? ",\"purpose\":\"registration\"" : ""),
	};
	int status = house_send(desk->house, &call);
	*ret_nonce = house_text(desk->house, "nonce");
	return status;
}

static inline struct str desk_card_sign(struct desk *desk, EVP_PKEY *key,
					const unsigned char digest[32])
{
	unsigned char bytes[512];
	size_t len = sizeof bytes;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	struct str text;
	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_sign(ctx, bytes, &len, digest, 32), 1);
	EVP_PKEY_CTX_free(ctx);
	assert_int_equal(encode_base64(&desk->house->arena, str_bytes(bytes, len), &text), 0);
	return text;
}

static inline struct str desk_organisation_sign(struct desk *desk, EVP_PKEY *key,
						const unsigned char digest[32])
{
	unsigned char bytes[512];
	size_t len = sizeof bytes;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct str text;
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(ctx, bytes, &len, digest, 32), 1);
	EVP_MD_CTX_free(ctx);
	assert_int_equal(encode_base64(&desk->house->arena, str_bytes(bytes, len), &text), 0);
	return text;
}

static inline struct str tap_body(struct desk *desk, const struct tap *tap, struct str nonce)
{
	struct check_request request = {
		.purpose = tap->registers ? CHECK_REGISTRATION : CHECK_CONFIRMATION,
		.nonce = nonce,
		.method = tap->method[0] == 'v' ? ELIGIBILITY_VISUAL : ELIGIBILITY_PIN,
		.staff = str_of(tap->staff),
	};
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	struct str certificate, proof = {0};
	assert_int_equal(check_digest(STR(HOUSE_ORIGIN), &request, str_of(desk->thumbprint),
				      digest),
			 0);
	assert_int_equal(encode_base64(&desk->house->arena, tap->certificate, &certificate), 0);
	if (tap->organisation)
		proof = house_print(desk->house,
				    ",\"organisation_proof\":{\"profile\":\"simulated\","
				    "\"signature\":\"%.*s\"}",
				    STR_ARG(desk_organisation_sign(desk, tap->organisation,
								   digest)));
	return house_print(desk->house,
			   "{\"nonce\":\"%.*s\",\"method\":\"%s\",\"staff\":\"%s\","
			   "\"certificate\":\"%.*s\",\"signature\":\"%.*s\"%.*s%s}",
			   STR_ARG(nonce), tap->method, tap->staff, STR_ARG(certificate),
			   STR_ARG(desk_card_sign(desk, tap->key, digest)), STR_ARG(proof),
			   tap->registers ? ",\"consent\":true" : "");
}

static inline int tap_send(struct desk *desk, const char *path, struct str body, struct str dpop)
{
	struct house_call call = {
		.method = "POST",
		.path = path,
		.token = desk->token,
		.body = body,
		.dpop = dpop,
	};
	return house_send(desk->house, &call);
}

/* The call, whole, to be sent once. */
static inline struct house_call tap_call(struct desk *desk, const struct tap *tap)
{
	struct house_call call = {
		.method = "POST",
		.path = tap->registers ? "/v1/reader/registrations" : "/v1/reader/checks",
		.token = desk->token,
	};
	struct str nonce = tap->nonce;
	if (!nonce.ptr)
		assert_int_equal(desk_nonce(desk, tap, &nonce), 200);
	call.body = tap_body(desk, tap, nonce);
	call.dpop = desk_proof(desk, desk->device, call.path, desk->token, call.body);
	return call;
}

static inline int tap_card(struct desk *desk, const struct tap *tap)
{
	struct house_call call = tap_call(desk, tap);
	return house_send(desk->house, &call);
}

static inline struct tap tap_of(struct desk *desk, const struct make_profile *profile,
				const struct make_pair *issuer)
{
	return (struct tap){
		.method = "pin",
		.staff = "s1",
		.certificate = world_issue(desk->world, profile, issuer, desk->world->key),
		.key = desk->world->key,
	};
}

/* The register knows the certificate of this profile as person 1's. */
static inline void desk_register_as(struct desk *desk, struct str der, const char *registered)
{
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	struct house *house = desk->house;
	assert_int_equal(pki_check(desk->world->anchors, der, house->time.now_ms, &certificate), 0);
	const struct pki_facts *facts = pki_certificate_facts(certificate);
	struct str line = house_print(
		house,
		"{\"person\":\"P1\",\"certificates\":[{\"aki\":\"%s\",\"serial\":\"%s\"}],"
		"\"qualifications\":[{\"InsuredCardClassification\":\"01\","
		"\"InsurerNumber\":\"06132013\",\"Name\":\"試験　太郎\",\"Sex1\":\"1\","
		"\"Birthdate\":\"19700101\",\"InsurerName\":\"試験健康保険組合\","
		"\"QualificationDate\":\"20200401\"}],\"registered\":%s}",
		facts->aki, facts->serial, registered);
	struct people_imported imported;
	struct str complaint;
	assert_int_equal(people_import(house->service->keys, house->db, &house->arena, line,
				       house->time.now_ms, &imported, &complaint),
			 0);
}

static inline void desk_register(struct desk *desk, struct str der)
{
	desk_register_as(desk, der, "true");
}

static inline struct tap desk_ready(struct desk *desk)
{
	struct make_profile profile = world_profile();
	struct tap tap = tap_of(desk, &profile, &desk->world->root);
	desk_register(desk, tap.certificate);
	desk_log_in(desk);
	return tap;
}

static inline size_t desk_results(struct desk *desk)
{
	struct house *house = desk->house;
	struct store_results_query query = {.rid_min = 0, .rid_max = INT64_MAX};
	struct store_results_count counts;
	assert_int_equal(store_results_count(house->db, house->here.no, &query, &counts), 0);
	return (size_t)counts.count;
}

/* The events of this kind that the operator is told. */
static inline int64_t desk_alarms(struct desk *desk, enum alarm_kind kind)
{
	struct store_alarm *alarms;
	size_t count;
	assert_int_equal(tasks_run_once(desk->house->service->tasks), 0);
	assert_int_equal(store_alarms_list(desk->house->db, &desk->house->arena, &alarms, &count),
			 0);
	for (size_t i = 0; i < count; i++)
		if (alarms[i].kind == (int64_t)kind)
			return alarms[i].n;
	return 0;
}
