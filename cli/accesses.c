/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/accesses.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/terminal/say.h"
#include "lib/terminal/text.h"

/* Names and reasons are somebody's text: they must not speak to the terminal. */
static void cell_print(const char *title, const char *text)
{
	if (!text)
		return;
	(void)printf("  %s:", title);
	text_put(stdout, str_of(text));
}

static void access_print(const shk_access *access)
{
	(void)printf("%s  %-18s  %-20s  %" PRId64 "回  %" PRId64 "件", shk_access_at(access),
		     shk_access_call(access), shk_access_outcome(access), shk_access_calls(access),
		     shk_access_results(access));
	cell_print("ID", shk_access_login_id(access));
	cell_print("端末", shk_access_device_name(access));
	cell_print("担当", shk_access_staff(access));
	cell_print("運用者", shk_access_operator(access));
	cell_print("理由", shk_access_reason(access));
	(void)putchar('\n');
}

static int accesses_print(struct link *link, shk_accesses *accesses)
{
	const shk_access *access = NULL;
	int status = 0;
	do {
		status = link_status(link, shk_accesses_next(accesses, &access), NULL);
		if (!status && access)
			access_print(access);
	} while (!status && access);
	return status;
}

int accesses_command(struct link *link, const struct cli_options *options)
{
	shk_accesses *accesses = NULL;
	int status = link_session_take(link);
	if (!status)
		status = link_status(link,
				     shk_access_history(link->client, options->from, options->to,
							&accesses),
				     link_period);
	if (!status)
		status = accesses_print(link, accesses);
	shk_accesses_destroy(accesses);
	return status;
}
