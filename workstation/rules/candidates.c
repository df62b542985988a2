/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/rules/candidates.h"

#include <stdlib.h>

#include "workstation/rules/fold.h"

enum {
	FOLD_ARENA_BYTES = 1 << 20,
	NAMES_SAME = CANDIDATE_KANA | CANDIDATE_NAME | CANDIDATE_ALIAS,
	NAMES_DIFFER = CANDIDATE_KANA_DIFFERS | CANDIDATE_NAME_DIFFERS,
	AGAINST = CANDIDATE_REFERENCE_DIFFERS | CANDIDATE_KANA_DIFFERS | CANDIDATE_NAME_DIFFERS |
		  CANDIDATE_BIRTH_DIFFERS | CANDIDATE_SEX_DIFFERS | CANDIDATE_NAMELESS,
	DECISIVE_AGAINST =
		CANDIDATE_REFERENCE_DIFFERS | CANDIDATE_BIRTH_DIFFERS | CANDIDATE_SEX_DIFFERS,
};

const char *candidate_reason_text(enum candidate_reason reason)
{
	switch (reason) {
	case CANDIDATE_REFERENCE: return "照会番号が同じ";
	case CANDIDATE_KANA: return "カナが同じ";
	case CANDIDATE_NAME: return "氏名が同じ";
	case CANDIDATE_UNREADABLE: return "●の字をのぞいて氏名が同じ";
	case CANDIDATE_ALIAS: return "前に同じ人と決めた氏名";
	case CANDIDATE_GIVEN: return "姓が違い、名が同じ";
	case CANDIDATE_BIRTH: return "生年月日が同じ";
	case CANDIDATE_SEX: return "性別が同じ";
	case CANDIDATE_MEMBER: return "記号・番号・枝番が同じ";
	case CANDIDATE_REFERENCE_DIFFERS: return "照会番号が違う";
	case CANDIDATE_KANA_DIFFERS: return "カナが違う";
	case CANDIDATE_NAME_DIFFERS: return "氏名が違う";
	case CANDIDATE_BIRTH_DIFFERS: return "生年月日が違う";
	case CANDIDATE_SEX_DIFFERS: return "性別が違う";
	case CANDIDATE_NAMELESS: return "くらべる氏名がない";
	}
	return "";
}

bool candidate_reason_is_against(enum candidate_reason reason)
{
	return ((unsigned)reason & AGAINST) != 0;
}

/* --- what is told --- */

static int names_fold(struct arena *arena, struct str kana, struct str name,
		      struct candidate_told *told)
{
	int r = fold_kana(arena, kana, &told->kana);
	if (!r)
		r = fold_name(arena, name, &told->name);
	if (!r)
		r = fold_given(arena, kana, &told->kana_given);
	if (!r)
		r = fold_given(arena, name, &told->name_given);
	return r ? PASS(r) : 0;
}

int candidate_told_read(struct arena *arena, const struct result *result,
			struct candidate_told *ret_told)
{
	struct candidate_told told = {.reference = result->reference};
	const struct record_qualification *first = result->first;
	int r = 0;
	if (!first) {
		*ret_told = told;
		return 0;
	}
	told.birth = first->elements[RECORD_BIRTH];
	told.sex = first->elements[RECORD_SEX];
	if (first->elements[RECORD_INSURER_NUMBER].len && first->elements[RECORD_NUMBER].len)
		r = record_member_key(arena, first, &told.member_key);
	if (!r)
		r = names_fold(arena, first->elements[RECORD_NAME_KANA],
			       first->elements[RECORD_NAME], &told);
	if (r)
		return PASS(r);
	told.is_personal =
		first->elements[RECORD_BRANCH].len || str_starts(told.member_key, STR("39"));
	*ret_told = told;
	return 0;
}

/* --- beside a chart --- */

static unsigned same_or_not(struct str told, struct str kept, unsigned same, unsigned differs)
{
	if (!told.len || !kept.len)
		return 0;
	return str_equal(told, kept) ? same : differs;
}

static unsigned name_reason(enum fold_fit fit, unsigned same, unsigned differs)
{
	switch (fit) {
	case FOLD_NOTHING: return 0;
	case FOLD_SAME: return same;
	case FOLD_SAME_BUT_UNREADABLE: return CANDIDATE_UNREADABLE;
	case FOLD_DIFFERENT: return differs;
	}
	return 0;
}

static bool given_is_same(const struct candidate_told *told, const struct candidate_told *kept)
{
	return fold_compare(told->kana_given, kept->kana_given) == FOLD_SAME ||
	       fold_compare(told->name_given, kept->name_given) == FOLD_SAME;
}

static unsigned names_weigh(const struct candidate_told *told, const struct candidate_told *kept)
{
	unsigned reasons = name_reason(fold_compare(told->kana, kept->kana), CANDIDATE_KANA,
				       CANDIDATE_KANA_DIFFERS) |
			   name_reason(fold_compare(told->name, kept->name), CANDIDATE_NAME,
				       CANDIDATE_NAME_DIFFERS);
	if (!reasons)
		return CANDIDATE_NAMELESS;
	if (!(reasons & (NAMES_SAME | CANDIDATE_UNREADABLE)) && given_is_same(told, kept))
		reasons |= CANDIDATE_GIVEN;
	return reasons;
}

static int alias_weigh(struct arena *arena, const struct candidate_told *told,
		       const struct candidate_alias *alias, unsigned *reasons)
{
	struct str folded;
	int r = alias->is_kana ? fold_kana(arena, alias->text, &folded)
			       : fold_name(arena, alias->text, &folded);
	if (r)
		return PASS(r);
	/* What was accepted is a spelling, and no pattern: its ● is only a ●. */
	if (folded.len && str_equal(alias->is_kana ? told->kana : told->name, folded))
		*reasons |= CANDIDATE_ALIAS;
	return 0;
}

int candidate_weigh(const struct candidate_told *told, const struct candidate_chart *chart,
		    struct candidate *ret_candidate)
{
	AUTO(arena_clear) struct arena arena;
	struct candidate_told kept = {0};
	const struct chart *card = &chart->chart;
	arena_init(&arena, FOLD_ARENA_BYTES);
	int r = names_fold(&arena, card->kana, card->name, &kept);
	if (r)
		return PASS(r);
	unsigned reasons = names_weigh(told, &kept);
	for (size_t i = 0; !r && i < chart->aliases_count; i++)
		r = alias_weigh(&arena, told, &chart->aliases[i], &reasons);
	if (r)
		return PASS(r);
	reasons |= same_or_not(told->birth, card->birth, CANDIDATE_BIRTH, CANDIDATE_BIRTH_DIFFERS);
	reasons |= same_or_not(told->sex, card->sex, CANDIDATE_SEX, CANDIDATE_SEX_DIFFERS);
	reasons |= chart->has_reference
			   ? CANDIDATE_REFERENCE
			   : same_or_not(told->reference, card->reference, CANDIDATE_REFERENCE,
					 CANDIDATE_REFERENCE_DIFFERS);
	reasons |= chart->has_member_key ? CANDIDATE_MEMBER : 0;
	*ret_candidate = (struct candidate){card->number, reasons};
	return 0;
}

/* --- judging --- */

bool candidate_fits(const struct candidate_told *told, const struct candidate *candidate)
{
	unsigned reasons = candidate->reasons;
	bool is_born = reasons & CANDIDATE_BIRTH,
	     is_named = reasons & (NAMES_SAME | CANDIDATE_UNREADABLE);
	if (reasons & CANDIDATE_REFERENCE)
		return true;
	if (reasons & CANDIDATE_MEMBER && (told->is_personal || is_born || is_named))
		return true;
	return is_born && (is_named || reasons & CANDIDATE_NAMELESS);
}

/* ● alone could be twins who differ in that one character: then the rest must not speak against. */
bool candidate_is_clear(const struct candidate *candidate)
{
	unsigned reasons = candidate->reasons;
	bool is_named = reasons & NAMES_SAME ||
			(reasons & CANDIDATE_UNREADABLE && !(reasons & NAMES_DIFFER)) ||
			(reasons & CANDIDATE_NAMELESS && reasons & CANDIDATE_MEMBER);
	return reasons & CANDIDATE_BIRTH && is_named && !(reasons & DECISIVE_AGAINST);
}

bool candidate_is_holder(const struct candidate *candidate)
{
	unsigned reasons = candidate->reasons;
	return reasons & CANDIDATE_REFERENCE && reasons & CANDIDATE_BIRTH &&
	       !(reasons & CANDIDATE_SEX_DIFFERS) && reasons & NAMES_SAME;
}

static int bits(unsigned reasons)
{
	int count = 0;
	for (unsigned bit = 0; bit < CANDIDATE_REASONS; bit++)
		count += (reasons >> bit & 1) != 0;
	return count;
}

static int strength(const struct candidate *candidate)
{
	return bits(candidate->reasons & ~(unsigned)AGAINST) - bits(candidate->reasons & AGAINST);
}

static int compare(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;
	int by_strength = strength(right) - strength(left);
	if (by_strength)
		return by_strength;
	return (left->chart > right->chart) - (left->chart < right->chart);
}

void candidates_sort(struct candidate *candidates, size_t count)
{
	qsort(candidates, count, sizeof *candidates, compare);
}
