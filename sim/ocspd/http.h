/* SPDX-License-Identifier: Apache-2.0 */
/* As much HTTP/1.0 as an OCSP client speaks: one POST, one reply, one connection. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum {
	HTTP_HEAD_BYTES_MAX = 8 * 1024,
	HTTP_BODY_BYTES_MAX = 16 * 1024,
	HTTP_WAIT_MS = 5000,
};

enum http_outcome {
	HTTP_BAD = 1, /* not such a request, too long, too slow, or gone */
};

/* Read a request and give its body, in arena. Outcome: HTTP_BAD. Fault: -ENOMEM. */
MUST_CHECK int http_read(int fd, struct arena *arena, struct str *ret_body);

/* Best effort: nobody can be told of a failure. */
void http_reply(int fd, struct str body);
void http_refuse(int fd);
