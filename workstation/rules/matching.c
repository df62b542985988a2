/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of linking.
 *
 * A 照会番号 alone is not believed: birth date, sex and a name must agree too, because a number
 * typed wrong once would put one patient's insurance into another's chart. Without a number
 * somebody who fits is a candidate, never a match: twins, namesakes and the patient whose number
 * was lost all look alike. One alone who clearly fits is proposed, and still somebody says yes.
 */
#include "workstation/rules/matching.h"

#include <assert.h>

#include "lib/base/number.h"
#include "lib/base/period.h"

static struct str element(const struct result *result, enum record_element which)
{
	return result->first ? result->first->elements[which] : (struct str){0};
}

const char *match_reason_text(enum match_reason reason)
{
	switch (reason) {
	case MATCH_REASON_NONE: return "";
	case MATCH_NOT_VALID: return "資格が有効ではありません";
	case MATCH_SEVERAL: return "資格が複数あります。使う資格を選んでください";
	case MATCH_REFERENCE_UNKNOWN: return "この照会番号のカルテがここにありません";
	case MATCH_PERSON_DIFFERS: return "照会番号のカルテと生年月日か性別が違います";
	case MATCH_CANDIDATES: return "同じ患者さんかもしれないカルテがあります";
	case MATCH_PROPOSED: return "同じ患者さんと思われるカルテが1つあります";
	case MATCH_NAME_DIFFERS: return "照会番号のカルテと氏名もカナも違います";
	}
	return "";
}

static struct match asked(enum match_reason reason)
{
	return (struct match){.kind = MATCH_ASK, .reason = reason};
}

static const struct candidate *holder_find(const struct candidate *candidates, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (candidates[i].reasons & CANDIDATE_REFERENCE)
			return &candidates[i];
	return NULL;
}

static struct match with_number(const struct candidate *holder)
{
	if (!holder)
		return asked(MATCH_REFERENCE_UNKNOWN);
	if (candidate_is_holder(holder))
		return (struct match){.kind = MATCH_LINK, .chart = holder->chart};
	bool is_born = holder->reasons & CANDIDATE_BIRTH;
	return asked(is_born && !(holder->reasons & CANDIDATE_SEX_DIFFERS) ? MATCH_NAME_DIFFERS
									   : MATCH_PERSON_DIFFERS);
}

static struct match without_number(const struct candidate *candidates, size_t count)
{
	if (!count)
		return (struct match){.kind = MATCH_NEW};
	struct match match = asked(MATCH_CANDIDATES);
	if (count == 1 && candidate_is_clear(&candidates[0])) {
		match.reason = MATCH_PROPOSED;
		match.proposed = candidates[0].chart;
	}
	return match;
}

struct match match_decide(const struct result *result, const struct candidate *candidates,
			  size_t candidates_count)
{
	const struct candidate *holder = holder_find(candidates, candidates_count);
	bool is_valid = str_equal(result->validity, STR("1"));
	if (str_equal(result->validity, STR("5")) || (is_valid && result->qualifications_count > 1))
		return asked(MATCH_SEVERAL);
	if (!is_valid || !result->first) {
		bool is_known = holder && candidate_is_holder(holder);
		return (struct match){.kind = MATCH_ASIDE,
				      .reason = MATCH_NOT_VALID,
				      .chart = is_known ? holder->chart : 0};
	}
	return result->reference.len ? with_number(holder)
				     : without_number(candidates, candidates_count);
}

static int day_of(struct str text)
{
	int day;
	return text.ptr && period_date_parse(text, &day) == 0 ? day : 0;
}

struct str match_ratio(const struct result *result)
{
	struct str elderly = element(result, RECORD_ELDERLY_RATIO);
	return elderly.ptr ? elderly : element(result, RECORD_RATIO);
}

/* The first day it holds: the card's, else that of the qualification, else that of the check. */
static int first_day(const struct result *result)
{
	int day = day_of(element(result, RECORD_VALID_FROM));
	if (!day)
		day = day_of(element(result, RECORD_QUALIFIED));
	if (!day && result->confirmed_at.len >= 8)
		day = day_of((struct str){result->confirmed_at.ptr, 8});
	return day;
}

int match_insurance(struct arena *arena, const struct result *result,
		    struct insurance *ret_insurance)
{
	assert(result->first);
	struct str key;
	int r = record_member_key(arena, result->first, &key);
	if (r)
		return PASS(r);
	*ret_insurance = (struct insurance){
		.insurer_number = element(result, RECORD_INSURER_NUMBER),
		.insurer_name = element(result, RECORD_INSURER_NAME),
		.symbol = element(result, RECORD_SYMBOL),
		.number = element(result, RECORD_NUMBER),
		.branch = element(result, RECORD_BRANCH),
		.card_class = element(result, RECORD_CARD_CLASS),
		.relation = element(result, RECORD_RELATION),
		.valid_from = element(result, RECORD_VALID_FROM),
		.valid_to = element(result, RECORD_VALID_TO),
		.qualified = element(result, RECORD_QUALIFIED),
		.key = key,
		.begins = first_day(result),
		.ratio = match_ratio(result),
		.confirmed_at = result->confirmed_at,
	};
	return 0;
}

static bool is_same_insurance(const struct insurance *a, const struct insurance *b)
{
	return str_equal(a->key, b->key) && str_equal(a->card_class, b->card_class) &&
	       str_equal(a->relation, b->relation) && str_equal(a->valid_from, b->valid_from) &&
	       str_equal(a->valid_to, b->valid_to) && str_equal(a->qualified, b->qualified);
}

enum insurance_change insurance_compare(const struct insurance *current,
					const struct insurance *told)
{
	if (!current)
		return INSURANCE_NEWER;
	bool is_later = str_compare(told->confirmed_at, current->confirmed_at) >= 0;
	if (current->is_by_hand && is_later && str_equal(current->key, told->key))
		return INSURANCE_PROVES;
	if (is_same_insurance(current, told))
		return INSURANCE_SAME;
	return is_later ? INSURANCE_NEWER : INSURANCE_OLDER;
}

int insurance_last_day(int begins)
{
	char text[PERIOD_DATETIME_BYTES];
	int64_t at_ms;
	period_date_print(begins, text);
	memcpy(text + 8, "000000", 7);
	if (period_datetime_parse(str_of(text), &at_ms) != 0)
		return begins;
	return period_day(at_ms - 1);
}
