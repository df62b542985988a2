/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transport for tests: it answers from a script, line by line, and remembers what it was asked.
 */
#pragma once

#include "lib/client/transport.h"

enum { TRANSPORT_FAKE_STEPS_MAX = 32 };

struct transport_fake_step {
	int outcome; /* 0, or enum transport_outcome, or a fault: then no reply */
	int status;
	const char *body;
	const char *content_type; /* NULL: application/json, or problem+json from status 400 */
	const char *retry_after;
	const char *date;
	const char *etag;
};

/* What one request looked like; in the fake's arena. */
struct transport_fake_asked {
	struct str method;
	struct str url;
	struct str body;
	struct str authorization;
	struct str idempotency_key;
	struct str proof; /* DPoP */
	struct str if_none_match;
	int64_t patience_ms;
};

struct transport_fake {
	const struct transport_fake_step *steps;
	size_t steps_count; /* one more request than steps is TRANSPORT_UNREACHABLE */
	struct transport_fake_asked asked[TRANSPORT_FAKE_STEPS_MAX];
	size_t asked_count;
	struct arena arena;
};

void transport_fake_init(struct transport_fake *fake, const struct transport_fake_step *steps,
			 size_t steps_count);
/* From now on these answers; the requests so far are forgotten. */
void transport_fake_script(struct transport_fake *fake, const struct transport_fake_step *steps,
			   size_t steps_count);
void transport_fake_clear(struct transport_fake *fake);
struct transport transport_of_fake(struct transport_fake *fake);
