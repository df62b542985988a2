/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/totp_seed.h"

#include "server/keys/place.h"

static int seed_aad(struct arena *arena, const struct store_account *account, int64_t n,
		    struct str *ret_aad)
{
	struct str row;
	int r = arena_print(arena, &row, "%lld/%lld", (long long)account->no, (long long)n);
	if (r)
		return PASS(r);
	struct keys_place place = {
		.table = STR("totp"),
		.column = STR("seed"),
		.row = row,
		.facility_no = account->facility_no,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

int totp_seed_seal(const struct auth *auth, struct arena *arena,
		   const struct store_account *account, int64_t n, struct str seed,
		   struct str *ret_sealed)
{
	struct str aad;
	int r = seed_aad(arena, account, n, &aad);
	if (r)
		return PASS(r);
	r = keys_seal(auth->keys, arena, aad, seed, ret_sealed);
	return r ? FOLD(r) : 0;
}

int totp_seed_open(const struct auth *auth, struct arena *arena,
		   const struct store_account *account, const struct store_totp *totp,
		   struct str *ret_seed)
{
	struct str aad;
	int r = seed_aad(arena, account, totp->n, &aad);
	if (r)
		return PASS(r);
	r = keys_open_sealed(auth->keys, arena, aad, totp->seed, ret_seed);
	if (r < 0)
		return PASS(r);
	return r ? RAISE(EBADMSG) : 0;
}

int totp_seed_reseal(struct keys *keys, struct arena *arena, const struct store_sealed_row *old,
		     struct store_sealed_row *new)
{
	const struct auth auth = {.keys = keys};
	const struct store_account account = {.no = old->no, .facility_no = old->facility_no};
	const struct store_totp totp = {.n = old->n, .seed = old->sealed};
	struct str seed;
	int r = totp_seed_open(&auth, arena, &account, &totp, &seed);
	if (r == 0)
		r = totp_seed_seal(&auth, arena, &account, old->n, seed, &new->sealed);
	return r ? PASS(r) : 0;
}
