/* SPDX-License-Identifier: Apache-2.0 */
/* The state folder. */
#include "reader/device.h"

#include <stdio.h>
#include <sys/stat.h>

#include "lib/base/file.h"
#include "lib/client/device_key.h"

enum { ARENA_BYTES_MAX = 64 * 1024 };

void device_clear(struct device *device)
{
	signing_key_destroy(device->key);
	*device = (struct device){0};
}

static int path_make(const struct device *device, const char *name, char path[DEVICE_PATH_BYTES])
{
	int len = snprintf(path, DEVICE_PATH_BYTES, "%s/%s", device->folder, name);
	return len < 0 || len >= DEVICE_PATH_BYTES ? DEVICE_UNUSABLE : 0;
}

static int folder_set(struct device *device, const char *folder)
{
	if (str_to_c(str_of(folder), device->folder, sizeof device->folder) < 0)
		return DEVICE_UNUSABLE;
	return path_make(device, "session", device->session_path);
}

static int thumbprint_make(struct device *device)
{
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	int r = verify_key_of(device->key, &key);
	if (r == 0)
		r = verify_key_thumbprint(key, device->thumbprint);
	return r ? FOLD(r) : 0;
}

static int key_load(struct device *device)
{
	char path[DEVICE_PATH_BYTES];
	int r = path_make(device, "device.key", path);
	if (r)
		return r;
	r = device_key_read(path, &device->key);
	if (r)
		return r < 0			? PASS(r)
		       : r == DEVICE_KEY_ABSENT ? DEVICE_NOT_ACTIVATED
						: DEVICE_UNUSABLE;
	return thumbprint_make(device);
}

static int service_load(struct device *device)
{
	AUTO(arena_clear) struct arena arena = {0};
	struct str service = {0};
	char path[DEVICE_PATH_BYTES];
	arena_init(&arena, ARENA_BYTES_MAX);
	int r = path_make(device, "service", path);
	if (r == 0)
		r = file_read_private(&arena, path, sizeof device->service, &service);
	if (r)
		return r < 0 ? PASS(r) : r == FILE_ABSENT ? DEVICE_NOT_ACTIVATED : DEVICE_UNUSABLE;
	return str_to_c(str_trim(service), device->service, sizeof device->service)
		       ? DEVICE_UNUSABLE
		       : 0;
}

int device_open(struct device *device, const char *folder)
{
	int r = folder_set(device, folder);
	if (r == 0)
		r = key_load(device);
	if (r == 0)
		r = service_load(device);
	return r < 0 ? PASS(r) : r;
}

static int key_make(struct device *device)
{
	char path[DEVICE_PATH_BYTES];
	int r = path_make(device, "device.key", path);
	if (r)
		return r;
	r = device_key_make(path, &device->key);
	if (r)
		return r < 0 ? PASS(r) : DEVICE_UNUSABLE;
	return thumbprint_make(device);
}

int device_prepare(struct device *device, const char *folder)
{
	int r = folder_set(device, folder);
	if (r)
		return r;
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return DEVICE_UNUSABLE;
	r = key_load(device);
	if (r == DEVICE_NOT_ACTIVATED)
		r = key_make(device);
	return r < 0 ? PASS(r) : r;
}

int device_activated(struct device *device, struct str service)
{
	char path[DEVICE_PATH_BYTES];
	if (str_to_c(service, device->service, sizeof device->service) < 0)
		return DEVICE_UNUSABLE;
	if (path_make(device, "service", path) || file_write_private(path, service))
		return DEVICE_UNUSABLE;
	return 0;
}
