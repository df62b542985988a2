/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ctrl-C at any moment, and SIGTERM. While nothing is at stake the program ends at once with the
 * terminal as it was; while a call works it is told to stop, and the program ends by itself with
 * the words of a cancelled call. A second Ctrl-C, or GRACE_MS without an end, ends it anyway: every
 * file is replaced as a whole, so nothing is left half written.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <termios.h>

#include "lib/base/fault.h"

struct interruption {
	const char *program;
	bool has_terminal;
	struct termios terminal;
	pthread_mutex_t lock;
	void (*stop)(void *ctx); /* NULL: nothing is working */
	void *ctx;
};

/* First thing in main, before other threads. interruption lives as long as the process. */
void interruption_watch(struct interruption *interruption, const char *program);

/*
 * From now on stop(ctx) is called, again and again, on another thread, when somebody wants an end.
 * stop NULL: not any more; when it returns, no call of the last one is running.
 */
void interruption_stop_set(struct interruption *interruption, void (*stop)(void *ctx), void *ctx);
