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
	KEYS_NUMBER_MAX = 65535, /* two bytes of a sealed value */
	KEYS_SIGNERS_MAX = 64,	 /* seen by one process in its life */
	KEYS_MONTHS_MAX = 16,	 /* in memory; the window of 翌月末 needs three */
	KEYS_KID_BYTES = THUMBPRINT_BYTES,
	KEYS_UNTIMED = -1,
};

/* Uses of a store key beyond the tokens'. */
enum { KEYS_STORE_SEAL = KEYS_TOKEN_LABELS, KEYS_STORE_LABELS };

struct signer {
	struct signing_key *key; /* NULL: only its public half is left */
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

/* The generations of one numbered key; n lies in place n % KEYS_ALIVE_MAX. */
struct generations {
	atomic_int n[KEYS_ALIVE_MAX]; /* 0: none is there */
	int64_t made_ms[KEYS_ALIVE_MAX];
	bool gone[KEYS_ALIVE_MAX]; /* the follower's: to be wiped at its next turn */
	atomic_int newest;	   /* for new things; 0: none */
};

struct month {
	bool used;
	int month;
	struct secret key;
};

struct keys {
	struct folder folder;
	struct generations store_n, lookup_n, pepper_n;
	/* The follower's: a key came; since when it waits to be the newest (KEYS_UNTIMED: since
	 * keys_open). */
	bool opening, came, settling;
	int64_t came_ms;
	struct secret store[KEYS_ALIVE_MAX][KEYS_STORE_LABELS];
	struct secret lookup[KEYS_ALIVE_MAX][KEYS_LOOKUP_LABELS];
	struct secret pepper[KEYS_ALIVE_MAX];
	struct signers token, proof, audit;
	pthread_mutex_t lock;
	struct month months[KEYS_MONTHS_MAX]; /* under the lock */
	size_t months_next;
};

/* --- kind.c: what a file's name says --- */

struct kind {
	enum keys_kind kind;
	struct str prefix; /* "store-" */
	struct str name;   /* "store" */
};
/* NULL: no kind of ours. */
const struct kind *kind_of_name(const char *name);
const struct kind *kind_of(enum keys_kind kind);
/* The number behind "store-" and its kin. Outcome: KEYS_FORGED. */
MUST_CHECK int kind_number(const struct kind *kind, const char *name, int *ret_number);
/* The thumbprint behind "token-" and its kin; *ret_public: the file has the public half only. */
struct str kind_kid(const struct kind *kind, const char *name, bool *ret_public);

/* --- numbered.c: store-N, lookup-N, pepper-N --- */

/* NULL: not a numbered kind. */
struct generations *generations_of(struct keys *keys, enum keys_kind kind);
static inline size_t generation_place(int n)
{
	return (size_t)n % KEYS_ALIVE_MAX;
}
bool generation_there(const struct generations *generations, int n);
/* From now on the newest is used for new things. */
void generation_settle(struct generations *generations);
/* Outcome: KEYS_FORGED (also: its place is another's still). */
MUST_CHECK int numbered_take(struct keys *keys, enum keys_kind kind, int n,
			     const struct secret *key, int64_t made_ms);
/* Forget those whose files are gone: out of use at once, wiped at the next turn. */
void numbered_follow(struct keys *keys, enum keys_kind kind);

/* --- signer.c: token-KID, proof-KID, audit-KID --- */

/* NULL: not a kind that signs. */
struct signers *signers_of(struct keys *keys, enum keys_kind kind);
/* NULL: none. */
const struct signer *signer_find(const struct signers *signers, struct str kid);
/* bytes: the PEM, or the public half. Outcome: KEYS_FORGED. */
MUST_CHECK int signer_add(struct signers *signers, const struct secret *bytes, struct str kid,
			  bool public, int64_t made_ms);
void signer_settle(struct signers *signers);
void signers_clear(struct signers *signers);

/* --- month.c: month-YYYYMM --- */

void month_name(int month, char name[FOLDER_NAME_BYTES]);
/* A copy of the month's key. Outcome: KEYS_ABSENT. */
MUST_CHECK int month_key(struct keys *keys, int month, struct secret *ret_key);

/* --- make.c --- */

/* A file of 32 random bytes. Outcome: KEYS_THERE. */
MUST_CHECK int random_write(const struct folder *folder, const char *name, int64_t now_ms);
