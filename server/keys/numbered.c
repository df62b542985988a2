/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys with a number: store, lookup and pepper. A store or lookup key never meets data itself: each
 * use has its own key, derived by HKDF with the use's label.
 */
#include "server/keys/inside.h"

#include <assert.h>
#include <stdio.h>

static const struct str store_labels[KEYS_STORE_LABELS] = {
	[KEYS_TOKEN_CURSOR] = {"cursor", 6},	   [KEYS_TOKEN_REFRESH] = {"refresh", 7},
	[KEYS_TOKEN_VERIFIER] = {"verifier", 8},   [KEYS_TOKEN_NONCE] = {"nonce", 5},
	[KEYS_TOKEN_CHALLENGE] = {"challenge", 9}, [KEYS_TOKEN_ETAG] = {"etag", 4},
	[KEYS_TOKEN_MAIL_CODE] = {"mail code", 9}, [KEYS_STORE_SEAL] = {"seal", 4},
};

static const struct str lookup_labels[KEYS_LOOKUP_LABELS] = {
	[KEYS_LOOKUP_SERIAL] = {"serial", 6}, [KEYS_LOOKUP_PERSON] = {"person", 6},
	[KEYS_LOOKUP_SCOPE] = {"scope", 5},   [KEYS_LOOKUP_REF] = {"ref", 3},
	[KEYS_LOOKUP_CODE] = {"code", 4},
};

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

struct generations *generations_of(struct keys *keys, enum keys_kind kind)
{
	switch (kind) {
	case KEYS_KIND_STORE: return &keys->store_n;
	case KEYS_KIND_LOOKUP: return &keys->lookup_n;
	case KEYS_KIND_PEPPER: return &keys->pepper_n;
	case KEYS_KIND_ROOT:
	case KEYS_KIND_MONTH:
	case KEYS_KIND_TOKEN:
	case KEYS_KIND_PROOF:
	case KEYS_KIND_AUDIT:
	case KEYS_KINDS: break;
	}
	return NULL;
}

static const struct generations *generations_look(const struct keys *keys, enum keys_kind kind)
{
	return generations_of((struct keys *)(uintptr_t)keys, kind);
}

bool generation_there(const struct generations *generations, int n)
{
	return n >= 1 && n <= KEYS_NUMBER_MAX &&
	       atomic_load(&generations->n[generation_place(n)]) == n;
}

/* What is held of key n, in its place. */
static struct secret *place_of(struct keys *keys, enum keys_kind kind, int n, size_t *ret_count)
{
	size_t place = generation_place(n);
	if (kind == KEYS_KIND_STORE) {
		*ret_count = KEYS_STORE_LABELS;
		return keys->store[place];
	}
	if (kind == KEYS_KIND_LOOKUP) {
		*ret_count = KEYS_LOOKUP_LABELS;
		return keys->lookup[place];
	}
	*ret_count = 1;
	return &keys->pepper[place];
}

int numbered_take(struct keys *keys, enum keys_kind kind, int n, const struct secret *key,
		  int64_t made_ms)
{
	struct generations *generations = generations_of(keys, kind);
	size_t place = generation_place(n), count;
	struct secret *held = place_of(keys, kind, n, &count);
	int r = 0;
	if (atomic_load(&generations->n[place]) || key->len != CRYPTO_KEY_BYTES)
		return KEYS_FORGED;
	if (kind == KEYS_KIND_PEPPER)
		*held = *key;
	else
		r = labels_derive(key, kind == KEYS_KIND_STORE ? store_labels : lookup_labels,
				  count, held);
	if (r < 0)
		return PASS(r);
	generations->gone[place] = false;
	generations->made_ms[place] = made_ms;
	atomic_store(&generations->n[place], n);
	return 0;
}

void generation_settle(struct generations *generations)
{
	int newest = 0;
	for (size_t i = 0; i < KEYS_ALIVE_MAX; i++) {
		int n = atomic_load(&generations->n[i]);
		if (n > newest)
			newest = n;
	}
	atomic_store(&generations->newest, newest);
}

static void file_name(enum keys_kind kind, int n, char name[FOLDER_NAME_BYTES])
{
	snprintf(name, FOLDER_NAME_BYTES, "%.*s%d", STR_ARG(kind_of(kind)->prefix), n);
}

void numbered_follow(struct keys *keys, enum keys_kind kind)
{
	struct generations *generations = generations_of(keys, kind);
	for (size_t i = 0; i < KEYS_ALIVE_MAX; i++) {
		char name[FOLDER_NAME_BYTES];
		int n = atomic_load(&generations->n[i]);
		size_t count;
		if (generations->gone[i]) {
			struct secret *held = place_of(keys, kind, (int)i, &count);
			explicit_bzero(held, count * sizeof *held);
			generations->gone[i] = false;
		}
		if (n == 0 || n == atomic_load(&generations->newest))
			continue;
		file_name(kind, n, name);
		if (!folder_lacks(&keys->folder, name))
			continue;
		atomic_store(&generations->n[i], 0);
		generations->gone[i] = true;
	}
}

size_t keys_generations(const struct keys *keys, enum keys_kind kind,
			struct keys_generation ret_generations[KEYS_ALIVE_MAX])
{
	const struct generations *generations = generations_look(keys, kind);
	size_t count = 0;
	for (size_t i = 0; i < KEYS_ALIVE_MAX; i++) {
		struct keys_generation found = {atomic_load(&generations->n[i]),
						generations->made_ms[i]};
		size_t at = count;
		if (found.n == 0)
			continue;
		for (; at > 0 && ret_generations[at - 1].n > found.n; at--)
			ret_generations[at] = ret_generations[at - 1];
		ret_generations[at] = found;
		count++;
	}
	return count;
}

int keys_newest(const struct keys *keys, enum keys_kind kind)
{
	return atomic_load(&generations_look(keys, kind)->newest);
}

int keys_generation_destroy(struct keys *keys, enum keys_kind kind, int n)
{
	char name[FOLDER_NAME_BYTES];
	assert(n < keys_newest(keys, kind));
	file_name(kind, n, name);
	int r = folder_destroy(&keys->folder, name);
	return r < 0 ? PASS(r) : 0; /* KEYS_ABSENT is what was wanted */
}

/* --- looking up, MACs, pepper --- */

int keys_lookup_number(const struct keys *keys)
{
	return keys_newest(keys, KEYS_KIND_LOOKUP);
}

int keys_lookup_under(const struct keys *keys, int n, enum keys_lookup_label label,
		      const struct str *parts, size_t parts_count,
		      unsigned char ret_mac[KEYS_MAC_BYTES])
{
	assert(label < KEYS_LOOKUP_LABELS);
	if (!generation_there(&keys->lookup_n, n))
		return KEYS_ABSENT;
	const struct secret *key = &keys->lookup[generation_place(n)][label];
	int r = mac_parts(secret_str(key), parts, parts_count, ret_mac);
	return r < 0 ? PASS(r) : 0;
}

int keys_lookup(const struct keys *keys, enum keys_lookup_label label, const struct str *parts,
		size_t parts_count, unsigned char ret_mac[KEYS_MAC_BYTES])
{
	int r = keys_lookup_under(keys, keys_lookup_number(keys), label, parts, parts_count,
				  ret_mac);
	return r ? FOLD(r) : 0;
}

/* The other one of the two youngest: the one before, or one that has come and is not used yet. */
static int lookup_other(const struct keys *keys, int n)
{
	struct keys_generation generations[KEYS_ALIVE_MAX];
	size_t count = keys_generations(keys, KEYS_KIND_LOOKUP, generations);
	if (count < 2)
		return n;
	int last = generations[count - 1].n;
	return last == n ? generations[count - 2].n : last;
}

int keys_lookup_both(const struct keys *keys, enum keys_lookup_label label, const struct str *parts,
		     size_t parts_count, struct keys_lookup *ret_lookup)
{
	struct keys_lookup lookup = {.n = keys_lookup_number(keys)};
	int r = keys_lookup_under(keys, lookup.n, label, parts, parts_count, lookup.new);
	if (r)
		return FOLD(r);
	r = keys_lookup_under(keys, lookup_other(keys, lookup.n), label, parts, parts_count,
			      lookup.old);
	if (r < 0)
		return PASS(r);
	if (r) /* it went this moment: nothing is under it */
		memcpy(lookup.old, lookup.new, sizeof lookup.old);
	*ret_lookup = lookup;
	return 0;
}

int keys_token_number(const struct keys *keys)
{
	return keys_newest(keys, KEYS_KIND_STORE);
}

int keys_mac_token(const struct keys *keys, int n, enum keys_token_label label,
		   const struct str *parts, size_t parts_count,
		   unsigned char ret_mac[KEYS_MAC_BYTES])
{
	assert(label < KEYS_TOKEN_LABELS);
	if (!generation_there(&keys->store_n, n))
		return KEYS_ABSENT;
	int r = mac_parts(secret_str(&keys->store[generation_place(n)][label]), parts, parts_count,
			  ret_mac);
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
	return keys_newest(keys, KEYS_KIND_PEPPER);
}

int keys_pepper(const struct keys *keys, int n, struct str *ret_pepper)
{
	if (!generation_there(&keys->pepper_n, n))
		return KEYS_ABSENT;
	*ret_pepper = secret_str(&keys->pepper[generation_place(n)]);
	return 0;
}
