/* SPDX-License-Identifier: Apache-2.0 */
/* The planted faults: pieces of the service that are broken on purpose, by the linker's --wrap. */
#pragma once

#include <stdbool.h>

#include "lib/pki/pki.h"

struct faults {
	bool believes_all;   /* whatever answer is found wanting passes for good */
	bool never_forgets;  /* what was remembered has no end */
	bool all_may_ask;    /* before a silent responder too */
	bool followers_wait; /* for as long as it takes */
	bool alarms_unhooked;
};

/* Read by the wrapped functions; set while nothing runs. */
extern struct faults faults;
