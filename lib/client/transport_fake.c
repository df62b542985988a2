/* SPDX-License-Identifier: Apache-2.0 */
/* A transport that reads its lines from a script. */
#include "lib/client/transport_fake.h"

#include <assert.h>

enum { FAKE_BYTES_MAX = 16 * 1024 * 1024 };

void transport_fake_init(struct transport_fake *fake, const struct transport_fake_step *steps,
			 size_t steps_count)
{
	*fake = (struct transport_fake){.steps = steps, .steps_count = steps_count};
	arena_init(&fake->arena, FAKE_BYTES_MAX);
}

void transport_fake_script(struct transport_fake *fake, const struct transport_fake_step *steps,
			   size_t steps_count)
{
	fake->steps = steps;
	fake->steps_count = steps_count;
	fake->asked_count = 0;
	memset(fake->asked, 0, sizeof fake->asked);
}

void transport_fake_clear(struct transport_fake *fake)
{
	arena_clear(&fake->arena);
}

static int asked_header(struct transport_fake *fake, struct transport_fake_asked *asked,
			const struct transport_header *header)
{
	struct str *place = NULL;
	if (str_equal(header->name, STR("Authorization")))
		place = &asked->authorization;
	else if (str_equal(header->name, STR("Idempotency-Key")))
		place = &asked->idempotency_key;
	else if (str_equal(header->name, STR("DPoP")))
		place = &asked->proof;
	else if (str_equal(header->name, STR("If-None-Match")))
		place = &asked->if_none_match;
	int r = place ? arena_copy(&fake->arena, header->value, place) : 0;
	return r ? PASS(r) : 0;
}

static int remember(struct transport_fake *fake, const struct transport_request *request)
{
	struct transport_fake_asked *asked = &fake->asked[fake->asked_count];
	int r = arena_copy(&fake->arena, request->method, &asked->method);
	if (!r)
		r = arena_copy(&fake->arena, request->url, &asked->url);
	if (!r && request->body.ptr)
		r = arena_copy(&fake->arena, request->body, &asked->body);
	for (size_t i = 0; !r && i < request->headers_count; i++)
		r = asked_header(fake, asked, &request->headers[i]);
	asked->patience_ms = request->patience_ms;
	fake->asked_count++;
	return r ? PASS(r) : 0;
}

static int reply_make(const struct transport_fake_step *step, struct arena *arena,
		      struct transport_reply *ret_reply)
{
	const char *type = step->status >= 400 ? "application/problem+json" : "application/json";
	struct transport_reply reply = {.status = step->status};
	int r = arena_copy(arena, str_of(step->content_type ? step->content_type : type),
			   &reply.content_type);
	if (!r)
		r = arena_copy(arena, str_of(step->body ? step->body : ""), &reply.body);
	if (!r && step->date)
		r = arena_copy(arena, str_of(step->date), &reply.date);
	if (!r && step->retry_after)
		r = arena_copy(arena, str_of(step->retry_after), &reply.retry_after);
	if (!r && step->etag)
		r = arena_copy(arena, str_of(step->etag), &reply.etag);
	if (r)
		return PASS(r);
	*ret_reply = reply;
	return 0;
}

static int fake_perform(void *ctx, const struct transport_request *request, struct arena *arena,
			struct transport_reply *ret_reply)
{
	struct transport_fake *fake = ctx;
	assert(fake->asked_count < TRANSPORT_FAKE_STEPS_MAX);
	size_t at = fake->asked_count;
	int r = remember(fake, request);
	if (r)
		return PASS(r);
	if (request->cancelled && atomic_load(request->cancelled))
		return TRANSPORT_CANCELLED;
	if (at >= fake->steps_count)
		return TRANSPORT_UNREACHABLE;
	if (fake->steps[at].outcome)
		return fake->steps[at].outcome;
	r = reply_make(&fake->steps[at], arena, ret_reply);
	return r ? PASS(r) : 0;
}

struct transport transport_of_fake(struct transport_fake *fake)
{
	return (struct transport){.perform = fake_perform, .ctx = fake};
}
