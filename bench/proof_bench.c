/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU microseconds of one proof, as the recording transaction makes it: ours (header, encoding,
 * signature), or its reference, the signature alone by OpenSSL with a context that is used again.
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "server/eligibility/eligibility.h"

enum { PROOFS = 10000, BODY_BYTES = 2048, TEXT_BYTES = 3100 };

static double cpu_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static int ours_run(struct keys *keys, struct str body)
{
	AUTO(arena_clear) struct arena arena;
	const struct eligibility eligibility = {.keys = keys};
	unsigned char id[STORE_ID_BYTES] = {1};
	const struct eligibility_signing signing = {
		.id = str_bytes(id, sizeof id),
		.facility_code = STR("1310000003"),
		.staff = STR("S01"),
		.method = ELIGIBILITY_PIN,
		.now_ms = INT64_C(1795329000000),
	};
	arena_init(&arena, 1 << 20);
	int r = 0;
	for (int i = 0; r == 0 && i < PROOFS; i++) {
		struct str proof;
		r = eligibility_prove(&eligibility, &arena, &signing, body, &proof);
		arena_clear(&arena);
	}
	return r;
}

static int reference_run(void)
{
	unsigned char text[TEXT_BYTES] = {1}, signature[80];
	EVP_PKEY *key = EVP_EC_gen("P-256");
	EVP_MD_CTX *first = EVP_MD_CTX_new(), *ctx = EVP_MD_CTX_new();
	int good = key && first && ctx &&
		   EVP_DigestSignInit(first, NULL, EVP_sha256(), NULL, key) == 1;
	for (int i = 0; good && i < PROOFS; i++) {
		size_t len = sizeof signature;
		good = EVP_MD_CTX_copy_ex(ctx, first) == 1 &&
		       EVP_DigestSign(ctx, signature, &len, text, sizeof text) == 1;
	}
	EVP_MD_CTX_free(ctx);
	EVP_MD_CTX_free(first);
	EVP_PKEY_free(key);
	return good ? 0 : -EIO;
}

/* The keys lie in argv[2], a folder that does not exist yet. */
int main(int argc, char **argv)
{
	AUTO(keys_closep) struct keys *keys = NULL;
	char body[BODY_BYTES];
	bool ours = argc == 3 && strcmp(argv[1], "ours") == 0;
	if (argc != 3 || (!ours && strcmp(argv[1], "reference") != 0)) {
		fputs("usage: proof_bench ours|reference KEYS\n", stderr);
		return 2;
	}
	memset(body, 'x', sizeof body);
	if (ours && (keys_init(argv[2], INT64_C(1795329000000)) || keys_open(&keys, argv[2])))
		return 1;
	double before = cpu_us();
	int r = ours ? ours_run(keys, str_bytes(body, sizeof body)) : reference_run();
	printf("%.2f\n", (cpu_us() - before) / PROOFS);
	return r ? 1 : 0;
}
