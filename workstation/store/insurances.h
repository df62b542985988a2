/* SPDX-License-Identifier: Apache-2.0 */
/* 保険, dated. Faults and texts as in store.h. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/charts.h"

/* The open one. Outcome: STORE_ABSENT. */
MUST_CHECK int store_insurance_current(struct db *db, struct arena *arena, int64_t chart,
				       struct insurance *ret_insurance);
/* That one of its history. Outcome: STORE_ABSENT. */
MUST_CHECK int store_insurance_get(struct db *db, struct arena *arena, int64_t chart, int64_t order,
				   struct insurance *ret_insurance);
/* The place of the same one, with the same first day, open or not. Outcome: STORE_ABSENT. */
MUST_CHECK int store_insurance_order(struct db *db, int64_t chart,
				     const struct insurance *insurance, int64_t *ret_order);
/* Behind the others; insurance->order is not looked at. */
MUST_CHECK int store_insurance_add(struct db *db, int64_t chart, const struct insurance *insurance);
/* In the place of the one with its order. Outcome: STORE_ABSENT. */
MUST_CHECK int store_insurance_put(struct db *db, int64_t chart, const struct insurance *insurance);
MUST_CHECK int store_insurance_close(struct db *db, int64_t chart, int64_t order, int last_day);
/* A later result agreed with it, and told this ratio (absent: none). */
MUST_CHECK int store_insurance_confirmed(struct db *db, int64_t chart, int64_t order,
					 struct str confirmed_at, struct str ratio);
MUST_CHECK int store_insurances_each(struct db *db, int64_t chart,
				     int (*each)(void *ctx, const struct insurance *insurance),
				     void *ctx);
