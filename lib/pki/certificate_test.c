/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pki/world_test.h"

#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

static int check(struct world *world, struct str der, int64_t at_ms)
{
	struct pki_certificate *certificate = NULL;
	int r = pki_check(world->anchors, der, at_ms, &certificate);
	if (r)
		assert_null(certificate);
	pki_certificate_destroy(certificate);
	return r;
}

static int check_profile(struct world *world, const struct make_profile *profile)
{
	return check(world, world_issue(world, profile, &world->root, world->key), world_now());
}

static void hex_of_key_id(X509 *certificate, char text[PKI_AKI_BYTES])
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(certificate);
	for (int i = 0; i < id->length; i++)
		snprintf(text + 2 * i, 3, "%02x", id->data[i]);
}

static void test_a_right_certificate_says_whose_it_is(void **state)
{
	struct world *world = *state;
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	struct make_profile profile = world_profile();
	struct str der = world_issue(world, &profile, &world->root, world->key);
	char aki[PKI_AKI_BYTES] = "";
	unsigned char digest[32];
	assert_int_equal(pki_check(world->anchors, der, world_now(), &certificate), 0);
	const struct pki_facts *facts = pki_certificate_facts(certificate);
	hex_of_key_id(world->root.certificate, aki);
	assert_string_equal(facts->aki, aki);
	assert_string_equal(facts->serial, "abcdef");
	assert_true(facts->not_before_ms == at("20251027000000"));
	assert_true(facts->not_after_ms == at("20300217235959"));
	assert_int_equal(facts->standing, PKI_CURRENT);
	assert_int_equal(facts->ocsp_url.len, 0);
	SHA256((const unsigned char *)der.ptr, der.len, digest);
	assert_memory_equal(facts->thumbprint, digest, sizeof digest);
}

static void test_each_root_of_one_name_is_found_by_its_key(void **state)
{
	struct world *world = *state;
	struct make_profile profile = world_profile();
	struct pki_certificate *a = NULL, *b = NULL;
	struct str old = world_issue(world, &profile, &world->old_root, world->key);
	struct str new = world_issue(world, &profile, &world->root, world->key);
	assert_int_equal(pki_check(world->anchors, old, world_now(), &a), 0);
	assert_int_equal(pki_check(world->anchors, new, world_now(), &b), 0);
	assert_string_not_equal(pki_certificate_facts(a)->aki, pki_certificate_facts(b)->aki);
	assert_memory_not_equal(pki_certificate_facts(a)->issuer_key_hash,
				pki_certificate_facts(b)->issuer_key_hash, PKI_THUMBPRINT_BYTES);
	pki_certificate_destroy(a);
	pki_certificate_destroy(b);
}

/* The attacker's root has the name, and the second one even claims the true root's key id. */
static void test_a_certificate_of_a_root_with_the_same_name_is_untrusted(void **state)
{
	struct world *world = *state;
	struct make_profile profile = world_profile();
	struct make_pair claim = {world->evil.key, world->root.certificate};
	assert_int_equal(check(world, world_issue(world, &profile, &world->evil, world->key),
			       world_now()),
			 PKI_UNTRUSTED);
	assert_int_equal(check(world, world_issue(world, &profile, &claim, world->key),
			       world_now()),
			 PKI_UNTRUSTED);
	assert_int_equal(check(world, world_issue(world, &profile, NULL, world->key), world_now()),
			 PKI_UNTRUSTED);
}

/* A card's key must not make certificates for other cards. */
static void test_a_certificate_issued_by_a_card_is_untrusted(void **state)
{
	struct world *world = *state;
	struct make_profile profile = world_profile();
	AUTO(make_pair_clear) struct make_pair card = {0};
	assert_int_equal(make_pair(&profile, &world->root, &card), 0);
	assert_int_equal(check(world, world_issue(world, &profile, &card, world->key), world_now()),
			 PKI_UNTRUSTED);
}

static void test_every_changed_byte_is_refused(void **state)
{
	struct world *world = *state;
	struct make_profile profile = world_profile();
	struct str der = world_issue(world, &profile, &world->root, world->key);
	char *bytes = arena_alloc(&world->arena, der.len);
	for (size_t i = 0; i < der.len; i++) {
		memcpy(bytes, der.ptr, der.len);
		bytes[i] ^= 1;
		int r = check(world, str_bytes(bytes, der.len), world_now());
		assert_true(r == PKI_MALFORMED || r == PKI_UNTRUSTED);
	}
}

static void test_what_is_no_certificate_is_malformed(void **state)
{
	struct world *world = *state;
	struct make_profile profile = world_profile();
	struct str der = world_issue(world, &profile, &world->root, world->key);
	static char large[PKI_DER_BYTES_MAX + 1];
	char *longer = arena_alloc(&world->arena, der.len + 1);
	memcpy(longer, der.ptr, der.len);
	assert_int_equal(check(world, str_bytes(longer, der.len + 1), world_now()), PKI_MALFORMED);
	assert_int_equal(check(world, str_bytes(der.ptr, der.len - 1), world_now()), PKI_MALFORMED);
	assert_int_equal(check(world, (struct str){0}, world_now()), PKI_MALFORMED);
	assert_int_equal(check(world, STR("-----BEGIN CERTIFICATE-----"), world_now()),
			 PKI_MALFORMED);
	memcpy(large, der.ptr, der.len);
	assert_int_equal(check(world, str_bytes(large, sizeof large), world_now()), PKI_MALFORMED);
	profile.no_key_ids = true;
	assert_int_equal(check_profile(world, &profile), PKI_MALFORMED);
	profile = world_profile();
	profile.serial = 0;
	assert_int_equal(check_profile(world, &profile), PKI_MALFORMED);
}

static void test_only_a_certificate_for_authentication_may_be_used(void **state)
{
	struct world *world = *state;
	static const char *const usages[] = {"critical,digitalSignature,nonRepudiation",
					     "critical,nonRepudiation", "critical,keyEncipherment",
					     "critical,digitalSignature,keyCertSign", NULL};
	struct make_profile profile;
	for (size_t i = 0; i < sizeof usages / sizeof *usages; i++) {
		profile = world_profile();
		profile.key_usage = usages[i];
		assert_int_equal(check_profile(world, &profile), PKI_WRONG_USE);
	}
	profile = world_profile();
	profile.basic_constraints = "critical,CA:TRUE";
	assert_int_equal(check_profile(world, &profile), PKI_WRONG_USE);
	profile.basic_constraints = "critical,CA:FALSE";
	assert_int_equal(check_profile(world, &profile), 0);
	profile.extended_usage = "OCSPSigning";
	assert_int_equal(check_profile(world, &profile), PKI_WRONG_USE);
	profile.extended_usage = "clientAuth";
	assert_int_equal(check_profile(world, &profile), 0);
	profile = world_profile();
	profile.subject = MAKE_NAME_AUTH;
	assert_int_equal(check_profile(world, &profile), PKI_WRONG_USE);
}

static void test_a_root_shown_as_a_card_is_refused(void **state)
{
	struct world *world = *state;
	struct str der;
	assert_int_equal(make_der(&world->arena, world->root.certificate, &der), 0);
	assert_int_equal(check(world, der, world_now()), PKI_WRONG_USE);
}

static void test_only_the_two_kinds_of_key_are_taken(void **state)
{
	struct world *world = *state;
	struct make_profile profile = world_profile();
	EVP_PKEY *const keys[] = {EVP_RSA_gen(3072), EVP_EC_gen("P-256"), EVP_EC_gen("P-384"),
				  EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};
	const int outcomes[] = {PKI_WRONG_USE, PKI_WRONG_USE, 0, PKI_WRONG_USE};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct str der = world_issue(world, &profile, &world->root, keys[i]);
		assert_int_equal(check(world, der, world_now()), outcomes[i]);
		EVP_PKEY_free(keys[i]);
	}
}

static EVP_PKEY *rsa_with_exponent(unsigned exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *key = NULL;
	BN_set_word(e, exponent);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
	assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void test_an_rsa_key_with_another_exponent_is_refused(void **state)
{
	struct world *world = *state;
	struct make_profile profile = world_profile();
	EVP_PKEY *key = rsa_with_exponent(3);
	struct str der = world_issue(world, &profile, &world->root, key);
	assert_int_equal(check(world, der, world_now()), PKI_WRONG_USE);
	EVP_PKEY_free(key);
}

static void test_only_the_policies_of_the_file_are_taken(void **state)
{
	struct world *world = *state;
	struct make_profile profile = world_profile();
	profile.policies = "critical," MAKE_POLICY_OTHER;
	assert_int_equal(check_profile(world, &profile), PKI_WRONG_POLICY);
	profile.policies = NULL;
	assert_int_equal(check_profile(world, &profile), PKI_WRONG_POLICY);
	profile.policies = "critical," MAKE_POLICY_OTHER "," MAKE_POLICY_AUTH;
	assert_int_equal(check_profile(world, &profile), 0);
	profile.policies = MAKE_POLICY_AUTH "0";
	assert_int_equal(check_profile(world, &profile), PKI_WRONG_POLICY);
}

static void test_time_decides_last_and_the_grace_ends_with_the_third_month(void **state)
{
	struct world *world = *state;
	/* 2025-10-27 00:00:00 to 2030-02-17 23:59:59, both JST. */
	static const struct {
		const char *at;
		int outcome;
		enum pki_standing standing;
	} moments[] = {
		{"20251026235959", PKI_NOT_YET, PKI_CURRENT},
		{"20251027000000", 0, PKI_CURRENT},
		{"20291117235958", 0, PKI_CURRENT},
		{"20291117235959", 0, PKI_ENDING},
		{"20300217235959", 0, PKI_ENDING},
		{"20300218000000", 0, PKI_GRACE},
		{"20300531235959", 0, PKI_GRACE},
		{"20300601000000", PKI_EXPIRED, PKI_GRACE},
	};
	struct make_profile profile = world_profile();
	struct str der = world_issue(world, &profile, &world->root, world->key);
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		struct pki_certificate *certificate = NULL;
		assert_int_equal(pki_check(world->anchors, der, at(moments[i].at), &certificate),
				 moments[i].outcome);
		if (certificate) {
			const struct pki_facts *facts = pki_certificate_facts(certificate);
			assert_int_equal(facts->standing, moments[i].standing);
			assert_true(facts->grace_until_ms == at("20300601000000"));
		}
		pki_certificate_destroy(certificate);
	}
}

/* The root of 2019 ends in September 2029, its last cards' grace later. */
static void test_the_grace_outlives_the_root(void **state)
{
	struct world *world = *state;
	struct make_profile profile = world_profile();
	profile.not_after_ms = at("20290913000000");
	struct str der = world_issue(world, &profile, &world->old_root, world->key);
	assert_int_equal(check(world, der, at("20291231235959")), 0);
	assert_int_equal(check(world, der, at("20300101000000")), PKI_EXPIRED);
}

static void test_the_first_failing_check_is_the_answer(void **state)
{
	struct world *world = *state;
	struct make_profile profile = world_profile();
	profile.not_after_ms = at("20251101000000");
	profile.policies = "critical," MAKE_POLICY_OTHER;
	profile.key_usage = "critical,nonRepudiation";
	assert_int_equal(check(world, world_issue(world, &profile, &world->evil, world->key),
			       world_now()),
			 PKI_UNTRUSTED);
	assert_int_equal(check_profile(world, &profile), PKI_WRONG_USE);
	profile.key_usage = "critical,digitalSignature";
	assert_int_equal(check_profile(world, &profile), PKI_WRONG_POLICY);
	profile.policies = MAKE_POLICY_AUTH;
	assert_int_equal(check_profile(world, &profile), PKI_EXPIRED);
}

static void test_a_serial_has_one_spelling(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *serial;
	} rows[] = {
		{"0133C349", "0133c349"},
		{"133c349", "0133c349"},
		{"00000133c349", "0133c349"},
		{"ff", "ff"},
		{"0", NULL},
		{"", NULL},
		{"-1", NULL},
		{"0x1", NULL},
		{"1g", NULL},
		{" 1", NULL},
		{"1 ", NULL},
		{"ffffffffffffffffffffffffffffffffffffffff",
		 "ffffffffffffffffffffffffffffffffffffffff"},
		{"0ffffffffffffffffffffffffffffffffffffffff", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char serial[PKI_SERIAL_BYTES] = "";
		int r = pki_serial_read(str_of(rows[i].text), serial);
		assert_int_equal(r, rows[i].serial ? 0 : PKI_MALFORMED);
		assert_string_equal(serial, rows[i].serial ? rows[i].serial : "");
	}
}

static void test_the_url_of_the_responder_is_read(void **state)
{
	struct world *world = *state;
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	struct make_profile profile = world_profile();
	profile.access = "OCSP;URI:http://ocsp.example/";
	struct str der = world_issue(world, &profile, &world->root, world->key);
	assert_int_equal(pki_check(world->anchors, der, world_now(), &certificate), 0);
	assert_str_equal(pki_certificate_facts(certificate)->ocsp_url, STR("http://ocsp.example/"));
}

static struct str sign(struct world *world, EVP_PKEY *key, const EVP_MD *digest_name,
		       const unsigned char digest[32])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	size_t len = 512;
	unsigned char *signature = arena_alloc(&world->arena, len);
	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	if (digest_name)
		assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, digest_name), 1);
	assert_int_equal(EVP_PKEY_sign(ctx, signature, &len, digest, 32), 1);
	EVP_PKEY_CTX_free(ctx);
	return str_bytes(signature, len);
}

static void test_the_card_holds_its_key_and_nobody_else_does(void **state)
{
	struct world *world = *state;
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	struct make_profile profile = world_profile();
	struct str der = world_issue(world, &profile, &world->root, world->key);
	unsigned char digest[32] = "a digest of thirty-two bytes...";
	assert_int_equal(pki_check(world->anchors, der, world_now(), &certificate), 0);
	struct str right = sign(world, world->key, EVP_sha256(), digest);
	assert_int_equal(pki_possession(certificate, digest, right), 0);
	struct str other = sign(world, world->evil.key, EVP_sha256(), digest);
	assert_int_equal(pki_possession(certificate, digest, other), PKI_NOT_POSSESSED);
	/* The bare digest without its DigestInfo, and DigestInfo of another hash. */
	struct str bare = sign(world, world->key, NULL, digest);
	assert_int_equal(pki_possession(certificate, digest, bare), PKI_NOT_POSSESSED);
	struct str sha3 = sign(world, world->key, EVP_sha3_256(), digest);
	assert_int_equal(pki_possession(certificate, digest, sha3), PKI_NOT_POSSESSED);
	assert_int_equal(pki_possession(certificate, digest, str_bytes(right.ptr, right.len - 1)),
			 PKI_NOT_POSSESSED);
	assert_int_equal(pki_possession(certificate, digest, (struct str){0}), PKI_NOT_POSSESSED);
	digest[31] ^= 1;
	assert_int_equal(pki_possession(certificate, digest, right), PKI_NOT_POSSESSED);
}

static void test_a_p384_card_signs_too(void **state)
{
	struct world *world = *state;
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	struct make_profile profile = world_profile();
	EVP_PKEY *key = EVP_EC_gen("P-384");
	struct str der = world_issue(world, &profile, &world->root, key);
	unsigned char digest[32] = "a digest of thirty-two bytes...";
	assert_int_equal(pki_check(world->anchors, der, world_now(), &certificate), 0);
	struct str right = sign(world, key, NULL, digest);
	assert_int_equal(pki_possession(certificate, digest, right), 0);
	digest[0] ^= 1;
	assert_int_equal(pki_possession(certificate, digest, right), PKI_NOT_POSSESSED);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_right_certificate_says_whose_it_is),
		cmocka_unit_test(test_each_root_of_one_name_is_found_by_its_key),
		cmocka_unit_test(test_a_certificate_of_a_root_with_the_same_name_is_untrusted),
		cmocka_unit_test(test_a_certificate_issued_by_a_card_is_untrusted),
		cmocka_unit_test(test_every_changed_byte_is_refused),
		cmocka_unit_test(test_what_is_no_certificate_is_malformed),
		cmocka_unit_test(test_only_a_certificate_for_authentication_may_be_used),
		cmocka_unit_test(test_a_root_shown_as_a_card_is_refused),
		cmocka_unit_test(test_only_the_two_kinds_of_key_are_taken),
		cmocka_unit_test(test_an_rsa_key_with_another_exponent_is_refused),
		cmocka_unit_test(test_only_the_policies_of_the_file_are_taken),
		cmocka_unit_test(test_time_decides_last_and_the_grace_ends_with_the_third_month),
		cmocka_unit_test(test_the_grace_outlives_the_root),
		cmocka_unit_test(test_the_first_failing_check_is_the_answer),
		cmocka_unit_test(test_a_serial_has_one_spelling),
		cmocka_unit_test(test_the_url_of_the_responder_is_read),
		cmocka_unit_test(test_the_card_holds_its_key_and_nobody_else_does),
		cmocka_unit_test(test_a_p384_card_signs_too),
	};
	return cmocka_run_group_tests(tests, world_create, world_destroy);
}
