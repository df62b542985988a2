/* SPDX-License-Identifier: Apache-2.0 */
/* One word of argv after the other. */
#include "lib/terminal/command_line.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/number.h"
#include "lib/base/str.h"

struct reading {
	const struct command_table *table;
	const struct command_row *row;
	char *options;
	uint64_t given; /* a bit for each row of the options */
	int positions_count;
	bool asks_help;
	bool is_short; /* the last option had no value */
	struct command_line line;
};

static const struct command_row *command_find(const struct command_table *table, struct str word)
{
	for (size_t i = 0; i < table->commands_count; i++)
		if (str_equal(str_of(table->commands[i].name), word))
			return &table->commands[i];
	return NULL;
}

static const struct option_row *option_find(const struct command_table *table, struct str name)
{
	for (size_t i = 0; i < table->options_count; i++)
		if (str_equal(str_of(table->options[i].name), name))
			return &table->options[i];
	return NULL;
}

static bool word_place(const struct option_row *row, struct str value, int *ret_place)
{
	for (size_t i = 0; i < row->words_count; i++) {
		if (!row->words[i] || !str_equal(str_of(row->words[i]), value))
			continue;
		*ret_place = (int)i;
		return true;
	}
	return false;
}

static bool number_read(const struct option_row *row, struct str value, int *ret_number)
{
	int64_t number;
	if (number_parse(value, row->number_min, row->number_max, &number) != 0)
		return false;
	*ret_number = (int)number * (row->unit ? row->unit : 1);
	return true;
}

static bool value_take(struct reading *reading, const struct option_row *row, const char *value)
{
	void *place = reading->options + row->offset;
	int number = 0;
	reading->given |= UINT64_C(1) << (row - reading->table->options);
	switch (row->kind) {
	case OPTION_TEXT: memcpy(place, &value, sizeof value); return true;
	case OPTION_FLAG: *(bool *)place = true; return true;
	case OPTION_NUMBER:
		if (!number_read(row, str_of(value), &number))
			return false;
		break;
	case OPTION_WORD:
		if (!word_place(row, str_of(value), &number))
			return false;
		break;
	}
	memcpy(place, &number, sizeof number);
	return true;
}

/* "--name value" or "--name=value"; *at is moved behind the value. */
static bool option_take(struct reading *reading, char **argv, int argc, int *at)
{
	const char *word = argv[*at];
	const char *equals = strchr(word, '=');
	struct str name = equals ? str_bytes(word, (size_t)(equals - word)) : str_of(word);
	const struct option_row *row = option_find(reading->table, name);
	if (!row || (row->kind == OPTION_FLAG && equals))
		return false;
	if (row->kind == OPTION_FLAG)
		return value_take(reading, row, NULL);
	if (equals)
		return value_take(reading, row, equals + 1);
	reading->is_short = *at + 1 >= argc;
	if (reading->is_short)
		return false;
	(*at)++;
	return value_take(reading, row, argv[*at]);
}

static bool word_take(struct reading *reading, const char *word)
{
	if (!reading->row) {
		reading->row = command_find(reading->table, str_of(word));
		return reading->row != NULL;
	}
	if (reading->positions_count >= reading->row->positions_max)
		return false;
	reading->line.positions[reading->positions_count++] = word;
	return true;
}

static bool argument_take(struct reading *reading, char **argv, int argc, int *at)
{
	const char *word = argv[*at];
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		reading->row = command_find(reading->table, STR("--help"));
		reading->asks_help = true;
		return reading->row != NULL;
	}
	if (strncmp(word, "--", 2) == 0 && !command_find(reading->table, str_of(word)))
		return option_take(reading, argv, argc, at);
	return word_take(reading, word);
}

/* What the command needs and has not been given; NULL: all there. */
static const char *missing(const struct reading *reading)
{
	if (!reading->row)
		return "コマンド";
	if (reading->positions_count < reading->row->positions_min)
		return reading->row->position;
	for (size_t i = 0; i < COMMAND_NEEDS_MAX && reading->row->needs[i]; i++) {
		const struct option_row *row =
			option_find(reading->table, str_of(reading->row->needs[i]));
		assert(row);
		if (!(reading->given >> (row - reading->table->options) & 1))
			return row->name;
	}
	return NULL;
}

int command_line_read(const struct command_table *table, int argc, char **argv, void *options,
		      struct command_line *ret_line)
{
	struct reading reading = {.table = table, .options = options};
	assert(table->options_count <= COMMAND_OPTIONS_MAX);
	for (int at = 1; at < argc && !reading.asks_help; at++) {
		bool is_taken = argument_take(&reading, argv, argc, &at);
		ret_line->complaint = argv[at];
		if (!is_taken)
			return reading.is_short ? COMMAND_LINE_INCOMPLETE
						: COMMAND_LINE_NOT_UNDERSTOOD;
	}
	ret_line->complaint = reading.asks_help ? NULL : missing(&reading);
	if (ret_line->complaint)
		return COMMAND_LINE_INCOMPLETE;
	reading.line.command = reading.row->command;
	*ret_line = reading.line;
	return 0;
}
