/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/thread.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/clock.h"

int thread_start(pthread_t *ret_thread, const char *name, void *(*run)(void *ctx), void *ctx)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(ret_thread, NULL, run, ctx);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return RAISE(error);
	pthread_setname_np(*ret_thread, name);
	return 0;
}

void wake_init(pthread_cond_t *wake)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

bool wake_wait(pthread_cond_t *wake, pthread_mutex_t *lock, int64_t until_ms)
{
	const struct timespec until = {
		.tv_sec = (time_t)(until_ms / 1000),
		.tv_nsec = (long)(until_ms % 1000) * 1000000,
	};
	return pthread_cond_timedwait(wake, lock, &until) == 0;
}

/* --- the ticker --- */

struct ticker {
	struct ticker_options options;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool ending; /* under the lock */
};

bool ticker_is_ending(struct ticker *ticker)
{
	pthread_mutex_lock(&ticker->lock);
	bool ending = ticker->ending;
	pthread_mutex_unlock(&ticker->lock);
	return ending;
}

/* False: the end has come. */
static bool pause_take(struct ticker *ticker)
{
	int64_t until_ms = clock_mono_ms(&clock_system) + ticker->options.every_ms;
	pthread_mutex_lock(&ticker->lock);
	while (!ticker->ending && wake_wait(&ticker->wake, &ticker->lock, until_ms))
		continue;
	bool go_on = !ticker->ending;
	pthread_mutex_unlock(&ticker->lock);
	return go_on;
}

static void *ticker_main(void *ctx)
{
	struct ticker *ticker = ctx;
	const struct ticker_options *options = &ticker->options;
	if (options->at_once)
		options->tick(options->ctx, ticker);
	while (pause_take(ticker))
		options->tick(options->ctx, ticker);
	return NULL;
}

static void ticker_free(struct ticker *ticker)
{
	pthread_cond_destroy(&ticker->wake);
	pthread_mutex_destroy(&ticker->lock);
	free(ticker);
}

int ticker_start(struct ticker **ret_ticker, const struct ticker_options *options)
{
	struct ticker *ticker = calloc(1, sizeof *ticker);
	if (!ticker)
		return RAISE(ENOMEM);
	ticker->options = *options;
	pthread_mutex_init(&ticker->lock, NULL);
	wake_init(&ticker->wake);
	int r = thread_start(&ticker->thread, options->name, ticker_main, ticker);
	if (r) {
		ticker_free(ticker);
		return PASS(r);
	}
	*ret_ticker = ticker;
	return 0;
}

void ticker_stop(struct ticker *ticker)
{
	if (!ticker)
		return;
	pthread_mutex_lock(&ticker->lock);
	ticker->ending = true;
	pthread_cond_signal(&ticker->wake);
	pthread_mutex_unlock(&ticker->lock);
	pthread_join(ticker->thread, NULL);
	ticker_free(ticker);
}
