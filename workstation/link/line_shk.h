/* SPDX-License-Identifier: Apache-2.0 */
/* The line through libshikaku. */
#pragma once

#include "workstation/link/line.h"

/* How the service is reached; texts end with a NUL. NULL: the usual. */
struct line_shk_options {
	const char *service; /* "https://…" */
	const char *ca_file, *proxy, *wire_profile;
	const char *device_folder; /* where this PC's keys lie */
};

struct line_shk;

/*
 * Made, nothing sent. Fault: -ENOMEM; -EINVAL when an option is refused (an address that is none, a
 * profile that cannot be read).
 */
MUST_CHECK int line_shk_create(struct line_shk **ret_line, const struct line_shk_options *options);
void line_shk_destroy(struct line_shk *line); /* accepts NULL */
DEFINE_AUTO_POINTER(struct line_shk, line_shk_destroy)

/* Borrowed from line. */
struct line line_of_shk(struct line_shk *line);
