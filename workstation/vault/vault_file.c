/* SPDX-License-Identifier: Apache-2.0 */
/* vault.json: read strictly, written whole. */
#include "workstation/vault/vault_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/json/json.h"
#include "lib/json/writer.h"

enum {
	BASE64_CHARS_MAX = 128,
	TEXT_ARENA_BYTES = 1 << 20,
	PASSES_MAX = 100,
	MEMORY_KIB_MAX = 4 << 20,
};

static const struct json_limits limits = {VAULT_FILE_BYTES_MAX, 4, 16 * VAULT_STAFF_MAX};

/* --- reading --- */

struct vault_members {
	int64_t format, made_ms, recovery_ms;
	struct str recovery, mac;
	const struct json *staff;
};

static const struct json_field vault_fields[] = {
	JSON_FIELD(struct vault_members, format, "format", JSON_NUMBER, JSON_REQUIRED, 1,
		   INT64_MAX),
	JSON_FIELD(struct vault_members, made_ms, "made_ms", JSON_NUMBER, JSON_REQUIRED, 0,
		   INT64_MAX),
	JSON_FIELD(struct vault_members, recovery_ms, "recovery_ms", JSON_NUMBER, JSON_REQUIRED, 0,
		   INT64_MAX),
	JSON_FIELD(struct vault_members, recovery, "recovery", JSON_TEXT, JSON_REQUIRED, 1,
		   BASE64_CHARS_MAX),
	JSON_FIELD(struct vault_members, mac, "mac", JSON_TEXT, JSON_REQUIRED, 1, BASE64_CHARS_MAX),
	JSON_FIELD(struct vault_members, staff, "staff", JSON_ARRAY, JSON_REQUIRED, 1,
		   VAULT_STAFF_MAX),
};

struct staff_members {
	struct str id, name, salt, wrapped;
	bool active;
	int64_t fails, until_ms, passes, memory_kib;
};

static const struct json_field staff_fields[] = {
	JSON_FIELD(struct staff_members, id, "id", JSON_TEXT, JSON_REQUIRED, 1, VAULT_ID_CHARS_MAX),
	JSON_FIELD(struct staff_members, name, "name", JSON_TEXT, JSON_REQUIRED, 1,
		   VAULT_NAME_CHARS_MAX),
	JSON_FIELD(struct staff_members, active, "active", JSON_BOOL, JSON_REQUIRED, 0, 0),
	JSON_FIELD(struct staff_members, salt, "salt", JSON_TEXT, JSON_OPTIONAL, 1,
		   BASE64_CHARS_MAX),
	JSON_FIELD(struct staff_members, wrapped, "wrapped", JSON_TEXT, JSON_OPTIONAL, 1,
		   BASE64_CHARS_MAX),
	JSON_FIELD(struct staff_members, passes, "passes", JSON_NUMBER, JSON_OPTIONAL, 1,
		   PASSES_MAX),
	JSON_FIELD(struct staff_members, memory_kib, "memory_kib", JSON_NUMBER, JSON_OPTIONAL, 8,
		   MEMORY_KIB_MAX),
	JSON_FIELD(struct staff_members, fails, "fails", JSON_NUMBER, JSON_REQUIRED, 0, INT64_MAX),
	JSON_FIELD(struct staff_members, until_ms, "until_ms", JSON_NUMBER, JSON_REQUIRED, 0,
		   INT64_MAX),
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Exactly so many bytes. */
static int bytes_read(struct arena *arena, struct str text, unsigned char *ret_bytes, size_t count)
{
	struct str bytes;
	int r = decode_base64url(arena, text, &bytes);
	if (r < 0)
		return PASS(r);
	if (r || bytes.len != count)
		return VAULT_DAMAGED;
	memcpy(ret_bytes, bytes.ptr, count);
	return 0;
}

static void text_take(char *to, struct str text)
{
	memcpy(to, text.ptr, text.len);
	to[text.len] = '\0';
}

static int staff_key_read(struct arena *arena, const struct staff_members *members,
			  struct vault_staff *staff)
{
	if (!members->salt.ptr || !members->wrapped.ptr || !members->passes || !members->memory_kib)
		return VAULT_DAMAGED;
	staff->cost =
		(struct password_cost){(uint32_t)members->passes, (uint32_t)members->memory_kib};
	int r = bytes_read(arena, members->salt, staff->salt, sizeof staff->salt);
	if (r == 0)
		r = bytes_read(arena, members->wrapped, staff->wrapped, sizeof staff->wrapped);
	return r < 0 ? PASS(r) : r;
}

static int staff_read(struct arena *arena, const struct json *object, struct vault_staff *staff)
{
	struct staff_members members = {0};
	struct json_complaint complaint;
	if (json_decode(object, staff_fields, COUNT(staff_fields), &members, &complaint) != 0)
		return VAULT_DAMAGED;
	*staff = (struct vault_staff){.active = members.active,
				      .fails = members.fails,
				      .until_ms = members.until_ms};
	text_take(staff->id, members.id);
	text_take(staff->name, members.name);
	if (!staff->active)
		return 0;
	int r = staff_key_read(arena, &members, staff);
	return r < 0 ? PASS(r) : r;
}

static int members_read(struct arena *arena, const struct vault_members *members,
			struct vault *vault)
{
	*vault = (struct vault){.made_ms = members->made_ms, .recovery_ms = members->recovery_ms};
	int r = bytes_read(arena, members->recovery, vault->recovery, sizeof vault->recovery);
	if (r == 0)
		r = bytes_read(arena, members->mac, vault->mac, sizeof vault->mac);
	for (size_t i = 0; r == 0 && i < json_count(members->staff); i++)
		r = staff_read(arena, json_at(members->staff, i),
			       &vault->staff[vault->staff_count++]);
	return r < 0 ? PASS(r) : r;
}

/* A newer program's file may have other members: its format is looked at before them. */
static bool is_newer(const struct json *root)
{
	static const struct json_field only_format[] = {
		JSON_FIELD(struct vault_members, format, "format", JSON_NUMBER, JSON_REQUIRED,
			   VAULT_FORMAT + 1, INT64_MAX),
	};
	struct vault_members members = {0};
	struct json_complaint complaint;
	return json_decode_open(root, only_format, 1, &members, &complaint) == 0;
}

int vault_text_read(struct str text, struct vault *ret_vault)
{
	AUTO(arena_clear) struct arena arena;
	AUTO(json_clear) struct json_document document = {0};
	struct vault_members members = {0};
	struct json_complaint complaint;
	arena_init(&arena, TEXT_ARENA_BYTES);
	int r = json_read(text, &limits, &document);
	if (r)
		return r < 0 ? PASS(r) : VAULT_DAMAGED;
	if (is_newer(document.root))
		return VAULT_NEWER;
	if (json_decode(document.root, vault_fields, COUNT(vault_fields), &members, &complaint) !=
	    0)
		return VAULT_DAMAGED;
	r = members_read(&arena, &members, ret_vault);
	return r < 0 ? PASS(r) : r;
}

int vault_read(const char *path, struct vault *ret_vault)
{
	AUTO(arena_clear) struct arena arena;
	struct str text;
	arena_init(&arena, TEXT_ARENA_BYTES);
	int r = file_read_private(&arena, path, VAULT_FILE_BYTES_MAX, &text);
	if (r < 0)
		return PASS(r);
	if (r)
		return r == FILE_ABSENT ? VAULT_ABSENT : VAULT_UNUSABLE;
	r = vault_text_read(text, ret_vault);
	return r < 0 ? PASS(r) : r;
}

/* --- writing --- */

static int bytes_put(struct json_writer *writer, const char *name, const unsigned char *bytes,
		     size_t count)
{
	struct str text;
	int r = encode_base64url(writer->arena, str_bytes(bytes, count), &text);
	if (r < 0)
		return PASS(r);
	json_put_member(writer, name, text);
	return 0;
}

static int staff_put(struct json_writer *writer, const struct vault_staff *staff)
{
	int r = 0;
	json_object_open(writer);
	json_put_member(writer, "id", str_of(staff->id));
	json_put_member(writer, "name", str_of(staff->name));
	json_key(writer, "active");
	json_put_bool(writer, staff->active);
	json_put_member_number(writer, "fails", staff->fails);
	json_put_member_number(writer, "until_ms", staff->until_ms);
	if (staff->active) {
		json_put_member_number(writer, "passes", staff->cost.passes);
		json_put_member_number(writer, "memory_kib", staff->cost.memory_kib);
		r = bytes_put(writer, "salt", staff->salt, sizeof staff->salt);
		if (r == 0)
			r = bytes_put(writer, "wrapped", staff->wrapped, sizeof staff->wrapped);
	}
	json_object_close(writer);
	return r < 0 ? PASS(r) : 0;
}

int vault_text_write(struct arena *arena, const struct vault *vault, struct str *ret_text)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 4096);
	json_object_open(&writer);
	json_put_member_number(&writer, "format", VAULT_FORMAT);
	json_put_member_number(&writer, "made_ms", vault->made_ms);
	json_put_member_number(&writer, "recovery_ms", vault->recovery_ms);
	int r = bytes_put(&writer, "recovery", vault->recovery, sizeof vault->recovery);
	if (r == 0)
		r = bytes_put(&writer, "mac", vault->mac, sizeof vault->mac);
	json_key(&writer, "staff");
	json_array_open(&writer);
	for (size_t i = 0; r == 0 && i < vault->staff_count; i++)
		r = staff_put(&writer, &vault->staff[i]);
	json_array_close(&writer);
	json_object_close(&writer);
	if (r == 0)
		r = json_writer_end(&writer, ret_text);
	return r < 0 ? PASS(r) : 0;
}

int vault_file_write(const char *path, const struct vault *vault)
{
	AUTO(arena_clear) struct arena arena;
	struct str text;
	arena_init(&arena, TEXT_ARENA_BYTES);
	int r = vault_text_write(&arena, vault, &text);
	if (r < 0)
		return PASS(r);
	return file_write_private(path, text) == 0 ? 0 : VAULT_UNUSABLE;
}

/* --- one at a time --- */

int vault_file_lock(const char *path, int *ret_fd)
{
	char lock[PATH_MAX];
	int len = snprintf(lock, sizeof lock, "%s.lock", path);
	if (len < 0 || (size_t)len >= sizeof lock)
		return VAULT_UNUSABLE;
	int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return VAULT_UNUSABLE;
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR) {
			close(fd);
			return VAULT_UNUSABLE;
		}
	*ret_fd = fd;
	return 0;
}

void vault_file_unlock(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
