/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which chart does a result belong to, and does it change the insurance? Pure; nothing is chosen
 * where a person could be mistaken for another (seed table 1.4.2 no. 9, 1.4.3).
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "workstation/rules/candidates.h"
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
	MATCH_CANDIDATES,   /* no number, and charts that could be this person's, none clearly */
	MATCH_PROPOSED,	    /* no number, and one chart that clearly is: proposed */
	MATCH_NAME_DIFFERS, /* the chart of this number has neither this kana nor this name */
};

struct match {
	enum match_kind kind;
	enum match_reason reason;
	int64_t chart;	  /* MATCH_LINK, MATCH_ASIDE; 0: none */
	int64_t proposed; /* MATCH_PROPOSED: this one; 0: none, a person chooses without help */
};

/* In Japanese, for the list of open decisions. */
const char *match_reason_text(enum match_reason reason);

/*
 * candidates: all that fit (candidate_fits); with CANDIDATES_MAX of them there may be more. Nothing
 * is proposed for a result that has a number: whose it is was said once, and something is wrong.
 */
struct match match_decide(const struct result *result, const struct candidate *candidates,
			  size_t candidates_count);

/* Per cent at the counter; the 高齢受給者証 says it for those of 70 to 74. Absent: not told. */
struct str match_ratio(const struct result *result);

/* The insurance a result with one qualification tells of; order is not set. Fault: -ENOMEM. */
MUST_CHECK int match_insurance(struct arena *arena, const struct result *result,
			       struct insurance *ret_insurance);

enum insurance_change {
	INSURANCE_SAME = 1, /* agrees with the current one */
	INSURANCE_NEWER,    /* to be appended, the current one closed */
	INSURANCE_OLDER,    /* confirmed before the current one: nothing changes */
	INSURANCE_PROVES,   /* the one somebody typed, with what they could not know */
};

/* current: the open insurance of the chart, or NULL. */
enum insurance_change insurance_compare(const struct insurance *current,
					const struct insurance *told);

/* The last day of an insurance when the next begins on day. */
int insurance_last_day(int begins);
