/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport over libcurl: no redirects, no proxy of the environment, http and https only. A
 * connection that the responder keeps open carries the next question too.
 */
#pragma once

#include <stdbool.h>

#include "server/revocation/revocation.h"

enum { POST_IDLE_MAX = 64 }; /* handles, each with its connection, that wait for a question */

struct post;

/* Faults: -EIO, -ENOMEM. */
MUST_CHECK int post_create(struct post **ret_post);
/* No question is under way any more. Accepts NULL. */
void post_destroy(struct post *post);
DEFINE_AUTO_POINTER(struct post, post_destroy)

/* An absolute http or https URL without user and password? */
bool post_url_allowed(const char *url);

/* As struct revocation_transport says. ctx: a struct post. */
MUST_CHECK int post_send(void *ctx, const char *url, int64_t timeout_ms, struct str request,
			 struct arena *arena, struct str *ret_response, const char **ret_cause);
