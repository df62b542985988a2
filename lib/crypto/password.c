/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Argon2id by libsodium. What it hashes is not the password but a MAC under a pepper that is not in
 * the database, bound to the account: a stolen table can be neither guessed at nor moved around.
 */
#include "lib/crypto/crypto.h"

#include <assert.h>
#include <sodium.h>

#include "lib/base/number.h"

static_assert(crypto_pwhash_argon2id_OPSLIMIT_MIN == 1, "passes as the header says");
static_assert(crypto_pwhash_argon2id_SALTBYTES == PASSWORD_SALT_BYTES, "salts as the header says");

const struct password_cost password_cost_default = {.passes = 2, .memory_kib = 19 * 1024};

struct keyed {
	unsigned char bytes[CRYPTO_DIGEST_BYTES];
};

static void keyed_wipe(struct keyed *keyed)
{
	sodium_memzero(keyed, sizeof *keyed);
}

static int keyed_make(const struct password_input *input, struct keyed *keyed)
{
	const struct str parts[] = {input->account, input->facility, input->kind, input->password};
	assert(input->pepper.len > 0);
	/* Chooses the fastest Argon2id this processor has; takes effect once, from any thread. */
	if (sodium_init() < 0)
		return RAISE(EIO);
	return mac_parts(input->pepper, parts, sizeof parts / sizeof *parts, keyed->bytes);
}

int password_hash(struct arena *arena, const struct password_input *input,
		  const struct password_cost *cost, struct str *ret_phc)
{
	assert(cost->passes >= 1 && cost->memory_kib >= 8);
	AUTO(keyed_wipe) struct keyed keyed = {0};
	char phc[crypto_pwhash_argon2id_STRBYTES] = {0};
	int r = keyed_make(input, &keyed);
	if (r < 0)
		return PASS(r);
	if (crypto_pwhash_argon2id_str(phc, (const char *)keyed.bytes, sizeof keyed.bytes,
				       cost->passes, (size_t)cost->memory_kib * 1024) != 0)
		return RAISE(ENOMEM);
	r = arena_copy(arena, str_of(phc), ret_phc);
	return r < 0 ? PASS(r) : 0;
}

/* The number after name ("m=") in the part that holds it. */
static int cost_part(struct str part, struct str name, uint32_t *ret_number)
{
	int64_t number;
	if (!str_starts(part, name))
		return CRYPTO_MALFORMED;
	struct str digits = {part.ptr + name.len, part.len - name.len};
	if (number_parse(digits, 1, UINT32_MAX, &number))
		return CRYPTO_MALFORMED;
	*ret_number = (uint32_t)number;
	return 0;
}

/* "$argon2id$v=19$m=19456,t=2,p=1$salt$hash" */
int password_cost_of(struct str phc, struct password_cost *ret_cost)
{
	struct str rest = phc, part, memory, passes;
	struct password_cost cost;
	for (int i = 0; i < 4; i++) /* nothing, the name, the version, the cost */
		if (!str_split(&rest, '$', &part))
			return CRYPTO_MALFORMED;
	if (!str_split(&part, ',', &memory) || !str_split(&part, ',', &passes) ||
	    cost_part(memory, STR("m="), &cost.memory_kib) ||
	    cost_part(passes, STR("t="), &cost.passes))
		return CRYPTO_MALFORMED;
	*ret_cost = cost;
	return 0;
}

int password_verify(const struct password_input *input, struct str phc)
{
	AUTO(keyed_wipe) struct keyed keyed = {0};
	char text[crypto_pwhash_argon2id_STRBYTES] = {0};
	int r = keyed_make(input, &keyed);
	if (r < 0)
		return PASS(r);
	if (!str_starts(phc, STR("$argon2id$v=19$")) || str_to_c(phc, text, sizeof text) < 0)
		return RAISE(EIO);
	errno = 0;
	if (crypto_pwhash_argon2id_str_verify(text, (const char *)keyed.bytes,
					      sizeof keyed.bytes) == 0)
		return 0;
	/* libsodium says EINVAL for "another password", and only for that. */
	return errno == EINVAL ? CRYPTO_FORGED : RAISE(errno == ENOMEM ? ENOMEM : EIO);
}

int password_key(struct str password, struct str salt, const struct password_cost *cost,
		 struct secret *ret_key)
{
	assert(salt.len == PASSWORD_SALT_BYTES && cost->passes >= 1 && cost->memory_kib >= 8);
	if (sodium_init() < 0)
		return RAISE(EIO);
	secret_wipe(ret_key);
	if (crypto_pwhash_argon2id(ret_key->bytes, CRYPTO_KEY_BYTES,
				   password.ptr ? password.ptr : "", password.len,
				   (const unsigned char *)salt.ptr, cost->passes,
				   (size_t)cost->memory_kib * 1024,
				   crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		return RAISE(ENOMEM);
	ret_key->len = CRYPTO_KEY_BYTES;
	return 0;
}
