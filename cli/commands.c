/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each command does. Between commands the session lies in a file; it is written again after
 * every call that may have changed it, also after a renewal without an answer, so that the next one
 * can ask for the same renewal again.
 */
#include "cli/commands.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/say.h"
#include "lib/base/secret.h"

enum { PATH_BYTES_MAX = 4096 };

/* --- the session's file --- */

static bool session_path(const struct cli_options *options, char path[PATH_BYTES_MAX])
{
	const char *home = getenv("HOME");
	int len = options->session ? snprintf(path, PATH_BYTES_MAX, "%s", options->session)
				   : snprintf(path, PATH_BYTES_MAX, "%s/.shikaku-session",
					      home ? home : ".");
	return len > 0 && len < PATH_BYTES_MAX;
}

static int session_keep(shk_client *client, const struct cli_options *options)
{
	char path[PATH_BYTES_MAX];
	if (!session_path(options, path))
		return say_usage("--session");
	if (shk_session_state(client) == SHK_SESSION_NONE) {
		(void)unlink(path);
		return 0;
	}
	return shk_session_save(client, path) == SHK_OK ? 0 : say_error(client);
}

static int session_take(shk_client *client, const struct cli_options *options)
{
	char path[PATH_BYTES_MAX];
	if (!session_path(options, path))
		return say_usage("--session");
	return shk_session_restore(client, path) == SHK_OK ? 0 : say_error(client);
}

/* --- secrets --- */

/* One line as a C string, from the terminal with a prompt or from the descriptor. */
static int secret_get(const struct cli_options *options, const char *prompt, struct secret *secret)
{
	int r = isatty(options->secret_fd) == 1 ? secret_ask(secret, str_of(prompt))
						: secret_read(secret, options->secret_fd);
	if (r || secret->len >= sizeof secret->bytes) {
		(void)fprintf(stderr, "shikaku: %s を読み取れませんでした。\n", prompt);
		return EXIT_USAGE;
	}
	secret->bytes[secret->len] = '\0';
	return 0;
}

static int passcode_step(shk_client *client, const struct cli_options *options)
{
	AUTO(secret_wipe) struct secret passcode = {0};
	int status = secret_get(options, "パスコード", &passcode);
	if (status)
		return status;
	if (shk_mfa(client, (const char *)passcode.bytes) != SHK_OK)
		status = say_error(client);
	int kept = session_keep(client, options);
	if (status || kept)
		return status ? status : kept;
	(void)fprintf(stderr, "ログインしました（%s、%s）。\n", shk_session_login_id(client),
		      shk_session_facility_name(client));
	return 0;
}

static int command_login(shk_client *client, const struct cli_options *options)
{
	AUTO(secret_wipe) struct secret password = {0};
	int status = secret_get(options, "パスワード", &password);
	if (status)
		return status;
	if (shk_login(client, options->facility, options->id, (const char *)password.bytes) !=
	    SHK_OK)
		return say_error(client);
	/* So that the passcode may be given later, where it is not at hand yet: `shikaku mfa`. */
	status = session_keep(client, options);
	return status ? status : passcode_step(client, options);
}

static int command_mfa(shk_client *client, const struct cli_options *options)
{
	int status = session_take(client, options);
	return status ? status : passcode_step(client, options);
}

static int command_refresh(shk_client *client, const struct cli_options *options)
{
	AUTO(secret_wipe) struct secret password = {0};
	int status = session_take(client, options);
	if (!status)
		status = secret_get(options, "パスワード", &password);
	if (status)
		return status;
	if (shk_refresh(client, NULL, (const char *)password.bytes) != SHK_OK)
		status = say_error(client);
	int kept = session_keep(client, options);
	if (status || kept)
		return status ? status : kept;
	(void)fprintf(stderr, "ログインの有効時間を延ばしました。\n");
	return 0;
}

static int command_logout(shk_client *client, const struct cli_options *options)
{
	int status = session_take(client, options);
	if (status)
		return status;
	if (shk_logout(client) != SHK_OK)
		status = say_error(client);
	int kept = session_keep(client, options);
	if (status || kept)
		return status ? status : kept;
	(void)fprintf(stderr, "ログアウトしました。\n");
	return 0;
}

/* --- results --- */

static int command_count(shk_client *client, const struct cli_options *options)
{
	int64_t count, without;
	int status = session_take(client, options);
	if (status)
		return status;
	if (shk_count(client, options->from, options->to, options->reference, &count, &without) !=
	    SHK_OK)
		return say_error(client);
	(void)printf("資格確認結果: %" PRId64 "件（照会番号なし: %" PRId64 "件）\n", count,
		     without);
	return 0;
}

static bool entry_write(FILE *out, const shk_result *result)
{
	const char *bytes;
	int64_t len;
	if (shk_result_entry(result, &bytes, &len) != SHK_OK)
		return false;
	return fwrite(bytes, 1, (size_t)len, out) == (size_t)len && fputc('\n', out) != EOF;
}

static int entries_write(shk_client *client, shk_results *results, FILE *out)
{
	const shk_result *result;
	while (shk_results_next(results, &result) == SHK_OK) {
		if (!result)
			return fflush(out) == 0 ? 0 : say_code(SHK_ERR_FILE);
		if (!entry_write(out, result))
			return say_code(SHK_ERR_FILE);
	}
	return say_error(client);
}

static int download_to(shk_client *client, const struct cli_options *options, FILE *out)
{
	shk_results *results;
	if (shk_download(client, options->from, options->to, options->reference,
			 say_is_watched() ? say_progress : NULL, NULL, &results) != SHK_OK)
		return say_error(client);
	int status = entries_write(client, results, out);
	if (!status && say_is_watched())
		(void)fprintf(stderr, "%" PRId64 "件を受け取りました。\n",
			      shk_results_total(results));
	shk_results_destroy(results);
	return status;
}

/* The file appears whole or not at all, and is its owner's only: it is full of patients. */
static int download_to_file(shk_client *client, const struct cli_options *options)
{
	char part[PATH_BYTES_MAX];
	int len = snprintf(part, sizeof part, "%s.part", options->out);
	if (len < 0 || (size_t)len >= sizeof part)
		return say_usage("--out");
	(void)unlink(part);
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!out) {
		if (fd >= 0)
			(void)close(fd);
		return say_code(SHK_ERR_FILE);
	}
	int status = download_to(client, options, out);
	if (fclose(out) != 0 && !status)
		status = say_code(SHK_ERR_FILE);
	if (!status && rename(part, options->out) != 0)
		status = say_code(SHK_ERR_FILE);
	if (status)
		(void)unlink(part);
	return status;
}

static int command_download(shk_client *client, const struct cli_options *options)
{
	int status = session_take(client, options);
	if (status)
		return status;
	if (options->out && strcmp(options->out, "-") != 0)
		return download_to_file(client, options);
	return download_to(client, options, stdout);
}

static int command_reference(shk_client *client, const struct cli_options *options)
{
	int status = session_take(client, options);
	if (status)
		return status;
	if (shk_reference_register(client, options->result_id, options->number,
				   options->expected) != SHK_OK)
		return say_error(client);
	if (options->number)
		(void)fprintf(stderr, "照会番号 %s を登録しました。\n", options->number);
	else
		(void)fprintf(stderr, "照会番号を取り消しました。\n");
	return 0;
}

int command_run(shk_client *client, const struct cli_options *options)
{
	switch (options->command) {
	case CLI_HELP: (void)fputs(options_help, stdout); return 0;
	case CLI_VERSION:
		(void)printf("shikaku %s (ABI %" PRId32 ")\n", shk_version(), shk_abi_version());
		return 0;
	case CLI_LOGIN: return command_login(client, options);
	case CLI_MFA: return command_mfa(client, options);
	case CLI_REFRESH: return command_refresh(client, options);
	case CLI_COUNT: return command_count(client, options);
	case CLI_DOWNLOAD: return command_download(client, options);
	case CLI_REFERENCE: return command_reference(client, options);
	case CLI_LOGOUT: return command_logout(client, options);
	}
	return EXIT_UNEXPECTED;
}
