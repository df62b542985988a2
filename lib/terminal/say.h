/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program says when it says no: on standard error, Japanese first; what happened, what to do
 * next, whom to ask with which number. The words of our own programs' troubles are the rows of
 * api/problems.yaml.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/base/str.h"
#include "lib/terminal/command_line.h"

/* A row of api/problems.yaml that a program at the desk tells by itself. */
enum say_row {
	SAY_USAGE,
	SAY_UNEXPECTED,
	SAY_FILE_UNUSABLE,
	SAY_CANCELLED,
	SAY_CHART_UNKNOWN,
	SAY_RESULT_UNKNOWN,
	SAY_REFERENCE_TAKEN,
	SAY_PROOF_REFUSED,
	SAY_PROOF_KEY_UNKNOWN,
	SAY_DESK_SETUP_NEEDED,
	SAY_DESK_SETUP_DONE,
	SAY_DESK_PASSWORD_WRONG,
	SAY_DESK_PASSWORD_WEAK,
	SAY_DESK_WAIT,
	SAY_DESK_STAFF_REFUSED,
	SAY_DESK_VAULT_DAMAGED,
	SAY_DESK_FACILITY_UNKNOWN,
	SAY_DESK_CHARTS_FOREIGN,
	SAY_DESK_RECOVERY_WRONG,
	SAY_BACKUP_UNREACHABLE,
	SAY_BACKUP_DISK_FULL,
	SAY_BACKUP_BROKEN,
	SAY_BACKUP_HOME_TAKEN,
	SAY_ROWS,
};

struct say_words {
	struct str text, code, action, vendor, request_id; /* absent: not said */
};

/* The exit status of the row. */
int say_exit(enum say_row row);

/* "program: text（code）" */
void say_text(FILE *out, const char *program, const struct say_words *words);
/* "  label: text"; nothing when the text is absent or empty. */
void say_line(FILE *out, const char *label, struct str text);
/* What to do next, the vendor's hint, the number to ask with. */
void say_rest(FILE *out, const struct say_words *words);

/* A row, and what it is about (a path, a word; NULL: nothing). Answers the exit status. */
int say_trouble(const char *program, enum say_row row, const char *about);
/* The same with the trace of the last fault for the vendor. */
int say_fault(const char *program, enum say_row row, const char *about);

/* At the end of main: status, or SAY_FILE_UNUSABLE when what was printed did not all get out. */
int say_end(const char *program, int status);

/* A wrong command line: SAY_USAGE, told apart by what command_line_read answered. */
int say_usage(const char *program, enum command_line_outcome outcome, const char *complaint);

/* --- progress --- */

/* Is somebody watching standard error? */
bool say_is_watched(void);
/* The bar, over itself, on standard error; total may be exceeded. It ends its line when done. */
void say_bar(int64_t done, int64_t total);
