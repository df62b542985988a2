/* SPDX-License-Identifier: Apache-2.0 */
/* The client itself: what it is told once, its session, its end. */
#include "lib/client/inside.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/utf8.h"

void client_wait_system(void *ctx, int64_t ms, const atomic_int *cancelled)
{
	enum { SLICE_MS = 50 };
	(void)ctx;
	for (int64_t left_ms = ms; left_ms > 0 && !atomic_load(cancelled); left_ms -= SLICE_MS) {
		struct timespec slice = {.tv_nsec = SLICE_MS * 1000000L};
		if (left_ms < SLICE_MS)
			slice.tv_nsec = (long)left_ms * 1000000L;
		(void)nanosleep(&slice, NULL);
	}
}

int client_create(struct client **ret_client, const struct client_options *options)
{
	assert(options->transport.perform && options->clock && options->profile);
	assert(options->random && options->wait);
	struct client *client = calloc(1, sizeof *client);
	if (!client)
		return RAISE(ENOMEM);
	secret_memory_lock(client, sizeof *client); /* it keeps the password of an open session */
	client->options = *options;
	atomic_init(&client->cancelled, 0);
	arena_init(&client->trouble_arena, TROUBLE_BYTES_MAX);
	*ret_client = client;
	return 0;
}

void client_destroy(struct client *client)
{
	if (!client)
		return;
	session_clear(&client->session);
	arena_clear(&client->trouble_arena);
	arena_clear(&client->profile_arena);
	secret_memory_unlock(client, sizeof *client);
	free(client);
}

/* "https://host[:port]" and nothing behind it. */
static bool service_is_good(struct str service)
{
	struct str scheme = STR("https://");
	if (!str_starts(service, scheme) || service.len == scheme.len)
		return false;
	for (size_t i = scheme.len; i < service.len; i++) {
		unsigned char c = (unsigned char)service.ptr[i];
		if (c <= ' ' || c >= 0x7f || strchr("/?#@\\\"<>", c))
			return false;
	}
	return true;
}

int client_service_set(struct client *client, struct str service)
{
	if (service.len && service.ptr[service.len - 1] == '/')
		service.len--;
	if (service.len >= sizeof client->service || !service_is_good(service))
		return RAISE(EINVAL);
	if (client->session.state != SESSION_NONE &&
	    !str_equal(service, str_of(client->session.service)))
		return RAISE(EINVAL);
	int r = str_to_c(service, client->service, sizeof client->service);
	return r ? PASS(r) : 0;
}

const char *client_service(const struct client *client)
{
	return client->service;
}

static bool text_is_good(struct str text, size_t characters_max)
{
	return text.len && utf8_valid(text) && !utf8_has_control(text) &&
	       utf8_count(text) <= characters_max;
}

int client_program_set(struct client *client, const struct wire_client *program)
{
	if (!text_is_good(program->vendor, WIRE_CLIENT_VENDOR_MAX) ||
	    !text_is_good(program->product, WIRE_CLIENT_PRODUCT_MAX) ||
	    !text_is_good(program->version, WIRE_CLIENT_VERSION_MAX))
		return RAISE(EINVAL);
	int r = str_to_c(program->vendor, client->vendor, sizeof client->vendor);
	if (!r)
		r = str_to_c(program->product, client->product, sizeof client->product);
	if (!r)
		r = str_to_c(program->version, client->version, sizeof client->version);
	return r ? PASS(r) : 0;
}

void client_device_set(struct client *client, const struct signing_key *key)
{
	client->device = key;
}

void client_keep_password_set(struct client *client, bool keep)
{
	client->password_is_dropped = !keep;
	if (!keep)
		secret_wipe(&client->session.password);
}

void client_cancel(struct client *client)
{
	atomic_store(&client->cancelled, 1);
	if (client->options.transport.cancel)
		client->options.transport.cancel(client->options.transport.ctx);
}

void client_answer_init(struct client_answer *answer)
{
	*answer = (struct client_answer){0};
	arena_init(&answer->arena, ANSWER_BYTES_MAX);
}

void client_answer_clear(struct client_answer *answer)
{
	wire_input_clear(&answer->input);
	arena_clear(&answer->arena);
}

const struct session *client_session(const struct client *client)
{
	return &client->session;
}

int client_session_save(struct client *client, const char *path)
{
	call_begin(client);
	if (client->session.state == SESSION_NONE)
		return trouble_local(client, PROBLEM_SESSION_ABSENT);
	int r = session_save(&client->session, path);
	if (r > 0)
		return trouble_local(client, PROBLEM_FILE_UNUSABLE);
	return r ? PASS(r) : 0;
}

/* A session is of one service; its token must never travel to another. */
static int session_adopt(struct client *client, const struct session *session)
{
	if (client->service[0] && strcmp(client->service, session->service) != 0)
		return trouble_local(client, PROBLEM_SESSION_ABSENT);
	if (!service_is_good(str_of(session->service)))
		return trouble_local(client, PROBLEM_FILE_UNUSABLE);
	int r = str_to_c(str_of(session->service), client->service, sizeof client->service);
	if (r)
		return PASS(r);
	session_clear(&client->session);
	client->session = *session;
	return 0;
}

int client_session_load(struct client *client, const char *path)
{
	AUTO(session_clear) struct session session = {.state = SESSION_NONE};
	call_begin(client);
	int r = session_load(path, &session);
	if (r < 0)
		return PASS(r);
	switch ((enum session_outcome)r) {
	case SESSION_ABSENT: return trouble_local(client, PROBLEM_SESSION_ABSENT);
	case SESSION_EXPOSED:
	case SESSION_DAMAGED:
	case SESSION_UNWRITABLE: return trouble_local(client, PROBLEM_FILE_UNUSABLE);
	}
	r = session_adopt(client, &session);
	return r < 0 ? PASS(r) : r;
}
