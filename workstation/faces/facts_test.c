/* SPDX-License-Identifier: Apache-2.0 */
/* Every element that a result can carry is shown, with its label and what it means. */
#include "workstation/faces/facts.h"

#include "workstation/faces/test_desk.h"

/* A value of its form; those of the required ones stand in the told result itself. */
static const char *sample(const struct record_element_row *row)
{
	switch (row->format) {
	case RECORD_FORMAT_DATE: return "20260401";
	case RECORD_FORMAT_DATETIME: return "20260401093000";
	case RECORD_FORMAT_RATIO: return "020";
	case RECORD_FORMAT_YEN: return "10000";
	case RECORD_FORMAT_BRANCH: return "05";
	case RECORD_FORMAT_DIGITS: return "1234";
	case RECORD_FORMAT_POSTCODE: return "100-0001";
	case RECORD_FORMAT_TEXT: return "文字";
	case RECORD_FORMAT_CODE: return row->table == RECORD_TABLE_LOSS_REASON ? "01" : "1";
	}
	return "";
}

/* What test_told writes by itself. */
static bool is_told(enum record_element element)
{
	switch ((int)element) {
	case RECORD_CARD_CLASS:
	case RECORD_INSURER_NUMBER:
	case RECORD_INSURER_NAME:
	case RECORD_SYMBOL:
	case RECORD_NUMBER:
	case RECORD_BRANCH:
	case RECORD_RELATION:
	case RECORD_NAME:
	case RECORD_NAME_KANA:
	case RECORD_BIRTH:
	case RECORD_SEX:
	case RECORD_VALID_FROM: return true;
	default: return false;
	}
}

static void group_write(char *text, size_t bytes, enum record_group group, const char *open,
			const char *close)
{
	size_t len = strlen(text);
	const char *comma = group == RECORD_GROUP_TOP ? "," : "";
	len += (size_t)snprintf(text + len, bytes - len, "%s", open);
	for (enum record_element element = 0; element < RECORD_ELEMENTS; element++) {
		const struct record_element_row *row = record_element_row(element);
		if (row->group != group || is_told(element))
			continue;
		len += (size_t)snprintf(text + len, bytes - len, "%s\"%s\":\"%s\"", comma,
					row->oqs_name, sample(row));
		comma = ",";
	}
	assert_true(len + strlen(close) < bytes);
	(void)snprintf(text + len, bytes - len, "%s", close);
}

static void all_write(char *text, size_t bytes)
{
	*text = '\0';
	group_write(text, bytes, RECORD_GROUP_TOP, "", "");
	group_write(text, bytes, RECORD_GROUP_ELDERLY, ",\"ElderlyRecipientCertificateInfo\":{",
		    "}");
	group_write(text, bytes, RECORD_GROUP_LIMIT,
		    ",\"LimitApplicationCertificateRelatedInfo\":{", "}");
	group_write(text, bytes, RECORD_GROUP_DISEASE,
		    ",\"SpecificDiseasesCertificateList\":[{\"SpecificDiseasesCertificateInfo\":{",
		    "}}]");
}

/* An element that is added to lib/record/elements.def without a sentence is found here. */
static void test_every_element_has_a_label_and_a_meaning(void **state)
{
	(void)state;
	for (enum record_element element = 0; element < RECORD_ELEMENTS; element++) {
		const struct record_element_row *row = record_element_row(element);
		if (!facts_meaning(element).len)
			print_error("%s has no meaning in meanings.def\n", row->oqs_name);
		assert_true(facts_meaning(element).len > 0);
		assert_true(strlen(row->label) > 0);
	}
}

static void test_a_result_with_every_element_shows_every_one(void **state)
{
	struct test_desk *desk = *state;
	char more[4096], line[512];
	all_write(more, sizeof more);
	const struct told told = {.id = TEST_ID("1"),
				  .at = "20261122103000",
				  TEST_PERSON,
				  .more = more};
	test_told(desk, &told, NULL);
	struct str reply = test_call(desk, "result", "{\"id\":\"" TEST_ID("1") "\"}");
	for (enum record_element element = 0; element < RECORD_ELEMENTS; element++) {
		const struct record_element_row *row = record_element_row(element);
		(void)snprintf(line, sizeof line,
			       "{\"name\":\"%s\",\"label\":\"%s\",\"meaning\":\"%.*s\"",
			       row->oqs_name, row->label, STR_ARG(facts_meaning(element)));
		if (!test_has(reply, line))
			print_error("%s is not shown\n", row->oqs_name);
		assert_true(test_has(reply, line));
	}
}

/* The control: what is not there is not shown as if it were. */
static void test_a_result_without_an_element_does_not_show_it(void **state)
{
	struct test_desk *desk = *state;
	const struct told told = {.id = TEST_ID("1"), .at = "20261122103000", TEST_PERSON};
	test_told(desk, &told, NULL);
	struct str reply = test_call(desk, "result", "{\"id\":\"" TEST_ID("1") "\"}");
	for (enum record_element element = 0; element < RECORD_ELEMENTS; element++) {
		char line[128];
		(void)snprintf(line, sizeof line, "{\"name\":\"%s\"",
			       record_element_row(element)->oqs_name);
		assert_int_equal(test_has(reply, line), is_told(element));
	}
}

static void test_what_is_not_valid_says_what_to_do_next(void **state)
{
	static const struct {
		const char *validity, *advice;
	} rows[] = {
		{"2", "資格が有効ではありません"},
		{"3", "新しい資格があります"},
		{"4", "該当"},
	};
	struct test_desk *desk = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char id[64], with[128];
		struct told told = {.at = "20261122103000", TEST_PERSON};
		told.validity = rows[i].validity;
		(void)snprintf(id, sizeof id, TEST_ID("%zu"), i + 1);
		told.id = id;
		test_told(desk, &told, NULL);
		(void)snprintf(with, sizeof with, "{\"id\":\"%s\"}", id);
		struct str reply = test_call(desk, "result", with);
		assert_true(test_has(reply, "\"advice\":{\"title\":\""));
		assert_true(test_has(reply, rows[i].advice));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_element_has_a_label_and_a_meaning),
		TEST_DESK(test_a_result_with_every_element_shows_every_one),
		TEST_DESK(test_a_result_without_an_element_does_not_show_it),
		TEST_DESK(test_what_is_not_valid_says_what_to_do_next),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
