/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 利用者証明用 certificate of a My Number card: whose it is, whether it may be used so, whether
 * the card that showed it holds its key, and what its authority says about it today.
 *
 * Pure: no network and no clock; the caller says what time it is. Everything here may be called
 * from several threads at once on the same anchors and certificates.
 * Sources: RFC 5280, RFC 6960; the profile as published for 公的個人認証サービス.
 */
#pragma once

#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

/* --- anchors.c: whom we trust --- */

enum pki_environment {
	PKI_TEST,
	PKI_PRODUCTION,
};

/* The roots of 利用者証明用 certificates and the policies they may carry; never changed. */
struct pki_anchors;

/*
 * folder holds *.pem (one self-signed root each) and policies.txt (one OID in dotted form a line;
 * empty lines and lines that begin with # are skipped): anchors/test/auth, anchors/production/auth.
 * Faults: that of open(2), -ENOENT (no root, no policy), -EINVAL (a file that is neither), -EPERM
 * (a root of a test hierarchy where the environment is production), -ENOMEM.
 */
MUST_CHECK int pki_anchors_load(const char *folder, enum pki_environment environment,
				struct pki_anchors **ret_anchors);
/* Certificates already checked stay good. Accepts NULL. */
void pki_anchors_destroy(struct pki_anchors *anchors);
DEFINE_AUTO_POINTER(struct pki_anchors, pki_anchors_destroy)

/* --- certificate.c: what was shown --- */

enum {
	PKI_DER_BYTES_MAX = 4096,
	PKI_THUMBPRINT_BYTES = 32,
	PKI_AKI_BYTES = 65,    /* ≤ 32 bytes in hexadecimal and a NUL */
	PKI_SERIAL_BYTES = 41, /* ≤ 20 bytes in hexadecimal and a NUL */
};

/* In the order of the checks: the first that fails is the answer. */
enum pki_outcome {
	PKI_MALFORMED = 1, /* no certificate, something behind it, no AKI, no positive serial */
	PKI_UNTRUSTED,	   /* not signed by one of the roots, whatever its names say */
	PKI_WRONG_USE,	   /* not for 利用者証明: key usage, CA, self-issued, kind of key */
	PKI_WRONG_POLICY,
	PKI_NOT_YET,
	PKI_EXPIRED, /* and the grace is over too */
};

enum pki_standing {
	PKI_CURRENT,
	PKI_ENDING, /* valid, but for less than three months */
	PKI_GRACE,  /* expired, accepted until the end of the third month after (JST) */
};

struct pki_facts {
	char aki[PKI_AKI_BYTES];       /* authority key identifier: lower-case hexadecimal */
	char serial[PKI_SERIAL_BYTES]; /* the number in the fewest bytes: lower-case hexadecimal */
	int64_t not_before_ms;
	int64_t not_after_ms;	/* its last valid second */
	int64_t grace_until_ms; /* accepted while now < this */
	enum pki_standing standing;
	unsigned char thumbprint[PKI_THUMBPRINT_BYTES];	     /* SHA-256 of the DER */
	unsigned char issuer_key_hash[PKI_THUMBPRINT_BYTES]; /* SHA-256 of the root's public key */
	struct str ocsp_url; /* of its AIA extension, NUL-terminated; empty when there is none */
};

struct pki_certificate; /* checked; keeps what it needs of the anchors alive */

/*
 * Check one certificate, at most PKI_DER_BYTES_MAX of DER, at a moment. Outcomes: enum pki_outcome.
 * Faults: -ENOMEM, -EIO (OpenSSL). Revocation is not looked at here.
 */
MUST_CHECK int pki_check(const struct pki_anchors *anchors, struct str der, int64_t at_ms,
			 struct pki_certificate **ret_certificate);
void pki_certificate_destroy(struct pki_certificate *certificate);
DEFINE_AUTO_POINTER(struct pki_certificate, pki_certificate_destroy)

/*
 * cache.c: certificates that were good are remembered by their digest, at most PKI_CACHE_MAX, for
 * as long as the anchors stay; pki_cache_check answers what pki_check would. Any thread.
 */
enum { PKI_CACHE_MAX = 1024 }; /* about 8 KiB each */
struct pki_cache;
/* anchors outlive it. Fault: -ENOMEM. */
MUST_CHECK int pki_cache_create(const struct pki_anchors *anchors, struct pki_cache **ret_cache);
void pki_cache_destroy(struct pki_cache *cache); /* accepts NULL */
DEFINE_AUTO_POINTER(struct pki_cache, pki_cache_destroy)
MUST_CHECK int pki_cache_check(struct pki_cache *cache, struct str der, int64_t at_ms,
			       struct pki_certificate **ret_certificate);

/* Borrowed from the certificate. */
const struct pki_facts *pki_certificate_facts(const struct pki_certificate *certificate);

/*
 * Somebody's spelling of a serial number (1..40 hexadecimal digits, any case, leading zeros) as
 * pki_facts spells it. Outcome: PKI_MALFORMED, also for zero.
 */
MUST_CHECK int pki_serial_read(struct str text, char ret_serial[PKI_SERIAL_BYTES]);

/* --- possession.c: does the card hold the key? --- */

enum pki_possession_outcome {
	PKI_NOT_POSSESSED = 1,
};

/*
 * signature: over DigestInfo(SHA-256, digest) by PKCS#1 v1.5 with an RSA key; ECDSA over digest
 * (DER of r and s) with a P-384 key. Outcome: PKI_NOT_POSSESSED. Fault: -EIO.
 */
MUST_CHECK int pki_possession(const struct pki_certificate *certificate,
			      const unsigned char digest[32], struct str signature);

/* --- ocsp.c: questions and answers about revocation --- */

enum {
	PKI_OCSP_NONCE_BYTES = 16,
	PKI_OCSP_RESPONSE_BYTES_MAX = 16 * 1024,
	PKI_OCSP_SKEW_MS = 5 * 60 * 1000, /* what clocks may differ by */
	PKI_OCSP_AGE_MS = 10 * 60 * 1000, /* how old an answer without nextUpdate may be */
};

enum pki_ocsp_outcome {
	PKI_OCSP_REVOKED = 1,
	PKI_OCSP_UNKNOWN,     /* the authority does not know this serial */
	PKI_OCSP_TRY_LATER,   /* the responder has no answer (try later, internal error, refused) */
	PKI_OCSP_MALFORMED,   /* no OCSP response */
	PKI_OCSP_FORGED,      /* not signed for this root, or about another certificate */
	PKI_OCSP_NONCE_WRONG, /* another nonce, or none: an old answer again */
	PKI_OCSP_STALE,	      /* too old */
	PKI_OCSP_EARLY,	      /* from the future: one of the two clocks is wrong */
};

/* CRLReason (RFC 5280 5.3.1); as the authority uses them. */
enum pki_reason {
	PKI_REASON_NONE = -1, /* none given */
	PKI_REASON_UNSPECIFIED = 0,
	PKI_REASON_KEY_COMPROMISE = 1,
	PKI_REASON_AFFILIATION_CHANGED = 3,
	PKI_REASON_SUPERSEDED = 4,
	PKI_REASON_CESSATION = 5,
	PKI_REASON_HOLD = 6, /* 一時保留: may come back */
};

struct pki_ocsp_answer {
	int64_t this_update_ms;
	int64_t next_update_ms; /* 0: not said */
	int64_t revoked_ms;	/* 0: not revoked */
	int reason;		/* enum pki_reason, or another number of the RFC */
};

/* The question about one certificate, DER in arena. nonce: PKI_OCSP_NONCE_BYTES. Faults only. */
MUST_CHECK int pki_ocsp_request(struct arena *arena, const struct pki_certificate *certificate,
				struct str nonce, struct str *ret_der);

/*
 * What the response says: 0 good; signed by the root itself or by a responder it has delegated.
 * *ret_answer is written with 0 and PKI_OCSP_REVOKED. nonce: as asked; absent: not looked at.
 */
MUST_CHECK int pki_ocsp_check(const struct pki_certificate *certificate, struct str der,
			      struct str nonce, int64_t at_ms, struct pki_ocsp_answer *ret_answer);
