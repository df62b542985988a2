/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests only: a keeper whose vault lives in memory, with stores in a folder, unsealed.
 */
#pragma once

#include "workstation/faces/keeper.h"

enum { KEEPER_MEMORY_BYTES = 256 * 1024 };

struct keeper_memory {
	const char *folder; /* of the stores; NULL: they are in memory too */
	bool exists;
	struct keeper_staff staff[KEEPER_STAFF_MAX];
	size_t staff_count;
	struct keeper_facility facilities[KEEPER_FACILITIES_MAX];
	size_t facilities_count;
	struct str password; /* everybody's */
	struct arena arena;
};

struct keeper keeper_of_memory(struct keeper_memory *memory);
void keeper_memory_clear(struct keeper_memory *memory);
