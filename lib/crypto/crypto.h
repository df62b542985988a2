/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The primitives, each one call; OpenSSL and libsodium stay inside this room.
 *
 * Faults everywhere: -EIO when the library itself fails. Digests and MACs are SHA-256.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/secret.h"
#include "lib/base/str.h"

enum {
	CRYPTO_DIGEST_BYTES = 32,
	CRYPTO_KEY_BYTES = 32,
	CRYPTO_NONCE_BYTES = 12,
	CRYPTO_TAG_BYTES = 16,
};

enum crypto_outcome {
	CRYPTO_FORGED = 1, /* a tag, signature or MAC does not fit */
	CRYPTO_MALFORMED,  /* not of the form it should have */
};

/* --- random.c: the kernel's randomness --- */
void random_bytes(void *bytes, size_t count); /* never fails; aborts without a kernel source */
/* 32 lower-case hex digits of 128 random bits and a NUL. */
void random_id(char id[33]);
/* count characters out of alphabet (2..256 ASCII characters), each equally likely. */
void random_text(struct str alphabet, size_t count, struct secret *ret_text);

/* --- encode.c: text forms; constant time in the bytes --- */
MUST_CHECK int encode_hex(struct arena *arena, struct str bytes, struct str *ret_text);
MUST_CHECK int encode_base64url(struct arena *arena, struct str bytes, struct str *ret_text);
MUST_CHECK int encode_base64(struct arena *arena, struct str bytes, struct str *ret_text);
MUST_CHECK int encode_base32(struct arena *arena, struct str bytes, struct str *ret_text);
/*
 * Outcome CRYPTO_MALFORMED: a foreign character, a wrong length, loose bits, padding (base64: a
 * missing one). Hexadecimal in either case, base32 in upper case.
 */
MUST_CHECK int decode_hex(struct arena *arena, struct str text, struct str *ret_bytes);
MUST_CHECK int decode_base64url(struct arena *arena, struct str text, struct str *ret_bytes);
MUST_CHECK int decode_base64(struct arena *arena, struct str text, struct str *ret_bytes);
MUST_CHECK int decode_base32(struct arena *arena, struct str text, struct str *ret_bytes);

/* --- digest.c --- */
MUST_CHECK int digest_sha256(struct str bytes, unsigned char ret_digest[CRYPTO_DIGEST_BYTES]);
/* HMAC-SHA256 over the parts, each preceded by its length (8 bytes big-endian). */
MUST_CHECK int mac_parts(struct str key, const struct str *parts, size_t parts_count,
			 unsigned char ret_mac[CRYPTO_DIGEST_BYTES]);
/* SHA-256 over label and parts in the same framing: what a card or a proof signs. */
MUST_CHECK int digest_parts(const struct str *parts, size_t parts_count,
			    unsigned char ret_digest[CRYPTO_DIGEST_BYTES]);

/* --- hkdf.c: RFC 5869; ret_key->len = CRYPTO_KEY_BYTES --- */
MUST_CHECK int hkdf(struct str key, struct str label, struct secret *ret_key);

/* --- aead.c: AES-256-GCM; sealed = nonce 12 ‖ text ‖ tag 16, nonce random --- */
MUST_CHECK int aead_seal(struct arena *arena, struct str key, struct str aad, struct str text,
			 struct str *ret_sealed);
/* Outcome CRYPTO_FORGED. */
MUST_CHECK int aead_open(struct arena *arena, struct str key, struct str aad, struct str sealed,
			 struct str *ret_text);

/*
 * Many values under one key: its schedule is made once. Not for two threads at a time. Accepts a
 * zeroed opener, and leaves one. Fault of init: -ENOMEM, -EIO.
 */
struct aead_opener {
	void *ctx;
};
MUST_CHECK int aead_opener_init(struct aead_opener *opener, struct str key);
MUST_CHECK int aead_opener_open(struct aead_opener *opener, struct arena *arena, struct str aad,
				struct str sealed, struct str *ret_text);
void aead_opener_clear(struct aead_opener *opener);

/*
 * --- page.c: pages under one key, into the caller's memory; sealed = text ‖ nonce 12 ‖ tag 16 ---
 * AES-256-GCM, nonce random: at most 2^32 pages under one key. The schedules are made once. Not for
 * two threads at a time. Accepts a zeroed sealer, and leaves one. Fault of init: -ENOMEM, -EIO.
 */
enum { PAGE_TRAILER_BYTES = CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES };
struct page_sealer {
	void *seal, *open, *hide, *show;
};
MUST_CHECK int page_sealer_init(struct page_sealer *ret_sealer, struct str key);
void page_sealer_clear(struct page_sealer *sealer);
/* aad and text are not empty; ret_sealed has text.len + PAGE_TRAILER_BYTES. */
MUST_CHECK int page_seal(struct page_sealer *sealer, struct str aad, struct str text,
			 unsigned char *ret_sealed);
/* ret_text has sealed.len - PAGE_TRAILER_BYTES; zeros after outcome CRYPTO_FORGED. */
MUST_CHECK int page_open(struct page_sealer *sealer, struct str aad, struct str sealed,
			 unsigned char *ret_text);
/*
 * For 16 bytes that have no room for a nonce, under a key of their own (AES-256, one block): all
 * that is to be seen of them is whether two are the same. Nothing is found out about changed ones.
 */
MUST_CHECK int block_hide(struct page_sealer *sealer, unsigned char block[16]);
MUST_CHECK int block_show(struct page_sealer *sealer, unsigned char block[16]);

/*
 * --- box.c: sealed to a public key (X25519, PEM); only its private half opens ---
 * sealed = "SHK" 1 ‖ X25519 key of this box 32 ‖ nonce 12 ‖ text ‖ tag 16, under AES-256-GCM with
 * AAD "shikaku-box-1" and HKDF-SHA-256(shared ‖ box's key ‖ recipient's key, "shikaku-box-1").
 */
enum {
	BOX_MAGIC_BYTES = 4,
	BOX_PUBLIC_BYTES = 32,
	BOX_HEAD_BYTES = BOX_MAGIC_BYTES + BOX_PUBLIC_BYTES
};
/* Outcome CRYPTO_MALFORMED: no such public key. */
MUST_CHECK int box_seal(struct arena *arena, struct str public_pem, struct str text,
			struct str *ret_sealed);
/* Outcomes CRYPTO_MALFORMED (no box, no such private key), CRYPTO_FORGED. */
MUST_CHECK int box_open(struct arena *arena, struct str private_pem, struct str sealed,
			struct str *ret_text);

/* --- password.c: Argon2id (libsodium) over HMAC(pepper, parts) --- */
struct password_cost {
	uint32_t passes;     /* t, ≥ 1 */
	uint32_t memory_kib; /* m, ≥ 8 */
};
extern const struct password_cost password_cost_default; /* t=2, m=19 MiB, p=1 */
/*
 * A PHC string ("$argon2id$v=19$…") over HMAC(pepper, account ‖ facility ‖ kind ‖ password).
 */
struct password_input {
	struct str pepper;
	struct str account;
	struct str facility;
	struct str kind;
	struct str password;
};
MUST_CHECK int password_hash(struct arena *arena, const struct password_input *input,
			     const struct password_cost *cost, struct str *ret_phc);
/* What the PHC string says it cost. Outcome: CRYPTO_MALFORMED. */
MUST_CHECK int password_cost_of(struct str phc, struct password_cost *ret_cost);
/* Outcome CRYPTO_FORGED: not this password. The cost is read from the PHC string. */
MUST_CHECK int password_verify(const struct password_input *input, struct str phc);

/*
 * A key out of a password, for wrapping another one on this machine; salt: 16 random bytes, kept
 * with what is wrapped; ret_key->len = CRYPTO_KEY_BYTES. Fault: -ENOMEM, -EIO.
 */
enum { PASSWORD_SALT_BYTES = 16 };
MUST_CHECK int password_key(struct str password, struct str salt, const struct password_cost *cost,
			    struct secret *ret_key);

/* --- totp.c: RFC 6238, SHA-1, 6 digits, 30 s --- */
enum {
	TOTP_STEP_MS = 30000,
	TOTP_SEED_BYTES = 20,
	TOTP_DIGITS = 6,
};
MUST_CHECK int totp_code(struct str seed, int64_t step, char ret_code[TOTP_DIGITS + 1]);
/*
 * The step in now−1..now+1 whose code this is and that is greater than last_step. Compares all
 * three in equal time. Outcomes: TOTP_WRONG (none of them), TOTP_REUSED (right, but not later
 * than last_step).
 */
enum totp_outcome {
	TOTP_WRONG = 1,
	TOTP_REUSED,
};
MUST_CHECK int totp_verify(struct str seed, struct str code, int64_t now_ms, int64_t last_step,
			   int64_t *ret_step);
/*
 * Two codes of steps that follow each other, both in now−1..now+1; ret_step: the last one whose
 * code the second is, which is spent. Outcome: TOTP_WRONG.
 */
MUST_CHECK int totp_verify_pair(struct str seed, const struct str codes[2], int64_t now_ms,
				int64_t *ret_step);
/*
 * Of a wrong code: is it right at another time, up to TOTP_DRIFT_STEPS away? Then a clock is off.
 * Never to be accepted for it. Outcome: TOTP_WRONG.
 */
enum { TOTP_DRIFT_STEPS = 20 };
MUST_CHECK int totp_drift_find(struct str seed, struct str code, int64_t now_ms);

/* --- signing.c: P-256 keys (ES256) --- */
struct signing_key; /* private and public half */
struct verify_key;  /* public half */

MUST_CHECK int signing_key_generate(struct signing_key **ret_key);
/* PKCS#8 PEM, both ways; the PEM is a secret. Outcome CRYPTO_MALFORMED: not P-256. */
MUST_CHECK int signing_key_read(struct str pem, struct signing_key **ret_key);
MUST_CHECK int signing_key_write(const struct signing_key *key, struct secret *ret_pem);
void signing_key_destroy(struct signing_key *key);
DEFINE_AUTO_POINTER(struct signing_key, signing_key_destroy)

MUST_CHECK int verify_key_of(const struct signing_key *key, struct verify_key **ret_key);
/* From a JWK's x and y (32 bytes each). Outcome CRYPTO_MALFORMED: not a point of P-256. */
MUST_CHECK int verify_key_of_jwk(struct str x, struct str y, struct verify_key **ret_key);
/* Its x ‖ y, as verify_key_of_jwk takes them apart. */
enum { VERIFY_KEY_BYTES = 64 };
MUST_CHECK int verify_key_write(const struct verify_key *key,
				unsigned char ret_point[VERIFY_KEY_BYTES]);
void verify_key_destroy(struct verify_key *key);
DEFINE_AUTO_POINTER(struct verify_key, verify_key_destroy)

/* The public JWK {"crv":"P-256","kty":"EC","x":…,"y":…} in RFC 7638 form. */
MUST_CHECK int verify_key_jwk(struct arena *arena, const struct verify_key *key,
			      struct str *ret_jwk);
/* RFC 7638 thumbprint: 43 base64url characters and a NUL. */
enum { THUMBPRINT_BYTES = 44 };
MUST_CHECK int verify_key_thumbprint(const struct verify_key *key,
				     char ret_thumbprint[THUMBPRINT_BYTES]);

/* --- jws.c: compact JWS (RFC 7515), ES256 only --- */
/* header and payload are JSON texts of ours; header must say "alg":"ES256". */
MUST_CHECK int jws_sign(struct arena *arena, const struct signing_key *key, struct str header,
			struct str payload, struct str *ret_jws);
struct jws_parts {
	struct str header;	/* decoded JSON text */
	struct str payload;	/* decoded */
	struct str signature;	/* 64 bytes */
	struct str signed_text; /* what the signature covers; borrowed from the JWS */
};
/* Split and decode, nothing verified. Outcome CRYPTO_MALFORMED. jws is at most 8 KiB. */
MUST_CHECK int jws_split(struct arena *arena, struct str jws, struct jws_parts *ret_parts);
/* Outcome CRYPTO_FORGED. The caller has checked that the header says ES256. */
MUST_CHECK int jws_verify(const struct verify_key *key, const struct jws_parts *parts);
/* Detached (RFC 7515 appendix F): header..signature over payload that travels elsewhere. */
MUST_CHECK int jws_sign_detached(struct arena *arena, const struct signing_key *key,
				 struct str header, struct str payload, struct str *ret_jws);
/*
 * As jws_split for a detached JWS over payload, which the parts borrow; the signed text is rebuilt
 * from it in the arena. Outcome CRYPTO_MALFORMED, also when a payload stands inside.
 */
MUST_CHECK int jws_split_detached(struct arena *arena, struct str jws, struct str payload,
				  struct jws_parts *ret_parts);
