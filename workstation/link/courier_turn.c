/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer means, what an order does, and what time brings: the rules of the session. */
#include "workstation/link/courier_inside.h"

#include "lib/base/period.h"
#include "workstation/store/received.h"
#include "workstation/store/settings.h"

enum {
	CONTACT_EVERY_MS = 60 * 1000,
	REFUSED_PAUSE_MS = 60 * 1000, /* after what will hardly pass by itself */
};

/* --- what an answer means --- */

/* The service was not reached, or cannot answer now: it will pass. */
static bool is_passing(int32_t code)
{
	return (code >= SHK_ERR_NETWORK && code <= SHK_ERR_PROTOCOL) || code == SHK_ERR_BUSY ||
	       code == SHK_ERR_SERVICE;
}

static void password_forget(struct courier *courier)
{
	secret_wipe(&courier->password);
	courier->challenge_ms = 0;
}

void courier_session_end(struct courier *courier, enum courier_phase phase, bool is_again)
{
	if (phase == COURIER_OUT) {
		password_forget(courier);
		courier_lists_forget(courier);
	}
	courier->challenge_ms = 0;
	courier->now.phase = phase;
	courier->now.is_again = is_again;
	courier->now.passcode = phase == COURIER_PASSCODE ? SHK_PASSCODE_AUTHENTICATOR : 0;
	courier->now.needs_device = false;
	courier_show(courier, "session");
}

/*
 * The service knows the session no more. Before its time - the PC slept - the password still opens
 * the way to the passcode; a temporary account's login costs a mail, which somebody must want.
 */
static void session_lost(struct courier *courier)
{
	bool is_over = clock_now_ms(courier->options.clock) >= courier->now.ends_ms;
	bool is_mail = courier->now.login_id[0] == 'M';
	bool is_known = courier->password.len && !is_over && !is_mail;
	courier_session_end(courier, is_known ? COURIER_PASSCODE : COURIER_OUT, true);
}

static void away_note(struct courier *courier, int64_t now_ms)
{
	int64_t asked_ms = (int64_t)courier->now.trouble.retry_after_s * 1000;
	int64_t pause_ms = courier->backoff_ms ? 2 * courier->backoff_ms : COURIER_RETRY_MS;
	courier->backoff_ms = pause_ms < COURIER_RETRY_MS_MAX ? pause_ms : COURIER_RETRY_MS_MAX;
	courier->retry_ms =
		now_ms + (asked_ms > courier->backoff_ms ? asked_ms : courier->backoff_ms);
	courier->is_behind = courier->now.is_automatic;
	if (courier->now.is_away)
		return;
	courier->now.is_away = true;
	courier->now.away_since_ms = now_ms;
	courier_show(courier, "session");
}

/* When it was heard, and how far its clock is from ours: what is forgotten for good waits for it.
 */
static int contact_keep(struct courier *courier, int64_t now_ms)
{
	const struct line *line = &courier->options.line;
	struct db *db = courier->options.db;
	int64_t ahead_ms;
	int r = store_setting_number_put(db, STR("contact_ms"), now_ms);
	if (r == 0 && line->clock(line->ctx, &ahead_ms))
		r = store_setting_number_put(db, STR("clock_off_ms"), ahead_ms);
	return r ? PASS(r) : 0;
}

static void contact_note(struct courier *courier, int64_t now_ms)
{
	bool was_away = courier->now.is_away;
	courier->has_queue = courier->has_queue || (was_away && courier->now.queued);
	bool is_due = now_ms - courier->now.contact_ms >= CONTACT_EVERY_MS;
	courier->now.is_away = false;
	courier->now.away_since_ms = 0;
	courier->backoff_ms = 0;
	courier->retry_ms = 0;
	courier->now.contact_ms = now_ms;
	if (is_due && contact_keep(courier, now_ms))
		LOG(courier->options.log, courier_failed, log_fault(-EIO));
	if (was_away)
		courier_show(courier, "session");
}

/* What every answer of the service says beside its own matter. now.trouble is its trouble. */
static void answer_note(struct courier *courier, int32_t code)
{
	int64_t now_ms = clock_now_ms(courier->options.clock);
	if (code == SHK_ERR_CANCELLED || code == SHK_ERR_FILE)
		return;
	if (is_passing(code)) {
		away_note(courier, now_ms);
		return;
	}
	contact_note(courier, now_ms);
	if (code == SHK_ERR_SESSION || code == SHK_ERR_TOKEN_EXPIRED)
		session_lost(courier);
	if (code == SHK_ERR_PASSWORD_CHANGE)
		courier->now.phase = COURIER_PASSWORD;
	if (code == SHK_ERR_DEVICE)
		courier->now.needs_device = courier->now.phase == COURIER_IN;
	if (code == SHK_ERR_PASSWORD_CHANGE || code == SHK_ERR_DEVICE)
		courier_show(courier, "session");
}

int32_t courier_called(struct courier *courier, int32_t code)
{
	const struct line *line = &courier->options.line;
	courier->now.trouble = (struct line_trouble){0};
	if (code)
		line->trouble(line->ctx, &courier->now.trouble);
	answer_note(courier, code);
	return code;
}

/* --- results --- */

static int32_t count(struct courier *courier, const struct line_search *search,
		     struct courier_done *done)
{
	const struct line *line = &courier->options.line;
	char first[PERIOD_DATETIME_BYTES];
	int32_t code = courier_called(courier, line->count(line->ctx, search, &done->count));
	if (code)
		return code;
	(void)period_datetime_print(period_opens_ms(clock_now_ms(courier->options.clock)), first);
	int r = store_received_count(courier->options.db,
				     str_of(*search->from ? search->from : first),
				     str_of(search->to), &done->known);
	if (r)
		LOG(courier->options.log, courier_failed, log_fault(r));
	courier->now.progress.total = done->count.count - (*search->from ? 0 : done->known);
	return SHK_OK;
}

static int32_t receive(struct courier *courier, const struct line_search *search, int64_t order)
{
	int32_t code = courier_receive(courier, search, order);
	if (!code)
		courier->now.trouble = (struct line_trouble){0};
	answer_note(courier, code);
	if (!code && !*search->from)
		courier->is_behind = false;
	return code;
}

static int32_t send(struct courier *courier)
{
	int32_t code = courier_send(courier);
	answer_note(courier, code);
	return code;
}

static int32_t order_do(struct courier *courier, const struct courier_numbered *numbered,
			struct courier_done *done)
{
	const struct courier_order *order = &numbered->order;
	switch (order->kind) {
	case COURIER_LOGIN: return courier_login(courier, order);
	case COURIER_MAIL: return courier_mail_again(courier);
	case COURIER_GIVE: return courier_give(courier, order);
	case COURIER_CHANGE: return courier_password_change(courier, order);
	case COURIER_LOGOUT: return courier_logout(courier);
	case COURIER_COUNT: return count(courier, &order->search, done);
	case COURIER_RECEIVE: return receive(courier, &order->search, numbered->number);
	case COURIER_SEND: return send(courier);
	case COURIER_DEVICE: return courier_device_register(courier, order);
	case COURIER_DEVICES: return courier_devices_ask(courier);
	case COURIER_CLOSE: return courier_device_close(courier, order->code);
	case COURIER_HISTORY: return courier_history_ask(courier, &order->search);
	}
	return SHK_ERR_STATE;
}

void courier_order_run(struct courier *courier, const struct courier_numbered *numbered)
{
	struct courier_done done = {.number = numbered->number, .kind = numbered->order.kind};
	courier->now.trouble = (struct line_trouble){0};
	int32_t code = order_do(courier, numbered, &done);
	if (code && !courier->now.trouble.code)
		courier->now.trouble.code = code;
	done.trouble = courier->now.trouble;
	if (done.kind == COURIER_RECEIVE)
		done.report = courier->now.report;
	courier->now.done[numbered->number % COURIER_DONE_MAX] = done;
	/* It was told to whoever ordered it. */
	if (!courier->now.is_away && courier->now.phase == COURIER_IN)
		courier->now.trouble = (struct line_trouble){0};
}

/* --- what time brings --- */

static void waiting_set(struct courier *courier, bool is_waiting)
{
	(void)pthread_mutex_lock(&courier->lock);
	courier->is_waiting = is_waiting;
	(void)pthread_mutex_unlock(&courier->lock);
}

static bool has_orders(struct courier *courier)
{
	(void)pthread_mutex_lock(&courier->lock);
	bool has = courier->orders_count > 0 || courier->is_ending;
	(void)pthread_mutex_unlock(&courier->lock);
	return has;
}

/* Until something comes; cut short by an order. */
static int64_t news_wait(struct courier *courier)
{
	const struct line *line = &courier->options.line;
	int32_t changed = 0;
	waiting_set(courier, true);
	if (has_orders(courier)) {
		waiting_set(courier, false);
		return 0;
	}
	int32_t code = line->wait(line->ctx, COURIER_WAIT_S, &changed);
	waiting_set(courier, false);
	if (code == SHK_ERR_CANCELLED)
		return 0;
	(void)courier_called(courier, code);
	courier->renewed_ms = clock_now_ms(courier->options.clock);
	courier->is_behind = courier->is_behind || (code == SHK_OK && changed);
	/* Nothing new: all there is has been received by now. */
	if (code == SHK_OK && !courier->is_behind)
		courier->now.received_ms = courier->renewed_ms;
	return 0;
}

/*
 * What is there is remembered by the wait before it is received: what comes meanwhile is a change.
 */
static int64_t news_take(struct courier *courier)
{
	static const struct line_search all = {.reference = SHK_REFERENCE_ANY};
	const struct line *line = &courier->options.line;
	int32_t changed = 0;
	atomic_store(&courier->is_cancelled, false);
	if (courier_called(courier, line->wait(line->ctx, 0, &changed)))
		return 0;
	courier->now.progress.total = 0;
	int32_t code = receive(courier, &all, 0);
	/* What somebody stopped, and numbers that this account may not register, wait for a change.
	 */
	if (code == SHK_ERR_CANCELLED || code == SHK_ERR_ACCOUNT) {
		courier->is_behind = false;
		courier->has_queue = false;
		courier->now.trouble = (struct line_trouble){0};
	}
	return 0;
}

/* Beside the results: the keys that prove them, once in a session. */
static void keys_fetch(struct courier *courier)
{
	const struct line *line = &courier->options.line;
	const char *jwks;
	courier->has_keys = true;
	if (courier_called(courier, line->keys(line->ctx, &jwks)))
		return;
	if (store_setting_put(courier->options.db, STR("jwks"), str_of(jwks)))
		LOG(courier->options.log, courier_failed, log_fault(-EIO));
}

static int64_t renew(struct courier *courier, int64_t now_ms)
{
	const struct line *line = &courier->options.line;
	int32_t code = courier_called(courier, line->refresh(line->ctx));
	/* The password was changed elsewhere. */
	if (code == SHK_ERR_CREDENTIALS)
		courier_session_end(courier, COURIER_OUT, true);
	courier->renewed_ms = now_ms;
	return 0;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t idle_in(struct courier *courier, int64_t now_ms)
{
	if (now_ms - courier->renewed_ms >= COURIER_RENEW_MS)
		return renew(courier, now_ms);
	if (!courier->has_keys) {
		keys_fetch(courier);
		return 0;
	}
	if (courier->has_queue && !courier->is_behind) {
		/* What the network kept back goes when it is there again, whoever asks first. */
		courier->has_queue = is_passing(send(courier)) && courier->has_queue;
		return 0;
	}
	if (courier->now.is_automatic)
		return courier->is_behind ? news_take(courier) : news_wait(courier);
	return courier->renewed_ms + COURIER_RENEW_MS - now_ms;
}

int64_t courier_idle(struct courier *courier)
{
	int64_t now_ms = clock_now_ms(courier->options.clock);
	bool is_in = courier->now.phase == COURIER_IN;
	if (courier->now.phase != COURIER_OUT && courier->now.ends_ms &&
	    now_ms >= courier->now.ends_ms && (is_in || courier->now.is_again)) {
		courier_session_end(courier, COURIER_OUT, true);
		return 0;
	}
	if (!is_in || courier->now.needs_device)
		return COURIER_IDLE_MS / 60;
	if (now_ms < courier->retry_ms)
		return courier->retry_ms - now_ms;
	int64_t rest_ms = idle_in(courier, now_ms);
	if (courier->now.trouble.code && !courier->retry_ms)
		courier->retry_ms = now_ms + REFUSED_PAUSE_MS;
	return least(rest_ms, COURIER_IDLE_MS);
}
