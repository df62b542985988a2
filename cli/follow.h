/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that go on where the last run stopped. What they keep is a line in a file of the
 * user's: the cursor of what was written out, the tag of what was counted.
 */
#pragma once

#include "cli/options.h"

int follow_count(struct link *link, const struct cli_options *options);
int follow_download(struct link *link, const struct cli_options *options);
int follow_watch(struct link *link, const struct cli_options *options);
