/* SPDX-License-Identifier: Apache-2.0 */
/* `shikaku`: every call of the library as a command, for vendors and facilities at a terminal. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/say.h"
#include "lib/base/secret.h"

static int32_t client_tell(shk_client *client, const struct cli_options *options)
{
	int32_t code = shk_client_set_product(client, "Shikaku", "shikaku", shk_version());
	if (!code && options->service)
		code = shk_client_set_service(client, options->service);
	if (!code && options->ca_file)
		code = shk_client_set_ca_file(client, options->ca_file);
	if (!code && options->proxy)
		code = shk_client_set_proxy(client, options->proxy);
	return code;
}

int main(int argc, char **argv)
{
	struct cli_options options;
	const char *complaint;
	shk_client *client;
	secret_process_guard();
	if (options_read(argc, argv, &options, &complaint) != 0)
		return say_usage(complaint);
	int32_t code = shk_client_create(&client);
	if (code != SHK_OK)
		return say_code(code);
	int status = client_tell(client, &options) == SHK_OK ? command_run(client, &options)
							     : say_error(client);
	shk_client_destroy(client);
	return status;
}
