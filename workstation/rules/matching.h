/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which chart does a result belong to, and does it change the insurance? Pure; nothing is chosen
 * where a person could be mistaken for another (seed table 1.4.2 no. 9, 1.4.3).
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "workstation/rules/charts.h"

enum match_kind {
	MATCH_LINK = 1, /* to chart */
	MATCH_NEW,	/* 新規カルテ */
	MATCH_ASK,	/* somebody has to decide */
	MATCH_ASIDE,	/* not 有効: seen, and nothing more; chart is set when the number fits */
};

enum match_reason {
	MATCH_REASON_NONE,
	MATCH_NOT_VALID,	 /* 資格有効性 is not 有効 */
	MATCH_SEVERAL,		 /* 複数該当, or several qualifications */
	MATCH_REFERENCE_UNKNOWN, /* a 照会番号 that no chart here has */
	MATCH_PERSON_DIFFERS,	 /* the chart of this number has another birth date or sex */
	MATCH_CANDIDATES,	 /* no number, but somebody with this kana and birth date is here */
};

struct match {
	enum match_kind kind;
	enum match_reason reason;
	int64_t chart; /* 0: none */
};

/* In Japanese, for the list of open decisions. */
const char *match_reason_text(enum match_reason reason);

/*
 * holder: the chart with the result's 照会番号, or NULL. others: charts with the result's birth
 * date. Fault: -ENOMEM.
 */
MUST_CHECK int match_decide(struct arena *arena, const struct result *result,
			    const struct chart *holder, const struct chart *others,
			    size_t others_count, struct match *ret_match);

/* Does this chart have the result's kana (folded) and birth date, or one of the two no kana? */
MUST_CHECK int match_is_candidate(struct arena *arena, const struct result *result,
				  const struct chart *chart, bool *ret_is);

/* The insurance a result with one qualification tells of; order is not set. Fault: -ENOMEM. */
MUST_CHECK int match_insurance(struct arena *arena, const struct result *result,
			       struct insurance *ret_insurance);

enum insurance_change {
	INSURANCE_SAME = 1, /* agrees with the current one */
	INSURANCE_NEWER,    /* to be appended, the current one closed */
	INSURANCE_OLDER,    /* confirmed before the current one: nothing changes */
};

/* current: the open insurance of the chart, or NULL. */
enum insurance_change insurance_compare(const struct insurance *current,
					const struct insurance *told);

/* The last day of an insurance when the next begins on day. */
int insurance_last_day(int begins);
