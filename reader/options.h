/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of shikaku-reader. Secrets are never in it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/terminal/command_line.h"
#include "lib/wire/wire.h"

enum command {
	COMMAND_HELP,
	COMMAND_VERSION,
	COMMAND_ACTIVATE,
	COMMAND_LOGIN,
	COMMAND_PASSWORD,
	COMMAND_STAFF,
	COMMAND_CHECK,
	COMMAND_REGISTER,
	COMMAND_HISTORY,
};

/* Texts are those of argv or the environment; NULL: not given. */
struct options {
	enum command command;
	const char *service;
	const char *ca_file;
	const char *wire_profile; /* NULL: as in api/openapi.yaml */
	const char *state;	  /* the state folder */
	const char *id;
	const char *name; /* of the device */
	const char *staff;
	const char *from, *to; /* of the history */
	const char *result_id; /* of the history: this one alone, in full */
	const char *reader;
	const char *organisation_key; /* SIMULATED 特定機関認証 */
	enum wire_method method;
	int wait_ms;
	int secret_fd; /* password, activation code, PIN: one line each */
	bool face_checked;
	bool consented; /* the patient, to the 初回登録 */
	bool last_try;
	bool json;
	bool trace;
};

/* Outcomes: those of command_line_read; *ret_complaint is then a word of argv, or what is missing.
 */
MUST_CHECK int options_read(int argc, char **argv, struct options *ret_options,
			    const char **ret_complaint);

/* What --help prints. */
extern const char options_help[];
