/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One workstation with its window in the user's browser, from its start to its end: a home folder
 * that only one process has at a time, the station, the door on loopback, the browser.
 */
#pragma once

#include <stdbool.h>

#include "workstation/faces/station.h"

enum { WINDOW_PATH_BYTES = 4096 };

enum window_outcome {
	WINDOW_ELSEWHERE = 1, /* another process has the home; its page was opened */
	WINDOW_HOME_UNUSABLE, /* not to be made or written, or open to others */
};

struct window {
	const char *home; /* as home_find gives it; made if need be */
	bool has_browser; /* start one */
	struct station *station;
	struct web_local *door;
	int lock_fd;
	char open_file[WINDOW_PATH_BYTES]; /* home/run/open.html: a browser that opens it is in */
};

/* The folder of this home; *ret_lock_fd is held until window_close. Outcomes: all. */
MUST_CHECK int window_claim(struct window *window);
/* Start the station's page; after window_claim. Faults: of station_create, web_local_create. */
MUST_CHECK int window_open(struct window *window, const struct station_config *config);
/* Until SIGTERM, SIGINT or SIGHUP. */
void window_wait(void);
void window_close(struct window *window); /* accepts what was never opened */

/* Before any thread begins: the signals of window_wait are its own. */
void window_signals_take(void);
