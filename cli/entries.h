/* SPDX-License-Identifier: Apache-2.0 */
/* Searches by the command line, and their results as lines. Each answers the exit status. */
#pragma once

#include <stdio.h>

#include "cli/options.h"

/* Period and conditions; *ret_search is NULL unless 0 is answered. */
int search_make(const struct link *link, const struct cli_options *options,
		shk_search **ret_search);

void count_say(int64_t count, int64_t without);

/* One line. False: it did not get out. */
bool entry_write(FILE *out, const shk_result *result);
/* All that are left; flushed, also when they end with an error. */
int entries_write(const struct link *link, shk_results *results, FILE *out, const char *path);
/* How many there were, where somebody watches. */
void entries_say(const shk_results *results);

/*
 * write(ctx, …) to path; NULL or "-": standard output. A file appears whole or not at all and is
 * its owner's only, since it is full of patients.
 */
int entries_to(const struct link *link, const char *path, int (*write)(void *ctx, FILE *out),
	       void *ctx);
bool entries_are_to_file(const char *path);
