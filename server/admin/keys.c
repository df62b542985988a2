/* SPDX-License-Identifier: Apache-2.0 */
/* keys list: what is in the folder. keys rotate: one more of a kind; running services follow. */
#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/json/writer.h"
#include "server/admin/admin.h"

static bool file_signs(const struct keys_signer *signer, struct str name)
{
	return str_ends(name, signer->kid);
}

/* Is this the key for new things? */
static bool file_is_newest(const struct keys *keys, const struct keys_file *file)
{
	char digits[NUMBER_TEXT_BYTES];
	struct keys_signer signer;
	switch (file->kind) {
	case KEYS_KIND_STORE:
	case KEYS_KIND_LOOKUP:
	case KEYS_KIND_PEPPER: {
		struct str kind = keys_kind_name(file->kind);
		struct str number = {file->name.ptr + kind.len + 1, file->name.len - kind.len - 1};
		return str_equal(number, number_print(keys_newest(keys, file->kind), digits));
	}
	case KEYS_KIND_TOKEN: signer = keys_token_signing(keys); break;
	case KEYS_KIND_PROOF: signer = keys_proof_signing(keys); break;
	case KEYS_KIND_AUDIT: signer = keys_audit_signing(keys); break;
	case KEYS_KIND_ROOT:
	case KEYS_KIND_MONTH:
	case KEYS_KINDS: return false;
	}
	return file_signs(&signer, file->name);
}

static struct str file_use(const struct keys *keys, const struct keys_file *file)
{
	if (file->kind == KEYS_KIND_MONTH)
		return STR("month");
	if (file->public_only)
		return STR("public");
	return file_is_newest(keys, file) ? STR("new") : STR("other");
}

static int file_tell(void *ctx, const struct keys_file *file)
{
	struct admin *admin = ctx;
	char at[PERIOD_DATETIME_BYTES];
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "kind", keys_kind_name(file->kind));
	json_put_member(&writer, "name", file->name);
	json_put_member(&writer, "made_at", str_of(period_datetime_print(file->made_ms, at)));
	json_put_member(&writer, "use", file_use(admin->keys, file));
	int r = admin_line_end(admin, &writer);
	return r ? PASS(r) : 0;
}

static int folder_refuse(struct admin *admin)
{
	return admin_refuse(admin, ADMIN_REFUSED, "鍵のフォルダーか鍵のファイルを信用できません。");
}

int admin_keys_list(struct admin *admin)
{
	int r = keys_each(admin->config.keys.dir.ptr, file_tell, admin);
	if (r < 0)
		return PASS(r);
	return r ? folder_refuse(admin) : ADMIN_OK;
}

static int kind_rotate(struct admin *admin, void *ctx)
{
	const enum keys_kind *kind = ctx;
	char call[32];
	snprintf(call, sizeof call, "keys_rotate_%s", keys_kind_name(*kind).ptr);
	int r = admin_audit(admin, &(struct store_audit){.call = str_of(call)});
	if (r)
		return PASS(r);
	r = keys_rotate(admin->config.keys.dir.ptr, *kind, clock_now_ms(&admin->clock));
	if (r < 0)
		return PASS(r);
	if (r == KEYS_FULL)
		return admin_refuse(
			admin, ADMIN_CONFLICT,
			"この種類の鍵が多すぎます。古い鍵の役目が終わるのを待ってください。");
	return r ? folder_refuse(admin) : ADMIN_OK;
}

int admin_keys_rotate(struct admin *admin)
{
	enum keys_kind kind;
	struct json_writer writer;
	if (keys_kind_read(admin->options.file, &kind) || kind == KEYS_KIND_MONTH)
		return admin_refuse(
			admin, ADMIN_USAGE,
			"鍵の種類は root, store, lookup, pepper, token, proof, audit です。");
	int r = admin_transaction(admin, kind_rotate, &kind);
	if (r)
		return r < 0 ? PASS(r) : r;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "rotated", keys_kind_name(kind));
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}
