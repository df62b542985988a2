/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/keep/manifest.h"

#include <stddef.h>
#include <stdio.h>

#include "lib/json/json.h"
#include "lib/json/writer.h"

enum { HEX_DIGEST_CHARS = 2 * CRYPTO_DIGEST_BYTES, ARENA_BYTES = 256 * 1024 };

static const struct json_limits limits = {MANIFEST_BYTES_MAX, 4, 8 * MANIFEST_FILES_MAX};

static int manifest_mac(const struct manifest *manifest, struct str key,
			unsigned char ret_mac[CRYPTO_DIGEST_BYTES])
{
	AUTO(secret_wipe) struct secret mac_key = {0};
	struct str parts[1 + 2 * MANIFEST_FILES_MAX];
	char made[32];
	size_t count = 0;
	int len = snprintf(made, sizeof made, "%lld", (long long)manifest->made_ms);
	parts[count++] = (struct str){made, (size_t)len};
	for (size_t i = 0; i < manifest->count; i++) {
		parts[count++] = str_of(manifest->files[i].facility);
		parts[count++] = str_bytes(manifest->files[i].digest, CRYPTO_DIGEST_BYTES);
	}
	int r = hkdf(key, STR("shikaku backup"), &mac_key);
	if (r == 0)
		r = mac_parts(secret_str(&mac_key), parts, count, ret_mac);
	return r < 0 ? PASS(r) : 0;
}

/* --- writing --- */

static int digest_put(struct json_writer *writer, const char *name, const unsigned char *digest)
{
	struct str hex;
	int r = encode_hex(writer->arena, str_bytes(digest, CRYPTO_DIGEST_BYTES), &hex);
	if (r < 0)
		return PASS(r);
	json_put_member(writer, name, hex);
	return 0;
}

static int file_put(struct json_writer *writer, const struct manifest_file *file)
{
	json_object_open(writer);
	json_put_member(writer, "facility", str_of(file->facility));
	json_put_member_number(writer, "bytes", file->bytes);
	int r = digest_put(writer, "sha256", file->digest);
	json_object_close(writer);
	return r < 0 ? PASS(r) : 0;
}

int manifest_write(struct arena *arena, const struct manifest *manifest, struct str key,
		   struct str *ret_text)
{
	unsigned char mac[CRYPTO_DIGEST_BYTES];
	struct json_writer writer;
	int r = manifest_mac(manifest, key, mac);
	if (r < 0)
		return PASS(r);
	json_writer_init(&writer, arena, 1024);
	json_object_open(&writer);
	json_put_member_number(&writer, "format", MANIFEST_FORMAT);
	json_put_member_number(&writer, "made_ms", manifest->made_ms);
	json_key(&writer, "files");
	json_array_open(&writer);
	for (size_t i = 0; r == 0 && i < manifest->count; i++)
		r = file_put(&writer, &manifest->files[i]);
	json_array_close(&writer);
	if (r == 0)
		r = digest_put(&writer, "mac", mac);
	json_object_close(&writer);
	if (r == 0)
		r = json_writer_end(&writer, ret_text);
	return r < 0 ? PASS(r) : 0;
}

/* --- reading --- */

struct manifest_members {
	int64_t format, made_ms;
	const struct json *files;
	struct str mac;
};

static const struct json_field manifest_fields[] = {
	JSON_FIELD(struct manifest_members, format, "format", JSON_NUMBER, JSON_REQUIRED, 1,
		   INT64_MAX),
	JSON_FIELD(struct manifest_members, made_ms, "made_ms", JSON_NUMBER, JSON_REQUIRED, 0,
		   INT64_MAX),
	JSON_FIELD(struct manifest_members, files, "files", JSON_ARRAY, JSON_REQUIRED, 0,
		   MANIFEST_FILES_MAX),
	JSON_FIELD(struct manifest_members, mac, "mac", JSON_TEXT, JSON_REQUIRED, HEX_DIGEST_CHARS,
		   HEX_DIGEST_CHARS),
};

struct file_members {
	struct str facility, sha256;
	int64_t bytes;
};

static const struct json_field file_fields[] = {
	JSON_FIELD(struct file_members, facility, "facility", JSON_TEXT, JSON_REQUIRED, 1,
		   HOME_CODE_BYTES - 1),
	JSON_FIELD(struct file_members, bytes, "bytes", JSON_NUMBER, JSON_REQUIRED, 0, INT64_MAX),
	JSON_FIELD(struct file_members, sha256, "sha256", JSON_TEXT, JSON_REQUIRED,
		   HEX_DIGEST_CHARS, HEX_DIGEST_CHARS),
};

static int digest_read(struct arena *arena, struct str hex, unsigned char *ret_digest)
{
	struct str bytes;
	int r = decode_hex(arena, hex, &bytes);
	if (r)
		return r < 0 ? PASS(r) : MANIFEST_BROKEN;
	memcpy(ret_digest, bytes.ptr, CRYPTO_DIGEST_BYTES);
	return 0;
}

static int file_read_one(struct arena *arena, const struct json *object,
			 struct manifest_file *ret_file)
{
	struct file_members members = {0};
	struct json_complaint complaint;
	if (json_decode(object, file_fields, 3, &members, &complaint) != 0 ||
	    !home_code_is_good(members.facility) ||
	    str_to_c(members.facility, ret_file->facility, HOME_CODE_BYTES) < 0)
		return MANIFEST_BROKEN;
	ret_file->bytes = members.bytes;
	return digest_read(arena, members.sha256, ret_file->digest);
}

static int members_read(struct arena *arena, const struct json *root, struct manifest *manifest,
			unsigned char mac[CRYPTO_DIGEST_BYTES])
{
	struct manifest_members members = {0};
	struct json_complaint complaint;
	if (json_decode_open(root, manifest_fields, 1, &members, &complaint) == 0 &&
	    members.format > MANIFEST_FORMAT)
		return MANIFEST_NEWER;
	if (json_decode(root, manifest_fields, 4, &members, &complaint) != 0)
		return MANIFEST_BROKEN;
	manifest->made_ms = members.made_ms;
	int r = digest_read(arena, members.mac, mac);
	for (size_t i = 0; r == 0 && i < json_count(members.files); i++)
		r = file_read_one(arena, json_at(members.files, i),
				  &manifest->files[manifest->count++]);
	return r < 0 ? PASS(r) : r;
}

int manifest_read(struct str text, struct str key, struct manifest *ret_manifest)
{
	AUTO(arena_clear) struct arena arena;
	AUTO(json_clear) struct json_document document = {0};
	unsigned char told[CRYPTO_DIGEST_BYTES], mac[CRYPTO_DIGEST_BYTES];
	struct manifest manifest = {0};
	arena_init(&arena, ARENA_BYTES);
	int r = json_read(text, &limits, &document);
	if (r)
		return r < 0 ? PASS(r) : MANIFEST_BROKEN;
	r = members_read(&arena, document.root, &manifest, told);
	if (r == 0)
		r = manifest_mac(&manifest, key, mac);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!secret_equal(str_bytes(told, sizeof told), str_bytes(mac, sizeof mac)))
		return MANIFEST_BROKEN;
	*ret_manifest = manifest;
	return 0;
}
