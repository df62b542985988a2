/* SPDX-License-Identifier: Apache-2.0 */
/* A result in a few words, taken in as a synchronisation does. Only invented people. */
#pragma once

#include "lib/db/db.h"
#include "tests/workstation/proven.h"

#define TOLD_FACILITY "1311234569"

struct told {
	const char *id, *at, *reference, *validity;
	const char *name, *kana, *birth, *sex, *insurer, *insurer_name, *symbol, *number, *branch;
	const char *from, *ratio, *address;
	const char *second_insurer; /* a second qualification; NULL: none */
	const char *method;	    /* NULL: "visual" */
	const char *more; /* further members of the qualification, ",\"X\":…"; NULL: none */
};

/* proven NULL: without a proof. Faults: those of the store, -ENOMEM. */
MUST_CHECK int told_take(struct db *db, struct arena *arena, const struct told *told,
			 const struct proven *proven);
