/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator's keys: what seals, looks up, MACs and signs. The one room that holds them.
 *
 * A folder (0700) of small files (0600): "root" wraps all others (AEAD, AAD = the file's name).
 * store-N, lookup-N, pepper-N and month-YYYYMM are 32 random bytes; token-KID, proof-KID and
 * audit-KID are P-256 keys whose KID is their RFC 7638 thumbprint; KID.pub is what is left of one
 * that signs no more: its public half. The folder is never inside the
 * store or its backup, so that a destroyed month key leaves nothing readable anywhere.
 *
 * A sealed value = version 1 (one byte) ‖ key number (2 bytes, big-endian; the month's number for a
 * month key) ‖ nonce 12 ‖ text ‖ tag 16.
 *
 * struct keys may be used by many threads at once. Faults everywhere: -EIO (the folder or the
 * crypto library failed), -ENOMEM.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/secret.h"
#include "lib/base/str.h"
#include "lib/crypto/crypto.h"

struct keys;

enum keys_outcome {
	KEYS_ABSENT =
		1,    /* no such key here: a month that is closed or not made yet, an old number */
	KEYS_FORGED,  /* does not open under its key and AAD, or is no sealed value at all */
	KEYS_EXPOSED, /* folder or file: not ours, readable by others, or no plain file */
	KEYS_THERE,   /* keys_init: the folder has keys already */
	KEYS_FULL,    /* keys_rotate: no number is left for one more */
};

enum {
	KEYS_SEALED_EXTRA = 1 + 2 + CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES,
	KEYS_MAC_BYTES = CRYPTO_DIGEST_BYTES,
};

/*
 * Make the folder (when it does not exist) and the first keys: root, store-1, lookup-1, pepper-1,
 * one token, one proof and one audit key, and the months of now_ms and after it. Outcomes:
 * KEYS_THERE, KEYS_EXPOSED.
 */
MUST_CHECK int keys_init(const char *dir, int64_t now_ms);

/*
 * Read all keys. One that was made within KEYS_SETTLE_MS, by the time of its file, is not used for
 * new things yet: others may not have seen it. Outcomes: KEYS_ABSENT (no folder, no root, or one of
 * the first keys is missing), KEYS_EXPOSED, KEYS_FORGED (a file that root does not open); in all of
 * them: do not start.
 */
MUST_CHECK int keys_open(struct keys **ret_keys, const char *dir);

/*
 * Look into the folder again: take up keys that came, drop month keys that went. A key that came
 * opens and verifies at once and is used for new things KEYS_SETTLE_MS after; every process follows
 * more often than that. One thread calls this; the others need not wait for it. Outcomes:
 * KEYS_EXPOSED, KEYS_FORGED - of the new file; what is held already stays good.
 */
enum { KEYS_SETTLE_MS = 5000 };
MUST_CHECK int keys_follow(struct keys *keys, int64_t mono_ms);

enum keys_kind {
	KEYS_KIND_ROOT,
	KEYS_KIND_MONTH,
	KEYS_KIND_STORE,
	KEYS_KIND_LOOKUP,
	KEYS_KIND_PEPPER,
	KEYS_KIND_TOKEN,
	KEYS_KIND_PROOF,
	KEYS_KIND_AUDIT,
	KEYS_KINDS,
};
struct str keys_kind_name(enum keys_kind kind); /* "root", "month", "store", … */
/* Outcome: KEYS_ABSENT (no such kind). */
MUST_CHECK int keys_kind_read(struct str text, enum keys_kind *ret_kind);

/*
 * One more key of this kind beside those that are there; running services follow, and values under
 * the older ones stay good. Root: a new one, and all files wrapped by it. Not for months, which the
 * calendar rotates. Outcomes: KEYS_ABSENT, KEYS_EXPOSED, KEYS_FORGED (the folder, its root or one
 * of its files), KEYS_FULL (KEYS_ALIVE_MAX are in use).
 */
enum { KEYS_ALIVE_MAX = 16 /* generations of one numbered key */ };
MUST_CHECK int keys_rotate(const char *dir, enum keys_kind kind, int64_t now_ms);

/*
 * Done with: token keys that are followed by one that has signed for KEYS_TOKEN_OVERLAP_MS, since
 * every token of theirs has ended; and the private halves of proof and audit keys that are followed
 * by one that has signed for KEYS_SIGNER_OVERLAP_MS. Their files are destroyed. The caller holds
 * the lease.
 */
enum { KEYS_TOKEN_OVERLAP_MS = 15 * 60 * 1000, KEYS_SIGNER_OVERLAP_MS = 60 * 1000 };
MUST_CHECK int keys_signers_retire(struct keys *keys, int64_t now_ms);

/* The generations of a numbered kind, rising; the one for new things is keys_newest. */
struct keys_generation {
	int n;
	int64_t made_ms;
};
size_t keys_generations(const struct keys *keys, enum keys_kind kind,
			struct keys_generation ret_generations[KEYS_ALIVE_MAX]);
int keys_newest(const struct keys *keys, enum keys_kind kind);
/* Its file is destroyed; every process drops it soon. n is not the newest. The caller holds the
 * lease, and knows that nothing is under it any more. */
MUST_CHECK int keys_generation_destroy(struct keys *keys, enum keys_kind kind, int n);

/* A file of the folder, for a list. */
struct keys_file {
	enum keys_kind kind;
	struct str name;  /* "store-2"; borrowed for the call */
	int64_t made_ms;  /* month: when it begins */
	bool public_only; /* signs no more */
};
/* Calls each(ctx, file) in no order until it answers something else than 0. Outcomes: what it
 * answered; KEYS_ABSENT, KEYS_EXPOSED, KEYS_FORGED. */
MUST_CHECK int keys_each(const char *dir, int (*each)(void *ctx, const struct keys_file *file),
			 void *ctx);

/*
 * All files of the folder as one, sealed to an offline key (X25519, PEM), in path. The bundle that
 * was there is replaced and overwritten, so that it does not keep a month that was destroyed.
 * Outcomes: KEYS_ABSENT, KEYS_EXPOSED (the folder), KEYS_FORGED (no such public key).
 */
MUST_CHECK int keys_bundle_write(const char *dir, struct str public_pem, const char *path);
/* A new folder from a bundle. Outcomes: KEYS_THERE (dir is there), KEYS_FORGED (not sealed to this
 * key, or touched). */
MUST_CHECK int keys_bundle_open(const char *dir, struct str private_pem, struct str bundle);

/* Wipes and frees; accepts NULL. */
void keys_close(struct keys *keys);
DEFINE_AUTO_POINTER(struct keys, keys_close)

/*
 * Parts in one unambiguous text, each behind its length (8 bytes, big-endian): how every AAD is
 * built - table, column, row key, facility, what links the row.
 */
MUST_CHECK int keys_aad(struct arena *arena, const struct str *parts, size_t parts_count,
			struct str *ret_aad);

/* --- ⁎ the store key: register, seeds, mail addresses, 照会番号 of patients --- */
MUST_CHECK int keys_seal(const struct keys *keys, struct arena *arena, struct str aad,
			 struct str text, struct str *ret_sealed);
/* Outcomes: KEYS_FORGED, KEYS_ABSENT. */
MUST_CHECK int keys_open_sealed(const struct keys *keys, struct arena *arena, struct str aad,
				struct str sealed, struct str *ret_text);

/* The number of the store key in a sealed value; < 0: it is none. */
int keys_sealed_number(struct str sealed);

/* --- † the month key: results and their numbers. month as in lib/base/period.h --- */
/* Outcome: KEYS_ABSENT - the caller answers 503 and stores nothing. */
MUST_CHECK int keys_seal_month(struct keys *keys, struct arena *arena, int month, struct str aad,
			       struct str text, struct str *ret_sealed);
/* Outcomes: KEYS_FORGED (also: sealed under another month), KEYS_ABSENT. */
MUST_CHECK int keys_open_month(struct keys *keys, struct arena *arena, int month, struct str aad,
			       struct str sealed, struct str *ret_text);
/*
 * The same for many values: a page's keys are set up once. Zeroed at first; of one thread, and of
 * one request, so that a destroyed month is not kept. For AUTO(keys_reader_clear).
 */
struct keys_reader {
	struct aead_opener month_opener;
	int month;
	struct aead_opener store_opener;
	int store_n;
};
void keys_reader_clear(struct keys_reader *reader);
MUST_CHECK int keys_read_month(struct keys *keys, struct keys_reader *reader, struct arena *arena,
			       int month, struct str aad, struct str sealed, struct str *ret_text);
MUST_CHECK int keys_read_sealed(const struct keys *keys, struct keys_reader *reader,
				struct arena *arena, struct str aad, struct str sealed,
				struct str *ret_text);
/* Make the month's key unless it is there. The caller holds the lease. */
MUST_CHECK int keys_month_make(struct keys *keys, int month);
/* Overwrite, unlink, sync, forget. Outcome: KEYS_ABSENT. The caller holds the lease. */
MUST_CHECK int keys_month_destroy(struct keys *keys, int month);
/* Drop the copy in this process, as every process must when another one destroyed the file. */
void keys_month_forget(struct keys *keys, int month);
/* The same for every month whose file is gone. */
void keys_months_follow(struct keys *keys);
/* The months before month_end that have a key file, in no order; at most months_max. */
MUST_CHECK int keys_months(const struct keys *keys, int month_end, int *ret_months,
			   size_t months_max, size_t *ret_count);

/* --- keyed look-up values, over parts in the framing of mac_parts; the newest lookup key --- */
enum keys_lookup_label {
	KEYS_LOOKUP_SERIAL, /* certificate: AKI, serial */
	KEYS_LOOKUP_PERSON, /* the operator's key of a person */
	KEYS_LOOKUP_SCOPE,  /* patient: facility, person [, insurance] */
	KEYS_LOOKUP_REF,    /* 照会番号: facility, number */
	KEYS_LOOKUP_CODE,   /* activation and enrolment codes: kind, code */
	KEYS_LOOKUP_LABELS,
};
MUST_CHECK int keys_lookup(const struct keys *keys, enum keys_lookup_label label,
			   const struct str *parts, size_t parts_count,
			   unsigned char ret_mac[KEYS_MAC_BYTES]);
/* The number of the key that keys_lookup uses: what goes into lookup_n. */
int keys_lookup_number(const struct keys *keys);
/*
 * While a lookup key is followed by another one, rows stand under either: both values are sought in
 * one statement. new is for what is written, with its key's number n; old is the same value where
 * there is only one key.
 */
struct keys_lookup {
	int n;
	unsigned char new[KEYS_MAC_BYTES];
	unsigned char old[KEYS_MAC_BYTES];
};
MUST_CHECK int keys_lookup_both(const struct keys *keys, enum keys_lookup_label label,
				const struct str *parts, size_t parts_count,
				struct keys_lookup *ret_lookup);
/* Under key n. Outcome: KEYS_ABSENT. */
MUST_CHECK int keys_lookup_under(const struct keys *keys, int n, enum keys_lookup_label label,
				 const struct str *parts, size_t parts_count,
				 unsigned char ret_mac[KEYS_MAC_BYTES]);

/* --- MACs of tokens that carry their own meaning; the token carries key number n --- */
enum keys_token_label {
	KEYS_TOKEN_CURSOR,
	KEYS_TOKEN_REFRESH,
	KEYS_TOKEN_VERIFIER, /* family, account, facility, device, password: kept by a session */
	KEYS_TOKEN_NONCE,
	KEYS_TOKEN_CHALLENGE,
	KEYS_TOKEN_ETAG,
	KEYS_TOKEN_MAIL_CODE, /* a login's session family */
	KEYS_TOKEN_LABELS,
};
/* The number for new tokens. */
int keys_token_number(const struct keys *keys);
/* Outcome: KEYS_ABSENT (no store key n). Compare with secret_equal, or use keys_mac_verify. */
MUST_CHECK int keys_mac_token(const struct keys *keys, int n, enum keys_token_label label,
			      const struct str *parts, size_t parts_count,
			      unsigned char ret_mac[KEYS_MAC_BYTES]);
/* Outcomes: KEYS_FORGED, KEYS_ABSENT. */
MUST_CHECK int keys_mac_verify(const struct keys *keys, int n, enum keys_token_label label,
			       const struct str *parts, size_t parts_count, struct str mac);

/* --- the pepper before Argon2id --- */
int keys_pepper_number(const struct keys *keys); /* for new hashes */
/* Outcome: KEYS_ABSENT. *ret_pepper is borrowed until keys_close. */
MUST_CHECK int keys_pepper(const struct keys *keys, int n, struct str *ret_pepper);

/* --- ES256: access tokens and proofs. Borrowed until keys_close. --- */
struct keys_signer {
	const struct signing_key *key;
	struct str kid; /* 43 characters */
};
struct keys_signer keys_token_signing(const struct keys *keys); /* the newest */
struct keys_signer keys_proof_signing(const struct keys *keys);
struct keys_signer keys_audit_signing(const struct keys *keys); /* the heads of the trail */
/* NULL: no such token key. */
const struct verify_key *keys_token_verify(const struct keys *keys, struct str kid);
const struct verify_key *keys_proof_verify(const struct keys *keys, struct str kid);
const struct verify_key *keys_audit_verify(const struct keys *keys, struct str kid);

/* All proof keys ever made, also those that sign no more; borrowed until keys_close. */
struct keys_public {
	const struct verify_key *key;
	struct str kid;
};
enum { KEYS_PROOFS_MAX = 64 };
size_t keys_proofs(const struct keys *keys, struct keys_public ret_proofs[KEYS_PROOFS_MAX]);
