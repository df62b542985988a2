/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a client whose service is a script. */
#pragma once

#include <stdlib.h>

#include "lib/base/test.h"
#include "lib/client/client.h"
#include "lib/client/transport_fake.h"

#define SERVICE "https://service.example"
#define PROOF                                         \
	"eyJhbGciOiJFUzI1NiJ9.."                      \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const char tokens_reply[] =
	"{\"access_token\":\"token-1\",\"token_type\":\"Bearer\",\"expires_in\":600,"
	"\"refresh_handle\":\"handle-1\",\"session_expires_in\":43200,"
	"\"account_kind\":\"WA\",\"facility_name\":\"さくら整骨院\"}";
static const char challenge_reply[] = "{\"challenge\":\"challenge-1\",\"expires_in\":300}";

/* A client over a script; waits are noted, and only they move the clock. */
struct desk {
	struct transport_fake fake;
	struct clock_fake time;
	struct clock clock;
	struct client *client;
	int64_t waited_ms;
	size_t waits;
	bool cancel_in_wait;
};

static void wait_note(void *ctx, int64_t ms, const atomic_int *cancelled)
{
	struct desk *desk = ctx;
	(void)cancelled;
	desk->time.now_ms += ms;
	desk->waited_ms += ms;
	desk->waits++;
	if (desk->cancel_in_wait)
		client_cancel(desk->client);
}

/* The set-up: a client that nobody has logged in. */
static int desk_open(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	assert_non_null(desk);
	transport_fake_init(&desk->fake, NULL, 0);
	desk->time.now_ms = 1795300000000;
	desk->clock = clock_of_fake(&desk->time);
	const struct client_options options = {
		.transport = transport_of_fake(&desk->fake),
		.clock = &desk->clock,
		.profile = &wire_profile_default,
		.random = random_bytes,
		.wait = wait_note,
		.wait_ctx = desk,
	};
	const struct wire_client program = {STR("会社"), STR("製品"), STR("1.0")};
	assert_int_equal(client_create(&desk->client, &options), 0);
	assert_int_equal(client_service_set(desk->client, STR(SERVICE)), 0);
	assert_int_equal(client_program_set(desk->client, &program), 0);
	*state = desk;
	return 0;
}

static int desk_close(void **state)
{
	struct desk *desk = *state;
	client_destroy(desk->client);
	transport_fake_clear(&desk->fake);
	free(desk);
	return 0;
}

/* From now on these answers; the requests and waits so far are forgotten. */
static void script(struct desk *desk, const struct transport_fake_step *steps, size_t count)
{
	transport_fake_script(&desk->fake, steps, count);
	desk->waits = 0;
	desk->waited_ms = 0;
}
#define SCRIPT(desk, steps) script((desk), (steps), sizeof(steps) / sizeof(steps)[0])

static inline int login(struct desk *desk)
{
	return client_login(desk->client, STR("1312345678"), STR("WA0000001"),
			    STR("correct horse battery"));
}

static inline void logged_in(struct desk *desk)
{
	static const struct transport_fake_step steps[] = {
		{.status = 200, .body = challenge_reply},
		{.status = 200, .body = tokens_reply},
	};
	SCRIPT(desk, steps);
	assert_int_equal(login(desk), 0);
	assert_int_equal(client_mfa(desk->client, STR("123456")), 0);
	assert_int_equal(client_session(desk->client)->state, SESSION_OPEN);
}

static const struct wire_search november = {
	.from_ms = 1793458800000, /* 2026-11-01 JST */
	.to_ms = 1796050799000,
};

static inline bool contains(struct str text, const char *part)
{
	return text.ptr && strstr(text.ptr, part);
}
