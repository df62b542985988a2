/* SPDX-License-Identifier: Apache-2.0 */
/* 資格有効性 for a day (OQSCD006), and what the desk is told with it. */
#include <assert.h>

#include "lib/base/number.h"
#include "lib/record/record.h"

enum { DAY_NEVER = 99999999 };

/* A date element as yyyymmdd; absent (or not of that form, which only others' data can be). */
static int day_of(const struct record_qualification *qualification, enum record_element element,
		  int absent)
{
	struct str text = qualification->elements[element];
	return number_is_digits(text, 8) ? (int)number_of_digits(text) : absent;
}

/* The first day it may hold. */
static int first_day(const struct record_qualification *qualification)
{
	int qualified = day_of(qualification, RECORD_QUALIFIED, 0);
	int valid_from = day_of(qualification, RECORD_VALID_FROM, 0);
	return qualified > valid_from ? qualified : valid_from;
}

/* The day of loss is the first day without the right; the last day of validity still has it. */
static bool ended_by(const struct record_qualification *qualification, int day)
{
	return day >= day_of(qualification, RECORD_LOST, DAY_NEVER) ||
	       day > day_of(qualification, RECORD_VALID_TO, DAY_NEVER);
}

/* For ordering only: the earlier of the two ends. */
static int end_day(const struct record_qualification *qualification)
{
	int lost = day_of(qualification, RECORD_LOST, DAY_NEVER);
	int valid_to = day_of(qualification, RECORD_VALID_TO, DAY_NEVER);
	return lost < valid_to ? lost : valid_to;
}

bool record_qualification_valid(const struct record_qualification *qualification, int day)
{
	return day >= first_day(qualification) && !ended_by(qualification, day);
}

bool record_qualification_coming(const struct record_qualification *qualification, int day)
{
	int first = first_day(qualification);
	return day < first && !ended_by(qualification, first);
}

static bool is_insurance(const struct record_qualification *qualification)
{
	return !str_equal(qualification->elements[RECORD_CARD_CLASS], STR("A1"));
}

/* None is valid: list the one lost last, and those to come. */
static struct record_selection select_invalid(const struct record_qualification *qualifications,
					      size_t count, int day)
{
	struct record_selection selection = {.validity = RECORD_NONE};
	int last_end = -1;
	bool coming = false;
	for (size_t i = 0; i < count; i++) {
		selection.listed[i] = record_qualification_coming(&qualifications[i], day);
		coming = coming || selection.listed[i];
		if (!selection.listed[i] && end_day(&qualifications[i]) > last_end)
			last_end = end_day(&qualifications[i]);
	}
	for (size_t i = 0; i < count; i++)
		if (!selection.listed[i] && end_day(&qualifications[i]) == last_end)
			selection.listed[i] = true;
	if (count)
		selection.validity = coming ? RECORD_INVALID_NEWER : RECORD_INVALID;
	return selection;
}

struct record_selection record_select(const struct record_qualification *qualifications,
				      size_t count, int day)
{
	assert(count <= RECORD_QUALIFICATIONS_MAX);
	struct record_selection selection = {.validity = RECORD_VALID};
	size_t valid = 0, insurances = 0;
	for (size_t i = 0; i < count; i++) {
		selection.listed[i] = record_qualification_valid(&qualifications[i], day);
		valid += selection.listed[i];
		insurances += selection.listed[i] && is_insurance(&qualifications[i]);
	}
	if (valid == 0)
		return select_invalid(qualifications, count, day);
	if (insurances > 1)
		selection.validity = RECORD_SEVERAL;
	return selection;
}
