/* SPDX-License-Identifier: Apache-2.0 */
/* What each command does. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/accesses.h"
#include "cli/device.h"
#include "cli/entries.h"
#include "cli/follow.h"
#include "cli/proof.h"
#include "lib/terminal/say.h"

static int command_mfa(struct link *link)
{
	int status = link_session_take(link);
	return status ? status : link_passcode(link);
}

/* --- results --- */

static int command_count(struct link *link, const struct cli_options *options)
{
	int64_t count, without;
	shk_search *search;
	int status = search_make(link, options, &search);
	if (!status)
		status = link_session_take(link);
	if (!status)
		status = link_status(link, shk_search_count(link->client, search, &count, &without),
				     link_period);
	if (!status)
		count_say(count, without);
	shk_search_destroy(search);
	return status;
}

struct download {
	struct link *link;
	const struct cli_options *options;
};

static int download_to(void *ctx, FILE *out)
{
	const struct download *download = ctx;
	const struct cli_options *options = download->options;
	struct link *link = download->link;
	shk_search *search;
	shk_results *results = NULL;
	int status = search_make(link, options, &search);
	if (!status)
		status = link_status(link,
				     shk_search_download(link->client, search, link_progress(),
							 NULL, &results),
				     link_period);
	if (!status)
		status = entries_write(link, results, out, options->out);
	if (!status)
		entries_say(results);
	shk_results_destroy(results);
	shk_search_destroy(search);
	return status;
}

static int command_download(struct link *link, const struct cli_options *options)
{
	int status = link_session_take(link);
	if (status)
		return status;
	struct download download = {link, options};
	return options->is_new ? follow_download(link, options)
			       : entries_to(link, options->out, download_to, &download);
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

static int command_status(struct link *link, const struct cli_options *options)
{
	const char *state, *text;
	/* Whoever is logged in need not name the service again. */
	int status = options->link.service ? 0 : link_session_take(link);
	if (!status)
		status = link_status(link, shk_status(link->client, &state, &text), NULL);
	if (!status)
		(void)printf("%s\n", text);
	return status;
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
	case CLI_PASSWORD: return link_password(link);
	case CLI_COUNT:
		return options->if_changed ? follow_count(link, options)
					   : command_count(link, options);
	case CLI_DOWNLOAD: return command_download(link, options);
	case CLI_WATCH: return follow_watch(link, options);
	case CLI_REFERENCE: return command_reference(link, options);
	case CLI_STATUS: return command_status(link, options);
	case CLI_JWKS: return proof_keys_fetch(link, options);
	case CLI_VERIFY_PROOF: return proof_verify(link, options);
	case CLI_DEVICE: return device_command(link, options);
	case CLI_ACCESSES: return accesses_command(link, options);
	case CLI_LOGOUT: return link_logout(link);
	}
	return say_exit(SAY_UNEXPECTED);
}
