/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates made on the spot, right ones and wrong ones: for shikaku-sim-pki and for tests. The
 * subjects are invented; nothing here is of the real 公的個人認証サービス.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

/* The test hierarchy's policies, in the arc its operator uses for test environments. */
#define MAKE_POLICY_AUTH  "1.2.392.200149.8.5.1.0.30"
#define MAKE_POLICY_SIGN  "1.2.392.200149.8.5.1.0.20"
#define MAKE_POLICY_OTHER "1.2.392.200149.8.5.1.0.99"

/* Three generations of roots bear this one name; so does an attacker's. */
#define MAKE_NAME_AUTH                            \
	"C=JP,O=JPKI-TEST,OU=JPKI-TEST for user " \
	"authentication,OU=Invented Agency for Test Cards"
#define MAKE_NAME_SIGN                               \
	"C=JP,O=JPKI-TEST,OU=JPKI-TEST for digital " \
	"signature,OU=Invented Agency for Test Cards"

struct make_profile {
	const char *subject; /* "C=JP,O=…,CN=…", no comma inside a value */
	uint64_t serial;
	int64_t not_before_ms;
	int64_t not_after_ms;
	/* Extensions as in openssl.cnf; NULL leaves one out. */
	const char *key_usage;	       /* "critical,digitalSignature" */
	const char *basic_constraints; /* "critical,CA:TRUE" */
	const char *extended_usage;    /* "OCSPSigning" */
	const char *policies;	       /* "critical,1.2.3" */
	const char *subject_alt;       /* "DNS:localhost" */
	const char *access;	       /* "OCSP;URI:http://127.0.0.1:1/" */
	const char *issuer_alt;	       /* the O= of a directoryName */
	bool no_key_ids;	       /* neither SKI nor AKI */
};

/* A key and its certificate. */
struct make_pair {
	EVP_PKEY *key;
	X509 *certificate;
};

/* Accepts a zeroed pair and leaves one. */
void make_pair_clear(struct make_pair *pair);

/* The profiles of the hierarchy; the caller changes what should be wrong. */
struct make_profile make_root_profile(uint64_t serial, int64_t from_ms, int64_t until_ms);
struct make_profile make_card_profile(const char *subject, uint64_t serial, int64_t from_ms,
				      int64_t until_ms);
struct make_profile make_responder_profile(uint64_t serial, int64_t from_ms, int64_t until_ms);

/*
 * Certify key; issuer NULL: self-signed. *ret_certificate is the caller's. Faults: -EINVAL (a text
 * OpenSSL does not take), -EIO.
 */
MUST_CHECK int make_certificate(const struct make_profile *profile, EVP_PKEY *key,
				const struct make_pair *issuer, X509 **ret_certificate);

/*
 * A fresh RSA-2048 key; NULL: OpenSSL failed. Of any two primes: EVP_RSA_gen looks three times as
 * long for those of FIPS 186.
 */
EVP_PKEY *make_key(void);

/* A fresh RSA-2048 key and its certificate. Faults as make_certificate. */
MUST_CHECK int make_pair(const struct make_profile *profile, const struct make_pair *issuer,
			 struct make_pair *ret_pair);

/* Faults: -ENOMEM, -EIO. */
MUST_CHECK int make_der(struct arena *arena, const X509 *certificate, struct str *ret_der);
