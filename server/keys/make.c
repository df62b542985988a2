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

struct census {
	const struct kind *kind;
	int newest, oldest; /* numbers; 0: none */
	int signing;
};

static int file_count(void *ctx, const char *name)
{
	struct census *census = ctx;
	int n;
	if (kind_of_name(name) != census->kind)
		return 0;
	census->signing += !str_ends(str_of(name), STR(".pub"));
	if (kind_number(census->kind, name, &n))
		return 0;
	if (n > census->newest)
		census->newest = n;
	if (!census->oldest || n < census->oldest)
		census->oldest = n;
	return 0;
}

static int generation_add(const struct folder *folder, const struct census *census, int64_t now_ms)
{
	char name[FOLDER_NAME_BYTES];
	int n = census->newest + 1;
	if (n > KEYS_NUMBER_MAX || n - census->oldest >= KEYS_ALIVE_MAX)
		return KEYS_FULL;
	snprintf(name, sizeof name, "%.*s%d", STR_ARG(census->kind->prefix), n);
	int r = random_write(folder, name, now_ms);
	return r < 0 ? PASS(r) : r;
}

static int kind_rotate(const struct folder *folder, enum keys_kind kind, int64_t now_ms)
{
	struct census census = {.kind = kind_of(kind)};
	char name[FOLDER_NAME_BYTES];
	int r = folder_each(folder, file_count, &census);
	if (r)
		return FOLD(r);
	switch (kind) {
	case KEYS_KIND_STORE:
	case KEYS_KIND_LOOKUP:
	case KEYS_KIND_PEPPER: r = generation_add(folder, &census, now_ms); break;
	case KEYS_KIND_TOKEN:
	case KEYS_KIND_PROOF:
	case KEYS_KIND_AUDIT:
		if (census.signing >= SIGNER_FILES_MAX)
			return KEYS_FULL;
		snprintf(name, sizeof name, "%.*s", STR_ARG(census.kind->name));
		r = signer_write(folder, name, now_ms);
		break;
	case KEYS_KIND_ROOT: r = folder_root_rotate(folder); break;
	case KEYS_KIND_MONTH:
	case KEYS_KINDS: return RAISE(EINVAL);
	}
	return r < 0 ? PASS(r) : r;
}

static int folder_ready(const char *dir, struct folder *folder)
{
	int r = folder_open(dir, folder);
	if (r == 0)
		r = folder_root_check(folder);
	return r < 0 ? PASS(r) : r;
}

int keys_rotate(const char *dir, enum keys_kind kind, int64_t now_ms)
{
	struct folder folder AUTO(folder_clear) = {.fd = -1};
	int r = folder_ready(dir, &folder);
	if (r == 0)
		r = kind_rotate(&folder, kind, now_ms);
	return r < 0 ? PASS(r) : r;
}

/* --- the end of what signs no more --- */

static int public_half_keep(const struct keys *keys, const struct kind *kind,
			    const struct signer *signer)
{
	char name[FOLDER_NAME_BYTES];
	unsigned char point[VERIFY_KEY_BYTES];
	int r = verify_key_write(signer->verify, point);
	if (r)
		return FOLD(r);
	snprintf(name, sizeof name, "%.*s%s.pub", STR_ARG(kind->prefix), signer->kid);
	r = folder_write(&keys->folder, name, str_bytes(point, sizeof point), signer->made_ms);
	return r < 0 ? PASS(r) : 0; /* KEYS_THERE: by a try that did not come to its end */
}

static int signer_retire(const struct keys *keys, const struct kind *kind,
			 const struct signer *signer)
{
	char name[FOLDER_NAME_BYTES];
	snprintf(name, sizeof name, "%.*s%s", STR_ARG(kind->prefix), signer->kid);
	if (!signer->key || folder_lacks(&keys->folder, name))
		return 0;
	int r = kind->kind == KEYS_KIND_TOKEN ? 0 : public_half_keep(keys, kind, signer);
	if (r == 0)
		r = folder_destroy(&keys->folder, name);
	return r < 0 ? PASS(r) : 0;
}

static int kind_retire(struct keys *keys, enum keys_kind kind, int64_t overlap_ms, int64_t now_ms)
{
	const struct signers *signers = signers_of(keys, kind);
	const struct signer *newest = &signers->list[atomic_load(&signers->newest)];
	size_t count = atomic_load(&signers->count);
	if (now_ms - newest->made_ms < overlap_ms)
		return 0;
	for (size_t i = 0; i < count; i++) {
		const struct signer *signer = &signers->list[i];
		/* One that is younger only waits for its turn. */
		if (signer == newest || signer->made_ms > newest->made_ms)
			continue;
		int r = signer_retire(keys, kind_of(kind), signer);
		if (r < 0)
			return PASS(r);
	}
	return 0;
}

int keys_signers_retire(struct keys *keys, int64_t now_ms)
{
	int r = kind_retire(keys, KEYS_KIND_TOKEN, KEYS_TOKEN_OVERLAP_MS, now_ms);
	if (r == 0)
		r = kind_retire(keys, KEYS_KIND_PROOF, KEYS_SIGNER_OVERLAP_MS, now_ms);
	if (r == 0)
		r = kind_retire(keys, KEYS_KIND_AUDIT, KEYS_SIGNER_OVERLAP_MS, now_ms);
	return r < 0 ? PASS(r) : 0;
}

/* --- a list --- */

struct listing {
	const struct folder *folder;
	int (*each)(void *ctx, const struct keys_file *file);
	void *ctx;
};

static int file_tell(void *ctx, const char *name)
{
	const struct listing *listing = ctx;
	struct secret key AUTO(secret_wipe) = {0};
	const struct kind *kind = kind_of_name(name);
	struct keys_file file = {.name = str_of(name)};
	if (!kind)
		return KEYS_FORGED;
	int r = folder_read(listing->folder, name, &key, &file.made_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	file.kind = kind->kind;
	file.public_only = str_ends(file.name, STR(".pub"));
	return listing->each(listing->ctx, &file);
}

int keys_each(const char *dir, int (*each)(void *ctx, const struct keys_file *file), void *ctx)
{
	struct folder folder AUTO(folder_clear) = {.fd = -1};
	struct listing listing = {&folder, each, ctx};
	int r = folder_ready(dir, &folder);
	if (r == 0)
		r = folder_each(&folder, file_tell, &listing);
	return r < 0 ? PASS(r) : r;
}
