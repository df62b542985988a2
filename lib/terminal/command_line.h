/* SPDX-License-Identifier: Apache-2.0 */
/*
 * argv by two tables: commands with what they need, options with their places in a struct of the
 * program's. Not getopt_long: it keeps its state in globals, speaks English, and knows neither
 * commands nor what belongs to them.
 *
 * "--name value" and "--name=value", before and behind the command. --help and -h anywhere ask for
 * the command of that name.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/fault.h"

enum {
	COMMAND_NEEDS_MAX = 4,
	COMMAND_POSITIONS_MAX = 2,
	COMMAND_OPTIONS_MAX = 64,
};

enum option_kind {
	OPTION_TEXT,   /* const char *, one of argv */
	OPTION_FLAG,   /* bool; takes no value */
	OPTION_NUMBER, /* int: number_min .. number_max, times unit when that is not 0 */
	OPTION_WORD,   /* int: the word's place in words */
};

struct option_row {
	const char *name; /* with its dashes */
	size_t offset;	  /* in the program's struct */
	enum option_kind kind;
	int64_t number_min, number_max;
	int unit;
	const char *const *words; /* NULL where a place has no word */
	size_t words_count;
};

struct command_row {
	const char *name;
	int command;
	int positions_min, positions_max;     /* words behind the command that are no options */
	const char *position;		      /* what the first of them is, for a complaint */
	const char *needs[COMMAND_NEEDS_MAX]; /* options it cannot do without */
};

struct command_table {
	const struct command_row *commands;
	size_t commands_count;
	const struct option_row *options;
	size_t options_count; /* at most COMMAND_OPTIONS_MAX */
};

struct command_line {
	int command;
	const char *positions[COMMAND_POSITIONS_MAX]; /* of argv; NULL: not given */
	const char *complaint; /* COMMAND_LINE_…: a word of argv, or the name of what is missing */
};

enum command_line_outcome {
	COMMAND_LINE_NOT_UNDERSTOOD = 1,
	COMMAND_LINE_INCOMPLETE,
};

/*
 * options: the program's struct, filled with what holds when an option is not given. Texts stay
 * those of argv. Unlike other ret_ parameters *ret_line is written with an outcome too (complaint),
 * and the struct may then hold the options that came before it.
 */
MUST_CHECK int command_line_read(const struct command_table *table, int argc, char **argv,
				 void *options, struct command_line *ret_line);
