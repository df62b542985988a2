/* SPDX-License-Identifier: Apache-2.0 */
/* A hundred desks at half past eight: as many calls, made ready before, that leave at one time. */
#pragma once

#include "server/api/desk_test.h"

#include <pthread.h>
#include <stdatomic.h>

enum { HERD = 100, HERD_SERIAL = 0x600000 };

struct herd_call {
	pthread_t thread;
	struct desk *desk;
	struct web_request request;
	int status;
	atomic_int *done;
};

struct herd {
	struct herd_call calls[HERD];
	atomic_int done;
};

/* cards: 1, or HERD different ones; registered, and each call with its nonce. */
void herd_prepare(struct herd *herd, struct desk *desk, int cards);
/* New calls by the same cards. */
void herd_nonces(struct herd *herd, struct desk *desk, int cards);
void herd_start(struct herd *herd);
void herd_join(struct herd *herd);
/* How many got this status. */
size_t herd_count(const struct herd *herd, int status);
