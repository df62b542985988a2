/* SPDX-License-Identifier: Apache-2.0 */
/* How a settings file is refused: each mistake in two lines, Japanese first. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct config_report {
	const char *path; /* of the settings file */
	FILE *out;	  /* may be NULL */
	int line;	  /* where in it; 0: nowhere in particular */
	bool refused;	  /* something was */
};

/* "path:line: [section] key: sentence" in both languages; section NULL: without it. */
void config_refuse(struct config_report *report, const char *section, const char *key,
		   const char *ja, const char *en);
