/* SPDX-License-Identifier: Apache-2.0 */
/* What `shikaku` says to people: on standard error, Japanese first. */
#pragma once

#include <stdbool.h>

#include "include/shikaku/shikaku.h"

enum {
	EXIT_UNEXPECTED = 1,
	EXIT_USAGE = 2,
};

/* The client's last error, what to do next, and whom to ask; answers the exit status. */
int say_error(const shk_client *client);

/* The same for a code without a client. */
int say_code(int32_t code);

/* A wrong command line; answers EXIT_USAGE. */
int say_usage(const char *complaint);

/* The progress bar of a download on a terminal's standard error; ctx is not used. */
int32_t SHK_CALL say_progress(void *ctx, int64_t done, int64_t total);

/* Is somebody watching standard error? */
bool say_is_watched(void);
