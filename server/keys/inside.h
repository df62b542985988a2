/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the room: what is held while a process runs, and what its files give each other. keys.c
 * reads the folder and follows it; numbered.c, signer.c and month.c take up the three kinds of
 * keys; seal.c uses them; make.c makes new ones.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "server/keys/folder.h"
#include "server/keys/keys.h"

enum {
	KEYS_NUMBER_MAX =
		16, /* generations of store, lookup and pepper that can be alive at once */
	KEYS_SIGNERS_MAX = 64, /* seen by one process in its life */
	KEYS_MONTHS_MAX = 16,  /* in memory; the window of 翌月末 needs three */
	KEYS_KID_BYTES = THUMBPRINT_BYTES,
};

/* Uses of a store key beyond the tokens'. */
enum { KEYS_STORE_SEAL = KEYS_TOKEN_LABELS, KEYS_STORE_LABELS };

struct signer {
	struct signing_key *key;
	struct verify_key *verify;
	char kid[KEYS_KID_BYTES];
	int64_t made_ms;
};

/* In the order in which they were read. */
struct signers {
	struct signer list[KEYS_SIGNERS_MAX];
	atomic_size_t count;
	atomic_size_t newest; /* signs; once there is one */
};

/* The generations of one numbered key. */
struct generations {
	atomic_bool there[KEYS_NUMBER_MAX + 1];
	atomic_int newest; /* for new things; 0: none */
};

struct month {
	bool used;
	int month;
	struct secret key;
};

struct keys {
	struct folder folder;
	struct generations store_n, lookup_n, pepper_n;
	/* The follower's: a key came; since when it waits to be the newest. */
	bool came, settling;
	int64_t came_ms;
	struct secret store[KEYS_NUMBER_MAX + 1][KEYS_STORE_LABELS];
	struct secret lookup[KEYS_NUMBER_MAX + 1][KEYS_LOOKUP_LABELS];
	struct secret pepper[KEYS_NUMBER_MAX + 1];
	struct signers token, proof, audit;
	pthread_mutex_t lock;
	struct month months[KEYS_MONTHS_MAX]; /* under the lock */
	size_t months_next;
};

/* --- numbered.c: store-N, lookup-N, pepper-N --- */

/* The number behind "store-" and its kin. Outcomes: KEYS_ABSENT (another name), KEYS_FORGED. */
MUST_CHECK int numbered_name(const char *name, struct str prefix, int *ret_number);
bool generation_there(const struct generations *generations, int n);
/* From now on the newest is used for new things. */
void generation_settle(struct generations *generations);
/* Is there a key of this name? */
bool numbered_there(struct keys *keys, const char *name);
/* Outcomes: KEYS_ABSENT (no kind of ours), KEYS_FORGED. */
MUST_CHECK int numbered_take(struct keys *keys, const char *name, const struct secret *key);

/* --- signer.c: token-KID, proof-KID, audit-KID --- */

/* NULL: none. */
const struct signer *signer_find(const struct signers *signers, struct str kid);
/* Outcome: KEYS_FORGED. */
MUST_CHECK int signer_add(struct signers *signers, const struct secret *pem, const char *kid,
			  int64_t made_ms);
void signer_settle(struct signers *signers);
void signers_clear(struct signers *signers);

/* --- month.c: month-YYYYMM --- */

void month_name(int month, char name[FOLDER_NAME_BYTES]);
/* A copy of the month's key. Outcome: KEYS_ABSENT. */
MUST_CHECK int month_key(struct keys *keys, int month, struct secret *ret_key);

/* --- make.c --- */

/* A file of 32 random bytes. Outcome: KEYS_THERE. */
MUST_CHECK int random_write(const struct folder *folder, const char *name, int64_t now_ms);
