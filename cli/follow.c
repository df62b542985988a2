/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cursor is written after what it stands for: to a pipe that may be read twice, never lost; to
 * a file (--out) after the file is in its place.
 */
#include "cli/follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/entries.h"
#include "cli/file.h"
#include "lib/base/fault.h"
#include "lib/terminal/say.h"

enum {
	WATCH_S = 30,
	PAUSE_S_MAX = 30,
};

/* --- counting --- */

static int count_if_changed(struct link *link, const struct cli_options *options,
			    shk_search *search)
{
	int32_t changed = 0;
	int64_t count, without;
	int status = link_status(link, shk_wait(link->client, search, options->wait_s, &changed),
				 link_period);
	if (status)
		return status;
	if (!changed) {
		(void)fputs("前に調べたときから、変わっていません。\n", stderr);
		return 0;
	}
	status = link_status(link, shk_search_count(link->client, search, &count, &without),
			     link_period);
	if (status)
		return status;
	count_say(count, without);
	return file_put(link->program, options->if_changed, shk_search_tag(search));
}

int follow_count(struct link *link, const struct cli_options *options)
{
	shk_search *search = NULL;
	char *tag = NULL;
	int status = file_line_get(link->program, options->if_changed, &tag);
	if (!status)
		status = search_make(link, options, &search);
	if (!status && tag && shk_search_set_tag(search, tag) != SHK_OK)
		status = say_trouble(link->program, SAY_FILE_UNUSABLE, options->if_changed);
	if (!status)
		status = link_session_take(link);
	if (!status)
		status = count_if_changed(link, options, search);
	shk_search_destroy(search);
	free(tag);
	return status;
}

/* --- downloading --- */

struct follow {
	struct link *link;
	const struct cli_options *options;
	shk_search *search;
	char *cursor; /* what is written out up to; NULL: nothing */
	int seconds;  /* how long to wait for the first */
};

static void follow_clear(struct follow *follow)
{
	shk_search_destroy(follow->search);
	free(follow->cursor);
}

static int follow_open(struct link *link, const struct cli_options *options, struct follow *follow)
{
	*follow = (struct follow){.link = link, .options = options, .seconds = options->wait_s};
	int status = file_line_get(link->program, options->state, &follow->cursor);
	return status ? status : search_make(link, options, &follow->search);
}

static int code_status(const struct follow *follow, int32_t code)
{
	int status = link_status(follow->link, code, link_period);
	if (code == SHK_ERR_CURSOR)
		(void)fprintf(stderr, "  %s を消すと、はじめから受け取り直します。\n",
			      follow->options->state);
	return status;
}

static int cursor_take(struct follow *follow, shk_results *results)
{
	char *cursor = strdup(shk_results_cursor(results));
	if (!cursor)
		return say_trouble(follow->link->program, SAY_UNEXPECTED, NULL);
	free(follow->cursor);
	follow->cursor = cursor;
	return 0;
}

static int state_put(const struct follow *follow)
{
	if (!follow->cursor)
		return 0;
	return file_put(follow->link->program, follow->options->state, follow->cursor);
}

/* Also when it is cut in the middle, the cursor is behind what has been written out. */
static int new_write(void *ctx, FILE *out)
{
	struct follow *follow = ctx;
	shk_results *results = NULL;
	int status = code_status(follow, shk_download_new(follow->link->client, follow->search,
							  follow->cursor, follow->seconds,
							  link_progress(), NULL, &results));
	if (status)
		return status;
	status = entries_write(follow->link, results, out, follow->options->out);
	int taken = ferror(out) ? 0 : cursor_take(follow, results);
	if (!status)
		entries_say(results);
	shk_results_destroy(results);
	return status ? status : taken;
}

int follow_download(struct link *link, const struct cli_options *options)
{
	AUTO(follow_clear) struct follow follow;
	int status = follow_open(link, options, &follow);
	if (status)
		return status;
	status = entries_to(link, options->out, new_write, &follow);
	/* A file that did not appear has nothing in it. */
	bool is_out = !status || !entries_are_to_file(options->out);
	int kept = is_out ? state_put(&follow) : 0;
	return status ? status : kept;
}

/* --- watching --- */

/* Each result is out, and the cursor behind it kept, before the next is looked at. */
static int watch_write(struct follow *follow, shk_results *results)
{
	const char *program = follow->link->program;
	const shk_result *result = NULL;
	int32_t code;
	int status = 0;
	while (!status && (code = shk_results_next(results, &result)) == SHK_OK && result) {
		if (!entry_write(stdout, result) || fflush(stdout) != 0)
			return say_trouble(program, SAY_FILE_UNUSABLE, "-");
		status = cursor_take(follow, results);
		if (!status)
			status = state_put(follow);
	}
	return status;
}

static bool passes_by_itself(int32_t code)
{
	return code == SHK_ERR_NETWORK || code == SHK_ERR_TIMEOUT || code == SHK_ERR_BUSY;
}

/* One wait, and what it brought. *ret_code is the library's. */
static int watch_once(struct follow *follow, int32_t *ret_code)
{
	shk_results *results = NULL;
	*ret_code = shk_download_new(follow->link->client, follow->search, follow->cursor,
				     follow->seconds, NULL, NULL, &results);
	if (*ret_code)
		return 0;
	int status = watch_write(follow, results);
	*ret_code = shk_error_code(follow->link->client);
	if (!status && !*ret_code)
		status = cursor_take(follow, results);
	shk_results_destroy(results);
	return status;
}

/* Told once, then tried again more and more seldom. */
static void trouble_sit_out(const struct follow *follow, int32_t code, int *pause_s)
{
	int32_t wanted_s = shk_error_retry_after(follow->link->client);
	if (!*pause_s)
		(void)code_status(follow, code);
	*pause_s = *pause_s ? *pause_s * 2 : 1;
	if (*pause_s < wanted_s)
		*pause_s = wanted_s;
	if (*pause_s > PAUSE_S_MAX)
		*pause_s = PAUSE_S_MAX;
	link_pause(follow->link, *pause_s);
}

int follow_watch(struct link *link, const struct cli_options *options)
{
	AUTO(follow_clear) struct follow follow;
	int pause_s = 0;
	int status = follow_open(link, options, &follow);
	/* With the password the session renews itself as long as it lives. */
	if (!status)
		status = link_refresh(link);
	follow.seconds = WATCH_S;
	while (!status) {
		int32_t code;
		status = watch_once(&follow, &code);
		if (!status)
			status = link_session_keep(link);
		if (!status && passes_by_itself(code))
			trouble_sit_out(&follow, code, &pause_s);
		else if (!status && code)
			status = code_status(&follow, code);
		else
			pause_s = 0;
	}
	return status;
}
