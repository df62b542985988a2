/* SPDX-License-Identifier: Apache-2.0 */
/* `shikaku-workstation open`: the page of this PC's vault, until somebody ends the program. */
#pragma once

#include <stdbool.h>

/* given: --home; NULL: the usual place. Answers the exit status; what is not 0 has been said. */
int open_run(const char *program, const char *given, bool has_browser);
