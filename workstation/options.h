/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of `shikaku-workstation`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/terminal/link.h"

enum station_command {
	STATION_HELP,
	STATION_VERSION,
	STATION_OPEN,
	STATION_INIT,
	STATION_BACKUP,
	STATION_RESTORE,
	STATION_RECOVER,
	STATION_LOGIN,
	STATION_MFA,
	STATION_REFRESH,
	STATION_SYNC,
	STATION_CHARTS,
	STATION_CHART,
	STATION_PENDING,
	STATION_RESULTS,
	STATION_LINK,
	STATION_NEW,
	STATION_LOGOUT,
};

/* Texts are those of argv; NULL: not given. */
struct station_options {
	enum station_command command;
	struct link_options link;
	const char *home, *facility, *staff, *name, *id, *from, *to;
	const char *result_id;
	int64_t chart; /* 0: none */
	int keep;      /* backups that stay; 0: not said */
	bool by_recovery;
	bool no_browser;
	int qualification; /* which of several, from 1; 0: not said */
};

/* Outcomes: those of command_line_read; *ret_complaint is then a word of argv, or what is missing.
 */
MUST_CHECK int options_read(int argc, char **argv, struct station_options *ret_options,
			    const char **ret_complaint);

/* What --help prints. */
extern const char options_help[];
