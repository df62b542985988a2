/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a call of the page to its station, without a browser. */
#pragma once

#include <string.h>

#include "lib/base/test.h"
#include "lib/web/web_fake.h"
#include "workstation/faces/station.h"

/* The body of the reply, until the next call; the rest of it stands in exchange. */
static struct str test_post(struct station *station, struct web_exchange *exchange,
			    const char *path, const char *body)
{
	const struct web_request request = {.method = STR("POST"),
					    .path = str_of(path),
					    .body = str_of(body)};
	web_fake_clear(exchange);
	web_fake_call(&station_app, station, &request, exchange);
	return exchange->reply.body;
}

static bool test_has(struct str text, const char *part)
{
	return text.ptr && memmem(text.ptr, text.len, part, strlen(part));
}
