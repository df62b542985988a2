/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key that was read stays as it is, so that any thread may use it without a lock; a key that
 * comes while we run is put into its own place first and then made visible by one atomic store. It
 * opens and verifies at once, but is used for new things only KEYS_SETTLE_MS later, when every
 * other process has seen it too.
 */
#include "server/keys/inside.h"

#include <stdlib.h>

/* A numbered key that we have already is left as it is. */
static int numbered_file_take(struct keys *keys, const struct kind *kind, const char *name)
{
	struct secret key AUTO(secret_wipe) = {0};
	int64_t made_ms;
	int n;
	int r = kind_number(kind, name, &n);
	if (r)
		return r;
	if (generation_there(generations_of(keys, kind->kind), n))
		return 0;
	r = folder_read(&keys->folder, name, &key, &made_ms);
	if (r == 0)
		r = numbered_take(keys, kind->kind, n, &key, made_ms);
	keys->came |= r == 0;
	return r < 0 ? PASS(r) : r;
}

/* So is one that signs, also when only its public half is left. */
static int signer_file_take(struct keys *keys, const struct kind *kind, const char *name)
{
	struct secret key AUTO(secret_wipe) = {0};
	int64_t made_ms;
	bool public;
	struct str kid = kind_kid(kind, name, &public);
	struct signers *signers = signers_of(keys, kind->kind);
	if (signer_find(signers, kid))
		return 0;
	int r = folder_read(&keys->folder, name, &key, &made_ms);
	if (r == 0)
		r = signer_add(signers, &key, kid, public, made_ms);
	keys->came |= r == 0;
	return r < 0 ? PASS(r) : r;
}

/* What is named like no key of ours is somebody's mistake: do not start. */
static int file_take(void *ctx, const char *name)
{
	struct keys *keys = ctx;
	const struct kind *kind = kind_of_name(name);
	if (!kind)
		return KEYS_FORGED;
	if (kind->kind == KEYS_KIND_MONTH)
		return 0; /* read when it is asked for */
	if (keys->opening && folder_is_new(&keys->folder, name, KEYS_SETTLE_MS))
		return 0;
	int r = generations_of(keys, kind->kind) ? numbered_file_take(keys, kind, name)
						 : signer_file_take(keys, kind, name);
	if (r < 0)
		return PASS(r);
	/* It went between the list and the reading: ended elsewhere. */
	return r && r != KEYS_ABSENT ? r : 0;
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
	numbered_follow(keys, KEYS_KIND_STORE);
	numbered_follow(keys, KEYS_KIND_LOOKUP);
	numbered_follow(keys, KEYS_KIND_PEPPER);
	keys->came = false;
	int r = folder_each(&keys->folder, file_take, keys);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (keys->came || (keys->settling && keys->came_ms == KEYS_UNTIMED)) {
		keys->settling = true;
		keys->came_ms = mono_ms;
	}
	if (keys->settling && mono_ms - keys->came_ms >= KEYS_SETTLE_MS)
		keys_settle(keys);
	return 0;
}

static bool keys_whole(const struct keys *keys)
{
	return keys->store_n.newest && keys->lookup_n.newest && keys->pepper_n.newest &&
	       keys_token_signing(keys).key && keys_proof_signing(keys).key &&
	       keys_audit_signing(keys).key;
}

/*
 * First the keys that every other process has seen; those are used for new things. Younger ones
 * open and verify, unless they are the first of all.
 */
static int folder_take(struct keys *keys)
{
	keys->opening = true;
	int r = folder_each(&keys->folder, file_take, keys);
	keys->opening = false;
	if (r)
		return r < 0 ? PASS(r) : r;
	keys_settle(keys);
	keys->came = false;
	r = folder_each(&keys->folder, file_take, keys);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!keys_whole(keys))
		keys_settle(keys);
	else if (keys->came) {
		keys->settling = true;
		keys->came_ms = KEYS_UNTIMED;
	}
	return keys_whole(keys) ? 0 : KEYS_ABSENT;
}

static int keys_read(struct keys *keys, const char *dir)
{
	int r = folder_open(dir, &keys->folder);
	if (r == 0)
		r = folder_root_check(&keys->folder);
	if (r == 0)
		r = folder_take(keys);
	return r < 0 ? PASS(r) : r;
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
