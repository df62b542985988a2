/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: commands as an operator types them, at one settings file and a time of their own. */
#pragma once

#include "lib/base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/json/json.h"
#include "server/admin/admin.h"

enum { WORDS_MAX = 24 };

#define NOW_MS INT64_C(1795316400000) /* 2026-11-22 12:00:00 JST */
#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

#define FIRST_PASSWORD "mado wo akeru asa"

struct desk {
	char settings[96];
	struct clock_fake time;
	char *out; /* of the last command */
	size_t out_bytes;
	char *err;
	size_t err_bytes;
	struct json_document json; /* its last line */
};

static inline void desk_clear(struct desk *desk)
{
	json_clear(&desk->json);
	free(desk->out);
	free(desk->err);
	desk->out = desk->err = NULL;
}

/* The last line that is not empty. */
static inline struct str line_last(const char *text)
{
	struct str rest = str_trim(str_of(text)), line, last = {0};
	while (str_split(&rest, '\n', &line))
		last = line;
	return last;
}

/* The command's exit code; words are separated by single spaces. */
static inline int run(struct desk *desk, const char *command)
{
	char words[1024];
	char *argv[WORDS_MAX] = {(char *)(uintptr_t) "shikaku-admin",
				 (char *)(uintptr_t) "--config", desk->settings};
	int argc = 3;
	snprintf(words, sizeof words, "%s", command);
	struct str rest = str_of(words), word;
	while (str_split(&rest, ' ', &word)) {
		assert_true(argc < WORDS_MAX);
		argv[argc] = words + (word.ptr - words);
		argv[argc++][word.len] = '\0';
	}
	desk_clear(desk);
	FILE *out = open_memstream(&desk->out, &desk->out_bytes);
	FILE *err = open_memstream(&desk->err, &desk->err_bytes);
	const struct admin_world world = {clock_of_fake(&desk->time), {1, 8}, out, err};
	int code = admin_run(argc, argv, &world);
	fclose(out);
	fclose(err);
	if (desk->out_bytes)
		assert_int_equal(json_read(line_last(desk->out), &json_limits_request, &desk->json),
				 0);
	return code;
}

static inline struct str text_of(struct desk *desk, const char *name)
{
	return json_text(json_member(desk->json.root, name));
}

/* A descriptor that gives the lines, and then the end. */
static inline int lines_open(const char *text)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	return ends[0];
}

/* As an operator, with this password. */
static inline int act_as(struct desk *desk, const char *name, const char *password,
			 const char *command)
{
	char words[768];
	int fd = lines_open(password);
	snprintf(words, sizeof words, "%s --operator %s --operator-password-fd %d --reason 試験",
		 command, name, fd);
	int code = run(desk, words);
	close(fd);
	return code;
}

/* As the first operator. */
static inline int act(struct desk *desk, const char *command)
{
	return act_as(desk, "yamada", FIRST_PASSWORD, command);
}

static inline int init(struct desk *desk)
{
	char words[128];
	int fd = lines_open(FIRST_PASSWORD);
	snprintf(words, sizeof words, "init --operator yamada --new-password-fd %d", fd);
	int code = run(desk, words);
	close(fd);
	return code;
}
