/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of `shikaku`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/terminal/link.h"

enum cli_command {
	CLI_HELP,
	CLI_VERSION,
	CLI_LOGIN,
	CLI_MFA,
	CLI_REFRESH,
	CLI_PASSWORD,
	CLI_COUNT,
	CLI_DOWNLOAD,
	CLI_WATCH,
	CLI_REFERENCE,
	CLI_JWKS,
	CLI_STATUS,
	CLI_VERIFY_PROOF,
	CLI_DEVICE,
	CLI_ACCESSES,
	CLI_LOGOUT,
};

enum cli_device {
	CLI_DEVICE_LIST,
	CLI_DEVICE_REGISTER,
	CLI_DEVICE_CLOSE,
};

/* Texts are those of argv; NULL: not given. */
struct cli_options {
	enum cli_command command;
	struct link_options link;
	const char *facility, *id;
	const char *from, *to, *out;
	const char *result_id, *number, *expected;
	const char *jwks, *proof, *file; /* verify-proof; file: reference too */
	int32_t reference;		 /* SHK_REFERENCE_… */
	int32_t validity;		 /* 0: any */
	const char *card_class;
	bool is_new;		/* download: what came after the state's cursor */
	const char *state;	/* download --new, watch: the file of the cursor */
	const char *if_changed; /* count: the file of the tag */
	int32_t wait_s;
	bool clear; /* reference: take the number back */
	enum cli_device action;
	const char *name, *device_id; /* device */
	bool code;		      /* device register: ask for one */
};

/* Outcomes: those of command_line_read; *ret_complaint is then a word of argv, or what is missing.
 */
MUST_CHECK int options_read(int argc, char **argv, struct cli_options *ret_options,
			    const char **ret_complaint);

/* What --help prints. */
extern const char options_help[];
