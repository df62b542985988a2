/* SPDX-License-Identifier: Apache-2.0 */
/* 公費 of a chart. Faults and texts as in store.h. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/public_expense.h"

struct expense {
	int place; /* 1..PUBLIC_EXPENSE_PLACES */
	struct str payer_number, recipient_number;
	int valid_from, valid_to; /* yyyymmdd; 0: not said */
};

/* In the arena, by place; at most PUBLIC_EXPENSE_PLACES. */
MUST_CHECK int store_expenses_list(struct db *db, struct arena *arena, int64_t chart,
				   struct expense **ret_expenses, size_t *ret_count);
/* These instead of what was there. */
MUST_CHECK int store_expenses_put(struct db *db, int64_t chart, const struct expense *expenses,
				  size_t count);
