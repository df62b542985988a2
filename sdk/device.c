/* SPDX-License-Identifier: Apache-2.0 */
/*
 * This PC as a device. Its key lies in a folder, one file for each service and login id, so that
 * accounts never share one; the file's name tells neither.
 */
#include "sdk/shk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/period.h"
#include "lib/base/utf8.h"
#include "lib/client/device_key.h"

enum {
	DEVICES_MAGIC = 0x73686b34, /* "shk4" */
	PATH_BYTES = 4096,
	NAME_BYTES = 16, /* of the digest that names a key's file */
	HOST_BYTES = 256,
};

static bool devices_live(const shk_devices *devices)
{
	return devices && devices->magic == DEVICES_MAGIC;
}

/* --- the key --- */

static bool print_to(char path[PATH_BYTES], const char *head, const char *tail)
{
	int len = snprintf(path, PATH_BYTES, "%s%s", head, tail);
	return len > 0 && len < PATH_BYTES;
}

/* XDG Base Directory Specification: what a program keeps between two runs. */
static bool folder_usual(char folder[PATH_BYTES])
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (state && state[0] == '/')
		return print_to(folder, state, "/shikaku");
	return home && home[0] == '/' && print_to(folder, home, "/.local/state/shikaku");
}

/* With all folders above it. */
static void folder_make(char folder[PATH_BYTES])
{
	for (char *at = strchr(folder + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		(void)mkdir(folder, 0700);
		*at = '/';
	}
	(void)mkdir(folder, 0700);
}

static int path_make(const shk_client *client, const char *folder, const char *login_id,
		     char path[PATH_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	char name[sizeof "/.key" + 2 * NAME_BYTES] = "/";
	const struct str parts[] = {STR("shikaku-device"), str_of(client_service(client->client)),
				    str_of(login_id)};
	int r = digest_parts(parts, 3, digest);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < NAME_BYTES; i++) {
		name[1 + 2 * i] = digits[digest[i] >> 4];
		name[2 + 2 * i] = digits[digest[i] & 15];
	}
	memcpy(name + 1 + 2 * NAME_BYTES, ".key", sizeof ".key");
	return print_to(path, folder, name) ? 0 : RAISE(ENAMETOOLONG);
}

static void key_drop(shk_client *client)
{
	client_device_set(client->client, NULL);
	signing_key_destroy(client->key);
	client->key = NULL;
}

/* Where nothing was said, a folder that cannot be used is no reason not to log in. */
static int key_trouble(shk_client *client, int outcome)
{
	if (outcome == DEVICE_KEY_UNUSABLE && client->device_folder)
		return client_refuse(client->client, PROBLEM_FILE_UNUSABLE);
	return 0;
}

static bool folder_find(const shk_client *client, char folder[PATH_BYTES])
{
	return !client->device_is_off &&
	       (client->device_folder ? print_to(folder, client->device_folder, "")
				      : folder_usual(folder));
}

/*
 * A key has one life: that of a device that was closed is good for nothing more. The session goes
 * on with it; the next login makes another.
 */
static int key_forget(const shk_client *client, const char *login_id)
{
	char folder[PATH_BYTES], path[PATH_BYTES];
	if (!folder_find(client, folder))
		return 0;
	int r = path_make(client, folder, login_id, path);
	if (r)
		return PASS(r);
	(void)unlink(path);
	return 0;
}

int device_open(shk_client *client, const char *login_id, bool make)
{
	char folder[PATH_BYTES], path[PATH_BYTES];
	key_drop(client);
	if (!folder_find(client, folder))
		return 0;
	int r = path_make(client, folder, login_id, path);
	if (r)
		return PASS(r);
	r = device_key_read(path, &client->key);
	if (r == DEVICE_KEY_ABSENT && make) {
		folder_make(folder);
		r = device_key_make(path, &client->key);
	}
	if (r)
		return r < 0 ? PASS(r) : key_trouble(client, r);
	client_device_set(client->client, client->key);
	return 0;
}

int32_t SHK_CALL shk_client_set_device_folder(shk_client *client, const char *folder)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (folder && (!*folder || strnlen(folder, PATH_BYTES) >= PATH_BYTES / 2 ||
		       !utf8_valid(str_of(folder))))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	char *copy = folder ? strdup(folder) : NULL;
	if (folder && !copy)
		return call_refuse(client, SHK_ERR_MEMORY);
	free(client->device_folder);
	client->device_folder = copy;
	client->device_is_off = !folder;
	key_drop(client);
	return call_leave(client, 0);
}

/* --- registering --- */

static enum wire_platform platform(void)
{
#if defined(_WIN32)
	return WIRE_PLATFORM_WINDOWS;
#elif defined(__APPLE__)
	return WIRE_PLATFORM_MACOS;
#else
	return WIRE_PLATFORM_LINUX;
#endif
}

static int device_register(shk_client *client, const char *name, const char *code)
{
	char host[HOST_BYTES] = "PC";
	if (!name && (gethostname(host, sizeof host - 1) != 0 || !utf8_valid(str_of(host)) ||
		      !*host || strlen(host) > WIRE_DEVICE_NAME_MAX))
		memcpy(host, "PC", sizeof "PC");
	const struct wire_device_claim claim = {
		.name = str_of(name ? name : host),
		.platform = platform(),
		.activation_code = str_of(code),
	};
	int r = client_device_register(client->client, &claim);
	int forgotten = 0;
	if (r == PROBLEM_DEVICE_KEY_TAKEN)
		forgotten = key_forget(client, client_session(client->client)->login_id);
	return r < 0 ? PASS(r) : forgotten ? PASS(forgotten) : r;
}

/* A login that is done stays done, whatever becomes of this. */
void device_register_quietly(shk_client *client)
{
	const struct session *session = client_session(client->client);
	if (client->key && session->state == SESSION_OPEN && !session->device_id[0]) {
		int r = device_register(client, NULL, NULL);
		(void)r;
	}
}

static bool text_is_good(const char *text)
{
	return !text || (*text && utf8_valid(str_of(text)));
}

int32_t SHK_CALL shk_device_register(shk_client *client, const char *name,
				     const char *activation_code)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!text_is_good(name) || !text_is_good(activation_code))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	return call_leave(client, device_register(client, name, activation_code));
}

const char *SHK_CALL shk_device_id(const shk_client *client)
{
	if (!client_lives(client))
		return NULL;
	const char *id = client_session(client->client)->device_id;
	return *id ? id : NULL;
}

int32_t SHK_CALL shk_device_close(shk_client *client, const char *device_id)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!device_id)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	const struct session *session = client_session(client->client);
	bool is_own = strcmp(device_id, session->device_id) == 0;
	char login_id[SESSION_LOGIN_BYTES]; /* the session ends with its own device */
	memcpy(login_id, session->login_id, sizeof login_id);
	int r = client_device_close(client->client, str_of(device_id));
	if (r == 0 && is_own)
		r = key_forget(client, login_id);
	return call_leave(client, r);
}

/* --- the list --- */

static int entry_copy(shk_devices *devices, const struct wire_device_entry *entry,
		      struct shk_device *device)
{
	char when[PERIOD_DATETIME_BYTES];
	const struct {
		struct str from;
		const char **to;
	} texts[] = {
		{entry->device_id, &device->id},
		{entry->name, &device->name},
		{wire_platform_name(entry->platform), &device->platform},
		{str_of(period_datetime_print(entry->registered_ms, when)), &device->registered_at},
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct str copy;
		int r = arena_copy(&devices->answer.arena, texts[i].from, &copy);
		if (r)
			return PASS(r);
		*texts[i].to = copy.ptr;
	}
	device->is_current = entry->is_current;
	return 0;
}

static int devices_fill(shk_devices *devices, struct client *client)
{
	struct wire_device_entry *entries;
	size_t count;
	int r = client_device_list(client, &devices->answer, &entries, &count);
	if (r)
		return r < 0 ? PASS(r) : r;
	devices->items = arena_array(&devices->answer.arena, count + 1, sizeof *devices->items);
	if (!devices->items)
		return RAISE(ENOMEM);
	for (; devices->count < count; devices->count++) {
		r = entry_copy(devices, &entries[devices->count], &devices->items[devices->count]);
		if (r)
			return PASS(r);
	}
	return 0;
}

int32_t SHK_CALL shk_device_list(shk_client *client, shk_devices **ret_devices)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!ret_devices)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	shk_devices *devices = calloc(1, sizeof *devices);
	if (!devices)
		return call_refuse(client, SHK_ERR_MEMORY);
	devices->magic = DEVICES_MAGIC;
	client_answer_init(&devices->answer);
	int r = devices_fill(devices, client->client);
	if (r)
		shk_devices_destroy(devices);
	else
		*ret_devices = devices;
	return call_leave(client, r);
}

void SHK_CALL shk_devices_destroy(shk_devices *devices)
{
	if (!devices_live(devices))
		return;
	client_answer_clear(&devices->answer);
	explicit_bzero(devices, sizeof *devices);
	free(devices);
}

int32_t SHK_CALL shk_devices_count(const shk_devices *devices)
{
	return devices_live(devices) ? (int32_t)devices->count : 0;
}

static const struct shk_device *device_at(const shk_devices *devices, int32_t index)
{
	return index >= 0 && index < shk_devices_count(devices) ? &devices->items[index] : NULL;
}

const char *SHK_CALL shk_devices_id(const shk_devices *devices, int32_t index)
{
	const struct shk_device *device = device_at(devices, index);
	return device ? device->id : NULL;
}

const char *SHK_CALL shk_devices_name(const shk_devices *devices, int32_t index)
{
	const struct shk_device *device = device_at(devices, index);
	return device ? device->name : NULL;
}

const char *SHK_CALL shk_devices_platform(const shk_devices *devices, int32_t index)
{
	const struct shk_device *device = device_at(devices, index);
	return device ? device->platform : NULL;
}

const char *SHK_CALL shk_devices_registered_at(const shk_devices *devices, int32_t index)
{
	const struct shk_device *device = device_at(devices, index);
	return device ? device->registered_at : NULL;
}

int32_t SHK_CALL shk_devices_is_current(const shk_devices *devices, int32_t index)
{
	const struct shk_device *device = device_at(devices, index);
	return device && device->is_current;
}
