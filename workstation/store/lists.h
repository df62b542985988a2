/* SPDX-License-Identifier: Apache-2.0 */
/* What the lists show: results as they came, and who has not been confirmed this month. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/store/seen.h"

/* Which results. An absent text and a 0 say nothing. */
struct list_filter {
	struct str from, to;   /* 14 digits; confirmed at from or later, and before to */
	int64_t status;	       /* enum seen_status */
	struct str kana, name; /* folded; a part of it is enough, and one of the two */
	struct str number;     /* 照会番号 or the chart's number, or a part of 番号 */
	struct str day;	       /* 8 digits: of birth, or of the confirmation */
};

/*
 * Those, newest first, at most limit, without raw and entry; each's texts live until it returns.
 * kana, name, number and day are asked for together: one that fits is enough. Faults: those of
 * lib/db, what each answers.
 */
MUST_CHECK int store_list_each(struct db *db, const struct list_filter *filter, int64_t limit,
			       int (*each)(void *ctx, const struct seen *seen), void *ctx);

struct list_counts {
	int64_t today; /* confirmed at from or later */
	int64_t asks;  /* wait for a decision, from whenever */
	int64_t all;
};
MUST_CHECK int store_list_count(struct db *db, struct str from, struct list_counts *ret_counts);

/* A patient who came last month, and whose insurance nobody has confirmed since. */
struct unconfirmed {
	int64_t chart;
	struct str reference, name, kana, birth, sex, telephone;
	struct str insurer_name, symbol, number, branch; /* of the open insurance */
	struct str seen_at; /* the last result of last month or later, 14 digits */
	struct str seen_validity;
	struct str confirmed_at; /* the last 有効 one; absent: never */
};

/*
 * Live charts with a result in last..this month, none of them 有効 in this month; the one confirmed
 * longest ago first. last, this: the first instants of the months, 14 digits.
 */
MUST_CHECK int store_unconfirmed_each(struct db *db, struct str last, struct str this,
				      int (*each)(void *ctx, const struct unconfirmed *one),
				      void *ctx);
