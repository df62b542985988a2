/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader's calls: activation, login, nonce, check, with a card of the test authority. The
 * device, the card, the authority's responder and the organisation are all played here.
 */
#include "lib/pki/world_test.h"
#include "server/api/service_test.h"

#include "lib/json/writer.h"
#include "sim/pki/answer.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof(rows)[0])

struct desk {
	struct house *house;
	struct world *world;
	struct signing_key *device;
	char thumbprint[THUMBPRINT_BYTES];
	EVP_PKEY *organisation_key; /* borrowed, as the world is */
	struct pki_organisation *organisation;
	struct revocation *revocation;
	enum answer_status card_status;
	bool responder_down;
	struct str token;
};

/* --- the authority --- */

static struct answer authority_look_up(void *ctx, const X509 *root, const char *serial)
{
	(void)root;
	(void)serial;
	const struct desk *desk = ctx;
	return (struct answer){.status = desk->card_status,
			       .reason = PKI_REASON_CESSATION,
			       .revoked_ms = HOUSE_NOW_MS - 1000};
}

static int authority_post(void *ctx, const char *url, int64_t timeout_ms, struct str request,
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
		.look_up = authority_look_up,
		.ctx = desk,
		.now_ms = desk->house->time.now_ms,
		.valid_ms = 60000,
	};
	return answer_make(arena, &plan, request, ret_response);
}

/* --- the room --- */

static void organisation_open(struct desk *desk)
{
	char path[128];
	snprintf(path, sizeof path, "%s/organisation.pub", desk->house->folder);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(i2d_PUBKEY_fp(file, desk->organisation_key), 1);
	fclose(file);
	assert_int_equal(pki_organisation_load(path, &desk->organisation), 0);
}

static void revocation_open(struct desk *desk)
{
	struct revocation_options options = {
		.ocsp_url = STR("http://127.0.0.1:9/"),
		.timeout_ms = 1000,
		.ttl_ms = -1,
		.clock = &desk->house->service->clock,
		.transport = {.post = authority_post, .ctx = desk},
	};
	assert_int_equal(revocation_create(&options, &desk->revocation), 0);
}

/* RSA keys take seconds to find, so the authority is one for all tests; none of them changes it. */
struct authority {
	struct world *world;
	EVP_PKEY *organisation_key;
};

static int authority_open(void **state)
{
	struct authority *authority = test_calloc(1, sizeof *authority);
	void *part;
	assert_int_equal(world_create(&part), 0);
	authority->world = part;
	authority->organisation_key = EVP_RSA_gen(2048);
	assert_non_null(authority->organisation_key);
	*state = authority;
	return 0;
}

static int authority_close(void **state)
{
	struct authority *authority = *state;
	void *part = authority->world;
	assert_int_equal(world_destroy(&part), 0);
	EVP_PKEY_free(authority->organisation_key);
	test_free(authority);
	return 0;
}

static int desk_open(void **state)
{
	const struct authority *authority = *state;
	struct desk *desk = test_calloc(1, sizeof *desk);
	void *part;
	assert_int_equal(house_open(&part), 0);
	desk->house = part;
	desk->world = authority->world;
	desk->organisation_key = authority->organisation_key;
	assert_int_equal(signing_key_generate(&desk->device), 0);
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	assert_int_equal(verify_key_of(desk->device, &key), 0);
	assert_int_equal(verify_key_thumbprint(key, desk->thumbprint), 0);
	organisation_open(desk);
	revocation_open(desk);
	struct eligibility *eligibility = &desk->house->service->eligibility;
	eligibility->anchors = desk->world->anchors;
	eligibility->organisation = desk->organisation;
	eligibility->revocation = desk->revocation;
	*state = desk;
	return 0;
}

static int desk_close(void **state)
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

static struct str digest_text(struct desk *desk, struct str bytes)
{
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	struct str text;
	assert_int_equal(digest_sha256(bytes, digest), 0);
	assert_int_equal(encode_base64url(&desk->house->arena, str_bytes(digest, sizeof digest),
					  &text),
			 0);
	return text;
}

static struct str proof_make(struct desk *desk, const struct signing_key *device, const char *path,
			     struct str token, struct str body)
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
		json_put_member(&writer, "ath", digest_text(desk, token));
	if (body.ptr)
		json_put_member(&writer, "body_sha256", digest_text(desk, body));
	json_put_member(&writer, "htm", STR("POST"));
	json_put_member(&writer, "htu", house_print(desk->house, HOUSE_ORIGIN "%s", path));
	json_put_member_number(&writer, "iat", desk->house->time.now_ms / 1000);
	json_put_member(&writer, "jti", str_of(id));
	json_object_close(&writer);
	assert_int_equal(json_writer_end(&writer, &payload), 0);
	assert_int_equal(jws_sign(arena, device, header, payload, &proof), 0);
	return proof;
}

static int post_proven(struct desk *desk, const char *path, struct str body)
{
	struct str none = {0};
	struct house_call call = {
		.method = "POST",
		.path = path,
		.body = body,
		.dpop = proof_make(desk, desk->device, path, none, none),
	};
	return house_send(desk->house, &call);
}

/* --- activation and login --- */

static struct str activation_code(struct desk *desk)
{
	AUTO(secret_wipe) struct secret code = {0};
	struct house *house = desk->house;
	assert_int_equal(code_issue(&house->service->auth, house->db, STORE_CODE_ACTIVATION,
				    &house->here.reader.row, house->time.now_ms, &code),
			 0);
	return house_print(house, "%.*s", STR_ARG(secret_str(&code)));
}

static struct str activation_body(struct desk *desk, struct str password, struct str code)
{
	return house_print(desk->house,
			   "{\"login_id\":\"W0000001\",\"password\":\"%.*s\","
			   "\"activation_code\":\"%.*s\","
			   "\"device\":{\"name\":\"受付\",\"platform\":\"linux\"}," HOUSE_CLIENT
			   "}",
			   STR_ARG(password), STR_ARG(code));
}

static struct str password_here(struct desk *desk)
{
	return secret_str(&desk->house->here.reader.password);
}

static void activate(struct desk *desk)
{
	struct str body = activation_body(desk, password_here(desk), activation_code(desk));
	assert_int_equal(post_proven(desk, "/v1/reader/activate", body), 200);
}

static int reader_login(struct desk *desk, struct str password)
{
	struct str body =
		house_print(desk->house,
			    "{\"login_id\":\"W0000001\",\"password\":\"%.*s\"," HOUSE_CLIENT "}",
			    STR_ARG(password));
	return post_proven(desk, "/v1/reader/login", body);
}

static void log_in(struct desk *desk)
{
	activate(desk);
	assert_int_equal(reader_login(desk, password_here(desk)), 200);
	desk->token = house_text(desk->house, "access_token");
}

static void test_an_activation_code_registers_one_device(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct str code = activation_code(desk);
	struct str body = activation_body(desk, STR("wrong"), code);
	assert_int_equal(post_proven(desk, "/v1/reader/activate", body), 401);
	assert_problem(house, "activation_refused");
	body = activation_body(desk, password_here(desk), STR("abcdefghabcdefgh"));
	assert_int_equal(post_proven(desk, "/v1/reader/activate", body), 401);
	assert_problem(house, "activation_refused");
	body = activation_body(desk, password_here(desk), code);
	assert_int_equal(post_proven(desk, "/v1/reader/activate", body), 200);
	assert_str_equal(house_text(house, "facility_code"), STR("1310000003"));
	assert_int_equal(post_proven(desk, "/v1/reader/activate", body), 401);
	assert_problem(house, "activation_refused");
}

static void test_a_device_logs_in_with_its_key(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	assert_int_equal(reader_login(desk, password_here(desk)), 401);
	assert_problem(house, "device_unknown");
	activate(desk);
	assert_int_equal(reader_login(desk, STR("wrong")), 401);
	assert_problem(house, "credentials_refused");
	assert_int_equal(reader_login(desk, password_here(desk)), 200);
	assert_str_equal(house_text(house, "account_kind"), STR("W"));
}

static void test_a_proof_is_good_once_for_one_request(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	activate(desk);
	struct str body =
		house_print(house,
			    "{\"login_id\":\"W0000001\",\"password\":\"%.*s\"," HOUSE_CLIENT "}",
			    STR_ARG(password_here(desk)));
	struct str none = {0};
	struct house_call call = {
		.method = "POST",
		.path = "/v1/reader/login",
		.body = body,
		.dpop = proof_make(desk, desk->device, "/v1/reader/login", none, none),
	};
	assert_int_equal(house_send(house, &call), 200);
	assert_int_equal(house_send(house, &call), 401);
	assert_problem(house, "device_proof_refused");
	call.dpop = proof_make(desk, desk->device, "/v1/login", none, none);
	assert_int_equal(house_send(house, &call), 401);
	assert_problem(house, "device_proof_refused");
	call.dpop = proof_make(desk, desk->device, "/v1/reader/login", none, none);
	house->time.now_ms += AUTH_PROOF_MS + 1000;
	assert_int_equal(house_send(house, &call), 401);
	assert_problem(house, "device_proof_refused");
	call.dpop = none;
	assert_int_equal(house_send(house, &call), 401);
	assert_problem(house, "device_proof_refused");
}

static void test_a_devices_session_is_renewed_by_the_device_only(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	log_in(desk);
	struct str handle = house_text(house, "refresh_handle"), none = {0};
	assert_int_equal(house_refresh(house, &house->here.reader, handle, password_here(desk),
				       "0123456789abcdef1"),
			 401);
	assert_problem(house, "device_proof_refused");
	struct house_call call = {
		.method = "POST",
		.path = "/v1/refresh",
		.idempotency_key = "0123456789abcdef1",
		.dpop = proof_make(desk, desk->device, "/v1/refresh", none, none),
		.body = house_print(house,
				    "{\"refresh_handle\":\"%.*s\",\"login_id\":\"W0000001\","
				    "\"password\":\"%.*s\"}",
				    STR_ARG(handle), STR_ARG(password_here(desk))),
	};
	assert_int_equal(house_send(house, &call), 200);
	assert_str_equal(house_text(house, "account_kind"), STR("W"));
}

static void test_staff_are_the_facilitys_own(void **state)
{
	struct desk *desk = *state;
	log_in(desk);
	struct str none = {0};
	assert_int_equal(house_get(desk->house, "/v1/reader/staff", none, desk->token), 200);
	const struct json *staff = json_member(desk->house->json.root, "staff");
	assert_int_equal(json_count(staff), 1);
	assert_str_equal(json_text(json_member(json_at(staff, 0), "name")), STR("試験 花子"));
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

static int nonce_get(struct desk *desk, const struct tap *tap, struct str *ret_nonce)
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

static struct str card_sign(struct desk *desk, EVP_PKEY *key, const unsigned char digest[32])
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

static struct str organisation_sign(struct desk *desk, EVP_PKEY *key,
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

static struct str tap_body(struct desk *desk, const struct tap *tap, struct str nonce)
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
				    STR_ARG(organisation_sign(desk, tap->organisation, digest)));
	return house_print(desk->house,
			   "{\"nonce\":\"%.*s\",\"method\":\"%s\",\"staff\":\"%s\","
			   "\"certificate\":\"%.*s\",\"signature\":\"%.*s\"%.*s%s}",
			   STR_ARG(nonce), tap->method, tap->staff, STR_ARG(certificate),
			   STR_ARG(card_sign(desk, tap->key, digest)), STR_ARG(proof),
			   tap->registers ? ",\"consent\":true" : "");
}

static int tap_send(struct desk *desk, const char *path, struct str body, struct str dpop)
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

static int tap_card(struct desk *desk, const struct tap *tap)
{
	struct str nonce = tap->nonce;
	if (!nonce.ptr)
		assert_int_equal(nonce_get(desk, tap, &nonce), 200);
	struct str body = tap_body(desk, tap, nonce);
	const char *path = tap->registers ? "/v1/reader/registrations" : "/v1/reader/checks";
	return tap_send(desk, path, body, proof_make(desk, desk->device, path, desk->token, body));
}

static struct tap tap_of(struct desk *desk, const struct make_profile *profile,
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
static void register_card_as(struct desk *desk, struct str der, const char *registered)
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

static void register_card(struct desk *desk, struct str der)
{
	register_card_as(desk, der, "true");
}

static struct tap ready(struct desk *desk)
{
	struct make_profile profile = world_profile();
	struct tap tap = tap_of(desk, &profile, &desk->world->root);
	register_card(desk, tap.certificate);
	log_in(desk);
	return tap;
}

static size_t results_count(struct desk *desk)
{
	struct house *house = desk->house;
	struct store_results_query query = {.rid_min = 0, .rid_max = INT64_MAX};
	struct store_results_count counts;
	assert_int_equal(store_results_count(house->db, house->here.no, &query, &counts), 0);
	return (size_t)counts.count;
}

static void test_a_tap_becomes_one_result_and_one_audit_row(void **state)
{
	struct desk *desk = *state;
	struct tap tap = ready(desk);
	assert_int_equal(tap_card(desk, &tap), 200);
	assert_str_equal(house_text(desk->house, "confirmed_at"), STR("20261122120000"));
	assert_int_equal(house_text(desk->house, "id").len, 32);
	const struct json *message =
		json_member(json_member(desk->house->json.root, "result"), "XmlMsg");
	assert_str_equal(json_text(json_member(json_member(message, "MessageBody"),
					       "QualificationValidity")),
			 STR("1"));
	assert_str_equal(json_text(json_member(json_member(message, "MessageHeader"),
					       "MedicalInstitutionCode")),
			 STR("1310000003"));
	assert_int_equal(results_count(desk), 1);
	assert_int_equal(house_audits_of(desk->house, desk->house->here.no, "check"), 1);
}

/* --- 初回登録 --- */

static struct str last_call(struct desk *desk)
{
	struct house *house = desk->house;
	struct store_audit *rows;
	size_t count;
	assert_int_equal(store_audit_list(house->db, &house->arena, house->here.no, 0,
					  STORE_AUDIT_PAGE_MAX, &rows, &count),
			 0);
	assert_true(count > 0);
	return house_print(house, "%.*s %.*s", STR_ARG(rows[count - 1].call),
			   STR_ARG(rows[count - 1].outcome));
}

static struct tap unregistered(struct desk *desk)
{
	struct make_profile profile = world_profile();
	struct tap tap = tap_of(desk, &profile, &desk->world->root);
	register_card_as(desk, tap.certificate, "false");
	log_in(desk);
	return tap;
}

static void test_a_card_that_is_not_registered_yet_can_be(void **state)
{
	struct desk *desk = *state;
	struct tap tap = unregistered(desk);
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "card_not_registered");
	assert_str_equal(last_call(desk), STR("check card_not_registered"));
	assert_int_equal(results_count(desk), 0);
	tap.registers = true;
	assert_int_equal(tap_card(desk, &tap), 200);
	assert_str_equal(last_call(desk), STR("registration ok"));
	const struct json *message =
		json_member(json_member(desk->house->json.root, "result"), "XmlMsg");
	assert_str_equal(json_text(json_member(json_member(message, "MessageBody"),
					       "QualificationValidity")),
			 STR("1"));
	tap.registers = false;
	assert_int_equal(tap_card(desk, &tap), 200);
	/* An answer that was lost: registering again is a confirmation. */
	tap.registers = true;
	assert_int_equal(tap_card(desk, &tap), 200);
	assert_int_equal(results_count(desk), 3);
}

/* Neither nonce nor signature of a check registers a card. */
static void test_what_was_signed_for_a_check_registers_nothing(void **state)
{
	struct desk *desk = *state;
	struct tap tap = unregistered(desk);
	const char *path = "/v1/reader/registrations";
	struct str nonce, body;
	assert_int_equal(nonce_get(desk, &tap, &nonce), 200);
	tap.registers = true;
	body = tap_body(desk, &tap, nonce);
	assert_int_equal(tap_send(desk, path, body,
				  proof_make(desk, desk->device, path, desk->token, body)),
			 409);
	assert_problem(desk->house, "nonce_refused");
	assert_int_equal(nonce_get(desk, &tap, &nonce), 200);
	tap.registers = false;
	body = tap_body(desk, &tap, nonce);
	body = house_print(desk->house, "%.*s,\"consent\":true}", (int)body.len - 1, body.ptr);
	assert_int_equal(tap_send(desk, path, body,
				  proof_make(desk, desk->device, path, desk->token, body)),
			 403);
	assert_problem(desk->house, "possession_refused");
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "card_not_registered");
}

static void test_a_bad_card_is_not_registered(void **state)
{
	struct desk *desk = *state;
	struct tap tap = unregistered(desk);
	tap.registers = true;
	desk->card_status = ANSWER_REVOKED;
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "certificate_revoked");
	desk->card_status = ANSWER_GOOD;
	tap.key = desk->organisation_key;
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "possession_refused");
	struct make_profile profile = world_profile();
	profile.serial++;
	struct tap stranger = tap_of(desk, &profile, &desk->world->root);
	stranger.registers = true;
	assert_int_equal(tap_card(desk, &stranger), 404);
	assert_problem(desk->house, "person_unknown");
	assert_int_equal(results_count(desk), 0);
}

/* --- history --- */

static int history_get(struct desk *desk, const char *query)
{
	return house_get(desk->house, "/v1/reader/checks", str_of(query), desk->token);
}

static void test_the_history_shows_again_what_was_confirmed_here(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct tap tap = ready(desk);
	assert_int_equal(tap_card(desk, &tap), 200);
	struct str id = house_text(house, "id");
	house->time.now_ms += 60000;
	tap.nonce = (struct str){0};
	assert_int_equal(tap_card(desk, &tap), 200);
	size_t audits = house_audits(house, house->here.no);
	assert_int_equal(history_get(desk, "from=20261122000000&to=20261122235959&limit=1"), 200);
	assert_int_equal(house_audits(house, house->here.no), audits + 1);
	const struct json *results = json_member(house->json.root, "results");
	assert_int_equal(json_count(results), 1);
	assert_str_equal(json_text(json_member(json_at(results, 0), "id")), id);
	assert_str_equal(json_text(json_member(json_at(results, 0), "staff")), STR("s1"));
	struct str next = house_print(house, "from=20261122000000&to=20261122235959&cursor=%.*s",
				      STR_ARG(house_text(house, "next_cursor")));
	assert_int_equal(history_get(desk, next.ptr), 200);
	results = json_member(house->json.root, "results");
	assert_int_equal(json_count(results), 1);
	assert_str_equal(json_text(json_member(json_at(results, 0), "confirmed_at")),
			 STR("20261122120100"));
}

static void test_the_history_asks_for_a_period_only(void **state)
{
	static const struct {
		const char *query, *problem;
		int status;
	} bad[] = {
		{"from=20261122000000", "period_malformed", 422},
		{"from=20261122000000&to=20261122235959&reference=with", "query_invalid", 422},
		{"from=20261122000000&to=20261122235959&wait=1", "query_invalid", 422},
		{"from=20260101000000&to=20260131235959", "period_too_old", 422},
		{"from=20261122000000&to=20261122235959&cursor=AAAA", "cursor_refused", 422},
	};
	struct desk *desk = *state;
	log_in(desk);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(history_get(desk, bad[i].query), bad[i].status);
		assert_str_equal(house_text(desk->house, "code"), str_of(bad[i].problem));
	}
	desk->token = house_session(desk->house, "1310000003", &desk->house->here.receipt).token;
	assert_int_equal(history_get(desk, "from=20261122000000&to=20261122235959"), 403);
}

static void test_a_face_check_needs_the_organisations_proof(void **state)
{
	struct desk *desk = *state;
	struct tap tap = ready(desk);
	tap.method = "visual";
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "organisation_proof_refused");
	tap.organisation = tap.key; /* somebody else's key */
	assert_int_equal(tap_card(desk, &tap), 403);
	tap.organisation = desk->organisation_key;
	assert_int_equal(tap_card(desk, &tap), 200);
	desk->house->service->eligibility.simulated_allowed = false;
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "organisation_proof_refused");
	assert_int_equal(results_count(desk), 1);
}

static void test_a_nonce_is_good_once_for_its_own_tap(void **state)
{
	struct desk *desk = *state;
	struct tap tap = ready(desk);
	assert_int_equal(nonce_get(desk, &tap, &tap.nonce), 200);
	assert_int_equal(tap_card(desk, &tap), 200);
	assert_int_equal(tap_card(desk, &tap), 409);
	assert_problem(desk->house, "nonce_refused");
	assert_int_equal(nonce_get(desk, &tap, &tap.nonce), 200);
	struct tap other = tap;
	other.method = "visual";
	other.organisation = desk->organisation_key;
	assert_int_equal(tap_card(desk, &other), 409);
	assert_problem(desk->house, "nonce_refused");
	desk->house->time.now_ms += CHECK_NONCE_MS;
	assert_int_equal(tap_card(desk, &tap), 409);
	assert_problem(desk->house, "nonce_refused");
	assert_int_equal(results_count(desk), 1);
}

static void test_the_card_must_hold_the_key_and_sign_this_tap(void **state)
{
	struct desk *desk = *state;
	struct tap tap = ready(desk);
	tap.key = desk->organisation_key;
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "possession_refused");
	assert_int_equal(results_count(desk), 0);
	assert_int_equal(house_audits_of(desk->house, desk->house->here.no, "check"), 1);
}

/* The events of this kind that the operator is told. */
static int64_t alarm_count(struct desk *desk, enum alarm_kind kind)
{
	struct store_alarm *alarms;
	size_t count;
	assert_int_equal(work_run_once(desk->house->service->work), 0);
	assert_int_equal(store_alarms_list(desk->house->db, &desk->house->arena, &alarms, &count),
			 0);
	for (size_t i = 0; i < count; i++)
		if (alarms[i].kind == (int64_t)kind)
			return alarms[i].n;
	return 0;
}

static void test_refused_certificates_store_no_result(void **state)
{
	struct desk *desk = *state;
	struct tap good = ready(desk);
	struct make_profile profile = world_profile();
	struct tap evil = tap_of(desk, &profile, &desk->world->evil);
	assert_int_equal(tap_card(desk, &evil), 403);
	assert_problem(desk->house, "certificate_untrusted");
	profile.not_before_ms = at("20200101000000");
	profile.not_after_ms = at("20260731235959");
	struct tap expired = tap_of(desk, &profile, &desk->world->root);
	assert_int_equal(tap_card(desk, &expired), 403);
	assert_problem(desk->house, "certificate_expired");
	profile = world_profile();
	profile.policies = "critical," MAKE_POLICY_OTHER;
	struct tap other = tap_of(desk, &profile, &desk->world->root);
	assert_int_equal(tap_card(desk, &other), 403);
	assert_problem(desk->house, "certificate_wrong_use");
	profile = world_profile();
	profile.serial++;
	struct tap stranger = tap_of(desk, &profile, &desk->world->root);
	assert_int_equal(tap_card(desk, &stranger), 404);
	assert_problem(desk->house, "person_unknown");
	desk->card_status = ANSWER_REVOKED;
	assert_int_equal(tap_card(desk, &good), 403);
	assert_problem(desk->house, "certificate_revoked");
	desk->responder_down = true;
	assert_int_equal(tap_card(desk, &good), 503);
	assert_problem(desk->house, "revocation_unavailable");
	assert_int_equal(alarm_count(desk, ALARM_OCSP_DOWN), 0); /* one is no alarm */
	for (int i = 0; i < 2; i++)
		assert_int_equal(tap_card(desk, &good), 503);
	assert_int_equal(alarm_count(desk, ALARM_OCSP_DOWN), 3);
	assert_int_equal(results_count(desk), 0);
	assert_int_equal(house_audits_of(desk->house, desk->house->here.no, "check"), 8);
}

static void test_a_card_in_its_grace_is_accepted_with_a_remark(void **state)
{
	struct desk *desk = *state;
	ready(desk);
	struct make_profile profile = world_profile();
	profile.serial += 2;
	profile.not_before_ms = at("20211001000000");
	profile.not_after_ms = at("20261001235959");
	struct tap tap = tap_of(desk, &profile, &desk->world->root);
	register_card(desk, tap.certificate);
	assert_int_equal(tap_card(desk, &tap), 200);
	const struct json *message =
		json_member(json_member(desk->house->json.root, "result"), "XmlMsg");
	assert_str_equal(json_text(json_member(json_member(message, "MessageBody"),
					       "ProcessingResultCode")),
			 STR("CERTIFICATE_GRACE"));
}

static void test_only_this_facilitys_staff_is_named(void **state)
{
	struct desk *desk = *state;
	struct tap tap = ready(desk);
	struct str nonce;
	tap.staff = "nobody";
	assert_int_equal(nonce_get(desk, &tap, &nonce), 422);
	assert_problem(desk->house, "staff_unknown");
}

static void test_a_check_is_proven_with_token_and_body(void **state)
{
	struct desk *desk = *state;
	struct tap tap = ready(desk);
	struct str nonce, none = {0};
	assert_int_equal(nonce_get(desk, &tap, &nonce), 200);
	struct str body = tap_body(desk, &tap, nonce);
	const char *path = "/v1/reader/checks";
	AUTO(signing_key_destroyp) struct signing_key *stranger = NULL;
	assert_int_equal(signing_key_generate(&stranger), 0);
	const struct str proofs[] = {
		none,
		proof_make(desk, desk->device, path, none, body),
		proof_make(desk, desk->device, path, desk->token, none),
		proof_make(desk, desk->device, path, desk->token, STR("{}")),
		proof_make(desk, stranger, path, desk->token, body),
	};
	for (size_t i = 0; i < COUNT_OF(proofs); i++) {
		assert_int_equal(tap_send(desk, path, body, proofs[i]), 401);
		assert_problem(desk->house, "device_proof_refused");
	}
	struct str good = proof_make(desk, desk->device, path, desk->token, body);
	assert_int_equal(tap_send(desk, path, body, good), 200);
	assert_int_equal(results_count(desk), 1);
}

static void test_a_receipt_token_taps_no_card(void **state)
{
	struct desk *desk = *state;
	struct tap tap = ready(desk);
	struct str nonce;
	desk->token = house_session(desk->house, "1310000003", &desk->house->here.receipt).token;
	assert_int_equal(nonce_get(desk, &tap, &nonce), 403);
	assert_problem(desk->house, "account_kind_refused");
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_an_activation_code_registers_one_device),
		DESK_TEST(test_a_device_logs_in_with_its_key),
		DESK_TEST(test_a_proof_is_good_once_for_one_request),
		DESK_TEST(test_a_devices_session_is_renewed_by_the_device_only),
		DESK_TEST(test_staff_are_the_facilitys_own),
		DESK_TEST(test_a_tap_becomes_one_result_and_one_audit_row),
		DESK_TEST(test_a_card_that_is_not_registered_yet_can_be),
		DESK_TEST(test_what_was_signed_for_a_check_registers_nothing),
		DESK_TEST(test_a_bad_card_is_not_registered),
		DESK_TEST(test_the_history_shows_again_what_was_confirmed_here),
		DESK_TEST(test_the_history_asks_for_a_period_only),
		DESK_TEST(test_a_face_check_needs_the_organisations_proof),
		DESK_TEST(test_a_nonce_is_good_once_for_its_own_tap),
		DESK_TEST(test_the_card_must_hold_the_key_and_sign_this_tap),
		DESK_TEST(test_refused_certificates_store_no_result),
		DESK_TEST(test_a_card_in_its_grace_is_accepted_with_a_remark),
		DESK_TEST(test_only_this_facilitys_staff_is_named),
		DESK_TEST(test_a_check_is_proven_with_token_and_body),
		DESK_TEST(test_a_receipt_token_taps_no_card),
	};
	return cmocka_run_group_tests(tests, authority_open, authority_close);
}
