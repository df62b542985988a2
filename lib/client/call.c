/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a call to bytes and back: headers, tries, the token's renewal.
 *
 * A call is repeated only when that is safe: when nothing was sent, or when carrying it out twice
 * is as good as once (a reading call, or one under an idempotency key).
 */
#include "lib/client/inside.h"

#include <assert.h>
#include <stdio.h>

#include "lib/base/number.h"
#include "lib/client/date.h"
#include "lib/client/retry.h"
#include "lib/wire/spelling.h"

enum {
	CALL_HEADERS_MAX = 7,
	STATUS_NOT_MODIFIED = 304,
	PROOF_OFF_MS = 5000, /* nearer than that a clock is right enough */
};

/* The headers of one request. */
struct headers {
	struct transport_header items[CALL_HEADERS_MAX];
	size_t count;
};

static void header_put(struct headers *headers, struct str name, struct str value)
{
	assert(headers->count < CALL_HEADERS_MAX);
	headers->items[headers->count++] = (struct transport_header){name, value};
}

void call_begin(struct client *client)
{
	atomic_store(&client->cancelled, 0);
	client->trouble = (struct client_trouble){0};
	arena_clear(&client->trouble_arena);
}

void key_make(const struct client *client, char key[SESSION_KEY_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[SESSION_KEY_BYTES / 2];
	client->options.random(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++) {
		key[2 * i] = digits[bytes[i] >> 4];
		key[2 * i + 1] = digits[bytes[i] & 15];
	}
	key[SESSION_KEY_BYTES - 1] = '\0';
}

static int url_make(const struct client *client, const struct call *call, struct arena *arena,
		    struct str *ret_url, struct str *ret_url_bare)
{
	const struct wire_profile *profile = client->options.profile;
	struct str path, query;
	int r = wire_path(profile, call->call, call->argument, arena, &path);
	if (!r)
		r = arena_print(arena, ret_url_bare, "%s%.*s", client->service, STR_ARG(path));
	if (!r)
		r = spelling_query_out(profile, arena, call->query, &query);
	if (r)
		return PASS(r);
	*ret_url = *ret_url_bare;
	if (query.ptr)
		r = arena_print(arena, ret_url, "%.*s?%.*s", STR_ARG(*ret_url_bare),
				STR_ARG(query));
	return r ? PASS(r) : 0;
}

static int proof_put(struct client *client, const struct call *call, struct str method,
		     struct str url, struct arena *arena, struct headers *headers)
{
	struct str proof, token = {0}, body = {0};
	if (call->with_token) {
		token = str_of(client->session.access_token);
		body = call->body;
	}
	int r = proof_make(client, arena, method, url, token, body, &proof);
	if (r)
		return PASS(r);
	header_put(headers, STR("DPoP"), proof);
	return 0;
}

static int headers_make(struct client *client, const struct call *call, struct str method,
			struct str url, struct arena *arena, struct headers *headers)
{
	struct str token;
	int r;
	header_put(headers, STR("Accept"), STR("application/json, application/problem+json"));
	if (call->body.ptr)
		header_put(headers, STR("Content-Type"), STR("application/json"));
	if (call->idempotency_key.ptr)
		header_put(headers, STR("Idempotency-Key"), call->idempotency_key);
	if (call->if_none_match.ptr)
		header_put(headers, STR("If-None-Match"), call->if_none_match);
	if (call->with_token) {
		r = spelling_token_out(client->options.profile, arena,
				       str_of(client->session.access_token), &token);
		if (r)
			return PASS(r);
		header_put(headers, STR("Authorization"), token);
	}
	r = call->with_proof ? proof_put(client, call, method, url, arena, headers) : 0;
	return r ? PASS(r) : 0;
}

/* One exchange; every try has a proof of its own, since a proof is spent. */
static int exchange(struct client *client, const struct call *call, struct arena *arena,
		    struct transport_reply *ret_reply)
{
	struct headers headers = {.count = 0};
	struct str url, url_bare;
	struct transport_request request = {
		.method = str_of(wire_profile_method(client->options.profile, call->call)),
		.body = call->body,
		.reply_bytes_max = call->reply_bytes_max ? call->reply_bytes_max : REPLY_BYTES_MAX,
		.patience_ms = call->wait_s * 1000,
		.cancelled = &client->cancelled,
	};
	int r = url_make(client, call, arena, &url, &url_bare);
	if (!r)
		r = headers_make(client, call, request.method, url_bare, arena, &headers);
	if (r)
		return PASS(r);
	request.url = url;
	request.headers = headers.items;
	request.headers_count = headers.count;
	r = client->options.transport.perform(client->options.transport.ctx, &request, arena,
					      ret_reply);
	return r < 0 ? PASS(r) : r;
}

static int transport_problem(struct client *client, enum transport_outcome outcome)
{
	switch (outcome) {
	case TRANSPORT_UNREACHABLE: return trouble_local(client, PROBLEM_NETWORK_UNREACHABLE);
	case TRANSPORT_TLS: return trouble_local(client, PROBLEM_TLS_REFUSED);
	case TRANSPORT_TIMEOUT:
	case TRANSPORT_BROKEN: return trouble_local(client, PROBLEM_NETWORK_TIMEOUT);
	case TRANSPORT_TOO_LARGE: return trouble_local(client, PROBLEM_REPLY_MALFORMED);
	case TRANSPORT_CANCELLED: return trouble_local(client, PROBLEM_CANCELLED);
	}
	return RAISE(EINVAL);
}

/* The exchange, spelt by the profile there and back. */
static int exchange_spelt(struct client *client, const struct call *call, struct arena *arena,
			  struct transport_reply *ret_reply)
{
	const struct wire_profile *profile = client->options.profile;
	struct call spelt = *call;
	int r = spelling_body_out(profile, WIRE_BODY_REQUEST, arena, call->body, &spelt.body);
	if (r)
		return PASS(r);
	r = exchange(client, &spelt, arena, ret_reply);
	if (r)
		return r < 0 ? PASS(r) : r;
	enum wire_body kind = ret_reply->status / 100 == 2 ? WIRE_BODY_REPLY : WIRE_BODY_PROBLEM;
	r = spelling_body_in(profile, kind, arena, ret_reply->body, &ret_reply->body);
	if (r == SPELLING_UNFIT)
		ret_reply->body = STR(""); /* which no decoder takes */
	return r < 0 ? PASS(r) : 0;
}

/*
 * A proof that was refused may have come from a clock that is wrong, and a desk does not know how
 * to set it: proofs then follow the service's. True: they did not before.
 */
static bool clock_follow(struct client *client, const struct transport_reply *reply)
{
	int64_t theirs_ms, ours_ms = clock_now_ms(client->options.clock);
	if (date_parse(reply->date, &theirs_ms) != 0)
		return false;
	int64_t skew_ms = theirs_ms - ours_ms, off_ms = skew_ms - client->skew_ms;
	if (off_ms > -PROOF_OFF_MS && off_ms < PROOF_OFF_MS)
		return false;
	client->skew_ms = skew_ms;
	return true;
}

/* A Date is cut to its second: on the average half of one is missing. */
static void clock_note(struct client *client, const struct transport_reply *reply)
{
	int64_t theirs_ms;
	if (date_parse(reply->date, &theirs_ms) != 0)
		return;
	client->ahead_ms = theirs_ms + 500 - clock_now_ms(client->options.clock);
	client->has_ahead = true;
}

bool client_clock(const struct client *client, int64_t *ret_ahead_ms)
{
	if (client->has_ahead)
		*ret_ahead_ms = client->ahead_ms;
	return client->has_ahead;
}

/* One try: 0, or a fault, or a problem that the trouble tells. */
static int attempt(struct client *client, const struct call *call, struct arena *arena,
		   struct str *ret_body, bool *ret_late)
{
	struct transport_reply reply;
	int r = exchange_spelt(client, call, arena, &reply);
	if (r < 0)
		return PASS(r);
	if (r > 0) {
		r = transport_problem(client, (enum transport_outcome)r);
		return r < 0 ? PASS(r) : r;
	}
	clock_note(client, &reply);
	bool is_known = reply.status == STATUS_NOT_MODIFIED && call->if_none_match.ptr;
	if (reply.status / 100 != 2 && !is_known) {
		r = trouble_reply(client, &reply);
		*ret_late = r == PROBLEM_DEVICE_PROOF_REFUSED && call->with_proof &&
			    clock_follow(client, &reply);
		return r < 0 ? PASS(r) : r;
	}
	*ret_body = is_known ? (struct str){0} : reply.body;
	if (call->ret_etag)
		*call->ret_etag = reply.etag;
	return 0;
}

/* Would trying the same again make sense, and do no harm? */
static bool is_worth_repeating(const struct call *call, int problem)
{
	if (problem == PROBLEM_NETWORK_UNREACHABLE)
		return true;
	if (problem == PROBLEM_TOO_MANY_REQUESTS) /* nothing was looked at yet */
		return true;
	return call->is_repeatable &&
	       (problem == PROBLEM_NETWORK_TIMEOUT || problem == PROBLEM_BUSY ||
		problem == PROBLEM_STORE_UNAVAILABLE);
}

static uint32_t chance(const struct client *client)
{
	uint32_t number;
	client->options.random(&number, sizeof number);
	return number;
}

int call_perform(struct client *client, const struct call *call, struct arena *arena,
		 struct str *ret_body)
{
	const struct client_options *options = &client->options;
	if (!client->service[0])
		return trouble_local(client, PROBLEM_SETTINGS_INVALID);
	for (int tries = 1;; tries++) {
		bool is_late = false;
		int r = attempt(client, call, arena, ret_body, &is_late);
		if (is_late && tries < RETRY_TRIES_MAX)
			continue;
		if (r <= 0 || !is_worth_repeating(call, r))
			return r < 0 ? PASS(r) : r;
		int64_t delay_ms =
			retry_delay_ms(tries, client->trouble.retry_after_s, chance(client));
		if (delay_ms < 0)
			return r;
		options->wait(options->wait_ctx, delay_ms, &client->cancelled);
		if (atomic_load(&client->cancelled))
			return trouble_local(client, PROBLEM_CANCELLED);
	}
}

/* Before the call: a token that soon ends is renewed; while it still lives, failing is no harm. */
static int token_freshen(struct client *client)
{
	int64_t now_ms = clock_now_ms(client->options.clock);
	if (!session_token_is_old(&client->session, now_ms))
		return 0;
	bool is_over = session_token_is_over(&client->session, now_ms);
	if (!client->session.password.len)
		return is_over ? trouble_local(client, PROBLEM_TOKEN_EXPIRED) : 0;
	int r = session_renew(client);
	if (r > 0 && !is_over && client->session.state == SESSION_OPEN && r != PROBLEM_CANCELLED) {
		client->trouble = (struct client_trouble){0};
		return 0;
	}
	return r < 0 ? PASS(r) : r;
}

/* With a proof where this facility asks for one; that it does is learned once. */
static int call_proven(struct client *client, const struct call *call, struct arena *arena,
		       struct str *ret_body)
{
	struct call proven = *call;
	bool may_prove = client->device && !call->with_proof;
	proven.with_proof = call->with_proof || (may_prove && client->session.proves[0]);
	int r = call_perform(client, &proven, arena, ret_body);
	if (r == PROBLEM_DEVICE_PROOF_REFUSED && may_prove && !proven.with_proof) {
		client->session.proves[0] = '1';
		proven.with_proof = true;
		r = call_perform(client, &proven, arena, ret_body);
	}
	return r < 0 ? PASS(r) : r;
}

int call_with_token(struct client *client, const struct call *call, struct arena *arena,
		    struct str *ret_body)
{
	if (client->session.state != SESSION_OPEN)
		return trouble_local(client, PROBLEM_SESSION_ABSENT);
	int r = token_freshen(client);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = call_proven(client, call, arena, ret_body);
	if (r == PROBLEM_TOKEN_EXPIRED && client->session.password.len) {
		/* The service's clock is ahead of ours. */
		r = session_renew(client);
		if (!r)
			r = call_proven(client, call, arena, ret_body);
	}
	if (r == PROBLEM_SESSION_ENDED)
		session_clear(&client->session);
	if (r == 0)
		client->trouble = (struct client_trouble){0};
	return r < 0 ? PASS(r) : r;
}
