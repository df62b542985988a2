/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key that was read stays as it is, so that any thread may use it without a lock; a key that
 * comes while we run is put into its own place first and then made visible by one atomic store. It
 * opens and verifies at once, but is used for new things only KEYS_SETTLE_MS later, when every
 * other process has seen it too.
 */
#include "server/keys/inside.h"

#include <stdlib.h>

/* A key that we have already is left as it is. */
static bool known(struct keys *keys, const char *name)
{
	struct str text = str_of(name);
	if (str_starts(text, STR("month-")))
		return true;
	if (str_starts(text, STR("token-")))
		return signer_find(&keys->token, str_of(name + 6));
	if (str_starts(text, STR("proof-")))
		return signer_find(&keys->proof, str_of(name + 6));
	if (str_starts(text, STR("audit-")))
		return signer_find(&keys->audit, str_of(name + 6));
	return numbered_there(keys, name);
}

/* What is named like no key of ours is somebody's mistake: do not start. */
static int file_take(void *ctx, const char *name)
{
	struct keys *keys = ctx;
	struct secret key AUTO(secret_wipe) = {0};
	int64_t made_ms;
	if (known(keys, name))
		return 0;
	int r = folder_read(&keys->folder, name, &key, &made_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (str_starts(str_of(name), STR("token-")))
		r = signer_add(&keys->token, &key, name + 6, made_ms);
	else if (str_starts(str_of(name), STR("proof-")))
		r = signer_add(&keys->proof, &key, name + 6, made_ms);
	else if (str_starts(str_of(name), STR("audit-")))
		r = signer_add(&keys->audit, &key, name + 6, made_ms);
	else
		r = numbered_take(keys, name, &key);
	if (r < 0)
		return PASS(r);
	keys->came |= r == 0;
	return r ? KEYS_FORGED : 0;
}

/* From now on the newest of each kind is used for new things. */
static void keys_settle(struct keys *keys)
{
	keys->settling = false;
	generation_settle(&keys->store_n);
	generation_settle(&keys->lookup_n);
	generation_settle(&keys->pepper_n);
	signer_settle(&keys->token);
	signer_settle(&keys->proof);
	signer_settle(&keys->audit);
}

int keys_follow(struct keys *keys, int64_t mono_ms)
{
	keys_months_follow(keys);
	keys->came = false;
	int r = folder_each(&keys->folder, file_take, keys);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (keys->came) {
		keys->settling = true;
		keys->came_ms = mono_ms;
	}
	if (keys->settling && mono_ms - keys->came_ms >= KEYS_SETTLE_MS)
		keys_settle(keys);
	return 0;
}

static int keys_read(struct keys *keys, const char *dir)
{
	int r = folder_open(dir, &keys->folder);
	if (r == 0)
		r = folder_root_read(&keys->folder);
	if (r == 0)
		r = folder_each(&keys->folder, file_take, keys);
	if (r)
		return r < 0 ? PASS(r) : r;
	keys_settle(keys);
	bool whole = keys->store_n.newest && keys->lookup_n.newest && keys->pepper_n.newest &&
		     keys->token.count && keys->proof.count && keys->audit.count;
	return whole ? 0 : KEYS_ABSENT;
}

int keys_open(struct keys **ret_keys, const char *dir)
{
	struct keys *keys = calloc(1, sizeof *keys);
	if (!keys)
		return RAISE(ENOMEM);
	keys->folder.fd = -1;
	pthread_mutex_init(&keys->lock, NULL);
	int r = keys_read(keys, dir);
	if (r) {
		keys_close(keys);
		return r < 0 ? PASS(r) : r;
	}
	*ret_keys = keys;
	return 0;
}

void keys_close(struct keys *keys)
{
	if (!keys)
		return;
	folder_clear(&keys->folder);
	signers_clear(&keys->token);
	signers_clear(&keys->proof);
	signers_clear(&keys->audit);
	pthread_mutex_destroy(&keys->lock);
	explicit_bzero(keys, sizeof *keys);
	free(keys);
}
