/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread looks after all that wait: it reads the versions of their facilities. At once for a
 * facility where this process has committed something, and for a call that was just parked, since
 * the commit that it waits for may have come between its own reading and its parking; twice a
 * second for all, when the store has moved by another process.
 */
#include "server/api/wait.h"

#include <stdlib.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "server/api/call.h"
#include "server/store/results.h"

enum { CROWDED_MS = 10 };

struct waits {
	struct waits_options options;
	struct db *db; /* the thread's */
	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;
	struct api_call *parked;
	size_t count;
	bool poked, quitting, ending;
	bool crowded; /* a call that is due is still here */
};

static int64_t mono_ms(void)
{
	return clock_mono_ms(&clock_system);
}

/* --- parking --- */

/* Do this caller's facility and account have room for one more? */
static bool caller_has_room(const struct waits *waits, const struct api_call *call)
{
	const struct config *config = call->service->config;
	int64_t facility = 0, account = 0;
	for (const struct api_call *other = waits->parked; other; other = other->parked.next) {
		facility += other->caller.facility_no == call->caller.facility_no;
		account += other->caller.account_no == call->caller.account_no;
	}
	return facility < config->limits.waits_facility_max &&
	       account < config->limits.waits_account_max;
}

static int park_allowed(const struct waits *waits, const struct api_call *call)
{
	if (waits->quitting || waits->ending)
		return WAITS_QUITTING;
	if ((int64_t)waits->count >= call->service->config->limits.waits_max)
		return WAITS_FULL;
	return caller_has_room(waits, call) ? 0 : WAITS_TOO_MANY;
}

static void poke(struct waits *waits)
{
	waits->poked = true;
	pthread_cond_signal(&waits->wake);
}

int waits_park(struct waits *waits, struct api_call *call)
{
	pthread_mutex_lock(&waits->lock);
	int r = park_allowed(waits, call);
	if (r == 0) {
		call->parked.due = false;
		call->parked.fresh = true;
		call->parked.next = waits->parked;
		waits->parked = call;
		waits->count++;
		poke(waits);
	}
	pthread_mutex_unlock(&waits->lock);
	return r;
}

void waits_wake(struct waits *waits, int64_t facility_no)
{
	bool found = false;
	pthread_mutex_lock(&waits->lock);
	for (struct api_call *call = waits->parked; call; call = call->parked.next) {
		if (call->caller.facility_no != facility_no)
			continue;
		call->parked.fresh = true;
		found = true;
	}
	if (found)
		poke(waits);
	pthread_mutex_unlock(&waits->lock);
}

void waits_quit(struct waits *waits)
{
	pthread_mutex_lock(&waits->lock);
	waits->quitting = true;
	poke(waits);
	pthread_mutex_unlock(&waits->lock);
}

/* --- the thread --- */

/* Those whose time has come, as a list of their own. */
static struct api_call *due_take(struct waits *waits)
{
	struct api_call *due = NULL, **link = &waits->parked;
	int64_t now_ms = mono_ms();
	while (*link) {
		struct api_call *call = *link;
		if (!call->parked.due && !waits->quitting && call->parked.until_ms > now_ms) {
			link = &call->parked.next;
			continue;
		}
		*link = call->parked.next;
		call->parked.next = due;
		due = call;
		waits->count--;
	}
	return due;
}

static void put_back(struct waits *waits, struct api_call *call)
{
	pthread_mutex_lock(&waits->lock);
	call->parked.due = true;
	call->parked.next = waits->parked;
	waits->parked = call;
	waits->count++;
	waits->crowded = true;
	pthread_mutex_unlock(&waits->lock);
}

static void due_resume(struct waits *waits)
{
	pthread_mutex_lock(&waits->lock);
	struct api_call *due = due_take(waits);
	pthread_mutex_unlock(&waits->lock);
	while (due) {
		struct api_call *next = due->parked.next;
		if (!waits->options.resume(due))
			put_back(waits, due);
		due = next;
	}
}

struct look {
	int64_t facility_no;
	int64_t version;
};

static bool looked_at(const struct look *looks, size_t count, int64_t facility_no)
{
	for (size_t i = 0; i < count; i++)
		if (looks[i].facility_no == facility_no)
			return true;
	return false;
}

/* Which facilities to look at: all, or those of calls that were parked since the last look. */
static size_t looks_collect(struct waits *waits, bool all, struct look *looks)
{
	size_t count = 0;
	pthread_mutex_lock(&waits->lock);
	for (struct api_call *call = waits->parked; call; call = call->parked.next) {
		int64_t facility_no = call->caller.facility_no;
		if ((all || call->parked.fresh) && !looked_at(looks, count, facility_no))
			looks[count++] = (struct look){.facility_no = facility_no};
		call->parked.fresh = false;
	}
	pthread_mutex_unlock(&waits->lock);
	return count;
}

static void looks_apply(struct waits *waits, const struct look *looks, size_t count)
{
	pthread_mutex_lock(&waits->lock);
	for (struct api_call *call = waits->parked; call; call = call->parked.next)
		for (size_t i = 0; i < count; i++)
			if (looks[i].facility_no == call->caller.facility_no &&
			    looks[i].version != call->parked.version)
				call->parked.due = true;
	pthread_mutex_unlock(&waits->lock);
}

static int versions_read(struct waits *waits, struct look *looks)
{
	bool moved;
	int r = db_moved(waits->db, &moved);
	if (r)
		return FOLD(r);
	size_t count = looks_collect(waits, moved, looks);
	for (size_t i = 0; i < count; i++) {
		struct store_results_state state;
		db_scope(waits->db, looks[i].facility_no);
		r = store_results_state(waits->db, looks[i].facility_no, &state);
		if (r)
			return FOLD(r);
		looks[i].version = state.version;
	}
	looks_apply(waits, looks, count);
	return 0;
}

/* Who cannot be told whether there is something new is sent to look. */
static void all_due(struct waits *waits)
{
	pthread_mutex_lock(&waits->lock);
	for (struct api_call *call = waits->parked; call; call = call->parked.next)
		call->parked.due = true;
	pthread_mutex_unlock(&waits->lock);
}

/* Until a poke, the next look or the end; without anybody parked there is nothing to look for. */
static bool pause_take(struct waits *waits)
{
	pthread_mutex_lock(&waits->lock);
	int64_t until_ms = mono_ms() + (waits->crowded ? CROWDED_MS : WAIT_TAIL_MS);
	bool early = true;
	waits->crowded = false;
	while (!waits->poked && !waits->ending && early)
		if (waits->count)
			early = wake_wait(&waits->wake, &waits->lock, until_ms);
		else
			pthread_cond_wait(&waits->wake, &waits->lock);
	waits->poked = false;
	bool go_on = !waits->ending;
	pthread_mutex_unlock(&waits->lock);
	return go_on;
}

static void *thread_main(void *arg)
{
	struct waits *waits = arg;
	struct look *looks = calloc(waits->options.max, sizeof *looks);
	while (pause_take(waits)) {
		due_resume(waits);
		if (!looks || versions_read(waits, looks))
			all_due(waits);
		due_resume(waits);
	}
	free(looks);
	return NULL;
}

int waits_create(struct waits **ret_waits, const struct waits_options *options)
{
	struct waits *waits = calloc(1, sizeof *waits);
	if (!waits)
		return RAISE(ENOMEM);
	waits->options = *options;
	wake_init(&waits->wake);
	pthread_mutex_init(&waits->lock, NULL);
	int r = db_open(&waits->db, &options->db);
	if (r == 0)
		r = thread_start(&waits->thread, "waits", thread_main, waits);
	waits->running = r == 0;
	if (r) {
		waits_destroy(waits);
		return FOLD(r);
	}
	*ret_waits = waits;
	return 0;
}

void waits_stop(struct waits *waits)
{
	if (!waits || !waits->running)
		return;
	pthread_mutex_lock(&waits->lock);
	waits->ending = waits->quitting = true;
	pthread_cond_signal(&waits->wake);
	pthread_mutex_unlock(&waits->lock);
	pthread_join(waits->thread, NULL);
	waits->running = false;
	while (waits->parked) {
		const struct timespec pause = {.tv_nsec = CROWDED_MS * 1000000};
		due_resume(waits);
		nanosleep(&pause, NULL);
	}
}

void waits_destroy(struct waits *waits)
{
	if (!waits)
		return;
	waits_stop(waits);
	db_close(waits->db);
	pthread_cond_destroy(&waits->wake);
	pthread_mutex_destroy(&waits->lock);
	free(waits);
}
