/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file with all of the folder's, root too, for a safe. A bundle replaces the one before it:
 * what has been destroyed since must not live on in an older one, which is overwritten.
 *
 * The text inside the box: for each file the length of its name (1 byte), the name, the length of
 * its bytes (2, big-endian), the bytes as they lie in the folder.
 */
#include "server/keys/inside.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ENTRY_BYTES_MAX = 1 + FOLDER_NAME_BYTES + 2 + SECRET_BYTES_MAX,
	TEXT_BYTES_MAX = FOLDER_FILES_MAX * ENTRY_BYTES_MAX,
	ARENA_BYTES_MAX = 1 << 20,
	PATH_BYTES = 4096,
};

struct packing {
	const struct folder *folder;
	unsigned char *bytes; /* TEXT_BYTES_MAX */
	size_t len;
};

static int file_pack(void *ctx, const char *name)
{
	struct packing *packing = ctx;
	struct secret file AUTO(secret_wipe) = {0};
	size_t name_len = strlen(name);
	int r = folder_bytes_read(packing->folder, name, &file);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (packing->len + 1 + name_len + 2 + file.len > TEXT_BYTES_MAX)
		return RAISE(E2BIG);
	unsigned char *at = packing->bytes + packing->len;
	*at++ = (unsigned char)name_len;
	memcpy(at, name, name_len);
	at += name_len;
	*at++ = (unsigned char)(file.len >> 8);
	*at++ = (unsigned char)file.len;
	memcpy(at, file.bytes, file.len);
	packing->len += 1 + name_len + 2 + file.len;
	return 0;
}

static int folder_pack(const struct folder *folder, struct arena *arena, struct str *ret_text)
{
	struct packing packing = {folder, arena_alloc(arena, TEXT_BYTES_MAX), 0};
	if (!packing.bytes)
		return RAISE(ENOMEM);
	int r = file_pack(&packing, FOLDER_ROOT_NAME);
	if (r == 0)
		r = folder_each(folder, file_pack, &packing);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_text = str_bytes(packing.bytes, packing.len);
	return 0;
}

int keys_bundle_write(const char *dir, struct str public_pem, const char *path)
{
	struct folder folder AUTO(folder_clear) = {.fd = -1};
	struct arena arena AUTO(arena_clear) = {0};
	struct str text, sealed;
	arena_init(&arena, ARENA_BYTES_MAX);
	int r = folder_open(dir, &folder);
	if (r == 0)
		r = folder_still(&folder, folder_pack, &arena, &text);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = box_seal(&arena, public_pem, text, &sealed);
	if (r)
		return r < 0 ? PASS(r) : KEYS_FORGED;
	r = folder_file_replace(path, sealed);
	return r < 0 ? PASS(r) : 0;
}

/* --- back into a folder --- */

/* The next file; false: the text is none of ours. */
static bool entry_take(struct str *rest, char name[FOLDER_NAME_BYTES], struct str *ret_file)
{
	const unsigned char *at = (const unsigned char *)rest->ptr;
	size_t name_len = at[0];
	if (name_len == 0 || name_len >= FOLDER_NAME_BYTES || rest->len < 1 + name_len + 2)
		return false;
	memcpy(name, at + 1, name_len);
	name[name_len] = '\0';
	size_t len = (size_t)at[1 + name_len] << 8 | at[2 + name_len];
	size_t used = 1 + name_len + 2;
	if (strchr(name, '/') || name[0] == '.' || rest->len < used + len)
		return false;
	*ret_file = (struct str){rest->ptr + used, len};
	*rest = (struct str){rest->ptr + used + len, rest->len - used - len};
	return true;
}

static int folder_unpack(const struct folder *folder, struct str text)
{
	while (text.len) {
		char name[FOLDER_NAME_BYTES];
		struct str file;
		if (!entry_take(&text, name, &file))
			return KEYS_FORGED;
		int r = folder_bytes_write(folder, name, file);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return 0;
}

int keys_bundle_open(const char *dir, struct str private_pem, struct str bundle)
{
	struct folder folder AUTO(folder_clear) = {.fd = -1};
	struct arena arena AUTO(arena_clear) = {0};
	struct str text;
	arena_init(&arena, ARENA_BYTES_MAX);
	int r = box_open(&arena, private_pem, bundle, &text);
	if (r)
		return r < 0 ? PASS(r) : KEYS_FORGED;
	if (mkdir(dir, 0700) < 0)
		return errno == EEXIST ? KEYS_THERE : RAISE(EIO);
	r = folder_open(dir, &folder);
	if (r == 0)
		r = folder_unpack(&folder, text);
	return r < 0 ? PASS(r) : r;
}
