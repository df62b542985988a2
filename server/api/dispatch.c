/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to its call and back: which call, may the caller, which lane, what to answer.
 *
 * A call lives in its exchange's arena; its own arena is wiped before the reply leaves. The guard
 * runs twice: the token's signature on the loop, before anything is queued; the session behind it
 * on the lane, at the moment the work is done. A token that passed both costs a look into the cache
 * from then on, as long as the tail keeps that cache true.
 */
#include "lib/wire/spelling.h"
#include "server/api/api.h"
#include "server/api/call.h"
#include "server/api/rate.h"
#include "server/api/client.h"
#include "server/api/trail.h"
#include "server/auth/session.h"
#include "server/auth/token.h"

enum {
	CALL_ARENA_BYTES_MAX = 16 * 1024 * 1024, /* a full page, sealed and open */
	STATUS_INTERNAL = 500,
};

static void call_log(const struct api_call *call)
{
	const char *name = "unknown";
	if (call->route)
		name = wire_call_row(call->name)->operation;
	LOG(&call->service->log, request_done, log_id("call", str_of(name)),
	    log_int("status", call->exchange->reply.status),
	    log_int("took_ms", clock_mono_ms(&call->service->clock) - call->begun_ms),
	    log_id("request", str_of(call->request->request_id)));
}

/* The trace belongs to the thread and to its last fault: take it along at once. */
static int trace_keep(struct api_call *call, int r)
{
	if (r < 0)
		fault_trace(call->trace, sizeof call->trace);
	return r;
}

/* What the operator must hear of: some at once, some that are everyday singly when they are many.
 */
static void alarm_note(const struct api_call *call, int result)
{
	static const int failures[] = {PROBLEM_CREDENTIALS_REFUSED, PROBLEM_PASSCODE_REFUSED,
				       PROBLEM_PASSCODE_REUSED, PROBLEM_ACCOUNT_LOCKED};
	static const int unsure[] = {PROBLEM_REVOCATION_UNAVAILABLE, PROBLEM_REVOCATION_UNTRUSTED,
				     PROBLEM_CERTIFICATE_UNKNOWN};
	for (size_t i = 0; i < sizeof unsure / sizeof unsure[0]; i++)
		if (result == unsure[i])
			alarm_inbox_put(call->service->alarms, ALARM_OCSP_DOWN, 0, 0);
	if (result == -EBADMSG)
		alarm_inbox_put(call->service->alarms, ALARM_SEAL_BROKEN, call->caller.facility_no,
				0);
	for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
		if (result == failures[i])
			alarm_inbox_put(call->service->alarms, ALARM_LOGIN_FAILURES, 0, 0);
}

/* The end of every call: result is 0, a problem or a fault. */
static void call_finish(struct api_call *call, int result)
{
	result = trace_keep(call, trail_finish(call, result));
	if (result < 0)
		fault_reply(call, result);
	else if (result > 0)
		problem_reply(call, (enum wire_problem)result);
	alarm_note(call, result);
	call_log(call);
	wire_input_clear(&call->input);
	arena_clear(&call->arena);
	/* What was shed has not looked at any account. */
	if (call->service->release && call->admitted && call->route->is_held)
		release_at(call->service->release, &call->wait, call->exchange, call->begun_ms);
	else
		web_finish(call->exchange);
}

/* --- the writer's side --- */

static int commit_run(void *ctx, struct db *db)
{
	struct api_call *call = ctx;
	db_scope(db, call->caller.facility_no);
	call->audit = (struct audit_entry){0};
	int answer = call->refused ? call->refused : call->route->commit(call, db);
	if (answer >= 0) {
		int r = trail_commit(call, db, answer);
		answer = r ? r : answer;
	}
	return trace_keep(call, answer);
}

static void commit_done(void *ctx, int result)
{
	struct api_call *call = ctx;
	memo_doubt(call->service->memo);
	trail_settle(call, result);
	/* The tail will say so too; this process need not wait for it. */
	if (result >= 0 && call->session_changed)
		token_cache_drop_session(call->service->tokens, call->caller.session_id);
	if (result >= 0 && call->closed_device_no)
		token_cache_drop_device(call->service->tokens, call->closed_device_no);
	if (result < 0 && !call->trace[0])
		trace_keep(call, result);
	if (result == 0 && call->caller.facility_no)
		waits_wake(call->service->waits, call->caller.facility_no);
	call_finish(call, result);
}

static void commit_submit(struct api_call *call)
{
	struct db_job job = {.run = commit_run, .done = commit_done, .ctx = call};
	int r = db_writer_submit(call->service->writer, &job);
	if (r)
		call_finish(call, r < 0 ? trace_keep(call, r) : PROBLEM_BUSY);
}

/* --- the lane's side --- */

/* Verified before, alive then, and nothing has ended it since. */
static bool caller_known(struct api_call *call)
{
	return token_cache_find(call->service->tokens, call->token_digest, call->now_ms,
				&call->caller) == 0;
}

/* With a password that somebody else made nothing can be done but change it, or leave. */
static bool must_change_allows(enum wire_call name)
{
	return name == WIRE_PASSWORD_CHANGE || name == WIRE_LOGOUT;
}

static int guard_session(struct api_call *call, struct db *db)
{
	if (!wire_call_row(call->name)->accounts || caller_known(call))
		return 0;
	struct token_cache *tokens = call->service->tokens;
	uint64_t state = token_cache_state(tokens);
	int r = session_alive(db, &call->arena, call->now_ms, &call->caller);
	if (r < 0)
		return PASS(r);
	if (r)
		return PROBLEM_SESSION_ENDED;
	/* Not remembered: every call of such a session comes by here. */
	if (call->caller.must_change)
		return must_change_allows(call->name) ? 0 : PROBLEM_PASSWORD_MUST_CHANGE;
	token_cache_put(tokens, call->token_digest, &call->caller, call->now_ms, state);
	return 0;
}

/* Who has no device may register one, change a password (before that) and leave; a device proves
 * each call where that is asked. */
static int guard_device(struct api_call *call)
{
	const struct caller *caller = &call->caller;
	bool bare_refused = call->service->config->clients.allow_bare == CONFIG_BARE_REFUSED;
	if (!wire_call_row(call->name)->accounts || call->name == WIRE_LOGOUT ||
	    call->name == WIRE_DEVICE_REGISTER ||
	    (call->name == WIRE_PASSWORD_CHANGE && !caller->device_no))
		return 0;
	if (!caller->device_no && caller->kind != ACCOUNT_READER && (bare_refused || caller->dpop))
		return PROBLEM_DEVICE_REQUIRED;
	/* A check has a proof of its own, over its body too. */
	if (!caller->dpop || call->name == WIRE_CHECK || call->name == WIRE_REGISTRATION ||
	    call->is_proven)
		return 0;
	int r = request_proof(call, PROOF_OF_TOKEN, &call->proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!str_equal(str_of(call->proof.thumbprint), str_of(caller->thumbprint)))
		return PROBLEM_DEVICE_PROOF_REFUSED;
	return CALL_PROVE;
}

/* A caller without a token has no facility yet: whose it is, is what its call finds out. */
static int lane_work(struct api_call *call, struct db *db)
{
	if (db)
		db_scope(db, call->caller.facility_no);
	int r = guard_session(call, db);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = guard_device(call);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!call->route->run)
		return 0;
	r = call->route->run(call, db);
	return r < 0 ? PASS(r) : r;
}

/* What it has read and made so far is gone: it starts anew. */
static void call_forget(struct api_call *call)
{
	wire_input_clear(&call->input);
	arena_clear(&call->arena);
}

/* 0: it is no more ours, and starts anew later; CALL_PARK: it must not wait, and starts anew now.
 */
static int call_park(struct api_call *call)
{
	call_forget(call);
	int r = waits_park(call->service->waits, call);
	if (r == 0)
		return 0;
	call->parked.until_ms = 1; /* over */
	switch ((enum waits_outcome)r) {
	case WAITS_FULL: return PROBLEM_BUSY;
	case WAITS_TOO_MANY: call->retry_after_s = WAITS_RETRY_S; return PROBLEM_TOO_MANY_REQUESTS;
	case WAITS_QUITTING: break;
	}
	return CALL_PARK;
}

static void lane_run(void *job, void *worker);

static enum wire_lane lane_of_call(const struct api_call *call)
{
	enum wire_lane lane = wire_call_row(call->name)->lane;
	return lane == WIRE_LANE_INDEX || lane == WIRE_LANE_LOOP ? WIRE_LANE_READ : lane;
}

static void pool_take(struct api_call *call, enum wire_lane lane)
{
	int r = pool_submit(call->service->lanes[lane], lane_run, call);
	if (r == 0)
		return;
	if (r > 0)
		LOG(&call->service->log, lane_full, log_int("lane", (int64_t)lane));
	call_finish(call, r < 0 ? trace_keep(call, r) : PROBLEM_BUSY);
}

/* --- a proof is spent before anything is read for its call --- */

static int proof_run(void *ctx, struct db *db)
{
	struct api_call *call = ctx;
	int r = dpop_spend(db, &call->proof);
	if (r < 0)
		return trace_keep(call, r);
	return r ? PROBLEM_DEVICE_PROOF_REFUSED : 0;
}

static void proof_done(void *ctx, int result)
{
	struct api_call *call = ctx;
	if (result < 0 && !call->trace[0])
		trace_keep(call, result);
	if (result) {
		call_finish(call, result);
		return;
	}
	call->is_proven = true;
	pool_take(call, lane_of_call(call));
}

static void proof_submit(struct api_call *call)
{
	struct db_job job = {.run = proof_run, .done = proof_done, .ctx = call};
	int r = db_writer_submit(call->service->writer, &job);
	if (r)
		call_finish(call, r < 0 ? trace_keep(call, r) : PROBLEM_BUSY);
}

/* Who is known and was refused leaves a row of that, too. */
static void lane_done(struct api_call *call, int answer, bool replied)
{
	call->refused = answer > 0 ? answer : 0;
	if (call->refused ? trail_wants_row(call) : answer == 0 && !replied && call->route->commit)
		commit_submit(call);
	else
		call_finish(call, answer);
}

static void lane_run(void *job, void *worker)
{
	struct api_call *call = job;
	call->admitted = true;
	int r = CALL_PARK;
	while (r == CALL_PARK) {
		r = trace_keep(call, lane_work(call, worker));
		if (r != CALL_PARK)
			break;
		r = call_park(call);
		if (r == 0)
			return;
	}
	if (r == CALL_PROVE) {
		proof_submit(call);
	} else if (r == CALL_MOVE) {
		call->on_loop = false;
		call_forget(call);
		pool_take(call, WIRE_LANE_READ);
	} else {
		lane_done(call, r == CALL_REPLIED ? 0 : r, r == CALL_REPLIED);
	}
}

/* --- the loop's side --- */

static int token_read(struct api_call *call)
{
	struct str header = call->request->authorization;
	if (!header.ptr)
		return PROBLEM_TOKEN_MISSING;
	call->token = spelling_token_in(call->service->profile, header);
	if (!call->token.ptr)
		return PROBLEM_TOKEN_INVALID;
	int r = digest_sha256(call->token, call->token_digest);
	return r ? FOLD(r) : 0;
}

static int token_check(struct api_call *call)
{
	int r = token_verify(&call->service->auth, &call->arena, call->token, call->now_ms,
			     &call->caller);
	if (r < 0)
		return PASS(r);
	switch ((enum token_outcome)r) {
	case TOKEN_EXPIRED: return PROBLEM_TOKEN_EXPIRED;
	case TOKEN_FORGED: return PROBLEM_TOKEN_INVALID;
	}
	return 0;
}

/* A temporary account learns that it is its own kind that is too little. */
static enum wire_problem kind_problem(const struct api_call *call, unsigned accounts)
{
	bool receipt = call->caller.kind == ACCOUNT_MAIL && (accounts & WIRE_ACCOUNT_WA);
	return receipt ? PROBLEM_TEMPORARY_REFUSED : PROBLEM_ACCOUNT_KIND_REFUSED;
}

static int guard_token(struct api_call *call)
{
	unsigned accounts = wire_call_row(call->name)->accounts;
	if (!accounts)
		return 0;
	int r = token_read(call);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!caller_known(call)) {
		r = token_check(call);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	if (!(accounts & wire_account_of(call->caller.kind)))
		return kind_problem(call, accounts);
	/* Who may not know what has ended may not answer; but anybody may leave. */
	bool blind = call->name != WIRE_LOGOUT && !tail_is_fresh(call->service->tail);
	return blind ? PROBLEM_STORE_UNAVAILABLE : 0;
}

/* "application/json", in any case, with or without parameters. */
static bool media_type_fits(const struct web_request *request)
{
	struct str rest = request->content_type, type;
	if (!str_split(&rest, ';', &type))
		return false;
	return str_equal_nocase(str_trim(type), STR("application/json"));
}

static int body_check(const struct api_call *call)
{
	const struct web_request *request = call->request;
	if (str_equal(request->method, STR("GET")) || str_equal(request->method, STR("DELETE")))
		return 0;
	if (request->content_encoding.ptr || !media_type_fits(request))
		return PROBLEM_MEDIA_TYPE;
	if ((int64_t)request->body.len > call->service->config->limits.body_bytes_max)
		return PROBLEM_BODY_TOO_LARGE;
	return 0;
}

static int allow_add(struct api_call *call, const struct wire_match *match)
{
	struct web_reply *reply = &call->exchange->reply;
	struct str allow;
	int r = arena_copy(reply_arena(call), str_of(match->allow), &allow);
	if (r)
		return PASS(r);
	reply->headers[reply->headers_count++] = (struct web_header){STR("Allow"), allow};
	return PROBLEM_METHOD_NOT_ALLOWED;
}

static int route_find(struct api_call *call, struct str method)
{
	const struct web_request *request = call->request;
	struct wire_match match;
	int r = wire_route(call->service->profile, method, request->path, &match);
	if (r < 0)
		return PASS(r);
	if (r)
		return r == WIRE_ROUTE_METHOD ? allow_add(call, &match) : PROBLEM_NOT_FOUND;
	call->name = match.call;
	call->argument = match.argument;
	call->route = &api_routes[match.call];
	return 0;
}

/* What writes the time down for good, or lends somebody trust until then. */
static bool clock_matters(enum wire_call name)
{
	static const enum wire_call calls[] = {
		WIRE_LOGIN,	   WIRE_MFA,
		WIRE_REFRESH,	   WIRE_ACTIVATE,
		WIRE_READER_LOGIN, WIRE_NONCE,
		WIRE_CHECK,	   WIRE_DEVICE_REGISTER,
		WIRE_REGISTRATION, WIRE_PASSWORD_CHANGE,
	};
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (calls[i] == name)
			return true;
	return false;
}

static int clock_check(const struct api_call *call)
{
	if (!clock_matters(call->name) || clock_guard_agrees(&call->service->clock_guard))
		return 0;
	return PROBLEM_CLOCK_UNTRUSTED;
}

/* From here on the call reads as the contract spells it, also when it comes back from waiting. */
static int request_spell(struct api_call *call)
{
	const struct wire_profile *profile = call->service->profile;
	if (profile == &wire_profile_default)
		return 0;
	struct arena *arena = reply_arena(call); /* the call's own does not survive a wait */
	struct web_request *request = arena_alloc(arena, sizeof *request);
	if (!request)
		return RAISE(ENOMEM);
	*request = *call->request;
	int r = spelling_query_in(profile, arena, request->query, &request->query);
	if (r)
		return PASS(r);
	r = spelling_body_in(profile, WIRE_BODY_REQUEST, arena, request->body, &request->body);
	if (r)
		return r < 0 ? PASS(r) : PROBLEM_REQUEST_MALFORMED;
	call->request = request;
	return 0;
}

/* A method that the adapter refuses by itself (TRACE): the reply says which there are. */
static int refused_find(struct api_call *call)
{
	enum wire_problem problem = problem_of_status(call->request->refused);
	if (problem != PROBLEM_METHOD_NOT_ALLOWED)
		return (int)problem;
	int r = route_find(call, STR("TRACE")); /* nginx says GET by now */
	if (r < 0)
		return PASS(r);
	return r ? r : (int)problem;
}

/* The receipt link is for PCs. A phone's registration is refused by its call, which records it. */
static int platform_check(const struct api_call *call)
{
	unsigned accounts = wire_call_row(call->name)->accounts;
	bool receipt = ((accounts & WIRE_ACCOUNT_WA) && !(accounts & WIRE_ACCOUNT_W)) ||
		       call->name == WIRE_LOGIN || call->name == WIRE_MFA;
	return receipt && call->name != WIRE_DEVICE_REGISTER ? client_platform_check(call) : 0;
}

static int admit(struct api_call *call)
{
	if (call->request->refused)
		return refused_find(call);
	int r = route_find(call, call->request->method);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = platform_check(call);
	if (r)
		return r;
	r = guard_token(call);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = clock_check(call);
	if (!r)
		r = body_check(call);
	if (!r)
		r = request_spell(call);
	if (!r)
		r = rate_check(call);
	return r < 0 ? PASS(r) : r;
}

static void lane_submit(struct api_call *call)
{
	enum wire_lane lane = wire_call_row(call->name)->lane;
	bool index = lane == WIRE_LANE_INDEX;
	if (lane == WIRE_LANE_LOOP || (index && call->service->loop_db)) {
		call->on_loop = true;
		lane_run(call, index ? call->service->loop_db : NULL);
		return;
	}
	pool_take(call, lane_of_call(call));
}

/* The guard runs again: what was believed when it was parked may have ended. */
bool call_resume(struct api_call *call)
{
	call->now_ms = clock_now_ms(&call->service->clock);
	if (call->now_ms >= call->caller.until_ms)
		call_finish(call, PROBLEM_TOKEN_EXPIRED);
	else if (!tail_is_fresh(call->service->tail))
		call_finish(call, PROBLEM_STORE_UNAVAILABLE);
	else
		return pool_submit(call->service->lanes[WIRE_LANE_READ], lane_run, call) == 0;
	return true;
}

static struct api_call *call_create(const struct service *service, struct web_exchange *exchange)
{
	struct api_call *call = arena_alloc(&exchange->arena, sizeof *call);
	if (!call)
		return NULL;
	call->service = service;
	call->exchange = exchange;
	call->request = &exchange->request;
	call->now_ms = clock_now_ms(&service->clock);
	call->begun_ms = clock_mono_ms(&service->clock);
	arena_init(&call->arena, CALL_ARENA_BYTES_MAX);
	return call;
}

void api_dispatch(struct service *service, struct web_exchange *exchange)
{
	struct api_call *call = call_create(service, exchange);
	if (!call) {
		exchange->reply.status = STATUS_INTERNAL;
		web_finish(exchange);
		return;
	}
	int r = trace_keep(call, admit(call));
	if (r)
		call_finish(call, r);
	else
		lane_submit(call);
}

void api_unready(struct web_exchange *exchange)
{
	static const struct service nothing = {
		.log = {.fd = -1},
		.profile = &wire_profile_default,
	};
	struct api_call call = {
		.service = &nothing,
		.exchange = exchange,
		.request = &exchange->request,
	};
	problem_reply(&call, PROBLEM_STORE_UNAVAILABLE);
}
