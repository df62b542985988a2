/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The adapter for a page at the desk: libmicrohttpd on 127.0.0.1, one thread, a port from the
 * kernel, no TLS; behind the guard of local_guard.h.
 *
 * As with nginx the app answers by web_finish at once or from any thread later; meanwhile the
 * connection is suspended and costs no thread. app->start and app->stop are the program's own
 * business here; quit is called when the door closes, and must lead to a web_finish of everything
 * that waits. Each reply carries the headers of a page that loads nothing from elsewhere. Replies
 * that libmicrohttpd makes itself (to what is no HTTP at all) are bare.
 */
#pragma once

#include "lib/base/secret.h"
#include "lib/log/log.h"
#include "lib/web/web.h"

struct web_local;

struct web_local_options {
	const struct web_app *app;
	void *ctx; /* of app->handle */
	const struct log *log;
	uint32_t uid;	       /* whose connections are taken: geteuid() */
	size_t body_bytes_max; /* of a request; more is 413 */
	/* A file 0600 in a folder 0700, rewritten whenever its ticket is spent; see web_local.c. */
	const char *open_file;
};

/* Listens when it returns. Faults: those of the system, -EIO. */
MUST_CHECK int web_local_create(struct web_local **ret_local,
				const struct web_local_options *options);

/* Answers what waits, ends the thread, removes the open file. Accepts NULL. */
void web_local_destroy(struct web_local *local);

uint16_t web_local_port(const struct web_local *local);
