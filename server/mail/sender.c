/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mail/sender.h"

#include "server/mail/message.h"

/* One mail on its way. */
struct trip {
	const struct mail_sender *sender;
	struct db *db;
	struct arena *arena;
	struct store_mail mail;
	int64_t now_ms;
	const char *cause;
	long status;
};

static void trip_log(const struct trip *trip, enum log_event event)
{
	struct str id = STR("");
	if (encode_hex(trip->arena, trip->mail.id, &id))
		id = STR("");
	const struct log_field fields[] = {
		log_id("mail", id),
		log_int("kind", trip->mail.kind),
		log_int("facility", trip->mail.facility_no),
		log_int("tries", trip->mail.tries + 1),
		log_id("cause", str_of(trip->cause ? trip->cause : "none")),
		log_int("status", trip->status),
	};
	log_write(trip->sender->log, event, fields, sizeof fields / sizeof fields[0]);
}

static int64_t retry_delay_ms(int64_t tries)
{
	int64_t delay_ms = MAIL_RETRY_FIRST_MS;
	for (int64_t i = 0; i < tries && delay_ms < MAIL_RETRY_MOST_MS; i++)
		delay_ms *= 2;
	return delay_ms < MAIL_RETRY_MOST_MS ? delay_ms : MAIL_RETRY_MOST_MS;
}

/* Nobody else will try: who looks into the outbox finds it, or that there was one. */
static int mail_give_up(struct trip *trip)
{
	trip_log(trip, LOG_EVENT_mail_given_up);
	bool erase = trip->mail.kind == MAIL_CODE;
	int r = store_outbox_bury(trip->db, trip->mail.id, erase, trip->now_ms);
	return r ? FOLD(r) : 0;
}

static int mail_put_off(struct trip *trip)
{
	if (trip->mail.tries + 1 >= trip->sender->config->mail.tries_max) {
		int r = mail_give_up(trip);
		return r ? PASS(r) : 0;
	}
	trip_log(trip, LOG_EVENT_mail_put_off);
	int64_t next_ms = trip->now_ms + retry_delay_ms(trip->mail.tries);
	int r = store_outbox_put_off(trip->db, trip->mail.id, next_ms);
	return r ? FOLD(r) : 0;
}

static int mail_transmit(struct trip *trip, const struct mail_letter *letter)
{
	const struct mail_transport *transport = &trip->sender->transport;
	struct message message = {
		.id = trip->mail.id,
		.from = trip->sender->config->mail.sender,
		.to = letter->to,
		.subject = letter->subject,
		.text = letter->text,
		.at_ms = trip->now_ms,
	};
	struct str text;
	int r = message_write(trip->arena, &message, &text);
	if (r)
		return PASS(r);
	r = transport->send(transport->ctx, trip->arena, letter->to, text, &trip->cause,
			    &trip->status);
	return r < 0 ? PASS(r) : r;
}

static int mail_finish(struct trip *trip, int outcome)
{
	int r = 0;
	if (outcome < 0)
		return PASS(outcome);
	switch ((enum mail_send_outcome)outcome) {
	case MAIL_LATER: r = mail_put_off(trip); return r ? PASS(r) : 0;
	case MAIL_NEVER: r = mail_give_up(trip); return r ? PASS(r) : 0;
	}
	trip_log(trip, LOG_EVENT_mail_sent);
	r = store_outbox_remove(trip->db, trip->mail.id);
	return r < 0 ? PASS(r) : 0;
}

static int mail_try(struct trip *trip)
{
	int r = store_outbox_claim(trip->db, &trip->mail, trip->now_ms + MAIL_CLAIM_MS);
	if (r)
		return r < 0 ? PASS(r) : 0;
	struct mail_letter letter;
	bool late = trip->mail.until_ms && trip->mail.until_ms <= trip->now_ms;
	r = late ? MAIL_UNREADABLE
		 : mail_open(trip->sender->keys, trip->arena, &trip->mail, &letter);
	if (r < 0)
		return PASS(r);
	if (r) {
		trip->cause = late ? "late" : "unreadable";
		r = mail_give_up(trip);
		return r ? PASS(r) : 0;
	}
	r = mail_finish(trip, mail_transmit(trip, &letter));
	return r ? PASS(r) : 0;
}

int mail_send_due(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	const struct mail_sender *sender = ctx;
	int64_t begun_ms = clock_mono_ms(sender->clock);
	(void)now_ms;
	if (!sender->config->mail.server.len)
		return 0;
	for (int i = 0; i < MAIL_TURN_MAX; i++) {
		struct trip trip = {.sender = sender, .db = db, .arena = arena};
		trip.now_ms = clock_now_ms(sender->clock);
		int r = store_outbox_due(db, arena, trip.now_ms, &trip.mail);
		if (r == 0)
			r = mail_try(&trip);
		arena_clear(arena);
		if (r)
			return r < 0 ? PASS(r) : 0;
		if (clock_mono_ms(sender->clock) - begun_ms >= MAIL_TURN_MS)
			break;
	}
	return 0;
}

int mail_tidy(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	(void)ctx;
	(void)arena;
	int r = store_outbox_expire(db, now_ms);
	if (r == 0)
		r = store_outbox_purge(db, now_ms - MAIL_DEAD_KEPT_MS);
	return r ? PASS(r) : 0;
}
