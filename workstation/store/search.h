/* SPDX-License-Identifier: Apache-2.0 */
/* Charts that somebody looks for. Faults and texts as in store.h. */
#pragma once

#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/db/db.h"
#include "workstation/rules/charts.h"
#include "workstation/rules/public_expense.h"

struct search_line {
	int64_t number;
	struct str reference, name, kana, birth, sex, confirmed_at;
	struct str insurer_name, symbol, member, branch; /* of the open insurance */
	enum chart_state state;
};

struct search_ask {
	struct str text; /* part of a name or kana, as typed; or a number: of the chart, 照会番号,
			    of the insurance, telephone; absent: all */
	struct str birth; /* what the text is as a day, yyyymmdd; absent: no day */
	bool with_away;	  /* those put away too */
	int64_t limit;
};

/* By kana; each's texts live until it returns. each answers 0 to go on. */
MUST_CHECK int store_search(struct db *db, struct arena *arena, const struct search_ask *ask,
			    int (*each)(void *ctx, const struct search_line *line), void *ctx);

/* The same charts with all that a list of them may hold. */
struct search_whole {
	struct chart chart;	    /* without its limit of payment */
	struct insurance insurance; /* the open one, as far as a card says it; else absent texts */
	struct str payers[PUBLIC_EXPENSE_PLACES], recipients[PUBLIC_EXPENSE_PLACES];
};
MUST_CHECK int store_search_whole(struct db *db, struct arena *arena, const struct search_ask *ask,
				  int (*each)(void *ctx, const struct search_whole *whole),
				  void *ctx);
