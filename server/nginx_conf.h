/* SPDX-License-Identifier: Apache-2.0 */
/* The nginx configuration of shikakud, made from the settings. Nobody edits it. */
#pragma once

#include <stdio.h>

#include "server/config.h"

/* Where things are on this machine. All borrowed for the call; absolute paths. */
struct nginx_conf_place {
	const char *settings; /* the settings file */
	const char *module;   /* shikakud_module.so */
	const char *run_dir;  /* pid file and temporary folders */
	bool root;	      /* started as root: the worker stays root, to open keys and store */
};

/*
 * May path stand in nginx.conf? Absolute, and without the characters that nginx reads as its own.
 * Paths out of struct config do.
 */
bool nginx_conf_takes(const char *path);

/* Write it all. Fault: -EIO. */
MUST_CHECK int nginx_conf_write(FILE *out, const struct config *config,
				const struct nginx_conf_place *place);
