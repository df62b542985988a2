/* SPDX-License-Identifier: Apache-2.0 */
/* The client's handle: made, told, cancelled, ended. */
#include "sdk/shk.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/period.h"
#include "lib/base/utf8.h"

enum {
	CLIENT_MAGIC = 0x73686b31, /* "shk1" */
	CONNECT_MS = 10000,
	TOTAL_MS = 60000,
	TIMEOUT_MS_MIN = 100,
	TIMEOUT_MS_MAX = 600000,
	PATH_BYTES_MAX = 4096,
};

int32_t SHK_CALL shk_abi_version(void)
{
	return SHK_ABI_VERSION;
}

const char *SHK_CALL shk_version(void)
{
	return SHK_VERSION_TEXT;
}

bool client_lives(const shk_client *client)
{
	return client && client->magic == CLIENT_MAGIC && !client->is_ended;
}

static void client_free(shk_client *client)
{
	client_destroy(client->client);
	transport_curl_destroy(client->curl);
	free(client->ca_file);
	free(client->proxy);
	free(client->jwks);
	free(client->status_text);
	free(client->device_folder);
	signing_key_destroy(client->key);
	explicit_bzero(client, sizeof *client);
	free(client);
}

static int client_make(shk_client *client)
{
	int r = transport_curl_create(&client->curl);
	if (r)
		return PASS(r);
	client->options = (struct transport_curl_options){
		.connect_ms = CONNECT_MS,
		.total_ms = TOTAL_MS,
	};
	r = transport_curl_set(client->curl, &client->options);
	if (r)
		return PASS(r);
	const struct client_options options = {
		.transport = transport_of_curl(client->curl),
		.clock = &clock_system,
		.profile = &wire_profile_default,
		.random = random_bytes,
		.wait = client_wait_system,
	};
	r = client_create(&client->client, &options);
	return r ? PASS(r) : 0;
}

int32_t SHK_CALL shk_client_create(shk_client **ret_client)
{
	if (!ret_client)
		return SHK_ERR_ARGUMENT;
	shk_client *client = calloc(1, sizeof *client);
	if (!client)
		return SHK_ERR_MEMORY;
	client->magic = CLIENT_MAGIC;
	atomic_init(&client->in_use, 0);
	int r = client_make(client);
	if (r) {
		client_free(client);
		return r == -ENOMEM ? SHK_ERR_MEMORY : SHK_ERR_INTERNAL;
	}
	*ret_client = client;
	return SHK_OK;
}

void client_release(shk_client *client)
{
	client->results--;
	if (client->is_ended && client->results == 0)
		client_free(client);
}

void SHK_CALL shk_client_destroy(shk_client *client)
{
	if (!client_lives(client))
		return;
	if (client->results == 0) {
		client_free(client);
		return;
	}
	client->is_ended = true;
}

int32_t SHK_CALL shk_client_set_service(shk_client *client, const char *url)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!url)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	bool is_open = client_session(client->client)->state != SESSION_NONE;
	int r = client_service_set(client->client, str_of(url));
	if (r)
		return call_refuse(client, is_open ? SHK_ERR_STATE : SHK_ERR_ARGUMENT);
	return call_leave(client, 0);
}

/* Text of the caller as it should be: UTF-8 of a bounded length. */
static bool text_is_good(const char *text, size_t bytes_max)
{
	return strnlen(text, bytes_max) < bytes_max && utf8_valid(str_of(text));
}

/* Put a copy of text (NULL: none) at *place and tell the transport; on a fault all stays. */
static int option_set(shk_client *client, char **place, const char **option, const char *text)
{
	char *copy = text ? strdup(text) : NULL;
	const char *before = *option;
	if (text && !copy)
		return RAISE(ENOMEM);
	*option = copy;
	int r = transport_curl_set(client->curl, &client->options);
	if (r) {
		*option = before;
		free(copy);
		return PASS(r);
	}
	free(*place);
	*place = copy;
	return 0;
}

int32_t SHK_CALL shk_client_set_wire_profile(shk_client *client, const char *path)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!path || !*path || !text_is_good(path, PATH_BYTES_MAX))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	if (client_session(client->client)->state != SESSION_NONE)
		return call_refuse(client, SHK_ERR_STATE);
	return call_leave(client, client_profile_read(client->client, path));
}

int32_t SHK_CALL shk_client_set_ca_file(shk_client *client, const char *path)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (path && (!*path || !text_is_good(path, PATH_BYTES_MAX)))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	return call_leave(client,
			  option_set(client, &client->ca_file, &client->options.ca_file, path));
}

int32_t SHK_CALL shk_client_set_proxy(shk_client *client, const char *url)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (url && *url && (!text_is_good(url, PATH_BYTES_MAX) || strncmp(url, "http://", 7) != 0))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	return call_leave(client, option_set(client, &client->proxy, &client->options.proxy, url));
}

int32_t SHK_CALL shk_client_set_timeouts(shk_client *client, int32_t connect_ms, int32_t total_ms)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (connect_ms < TIMEOUT_MS_MIN || connect_ms > TIMEOUT_MS_MAX ||
	    total_ms < TIMEOUT_MS_MIN || total_ms > TIMEOUT_MS_MAX)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	client->options.connect_ms = connect_ms;
	client->options.total_ms = total_ms;
	return call_leave(client, transport_curl_set(client->curl, &client->options));
}

int32_t SHK_CALL shk_client_set_product(shk_client *client, const char *vendor, const char *product,
					const char *version)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	struct wire_client program = {str_of(vendor), str_of(product), str_of(version)};
	if (!vendor || !product || !version || client_program_set(client->client, &program) != 0)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	return call_leave(client, 0);
}

int32_t SHK_CALL shk_client_set_automatic_refresh(shk_client *client, int32_t on)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (on != 0 && on != 1)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	client_keep_password_set(client->client, on == 1);
	return call_leave(client, 0);
}

int32_t SHK_CALL shk_client_set_user_data(shk_client *client, void *user_data)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	client->user_data = user_data;
	return call_leave(client, 0);
}

void *SHK_CALL shk_client_user_data(const shk_client *client)
{
	return client_lives(client) ? client->user_data : NULL;
}

void SHK_CALL shk_cancel(shk_client *client)
{
	if (client_lives(client))
		client_cancel(client->client);
}

static bool day_read(struct str text, bool is_end, int64_t *ret_ms)
{
	char whole[PERIOD_DATETIME_BYTES];
	struct str clock = is_end ? STR("235959") : STR("000000");
	memcpy(whole, text.ptr, PERIOD_DATE_BYTES - 1);
	memcpy(whole + PERIOD_DATE_BYTES - 1, clock.ptr, clock.len + 1);
	return period_datetime_parse(str_of(whole), ret_ms) == 0;
}

bool time_read(const char *text, bool is_end, int64_t *ret_ms)
{
	struct str digits = str_of(text);
	if (digits.len == PERIOD_DATE_BYTES - 1)
		return day_read(digits, is_end, ret_ms);
	return digits.len == PERIOD_DATETIME_BYTES - 1 &&
	       period_datetime_parse(digits, ret_ms) == 0;
}
