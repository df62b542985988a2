/* SPDX-License-Identifier: Apache-2.0 */
/* The thread, its orders, and what it lets others see. */
#include "workstation/link/courier_inside.h"

#include <assert.h>
#include <stdlib.h>

#include "workstation/store/settings.h"

enum {
	TICK_MS = 250,
	SLEPT_MS = 10 * 1000,
	SETTINGS_BYTES = 4096,
};

/* --- what is seen --- */

void courier_show(struct courier *courier, const char *kind)
{
	(void)pthread_mutex_lock(&courier->lock);
	courier->now.is_busy = courier->now.running || courier->orders_count;
	courier->shown = courier->now;
	(void)pthread_mutex_unlock(&courier->lock);
	if (kind && courier->options.notify)
		courier->options.notify(courier->options.ctx, kind);
}

void courier_state(struct courier *courier, struct courier_state *ret_state)
{
	(void)pthread_mutex_lock(&courier->lock);
	*ret_state = courier->shown;
	ret_state->is_busy = courier->shown.running || courier->orders_count;
	(void)pthread_mutex_unlock(&courier->lock);
}

void courier_done(struct courier *courier, int64_t number, struct courier_done *ret_done)
{
	assert(number > 0);
	(void)pthread_mutex_lock(&courier->lock);
	const struct courier_done *done = &courier->shown.done[number % COURIER_DONE_MAX];
	*ret_done = done->number == number ? *done : (struct courier_done){0};
	(void)pthread_mutex_unlock(&courier->lock);
}

/* --- orders --- */

/* Under the lock: whatever the thread rests in ends. A call that has not quite begun when it is
 * cancelled does not notice; the ticker cancels again. */
static void rouse(struct courier *courier)
{
	if (courier->is_waiting)
		courier->options.line.cancel(courier->options.line.ctx);
	(void)pthread_cond_signal(&courier->wake);
}

int courier_order(struct courier *courier, const struct courier_order *order, int64_t *ret_number)
{
	int r = 0;
	(void)pthread_mutex_lock(&courier->lock);
	if (courier->orders_count == COURIER_ORDERS_MAX) {
		r = COURIER_FULL;
	} else {
		*ret_number = ++courier->orders_ever;
		courier->orders[courier->orders_count++] =
			(struct courier_numbered){*ret_number, *order};
		rouse(courier);
	}
	(void)pthread_mutex_unlock(&courier->lock);
	return r;
}

static bool order_take(struct courier *courier, struct courier_numbered *ret_order)
{
	(void)pthread_mutex_lock(&courier->lock);
	bool is_there = courier->orders_count > 0;
	if (is_there) {
		*ret_order = courier->orders[0];
		courier->orders_count--;
		memmove(courier->orders, courier->orders + 1,
			courier->orders_count * sizeof courier->orders[0]);
		explicit_bzero(&courier->orders[courier->orders_count], sizeof courier->orders[0]);
	}
	(void)pthread_mutex_unlock(&courier->lock);
	return is_there;
}

void courier_cancel(struct courier *courier)
{
	(void)pthread_mutex_lock(&courier->lock);
	atomic_store(&courier->cancelled_upto, courier->orders_ever);
	(void)pthread_mutex_unlock(&courier->lock);
	atomic_store(&courier->is_cancelled, true);
	courier->options.line.cancel(courier->options.line.ctx);
}

void courier_automatic(struct courier *courier, bool is_on)
{
	(void)pthread_mutex_lock(&courier->lock);
	courier->wants_automatic = is_on;
	courier->has_word = true;
	courier->shown.is_automatic = is_on;
	rouse(courier);
	(void)pthread_mutex_unlock(&courier->lock);
}

void courier_wake(struct courier *courier)
{
	atomic_store(&courier->is_woken, true);
	(void)pthread_mutex_lock(&courier->lock);
	(void)pthread_cond_signal(&courier->wake);
	(void)pthread_mutex_unlock(&courier->lock);
}

void courier_queue_moved(struct courier *courier)
{
	atomic_store(&courier->is_queue_moved, true); /* before the word that leads to it */
	(void)pthread_mutex_lock(&courier->lock);
	courier->has_word = true;
	rouse(courier);
	(void)pthread_mutex_unlock(&courier->lock);
}

/* --- a turn --- */

static void automatic_take(struct courier *courier)
{
	(void)pthread_mutex_lock(&courier->lock);
	bool is_on = courier->wants_automatic;
	courier->has_word = false;
	(void)pthread_mutex_unlock(&courier->lock);
	if (is_on == courier->now.is_automatic)
		return;
	courier->now.is_automatic = is_on;
	courier->is_behind = is_on;
	if (store_setting_number_put(courier->options.db, STR("automatic"), is_on))
		LOG(courier->options.log, courier_failed, log_fault(-EIO));
	courier_show(courier, "session");
}

static void queue_take(struct courier *courier)
{
	if (!atomic_exchange(&courier->is_queue_moved, false))
		return;
	courier_queue_look(courier);
	courier_show(courier, "session");
}

int64_t courier_turn(struct courier *courier)
{
	struct courier_numbered numbered;
	if (atomic_exchange(&courier->is_woken, false))
		courier->retry_ms = 0;
	automatic_take(courier);
	queue_take(courier);
	if (!order_take(courier, &numbered))
		return courier_idle(courier);
	courier->now.running = numbered.number;
	courier_show(courier, "session");
	courier_order_run(courier, &numbered);
	explicit_bzero(&numbered, sizeof numbered);
	courier->now.running = 0;
	courier_show(courier, "session");
	return 0;
}

/* --- the thread --- */

static bool is_ending(struct courier *courier)
{
	(void)pthread_mutex_lock(&courier->lock);
	bool ending = courier->is_ending;
	(void)pthread_mutex_unlock(&courier->lock);
	return ending;
}

static void rest(struct courier *courier, int64_t ms)
{
	int64_t until_ms = clock_mono_ms(&clock_system) + ms;
	(void)pthread_mutex_lock(&courier->lock);
	while (!courier->is_ending && !courier->orders_count && !courier->has_word &&
	       !atomic_load(&courier->is_woken) &&
	       wake_wait(&courier->wake, &courier->lock, until_ms))
		;
	(void)pthread_mutex_unlock(&courier->lock);
}

static void *thread_run(void *ctx)
{
	struct courier *courier = ctx;
	while (!is_ending(courier)) {
		int64_t ms = courier_turn(courier);
		if (ms > 0)
			rest(courier, ms);
	}
	return NULL;
}

/* Ticks that lie far apart: the PC has slept, or its clock was set. */
static bool has_slept(struct courier *courier)
{
	int64_t now_ms = clock_now_ms(courier->options.clock);
	int64_t before_ms = courier->ticked_ms;
	courier->ticked_ms = now_ms;
	return before_ms && now_ms - before_ms > SLEPT_MS;
}

/* Between the flag and the call there is a moment in which cancelling is not heard. */
static void tick(void *ctx, struct ticker *ticker)
{
	struct courier *courier = ctx;
	bool slept = has_slept(courier);
	(void)ticker;
	if (slept)
		courier_wake(courier);
	(void)pthread_mutex_lock(&courier->lock);
	if (courier->is_ending ||
	    (courier->is_waiting && (slept || courier->orders_count || courier->has_word)))
		courier->options.line.cancel(courier->options.line.ctx);
	(void)pthread_mutex_unlock(&courier->lock);
}

/* --- made and ended --- */

static int settings_read(struct courier *courier)
{
	AUTO(arena_clear) struct arena arena;
	struct db *db = courier->options.db;
	struct str login_id;
	int64_t automatic = 0;
	arena_init(&arena, SETTINGS_BYTES);
	int r = store_setting_get(db, &arena, STR("login_id"), &login_id);
	if (!r)
		r = store_setting_number(db, STR("automatic"), 1, &automatic);
	if (!r)
		r = store_setting_number(db, STR("received_ms"), 0, &courier->now.received_ms);
	if (!r)
		r = store_setting_number(db, STR("contact_ms"), 0, &courier->now.contact_ms);
	if (r)
		return PASS(r);
	if (login_id.ptr && str_to_c(login_id, courier->now.login_id, COURIER_LOGIN_BYTES))
		courier->now.login_id[0] = '\0';
	courier->now.is_automatic = courier->wants_automatic = automatic != 0;
	courier->is_behind = courier->now.is_automatic;
	return 0;
}

int courier_create(struct courier **ret_courier, const struct courier_options *options)
{
	AUTO(courier_destroyp) struct courier *courier = calloc(1, sizeof *courier);
	if (!courier)
		return RAISE(ENOMEM);
	courier->options = *options;
	(void)pthread_mutex_init(&courier->lock, NULL);
	wake_init(&courier->wake);
	secret_memory_lock(courier, sizeof *courier);
	courier_source_make(courier);
	int r = settings_read(courier);
	if (r)
		return PASS(r);
	courier_queue_look(courier);
	courier->shown = courier->now;
	*ret_courier = courier;
	courier = NULL;
	return 0;
}

int courier_start(struct courier *courier)
{
	const struct ticker_options ticks = {.name = "courier-tick",
					     .every_ms = TICK_MS,
					     .tick = tick,
					     .ctx = courier};
	int r = thread_start(&courier->thread, "courier", thread_run, courier);
	if (r)
		return PASS(r);
	courier->has_thread = true;
	r = ticker_start(&courier->ticker, &ticks);
	return r ? PASS(r) : 0;
}

void courier_destroy(struct courier *courier)
{
	if (!courier)
		return;
	(void)pthread_mutex_lock(&courier->lock);
	courier->is_ending = true;
	rouse(courier);
	(void)pthread_mutex_unlock(&courier->lock);
	courier_cancel(courier);
	if (courier->has_thread)
		(void)pthread_join(courier->thread, NULL);
	ticker_stop(courier->ticker);
	courier_lists_forget(courier);
	(void)pthread_cond_destroy(&courier->wake);
	(void)pthread_mutex_destroy(&courier->lock);
	explicit_bzero(courier, sizeof *courier);
	secret_memory_unlock(courier, sizeof *courier);
	free(courier);
}
