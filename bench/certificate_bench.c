/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU microseconds of what a tap asks of its certificate: whose it is, whether the card holds its
 * key, whether it is revoked (an answer that is remembered). Ours, with the certificate seen for
 * the first time or known by its digest; or its reference, the bare calls of OpenSSL for the same.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "server/revocation/revocation.h"
#include "sim/pki/answer.h"

enum { ROUNDS = 5000, SIGNATURE_BYTES = 256 };

#define NOW_MS	 INT64_C(1795316400000) /* 2026-11-22 12:00 JST */
#define YEAR_MS	 (INT64_C(365) * 24 * 60 * 60 * 1000)
#define SUBJECT	 "C=JP,CN=997794E9AGCIEG13221003A"
#define OCSP_URL "http://127.0.0.1:9/"

struct bed {
	struct arena arena;
	struct make_pair root;
	EVP_PKEY *key;
	struct str der, signature;
	unsigned char digest[32], signature_bytes[SIGNATURE_BYTES];
	struct pki_anchors *anchors;
	struct pki_cache *cache;
	struct revocation *revocation;
	struct clock_fake time;
	struct clock clock;
	X509_STORE *store;
	X509 *leaf; /* known by its digest */
};

static double cpu_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* --- the bed --- */

static struct answer good(void *ctx, const X509 *root, const char *serial)
{
	(void)ctx, (void)root, (void)serial;
	return (struct answer){.status = ANSWER_GOOD};
}

static int answer_here(void *ctx, const char *url, int64_t timeout_ms, struct str request,
		       struct arena *arena, struct str *ret_response, const char **ret_cause)
{
	const struct bed *bed = ctx;
	const struct answer_plan plan = {
		.authorities = {{bed->root.certificate, bed->root.certificate, bed->root.key}},
		.authorities_count = 1,
		.look_up = good,
		.now_ms = NOW_MS,
		.valid_ms = YEAR_MS,
	};
	(void)url, (void)timeout_ms, (void)ret_cause;
	return answer_make(arena, &plan, request, ret_response);
}

static int file_make(const char *folder, const char *name, X509 *root)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	if (!file)
		return RAISE(errno);
	bool written = root ? PEM_write_X509(file, root) == 1 : fputs(MAKE_POLICY_AUTH, file) >= 0;
	return fclose(file) == 0 && written ? 0 : RAISE(EIO);
}

static int card_make(struct bed *bed)
{
	struct make_profile root = make_root_profile(1, NOW_MS - YEAR_MS, NOW_MS + 5 * YEAR_MS);
	struct make_profile card =
		make_card_profile(SUBJECT, 0xABCDEF, NOW_MS - YEAR_MS, NOW_MS + 3 * YEAR_MS);
	X509 *certificate;
	bed->key = EVP_RSA_gen(2048);
	int r = make_pair(&root, NULL, &bed->root);
	if (r == 0)
		r = make_certificate(&card, bed->key, &bed->root, &certificate);
	if (r)
		return PASS(r);
	r = make_der(&bed->arena, certificate, &bed->der);
	X509_free(certificate);
	return r ? PASS(r) : 0;
}

static bool card_sign(struct bed *bed)
{
	size_t len = sizeof bed->signature_bytes;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(bed->key, NULL);
	bool signed_ = EVP_PKEY_sign_init(ctx) == 1 &&
		       EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
		       EVP_PKEY_sign(ctx, bed->signature_bytes, &len, bed->digest, 32) == 1;
	EVP_PKEY_CTX_free(ctx);
	bed->signature = str_bytes(bed->signature_bytes, len);
	return signed_;
}

static int bed_open(struct bed *bed, const char *folder)
{
	bed->time.now_ms = NOW_MS;
	bed->clock = clock_of_fake(&bed->time);
	arena_init(&bed->arena, 1 << 20);
	struct revocation_options options = {.ocsp_url = STR(OCSP_URL),
					     .timeout_ms = 1000,
					     .clock = &bed->clock,
					     .transport = {answer_here, bed}};
	int r = card_make(bed);
	if (r == 0 && mkdir(folder, 0700) != 0)
		r = RAISE(errno);
	if (r == 0)
		r = file_make(folder, "root.pem", bed->root.certificate);
	if (r == 0)
		r = file_make(folder, "policies.txt", NULL);
	if (r == 0)
		r = pki_anchors_load(folder, PKI_TEST, &bed->anchors);
	if (r == 0)
		r = pki_cache_create(bed->anchors, &bed->cache);
	if (r == 0)
		r = revocation_create(&options, &bed->revocation);
	const unsigned char *at = (const unsigned char *)bed->der.ptr;
	bed->store = X509_STORE_new();
	if (r)
		return PASS(r);
	bed->leaf = d2i_X509(NULL, &at, (long)bed->der.len);
	X509_STORE_set_flags(bed->store, X509_V_FLAG_NO_CHECK_TIME);
	X509_STORE_add_cert(bed->store, bed->root.certificate);
	return card_sign(bed) ? 0 : RAISE(EIO);
}

static void bed_close(struct bed *bed)
{
	X509_free(bed->leaf);
	X509_STORE_free(bed->store);
	revocation_destroy(bed->revocation);
	pki_cache_destroy(bed->cache);
	pki_anchors_destroy(bed->anchors);
	make_pair_clear(&bed->root);
	EVP_PKEY_free(bed->key);
	arena_clear(&bed->arena);
}

/* --- what is measured --- */

static bool ours_run(struct bed *bed, struct pki_cache *cache)
{
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	struct revocation_answer answer;
	int r = cache ? pki_cache_check(cache, bed->der, NOW_MS, &certificate)
		      : pki_check(bed->anchors, bed->der, NOW_MS, &certificate);
	return r == 0 && pki_possession(certificate, bed->digest, bed->signature) == 0 &&
	       revocation_check(bed->revocation, certificate, &answer) == 0;
}

static bool ours_uncached(struct bed *bed)
{
	return ours_run(bed, NULL);
}

static bool ours_cached(struct bed *bed)
{
	return ours_run(bed, bed->cache);
}

static bool signature_verify(struct bed *bed, X509 *leaf)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(X509_get0_pubkey(leaf), NULL);
	bool verified = ctx && EVP_PKEY_verify_init(ctx) == 1 &&
			EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
			EVP_PKEY_verify(ctx, bed->signature_bytes, bed->signature.len, bed->digest,
					32) == 1;
	EVP_PKEY_CTX_free(ctx);
	return verified;
}

static bool reference_uncached(struct bed *bed)
{
	const unsigned char *at = (const unsigned char *)bed->der.ptr;
	X509 *leaf = d2i_X509(NULL, &at, (long)bed->der.len);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool verified = leaf && ctx && X509_STORE_CTX_init(ctx, bed->store, leaf, NULL) == 1 &&
			X509_verify_cert(ctx) == 1 && signature_verify(bed, leaf);
	X509_STORE_CTX_free(ctx);
	X509_free(leaf);
	return verified;
}

static bool reference_cached(struct bed *bed)
{
	unsigned char digest[32];
	return EVP_Digest(bed->der.ptr, bed->der.len, digest, NULL, EVP_sha256(), NULL) == 1 &&
	       signature_verify(bed, bed->leaf);
}

static const struct {
	const char *name;
	bool (*run)(struct bed *bed);
} kinds[] = {
	{"ours", ours_uncached},
	{"reference", reference_uncached},
	{"ours-cached", ours_cached},
	{"reference-cached", reference_cached},
};

/* The anchors lie in argv[2], a folder that does not exist yet. */
int main(int argc, char **argv)
{
	struct bed bed = {0};
	bool (*run)(struct bed *) = NULL;
	for (size_t i = 0; argc == 3 && i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			run = kinds[i].run;
	if (!run) {
		fputs("usage: certificate_bench ours|reference|ours-cached|reference-cached "
		      "FOLDER\n",
		      stderr);
		return 2;
	}
	bool fine = bed_open(&bed, argv[2]) == 0 && run(&bed); /* what is remembered, is */
	double before = cpu_us();
	for (int i = 0; fine && i < ROUNDS; i++)
		fine = run(&bed);
	printf("%.2f\n", (cpu_us() - before) / ROUNDS);
	bed_close(&bed);
	return fine ? 0 : 1;
}
