/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chart key is drawn once and never changes: what is wrapped again and again is that key. So a
 * password is changed at once, however large the store.
 *
 * AAD of a wrap: "shikaku-vault-1", whose it is (an id, or nothing for the recovery key): one
 * person's wrap, moved to another's place, does not open.
 */
#include "workstation/vault/vault.h"

#include <assert.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "workstation/vault/password_rule.h"
#include "workstation/vault/recovery.h"
#include "workstation/vault/vault_file.h"

enum {
	TRIES_FREE = 2, /* wrong ones without a wait */
	WAIT_MS_FIRST = 5000,
	WRAP_ARENA_BYTES = 64 * 1024,
};

const struct password_cost vault_cost = {.passes = 3, .memory_kib = 64 * 1024};

/* --- wraps --- */

struct wrap_aad {
	char bytes[64];
	struct str text;
};

static void aad_make(struct str whose, struct wrap_aad *ret_aad)
{
	static const char begins[] = "shikaku-vault-1";
	assert(sizeof begins + whose.len <= sizeof ret_aad->bytes);
	memcpy(ret_aad->bytes, begins, sizeof begins);
	if (whose.len)
		memcpy(ret_aad->bytes + sizeof begins, whose.ptr, whose.len);
	ret_aad->text = str_bytes(ret_aad->bytes, sizeof begins + whose.len);
}

static int key_wrap(struct str under, struct str whose, struct str key,
		    unsigned char ret_wrapped[VAULT_WRAPPED_BYTES])
{
	AUTO(arena_clear) struct arena arena;
	struct wrap_aad aad;
	struct str sealed;
	arena_init(&arena, WRAP_ARENA_BYTES);
	aad_make(whose, &aad);
	int r = aead_seal(&arena, under, aad.text, key, &sealed);
	if (r < 0)
		return PASS(r);
	assert(sealed.len == VAULT_WRAPPED_BYTES);
	memcpy(ret_wrapped, sealed.ptr, sealed.len);
	return 0;
}

/* Outcome: VAULT_PASSWORD_WRONG. */
static int key_unwrap(struct str under, struct str whose,
		      const unsigned char wrapped[VAULT_WRAPPED_BYTES], struct secret *ret_key)
{
	AUTO(arena_clear) struct arena arena;
	struct wrap_aad aad;
	struct str key;
	arena_init(&arena, WRAP_ARENA_BYTES);
	aad_make(whose, &aad);
	int r = aead_open(&arena, under, aad.text, str_bytes(wrapped, VAULT_WRAPPED_BYTES), &key);
	if (r)
		return r < 0 ? PASS(r) : VAULT_PASSWORD_WRONG;
	r = secret_set(ret_key, key);
	return r < 0 ? PASS(r) : 0;
}

static int staff_wrap(struct vault_staff *staff, const struct vault_person *person, struct str key)
{
	AUTO(secret_wipe) struct secret under = {0};
	staff->cost = person->cost ? *person->cost : vault_cost;
	random_bytes(staff->salt, sizeof staff->salt);
	int r = password_key(person->password, str_bytes(staff->salt, sizeof staff->salt),
			     &staff->cost, &under);
	if (r == 0)
		r = key_wrap(secret_str(&under), str_of(staff->id), key, staff->wrapped);
	if (r < 0)
		return PASS(r);
	staff->active = true;
	staff->fails = staff->until_ms = 0;
	return 0;
}

static int recovery_under(struct str recovery, struct secret *ret_under)
{
	int r = hkdf(recovery, STR("shikaku recovery"), ret_under);
	return r < 0 ? PASS(r) : 0;
}

static int recovery_wrap(struct vault *vault, int64_t now_ms, struct str key,
			 struct secret *ret_recovery)
{
	AUTO(secret_wipe) struct secret under = {0};
	recovery_draw(ret_recovery);
	int r = recovery_under(secret_str(ret_recovery), &under);
	if (r == 0)
		r = key_wrap(secret_str(&under), (struct str){0}, key, vault->recovery);
	if (r < 0)
		return PASS(r);
	vault->recovery_ms = now_ms;
	return 0;
}

/* --- the list's MAC: over all that only somebody with the key may change --- */

static int list_mac(const struct vault *vault, struct str key,
		    unsigned char ret_mac[CRYPTO_DIGEST_BYTES])
{
	enum { PARTS_EACH = 4 };
	AUTO(secret_wipe) struct secret mac_key = {0};
	struct str parts[1 + PARTS_EACH * VAULT_STAFF_MAX];
	size_t count = 0;
	parts[count++] = str_bytes(vault->recovery, sizeof vault->recovery);
	for (size_t i = 0; i < vault->staff_count; i++) {
		const struct vault_staff *staff = &vault->staff[i];
		parts[count++] = str_of(staff->id);
		parts[count++] = str_of(staff->name);
		parts[count++] = staff->active ? STR("active") : STR("away");
		parts[count++] = str_bytes(staff->wrapped, sizeof staff->wrapped);
	}
	int r = hkdf(key, STR("shikaku vault list"), &mac_key);
	if (r == 0)
		r = mac_parts(secret_str(&mac_key), parts, count, ret_mac);
	return r < 0 ? PASS(r) : 0;
}

static int list_check(const struct vault *vault, struct str key)
{
	unsigned char mac[CRYPTO_DIGEST_BYTES];
	int r = list_mac(vault, key, mac);
	if (r < 0)
		return PASS(r);
	return secret_equal(str_bytes(mac, sizeof mac), str_bytes(vault->mac, sizeof vault->mac))
		       ? 0
		       : VAULT_DAMAGED;
}

static int list_write(const char *path, struct vault *vault, struct str key)
{
	int r = list_mac(vault, key, vault->mac);
	if (r == 0)
		r = vault_file_write(path, vault);
	return r < 0 ? PASS(r) : r;
}

/* --- staff --- */

static size_t staff_place(const struct vault *vault, struct str id)
{
	size_t place = 0;
	while (place < vault->staff_count && !str_equal(str_of(vault->staff[place].id), id))
		place++;
	return place;
}

static struct vault_staff *staff_find(struct vault *vault, struct str id)
{
	size_t place = staff_place(vault, id);
	return place < vault->staff_count ? &vault->staff[place] : NULL;
}

const struct vault_staff *vault_staff_of(const struct vault *vault, struct str id)
{
	size_t place = staff_place(vault, id);
	return place < vault->staff_count ? &vault->staff[place] : NULL;
}

static bool id_is_good(struct str id)
{
	for (size_t i = 0; i < id.len; i++) {
		char c = id.ptr[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return id.len >= 1 && id.len <= VAULT_ID_CHARS_MAX;
}

static bool name_is_good(struct str name)
{
	return name.len >= 1 && name.len <= VAULT_NAME_BYTES_MAX && utf8_valid(name) &&
	       !utf8_has_control(name) && utf8_count(name) <= VAULT_NAME_CHARS_MAX;
}

static int person_check(const struct vault_person *person)
{
	if (!id_is_good(person->id) || !name_is_good(person->name))
		return VAULT_STAFF_REFUSED;
	return password_rule_check(person->password);
}

static void text_take(char *to, struct str text)
{
	memcpy(to, text.ptr, text.len);
	to[text.len] = '\0';
}

/* Behind the last one; not written yet. */
static int staff_append(struct vault *vault, const struct vault_person *person, struct str key)
{
	struct vault_staff *staff = &vault->staff[vault->staff_count];
	*staff = (struct vault_staff){0};
	text_take(staff->id, person->id);
	text_take(staff->name, person->name);
	int r = staff_wrap(staff, person, key);
	if (r < 0)
		return PASS(r);
	vault->staff_count++;
	return 0;
}

/* --- the first one --- */

static int first_write(const char *path, int64_t now_ms, const struct vault_person *person,
		       struct secret *key, struct secret *recovery)
{
	struct vault vault = {.made_ms = now_ms};
	random_bytes(key->bytes, CRYPTO_KEY_BYTES);
	key->len = CRYPTO_KEY_BYTES;
	int r = recovery_wrap(&vault, now_ms, secret_str(key), recovery);
	if (r == 0)
		r = staff_append(&vault, person, secret_str(key));
	if (r == 0)
		r = list_write(path, &vault, secret_str(key));
	return r < 0 ? PASS(r) : r;
}

int vault_create(const char *path, int64_t now_ms, const struct vault_person *person,
		 struct secret *ret_key, struct secret *ret_recovery)
{
	AUTO(vault_file_unlock) int lock = -1;
	AUTO(secret_wipe) struct secret key = {0}, recovery = {0};
	struct vault present;
	int r = person_check(person);
	if (r == 0)
		r = vault_file_lock(path, &lock);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = vault_read(path, &present);
	if (r != VAULT_ABSENT)
		return r < 0 ? PASS(r) : VAULT_PRESENT;
	r = first_write(path, now_ms, person, &key, &recovery);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_key = key;
	*ret_recovery = recovery;
	return 0;
}

/* --- unlocking --- */

static int64_t wait_after(int64_t fails)
{
	int64_t wait = WAIT_MS_FIRST;
	for (int64_t i = TRIES_FREE + 1; i < fails && wait < VAULT_WAIT_MS_MAX; i++)
		wait *= 2;
	return fails <= TRIES_FREE ? 0 : wait < VAULT_WAIT_MS_MAX ? wait : VAULT_WAIT_MS_MAX;
}

/* A clock that was set back must not make anybody wait for years. */
int64_t vault_wait_ms(const struct vault_staff *staff, int64_t now_ms)
{
	int64_t left = staff->until_ms - now_ms, most = wait_after(staff->fails);
	return left <= 0 ? 0 : left < most ? left : most;
}

/* The try is written down before anything is tried. */
static int try_note(const char *path, struct vault *vault, struct vault_staff *staff,
		    int64_t now_ms)
{
	if (staff->fails < INT64_MAX)
		staff->fails++;
	staff->until_ms = now_ms + wait_after(staff->fails);
	int r = vault_file_write(path, vault);
	return r < 0 ? PASS(r) : r;
}

static int staff_unwrap(const struct vault_staff *staff, struct str password,
			struct secret *ret_key)
{
	AUTO(secret_wipe) struct secret under = {0};
	int r = password_key(password, str_bytes(staff->salt, sizeof staff->salt), &staff->cost,
			     &under);
	if (r == 0)
		r = key_unwrap(secret_str(&under), str_of(staff->id), staff->wrapped, ret_key);
	return r < 0 ? PASS(r) : r;
}

int vault_unlock(const char *path, int64_t now_ms, struct str id, struct str password,
		 struct secret *ret_key)
{
	AUTO(vault_file_unlock) int lock = -1;
	AUTO(secret_wipe) struct secret key = {0};
	struct vault vault;
	int r = vault_file_lock(path, &lock);
	if (r == 0)
		r = vault_read(path, &vault);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct vault_staff *staff = staff_find(&vault, id);
	if (!staff || !staff->active)
		return VAULT_STAFF_UNKNOWN;
	if (vault_wait_ms(staff, now_ms) > 0)
		return VAULT_WAIT;
	r = try_note(path, &vault, staff, now_ms);
	if (r == 0)
		r = staff_unwrap(staff, password, &key);
	if (r == 0)
		r = list_check(&vault, secret_str(&key));
	if (r)
		return r < 0 ? PASS(r) : r;
	staff->fails = staff->until_ms = 0;
	r = vault_file_write(path, &vault);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_key = key;
	return 0;
}

int vault_recover(const char *path, struct str recovery, struct secret *ret_key)
{
	AUTO(secret_wipe) struct secret under = {0}, key = {0};
	struct vault vault;
	int r = vault_read(path, &vault);
	if (r == 0)
		r = recovery_under(recovery, &under);
	if (r == 0)
		r = key_unwrap(secret_str(&under), (struct str){0}, vault.recovery, &key);
	if (r == 0)
		r = list_check(&vault, secret_str(&key));
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_key = key;
	return 0;
}

/* --- changes by somebody who has unlocked --- */

/* The vault under its lock, if this is its key. */
static int change_begin(const char *path, struct str key, int *lock, struct vault *vault)
{
	int r = vault_file_lock(path, lock);
	if (r == 0)
		r = vault_read(path, vault);
	if (r == 0)
		r = list_check(vault, key);
	if (r)
		return r < 0 ? PASS(r) : r == VAULT_DAMAGED ? VAULT_PASSWORD_WRONG : r;
	return 0;
}

int vault_staff_add(const char *path, struct str key, const struct vault_person *person)
{
	AUTO(vault_file_unlock) int lock = -1;
	struct vault vault;
	int r = person_check(person);
	if (r == 0)
		r = change_begin(path, key, &lock, &vault);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (staff_find(&vault, person->id))
		return VAULT_STAFF_PRESENT;
	if (vault.staff_count == VAULT_STAFF_MAX)
		return VAULT_STAFF_FULL;
	r = staff_append(&vault, person, key);
	if (r == 0)
		r = list_write(path, &vault, key);
	return r < 0 ? PASS(r) : r;
}

int vault_staff_rename(const char *path, struct str key, struct str id, struct str name)
{
	AUTO(vault_file_unlock) int lock = -1;
	struct vault vault;
	int r = name_is_good(name) ? change_begin(path, key, &lock, &vault) : VAULT_STAFF_REFUSED;
	if (r)
		return r < 0 ? PASS(r) : r;
	struct vault_staff *staff = staff_find(&vault, id);
	if (!staff)
		return VAULT_STAFF_UNKNOWN;
	text_take(staff->name, name);
	r = list_write(path, &vault, key);
	return r < 0 ? PASS(r) : r;
}

static size_t active_count(const struct vault *vault)
{
	size_t count = 0;
	for (size_t i = 0; i < vault->staff_count; i++)
		count += vault->staff[i].active;
	return count;
}

int vault_staff_put_away(const char *path, struct str key, struct str id)
{
	AUTO(vault_file_unlock) int lock = -1;
	struct vault vault;
	int r = change_begin(path, key, &lock, &vault);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct vault_staff *staff = staff_find(&vault, id);
	if (!staff || !staff->active)
		return VAULT_STAFF_UNKNOWN;
	if (active_count(&vault) == 1)
		return VAULT_STAFF_FULL;
	staff->active = false;
	memset(staff->wrapped, 0, sizeof staff->wrapped);
	memset(staff->salt, 0, sizeof staff->salt);
	r = list_write(path, &vault, key);
	return r < 0 ? PASS(r) : r;
}

int vault_password_set(const char *path, struct str key, const struct vault_person *person)
{
	AUTO(vault_file_unlock) int lock = -1;
	struct vault vault;
	int r = password_rule_check(person->password);
	if (r == 0)
		r = change_begin(path, key, &lock, &vault);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct vault_staff *staff = staff_find(&vault, person->id);
	if (!staff)
		return VAULT_STAFF_UNKNOWN;
	r = staff_wrap(staff, person, key);
	if (r == 0)
		r = list_write(path, &vault, key);
	return r < 0 ? PASS(r) : r;
}

int vault_recovery_renew(const char *path, struct str key, int64_t now_ms,
			 struct secret *ret_recovery)
{
	AUTO(vault_file_unlock) int lock = -1;
	AUTO(secret_wipe) struct secret recovery = {0};
	struct vault vault;
	int r = change_begin(path, key, &lock, &vault);
	if (r == 0)
		r = recovery_wrap(&vault, now_ms, key, &recovery);
	if (r == 0)
		r = list_write(path, &vault, key);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_recovery = recovery;
	return 0;
}

int vault_facility_key(struct str key, struct str facility, struct secret *ret_key)
{
	char label[64] = "shikaku charts ";
	size_t len = strlen(label);
	assert(key.len == CRYPTO_KEY_BYTES && len + facility.len <= sizeof label);
	memcpy(label + len, facility.ptr, facility.len);
	int r = hkdf(key, str_bytes(label, len + facility.len), ret_key);
	return r < 0 ? PASS(r) : 0;
}
