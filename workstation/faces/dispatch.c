/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to the function of its call: a file, or a row of routes.c; then the phase, the
 * envelope, the facility. What the desk thread runs is one call at a time, in the order they came.
 */
#include <assert.h>

#include "lib/base/clock.h"
#include "workstation/faces/inside.h"

enum {
	STATUS_DONE = 200,
	STATUS_ABSENT = 404,
	REPLY_HINT_BYTES = 4096,
};

struct job {
	struct station *station;
	struct web_exchange *exchange;
	const struct face_route *route;
};

static const struct json_limits limits_large = {STATION_BODY_BYTES_MAX, 8, 1000000};
static const struct json_limits limits_usual = {256 * 1024, 8, 8192};

/* --- helpers of the faces --- */

static enum face_reason reason_of(enum json_reason reason)
{
	switch (reason) {
	case JSON_FIELD_MISSING: return FACE_REASON_MISSING;
	case JSON_FIELD_UNKNOWN: return FACE_REASON_UNKNOWN;
	case JSON_FIELD_TYPE: return FACE_REASON_TYPE;
	case JSON_FIELD_SHORT: return FACE_REASON_TOO_SHORT;
	case JSON_FIELD_LONG: return FACE_REASON_TOO_LONG;
	case JSON_FIELD_CONTROL: return FACE_REASON_CONTROL;
	}
	return FACE_REASON_FORMAT;
}

int face_read(struct face_call *call, const struct json_field *fields, size_t fields_count,
	      void *into)
{
	struct json_complaints complaints = {0};
	int r = json_decode_all(call->in, fields, fields_count, into, &complaints);
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	for (size_t i = 0; i < complaints.count; i++)
		face_field_reason(&call->fields, complaints.items[i].field,
				  reason_of(complaints.items[i].reason));
	return FACE_DESK_FIELDS;
}

int face_refuse(struct face_call *call, struct str field, enum face_reason reason)
{
	face_field_reason(&call->fields, field, reason);
	return FACE_DESK_FIELDS;
}

int face_refuse_text(struct face_call *call, struct str field, struct str sentence)
{
	face_field_add(&call->fields, field, sentence);
	return FACE_DESK_FIELDS;
}

/* --- the facility's store --- */

static bool facility_is_known(struct face_call *call)
{
	const struct keeper *keeper = call->station->config.keeper;
	struct keeper_facility *facilities;
	size_t count;
	if (keeper->facilities(keeper->ctx, call->arena, &facilities, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (str_equal(facilities[i].code, call->facility))
			return !facilities[i].is_away;
	return false;
}

static struct db *store_find(const struct station *station, struct str facility)
{
	for (size_t i = 0; i < station->stores_count; i++)
		if (str_equal(str_of(station->stores[i].facility), facility))
			return station->stores[i].db;
	return NULL;
}

static int store_of(struct station *station, struct str facility, struct db **ret_db)
{
	const struct keeper *keeper = station->config.keeper;
	assert(station->stores_count < KEEPER_FACILITIES_MAX);
	struct station_store *store = &station->stores[station->stores_count];
	int r = str_to_c(facility, store->facility, sizeof store->facility);
	if (r == 0)
		r = keeper->store(keeper->ctx, facility, &store->db);
	if (r)
		return FOLD(r);
	station->stores_count++;
	*ret_db = store->db;
	return 0;
}

void stores_close(struct station *station, struct str facility)
{
	for (size_t i = 0; i < station->stores_count; i++) {
		struct station_store *store = &station->stores[i];
		if (!str_equal(str_of(store->facility), facility))
			continue;
		db_close(store->db);
		*store = station->stores[--station->stores_count];
		station->stores[station->stores_count] = (struct station_store){0};
	}
}

/* --- one call --- */

static int phase_problem(enum face_phase phase)
{
	switch (phase) {
	case FACE_SETUP: return FACE_DESK_SETUP_NEEDED;
	case FACE_LOCKED: return FACE_DESK_LOCKED;
	case FACE_OPEN:
	case FACE_ANY: break;
	}
	return FACE_DESK_SETUP_DONE;
}

/* *own: closed after the call. */
static int facility_enter(struct face_call *call, const struct face_route *route, struct db **own)
{
	const struct keeper *keeper = call->station->config.keeper;
	bool is_own = route->lane == FACE_KEEP;
	if (!route->needs_facility)
		return 0;
	call->db = is_own ? NULL : store_find(call->station, call->facility);
	if (call->db)
		return 0;
	if (!facility_is_known(call))
		return FACE_FACILITY_SWITCHED;
	int r = is_own ? keeper->store(keeper->ctx, call->facility, own)
		       : store_of(call->station, call->facility, &call->db);
	if (r)
		return FOLD(r);
	if (is_own)
		call->db = *own;
	return 0;
}

static int call_enter(struct face_call *call, const struct face_route *route,
		      const struct json_document *document, struct db **own)
{
	enum face_phase phase = station_phase(call->station);
	if (!(route->phases & phase))
		return phase_problem(phase);
	call->in = json_member(document->root, "with");
	call->facility = json_text(json_member(document->root, "facility"));
	if (!json_is_object(call->in))
		return face_refuse(call, STR("with"), FACE_REASON_MISSING);
	int r = station_staff(call->station, call->arena, &call->staff);
	if (r < 0)
		return PASS(r);
	r = facility_enter(call, route, own);
	return r < 0 ? PASS(r) : r;
}

static int call_run(struct face_call *call, const struct face_route *route,
		    const struct web_request *request)
{
	AUTO(json_clear) struct json_document document = {0};
	AUTO(db_closep) struct db *own = NULL;
	int r = json_read(request->body, route->is_large ? &limits_large : &limits_usual,
			  &document);
	if (r)
		return r < 0 ? PASS(r) : FACE_DESK_FIELDS;
	r = call_enter(call, route, &document, &own);
	if (r)
		return r < 0 ? PASS(r) : r;
	json_object_open(call->out);
	r = route->run(call);
	json_object_close(call->out);
	return r < 0 ? PASS(r) : r;
}

static void call_log(const struct job *job, int r, int64_t began_ms)
{
	const struct log *log = job->station->config.log;
	struct str request = str_of(job->exchange->request.request_id);
	if (r < 0)
		LOG(log, page_call_failed, log_id("call", str_of(job->route->name)), log_fault(r),
		    log_id("request", request));
	LOG(log, request_done, log_id("call", str_of(job->route->name)),
	    log_int("status", job->exchange->reply.status),
	    log_int("took_ms", clock_mono_ms(job->station->config.clock) - began_ms),
	    log_id("request", request));
}

static void job_do(struct job *job)
{
	struct station *station = job->station;
	struct web_exchange *exchange = job->exchange;
	int64_t began_ms = clock_mono_ms(station->config.clock);
	struct json_writer out;
	json_writer_init(&out, &exchange->arena, REPLY_HINT_BYTES);
	struct face_call call = {.station = station,
				 .arena = &exchange->arena,
				 .out = &out,
				 .now_ms = clock_now_ms(station->config.clock)};
	int r = call_run(&call, job->route, &exchange->request);
	if (r == 0 && call.file.type.ptr)
		exchange->reply = (struct web_reply){.status = STATUS_DONE,
						     .content_type = call.file.type,
						     .body = call.file.bytes};
	else if (r == 0)
		reply_text(exchange, STATUS_DONE, &out);
	else
		reply_problem(exchange, r < 0 ? FACE_UNEXPECTED : (enum face_problem)r,
			      &call.fields);
	call_log(job, r, began_ms);
	web_finish(exchange);
}

static void job_run(void *arg, void *worker)
{
	(void)worker;
	job_do(arg);
}

/* --- the app --- */

static void problem_finish(struct web_exchange *exchange, enum face_problem problem)
{
	reply_problem(exchange, problem, &(struct face_fields){0});
	web_finish(exchange);
}

static void call_start(struct station *station, struct web_exchange *exchange,
		       const struct face_route *route)
{
	struct job *job = arena_alloc(&exchange->arena, sizeof *job);
	if (!job) {
		problem_finish(exchange, FACE_UNEXPECTED);
		return;
	}
	*job = (struct job){station, exchange, route};
	if (route->lane == FACE_LOOP)
		job_do(job);
	else if (pool_submit(route->lane == FACE_KEEP ? station->keep : station->desk, job_run,
			     job))
		problem_finish(exchange, FACE_DESK_BUSY);
}

static void station_handle(void *ctx, struct web_exchange *exchange)
{
	struct station *station = ctx;
	struct str name = exchange->request.path, api;
	if (str_equal(exchange->request.method, STR("GET"))) {
		files_answer(exchange);
		web_finish(exchange);
		return;
	}
	/* "/api/NAME" */
	(void)str_split(&name, '/', &api);
	(void)str_split(&name, '/', &api);
	const struct face_route *route = str_equal(api, STR("api")) ? face_route_find(name) : NULL;
	if (str_equal(api, STR("api")) && str_equal(name, STR("events"))) {
		events_ask(station, exchange);
	} else if (route) {
		call_start(station, exchange, route);
	} else {
		exchange->reply = (struct web_reply){.status = STATUS_ABSENT};
		web_finish(exchange);
	}
}

static void station_quit(void *ctx)
{
	events_expire(ctx, true);
}

const struct web_app station_app = {.handle = station_handle, .quit = station_quit};
