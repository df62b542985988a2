/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/record/record.h"

/* A qualification by its dates; NULL: absent. */
struct dates {
	const char *qualified;
	const char *lost;
	const char *valid_from;
	const char *valid_to;
	const char *card_class;
};

static struct record_qualification qualification_of(const struct dates *dates)
{
	struct record_qualification qualification = {.diseases_count = 0};
	qualification.elements[RECORD_QUALIFIED] = str_of(dates->qualified);
	qualification.elements[RECORD_LOST] = str_of(dates->lost);
	qualification.elements[RECORD_VALID_FROM] = str_of(dates->valid_from);
	qualification.elements[RECORD_VALID_TO] = str_of(dates->valid_to);
	qualification.elements[RECORD_CARD_CLASS] =
		str_of(dates->card_class ? dates->card_class : "01");
	return qualification;
}

static const struct {
	struct dates dates;
	int day;
	bool valid;
	bool coming;
} days[] = {
	{{"20250401", NULL, NULL, NULL, NULL}, 20250331, false, true},
	{{"20250401", NULL, NULL, NULL, NULL}, 20250401, true, false},
	{{"20250401", "20260401", NULL, NULL, NULL}, 20260331, true, false},
	{{"20250401", "20260401", NULL, NULL, NULL}, 20260401, false, false},
	{{"20250401", NULL, NULL, "20260331", NULL}, 20260331, true, false},
	{{"20250401", NULL, NULL, "20260331", NULL}, 20260401, false, false},
	{{"20250401", NULL, "20250801", NULL, NULL}, 20250731, false, true},
	{{"20250401", NULL, "20250801", NULL, NULL}, 20250801, true, false},
	{{"20250801", NULL, "20250401", NULL, NULL}, 20250731, false, true},
	{{"20250401", "20250401", NULL, NULL, NULL}, 20250331, false, false},
	{{"20250401", "20250401", NULL, NULL, NULL}, 20250401, false, false},
	{{NULL, NULL, NULL, NULL, NULL}, 19700101, true, false},
};

static void test_a_qualification_holds_from_its_start_to_before_its_loss(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
		struct record_qualification qualification = qualification_of(&days[i].dates);
		if (record_qualification_valid(&qualification, days[i].day) != days[i].valid ||
		    record_qualification_coming(&qualification, days[i].day) != days[i].coming)
			fail_msg("row %zu", i);
	}
}

#define HOLDS                                      \
	{                                          \
		"20250401", NULL, NULL, NULL, NULL \
	}
#define AID                                        \
	{                                          \
		"20250401", NULL, NULL, NULL, "A1" \
	}
#define LOST                                             \
	{                                                \
		"20200401", "20250401", NULL, NULL, NULL \
	}
#define LONG_LOST                                        \
	{                                                \
		"20100401", "20150401", NULL, NULL, NULL \
	}
#define COMING                                     \
	{                                          \
		"20270401", NULL, NULL, NULL, NULL \
	}
#define NEVER                                            \
	{                                                \
		"20270401", "20270401", NULL, NULL, NULL \
	}

static const struct {
	const char *name;
	struct dates dates[4];
	size_t count;
	enum record_validity validity;
	const char *listed; /* a digit for each */
} cases[] = {
	{"nothing known", {{0}}, 0, RECORD_NONE, ""},
	{"one", {HOLDS}, 1, RECORD_VALID, "1"},
	{"one, one lost", {LOST, HOLDS}, 2, RECORD_VALID, "01"},
	{"one, one coming", {HOLDS, COMING}, 2, RECORD_VALID, "10"},
	{"two", {HOLDS, HOLDS}, 2, RECORD_SEVERAL, "11"},
	{"insurance and aid", {HOLDS, AID}, 2, RECORD_VALID, "11"},
	{"aid alone", {AID}, 1, RECORD_VALID, "1"},
	{"two insurances and aid", {HOLDS, AID, HOLDS}, 3, RECORD_SEVERAL, "111"},
	{"lost", {LOST}, 1, RECORD_INVALID, "1"},
	{"the last of two lost", {LONG_LOST, LOST}, 2, RECORD_INVALID, "01"},
	{"two lost on one day", {LOST, LONG_LOST, LOST}, 3, RECORD_INVALID, "101"},
	{"lost, a newer one coming", {LONG_LOST, LOST, COMING}, 3, RECORD_INVALID_NEWER, "011"},
	{"only one coming", {COMING}, 1, RECORD_INVALID_NEWER, "1"},
	{"one that never holds", {NEVER}, 1, RECORD_INVALID, "1"},
};

static void test_validity_and_list_are_decided_for_a_day(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct record_qualification qualifications[4] = {0};
		for (size_t n = 0; n < cases[i].count; n++)
			qualifications[n] = qualification_of(&cases[i].dates[n]);
		struct record_selection selection =
			record_select(qualifications, cases[i].count, 20261122);
		if (selection.validity != cases[i].validity)
			fail_msg("%s: %d", cases[i].name, (int)selection.validity);
		for (size_t n = 0; n < cases[i].count; n++)
			if (selection.listed[n] != (cases[i].listed[n] == '1'))
				fail_msg("%s: no. %zu", cases[i].name, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_qualification_holds_from_its_start_to_before_its_loss),
		cmocka_unit_test(test_validity_and_list_are_decided_for_a_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
