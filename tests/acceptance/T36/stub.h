/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authority's responder on a socket of its own: honest, or in whatever way a test wants. It
 * speaks HTTP/1.1, keeps connections open, and counts what it is asked.
 */
#pragma once

#include <pthread.h>

#include "lib/base/pool.h"
#include "lib/pki/world_test.h"
#include "sim/pki/answer.h"

enum { STUB_THREADS = 64 };

enum stub_mood {
	STUB_ANSWERS, /* OCSP, as the rest of the manner says */
	STUB_TRY_LATER,
	STUB_DROPS,    /* closes the connection without a word */
	STUB_RUBBISH,  /* 200, and no OCSP */
	STUB_CUT,      /* the first half of a good answer */
	STUB_ENDLESS,  /* 200, and far too much */
	STUB_ERROR,    /* 500 */
	STUB_REDIRECT, /* 302, to itself */
};

struct stub_manner {
	enum stub_mood mood;
	enum answer_status status;
	enum answer_fault fault;
	bool is_foreign;  /* signed by another key under the root's name */
	int64_t ahead_ms; /* its clock */
	int64_t slow_ms;  /* before each answer */
	bool hangs;	  /* answers nothing until it gets another manner */
};

struct stub {
	const struct world *world;
	char url[48];
	unsigned port;
	int listener;
	struct pool *pool;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;
	struct stub_manner manner;
	int64_t now_ms; /* its clock, virtual as the service's */
	bool ending, is_deaf;
	int connections[STUB_THREADS]; /* -1: free */
	int asked, inside, inside_most, accepted;
};

/* Listens, honest, at world_now(). */
void stub_open(struct stub *stub, const struct world *world);
/* What hangs is let go, without an answer. */
void stub_close(struct stub *stub);

void stub_manner_set(struct stub *stub, const struct stub_manner *manner);
void stub_now_set(struct stub *stub, int64_t now_ms);

/* Nobody listens any more, and who was connected is not; and back, on the same port. */
void stub_deafen(struct stub *stub);
void stub_listen(struct stub *stub);

struct stub_counts {
	int asked;	 /* questions */
	int inside;	 /* being answered now */
	int inside_most; /* at one time */
	int accepted;	 /* connections */
};

struct stub_counts stub_counts(struct stub *stub);
void stub_counts_clear(struct stub *stub);
/* False: not in 10 s. */
bool stub_inside_await(struct stub *stub, int inside);
