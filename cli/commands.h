/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of `shikaku`, each over the public header only. */
#pragma once

#include "cli/options.h"

/* Carry out; answers the exit status, everything has been said. */
int command_run(struct link *link, const struct cli_options *options);

/* references.c: reference --file, with an open session. */
int command_references(struct link *link, const char *path);
