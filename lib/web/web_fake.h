/* SPDX-License-Identifier: Apache-2.0 */
/* The door without sockets: unit tests, fuzzers and simulation call a web_app through it. */
#pragma once

#include "lib/web/web.h"

/*
 * Hand request (its strings stay the caller's) to app and wait for the reply.
 * *ret_exchange is the caller's until web_fake_clear.
 */
void web_fake_call(const struct web_app *app, void *ctx, const struct web_request *request,
		   struct web_exchange *ret_exchange);
void web_fake_clear(struct web_exchange *exchange);
