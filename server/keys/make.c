/* SPDX-License-Identifier: Apache-2.0 */
/* New keys: the first ones, one more of a kind, and the end of those that are done with. */
#include "server/keys/inside.h"

#include <stdio.h>
#include <sys/stat.h>

#include "lib/base/period.h"

enum { SIGNER_FILES_MAX = 8 }; /* of one kind, alive at once */

int random_write(const struct folder *folder, const char *name, int64_t now_ms)
{
	struct secret key AUTO(secret_wipe) = {.len = CRYPTO_KEY_BYTES};
	random_bytes(key.bytes, key.len);
	int r = folder_write(folder, name, secret_str(&key), now_ms);
	return r < 0 ? PASS(r) : r;
}

static int signer_write(const struct folder *folder, const char *kind, int64_t now_ms)
{
	struct signing_key *key AUTO(signing_key_destroyp) = NULL;
	struct verify_key *verify AUTO(verify_key_destroyp) = NULL;
	struct secret pem AUTO(secret_wipe) = {0};
	char kid[KEYS_KID_BYTES], name[FOLDER_NAME_BYTES];
	int r = signing_key_generate(&key);
	if (r == 0)
		r = signing_key_write(key, &pem);
	if (r == 0)
		r = verify_key_of(key, &verify);
	if (r == 0)
		r = verify_key_thumbprint(verify, kid);
	if (r < 0)
		return PASS(r);
	snprintf(name, sizeof name, "%s-%s", kind, kid);
	r = folder_write(folder, name, secret_str(&pem), now_ms);
	return r < 0 ? PASS(r) : r;
}

static int first_keys_write(const struct folder *folder, int64_t now_ms)
{
	static const char *const names[] = {"store-1", "lookup-1", "pepper-1"};
	int r = 0;
	for (size_t i = 0; r == 0 && i < 3; i++)
		r = random_write(folder, names[i], now_ms);
	for (int month = period_month(now_ms); r == 0 && month <= period_month(now_ms) + 1;
	     month++) {
		char name[FOLDER_NAME_BYTES];
		month_name(month, name);
		r = random_write(folder, name, now_ms);
	}
	if (r == 0)
		r = signer_write(folder, "token", now_ms);
	if (r == 0)
		r = signer_write(folder, "proof", now_ms);
	if (r == 0)
		r = signer_write(folder, "audit", now_ms);
	return r < 0 ? PASS(r) : r;
}

int keys_init(const char *dir, int64_t now_ms)
{
	struct folder folder AUTO(folder_clear) = {.fd = -1};
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return RAISE(EIO);
	int r = folder_open(dir, &folder);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = folder_root_make(&folder);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = first_keys_write(&folder, now_ms);
	return r < 0 ? PASS(r) : r;
}

/* --- rotation --- */

struct rotated {
	struct str prefix;
	int newest;
};

static int newest_look(void *ctx, const char *name)
{
	struct rotated *rotated = ctx;
	int n;
	if (numbered_name(name, rotated->prefix, &n) == 0 && n > rotated->newest)
		rotated->newest = n;
	return 0;
}

static int generation_add(const struct folder *folder, struct str prefix, int64_t now_ms)
{
	struct rotated rotated = {.prefix = prefix};
	char name[FOLDER_NAME_BYTES];
	int r = folder_each(folder, newest_look, &rotated);
	if (r)
		return FOLD(r);
	if (rotated.newest == KEYS_NUMBER_MAX)
		return KEYS_FULL;
	snprintf(name, sizeof name, "%.*s%d", STR_ARG(prefix), rotated.newest + 1);
	r = random_write(folder, name, now_ms);
	return r < 0 ? PASS(r) : r;
}

static int signers_count(void *ctx, const char *name)
{
	struct rotated *rotated = ctx;
	rotated->newest += str_starts(str_of(name), rotated->prefix);
	return 0;
}

static int signer_rotate(const struct folder *folder, const char *kind, int64_t now_ms)
{
	struct rotated rotated = {.prefix = str_of(kind)};
	int r = folder_each(folder, signers_count, &rotated);
	if (r)
		return FOLD(r);
	if (rotated.newest >= SIGNER_FILES_MAX)
		return KEYS_FULL;
	r = signer_write(folder, kind, now_ms);
	return r < 0 ? PASS(r) : r;
}

int keys_tokens_retire(struct keys *keys, int64_t now_ms)
{
	size_t newest = atomic_load(&keys->token.newest), count = atomic_load(&keys->token.count);
	if (now_ms - keys->token.list[newest].made_ms < KEYS_TOKEN_OVERLAP_MS)
		return 0;
	for (size_t i = 0; i < count; i++) {
		char name[FOLDER_NAME_BYTES];
		/* One that is younger only waits for its turn. */
		if (i == newest || keys->token.list[i].made_ms > keys->token.list[newest].made_ms)
			continue;
		snprintf(name, sizeof name, "token-%s", keys->token.list[i].kid);
		int r = folder_destroy(&keys->folder, name);
		if (r < 0)
			return PASS(r);
	}
	return 0;
}

int keys_rotate(const char *dir, enum keys_kind kind, int64_t now_ms)
{
	struct folder folder AUTO(folder_clear) = {.fd = -1};
	int r = folder_open(dir, &folder);
	if (r == 0)
		r = folder_root_read(&folder);
	if (r)
		return r < 0 ? PASS(r) : r;
	switch (kind) {
	case KEYS_KIND_STORE: r = generation_add(&folder, STR("store-"), now_ms); break;
	case KEYS_KIND_TOKEN: r = signer_rotate(&folder, "token", now_ms); break;
	case KEYS_KIND_PROOF: r = signer_rotate(&folder, "proof", now_ms); break;
	}
	return r < 0 ? PASS(r) : r;
}
