/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP exchange and nothing more: no redirect, no cookie, no retry. curl, WinHTTP (later) and a
 * script for tests plug into the same socket; everything that can be decided is decided above it.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum transport_outcome {
	TRANSPORT_UNREACHABLE = 1, /* no name, no route, refused: nothing was sent */
	TRANSPORT_TLS,		   /* certificate, host name or version refused: nothing was sent */
	TRANSPORT_TIMEOUT,	   /* may have been carried out */
	TRANSPORT_BROKEN,	   /* the connection ended early; may have been carried out */
	TRANSPORT_TOO_LARGE,	   /* the answer is longer than reply_bytes_max */
	TRANSPORT_CANCELLED,	   /* may have been carried out */
};

struct transport_header {
	struct str name;
	struct str value;
};

struct transport_request {
	struct str method; /* "GET", "POST", "PUT" */
	struct str url;	   /* https, whole */
	const struct transport_header *headers;
	size_t headers_count;
	struct str body; /* absent: none */
	size_t reply_bytes_max;
	int64_t patience_ms; /* how much longer than usual the answer may take: it waits there */
	const atomic_int *cancelled; /* not 0: stop soon; set by any thread */
};

/* Everything lives in the arena given to perform; a NUL stands behind each text. */
struct transport_reply {
	int status;
	struct str content_type; /* absent: none */
	struct str request_id;	 /* X-Request-Id */
	struct str retry_after;	 /* Retry-After */
	struct str date;	 /* Date */
	struct str etag;	 /* ETag */
	struct str body;	 /* never absent */
};

struct transport {
	/* Outcomes: enum transport_outcome. Faults: -ENOMEM, -EIO (the library itself failed). */
	int (*perform)(void *ctx, const struct transport_request *request, struct arena *arena,
		       struct transport_reply *ret_reply);
	/* Wake a perform that cannot look at the flag by itself; from any thread. May be NULL. */
	void (*cancel)(void *ctx);
	void *ctx;
};
