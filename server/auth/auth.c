/* SPDX-License-Identifier: Apache-2.0 */
/* What every file of the room stands on. */
#include "server/auth/auth.h"

static const struct str password_letters = {"abcdefghijkmnpqrstuvwxyz23456789", 32};

enum { DUMMY_PASSWORD_LETTERS = 32 };

int auth_init(struct auth *auth, struct keys *keys, struct str origin,
	      const struct password_cost *cost)
{
	AUTO(secret_wipe) struct secret password = {0};
	random_text(password_letters, DUMMY_PASSWORD_LETTERS, &password);
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 4096);
	struct password_input input = {
		.pepper = secret_str(&password),
		.account = STR("nobody"),
		.facility = STR("nowhere"),
		.kind = STR("none"),
		.password = secret_str(&password),
	};
	struct str phc;
	int r = password_hash(&arena, &input, cost, &phc);
	if (r)
		return FOLD(r);
	*auth = (struct auth){.keys = keys, .origin = origin, .cost = *cost, .dummy_len = phc.len};
	r = str_to_c(phc, auth->dummy, sizeof auth->dummy);
	return r ? PASS(r) : 0;
}

struct str account_kind_name(enum account_kind kind)
{
	switch (kind) {
	case ACCOUNT_READER: return STR("W");
	case ACCOUNT_RECEIPT: return STR("WA");
	case ACCOUNT_MAIL: return STR("mail");
	case ACCOUNT_OPERATOR: return STR("operator");
	}
	return STR("?");
}
