/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client believes what it was told last, and sometimes anything. It repeats a request under its
 * key when the answer was a fault of the service's, sometimes also when it was none (the answer was
 * lost on its way); and sometimes it gives up.
 */
#include "tests/acceptance/T79/clients.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/number.h"
#include "lib/web/web_fake.h"
#include "lib/wire/wire.h"

enum {
	NUMBERS = 6,
	TRIES_MAX = 6,
	BUSY_MAX = 100000,
	STATUS_OK = 200,
	STATUS_INTERNAL = 500,
	STATUS_BUSY = 503,
	ARENA_BYTES = 1 << 20,
};

struct worker {
	const struct clients *clients;
	pthread_t thread;
	int index;
	uint64_t seed;
	atomic_llong *moment;
	struct history_state believed;
	struct history_step steps[CLIENT_STEPS_MAX];
	int count;
	bool strange; /* was answered what must not be */
};

static void app_handle(void *ctx, struct web_exchange *exchange)
{
	api_dispatch(ctx, exchange);
}

static const struct web_app app = {.handle = app_handle};

static unsigned draw(struct worker *worker, unsigned sides)
{
	worker->seed ^= worker->seed << 13;
	worker->seed ^= worker->seed >> 7;
	worker->seed ^= worker->seed << 17;
	return (unsigned)(worker->seed >> 33) % sides;
}

/* What a full queue turns away comes again at once: nothing of it was done. */
static void send(const struct worker *worker, struct web_request *request,
		 struct web_exchange *ret_exchange)
{
	char header[4096];
	snprintf(header, sizeof header, "Bearer %.*s", STR_ARG(worker->clients->token));
	request->authorization = str_of(header);
	web_fake_call(&app, worker->clients->service, request, ret_exchange);
	for (int i = 0; ret_exchange->reply.status == STATUS_BUSY && i < BUSY_MAX; i++) {
		web_fake_clear(ret_exchange);
		sched_yield();
		web_fake_call(&app, worker->clients->service, request, ret_exchange);
	}
}

/* "照4"; 0 and what is no number of ours: 0. */
static int number_of(struct str text)
{
	struct str digit = {text.ptr ? text.ptr + 3 : NULL, 1};
	int64_t number;
	if (text.len != 4 || number_parse(digit, 1, NUMBERS, &number))
		return 0;
	return (int)number;
}

static struct str number_text(int number, char text[8])
{
	if (!number)
		return (struct str){0};
	snprintf(text, 8, "照%d", number);
	return str_of(text);
}

/* --- reading --- */

static bool page_take(const struct clients *clients, const struct wire_page *page,
		      struct history_state *ret_state)
{
	struct history_state state = {.number = {0}};
	int found = 0;
	for (size_t i = 0; i < page->results_count; i++)
		for (int person = 0; person < HISTORY_PEOPLE; person++) {
			const struct wire_result *result = &page->results[i];
			if (!str_equal(result->id, str_of(clients->results[person])))
				continue;
			state.number[person] = number_of(result->reference_number);
			state.version[person] = result->reference_version;
			found++;
		}
	*ret_state = state;
	return found == HISTORY_PEOPLE;
}

static bool state_read(struct worker *worker, struct history_state *ret_state)
{
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_page page;
	struct web_request request = {
		.method = STR("GET"),
		.path = STR("/v1/results"),
		.query = worker->clients->query,
	};
	struct web_exchange exchange;
	arena_init(&arena, ARENA_BYTES);
	send(worker, &request, &exchange);
	bool good = exchange.reply.status == STATUS_OK &&
		    wire_download_reply_decode(&arena, exchange.reply.body, &input, &page) == 0 &&
		    page_take(worker->clients, &page, ret_state);
	web_fake_clear(&exchange);
	return good;
}

/* A reading that failed under a fault is none; it is not put down. */
static void step_read(struct worker *worker, struct history_step *step)
{
	step->kind = HISTORY_READ;
	for (int tries = 0; tries < TRIES_MAX; tries++)
		if (state_read(worker, &step->seen)) {
			worker->believed = step->seen;
			worker->count++;
			return;
		}
}

/* --- writing --- */

static void refusal_take(struct worker *worker, struct str body, struct history_step *step)
{
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_problem_reply reply;
	if (wire_problem_decode(body, &input, &reply) != 0) {
		worker->strange = true;
	} else if (str_equal(reply.code, STR("reference_conflict"))) {
		step->kind = HISTORY_CONFLICT;
		step->held = number_of(reply.held_reference);
		worker->believed.number[step->person] = step->held;
	} else if (str_equal(reply.code, STR("reference_taken"))) {
		step->kind = HISTORY_TAKEN;
	} else {
		worker->strange = true;
	}
}

static void done_take(struct worker *worker, struct str body, struct history_step *step)
{
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_reference_state state;
	if (wire_reference_reply_decode(body, &input, &state) != 0 ||
	    number_of(state.number) != step->number) {
		worker->strange = true;
		return;
	}
	step->kind = HISTORY_WRITTEN;
	step->version = state.version;
	worker->believed.number[step->person] = step->number;
}

/* True: this answer was taken. */
static bool answer_take(struct worker *worker, const struct web_reply *reply,
			struct history_step *step)
{
	if (reply->status >= STATUS_INTERNAL || draw(worker, 8) == 0)
		return false;
	if (reply->status == STATUS_OK)
		done_take(worker, reply->body, step);
	else
		refusal_take(worker, reply->body, step);
	return true;
}

static bool request_body(struct arena *arena, const struct history_step *step, struct str *ret_body)
{
	char number[8], expected[8];
	const struct wire_reference reference = {
		.number = number_text(step->number, number),
		.expected = number_text(step->expected, expected),
	};
	return wire_reference_request_encode(arena, &reference, ret_body) == 0;
}

/* Asked until the answer is taken, or this client gives up. steps: what it answers. */
static void put_send(struct worker *worker, const char *path, struct str body,
		     bool (*take)(struct worker *worker, const struct web_reply *reply,
				  struct history_step *steps),
		     struct history_step *steps)
{
	char key[33];
	snprintf(key, sizeof key, "%016llx%08x%08x", (unsigned long long)worker->clients->seed,
		 (unsigned)worker->index, (unsigned)steps[0].asked);
	struct web_request request = {
		.method = STR("PUT"),
		.path = str_of(path),
		.content_type = STR("application/json"),
		.idempotency_key = str_of(key),
		.body = body,
	};
	bool taken = false;
	for (int tries = 0; tries < TRIES_MAX && !taken; tries++) {
		struct web_exchange exchange;
		send(worker, &request, &exchange);
		taken = take(worker, &exchange.reply, steps);
		web_fake_clear(&exchange);
		if (!taken && draw(worker, 12) == 0)
			return;
	}
}

static void write_send(struct worker *worker, struct history_step *step, struct str body)
{
	char path[80];
	snprintf(path, sizeof path, "/v1/results/%s/reference",
		 worker->clients->results[step->person]);
	put_send(worker, path, body, answer_take, step);
}

static void step_write(struct worker *worker, struct history_step *step)
{
	AUTO(arena_clear) struct arena arena;
	struct str body;
	step->kind = HISTORY_UNKNOWN;
	step->person = (int)draw(worker, HISTORY_PEOPLE);
	step->number = (int)draw(worker, NUMBERS + 1);
	step->expected = worker->believed.number[step->person];
	if (draw(worker, 8) == 0)
		step->expected = (int)draw(worker, NUMBERS + 1);
	arena_init(&arena, ARENA_BYTES);
	if (!request_body(&arena, step, &body)) {
		worker->strange = true;
		return;
	}
	write_send(worker, step, body);
	worker->count++;
}

/* --- two writes in one call: two steps between one question and one answer --- */

enum { PAIR = 2 };

static void outcome_take(struct worker *worker, const struct wire_reference_outcome *outcome,
			 struct history_step *step)
{
	if (outcome->problem == PROBLEM_NONE) {
		step->kind = HISTORY_WRITTEN;
		step->version = outcome->version;
		worker->believed.number[step->person] = step->number;
	} else if (outcome->problem == PROBLEM_REFERENCE_CONFLICT) {
		step->kind = HISTORY_CONFLICT;
		step->held = number_of(outcome->held);
		worker->believed.number[step->person] = step->held;
	} else if (outcome->problem == PROBLEM_REFERENCE_TAKEN) {
		step->kind = HISTORY_TAKEN;
	} else {
		worker->strange = true;
	}
}

static bool pair_take(struct worker *worker, const struct web_reply *reply,
		      struct history_step *steps)
{
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_reference_outcome *outcomes;
	if (reply->status >= STATUS_INTERNAL || draw(worker, 8) == 0)
		return false;
	arena_init(&arena, ARENA_BYTES);
	if (reply->status != STATUS_OK ||
	    wire_references_reply_decode(&arena, reply->body, &input, PAIR, &outcomes)) {
		worker->strange = true;
		return true;
	}
	for (int i = 0; i < PAIR; i++)
		outcome_take(worker, &outcomes[i], &steps[i]);
	return true;
}

static bool pair_body(struct worker *worker, struct arena *arena, const struct history_step *steps,
		      struct str *ret_body)
{
	struct wire_reference_item items[PAIR];
	char texts[PAIR][2][8];
	for (int i = 0; i < PAIR; i++)
		items[i] = (struct wire_reference_item){
			.result_id = str_of(worker->clients->results[steps[i].person]),
			.reference = {.number = number_text(steps[i].number, texts[i][0]),
				      .expected = number_text(steps[i].expected, texts[i][1])},
		};
	return wire_references_request_encode(arena, items, PAIR, ret_body) == 0;
}

/* The first step is asked already; both are answered by the caller. */
static void steps_write_pair(struct worker *worker, struct history_step *steps)
{
	AUTO(arena_clear) struct arena arena;
	struct str body;
	arena_init(&arena, ARENA_BYTES);
	for (int i = 0; i < PAIR; i++) {
		steps[i] = (struct history_step){.kind = HISTORY_UNKNOWN, .asked = steps[0].asked};
		steps[i].person = (int)draw(worker, HISTORY_PEOPLE);
		steps[i].number = (int)draw(worker, NUMBERS + 1);
		steps[i].expected = worker->believed.number[steps[i].person];
	}
	if (!pair_body(worker, &arena, steps, &body)) {
		worker->strange = true;
		return;
	}
	put_send(worker, "/v1/references", body, pair_take, steps);
	worker->count += PAIR;
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	for (int i = 0; i < worker->clients->steps; i++) {
		int first = worker->count;
		struct history_step *step = &worker->steps[first];
		*step = (struct history_step){.asked = atomic_fetch_add(worker->moment, 1)};
		unsigned kind = draw(worker, 9);
		if (kind < 3)
			step_read(worker, step);
		else if (kind < 5)
			steps_write_pair(worker, step);
		else
			step_write(worker, step);
		int64_t answered = atomic_fetch_add(worker->moment, 1);
		for (int k = first; k < worker->count; k++)
			worker->steps[k].answered = answered;
	}
	return NULL;
}

bool clients_read(const struct clients *clients, struct history_state *ret_state)
{
	struct worker worker = {.clients = clients};
	bool good = false;
	for (int tries = 0; tries < TRIES_MAX && !good; tries++)
		good = state_read(&worker, ret_state);
	return good;
}

/* As the answers came, for the judge's sake; what was never answered is its last resort. */
static int step_order(const void *left, const void *right)
{
	const struct history_step *a = left, *b = right;
	if ((a->kind == HISTORY_UNKNOWN) != (b->kind == HISTORY_UNKNOWN))
		return a->kind == HISTORY_UNKNOWN ? 1 : -1;
	return a->answered < b->answered ? -1 : a->answered > b->answered;
}

static bool steps_gather(const struct worker *workers, struct history *history)
{
	bool good = true;
	history->count = 0;
	for (int i = 0; i < CLIENTS; i++) {
		good = good && !workers[i].strange;
		for (int k = 0; k < workers[i].count; k++)
			history->steps[history->count++] = workers[i].steps[k];
	}
	qsort(history->steps, history->count, sizeof *history->steps, step_order);
	return good;
}

bool clients_run(const struct clients *clients, struct history *history)
{
	static struct worker workers[CLIENTS];
	atomic_llong moment = 1;
	int started = 0;
	if (!clients_read(clients, &history->first))
		return false;
	while (started < CLIENTS) {
		struct worker *worker = &workers[started];
		*worker = (struct worker){.clients = clients, .index = started, .moment = &moment};
		worker->seed =
			(clients->seed + (uint64_t)started + 1) * UINT64_C(0x9e3779b97f4a7c15);
		worker->believed = history->first;
		if (pthread_create(&worker->thread, NULL, worker_main, worker))
			break;
		started++;
	}
	for (int i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	return steps_gather(workers, history) && started == CLIENTS;
}
