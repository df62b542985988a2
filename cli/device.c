/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/device.h"

#include <stdio.h>

#include "lib/terminal/say.h"
#include "lib/terminal/text.h"

/* A device's name is somebody's text: it must not speak to the terminal. */
static void device_print(const shk_devices *devices, int32_t i)
{
	(void)printf("%s  %s  %-7s  %s", shk_devices_id(devices, i),
		     shk_devices_registered_at(devices, i), shk_devices_platform(devices, i),
		     shk_devices_is_current(devices, i) ? "* " : "  ");
	text_put(stdout, str_of(shk_devices_name(devices, i)));
	(void)putchar('\n');
}

static int devices_show(struct link *link)
{
	shk_devices *devices;
	int status = link_status(link, shk_device_list(link->client, &devices), NULL);
	if (status)
		return status;
	for (int32_t i = 0; i < shk_devices_count(devices); i++)
		device_print(devices, i);
	shk_devices_destroy(devices);
	return 0;
}

static int device_register(struct link *link, const struct cli_options *options)
{
	AUTO(secret_wipe) struct secret code = {0};
	int status = options->code ? link_secret(link, "アクティベーションコード", &code) : 0;
	if (status)
		return status;
	status = link_status(link,
			     shk_device_register(link->client, options->name,
						 options->code ? (const char *)code.bytes : NULL),
			     "--name、アクティベーションコード");
	if (!status)
		(void)fprintf(stderr, "このパソコンを登録しました（%s）。\n",
			      shk_device_id(link->client));
	return status;
}

static int device_close(struct link *link, const char *id)
{
	int status = link_status(link, shk_device_close(link->client, id), "端末のID（32桁）");
	if (!status)
		(void)fprintf(stderr, "登録をやめました（%s）。\n", id);
	return status;
}

int device_command(struct link *link, const struct cli_options *options)
{
	int status = link_session_take(link);
	if (status)
		return status;
	switch (options->action) {
	case CLI_DEVICE_LIST: status = devices_show(link); break;
	case CLI_DEVICE_REGISTER: status = device_register(link, options); break;
	case CLI_DEVICE_CLOSE: status = device_close(link, options->device_id); break;
	}
	return link_session_kept(link, status);
}
