/* SPDX-License-Identifier: Apache-2.0 */
/* A proof is good for its bytes, its key and what it says, and for nothing else. */
#include "lib/base/test.h"

#include "lib/client/verify.h"
#include "lib/crypto/crypto.h"
#include "lib/wire/wire.h"

#define ID	 "0123456789abcdef0123456789abcdef"
#define FACILITY "1310000003"
#define RESULT                                                                               \
	"{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultStatus\":\"1\",\"ResultList\":[]}," \
	"\"MessageHeader\":{\"MedicalInstitutionCode\":\"" FACILITY "\","                    \
	"\"ProcessExecutionTime\":\"20261122120000\",\"SegmentOfResult\":\"1\"}}}"

enum { NOON_S = 1795316400 };

/* The planted fault: a signature that nobody looks at. */
static bool blind;

int __real_jws_verify(const struct verify_key *key, const struct jws_parts *parts);
int __wrap_jws_verify(const struct verify_key *key, const struct jws_parts *parts);
int __wrap_jws_verify(const struct verify_key *key, const struct jws_parts *parts)
{
	return blind ? 0 : __real_jws_verify(key, parts);
}

struct bench {
	struct arena arena;
	struct signing_key *key, *other;
	struct str kid, jwks, header, proof;
};

static void key_describe(struct bench *bench, const struct signing_key *key,
			 struct wire_jwk *ret_jwk)
{
	AUTO(verify_key_destroyp) struct verify_key *public = NULL;
	unsigned char point[VERIFY_KEY_BYTES];
	char kid[THUMBPRINT_BYTES];
	assert_int_equal(verify_key_of(key, &public), 0);
	assert_int_equal(verify_key_write(public, point), 0);
	assert_int_equal(verify_key_thumbprint(public, kid), 0);
	assert_int_equal(arena_copy(&bench->arena, str_of(kid), &ret_jwk->kid), 0);
	assert_int_equal(encode_base64url(&bench->arena, str_bytes(point, 32), &ret_jwk->x), 0);
	assert_int_equal(encode_base64url(&bench->arena, str_bytes(point + 32, 32), &ret_jwk->y),
			 0);
}

static struct str prove(struct bench *bench, const struct signing_key *key, struct str header)
{
	struct str proof;
	assert_int_equal(jws_sign_detached(&bench->arena, key, header, STR(RESULT), &proof), 0);
	return proof;
}

static struct str header_of(struct bench *bench, struct str kid)
{
	const struct record_proof proof = {
		.kid = kid,
		.id = STR(ID),
		.facility = STR(FACILITY),
		.staff = STR("S1"),
		.method = STR("pin"),
		.issued_s = NOON_S,
	};
	struct str header;
	assert_int_equal(record_proof_write(&bench->arena, &proof, &header), 0);
	return header;
}

static int bench_open(void **state)
{
	static struct bench bench;
	struct wire_jwk jwks[2];
	arena_init(&bench.arena, 4 << 20);
	assert_int_equal(signing_key_generate(&bench.key), 0);
	assert_int_equal(signing_key_generate(&bench.other), 0);
	key_describe(&bench, bench.other, &jwks[0]);
	key_describe(&bench, bench.key, &jwks[1]);
	bench.kid = jwks[1].kid;
	assert_int_equal(wire_jwks_reply_encode(&bench.arena, jwks, 2, &bench.jwks), 0);
	bench.header = header_of(&bench, bench.kid);
	bench.proof = prove(&bench, bench.key, bench.header);
	*state = &bench;
	return 0;
}

static int bench_close(void **state)
{
	struct bench *bench = *state;
	signing_key_destroy(bench->key);
	signing_key_destroy(bench->other);
	arena_clear(&bench->arena);
	return 0;
}

static int verify(struct bench *bench, struct str result, struct str proof)
{
	struct record_proof read;
	return verify_result(&bench->arena, bench->jwks, result, proof, STR(FACILITY), &read);
}

static void test_a_proof_of_ours_tells_what_it_vouches_for(void **state)
{
	struct bench *bench = *state;
	struct record_proof read;
	assert_int_equal(verify_result(&bench->arena, bench->jwks, STR(RESULT), bench->proof,
				       (struct str){0}, &read),
			 0);
	assert_str_equal(read.kid, bench->kid);
	assert_str_equal(read.id, STR(ID));
	assert_str_equal(read.facility, STR(FACILITY));
	assert_str_equal(read.staff, STR("S1"));
	assert_str_equal(read.method, STR("pin"));
	assert_int_equal(read.issued_s, NOON_S);
}

static void test_every_byte_of_result_and_proof_counts(void **state)
{
	struct bench *bench = *state;
	char text[2048];
	for (size_t i = 0; i < sizeof RESULT - 1; i++) {
		memcpy(text, RESULT, sizeof RESULT);
		text[i] ^= 1;
		assert_int_equal(verify(bench, str_of(text), bench->proof), VERIFY_REFUSED);
	}
	for (size_t i = 0; i < bench->proof.len; i++) {
		memcpy(text, bench->proof.ptr, bench->proof.len);
		text[i] = text[i] == 'A' ? 'B' : 'A';
		int r = verify(bench, STR(RESULT), (struct str){text, bench->proof.len});
		assert_true(r == VERIFY_REFUSED || r == VERIFY_KEY_UNKNOWN);
	}
	assert_int_equal(verify(bench, STR(RESULT " "), bench->proof), VERIFY_REFUSED);
	assert_int_equal(verify(bench, STR(""), bench->proof), VERIFY_REFUSED);
	assert_int_equal(verify(bench, STR(RESULT), STR("")), VERIFY_REFUSED);
}

static void test_another_facility_is_refused(void **state)
{
	struct bench *bench = *state;
	struct record_proof read;
	assert_int_equal(verify_result(&bench->arena, bench->jwks, STR(RESULT), bench->proof,
				       STR("1310000011"), &read),
			 VERIFY_REFUSED);
}

static void test_another_key_is_refused_also_under_a_known_name(void **state)
{
	struct bench *bench = *state;
	AUTO(signing_key_destroyp) struct signing_key *stranger = NULL;
	assert_int_equal(signing_key_generate(&stranger), 0);
	assert_int_equal(verify(bench, STR(RESULT), prove(bench, stranger, bench->header)),
			 VERIFY_REFUSED);
	assert_int_equal(verify(bench, STR(RESULT), prove(bench, bench->other, bench->header)),
			 VERIFY_REFUSED);
	struct str header = header_of(bench, STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
	assert_int_equal(verify(bench, STR(RESULT), prove(bench, stranger, header)),
			 VERIFY_KEY_UNKNOWN);
}

/* A header that says so does not make it so. */
static void test_no_algorithm_but_es256(void **state)
{
	struct bench *bench = *state;
	static const char *const algorithms[] = {"none", "HS256", "ES384"};
	for (size_t i = 0; i < 3; i++) {
		struct str header, text, proof;
		assert_int_equal(arena_print(&bench->arena, &header, "{\"alg\":\"%s\"%s",
					     algorithms[i], strchr(bench->header.ptr, ',')),
				 0);
		assert_int_equal(encode_base64url(&bench->arena, header, &text), 0);
		const char *signature = strstr(bench->proof.ptr, "..") + 2;
		assert_int_equal(arena_print(&bench->arena, &proof, "%.*s..%s", STR_ARG(text),
					     signature),
				 0);
		assert_int_equal(verify(bench, STR(RESULT), proof), VERIFY_REFUSED);
		assert_int_equal(arena_print(&bench->arena, &proof, "%.*s..", STR_ARG(text)), 0);
		assert_int_equal(verify(bench, STR(RESULT), proof), VERIFY_REFUSED);
	}
}

static void test_what_is_no_jwks_is_told_apart(void **state)
{
	struct bench *bench = *state;
	static const struct {
		const char *jwks;
		int r;
	} rows[] = {
		{"", VERIFY_KEYS_MALFORMED},
		{"{\"keys\":{}}", VERIFY_KEYS_MALFORMED},
		{"{\"keys\":[]}", VERIFY_KEY_UNKNOWN},
		{"{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\"}]}", VERIFY_KEY_UNKNOWN},
	};
	struct record_proof read;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(verify_result(&bench->arena, str_of(rows[i].jwks), STR(RESULT),
					       bench->proof, (struct str){0}, &read),
				 rows[i].r);
}

static struct wire_result entry_of(struct bench *bench)
{
	return (struct wire_result){
		.id = STR(ID),
		.confirmed_ms = (int64_t)NOON_S * 1000,
		.method = WIRE_METHOD_PIN,
		.staff = STR("S1"),
		.reference_number = STR("7"),
		.reference_version = 1,
		.proof = bench->proof,
		.result = STR(RESULT),
	};
}

static int entry_verify(struct bench *bench, const struct wire_result *entry)
{
	struct record_proof read;
	struct str text;
	assert_int_equal(wire_result_encode(&bench->arena, entry, &text), 0);
	return verify_entry(&bench->arena, bench->jwks, text, STR(FACILITY), &read);
}

static void test_what_stands_beside_a_result_agrees_with_its_proof(void **state)
{
	struct bench *bench = *state;
	struct wire_result entry = entry_of(bench);
	assert_int_equal(entry_verify(bench, &entry), 0);
	/* Registered later. */
	entry.reference_number = STR("8");
	assert_int_equal(entry_verify(bench, &entry), 0);
	entry = entry_of(bench);
	entry.id = STR("1123456789abcdef0123456789abcdef");
	assert_int_equal(entry_verify(bench, &entry), VERIFY_REFUSED);
	entry = entry_of(bench);
	entry.staff = STR("S2");
	assert_int_equal(entry_verify(bench, &entry), VERIFY_REFUSED);
	entry = entry_of(bench);
	entry.method = WIRE_METHOD_VISUAL;
	assert_int_equal(entry_verify(bench, &entry), VERIFY_REFUSED);
	entry = entry_of(bench);
	entry.confirmed_ms += 1000;
	assert_int_equal(entry_verify(bench, &entry), VERIFY_REFUSED);
}

/* Control: every one of the refusals above would be missed. */
static void test_the_refusals_rest_on_the_signature(void **state)
{
	struct bench *bench = *state;
	AUTO(signing_key_destroyp) struct signing_key *stranger = NULL;
	char text[2048];
	assert_int_equal(signing_key_generate(&stranger), 0);
	blind = true;
	for (size_t i = 0; i < sizeof RESULT - 1; i++) {
		memcpy(text, RESULT, sizeof RESULT);
		text[i] ^= 1;
		assert_int_equal(verify(bench, str_of(text), bench->proof), 0);
	}
	assert_int_equal(verify(bench, STR(RESULT), prove(bench, stranger, bench->header)), 0);
	blind = false;
	assert_int_equal(verify(bench, STR(RESULT), prove(bench, stranger, bench->header)),
			 VERIFY_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_proof_of_ours_tells_what_it_vouches_for),
		cmocka_unit_test(test_every_byte_of_result_and_proof_counts),
		cmocka_unit_test(test_another_facility_is_refused),
		cmocka_unit_test(test_another_key_is_refused_also_under_a_known_name),
		cmocka_unit_test(test_no_algorithm_but_es256),
		cmocka_unit_test(test_what_is_no_jwks_is_told_apart),
		cmocka_unit_test(test_what_stands_beside_a_result_agrees_with_its_proof),
		cmocka_unit_test(test_the_refusals_rest_on_the_signature),
	};
	return cmocka_run_group_tests(tests, bench_open, bench_close);
}
