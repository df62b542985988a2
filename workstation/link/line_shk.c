/* SPDX-License-Identifier: Apache-2.0 */
/* One client, one search that is waited on, one source of results. */
#include "workstation/link/line_shk.h"

#include <stdlib.h>

#include "workstation/link/source_shk.h"

struct line_shk {
	shk_client *client;
	shk_search *waiting; /* everything there is; NULL until something was waited for */
	struct source_shk source;
};

/* --- the session --- */

static int32_t shk_line_login(void *ctx, const char *facility, const char *login_id,
			      const char *password)
{
	struct line_shk *line = ctx;
	/* Of the next account nothing is known yet. */
	shk_search_destroy(line->waiting);
	line->waiting = NULL;
	return shk_login(line->client, facility, login_id, password);
}

static int32_t shk_line_passcode(void *ctx, const char *passcode)
{
	struct line_shk *line = ctx;
	return shk_mfa(line->client, passcode);
}

static int32_t shk_line_refresh(void *ctx)
{
	struct line_shk *line = ctx;
	return shk_refresh(line->client, NULL, NULL);
}

static int32_t shk_line_password_change(void *ctx, const char *present, const char *next)
{
	struct line_shk *line = ctx;
	return shk_password_change(line->client, present, next);
}

static int32_t shk_line_logout(void *ctx)
{
	struct line_shk *line = ctx;
	return shk_logout(line->client);
}

static int32_t shk_line_device_register(void *ctx, const char *name, const char *activation_code)
{
	struct line_shk *line = ctx;
	return shk_device_register(line->client, *name ? name : NULL,
				   *activation_code ? activation_code : NULL);
}

/* --- what is told --- */

static void text_put(char *into, size_t bytes, const char *text)
{
	struct str whole = str_of(text);
	size_t len = whole.len < bytes ? whole.len : bytes - 1;
	/* Not in the middle of a character. */
	while (len < whole.len && len > 0 && ((unsigned char)whole.ptr[len] & 0xC0) == 0x80)
		len--;
	if (len)
		memcpy(into, whole.ptr, len);
	into[len] = '\0';
}
#define TEXT_PUT(into, text) text_put((into), sizeof(into), (text))

/* --- this PC and the others, and who did what --- */

static int32_t shk_line_devices(void *ctx, struct line_devices *into)
{
	struct line_shk *line = ctx;
	shk_devices *devices = NULL;
	int32_t code = shk_device_list(line->client, &devices);
	int32_t count = shk_devices_count(devices);
	into->count = 0;
	for (int32_t i = 0; i < count && i < LINE_DEVICES_MAX; i++) {
		struct line_device *device = &into->items[into->count++];
		TEXT_PUT(device->id, shk_devices_id(devices, i));
		TEXT_PUT(device->name, shk_devices_name(devices, i));
		TEXT_PUT(device->platform, shk_devices_platform(devices, i));
		TEXT_PUT(device->registered_at, shk_devices_registered_at(devices, i));
		device->is_current = shk_devices_is_current(devices, i) != 0;
	}
	shk_devices_destroy(devices);
	return code;
}

static int32_t shk_line_device_close(void *ctx, const char *id)
{
	struct line_shk *line = ctx;
	return shk_device_close(line->client, id);
}

static void access_take(const shk_access *access, struct line_access *into)
{
	TEXT_PUT(into->at, shk_access_at(access));
	TEXT_PUT(into->call, shk_access_call(access));
	TEXT_PUT(into->outcome, shk_access_outcome(access));
	TEXT_PUT(into->login_id, shk_access_login_id(access));
	TEXT_PUT(into->device_name, shk_access_device_name(access));
	TEXT_PUT(into->staff, shk_access_staff(access));
	TEXT_PUT(into->by, shk_access_operator(access));
	TEXT_PUT(into->reason, shk_access_reason(access));
	into->calls = shk_access_calls(access);
	into->results = shk_access_results(access);
}

/* They come oldest first: the newest are those that stay. */
static int32_t shk_line_accesses(void *ctx, const char *from, const char *to,
				 struct line_accesses *into)
{
	struct line_shk *line = ctx;
	shk_accesses *accesses = NULL;
	const shk_access *access = NULL;
	int32_t code = shk_access_history(line->client, from, to, &accesses);
	into->total = 0;
	while (!code) {
		code = shk_accesses_next(accesses, &access);
		if (code || !access)
			break;
		access_take(access, &into->items[into->total++ % LINE_ACCESSES_MAX]);
	}
	shk_accesses_destroy(accesses);
	return code;
}

/* --- results --- */

static int32_t shk_line_count(void *ctx, const struct line_search *search,
			      struct line_count *ret_count)
{
	struct line_shk *line = ctx;
	shk_search *asked = NULL;
	int32_t code = shk_search_create(*search->from ? search->from : NULL,
					 *search->to ? search->to : NULL, &asked);
	if (!code)
		code = shk_search_set_reference(asked, search->reference);
	if (!code)
		code = shk_search_count(line->client, asked, &ret_count->count,
					&ret_count->without_reference);
	shk_search_destroy(asked);
	return code;
}

static int32_t shk_line_wait(void *ctx, int32_t seconds, int32_t *ret_changed)
{
	struct line_shk *line = ctx;
	int32_t code = line->waiting ? SHK_OK : shk_search_create(NULL, NULL, &line->waiting);
	return code ? code : shk_wait(line->client, line->waiting, seconds, ret_changed);
}

static int32_t shk_line_keys(void *ctx, const char **ret_jwks)
{
	struct line_shk *line = ctx;
	return shk_jwks(line->client, ret_jwks);
}

static bool shk_line_clock(void *ctx, int64_t *ret_ahead_ms)
{
	const struct line_shk *line = ctx;
	return shk_service_clock(line->client, ret_ahead_ms) == SHK_OK;
}

static void shk_line_search(void *ctx, const struct line_search *search)
{
	struct line_shk *line = ctx;
	line->source.reference = search->reference;
}

/* --- what was said --- */

static void shk_line_trouble(void *ctx, struct line_trouble *ret_trouble)
{
	const struct line_shk *line = ctx;
	struct line_trouble trouble = {
		.code = shk_error_code(line->client),
		.retry_after_s = shk_error_retry_after(line->client),
		.fields_count = shk_error_field_count(line->client),
	};
	TEXT_PUT(trouble.problem, shk_error_problem(line->client));
	TEXT_PUT(trouble.request_id, shk_error_request_id(line->client));
	TEXT_PUT(trouble.title, shk_error_text(line->client));
	TEXT_PUT(trouble.action, shk_error_action(line->client));
	TEXT_PUT(trouble.vendor, shk_error_vendor_hint(line->client));
	if (trouble.fields_count > LINE_FIELDS_MAX)
		trouble.fields_count = LINE_FIELDS_MAX;
	for (int32_t i = 0; i < trouble.fields_count; i++) {
		TEXT_PUT(trouble.fields[i].name, shk_error_field(line->client, i));
		TEXT_PUT(trouble.fields[i].text, shk_error_field_text(line->client, i));
	}
	*ret_trouble = trouble;
}

static void shk_line_about(void *ctx, struct line_about *ret_about)
{
	const struct line_shk *line = ctx;
	struct line_about about = {
		.state = shk_session_state(line->client),
		.passcode = shk_session_passcode(line->client),
		.is_device = shk_device_id(line->client) != NULL,
	};
	TEXT_PUT(about.facility_name, shk_session_facility_name(line->client));
	TEXT_PUT(about.notice, shk_session_notice(line->client));
	*ret_about = about;
}

static void shk_line_cancel(void *ctx)
{
	struct line_shk *line = ctx;
	shk_cancel(line->client);
}

/* --- made and ended --- */

static int32_t client_tell(shk_client *client, const struct line_shk_options *options)
{
	int32_t code =
		shk_client_set_product(client, "Shikaku", "shikaku-workstation", shk_version());
	if (!code && options->device_folder)
		code = shk_client_set_device_folder(client, options->device_folder);
	if (!code && options->service)
		code = shk_client_set_service(client, options->service);
	if (!code && options->ca_file)
		code = shk_client_set_ca_file(client, options->ca_file);
	if (!code && options->proxy)
		code = shk_client_set_proxy(client, options->proxy);
	if (!code && options->wire_profile)
		code = shk_client_set_wire_profile(client, options->wire_profile);
	return code;
}

int line_shk_create(struct line_shk **ret_line, const struct line_shk_options *options)
{
	AUTO(line_shk_destroyp) struct line_shk *line = calloc(1, sizeof *line);
	if (!line)
		return RAISE(ENOMEM);
	if (shk_client_create(&line->client) != SHK_OK)
		return RAISE(ENOMEM);
	if (client_tell(line->client, options) != SHK_OK)
		return RAISE(EINVAL);
	line->source.client = line->client;
	*ret_line = line;
	line = NULL;
	return 0;
}

void line_shk_destroy(struct line_shk *line)
{
	if (!line)
		return;
	source_shk_clear(&line->source);
	shk_search_destroy(line->waiting);
	shk_client_destroy(line->client);
	free(line);
}

struct line line_of_shk(struct line_shk *line)
{
	return (struct line){
		.login = shk_line_login,
		.passcode = shk_line_passcode,
		.refresh = shk_line_refresh,
		.password_change = shk_line_password_change,
		.logout = shk_line_logout,
		.device_register = shk_line_device_register,
		.devices = shk_line_devices,
		.device_close = shk_line_device_close,
		.accesses = shk_line_accesses,
		.count = shk_line_count,
		.wait = shk_line_wait,
		.keys = shk_line_keys,
		.clock = shk_line_clock,
		.search = shk_line_search,
		.trouble = shk_line_trouble,
		.about = shk_line_about,
		.cancel = shk_line_cancel,
		.source = source_of_shk(&line->source),
		.ctx = line,
	};
}
