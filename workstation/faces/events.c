/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has moved, told to the windows that wait for it. An event says a kind and a facility, never
 * what it is about: so it may be told while the screen is locked.
 */
#include <assert.h>
#include <stdio.h>

#include "workstation/faces/inside.h"

/* Under the lock. */
static void event_put(struct json_writer *out, const struct event *event)
{
	json_object_open(out);
	json_put_member(out, "kind", str_of(event->kind));
	if (event->facility[0])
		json_put_member(out, "facility", str_of(event->facility));
	json_object_close(out);
}

/* Under the lock: {event, events}. */
static void events_reply(struct station *station, struct web_exchange *exchange, int64_t after)
{
	struct json_writer out;
	int64_t first = station->events_count - EVENTS_MAX + 1;
	json_writer_init(&out, &exchange->arena, 256);
	json_object_open(&out);
	json_put_member_number(&out, "event", station->events_count);
	json_key(&out, "events");
	json_array_open(&out);
	if (after + 1 < first || after > station->events_count) {
		event_put(&out, &(struct event){.kind = "all"});
		after = station->events_count;
	}
	for (int64_t n = after + 1; n <= station->events_count; n++)
		event_put(&out, &station->events[n % EVENTS_MAX]);
	json_array_close(&out);
	json_object_close(&out);
	reply_text(exchange, 200, &out);
}

/* Take the parked that are due out of the station, answered; the caller finishes them unlocked. */
static size_t parked_take(struct station *station, bool all, struct web_exchange **ret_due)
{
	int64_t now_ms = clock_mono_ms(station->config.clock);
	size_t kept = 0, due = 0;
	pthread_mutex_lock(&station->lock);
	station->is_ending = station->is_ending || all;
	for (size_t i = 0; i < station->parked_count; i++) {
		struct parked *parked = &station->parked[i];
		if (!all && parked->after >= station->events_count && now_ms < parked->until_ms) {
			station->parked[kept++] = *parked;
			continue;
		}
		events_reply(station, parked->exchange, parked->after);
		ret_due[due++] = parked->exchange;
	}
	station->parked_count = kept;
	pthread_mutex_unlock(&station->lock);
	return due;
}

void events_expire(struct station *station, bool all)
{
	struct web_exchange *due[PARKED_MAX];
	size_t count = parked_take(station, all, due);
	for (size_t i = 0; i < count; i++)
		web_finish(due[i]);
}

void faces_event(struct station *station, struct str facility, const char *kind)
{
	pthread_mutex_lock(&station->lock);
	struct event *event = &station->events[++station->events_count % EVENTS_MAX];
	event->kind = kind;
	(void)snprintf(event->facility, sizeof event->facility, "%.*s", STR_ARG(facility));
	pthread_mutex_unlock(&station->lock);
	events_expire(station, false);
}

int64_t station_event(struct station *station)
{
	pthread_mutex_lock(&station->lock);
	int64_t count = station->events_count;
	pthread_mutex_unlock(&station->lock);
	return count;
}

/* False: it must be answered at once. */
static bool park(struct station *station, struct web_exchange *exchange, int64_t after)
{
	pthread_mutex_lock(&station->lock);
	bool waits = after == station->events_count && station->parked_count < PARKED_MAX &&
		     !station->is_ending;
	if (waits)
		station->parked[station->parked_count++] =
			(struct parked){exchange, after,
					clock_mono_ms(station->config.clock) + PARKED_MS};
	else
		events_reply(station, exchange, after);
	pthread_mutex_unlock(&station->lock);
	return waits;
}

struct wish {
	int64_t after;
};

static const struct json_field wish_fields[] = {
	JSON_FIELD(struct wish, after, "after", JSON_NUMBER, JSON_REQUIRED, 0, INT64_MAX),
};

static bool wish_read(struct web_exchange *exchange, struct wish *ret_wish)
{
	AUTO(json_clear) struct json_document document = {0};
	struct json_complaint complaint;
	return json_read(exchange->request.body, &json_limits_request, &document) == 0 &&
	       json_decode_open(json_member(document.root, "with"), wish_fields, 1, ret_wish,
				&complaint) == 0;
}

void events_ask(struct station *station, struct web_exchange *exchange)
{
	struct wish wish;
	if (!wish_read(exchange, &wish))
		reply_problem(exchange, FACE_DESK_FIELDS, &(struct face_fields){0});
	else if (park(station, exchange, wish.after))
		return;
	web_finish(exchange);
}
