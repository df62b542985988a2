/* SPDX-License-Identifier: Apache-2.0 */
/* A desk whose service asks the stub over HTTP, as its settings say, and keeps its log. */
#pragma once

#include "server/api/desk_test.h"

#include "tests/acceptance/T36/stub.h"

struct counter_options {
	int64_t timeout_ms, ttl_ms;
	int64_t net_threads, net_queue;
};

struct counter {
	struct stub stub;
	struct counter_options options;
	struct desk *desk;
	int log_fd;
	uint64_t cards_from; /* serial of a test's first card */
};

/* The device has logged in; state: the cmocka test's, which holds the authority. */
void counter_open(struct counter *counter, void **state, const struct counter_options *options);
void counter_close(struct counter *counter);

/* Time passes; the device logs in again, since its token has ended. */
void counter_pass(struct counter *counter, int64_t ms);

/* A registered card. */
struct tap counter_card(struct counter *counter, uint64_t serial);

/* Lines of the log with this text, since it was last asked. */
size_t counter_lines_take(struct counter *counter, const char *text);

/* Events that would be an alarm in numbers, since it was last asked. */
int64_t counter_alarms_take(struct counter *counter);

/* Outcome of the last check in the trail. */
struct str counter_last_check(struct counter *counter);
