/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key that was read stays as it is, so that any thread may use it without a lock; a key that
 * comes while we run is put into its own place first and then made visible by one atomic store. It
 * opens and verifies at once, but is used for new things only KEYS_SETTLE_MS later, when every
 * other process has seen it too. Months come and go: they lie in a small table under a lock and are
 * read from their file when they are first asked for, so that a key made by another process is
 * found.
 *
 * A store or lookup key never meets data itself: each use has its own key, derived by HKDF with the
 * use's label.
 */
#include "server/keys/keys.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "server/keys/folder.h"

enum {
	NUMBER_MAX = 16,  /* generations of store, lookup and pepper that can be alive at once */
	SIGNERS_MAX = 64, /* seen by one process in its life */
	SIGNER_FILES_MAX = 8, /* of one kind, alive at once */
	MONTHS_MAX = 16,      /* in memory; the window of 翌月末 needs three */
	SEALED_VERSION = 1,
	SEALED_HEAD = 3,
	KID_BYTES = THUMBPRINT_BYTES,
};

/* Uses of a store key beyond the tokens'. */
enum { STORE_SEAL = KEYS_TOKEN_LABELS, STORE_LABELS };

struct signer {
	struct signing_key *key;
	struct verify_key *verify;
	char kid[KID_BYTES];
	int64_t made_ms;
};

/* In the order in which they were read. */
struct signers {
	struct signer list[SIGNERS_MAX];
	atomic_size_t count;
	atomic_size_t newest; /* signs; once there is one */
};

/* The generations of one numbered key. */
struct generations {
	atomic_bool there[NUMBER_MAX + 1];
	atomic_int newest; /* for new things; 0: none */
};

struct month {
	bool used;
	int month;
	struct secret key;
};

struct keys {
	struct folder folder;
	struct generations store_n, lookup_n, pepper_n;
	/* The follower's: a key came; since when it waits to be the newest. */
	bool came, settling;
	int64_t came_ms;
	struct secret store[NUMBER_MAX + 1][STORE_LABELS];
	struct secret lookup[NUMBER_MAX + 1][KEYS_LOOKUP_LABELS];
	struct secret pepper[NUMBER_MAX + 1];
	struct signers token, proof, audit;
	pthread_mutex_t lock;
	struct month months[MONTHS_MAX]; /* under the lock */
	size_t months_next;
};

static const struct str store_labels[STORE_LABELS] = {
	[KEYS_TOKEN_CURSOR] = {"cursor", 6},
	[KEYS_TOKEN_REFRESH] = {"refresh", 7},
	[KEYS_TOKEN_VERIFIER] = {"verifier", 8},
	[KEYS_TOKEN_NONCE] = {"nonce", 5},
	[KEYS_TOKEN_CHALLENGE] = {"challenge", 9},
	[KEYS_TOKEN_ETAG] = {"etag", 4},
	[STORE_SEAL] = {"seal", 4},
};

static const struct str lookup_labels[KEYS_LOOKUP_LABELS] = {
	[KEYS_LOOKUP_SERIAL] = {"serial", 6}, [KEYS_LOOKUP_PERSON] = {"person", 6},
	[KEYS_LOOKUP_SCOPE] = {"scope", 5},   [KEYS_LOOKUP_REF] = {"ref", 3},
	[KEYS_LOOKUP_CODE] = {"code", 4},
};

/* --- names --- */

/* The number behind "store-" and its kin; KEYS_ABSENT: another name. */
static int name_number(const char *name, struct str prefix, int *ret_number)
{
	struct str text = str_of(name);
	int64_t number;
	if (!str_starts(text, prefix))
		return KEYS_ABSENT;
	text = (struct str){text.ptr + prefix.len, text.len - prefix.len};
	if (number_parse(text, 1, NUMBER_MAX, &number))
		return KEYS_FORGED;
	*ret_number = (int)number;
	return 0;
}

static void month_name(int month, char name[FOLDER_NAME_BYTES])
{
	assert(month >= 0 && month <= PERIOD_MONTH_MAX);
	snprintf(name, FOLDER_NAME_BYTES, "month-%04d%02d", 2020 + month / 12, month % 12 + 1);
}

/* --- reading the folder --- */

static int labels_derive(const struct secret *key, const struct str *labels, size_t labels_count,
			 struct secret *ret_keys)
{
	if (key->len != CRYPTO_KEY_BYTES)
		return KEYS_FORGED;
	for (size_t i = 0; i < labels_count; i++) {
		int r = hkdf(secret_str(key), labels[i], &ret_keys[i]);
		if (r < 0)
			return PASS(r);
	}
	return 0;
}

static void signer_clear(struct signer *signer)
{
	signing_key_destroyp(&signer->key);
	verify_key_destroyp(&signer->verify);
}

static int signer_read(const struct secret *pem, const char *kid, struct signer *ret_signer)
{
	struct signer signer AUTO(signer_clear) = {.made_ms = ret_signer->made_ms};
	int r = signing_key_read(secret_str(pem), &signer.key);
	if (r)
		return r < 0 ? PASS(r) : KEYS_FORGED;
	r = verify_key_of(signer.key, &signer.verify);
	if (r == 0)
		r = verify_key_thumbprint(signer.verify, signer.kid);
	if (r)
		return FOLD(r);
	if (strcmp(signer.kid, kid) != 0)
		return KEYS_FORGED;
	*ret_signer = signer;
	signer = (struct signer){0};
	return 0;
}

static const struct signer *signer_find(const struct signers *signers, struct str kid)
{
	size_t count = atomic_load(&signers->count);
	for (size_t i = 0; i < count; i++)
		if (str_equal(str_of(signers->list[i].kid), kid))
			return &signers->list[i];
	return NULL;
}

static int signer_add(struct signers *signers, const struct secret *pem, const char *kid,
		      int64_t made_ms)
{
	if (signers->count == SIGNERS_MAX)
		return RAISE(E2BIG);
	struct signer signer = {.made_ms = made_ms};
	int r = signer_read(pem, kid, &signer);
	if (r)
		return r < 0 ? PASS(r) : r;
	signers->list[signers->count] = signer;
	atomic_fetch_add(&signers->count, 1);
	return 0;
}

static bool generation_there(const struct generations *generations, int n)
{
	return n >= 1 && n <= NUMBER_MAX && atomic_load(&generations->there[n]);
}

static int store_take(struct keys *keys, int n, const struct secret *key)
{
	int r = labels_derive(key, store_labels, STORE_LABELS, keys->store[n]);
	if (r == 0)
		atomic_store(&keys->store_n.there[n], true);
	return r < 0 ? PASS(r) : r;
}

static int lookup_take(struct keys *keys, int n, const struct secret *key)
{
	int r = labels_derive(key, lookup_labels, KEYS_LOOKUP_LABELS, keys->lookup[n]);
	if (r == 0)
		atomic_store(&keys->lookup_n.there[n], true);
	return r < 0 ? PASS(r) : r;
}

static int pepper_take(struct keys *keys, int n, const struct secret *key)
{
	keys->pepper[n] = *key;
	atomic_store(&keys->pepper_n.there[n], true);
	return 0;
}

/* One kind of numbered key: its name's beginning, its generations, how it is taken. */
struct numbered {
	struct str prefix;
	struct generations *generations;
	int (*take)(struct keys *keys, int n, const struct secret *key);
	int n;
};

/* What the name belongs to. Outcomes: KEYS_ABSENT (to none of them), KEYS_FORGED. */
static int numbered_find(struct keys *keys, const char *name, struct numbered *ret_numbered)
{
	const struct numbered kinds[] = {
		{STR("store-"), &keys->store_n, store_take, 0},
		{STR("lookup-"), &keys->lookup_n, lookup_take, 0},
		{STR("pepper-"), &keys->pepper_n, pepper_take, 0},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct numbered found = kinds[i];
		int r = name_number(name, found.prefix, &found.n);
		if (r == KEYS_ABSENT)
			continue;
		if (r == 0)
			*ret_numbered = found;
		return r;
	}
	return KEYS_ABSENT;
}

/* A key that we have already is left as it is. */
static bool known(struct keys *keys, const char *name)
{
	struct numbered numbered;
	struct str text = str_of(name);
	if (str_starts(text, STR("month-")))
		return true;
	if (str_starts(text, STR("token-")))
		return signer_find(&keys->token, str_of(name + 6));
	if (str_starts(text, STR("proof-")))
		return signer_find(&keys->proof, str_of(name + 6));
	if (str_starts(text, STR("audit-")))
		return signer_find(&keys->audit, str_of(name + 6));
	return numbered_find(keys, name, &numbered) == 0 &&
	       generation_there(numbered.generations, numbered.n);
}

static int numbered_take(struct keys *keys, const char *name, const struct secret *key)
{
	struct numbered numbered;
	int r = numbered_find(keys, name, &numbered);
	if (r == 0)
		r = numbered.take(keys, numbered.n, key);
	return r < 0 ? PASS(r) : r;
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

static void generation_settle(struct generations *generations)
{
	for (int n = NUMBER_MAX; n > 0; n--)
		if (atomic_load(&generations->there[n])) {
			atomic_store(&generations->newest, n);
			return;
		}
}

static void signer_settle(struct signers *signers)
{
	size_t newest = 0, count = atomic_load(&signers->count);
	for (size_t i = 1; i < count; i++)
		if (signers->list[i].made_ms >= signers->list[newest].made_ms)
			newest = i;
	atomic_store(&signers->newest, newest);
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

static void signers_clear(struct signers *signers)
{
	for (size_t i = 0; i < signers->count; i++)
		signer_clear(&signers->list[i]);
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

/* --- making keys --- */

static int random_write(const struct folder *folder, const char *name, int64_t now_ms)
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
	char kid[KID_BYTES], name[FOLDER_NAME_BYTES];
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
	if (name_number(name, rotated->prefix, &n) == 0 && n > rotated->newest)
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
	if (rotated.newest == NUMBER_MAX)
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

/* --- sealing --- */

int keys_aad(struct arena *arena, const struct str *parts, size_t parts_count, struct str *ret_aad)
{
	size_t len = 0, used = 0;
	for (size_t i = 0; i < parts_count; i++)
		len += 8 + parts[i].len;
	char *aad = arena_bytes(arena, len);
	if (!aad)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < parts_count; i++) {
		for (int shift = 56; shift >= 0; shift -= 8)
			aad[used++] = (char)((uint64_t)parts[i].len >> shift);
		if (parts[i].len)
			memcpy(aad + used, parts[i].ptr, parts[i].len);
		used += parts[i].len;
	}
	*ret_aad = (struct str){aad, len};
	return 0;
}

static int value_seal(struct arena *arena, const struct secret *key, int number, struct str aad,
		      struct str text, struct str *ret_sealed)
{
	struct str body;
	int r = aead_seal(arena, secret_str(key), aad, text, &body);
	if (r < 0)
		return PASS(r);
	char *sealed = arena_alloc(arena, SEALED_HEAD + body.len);
	if (!sealed)
		return RAISE(ENOMEM);
	sealed[0] = SEALED_VERSION;
	sealed[1] = (char)(number >> 8);
	sealed[2] = (char)number;
	memcpy(sealed + SEALED_HEAD, body.ptr, body.len);
	*ret_sealed = (struct str){sealed, SEALED_HEAD + body.len};
	return 0;
}

/* The key number of a sealed value; < 0: it is none. */
static int value_number(struct str sealed)
{
	if (sealed.len < KEYS_SEALED_EXTRA || sealed.ptr[0] != SEALED_VERSION)
		return -1;
	return (unsigned char)sealed.ptr[1] << 8 | (unsigned char)sealed.ptr[2];
}

static int value_open(struct arena *arena, const struct secret *key, struct str aad,
		      struct str sealed, struct str *ret_text)
{
	struct str body = {sealed.ptr + SEALED_HEAD, sealed.len - SEALED_HEAD};
	int r = aead_open(arena, secret_str(key), aad, body, ret_text);
	if (r < 0)
		return PASS(r);
	return r ? KEYS_FORGED : 0;
}

int keys_seal(const struct keys *keys, struct arena *arena, struct str aad, struct str text,
	      struct str *ret_sealed)
{
	int n = atomic_load(&keys->store_n.newest);
	int r = value_seal(arena, &keys->store[n][STORE_SEAL], n, aad, text, ret_sealed);
	return r < 0 ? PASS(r) : 0;
}

int keys_open_sealed(const struct keys *keys, struct arena *arena, struct str aad,
		     struct str sealed, struct str *ret_text)
{
	int n = value_number(sealed);
	if (n < 0)
		return KEYS_FORGED;
	if (!generation_there(&keys->store_n, n))
		return KEYS_ABSENT;
	int r = value_open(arena, &keys->store[n][STORE_SEAL], aad, sealed, ret_text);
	return r < 0 ? PASS(r) : r;
}

/* --- months --- */

static struct month *month_find(struct keys *keys, int month)
{
	for (size_t i = 0; i < MONTHS_MAX; i++)
		if (keys->months[i].used && keys->months[i].month == month)
			return &keys->months[i];
	return NULL;
}

static int month_load(struct keys *keys, int month, struct month **ret_month)
{
	char name[FOLDER_NAME_BYTES];
	int64_t made_ms;
	struct secret key AUTO(secret_wipe) = {0};
	month_name(month, name);
	int r = folder_read(&keys->folder, name, &key, &made_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (key.len != CRYPTO_KEY_BYTES)
		return KEYS_FORGED;
	struct month *place = &keys->months[keys->months_next++ % MONTHS_MAX];
	*place = (struct month){.used = true, .month = month, .key = key};
	*ret_month = place;
	return 0;
}

static int month_key(struct keys *keys, int month, struct secret *ret_key)
{
	struct month *found = NULL;
	int r = 0;
	if (month < 0 || month > PERIOD_MONTH_MAX)
		return KEYS_ABSENT;
	pthread_mutex_lock(&keys->lock);
	found = month_find(keys, month);
	if (!found)
		r = month_load(keys, month, &found);
	if (r == 0)
		*ret_key = found->key;
	pthread_mutex_unlock(&keys->lock);
	if (r < 0)
		return PASS(r);
	/* A file that cannot be trusted is as good as none: 503 until somebody looks. */
	return r ? KEYS_ABSENT : 0;
}

int keys_seal_month(struct keys *keys, struct arena *arena, int month, struct str aad,
		    struct str text, struct str *ret_sealed)
{
	struct secret key AUTO(secret_wipe) = {0};
	int r = month_key(keys, month, &key);
	if (r == 0)
		r = value_seal(arena, &key, month, aad, text, ret_sealed);
	return r < 0 ? PASS(r) : r;
}

int keys_open_month(struct keys *keys, struct arena *arena, int month, struct str aad,
		    struct str sealed, struct str *ret_text)
{
	struct secret key AUTO(secret_wipe) = {0};
	if (value_number(sealed) != month)
		return KEYS_FORGED;
	int r = month_key(keys, month, &key);
	if (r == 0)
		r = value_open(arena, &key, aad, sealed, ret_text);
	return r < 0 ? PASS(r) : r;
}

/* --- many values --- */

void keys_reader_clear(struct keys_reader *reader)
{
	aead_opener_clear(&reader->month_opener);
	aead_opener_clear(&reader->store_opener);
}

static int value_read(struct aead_opener *opener, struct arena *arena, struct str aad,
		      struct str sealed, struct str *ret_text)
{
	struct str body = {sealed.ptr + SEALED_HEAD, sealed.len - SEALED_HEAD};
	int r = aead_opener_open(opener, arena, aad, body, ret_text);
	if (r < 0)
		return PASS(r);
	return r ? KEYS_FORGED : 0;
}

static int reader_month(struct keys *keys, struct keys_reader *reader, int month)
{
	if (reader->month_opener.ctx && reader->month == month)
		return 0;
	struct secret key AUTO(secret_wipe) = {0};
	int r = month_key(keys, month, &key);
	if (r)
		return r < 0 ? PASS(r) : r;
	aead_opener_clear(&reader->month_opener);
	reader->month = month;
	r = aead_opener_init(&reader->month_opener, secret_str(&key));
	return r ? FOLD(r) : 0;
}

int keys_read_month(struct keys *keys, struct keys_reader *reader, struct arena *arena, int month,
		    struct str aad, struct str sealed, struct str *ret_text)
{
	if (value_number(sealed) != month)
		return KEYS_FORGED;
	int r = reader_month(keys, reader, month);
	if (r == 0)
		r = value_read(&reader->month_opener, arena, aad, sealed, ret_text);
	return r < 0 ? PASS(r) : r;
}

int keys_read_sealed(const struct keys *keys, struct keys_reader *reader, struct arena *arena,
		     struct str aad, struct str sealed, struct str *ret_text)
{
	int n = value_number(sealed);
	if (n < 0)
		return KEYS_FORGED;
	if (!generation_there(&keys->store_n, n))
		return KEYS_ABSENT;
	if (!reader->store_opener.ctx || reader->store_n != n) {
		aead_opener_clear(&reader->store_opener);
		reader->store_n = n;
		int r = aead_opener_init(&reader->store_opener,
					 secret_str(&keys->store[n][STORE_SEAL]));
		if (r)
			return FOLD(r);
	}
	int r = value_read(&reader->store_opener, arena, aad, sealed, ret_text);
	return r < 0 ? PASS(r) : r;
}

int keys_month_make(struct keys *keys, int month)
{
	char name[FOLDER_NAME_BYTES];
	month_name(month, name);
	int r = random_write(&keys->folder, name, period_month_start_ms(month));
	if (r < 0)
		return PASS(r);
	return 0; /* KEYS_THERE is what was wanted */
}

void keys_month_forget(struct keys *keys, int month)
{
	pthread_mutex_lock(&keys->lock);
	struct month *found = month_find(keys, month);
	if (found)
		explicit_bzero(found, sizeof *found);
	pthread_mutex_unlock(&keys->lock);
}

void keys_months_follow(struct keys *keys)
{
	pthread_mutex_lock(&keys->lock);
	for (size_t i = 0; i < MONTHS_MAX; i++) {
		char name[FOLDER_NAME_BYTES];
		if (!keys->months[i].used)
			continue;
		month_name(keys->months[i].month, name);
		if (folder_lacks(&keys->folder, name))
			explicit_bzero(&keys->months[i], sizeof keys->months[i]);
	}
	pthread_mutex_unlock(&keys->lock);
}

struct months_wanted {
	int month_end;
	int *months;
	size_t max, count;
};

static int month_collect(void *ctx, const char *name)
{
	struct months_wanted *wanted = ctx;
	struct str text = str_of(name), prefix = STR("month-");
	int64_t number;
	if (!str_starts(text, prefix) || wanted->count == wanted->max)
		return 0;
	text = (struct str){text.ptr + prefix.len, text.len - prefix.len};
	if (text.len != 6 || number_parse(text, 202001, 999912, &number))
		return 0;
	int month = (int)(number / 100 - 2020) * 12 + (int)(number % 100) - 1;
	if (number % 100 >= 1 && number % 100 <= 12 && month < wanted->month_end)
		wanted->months[wanted->count++] = month;
	return 0;
}

int keys_months(const struct keys *keys, int month_end, int *ret_months, size_t months_max,
		size_t *ret_count)
{
	struct months_wanted wanted = {month_end, ret_months, months_max, 0};
	int r = folder_each(&keys->folder, month_collect, &wanted);
	if (r)
		return FOLD(r);
	*ret_count = wanted.count;
	return 0;
}

int keys_month_destroy(struct keys *keys, int month)
{
	char name[FOLDER_NAME_BYTES];
	month_name(month, name);
	int r = folder_destroy(&keys->folder, name);
	keys_month_forget(keys, month);
	return r < 0 ? PASS(r) : r;
}

/* --- looking up, MACs, pepper --- */

int keys_lookup_number(const struct keys *keys)
{
	return atomic_load(&keys->lookup_n.newest);
}

int keys_lookup(const struct keys *keys, enum keys_lookup_label label, const struct str *parts,
		size_t parts_count, unsigned char ret_mac[KEYS_MAC_BYTES])
{
	assert(label < KEYS_LOOKUP_LABELS);
	const struct secret *key = &keys->lookup[keys_lookup_number(keys)][label];
	int r = mac_parts(secret_str(key), parts, parts_count, ret_mac);
	return r < 0 ? PASS(r) : 0;
}

int keys_token_number(const struct keys *keys)
{
	return atomic_load(&keys->store_n.newest);
}

int keys_mac_token(const struct keys *keys, int n, enum keys_token_label label,
		   const struct str *parts, size_t parts_count,
		   unsigned char ret_mac[KEYS_MAC_BYTES])
{
	assert(label < KEYS_TOKEN_LABELS);
	if (!generation_there(&keys->store_n, n))
		return KEYS_ABSENT;
	int r = mac_parts(secret_str(&keys->store[n][label]), parts, parts_count, ret_mac);
	return r < 0 ? PASS(r) : 0;
}

int keys_mac_verify(const struct keys *keys, int n, enum keys_token_label label,
		    const struct str *parts, size_t parts_count, struct str mac)
{
	unsigned char wanted[KEYS_MAC_BYTES];
	int r = keys_mac_token(keys, n, label, parts, parts_count, wanted);
	if (r)
		return r < 0 ? PASS(r) : r;
	bool same = secret_equal(str_bytes(wanted, sizeof wanted), mac);
	explicit_bzero(wanted, sizeof wanted);
	return same ? 0 : KEYS_FORGED;
}

int keys_pepper_number(const struct keys *keys)
{
	return atomic_load(&keys->pepper_n.newest);
}

int keys_pepper(const struct keys *keys, int n, struct str *ret_pepper)
{
	if (!generation_there(&keys->pepper_n, n))
		return KEYS_ABSENT;
	*ret_pepper = secret_str(&keys->pepper[n]);
	return 0;
}

/* --- signing --- */

static struct keys_signer signers_newest(const struct signers *signers)
{
	const struct signer *signer = &signers->list[atomic_load(&signers->newest)];
	return (struct keys_signer){signer->key, str_of(signer->kid)};
}

static const struct verify_key *signers_find(const struct signers *signers, struct str kid)
{
	const struct signer *signer = signer_find(signers, kid);
	return signer ? signer->verify : NULL;
}

struct keys_signer keys_token_signing(const struct keys *keys)
{
	return signers_newest(&keys->token);
}

struct keys_signer keys_proof_signing(const struct keys *keys)
{
	return signers_newest(&keys->proof);
}

const struct verify_key *keys_token_verify(const struct keys *keys, struct str kid)
{
	return signers_find(&keys->token, kid);
}

const struct verify_key *keys_proof_verify(const struct keys *keys, struct str kid)
{
	return signers_find(&keys->proof, kid);
}

struct keys_signer keys_audit_signing(const struct keys *keys)
{
	return signers_newest(&keys->audit);
}

const struct verify_key *keys_audit_verify(const struct keys *keys, struct str kid)
{
	return signers_find(&keys->audit, kid);
}
