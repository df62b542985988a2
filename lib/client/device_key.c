/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client/device_key.h"

#include "lib/base/file.h"

enum {
	ARENA_BYTES_MAX = 64 * 1024,
	KEY_BYTES_MAX = 4096,
};

int device_key_read(const char *path, struct signing_key **ret_key)
{
	AUTO(arena_clear) struct arena arena;
	struct str pem;
	arena_init(&arena, ARENA_BYTES_MAX);
	int r = file_read_private(&arena, path, KEY_BYTES_MAX, &pem);
	if (r)
		return r < 0 ? PASS(r) : r == FILE_ABSENT ? DEVICE_KEY_ABSENT : DEVICE_KEY_UNUSABLE;
	r = signing_key_read(pem, ret_key);
	return r < 0 ? PASS(r) : r ? DEVICE_KEY_UNUSABLE : 0;
}

int device_key_make(const char *path, struct signing_key **ret_key)
{
	AUTO(secret_wipe) struct secret pem = {0};
	AUTO(signing_key_destroyp) struct signing_key *key = NULL;
	int r = signing_key_generate(&key);
	if (r == 0)
		r = signing_key_write(key, &pem);
	if (r)
		return FOLD(r);
	if (file_write_private(path, secret_str(&pem)))
		return DEVICE_KEY_UNUSABLE;
	*ret_key = key;
	key = NULL;
	return 0;
}
