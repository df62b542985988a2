/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/base/utf8.h"
#include "lib/json/json.h"
#include "lib/record/insurer.h"
#include "lib/record/record.h"
#include "sim/people/print.h"

static const int64_t now_ms = INT64_C(1795329000000); /* 2026-11-22 15:30 JST */
static const struct certificates no_certificates;

static int setup(void **state)
{
	static struct arena arena;
	arena_init(&arena, 16 << 20);
	*state = &arena;
	return 0;
}

static int teardown(void **state)
{
	arena_clear(*state);
	return 0;
}

static struct invent_person invent(void **state, uint64_t seed, unsigned number, bool changed)
{
	struct invent_options options = {seed, number, now_ms, changed};
	struct invent_person person;
	assert_int_equal(invent_person(*state, &options, &person), 0);
	return person;
}

static struct str line_of(void **state, uint64_t seed, unsigned number, bool changed)
{
	struct invent_person person = invent(state, seed, number, changed);
	struct str line;
	assert_int_equal(person_print(*state, &person, number, &no_certificates, &line), 0);
	return line;
}

static struct str member_of(const struct invent_person *person, size_t qualification,
			    const char *name)
{
	const struct invent_members *top = &person->qualifications[qualification].top;
	for (size_t i = 0; i < top->count; i++)
		if (strcmp(top->list[i].name, name) == 0)
			return top->list[i].value;
	return (struct str){0};
}

static int age_of(const struct invent_person *person)
{
	int birth;
	assert_int_equal(period_date_parse(member_of(person, 0, "Birthdate"), &birth), 0);
	return period_age(birth, period_day(now_ms));
}

static void test_the_same_seed_gives_the_same_people(void **state)
{
	for (unsigned number = 1; number <= 2 * INVENT_KINDS; number++) {
		assert_str_equal(line_of(state, 7, number, false),
				 line_of(state, 7, number, false));
		assert_false(str_equal(line_of(state, 7, number, false),
				       line_of(state, 8, number, false)));
	}
}

static void test_every_insurers_number_has_its_check_digit(void **state)
{
	assert_int_equal(invent_check_digit("0113001"), '2');
	assert_int_equal(invent_check_digit("13801"), '6');
	assert_int_equal(invent_check_digit("3913115"), '6');
	for (unsigned number = 1; number <= 200; number++) {
		struct invent_person person = invent(state, 3, number, true);
		for (size_t i = 0; i < person.qualifications_count; i++) {
			struct str insurer = member_of(&person, i, "InsurerNumber");
			assert_true(insurer.len == 8 || insurer.len == 6);
			assert_true(insurer_number_valid(insurer));
		}
	}
}

static enum record_validity validity_of(void **state, struct str line)
{
	struct record_qualification *qualifications;
	struct record_complaint complaint;
	struct json_limits limits = {64 * 1024, 8, 2000};
	struct json_document document AUTO(json_clear) = {0};
	size_t count;
	assert_int_equal(json_read(line, &limits, &document), 0);
	int r = record_qualifications_read(*state, json_member(document.root, "qualifications"),
					   &qualifications, &count, &complaint);
	if (r)
		fail_msg("%.*s: %s", STR_ARG(complaint.element), complaint.reason);
	return record_select(qualifications, count, period_day(now_ms)).validity;
}

static void test_every_person_passes_the_import_with_the_kinds_validity(void **state)
{
	static const enum record_validity wanted[INVENT_KINDS] = {
		[INVENT_EMPLOYEE] = RECORD_VALID,    [INVENT_BLACK_DOT] = RECORD_VALID,
		[INVENT_OVER_75] = RECORD_VALID,     [INVENT_OVER_70] = RECORD_VALID,
		[INVENT_TWO_VALID] = RECORD_SEVERAL, [INVENT_LOST] = RECORD_INVALID,
		[INVENT_FAMILY] = RECORD_VALID,	     [INVENT_JIS_LEVEL_3] = RECORD_VALID,
		[INVENT_OUTSIDE_BMP] = RECORD_VALID, [INVENT_COMING] = RECORD_INVALID_NEWER,
		[INVENT_LIMIT] = RECORD_VALID,	     [INVENT_MUTUAL_AID] = RECORD_VALID,
	};
	for (unsigned number = 1; number <= 4 * INVENT_KINDS; number++)
		assert_int_equal(validity_of(state, line_of(state, 5, number, false)),
				 wanted[(number - 1) % INVENT_KINDS]);
}

static void test_a_changed_insurer_is_the_only_one_that_holds(void **state)
{
	for (unsigned number = 1; number <= INVENT_KINDS; number++) {
		struct invent_person before = invent(state, 5, number, false);
		struct invent_person after = invent(state, 5, number, true);
		size_t last = after.qualifications_count - 1;
		assert_int_equal(last, before.qualifications_count);
		assert_str_equal(member_of(&after, last, "Name"), member_of(&before, 0, "Name"));
		assert_str_equal(member_of(&after, last, "Birthdate"),
				 member_of(&before, 0, "Birthdate"));
		assert_false(str_equal(member_of(&after, last, "InsurerNumber"),
				       member_of(&before, 0, "InsurerNumber")));
		assert_int_equal(validity_of(state, line_of(state, 5, number, true)), RECORD_VALID);
	}
}

static void test_the_kinds_show_what_they_promise(void **state)
{
	for (unsigned round = 0; round < 20; round++) {
		unsigned first = round * INVENT_KINDS + 1;
		struct invent_person person = invent(state, 9, first + INVENT_OVER_75, false);
		assert_true(age_of(&person) >= 75);
		assert_true(str_starts(member_of(&person, 0, "InsurerNumber"), STR("39")));
		assert_null(member_of(&person, 0, "InsuredBranchNumber").ptr);
		assert_null(member_of(&person, 0, "InsuredCardSymbol").ptr);
		assert_int_equal(member_of(&person, 0, "InsuredPartialContributionRatio").len, 3);
		person = invent(state, 9, first + INVENT_OVER_70, false);
		assert_in_range(age_of(&person), 70, 74);
		assert_true(person.qualifications[0].elderly.count > 0);
		person = invent(state, 9, first + INVENT_FAMILY, false);
		assert_str_equal(member_of(&person, 0, "PersonalFamilyClassification"), STR("2"));
		assert_in_range(age_of(&person), 0, 6);
	}
}

static bool name_has(void **state, enum invent_kind kind, const char *piece)
{
	for (unsigned round = 0; round < 8; round++) {
		struct invent_person person =
			invent(state, 9, round * INVENT_KINDS + 1 + kind, false);
		struct str name = member_of(&person, 0, "Name");
		assert_true(utf8_valid(name));
		if (memmem(name.ptr, name.len, piece, strlen(piece)))
			return true;
	}
	return false;
}

static void test_names_have_the_difficult_characters(void **state)
{
	assert_true(name_has(state, INVENT_BLACK_DOT, "●"));
	assert_true(name_has(state, INVENT_JIS_LEVEL_3, "德"));
	assert_true(name_has(state, INVENT_JIS_LEVEL_3, "﨑"));
	assert_true(name_has(state, INVENT_OUTSIDE_BMP, "𠮷"));
	assert_false(name_has(state, INVENT_EMPLOYEE, "●"));
}

static void test_certificates_go_to_their_people(void **state)
{
	struct certificates certificates;
	struct str line;
	struct str text =
		STR("person-1 0aff 01\nperson-2 0aff 02\nrenewed 0bff 03\n\nending 0aff 04\n");
	assert_int_equal(certificates_read(*state, text, &certificates), 0);
	assert_int_equal(certificates.people, 3);
	struct invent_person person = invent(state, 1, 1, false);
	assert_int_equal(person_print(*state, &person, 1, &certificates, &line), 0);
	const char *wanted =
		"{\"person\":\"P0001\",\"certificates\":[{\"aki\":\"0aff\",\"serial\":\"01\"},"
		"{\"aki\":\"0bff\",\"serial\":\"03\"}],\"qualifications\":[{";
	assert_true(str_starts(line, str_of(wanted)));
	assert_int_equal(certificates_read(*state, STR("0aff 01\n0aff 02"), &certificates), 0);
	assert_int_equal(certificates.people, 2);
}

static void test_a_list_that_is_none_is_refused(void **state)
{
	static const char *const texts[] = {"0aff",    "a 0aff 01 x", "0aff  01",     "xyz 01",
					    "0AFF 01", "0af 01",      "person-1 0aff"};
	struct certificates certificates;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(certificates_read(*state, str_of(texts[i]), &certificates),
				 CERTIFICATES_MALFORMED);
	assert_int_equal(certificates_read(*state, STR(""), &certificates), 0);
	assert_int_equal(certificates.count, 0);
}

int main(void)
{
#define PEOPLE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(test_the_same_seed_gives_the_same_people),
		PEOPLE_TEST(test_every_insurers_number_has_its_check_digit),
		PEOPLE_TEST(test_every_person_passes_the_import_with_the_kinds_validity),
		PEOPLE_TEST(test_a_changed_insurer_is_the_only_one_that_holds),
		PEOPLE_TEST(test_the_kinds_show_what_they_promise),
		PEOPLE_TEST(test_names_have_the_difficult_characters),
		PEOPLE_TEST(test_certificates_go_to_their_people),
		PEOPLE_TEST(test_a_list_that_is_none_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
