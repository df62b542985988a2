/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that sign: tokens, proofs, the heads of the trail. Each is known by its thumbprint. */
#include "server/keys/inside.h"

#include <assert.h>
#include <stdlib.h>

static void signer_clear(struct signer *signer)
{
	signing_key_destroyp(&signer->key);
	verify_key_destroyp(&signer->verify);
}

/* The two halves, or what is left of them. */
static int halves_read(const struct secret *bytes, bool public, struct signer *signer)
{
	struct str point = secret_str(bytes);
	int r;
	if (public) {
		size_t half = VERIFY_KEY_BYTES / 2;
		if (point.len != VERIFY_KEY_BYTES)
			return KEYS_FORGED;
		r = verify_key_of_jwk((struct str){point.ptr, half},
				      (struct str){point.ptr + half, half}, &signer->verify);
		return r < 0 ? PASS(r) : r ? KEYS_FORGED : 0;
	}
	r = signing_key_read(point, &signer->key);
	if (r)
		return r < 0 ? PASS(r) : KEYS_FORGED;
	r = verify_key_of(signer->key, &signer->verify);
	return r ? FOLD(r) : 0;
}

static int signer_read(const struct secret *bytes, struct str kid, bool public,
		       struct signer *ret_signer)
{
	struct signer signer AUTO(signer_clear) = {.made_ms = ret_signer->made_ms};
	int r = halves_read(bytes, public, &signer);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = verify_key_thumbprint(signer.verify, signer.kid);
	if (r)
		return FOLD(r);
	if (!str_equal(str_of(signer.kid), kid))
		return KEYS_FORGED;
	*ret_signer = signer;
	signer = (struct signer){0};
	return 0;
}

struct signers *signers_of(struct keys *keys, enum keys_kind kind)
{
	switch (kind) {
	case KEYS_KIND_TOKEN: return &keys->token;
	case KEYS_KIND_PROOF: return &keys->proof;
	case KEYS_KIND_AUDIT: return &keys->audit;
	case KEYS_KIND_ROOT:
	case KEYS_KIND_MONTH:
	case KEYS_KIND_STORE:
	case KEYS_KIND_LOOKUP:
	case KEYS_KIND_PEPPER:
	case KEYS_KINDS: break;
	}
	return NULL;
}

const struct signer *signer_find(const struct signers *signers, struct str kid)
{
	size_t count = atomic_load(&signers->count);
	for (size_t i = 0; i < count; i++)
		if (str_equal(str_of(signers->list[i].kid), kid))
			return &signers->list[i];
	return NULL;
}

int signer_add(struct signers *signers, const struct secret *bytes, struct str kid, bool public,
	       int64_t made_ms)
{
	if (signers->count == KEYS_SIGNERS_MAX)
		return RAISE(E2BIG);
	struct signer signer = {.made_ms = made_ms};
	int r = signer_read(bytes, kid, public, &signer);
	if (r)
		return r < 0 ? PASS(r) : r;
	signers->list[signers->count] = signer;
	atomic_fetch_add(&signers->count, 1);
	return 0;
}

void signer_settle(struct signers *signers)
{
	size_t newest = 0, count = atomic_load(&signers->count);
	for (size_t i = 1; i < count; i++) {
		const struct signer *other = &signers->list[newest];
		if (signers->list[i].key &&
		    (!other->key || signers->list[i].made_ms >= other->made_ms))
			newest = i;
	}
	atomic_store(&signers->newest, newest);
}

void signers_clear(struct signers *signers)
{
	for (size_t i = 0; i < signers->count; i++)
		signer_clear(&signers->list[i]);
}

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

size_t keys_proofs(const struct keys *keys, struct keys_public ret_proofs[KEYS_PROOFS_MAX])
{
	static_assert((int)KEYS_PROOFS_MAX >= (int)KEYS_SIGNERS_MAX, "all of them fit");
	size_t count = atomic_load(&keys->proof.count);
	for (size_t i = 0; i < count; i++) {
		const struct signer *signer = &keys->proof.list[i];
		ret_proofs[i] = (struct keys_public){signer->verify, str_of(signer->kid)};
	}
	return count;
}
