/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The station's life, its lock and its clockwork. The lock closes by either clock: the monotonic
 * one stands still while a PC sleeps, the wall clock may be set back.
 */
#include "workstation/faces/station.h"

#include <stdlib.h>

#include "workstation/faces/daily.h"
#include "workstation/faces/inside.h"
#include "workstation/import/job.h"

const struct station_config *station_config(const struct station *station)
{
	return &station->config;
}

static void alive_mark(struct station *station)
{
	station->alive_mono_ms = clock_mono_ms(station->config.clock);
	station->alive_ms = clock_now_ms(station->config.clock);
}

void station_alive(struct station *station)
{
	pthread_mutex_lock(&station->lock);
	alive_mark(station);
	pthread_mutex_unlock(&station->lock);
}

enum face_phase station_phase(struct station *station)
{
	if (!atomic_load(&station->is_born))
		return FACE_SETUP;
	pthread_mutex_lock(&station->lock);
	bool is_open = station->is_open;
	pthread_mutex_unlock(&station->lock);
	return is_open ? FACE_OPEN : FACE_LOCKED;
}

int station_staff(struct station *station, struct arena *arena, struct str *ret_staff)
{
	pthread_mutex_lock(&station->lock);
	struct str staff = {station->is_open ? station->staff : NULL,
			    station->is_open ? station->staff_len : 0};
	int r = 0;
	if (staff.ptr)
		r = arena_copy(arena, staff, ret_staff);
	else
		*ret_staff = staff;
	pthread_mutex_unlock(&station->lock);
	return r < 0 ? PASS(r) : 0;
}

void station_born(struct station *station)
{
	atomic_store(&station->is_born, true);
	faces_event(station, (struct str){0}, "lock");
}

int station_unlock(struct station *station, struct str staff)
{
	if (staff.len > STAFF_BYTES_MAX)
		return RAISE(EMSGSIZE);
	atomic_store(&station->is_born, true);
	pthread_mutex_lock(&station->lock);
	memcpy(station->staff, staff.ptr, staff.len);
	station->staff_len = staff.len;
	station->is_open = true;
	alive_mark(station);
	pthread_mutex_unlock(&station->lock);
	faces_event(station, (struct str){0}, "lock");
	return 0;
}

void station_lock(struct station *station)
{
	pthread_mutex_lock(&station->lock);
	bool was_open = station->is_open;
	station->is_open = false;
	station->staff_len = 0;
	pthread_mutex_unlock(&station->lock);
	if (was_open)
		faces_event(station, (struct str){0}, "lock");
}

static bool is_idle(struct station *station)
{
	int64_t lock_ms = station->config.lock_ms ? station->config.lock_ms : STATION_LOCK_MS;
	pthread_mutex_lock(&station->lock);
	bool idle = station->is_open &&
		    (clock_mono_ms(station->config.clock) - station->alive_mono_ms >= lock_ms ||
		     clock_now_ms(station->config.clock) - station->alive_ms >= lock_ms);
	pthread_mutex_unlock(&station->lock);
	return idle;
}

static void daily_run(void *job, void *worker)
{
	struct station *station = job;
	(void)worker;
	daily_do(station);
	atomic_store(&station->has_daily, false);
}

/* One look at a time; a folder that does not answer holds up nothing else. */
static void daily_ask(struct station *station)
{
	int64_t mono_ms = clock_mono_ms(station->config.clock);
	pthread_mutex_lock(&station->lock);
	if (mono_ms >= station->daily_mono_ms && !atomic_load(&station->has_daily)) {
		station->daily_mono_ms = mono_ms + DAILY_EVERY_MS;
		atomic_store(&station->has_daily, true);
		if (pool_submit(station->keep, daily_run, station))
			atomic_store(&station->has_daily, false);
	}
	pthread_mutex_unlock(&station->lock);
}

void station_tick(struct station *station)
{
	if (is_idle(station))
		station_lock(station);
	events_expire(station, false);
	daily_ask(station);
}

static void tick(void *ctx, struct ticker *ticker)
{
	(void)ticker;
	station_tick(ctx);
}

static int courier_store(void *ctx, struct str facility, struct db **ret_db)
{
	const struct keeper *keeper = ((struct station *)ctx)->config.keeper;
	int r = keeper->store(keeper->ctx, facility, ret_db);
	return r ? FOLD(r) : 0;
}

static void courier_moved(void *ctx, struct str facility, const char *kind)
{
	faces_event(ctx, facility, kind);
}

int station_create(struct station **ret_station, const struct station_config *config)
{
	AUTO(station_destroyp) struct station *station = calloc(1, sizeof *station);
	if (!station)
		return RAISE(ENOMEM);
	station->config = *config;
	pthread_mutex_init(&station->lock, NULL);
	atomic_store(&station->is_born, config->keeper->exists(config->keeper->ctx));
	const struct pool_options desk = {.name = "desk",
					  .threads = 1,
					  .queue_max = DESK_QUEUE_MAX};
	const struct pool_options keep = {.name = "keep",
					  .threads = 1,
					  .queue_max = KEEP_QUEUE_MAX};
	const struct ticker_options beat = {.name = "beat",
					    .every_ms = TICK_MS,
					    .tick = tick,
					    .ctx = station};
	station->daily_mono_ms = clock_mono_ms(config->clock) + DAILY_FIRST_MS;
	int r = pool_create(&station->desk, &desk);
	if (r == 0)
		r = pool_create(&station->keep, &keep);
	if (r == 0)
		r = ticker_start(&station->ticker, &beat);
	if (r < 0)
		return PASS(r);
	if (config->couriers)
		couriers_serve(config->couriers,
			       &(struct couriers_desk){courier_store, courier_moved, station});
	*ret_station = station;
	station = NULL;
	return 0;
}

void station_destroy(struct station *station)
{
	if (!station)
		return;
	ticker_stop(station->ticker);
	pool_destroy(station->keep);
	pool_destroy(station->desk);
	couriers_destroy(station->config.couriers);
	import_job_destroy(station->import);
	for (size_t i = 0; i < station->stores_count; i++)
		db_close(station->stores[i].db);
	pthread_mutex_destroy(&station->lock);
	free(station);
}
