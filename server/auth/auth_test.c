/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets, access tokens and proofs against everything that only looks like one. */
#include "lib/base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/auth/dpop.h"
#include "server/auth/ticket.h"
#include "server/auth/token.h"

#define ORIGIN	    "https://localhost:8443"
#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const int64_t now_ms = INT64_C(1795316400000);

struct trial {
	struct keys *keys;
	struct auth auth;
	struct arena arena;
};

static int entry_remove(const char *path, const struct stat *stat, int kind, struct FTW *walk)
{
	(void)stat;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int setup(void **state)
{
	static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};
	struct trial *trial = test_calloc(1, sizeof *trial);
	char dir[] = "/tmp/shikaku-auth-XXXXXX";
	assert_non_null(mkdtemp(dir));
	assert_int_equal(keys_init(dir, now_ms), 0);
	assert_int_equal(keys_open(&trial->keys, dir), 0);
	assert_int_equal(nftw(dir, entry_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	assert_int_equal(auth_init(&trial->auth, trial->keys, STR(ORIGIN), &cheap), 0);
	arena_init(&trial->arena, 4 << 20);
	*state = trial;
	return 0;
}

static int teardown(void **state)
{
	struct trial *trial = *state;
	keys_close(trial->keys);
	arena_clear(&trial->arena);
	test_free(trial);
	return 0;
}

static struct str print(struct trial *trial, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static struct str print(struct trial *trial, const char *format, ...)
{
	char text[2048];
	struct str copy;
	va_list args;
	va_start(args, format);
	int len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	assert_true(len >= 0 && (size_t)len < sizeof text);
	assert_int_equal(arena_copy(&trial->arena, str_of(text), &copy), 0);
	return copy;
}

static struct str flipped(struct trial *trial, struct str text, size_t at)
{
	struct str copy;
	assert_int_equal(arena_copy(&trial->arena, text, &copy), 0);
	char *bytes = (char *)(uintptr_t)copy.ptr;
	bytes[at] = bytes[at] == 'A' ? 'B' : 'A';
	return copy;
}

/* --- tickets --- */

static void test_a_ticket_gives_back_what_was_put_in(void **state)
{
	struct trial *trial = *state;
	struct ticket ticket = {0}, again;
	struct str text;
	ticket_put_number(&ticket, -7);
	ticket_put_text(&ticket, STR("試験"));
	ticket_put_bytes(&ticket, "\0\1", 2);
	assert_int_equal(ticket_write(trial->keys, KEYS_TOKEN_NONCE, &ticket, &trial->arena, &text),
			 0);
	assert_int_equal(ticket_read(trial->keys, KEYS_TOKEN_NONCE, text, &trial->arena, &again),
			 0);
	assert_int_equal(ticket_take_number(&again), -7);
	assert_str_equal(ticket_take_text(&again), STR("試験"));
	assert_false(ticket_is_spent(&again));
	assert_str_equal(ticket_take_bytes(&again, 2), str_bytes("\0\1", 2));
	assert_true(ticket_is_spent(&again));
	assert_int_equal(ticket_take_number(&again), 0);
	assert_false(ticket_is_spent(&again));
}

static void test_a_ticket_is_good_for_its_purpose_only(void **state)
{
	struct trial *trial = *state;
	struct ticket ticket = {0}, again;
	struct str text;
	ticket_put_number(&ticket, 1);
	assert_int_equal(ticket_write(trial->keys, KEYS_TOKEN_NONCE, &ticket, &trial->arena, &text),
			 0);
	assert_int_equal(ticket_read(trial->keys, KEYS_TOKEN_CURSOR, text, &trial->arena, &again),
			 TICKET_FORGED);
	for (size_t i = 0; i < text.len - 1; i++)
		assert_int_equal(ticket_read(trial->keys, KEYS_TOKEN_NONCE, flipped(trial, text, i),
					     &trial->arena, &again),
				 TICKET_FORGED);
	static const char *const others[] = {"", "A", "AAAA",
					     "====", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(ticket_read(trial->keys, KEYS_TOKEN_NONCE, str_of(others[i]),
					     &trial->arena, &again),
				 TICKET_FORGED);
}

static void test_a_ticket_that_is_too_long_is_a_fault(void **state)
{
	struct trial *trial = *state;
	struct ticket ticket = {0};
	char bytes[TICKET_BYTES_MAX + 1] = {0};
	struct str text;
	ticket_put_bytes(&ticket, bytes, sizeof bytes);
	assert_int_equal(ticket_write(trial->keys, KEYS_TOKEN_NONCE, &ticket, &trial->arena, &text),
			 -EMSGSIZE);
}

/* --- access tokens --- */

static const struct caller somebody = {
	.account_no = 12,
	.facility_no = 7,
	.kind = ACCOUNT_READER,
	.epoch = 3,
	.session_id = {1, 2, 3},
	.thumbprint = "0123456789012345678901234567890123456789abc",
};

static struct str token_make(struct trial *trial)
{
	struct str token;
	assert_int_equal(token_issue(&trial->auth, &trial->arena, &somebody, now_ms, &token), 0);
	return token;
}

static int verify(struct trial *trial, struct str token, int64_t at_ms)
{
	struct caller caller;
	return token_verify(&trial->auth, &trial->arena, token, at_ms, &caller);
}

static void test_a_token_names_its_caller_for_ten_minutes(void **state)
{
	struct trial *trial = *state;
	struct str token = token_make(trial);
	struct caller caller;
	assert_int_equal(token_verify(&trial->auth, &trial->arena, token,
				      now_ms + AUTH_TOKEN_MS - 1, &caller),
			 0);
	assert_int_equal(caller.account_no, 12);
	assert_int_equal(caller.facility_no, 7);
	assert_int_equal(caller.kind, ACCOUNT_READER);
	assert_int_equal(caller.epoch, 3);
	assert_memory_equal(caller.session_id, somebody.session_id, STORE_ID_BYTES);
	assert_string_equal(caller.thumbprint, somebody.thumbprint);
	assert_int_equal(verify(trial, token, now_ms + AUTH_TOKEN_MS), TOKEN_EXPIRED);
}

/* The last character of a signature holds loose bits: the decoder's business. */
static void test_a_changed_token_is_forged(void **state)
{
	struct trial *trial = *state;
	struct str token = token_make(trial);
	for (size_t i = 0; i + 1 < token.len; i++)
		assert_int_equal(verify(trial, flipped(trial, token, i), now_ms), TOKEN_FORGED);
}

/* Header and payload of somebody else's making, signed with our own key. */
static void test_a_token_of_another_form_is_forged(void **state)
{
	struct trial *trial = *state;
	struct keys_signer signer = keys_token_signing(trial->keys);
	static const char good_payload[] =
		"{\"aud\":\"" ORIGIN "\",\"epoch\":3,\"exp\":%lld,\"facility\":7,\"iat\":1,"
		"\"iss\":\"" ORIGIN "\",\"kind\":\"%s\",\"sid\":\"%s\",\"sub\":\"%s\"%s}";
	static const char sid[] = "00112233445566778899aabbccddeeff";
	static const struct {
		const char *kind, *sid, *sub, *more;
		int expected;
	} rows[] = {
		{"WA", sid, "12", "", 0},
		{"WA", sid, "12", ",\"nbf\":1", TOKEN_FORGED},
		{"WA", sid, "0", "", TOKEN_FORGED},
		{"WA", sid, "12x", "", TOKEN_FORGED},
		{"XX", sid, "12", "", TOKEN_FORGED},
		{"WA", "00", "12", "", TOKEN_FORGED},
		{"WA", "zz112233445566778899aabbccddeeff", "12", "", TOKEN_FORGED},
		{"WA", sid, "12", ",\"cnf\":{}", TOKEN_FORGED},
		{"WA", sid, "12", ",\"sub\":\"13\"", TOKEN_FORGED},
	};
	struct str header = print(trial, "{\"alg\":\"ES256\",\"kid\":\"%.*s\",\"typ\":\"at+jwt\"}",
				  STR_ARG(signer.kid));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str token;
		struct str payload = print(trial, good_payload, (long long)(now_ms / 1000 + 60),
					   rows[i].kind, rows[i].sid, rows[i].sub, rows[i].more);
		assert_int_equal(jws_sign(&trial->arena, signer.key, header, payload, &token), 0);
		assert_int_equal(verify(trial, token, now_ms), rows[i].expected);
	}
}

static void test_the_header_chooses_nothing(void **state)
{
	struct trial *trial = *state;
	struct keys_signer signer = keys_token_signing(trial->keys);
	struct jws_parts parts;
	assert_int_equal(jws_split(&trial->arena, token_make(trial), &parts), 0);
	static const char *const headers[] = {
		"{\"alg\":\"none\",\"kid\":\"%.*s\",\"typ\":\"at+jwt\"}",
		"{\"alg\":\"HS256\",\"kid\":\"%.*s\",\"typ\":\"at+jwt\"}",
		"{\"alg\":\"ES256\",\"kid\":\"%.*s\",\"typ\":\"JWT\"}",
		"{\"alg\":\"ES256\",\"kid\":\"%.*s\",\"typ\":\"at+jwt\",\"jku\":\"https://x\"}",
		"{\"alg\":\"ES256\",\"kid\":\"../%.*s\",\"typ\":\"at+jwt\"}",
		"{\"alg\":\"ES256\",\"kid\":\"%.*s\"}",
		"[\"%.*s\"]",
	};
	for (size_t i = 0; i < COUNT(headers); i++) {
		char text[512];
		struct str encoded, rest, body;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof text, headers[i], STR_ARG(signer.kid));
#pragma GCC diagnostic pop
		assert_int_equal(encode_base64url(&trial->arena, str_of(text), &encoded), 0);
		rest = token_make(trial);
		assert_true(str_split(&rest, '.', &body));
		struct str token = print(trial, "%.*s.%.*s", STR_ARG(encoded), STR_ARG(rest));
		assert_int_equal(verify(trial, token, now_ms), TOKEN_FORGED);
	}
	static const char *const others[] = {"", ".", "..", "...", "a.b.c", "a.b", "Bearer x"};
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(verify(trial, str_of(others[i]), now_ms), TOKEN_FORGED);
}

static void test_another_services_token_is_forged(void **state)
{
	struct trial *trial = *state;
	struct str token = token_make(trial);
	trial->auth.origin = STR("https://other:8443");
	assert_int_equal(verify(trial, token, now_ms), TOKEN_FORGED);
}

/* --- proofs --- */

static struct str proof_sign(struct trial *trial, const struct signing_key *key, const char *header,
			     const char *claims)
{
	struct str proof;
	assert_int_equal(jws_sign(&trial->arena, key, str_of(header), str_of(claims), &proof), 0);
	return proof;
}

static void test_a_proof_of_another_form_is_refused(void **state)
{
	struct trial *trial = *state;
	AUTO(signing_key_destroyp) struct signing_key *key = NULL;
	AUTO(verify_key_destroyp) struct verify_key *public = NULL;
	assert_int_equal(signing_key_generate(&key), 0);
	assert_int_equal(verify_key_of(key, &public), 0);
	struct str jwk;
	assert_int_equal(verify_key_jwk(&trial->arena, public, &jwk), 0);
	const char *header =
		print(trial, "{\"alg\":\"ES256\",\"jwk\":%.*s,\"typ\":\"dpop+jwt\"}", STR_ARG(jwk))
			.ptr;
#define CLAIMS(htm, htu, iat, jti)                                                            \
	print(trial, "{\"htm\":\"%s\",\"htu\":\"%s\",\"iat\":%lld,\"jti\":\"%s\"}", htm, htu, \
	      (long long)(iat), jti)                                                          \
		.ptr
	static const char url[] = ORIGIN "/v1/reader/login", id[] = "0123456789abcdef";
	const int64_t now_s = now_ms / 1000;
	const struct {
		const char *header, *claims;
		int expected;
	} rows[] = {
		{header, CLAIMS("POST", url, now_s, id), 0},
		{header, CLAIMS("POST", url, now_s + 60, id), 0},
		{header, CLAIMS("POST", url, now_s - 60, id), 0},
		{header, CLAIMS("POST", url, now_s + 61, id), DPOP_REFUSED},
		{header, CLAIMS("POST", url, now_s - 61, id), DPOP_REFUSED},
		{header, CLAIMS("GET", url, now_s, id), DPOP_REFUSED},
		{header, CLAIMS("POST", ORIGIN "/v1/login", now_s, id), DPOP_REFUSED},
		{header, CLAIMS("POST", "https://other/v1/reader/login", now_s, id), DPOP_REFUSED},
		{header, CLAIMS("POST", url, now_s, "short"), DPOP_REFUSED},
		{header, "{}", DPOP_REFUSED},
		{header, "[]", DPOP_REFUSED},
		{print(trial, "{\"alg\":\"ES256\",\"jwk\":%.*s,\"typ\":\"JWT\"}", STR_ARG(jwk)).ptr,
		 CLAIMS("POST", url, now_s, id), DPOP_REFUSED},
		{"{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\"}", CLAIMS("POST", url, now_s, id),
		 DPOP_REFUSED},
		{"{\"alg\":\"ES256\",\"jwk\":{},\"typ\":\"dpop+jwt\"}",
		 CLAIMS("POST", url, now_s, id), DPOP_REFUSED},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dpop_request request = {
			.proof = proof_sign(trial, key, rows[i].header, rows[i].claims),
			.method = STR("POST"),
			.path = STR("/v1/reader/login"),
		};
		struct dpop_proof proof;
		assert_int_equal(dpop_verify(&trial->auth, &trial->arena, &request, now_ms, &proof),
				 rows[i].expected);
	}
}

static void test_a_proof_is_signed_by_the_key_it_shows(void **state)
{
	struct trial *trial = *state;
	AUTO(signing_key_destroyp) struct signing_key *key = NULL;
	AUTO(signing_key_destroyp) struct signing_key *other = NULL;
	AUTO(verify_key_destroyp) struct verify_key *public = NULL;
	assert_int_equal(signing_key_generate(&key), 0);
	assert_int_equal(signing_key_generate(&other), 0);
	assert_int_equal(verify_key_of(key, &public), 0);
	struct str jwk;
	assert_int_equal(verify_key_jwk(&trial->arena, public, &jwk), 0);
	struct str header =
		print(trial, "{\"alg\":\"ES256\",\"jwk\":%.*s,\"typ\":\"dpop+jwt\"}", STR_ARG(jwk));
	struct str claims = print(trial,
				  "{\"htm\":\"POST\",\"htu\":\"" ORIGIN
				  "/x\",\"iat\":%lld,\"jti\":\"0123456789abcdef\"}",
				  (long long)(now_ms / 1000));
	struct dpop_request request = {
		.proof = proof_sign(trial, other, header.ptr, claims.ptr),
		.method = STR("POST"),
		.path = STR("/x"),
	};
	struct dpop_proof proof;
	assert_int_equal(dpop_verify(&trial->auth, &trial->arena, &request, now_ms, &proof),
			 DPOP_REFUSED);
	request.proof = proof_sign(trial, key, header.ptr, claims.ptr);
	assert_int_equal(dpop_verify(&trial->auth, &trial->arena, &request, now_ms, &proof), 0);
	char thumbprint[THUMBPRINT_BYTES];
	assert_int_equal(verify_key_thumbprint(public, thumbprint), 0);
	assert_string_equal(proof.thumbprint, thumbprint);
	request.body = STR("{}");
	assert_int_equal(dpop_verify(&trial->auth, &trial->arena, &request, now_ms, &proof),
			 DPOP_REFUSED);
}

#define AUTH_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AUTH_TEST(test_a_ticket_gives_back_what_was_put_in),
		AUTH_TEST(test_a_ticket_is_good_for_its_purpose_only),
		AUTH_TEST(test_a_ticket_that_is_too_long_is_a_fault),
		AUTH_TEST(test_a_token_names_its_caller_for_ten_minutes),
		AUTH_TEST(test_a_changed_token_is_forged),
		AUTH_TEST(test_a_token_of_another_form_is_forged),
		AUTH_TEST(test_the_header_chooses_nothing),
		AUTH_TEST(test_another_services_token_is_forged),
		AUTH_TEST(test_a_proof_of_another_form_is_refused),
		AUTH_TEST(test_a_proof_is_signed_by_the_key_it_shows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
