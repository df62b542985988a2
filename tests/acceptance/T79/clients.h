/* SPDX-License-Identifier: Apache-2.0 */
/* Many clients of one facility at work on the same people, and what they were told. */
#pragma once

#include "lib/base/str.h"
#include "server/api/api.h"
#include "tests/acceptance/T79/history.h"

enum {
	CLIENTS = 20,
	CLIENT_STEPS_MAX = HISTORY_STEPS_MAX / CLIENTS,
};

struct clients {
	struct service *service;
	struct str token;
	struct str query; /* the period */
	char results[HISTORY_PEOPLE][33];
	int steps; /* of each client, at most CLIENT_STEPS_MAX */
	uint64_t seed;
};

/*
 * Let them work at once. Steps come in the order of their answers. False: some answer was none of
 * those that this call may give.
 */
bool clients_run(const struct clients *clients, struct history *history);

/* One client's reading, alone. */
bool clients_read(const struct clients *clients, struct history_state *ret_state);
