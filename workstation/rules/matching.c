/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of linking.
 *
 * A 照会番号 alone is not believed: birth date and sex must agree too, because a number typed wrong
 * once would put one patient's insurance into another's chart. Without a number somebody with the
 * same kana and birth date is a candidate, never a match: twins, namesakes and the patient whose
 * number was lost all look alike.
 */
#include "workstation/rules/matching.h"

#include <assert.h>

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/record/names.h"

static struct str element(const struct result *result, enum record_element which)
{
	return result->first ? result->first->elements[which] : (struct str){0};
}

static bool is_same_person(const struct result *result, const struct chart *chart)
{
	return str_equal(element(result, RECORD_BIRTH), chart->birth) &&
	       str_equal(element(result, RECORD_SEX), chart->sex);
}

const char *match_reason_text(enum match_reason reason)
{
	switch (reason) {
	case MATCH_REASON_NONE: return "";
	case MATCH_NOT_VALID: return "資格が有効ではありません";
	case MATCH_SEVERAL: return "資格が複数あります。使う資格を選んでください";
	case MATCH_REFERENCE_UNKNOWN: return "この照会番号のカルテがここにありません";
	case MATCH_PERSON_DIFFERS: return "照会番号のカルテと生年月日か性別が違います";
	case MATCH_CANDIDATES: return "同じカナ氏名と生年月日のカルテがあります";
	}
	return "";
}

int match_is_candidate(struct arena *arena, const struct result *result, const struct chart *chart,
		       bool *ret_is)
{
	struct str kana = element(result, RECORD_NAME_KANA), folded, chart_folded;
	if (!str_equal(element(result, RECORD_BIRTH), chart->birth)) {
		*ret_is = false;
		return 0;
	}
	if (!kana.ptr || !chart->kana.ptr) {
		*ret_is = true;
		return 0;
	}
	int r = name_fold(arena, kana, &folded);
	if (!r)
		r = name_fold(arena, chart->kana, &chart_folded);
	if (r)
		return PASS(r);
	*ret_is = str_equal(folded, chart_folded);
	return 0;
}

static struct match with_number(const struct result *result, const struct chart *holder)
{
	if (!holder)
		return (struct match){MATCH_ASK, MATCH_REFERENCE_UNKNOWN, 0};
	if (!is_same_person(result, holder))
		return (struct match){MATCH_ASK, MATCH_PERSON_DIFFERS, holder->number};
	return (struct match){MATCH_LINK, MATCH_REASON_NONE, holder->number};
}

static int without_number(struct arena *arena, const struct result *result,
			  const struct chart *others, size_t others_count, struct match *ret_match)
{
	for (size_t i = 0; i < others_count; i++) {
		bool is = false;
		int r = match_is_candidate(arena, result, &others[i], &is);
		if (r)
			return PASS(r);
		if (!is)
			continue;
		*ret_match = (struct match){MATCH_ASK, MATCH_CANDIDATES, 0};
		return 0;
	}
	*ret_match = (struct match){MATCH_NEW, MATCH_REASON_NONE, 0};
	return 0;
}

int match_decide(struct arena *arena, const struct result *result, const struct chart *holder,
		 const struct chart *others, size_t others_count, struct match *ret_match)
{
	bool is_valid = str_equal(result->validity, STR("1"));
	bool is_several = str_equal(result->validity, STR("5")) ||
			  (is_valid && result->qualifications_count > 1);
	if (is_several) {
		*ret_match = (struct match){MATCH_ASK, MATCH_SEVERAL, 0};
		return 0;
	}
	if (!is_valid || !result->first) {
		bool fits = holder && result->first && is_same_person(result, holder);
		*ret_match =
			(struct match){MATCH_ASIDE, MATCH_NOT_VALID, fits ? holder->number : 0};
		return 0;
	}
	if (result->reference.ptr) {
		*ret_match = with_number(result, holder);
		return 0;
	}
	int r = without_number(arena, result, others, others_count, ret_match);
	return r ? PASS(r) : 0;
}

static int day_of(struct str text)
{
	int day;
	return text.ptr && period_date_parse(text, &day) == 0 ? day : 0;
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
	if (is_same_insurance(current, told))
		return INSURANCE_SAME;
	return str_compare(told->confirmed_at, current->confirmed_at) < 0 ? INSURANCE_OLDER
									  : INSURANCE_NEWER;
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
