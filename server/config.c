/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inih reads the lines; each value is checked by its row of the table. All mistakes of a file are
 * told in one go, so that the operator mends it once.
 */
#include "server/config.h"

#include <ini.h>
#include <stddef.h>

#include "server/config_report.h"
#include "server/setting.h"
#include "settings.inc"

enum {
	SETTINGS = sizeof settings / sizeof settings[0],
	LINE_BYTES_MAX = 2048,
};

struct reading {
	FILE *file;
	struct arena *arena;
	struct config_report report;
	int fault;
	bool seen[SETTINGS];
	struct config config;
};

static void refuse_value(struct reading *reading, const struct setting *setting)
{
	char ja[256], en[256];
	config_refuse(&reading->report, setting->section, setting->key,
		      setting_allowed_ja(setting, ja, sizeof ja),
		      setting_allowed_en(setting, en, sizeof en));
}

static const struct setting *setting_find(const char *section, const char *key)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (!strcmp(settings[i].section, section) && !strcmp(settings[i].key, key))
			return &settings[i];
	return NULL;
}

static void value_set(struct reading *reading, const struct setting *setting, struct str text)
{
	int r = setting_set(setting, text, reading->arena, &reading->config);
	if (r < 0)
		reading->fault = PASS(r);
	else if (r == SETTING_NOT_ALLOWED)
		refuse_value(reading, setting);
}

/* inih's handler: one key = value. Mistakes are noted here; reading goes on. */
static int value_read(void *ctx, const char *section, const char *key, const char *value)
{
	struct reading *reading = ctx;
	const struct setting *setting = setting_find(section, key);
	if (!setting) {
		config_refuse(&reading->report, section, key, "そのような設定はありません。",
			      "there is no such setting.");
		return 1;
	}
	bool *seen = &reading->seen[setting - settings];
	if (*seen)
		config_refuse(&reading->report, section, key, "二度書かれています。",
			      "is given twice.");
	*seen = true;
	value_set(reading, setting, str_of(value));
	return 1;
}

static void line_skip(FILE *file)
{
	int c;
	do
		c = fgetc(file);
	while (c != EOF && c != '\n');
}

/* inih's reader: one line, as fgets, so that the number of the line is known. */
static char *line_read(char *text, int bytes, void *ctx)
{
	struct reading *reading = ctx;
	if (!fgets(text, bytes, reading->file))
		return NULL;
	reading->report.line++;
	size_t len = strlen(text);
	if ((len == 0 || text[len - 1] != '\n') && !feof(reading->file)) {
		config_refuse(&reading->report, NULL, NULL,
			      "行が長すぎるか、文字でないものを含みます。",
			      "the line is too long, or holds what is not text.");
		line_skip(reading->file);
		text[0] = '\0';
	} else if ((text[0] == ' ' || text[0] == '\t') && text[strspn(text, " \t\r\n")]) {
		config_refuse(&reading->report, NULL, NULL, "行の先頭に空白を置けません。",
			      "a line cannot begin with a blank.");
		text[0] = '\0';
	}
	return text;
}

/* What the file does not name: the default, or a refusal. */
static void presets_fill(struct reading *reading)
{
	reading->report.line = 0;
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *setting = &settings[i];
		if (reading->seen[i])
			continue;
		if (setting->preset)
			value_set(reading, setting, str_of(setting->preset));
		else
			config_refuse(&reading->report, setting->section, setting->key,
				      "この設定が必要です。", "this setting is needed.");
	}
}

static void file_read(struct reading *reading)
{
	/* inih's own limit of 200 bytes a line is too small for a connection string. */
	ini_max_line = ini_initial_alloc = LINE_BYTES_MAX;
	int line = ini_parse_stream(line_read, reading, value_read, reading);
	if (line > 0) {
		reading->report.line = line;
		config_refuse(&reading->report, NULL, NULL,
			      "「キー = 値」でも「[区分]」でもない行です。",
			      "the line is neither key = value nor [section].");
	}
	if (line < 0)
		reading->fault = RAISE(ENOMEM);
	presets_fill(reading);
}

int config_read(const char *path, struct arena *arena, FILE *report, struct config *ret_config)
{
	struct reading reading = {.arena = arena, .report = {.path = path, .out = report}};
	reading.file = fopen(path, "re");
	if (!reading.file) {
		config_refuse(&reading.report, NULL, NULL, "設定ファイルを開けません。",
			      "the settings file cannot be opened.");
		return CONFIG_REFUSED;
	}
	file_read(&reading);
	fclose(reading.file);
	if (reading.fault < 0)
		return PASS(reading.fault);
	if (reading.report.refused)
		return CONFIG_REFUSED;
	*ret_config = reading.config;
	return 0;
}
