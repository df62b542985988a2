/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who could a result be about? Each chart that could fit is a candidate, with what speaks for it
 * and what against, so that a person can see why it was proposed. Pure.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "workstation/rules/charts.h"

/* A set of bits. What cannot be compared, because one of the two is silent, is in no bit. */
enum candidate_reason {
	CANDIDATE_REFERENCE = 1 << 0, /* has the result's 照会番号 */
	CANDIDATE_KANA = 1 << 1,
	CANDIDATE_NAME = 1 << 2,
	CANDIDATE_UNREADABLE = 1 << 3, /* kana or name the same where no ● stands */
	CANDIDATE_ALIAS = 1 << 4,      /* a spelling that somebody here has accepted before */
	CANDIDATE_GIVEN = 1 << 5,      /* 名 the same, 姓 not */
	CANDIDATE_BIRTH = 1 << 6,
	CANDIDATE_SEX = 1 << 7,
	CANDIDATE_MEMBER = 1 << 8, /* record_member_key of one of its insurances */
	CANDIDATE_REFERENCE_DIFFERS = 1 << 9,
	CANDIDATE_KANA_DIFFERS = 1 << 10,
	CANDIDATE_NAME_DIFFERS = 1 << 11,
	CANDIDATE_BIRTH_DIFFERS = 1 << 12,
	CANDIDATE_SEX_DIFFERS = 1 << 13,
	CANDIDATE_NAMELESS = 1 << 14, /* neither kana nor name can be compared */
};

enum {
	CANDIDATE_REASONS = 15,
	CANDIDATES_MAX = 64, /* more than a person can look through */
};

/* In Japanese, for one bit; "" for a bit that is none. */
const char *candidate_reason_text(enum candidate_reason reason);
/* Does this bit speak against? */
bool candidate_reason_is_against(enum candidate_reason reason);

/* Another spelling of a patient's name, remembered after somebody accepted it. */
struct candidate_alias {
	bool is_kana;
	struct str text;
};

/* A chart as it is compared. */
struct candidate_chart {
	struct chart chart;
	bool has_reference;  /* the result's 照会番号, by itself or by a chart merged into it */
	bool has_member_key; /* one of its insurances, past or present, has the result's key */
	const struct candidate_alias *aliases;
	size_t aliases_count;
};

struct candidate {
	int64_t chart;
	unsigned reasons; /* of enum candidate_reason */
};

/* What a result says about the person, folded once. */
struct candidate_told {
	struct str reference, kana, name, kana_given, name_given, birth, sex;
	struct str member_key; /* absent: no insurance to compare */
	/*
	 * The key is of one person: it has a 枝番, or is of 後期高齢者医療. Otherwise the family
	 * shares it.
	 */
	bool is_personal;
};

/* Fold the first qualification of the result; borrowed from it and in the arena. Fault: -ENOMEM. */
MUST_CHECK int candidate_told_read(struct arena *arena, const struct result *result,
				   struct candidate_told *ret_told);

/* Put a chart beside it. Fault: -ENOMEM. */
MUST_CHECK int candidate_weigh(const struct candidate_told *told,
			       const struct candidate_chart *chart,
			       struct candidate *ret_candidate);

/*
 * Could it be this person? With the number; or the birth date and a name that fits (or none to
 * compare); or the member key of one person; or that of a family and birth date or name.
 */
bool candidate_fits(const struct candidate_told *told, const struct candidate *candidate);

/*
 * Birth date the same and a name that fits - without any to compare, the member key - and nothing
 * that speaks against it: to be proposed when it is the only one.
 */
bool candidate_is_clear(const struct candidate *candidate);

/*
 * Does the number's chart agree: birth date, sex where it is known, and kana or name, as now or as
 * remembered? Names count because twins whose numbers were exchanged differ in nothing else.
 */
bool candidate_is_holder(const struct candidate *candidate);

/* Strongest first, then by number. */
void candidates_sort(struct candidate *candidates, size_t count);
