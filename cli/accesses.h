/* SPDX-License-Identifier: Apache-2.0 */
/* shikaku accesses: who did what at this facility. */
#pragma once

#include "cli/options.h"

/* Answers the exit status; everything has been said. */
int accesses_command(struct link *link, const struct cli_options *options);
