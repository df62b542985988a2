/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting replies are a list in the order of their time. As many wait as calls are admitted, so the
 * lanes' queues bound it.
 */
#include "server/api/release.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"

struct release {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	struct release_wait *first;
	bool stopping;
};

static int64_t now_ms(void)
{
	return clock_mono_ms(&clock_system);
}

/* Under the lock: sleep until first is due, or something changes. */
static void first_wait(struct release *release)
{
	if (!release->first) {
		pthread_cond_wait(&release->wake, &release->lock);
		return;
	}
	(void)wake_wait(&release->wake, &release->lock, release->first->due_ms);
}

static void *release_run(void *ctx)
{
	struct release *release = ctx;
	pthread_mutex_lock(&release->lock);
	while (release->first || !release->stopping) {
		struct release_wait *first = release->first;
		if (!first || (!release->stopping && first->due_ms > now_ms())) {
			first_wait(release);
			continue;
		}
		release->first = first->next;
		pthread_mutex_unlock(&release->lock);
		web_finish(first->exchange);
		pthread_mutex_lock(&release->lock);
	}
	pthread_mutex_unlock(&release->lock);
	return NULL;
}

int release_create(struct release **ret_release)
{
	struct release *release = calloc(1, sizeof *release);
	if (!release)
		return RAISE(ENOMEM);
	wake_init(&release->wake);
	pthread_mutex_init(&release->lock, NULL);
	int r = thread_start(&release->thread, "release", release_run, release);
	if (r) {
		pthread_cond_destroy(&release->wake);
		pthread_mutex_destroy(&release->lock);
		free(release);
		return PASS(r);
	}
	*ret_release = release;
	return 0;
}

void release_destroy(struct release *release)
{
	if (!release)
		return;
	pthread_mutex_lock(&release->lock);
	release->stopping = true;
	pthread_cond_signal(&release->wake);
	pthread_mutex_unlock(&release->lock);
	pthread_join(release->thread, NULL);
	pthread_cond_destroy(&release->wake);
	pthread_mutex_destroy(&release->lock);
	free(release);
}

void release_at(struct release *release, struct release_wait *wait, struct web_exchange *exchange,
		int64_t arrived_ms)
{
	int64_t passed_ms = now_ms() - arrived_ms;
	wait->exchange = exchange;
	wait->due_ms = arrived_ms + (passed_ms / RELEASE_GRID_MS + 1) * RELEASE_GRID_MS;
	pthread_mutex_lock(&release->lock);
	struct release_wait **place = &release->first;
	while (*place && (*place)->due_ms <= wait->due_ms)
		place = &(*place)->next;
	wait->next = *place;
	*place = wait;
	pthread_cond_signal(&release->wake);
	pthread_mutex_unlock(&release->lock);
}
