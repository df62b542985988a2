/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/entries.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "lib/terminal/say.h"

static int file_trouble(const struct link *link, const char *path)
{
	return say_trouble(link->program, SAY_FILE_UNUSABLE, path);
}

int search_make(const struct link *link, const struct cli_options *options, shk_search **ret_search)
{
	shk_search *search = NULL;
	const char *about = "--from、--to";
	int32_t code = shk_search_create(options->from, options->to, &search);
	if (!code)
		code = shk_search_set_reference(search, options->reference);
	if (!code)
		code = shk_search_set_validity(search, options->validity);
	if (!code && (code = shk_search_set_card_class(search, options->card_class)))
		about = "--card-class";
	*ret_search = code ? NULL : search;
	if (!code)
		return 0;
	shk_search_destroy(search);
	return say_usage(link->program, COMMAND_LINE_NOT_UNDERSTOOD, about);
}

void count_say(int64_t count, int64_t without)
{
	(void)printf("資格確認結果: %" PRId64 "件（照会番号なし: %" PRId64 "件）\n", count,
		     without);
}

bool entry_write(FILE *out, const shk_result *result)
{
	const char *bytes;
	int64_t len;
	if (shk_result_entry(result, &bytes, &len) != SHK_OK)
		return false;
	return fwrite(bytes, 1, (size_t)len, out) == (size_t)len && fputc('\n', out) != EOF;
}

int entries_write(const struct link *link, shk_results *results, FILE *out, const char *path)
{
	const shk_result *result = NULL;
	int32_t code;
	while ((code = shk_results_next(results, &result)) == SHK_OK && result)
		if (!entry_write(out, result))
			return file_trouble(link, path);
	if (fflush(out) != 0)
		return file_trouble(link, path);
	return link_status(link, code, NULL);
}

void entries_say(const shk_results *results)
{
	if (say_is_watched())
		(void)fprintf(stderr, "%" PRId64 "件を受け取りました。\n",
			      shk_results_total(results));
}

bool entries_are_to_file(const char *path)
{
	return path && strcmp(path, "-") != 0;
}

static int part_write(const struct link *link, const char *path, const char *part,
		      int (*write)(void *ctx, FILE *out), void *ctx)
{
	(void)unlink(part);
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!out) {
		if (fd >= 0)
			(void)close(fd);
		return file_trouble(link, path);
	}
	int status = write(ctx, out);
	if (fclose(out) != 0 && !status)
		status = file_trouble(link, path);
	if (!status && rename(part, path) != 0)
		status = file_trouble(link, path);
	return status;
}

int entries_to(const struct link *link, const char *path, int (*write)(void *ctx, FILE *out),
	       void *ctx)
{
	char part[LINK_PATH_BYTES];
	if (!entries_are_to_file(path))
		return write(ctx, stdout);
	int len = snprintf(part, sizeof part, "%s.part", path);
	if (len < 0 || (size_t)len >= sizeof part)
		return say_usage(link->program, COMMAND_LINE_NOT_UNDERSTOOD, "--out");
	int status = part_write(link, path, part, write, ctx);
	if (status)
		(void)unlink(part);
	return status;
}
