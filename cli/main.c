/* SPDX-License-Identifier: Apache-2.0 */
/* `shikaku`: every call of the library as a command, for vendors and facilities at a terminal. */
#include "cli/commands.h"
#include "lib/base/secret.h"
#include "lib/terminal/say.h"

static const char program[] = "shikaku";

int main(int argc, char **argv)
{
	struct cli_options options;
	struct interruption interruption;
	const char *complaint;
	secret_process_guard();
	int r = options_read(argc, argv, &options, &complaint);
	if (r)
		return say_usage(program, (enum command_line_outcome)r, complaint);
	interruption_watch(&interruption, program);
	struct link link = {.program = program,
			    .options = &options.link,
			    .interruption = &interruption};
	int status = link_open(&link, ".shikaku-session");
	if (!status)
		status = command_run(&link, &options);
	link_close(&link);
	return say_end(program, status);
}
