/* SPDX-License-Identifier: Apache-2.0 */
/* The page's keeper over the vault and the home folder. */
#pragma once

#include "lib/base/clock.h"
#include "workstation/faces/keeper.h"
#include "workstation/vault/home.h"

/* Used by one thread at a time: the desk's. */
struct keeper_vault {
	struct home home;
	const struct clock *clock;
	struct secret key; /* the chart key, from the first unlock until the end */
};

/* The keeper borrows it. */
struct keeper keeper_of_vault(struct keeper_vault *vault);
void keeper_vault_clear(struct keeper_vault *vault);
