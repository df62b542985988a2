/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys with a number: store, lookup and pepper. A store or lookup key never meets data itself: each
 * use has its own key, derived by HKDF with the use's label.
 */
#include "server/keys/inside.h"

#include <assert.h>

#include "lib/base/number.h"

static const struct str store_labels[KEYS_STORE_LABELS] = {
	[KEYS_TOKEN_CURSOR] = {"cursor", 6},	   [KEYS_TOKEN_REFRESH] = {"refresh", 7},
	[KEYS_TOKEN_VERIFIER] = {"verifier", 8},   [KEYS_TOKEN_NONCE] = {"nonce", 5},
	[KEYS_TOKEN_CHALLENGE] = {"challenge", 9}, [KEYS_TOKEN_ETAG] = {"etag", 4},
	[KEYS_STORE_SEAL] = {"seal", 4},
};

static const struct str lookup_labels[KEYS_LOOKUP_LABELS] = {
	[KEYS_LOOKUP_SERIAL] = {"serial", 6}, [KEYS_LOOKUP_PERSON] = {"person", 6},
	[KEYS_LOOKUP_SCOPE] = {"scope", 5},   [KEYS_LOOKUP_REF] = {"ref", 3},
	[KEYS_LOOKUP_CODE] = {"code", 4},
};

/* The number behind "store-" and its kin; KEYS_ABSENT: another name. */
int numbered_name(const char *name, struct str prefix, int *ret_number)
{
	struct str text = str_of(name);
	int64_t number;
	if (!str_starts(text, prefix))
		return KEYS_ABSENT;
	text = (struct str){text.ptr + prefix.len, text.len - prefix.len};
	if (number_parse(text, 1, KEYS_NUMBER_MAX, &number))
		return KEYS_FORGED;
	*ret_number = (int)number;
	return 0;
}

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

bool generation_there(const struct generations *generations, int n)
{
	return n >= 1 && n <= KEYS_NUMBER_MAX && atomic_load(&generations->there[n]);
}

static int store_take(struct keys *keys, int n, const struct secret *key)
{
	int r = labels_derive(key, store_labels, KEYS_STORE_LABELS, keys->store[n]);
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
		int r = numbered_name(name, found.prefix, &found.n);
		if (r == KEYS_ABSENT)
			continue;
		if (r == 0)
			*ret_numbered = found;
		return r;
	}
	return KEYS_ABSENT;
}

bool numbered_there(struct keys *keys, const char *name)
{
	struct numbered numbered;
	return numbered_find(keys, name, &numbered) == 0 &&
	       generation_there(numbered.generations, numbered.n);
}

int numbered_take(struct keys *keys, const char *name, const struct secret *key)
{
	struct numbered numbered;
	int r = numbered_find(keys, name, &numbered);
	if (r == 0)
		r = numbered.take(keys, numbered.n, key);
	return r < 0 ? PASS(r) : r;
}

void generation_settle(struct generations *generations)
{
	for (int n = KEYS_NUMBER_MAX; n > 0; n--)
		if (atomic_load(&generations->there[n])) {
			atomic_store(&generations->newest, n);
			return;
		}
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
