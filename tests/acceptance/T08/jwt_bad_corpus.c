/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T08 jwt_bad_corpus: about 150 tokens that are wrong in one respect each. None opens a call, all
 * are answered by the same bytes, none costs more than a millisecond, and no header chooses a key
 * or an algorithm. Most are signed by the service's own key, so that nothing but the fault in
 * question can be the reason. The planted faults: a verifier that believes every signature, and a
 * key ring that has a key for every kid.
 */
#include "server/api/service_test.h"

#include <time.h>

#include "lib/crypto/signing.h"
#include "server/auth/token.h"

enum {
	NAME_BYTES = 96,
	TOKENS_MIN = 145,
	COST_US = 1000,
};

/* --- planted faults --- */

static bool believes_all, any_kid;

int __real_jws_verify(const struct verify_key *key, const struct jws_parts *parts);
int __wrap_jws_verify(const struct verify_key *key, const struct jws_parts *parts);
int __wrap_jws_verify(const struct verify_key *key, const struct jws_parts *parts)
{
	return believes_all ? 0 : __real_jws_verify(key, parts);
}

static struct str ring_kid;
const struct verify_key *__real_keys_token_verify(const struct keys *keys, struct str kid);
const struct verify_key *__wrap_keys_token_verify(const struct keys *keys, struct str kid);
const struct verify_key *__wrap_keys_token_verify(const struct keys *keys, struct str kid)
{
	return __real_keys_token_verify(keys, any_kid ? ring_kid : kid);
}

/* --- the corpus --- */

struct corpus {
	struct house *house;
	struct keys_signer signer;
	const char *kid;
	struct str good;      /* a token that opens the call */
	struct str good_body; /* its claims */
	size_t tried, accepted, differing, slow;
	int64_t cost_us; /* the worst */
	struct str answer;
};

static struct str corpus_print(struct corpus *corpus, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static struct str corpus_print(struct corpus *corpus, const char *format, ...)
{
	static char text[8192];
	struct str copy;
	va_list args;
	va_start(args, format);
	int len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	assert_true(len >= 0 && (size_t)len < sizeof text);
	assert_int_equal(arena_copy(&corpus->house->arena, str_of(text), &copy), 0);
	return copy;
}

/* As jws_sign, but with any header. */
static struct str signed_by_us(struct corpus *corpus, struct str header, struct str payload)
{
	struct arena *arena = &corpus->house->arena;
	struct str head, body, text, tail, token;
	unsigned char signature[SIGNATURE_BYTES];
	assert_int_equal(encode_base64url(arena, header, &head), 0);
	assert_int_equal(encode_base64url(arena, payload, &body), 0);
	assert_int_equal(arena_print(arena, &text, "%.*s.%.*s", STR_ARG(head), STR_ARG(body)), 0);
	assert_int_equal(signature_make(corpus->signer.key, text, signature), 0);
	assert_int_equal(encode_base64url(arena, str_bytes(signature, sizeof signature), &tail), 0);
	assert_int_equal(arena_print(arena, &token, "%.*s.%.*s", STR_ARG(text), STR_ARG(tail)), 0);
	return token;
}

static int64_t cpu_us(void)
{
	struct timespec time;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* The best of three: what the token costs, not what the machine is busy with. */
static int64_t cost_of(struct corpus *corpus, struct str token)
{
	int64_t best_us = INT64_MAX;
	for (int i = 0; i < 3; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 8 << 20);
		struct caller caller;
		int64_t begun_us = cpu_us();
		int r = token_verify(&corpus->house->service->auth, &arena, token,
				     corpus->house->time.now_ms, &caller);
		(void)r;
		int64_t took_us = cpu_us() - begun_us;
		best_us = took_us < best_us ? took_us : best_us;
	}
	return best_us;
}

/* Refused, in the same words as every other, in time? */
static void try_token(struct corpus *corpus, const char *name, struct str token)
{
	struct house *house = corpus->house;
	struct str query = STR("from=20261101000000&to=20261122120000");
	int status = house_get(house, "/v1/results/count", query, token);
	corpus->tried++;
	if (status == 200) {
		corpus->accepted++;
		print_message("# accepted: %s\n", name);
	}
	if (!corpus->answer.ptr)
		assert_int_equal(arena_copy(&house->arena, house->last.reply.body, &corpus->answer),
				 0);
	if (status != 401 || !str_equal(house->last.reply.body, corpus->answer)) {
		corpus->differing++;
		print_message("# %d and other words: %s\n", status, name);
	}
	int64_t took_us = cost_of(corpus, token);
	corpus->cost_us = took_us > corpus->cost_us ? took_us : corpus->cost_us;
	if (took_us >= COST_US)
		corpus->slow++;
}

/* Signed by the service's key, with this header over good claims. */
static void try_header(struct corpus *corpus, const char *header)
{
	struct str text = corpus_print(corpus, "%s", header);
	try_token(corpus, header, signed_by_us(corpus, text, corpus->good_body));
}

static void try_payload(struct corpus *corpus, const char *name, struct str payload)
{
	struct str header =
		corpus_print(corpus, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}",
			     corpus->kid);
	try_token(corpus, name, signed_by_us(corpus, header, payload));
}

/* --- headers --- */

static void headers_try(struct corpus *corpus)
{
	static const char *const algorithms[] = {
		"none",	 "None",   "NONE",   "nOnE",	"",	 "HS256",   "HS384",	    "HS512",
		"RS256", "RS512",  "PS256",  "ES384",	"ES512", "EdDSA",   "ES256K",	    "es256",
		"Es256", "ES256 ", " ES256", "ECDH-ES", "dir",	 "A256GCM", "ES256\\u0000",
	};
	for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
		try_header(corpus,
			   corpus_print(corpus,
					"{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}",
					algorithms[i], corpus->kid)
				   .ptr);
	static const char *const kids[] = {
		"../../",
		"../../../dev/null",
		"/dev/null",
		"' OR 1=1 --",
		"1; DROP TABLE account",
		"",
		"token",
		"*",
		"%00",
		"\\u0000",
		"0",
		"null",
		"proof",
		"file:///etc/passwd",
		"http://127.0.0.1/jwks",
		"資格",
		"{}",
		"$(id)",
	};
	for (size_t i = 0; i < sizeof kids / sizeof kids[0]; i++)
		try_header(corpus,
			   corpus_print(corpus,
					"{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}",
					kids[i])
				   .ptr);
	static const char *const types[] = {
		"JWT",	    "jwt",     "AT+JWT",    "application/at+jwt",
		"dpop+jwt", "refresh", "enrolment", "mail",
		"",	    "at+jwt ", "at jwt",    "proof+jws",
	};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		try_header(corpus,
			   corpus_print(corpus, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"%s\"}",
					corpus->kid, types[i])
				   .ptr);
	static const char *const extras[] = {
		"\"jku\":\"https://example.invalid/jwks\"",
		"\"x5u\":\"https://example.invalid/cert\"",
		"\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
		"\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}",
		"\"x5c\":[\"AA\"]",
		"\"x5t\":\"AA\"",
		"\"crit\":[\"exp\"]",
		"\"crit\":[]",
		"\"crit\":[\"b64\"],\"b64\":false",
		"\"b64\":false",
		"\"zip\":\"DEF\"",
		"\"enc\":\"A256GCM\"",
		"\"cty\":\"JWT\"",
		"\"alg\":\"none\"",
		"\"alg\":\"ES256\"",
		"\"kid\":\"other\"",
		"\"typ\":\"JWT\"",
	};
	for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++)
		try_header(corpus,
			   corpus_print(corpus,
					"{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\",%s}",
					corpus->kid, extras[i])
				   .ptr);
	static const char *const shapes[] = {
		"{}",
		"[]",
		"null",
		"\"ES256\"",
		"1",
		"",
		"{",
		"{\"alg\":\"ES256\"}",
		"{\"alg\":[\"ES256\"],\"kid\":\"a\",\"typ\":\"at+jwt\"}",
		"{\"alg\":null,\"kid\":null,\"typ\":null}",
		"{\"alg\":256,\"kid\":1,\"typ\":2}",
		"\xff\xfe",
		"{}{}",
	};
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
		try_header(corpus, shapes[i]);
}

/* --- claims, signed by the service itself --- */

struct edit {
	const char *from, *to;
};

/* The good claims with the first occurrence of from replaced. */
static struct str claims_edit(struct corpus *corpus, const struct edit *edit)
{
	struct str body = corpus->good_body;
	char *at = memmem(body.ptr, body.len, edit->from, strlen(edit->from));
	assert_non_null(at);
	size_t before = (size_t)(at - body.ptr), skip = before + strlen(edit->from);
	return corpus_print(corpus, "%.*s%s%.*s", (int)before, body.ptr, edit->to,
			    (int)(body.len - skip), body.ptr + skip);
}

static void claims_try(struct corpus *corpus)
{
	static const struct edit edits[] = {
		{"\"exp\":", "\"exp\":-"},
		{"\"exp\":", "\"exp\":1e99,\"was\":"},
		{"\"exp\":", "\"exp\":1e3,\"was\":"},
		{"\"exp\":", "\"exp\":0.5,\"was\":"},
		{"\"exp\":", "\"exp\":null,\"was\":"},
		{"\"exp\":", "\"exp\":true,\"was\":"},
		{"\"exp\":", "\"exp\":\"9999999999\",\"was\":"},
		{"\"exp\":", "\"exp\":99999999999999999999,\"was\":"},
		{"\"exp\":", "\"exp\":9999999999,\"exp\":"},
		{"\"exp\":", "\"Exp\":"},
		{"\"exp\":", "\"was\":"},
		{"\"exp\":", "\"nbf\":9999999999,\"exp\":"},
		{"\"exp\":", "\"admin\":true,\"exp\":"},
		{"\"iat\":", "\"iat\":-"},
		{"\"iat\":", "\"was\":"},
		{"\"iat\":", "\"iat\":\"1\",\"was\":"},
		{"\"aud\":\"", "\"aud\":\"x"},
		{"\"aud\":\"https", "\"aud\":\"HTTPS"},
		{"\"aud\":\"", "\"aud\":[\"https://localhost:8443\"],\"was\":\""},
		{"\"aud\":\"", "\"aud\":[],\"was\":\""},
		{"\"aud\":\"", "\"aud\":\"\",\"was\":\""},
		{"\"aud\":\"", "\"aud\":\"*\",\"was\":\""},
		{"\"aud\":\"", "\"was\":\""},
		{"\"aud\":\"", "\"aud\":\"https://localhost:8443\",\"aud\":\""},
		{"\"iss\":\"", "\"iss\":\"https://example.invalid\",\"was\":\""},
		{"\"iss\":\"", "\"iss\":\" "},
		{"\"iss\":\"", "\"was\":\""},
		{"\"kind\":\"WA\"", "\"kind\":\"X\""},
		{"\"kind\":\"WA\"", "\"kind\":\"wa\""},
		{"\"kind\":\"WA\"", "\"kind\":[\"WA\",\"W\"]"},
		{"\"kind\":\"WA\"", "\"kind\":\"\""},
		{"\"kind\":\"WA\"", "\"kind\":null"},
		{"\"sub\":\"", "\"sub\":\"-"},
		{"\"sub\":\"", "\"sub\":\"0x"},
		{"\"sub\":\"", "\"sub\":\"0"},
		{"\"sub\":\"", "\"sub\":\" "},
		{"\"sub\":\"", "\"sub\":\"' OR 1=1 --\",\"was\":\""},
		{"\"sub\":\"", "\"sub\":1,\"was\":\""},
		{"\"sub\":\"", "\"sub\":\"9\",\"sub\":\""},
		{"\"facility\":", "\"facility\":-"},
		{"\"facility\":", "\"facility\":0,\"was\":"},
		{"\"facility\":", "\"facility\":\"1\",\"was\":"},
		{"\"facility\":", "\"facility\":[1,2],\"was\":"},
		{"\"facility\":", "\"facility\":1,\"facility\":"},
		{"\"epoch\":", "\"epoch\":-1,\"was\":"},
		{"\"epoch\":", "\"epoch\":null,\"was\":"},
		{"\"sid\":\"", "\"sid\":\"zz"},
		{"\"sid\":\"", "\"sid\":\"\",\"was\":\""},
		{"\"sid\":\"", "\"was\":\""},
		{"{", "{\"cnf\":{\"jkt\":\"short\"},"},
		{"{", "{\"cnf\":{},"},
		{"{", "{\"cnf\":[],"},
		{"{", "\xef\xbb\xbf{"},
		{"{", "[{"},
		{"{", "{\"\\u0061ud\":\"x\","},
		{"\"kind\"", "\"ki\\u0000nd\""},
		{"}", "}}"},
		{"}", "} x"},
		{"}", ""},
	};
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
		try_payload(corpus, edits[i].to, claims_edit(corpus, &edits[i]));
	try_payload(corpus, "empty", STR("{}"));
	try_payload(corpus, "nothing", STR(""));
	try_payload(corpus, "zero byte",
		    corpus_print(corpus, "%.*s%s", (int)corpus->good_body.len - 1,
				 corpus->good_body.ptr, "\x01}"));
}

/* --- the text of the token itself --- */

struct cuts {
	struct str header, payload, signature; /* still base64url */
};

static struct cuts token_cut(struct str token)
{
	struct cuts cuts;
	assert_true(str_split(&token, '.', &cuts.header));
	assert_true(str_split(&token, '.', &cuts.payload));
	cuts.signature = token;
	return cuts;
}

static void text_try(struct corpus *corpus, const char *name, const char *format)
{
	struct cuts cuts = token_cut(corpus->good);
	static char text[8192];
	size_t len = 0;
	for (const char *at = format; *at; at++) {
		struct str part = *at == 'H'   ? cuts.header
				  : *at == 'P' ? cuts.payload
				  : *at == 'S' ? cuts.signature
					       : (struct str){at, 1};
		assert_true(len + part.len < sizeof text);
		memcpy(text + len, part.ptr, part.len);
		len += part.len;
	}
	struct str token;
	assert_int_equal(arena_copy(&corpus->house->arena, (struct str){text, len}, &token), 0);
	try_token(corpus, name, token);
}

static void signature_try(struct corpus *corpus, const char *name, const void *bytes, size_t len)
{
	struct cuts cuts = token_cut(corpus->good);
	struct str signature;
	assert_int_equal(encode_base64url(&corpus->house->arena, str_bytes(bytes, len), &signature),
			 0);
	try_token(corpus, name,
		  corpus_print(corpus, "%.*s.%.*s.%.*s", STR_ARG(cuts.header),
			       STR_ARG(cuts.payload), STR_ARG(signature)));
}

static void signatures_try(struct corpus *corpus)
{
	struct jws_parts parts;
	unsigned char bytes[80] = {0};
	assert_int_equal(jws_split(&corpus->house->arena, corpus->good, &parts), 0);
	signature_try(corpus, "r = s = 0", bytes, 64);
	bytes[31] = bytes[63] = 1;
	signature_try(corpus, "r = s = 1", bytes, 64);
	memset(bytes, 0xff, 64);
	signature_try(corpus, "r, s beyond the order", bytes, 64);
	memcpy(bytes, parts.signature.ptr, 64);
	bytes[10] ^= 1;
	signature_try(corpus, "one bit of r", bytes, 64);
	bytes[10] ^= 1;
	bytes[63] ^= 1;
	signature_try(corpus, "one bit of s", bytes, 64);
	bytes[63] ^= 1;
	signature_try(corpus, "63 bytes", bytes, 63);
	signature_try(corpus, "65 bytes", bytes, 65);
	signature_try(corpus, "32 bytes", bytes, 32);
	signature_try(corpus, "none", bytes, 0);
	unsigned char der[72] = {0x30, 0x44, 0x02, 0x20};
	memcpy(der + 4, bytes, 32);
	der[36] = 0x02;
	der[37] = 0x20;
	memcpy(der + 38, bytes + 32, 32);
	signature_try(corpus, "ASN.1", der, 70);
	unsigned char swapped[64];
	memcpy(swapped, bytes + 32, 32);
	memcpy(swapped + 32, bytes, 32);
	signature_try(corpus, "s ‖ r", swapped, 64);
}

static void long_try(struct corpus *corpus, const char *name, size_t len, char letter)
{
	char *text = test_malloc(len);
	memset(text, letter, len);
	try_token(corpus, name, (struct str){text, len});
	test_free(text);
}

static void texts_try(struct corpus *corpus)
{
	static const struct {
		const char *name, *format;
	} texts[] = {
		{"two parts", "H.P"},
		{"two parts, dot", "H.P."},
		{"one part", "H"},
		{"no header", ".P.S"},
		{"no payload", "H..S"},
		{"five parts", "H.P.S.S.S"},
		{"third dot", "H.P.S."},
		{"fourth part", "H.P.S.S"},
		{"first dot", ".H.P.S"},
		{"padding", "H.P.S="},
		{"padding inside", "H=.P.S"},
		{"plus", "H.P.+S"},
		{"slash", "H.P./S"},
		{"newline", "H.P.S\n"},
		{"newline inside", "H.\nP.S"},
		{"return", "H.P.S\r\n"},
		{"space", "H.P. S"},
		{"tab", "H.P.\tS"},
		{"swapped", "P.H.S"},
		{"twice", "H.P.SH.P.S"},
		{"comma", "H.P.S,H.P.S"},
		{"dots", "..."},
		{"colon", "H:P:S"},
		{"percent", "H.P.%53S"},
		{"letter more", "H.P.SA"},
		{"header more", "HA.P.S"},
		{"quote", "\"H.P.S\""},
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		text_try(corpus, texts[i].name, texts[i].format);
	signatures_try(corpus);
	long_try(corpus, "64 KiB of one letter", 64 << 10, 'A');
	long_try(corpus, "1 MiB of one letter", 1 << 20, 'A');
	long_try(corpus, "1 MiB of dots", 1 << 20, '.');
	long_try(corpus, "zero bytes", 600, '\0');
	struct str zero;
	assert_int_equal(arena_copy(&corpus->house->arena, corpus->good, &zero), 0);
	((char *)(uintptr_t)zero.ptr)[zero.len / 2] = '\0';
	try_token(corpus, "a zero byte inside", zero);
}

/* Signed, but not by a key of the service for tokens. */
static void keys_try(struct corpus *corpus)
{
	struct keys_signer token = corpus->signer;
	corpus->signer = keys_proof_signing(corpus->house->service->keys);
	try_payload(corpus, "the proof key under the token key's name", corpus->good_body);
	struct str header =
		corpus_print(corpus, "{\"alg\":\"ES256\",\"kid\":\"%.*s\",\"typ\":\"at+jwt\"}",
			     STR_ARG(corpus->signer.kid));
	try_token(corpus, "the proof key under its own",
		  signed_by_us(corpus, header, corpus->good_body));
	corpus->signer = token;
}

/* --- the run --- */

static void corpus_open(struct corpus *corpus, struct house *house)
{
	*corpus = (struct corpus){.house = house};
	corpus->good = house_session(house, "1310000003", &house->here.receipt).token;
	corpus->signer = keys_token_signing(house->service->keys);
	corpus->kid = corpus_print(corpus, "%.*s", STR_ARG(corpus->signer.kid)).ptr;
	ring_kid = corpus->signer.kid;
	struct jws_parts parts;
	assert_int_equal(jws_split(&house->arena, corpus->good, &parts), 0);
	corpus->good_body = parts.payload;
}

static void corpus_run(struct corpus *corpus)
{
	headers_try(corpus);
	claims_try(corpus);
	texts_try(corpus);
	keys_try(corpus);
}

static void test_no_bad_token_opens_anything(void **state)
{
	struct corpus corpus;
	corpus_open(&corpus, *state);
	corpus_run(&corpus);
	print_message("# %zu tokens, the dearest took %lld us\n", corpus.tried,
		      (long long)corpus.cost_us);
	assert_true(corpus.tried >= TOKENS_MIN);
	assert_int_equal(corpus.accepted, 0);
	assert_int_equal(corpus.differing, 0);
	assert_int_equal(corpus.slow, 0);
	/* And the token that all of them were made from does. */
	struct str query = STR("from=20261101000000&to=20261122120000");
	assert_int_equal(house_get(*state, "/v1/results/count", query, corpus.good), 200);
}

static void test_the_corpus_sees_a_verifier_that_believes_all(void **state)
{
	struct corpus corpus;
	corpus_open(&corpus, *state);
	believes_all = true;
	signatures_try(&corpus);
	believes_all = false;
	assert_true(corpus.accepted >= 5);
}

static void test_the_corpus_sees_a_ring_with_every_key(void **state)
{
	struct corpus corpus;
	corpus_open(&corpus, *state);
	any_kid = true;
	headers_try(&corpus);
	any_kid = false;
	assert_true(corpus.accepted >= 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_open, house_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_bad_token_opens_anything),
		TEST(test_the_corpus_sees_a_verifier_that_believes_all),
		TEST(test_the_corpus_sees_a_ring_with_every_key),
	};
	return cmocka_run_group_tests_name("T08", tests, NULL, NULL);
}
