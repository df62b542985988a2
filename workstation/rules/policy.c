/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/rules/policy.h"

#include <assert.h>

#include "workstation/rules/fold.h"

static const struct chart_field_row rows[CHART_FIELDS] = {
#define FIELD(enum_name, field_name, field_label, field_meaning, oqs, default_choice) \
	[CHART_##enum_name] = {.name = (field_name),                                  \
			       .label = (field_label),                                \
			       .meaning = (field_meaning),                            \
			       .element = RECORD_##oqs,                               \
			       .choice = POLICY_##default_choice},
#include "workstation/rules/fields.def"
#undef FIELD
};

const struct chart_field_row *chart_field_row(enum chart_field field)
{
	assert(field < CHART_FIELDS);
	return &rows[field];
}

enum chart_field chart_field_of_name(struct str name)
{
	enum chart_field field = 0;
	while (field < CHART_FIELDS && !str_equal(str_of(rows[field].name), name))
		field++;
	return field;
}

struct str policy_name(enum policy_choice choice)
{
	switch (choice) {
	case POLICY_TAKE: return STR("take");
	case POLICY_KEEP: return STR("keep");
	case POLICY_ASK: return STR("ask");
	case POLICY_NONE: break;
	}
	return (struct str){0};
}

enum policy_choice policy_of_name(struct str name)
{
	for (enum policy_choice choice = POLICY_TAKE; choice <= POLICY_ASK; choice++)
		if (str_equal(policy_name(choice), name))
			return choice;
	return POLICY_NONE;
}

enum policy_choice policy_of(enum chart_field field, enum policy_choice patient,
			     enum policy_choice facility)
{
	if (patient != POLICY_NONE)
		return patient;
	return facility != POLICY_NONE ? facility : chart_field_row(field)->choice;
}

/* --- differences --- */

static struct str without_zeros(struct str digits)
{
	while (digits.len > 1 && digits.ptr[0] == '0')
		digits = (struct str){digits.ptr + 1, digits.len - 1};
	return digits;
}

static int spelling(struct arena *arena, enum chart_field field, struct str text,
		    struct str *ret_text)
{
	int r = 0;
	switch (field) {
	case CHART_KANA: r = fold_kana(arena, text, ret_text); break;
	case CHART_NAME: r = fold_name(arena, text, ret_text); break;
	case CHART_POST:
	case CHART_ADDRESS: r = fold_plain(arena, text, ret_text); break;
	case CHART_RATIO: *ret_text = without_zeros(text); break;
	case CHART_BIRTH:
	case CHART_SEX:
	case CHART_INSURANCE:
	case CHART_LIMIT:
	case CHART_FIELDS: *ret_text = text; break;
	}
	return r ? PASS(r) : 0;
}

/* A name that the insurer could not write in full (●) says nothing against the one we have. */
static bool is_same(enum chart_field field, struct str held, struct str told)
{
	if (field != CHART_NAME && field != CHART_KANA && field != CHART_ADDRESS)
		return str_equal(held, told);
	enum fold_fit fit = fold_compare(held, told);
	return fit == FOLD_SAME || fit == FOLD_SAME_BUT_UNREADABLE || str_equal(held, told);
}

int difference_find(struct arena *arena, enum chart_field field, struct str held, struct str told,
		    enum difference *ret_difference)
{
	struct str ours = {0}, theirs = {0};
	*ret_difference = DIFFERENCE_NONE;
	if (!told.len)
		return 0;
	if (!held.len) {
		*ret_difference = DIFFERENCE_FILLS;
		return 0;
	}
	int r = spelling(arena, field, held, &ours);
	if (!r)
		r = spelling(arena, field, told, &theirs);
	if (r)
		return PASS(r);
	*ret_difference = is_same(field, ours, theirs) ? DIFFERENCE_NONE : DIFFERENCE_CHANGES;
	return 0;
}

enum policy_action policy_apply(enum policy_choice choice, enum difference difference)
{
	if (difference == DIFFERENCE_NONE || choice == POLICY_KEEP)
		return POLICY_LEAVE;
	return choice == POLICY_TAKE || difference == DIFFERENCE_FILLS ? POLICY_APPLY
								       : POLICY_DECIDE;
}

struct str validity_problem(struct str validity)
{
	static const struct {
		const char *code;
		const char *problem;
	} words[] = {
		{"2", "result_invalid"}, {"3", "result_newer"},	       {"4", "result_nobody"},
		{"5", "result_several"}, {"6", "result_unregistered"},
	};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_equal(str_of(words[i].code), validity))
			return str_of(words[i].problem);
	return (struct str){0};
}
