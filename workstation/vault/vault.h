/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may open the charts of this PC. One random chart key; vault.json holds it wrapped by each
 * staff member's password and by the recovery key, and nothing else that opens anything. All of it
 * works offline.
 *
 * Every change takes the file's lock, reads the file, and replaces it whole: two programs at once
 * lose nothing of each other. The list of staff is under a MAC of the chart key: a file that
 * somebody edited is VAULT_DAMAGED as soon as anybody unlocks it.
 *
 * path: of vault.json; beside it lie vault.json.lock and, while it is replaced, vault.json.new.
 * Faults: -ENOMEM, -EIO (the crypto library).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/secret.h"
#include "lib/crypto/crypto.h"

enum {
	VAULT_STAFF_MAX = 32,
	VAULT_ID_CHARS_MAX = 20, /* ASCII letters, digits, - and _ */
	VAULT_NAME_CHARS_MAX = 60,
	VAULT_NAME_BYTES_MAX = 4 * VAULT_NAME_CHARS_MAX,
	VAULT_PASSWORD_CHARS_MIN = 8,
	VAULT_SALT_BYTES = 16,
	VAULT_WRAPPED_BYTES = CRYPTO_NONCE_BYTES + CRYPTO_KEY_BYTES + CRYPTO_TAG_BYTES,
	VAULT_WAIT_MS_MAX = 15 * 60 * 1000,
};

enum vault_outcome {
	VAULT_ABSENT = 1,      /* no file: this PC has not been set up */
	VAULT_PRESENT,	       /* vault_create: there is one; it was left as it is */
	VAULT_DAMAGED,	       /* cut, not of its form, or edited by somebody */
	VAULT_NEWER,	       /* written by a newer program */
	VAULT_UNUSABLE,	       /* not to be read or written (rights, full disk); it is as it was */
	VAULT_STAFF_UNKNOWN,   /* or put away */
	VAULT_STAFF_PRESENT,   /* that id is taken */
	VAULT_STAFF_FULL,      /* VAULT_STAFF_MAX, or the last one who could unlock */
	VAULT_STAFF_REFUSED,   /* no such id or name is possible */
	VAULT_PASSWORD_WRONG,  /* or not this recovery key */
	VAULT_WAIT,	       /* too many wrong ones: see vault_wait_ms */
	VAULT_PASSWORD_SHORT,  /* under VAULT_PASSWORD_CHARS_MIN characters */
	VAULT_PASSWORD_COMMON, /* of those that everybody tries first */
};

/* A person at the desk. Texts end with a NUL. */
struct vault_staff {
	char id[VAULT_ID_CHARS_MAX + 1];
	char name[VAULT_NAME_BYTES_MAX + 1];
	bool active; /* false: put away, kept for the journal's sake; opens nothing */
	int64_t fails, until_ms;
	struct password_cost cost;
	unsigned char salt[VAULT_SALT_BYTES];
	unsigned char wrapped[VAULT_WRAPPED_BYTES];
};

/* What the file says. Nothing in it is secret. */
struct vault {
	int64_t made_ms, recovery_ms; /* when the recovery key was drawn */
	unsigned char recovery[VAULT_WRAPPED_BYTES];
	unsigned char mac[CRYPTO_DIGEST_BYTES];
	size_t staff_count;
	struct vault_staff staff[VAULT_STAFF_MAX]; /* in the order in which they came */
};

/* The cost for new passwords: 64 MiB, three passes. */
extern const struct password_cost vault_cost;

/* A person and the password that is theirs from now on. */
struct vault_person {
	struct str id, name, password;
	const struct password_cost *cost; /* NULL: vault_cost */
};

/*
 * A new vault with its first staff member. *ret_key: the chart key (32 bytes); *ret_recovery: the
 * recovery key as it is to be printed, this once.
 * Outcomes: VAULT_PRESENT, VAULT_UNUSABLE, VAULT_STAFF_REFUSED, VAULT_PASSWORD_….
 */
MUST_CHECK int vault_create(const char *path, int64_t now_ms, const struct vault_person *person,
			    struct secret *ret_key, struct secret *ret_recovery);

/* Outcomes: VAULT_ABSENT, VAULT_DAMAGED, VAULT_NEWER, VAULT_UNUSABLE. */
MUST_CHECK int vault_read(const char *path, struct vault *ret_vault);

/* The staff member of that id; NULL: none. */
const struct vault_staff *vault_staff_of(const struct vault *vault, struct str id);

/* How long this staff member must wait before the next try; 0: not at all. */
int64_t vault_wait_ms(const struct vault_staff *staff, int64_t now_ms);

/*
 * The chart key by a staff member's password. A try is written down before it is made, so that
 * ending the program in between is no way around the wait: from the third wrong one on 5 s, twice
 * as long each time, at most VAULT_WAIT_MS_MAX.
 * Outcomes: those of vault_read, VAULT_STAFF_UNKNOWN, VAULT_WAIT, VAULT_PASSWORD_WRONG.
 */
MUST_CHECK int vault_unlock(const char *path, int64_t now_ms, struct str id, struct str password,
			    struct secret *ret_key);

/* By the recovery key, as recovery_read gave it. Outcomes: those of vault_read,
 * VAULT_PASSWORD_WRONG. */
MUST_CHECK int vault_recover(const char *path, struct str recovery, struct secret *ret_key);

/*
 * Changes by somebody who has unlocked: key is the chart key. Outcomes: those of vault_read,
 * VAULT_PASSWORD_WRONG (not this vault's key), and what is named.
 */

/* VAULT_STAFF_PRESENT, VAULT_STAFF_FULL, VAULT_STAFF_REFUSED, VAULT_PASSWORD_…. */
MUST_CHECK int vault_staff_add(const char *path, struct str key, const struct vault_person *person);
/* VAULT_STAFF_UNKNOWN, VAULT_STAFF_REFUSED. */
MUST_CHECK int vault_staff_rename(const char *path, struct str key, struct str id, struct str name);
/* Their password opens nothing any more. VAULT_STAFF_UNKNOWN, VAULT_STAFF_FULL (the last one). */
MUST_CHECK int vault_staff_put_away(const char *path, struct str key, struct str id);
/*
 * A new password, for somebody who forgot it or was put away; person->name is not looked at.
 * VAULT_STAFF_UNKNOWN, VAULT_PASSWORD_….
 */
MUST_CHECK int vault_password_set(const char *path, struct str key,
				  const struct vault_person *person);
/* A new recovery key: the old paper opens nothing any more. */
MUST_CHECK int vault_recovery_renew(const char *path, struct str key, int64_t now_ms,
				    struct secret *ret_recovery);

/*
 * The key of a facility's database: HKDF(chart key, facility code), 32 bytes. And for files beside
 * it: any other label.
 */
MUST_CHECK int vault_facility_key(struct str key, struct str facility, struct secret *ret_key);
