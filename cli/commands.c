/* SPDX-License-Identifier: Apache-2.0 */
/* What each command does. */
#include "cli/commands.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/proof.h"
#include "lib/terminal/say.h"

static int file_trouble(const struct link *link, const char *path)
{
	return say_trouble(link->program, SAY_FILE_UNUSABLE, path);
}

static int command_mfa(struct link *link)
{
	int status = link_session_take(link);
	return status ? status : link_passcode(link);
}

/* --- results --- */

static int command_count(struct link *link, const struct cli_options *options)
{
	int64_t count, without;
	int status = link_session_take(link);
	if (!status)
		status = link_status(link,
				     shk_count(link->client, options->from, options->to,
					       options->reference, &count, &without),
				     link_period);
	if (!status)
		(void)printf("資格確認結果: %" PRId64 "件（照会番号なし: %" PRId64 "件）\n", count,
			     without);
	return status;
}

static bool entry_write(FILE *out, const shk_result *result)
{
	const char *bytes;
	int64_t len;
	if (shk_result_entry(result, &bytes, &len) != SHK_OK)
		return false;
	return fwrite(bytes, 1, (size_t)len, out) == (size_t)len && fputc('\n', out) != EOF;
}

static int entries_write(struct link *link, shk_results *results, FILE *out, const char *path)
{
	const shk_result *result;
	int32_t code;
	while ((code = shk_results_next(results, &result)) == SHK_OK) {
		if (!result)
			return fflush(out) == 0 ? 0 : file_trouble(link, path);
		if (!entry_write(out, result))
			return file_trouble(link, path);
	}
	return link_status(link, code, NULL);
}

static int download_to(struct link *link, const struct cli_options *options, FILE *out)
{
	shk_results *results;
	int status = link_status(link,
				 shk_download(link->client, options->from, options->to,
					      options->reference, link_progress(), NULL, &results),
				 link_period);
	if (status)
		return status;
	status = entries_write(link, results, out, options->out);
	if (!status && say_is_watched())
		(void)fprintf(stderr, "%" PRId64 "件を受け取りました。\n",
			      shk_results_total(results));
	shk_results_destroy(results);
	return status;
}

/* The file appears whole or not at all, and is its owner's only: it is full of patients. */
static int download_to_file(struct link *link, const struct cli_options *options)
{
	char part[LINK_PATH_BYTES];
	int len = snprintf(part, sizeof part, "%s.part", options->out);
	if (len < 0 || (size_t)len >= sizeof part)
		return say_usage(link->program, COMMAND_LINE_NOT_UNDERSTOOD, "--out");
	(void)unlink(part);
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!out) {
		if (fd >= 0)
			(void)close(fd);
		return file_trouble(link, options->out);
	}
	int status = download_to(link, options, out);
	if (fclose(out) != 0 && !status)
		status = file_trouble(link, options->out);
	if (!status && rename(part, options->out) != 0)
		status = file_trouble(link, options->out);
	if (status)
		(void)unlink(part);
	return status;
}

static int command_download(struct link *link, const struct cli_options *options)
{
	int status = link_session_take(link);
	if (status)
		return status;
	if (options->out && strcmp(options->out, "-") != 0)
		return download_to_file(link, options);
	return download_to(link, options, stdout);
}

static int command_reference(struct link *link, const struct cli_options *options)
{
	int status = link_session_take(link);
	if (!status && options->file)
		return command_references(link, options->file);
	if (!status)
		status = link_status(link,
				     shk_reference_register(link->client, options->result_id,
							    options->number, options->expected),
				     "結果のID（32桁）、照会番号（50文字まで）");
	if (status)
		return status;
	if (options->number)
		(void)fprintf(stderr, "照会番号 %s を登録しました。\n", options->number);
	else
		(void)fprintf(stderr, "照会番号を取り消しました。\n");
	return 0;
}

int command_run(struct link *link, const struct cli_options *options)
{
	switch (options->command) {
	case CLI_HELP: (void)fputs(options_help, stdout); return 0;
	case CLI_VERSION:
		(void)printf("shikaku %s (ABI %" PRId32 ")\n", shk_version(), shk_abi_version());
		return 0;
	case CLI_LOGIN: return link_login(link, options->facility, options->id);
	case CLI_MFA: return command_mfa(link);
	case CLI_REFRESH: return link_refresh(link);
	case CLI_COUNT: return command_count(link, options);
	case CLI_DOWNLOAD: return command_download(link, options);
	case CLI_REFERENCE: return command_reference(link, options);
	case CLI_JWKS: return proof_keys_fetch(link, options);
	case CLI_VERIFY_PROOF: return proof_verify(link, options);
	case CLI_LOGOUT: return link_logout(link);
	}
	return say_exit(SAY_UNEXPECTED);
}
