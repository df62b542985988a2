/* SPDX-License-Identifier: Apache-2.0 */
/* The page's keeper over the vault and the home folder. */
#pragma once

#include <pthread.h>

#include "lib/base/clock.h"
#include "workstation/faces/keeper.h"
#include "workstation/vault/home.h"

struct keeper_vault {
	struct home home;
	const struct clock *clock;
	pthread_mutex_t lock; /* of what follows */
	struct secret key;    /* the chart key, from the first unlock until the end */
};

/* home and clock are set; the keeper borrows all of it until keeper_vault_clear. */
struct keeper keeper_of_vault(struct keeper_vault *vault);
void keeper_vault_clear(struct keeper_vault *vault);
