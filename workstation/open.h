/* SPDX-License-Identifier: Apache-2.0 */
/* `shikaku-workstation open`: the page of this PC's vault, until somebody ends the program. */
#pragma once

#include <stdbool.h>

#include "lib/terminal/link.h"

/* given: --home; NULL: the usual place. Answers the exit status; what is not 0 has been said. */
/* link: how the service is reached; its address else as each facility's setting says. */
int open_run(const char *program, const char *given, bool has_browser,
	     const struct link_options *link);
