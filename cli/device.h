/* SPDX-License-Identifier: Apache-2.0 */
/* The commands around registered devices. Each answers the exit status. */
#pragma once

#include "cli/options.h"

/* device list | register | close. */
int device_command(struct link *link, const struct cli_options *options);
