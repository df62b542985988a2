/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of `shikaku-workstation`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/fault.h"

enum station_command {
	STATION_HELP,
	STATION_LOGIN,
	STATION_SYNC,
	STATION_CHARTS,
	STATION_CHART,
	STATION_PENDING,
	STATION_LOGOUT,
};

/* Texts are those of argv; NULL: not given. */
struct station_options {
	enum station_command command;
	const char *store, *service, *ca_file, *proxy, *session;
	const char *facility, *id, *from, *to;
	int64_t chart;
	int secret_fd;
};

enum options_outcome {
	OPTIONS_REFUSED = 1,
};

/* Outcome: OPTIONS_REFUSED; *ret_complaint is then a word of argv, or what is missing. */
MUST_CHECK int options_read(int argc, char **argv, struct station_options *ret_options,
			    const char **ret_complaint);

/* What --help prints. */
extern const char options_help[];
