/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/json/json.h"
#include "reader/flow.h"
#include "reader/screen.h"

/* One qualification of an invented person. */
#define PERSON                                                                                 \
	"{\"ResultOfQualificationConfirmation\":{\"InsuredCardClassification\":\"01\","        \
	"\"InsurerNumber\":\"06130012\",\"InsurerName\":\"見本健康保険組合\","         \
	"\"InsuredCardSymbol\":\"12\",\"InsuredIdentificationNumber\":\"0034\","               \
	"\"InsuredBranchNumber\":\"01\",\"PersonalFamilyClassification\":\"1\","               \
	"\"Name\":\"●田　花子\",\"NameKana\":\"ﾏﾙﾀﾞ ﾊﾅｺ\",\"Sex1\":\"2\"," \
	"\"Birthdate\":\"19500401\",\"InsuredCardValidDate\":\"20250401\","                    \
	"\"ElderlyRecipientCertificateInfo\":{\"ElderlyRecipientContributionRatio\":\"020\"}}}"

#define BODY(validity, remark, list)                                                             \
	"{\"XmlMsg\":{\"MessageBody\":{" remark "\"ProcessingResultStatus\":\"1\","              \
	"\"QualificationValidity\":\"" validity "\",\"ResultList\":[" list "]},"                 \
	"\"MessageHeader\":{\"CharacterCodeIdentifier\":\"0\","                                  \
	"\"MedicalInstitutionCode\":\"1312345670\",\"ProcessExecutionTime\":\"20261122103000\"," \
	"\"QualificationConfirmationDate\":\"20261122\",\"ReferenceClassification\":\"1\","      \
	"\"SegmentOfResult\":\"1\"}}}"

/* What the desk reads; to be freed. */
static char *shows(const char *body, int result)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct json_document document = {0};
	assert_int_equal(json_read(str_of(body), &json_limits_reply, &document), 0);
	const struct wire_confirmation confirmation = {
		.id = STR("00112233445566778899aabbccddeeff"),
		.confirmed_ms = 1795311000000,
		.reference_number = STR("K-12"),
		.tree = document.root,
	};
	assert_int_equal(screen_result(out, &confirmation), result);
	assert_int_equal(fclose(out), 0);
	json_clear(&document);
	return text;
}

static void has(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("«%s» is not in:\n%s", part, text ? text : "(nothing)");
}

static void test_a_valid_qualification_shows_all_that_the_desk_needs(void **state)
{
	(void)state;
	char *text = shows(BODY("1", "", PERSON), 0);
	const char *const parts[] = {
		"【有効】",
		"この資格で受け付けてください。",
		"●田　花子",
		"ﾏﾙﾀﾞ ﾊﾅｺ",
		"女",
		"昭和25年4月1日 (1950-04-01)",
		"見本健康保険組合",
		"06130012",
		"12 ・ 0034 ・ 01",
		"本人",
		"2割",
		"令和7年4月1日 (2025-04-01) から （終わりの定めなし）",
		"K-12",
		"00112233445566778899aabbccddeeff",
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		has(text, parts[i]);
	free(text);
}

static void test_each_validity_has_its_word_and_its_advice(void **state)
{
	(void)state;
	const struct {
		const char *body, *word;
	} rows[] = {
		{BODY("2", "", PERSON), "【無効】"},
		{BODY("3", "", PERSON), "【新しい資格があります】"},
		{BODY("4", "", ""), "【該当する資格がありません】"},
		{BODY("5", "", PERSON "," PERSON), "【複数の資格があります】"},
		{BODY("9", "", PERSON), "【有効かどうか分かりません】"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *text = shows(rows[i].body, 0);
		has(text, rows[i].word);
		assert_null(strstr(text, "この資格で受け付けてください。"));
		free(text);
	}
}

static void test_remarks_are_shown_with_a_good_result_too(void **state)
{
	(void)state;
	char *text = shows(BODY("1",
				"\"ProcessingResultCode\":\"IW0001\","
				"\"ProcessingResultMessage\":\"証明書の期限が近づいています\",",
				PERSON),
			   0);
	has(text, "※ 証明書の期限が近づいています (IW0001)");
	free(text);
}

static void test_nothing_that_comes_in_steers_the_terminal(void **state)
{
	(void)state;
	char *text =
		shows(BODY("1", "\"ProcessingResultMessage\":\"a\\u001b[31mb\\u009bc\",", PERSON),
		      0);
	has(text, "a?[31mb?c");
	assert_null(strchr(text, 0x1B));
	free(text);
}

static void test_a_body_of_another_form_is_a_fault(void **state)
{
	(void)state;
	free(shows("{\"other\":1}", -EBADMSG));
}

static void test_tries_are_told_in_words(void **state)
{
	(void)state;
	const struct client_trouble trouble = {
		.problem = PROBLEM_PIN_WRONG,
		.code = STR("pin_wrong"),
		.text = STR("暗証番号が違います。"),
		.action = STR("もう一度入力してください。"),
	};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	screen_trouble(out, "p", &trouble, 2);
	assert_int_equal(fclose(out), 0);
	has(text, "暗証番号が違います。");
	has(text, "あと2回まちがえると");
	has(text, "次にすること: もう一度入力してください。");
	assert_null(strstr(text, "--last-try"));
	free(text);
	out = open_memstream(&text, &len);
	struct client_trouble last = trouble;
	last.problem = PROBLEM_PIN_LAST_TRY;
	screen_trouble(out, "p", &last, FLOW_TRIES_NOT_SAID);
	assert_int_equal(fclose(out), 0);
	has(text, "--last-try");
	assert_null(strstr(text, "あと"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_valid_qualification_shows_all_that_the_desk_needs),
		cmocka_unit_test(test_each_validity_has_its_word_and_its_advice),
		cmocka_unit_test(test_remarks_are_shown_with_a_good_result_too),
		cmocka_unit_test(test_nothing_that_comes_in_steers_the_terminal),
		cmocka_unit_test(test_a_body_of_another_form_is_a_fault),
		cmocka_unit_test(test_tries_are_told_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
