/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/period.h"
#include "lib/json/canonical.h"
#include "lib/json/json.h"
#include "lib/record/record.h"

static const struct json_limits limits = {.bytes_max = 65536, .depth_max = 16, .keys_max = 500};

/* An invented person with all there can be. */
static const char full[] =
	"[{\"Name\":\"●田　花子\",\"NameKana\":\"ﾔﾏﾀﾞ "
	"ﾊﾅｺ\",\"Sex1\":\"2\",\"Birthdate\":\"19501103\","
	"\"InsuredCardClassification\":\"01\",\"InsurerName\":\"千代田区\",\"InsurerNumber\":"
	"\"138016\","
	"\"InsuredCardSymbol\":\"１２\",\"InsuredIdentificationNumber\":\"0012\","
	"\"InsuredBranchNumber\":\"01\",\"PersonalFamilyClassification\":\"1\","
	"\"PostNumber\":\"100-0001\",\"Address\":\"東京都千代田区一丁目\","
	"\"QualificationDate\":\"20240401\",\"PreschoolClassification\":\"1\","
	"\"InsuredPartialContributionRatio\":\"030\","
	"\"ElderlyRecipientCertificateInfo\":{\"ElderlyRecipientValidStartDate\":\"20250801\","
	"\"ElderlyRecipientContributionRatio\":\"020\"},"
	"\"LimitApplicationCertificateRelatedConsFlg\":\"1\","
	"\"LimitApplicationCertificateRelatedConsTime\":\"20261122103000\","
	"\"LimitApplicationCertificateRelatedInfo\":"
	"{\"LimitApplicationCertificateClassification\":\"01\","
	"\"LimitApplicationCertificateClassificationFlag\":\"A03\"},"
	"\"SpecificDiseasesCertificateList\":[{\"SpecificDiseasesCertificateInfo\":"
	"{\"SpecificDiseasesDiseaseCategory\":\"1\",\"SpecificDiseasesSelfPay\":\"10000\"}}]}]";

static const char minimal[] =
	"[{\"Name\":\"山本　太郎\",\"Sex1\":\"1\",\"Birthdate\":\"19800302\","
	"\"InsuredCardClassification\":\"01\",\"InsurerName\":\"協会けんぽ\"}]";

static struct json_document document_of(const char *text)
{
	struct json_document document = {0};
	assert_int_equal(json_read(str_of(text), &limits, &document), 0);
	return document;
}

static int64_t ms_of(const char *time)
{
	int64_t at_ms = 0;
	assert_int_equal(period_datetime_parse(str_of(time), &at_ms), 0);
	return at_ms;
}

static int build(struct arena *arena, const char *qualifications, struct str *ret_body,
		 enum record_validity *ret_validity)
{
	const struct record_confirmation confirmation = {
		.facility_code = STR("0110113719"),
		.confirmed_ms = ms_of("20261122103000"),
	};
	struct record_summary summary;
	int r = record_build(arena, &confirmation, str_of(qualifications), ret_body, &summary);
	if (r == 0)
		*ret_validity = summary.validity;
	return r;
}

static void test_a_body_is_built_in_canonical_form(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	struct str body;
	enum record_validity validity;
	assert_int_equal(build(&arena, minimal, &body, &validity), 0);
	assert_int_equal(validity, RECORD_VALID);
	assert_str_equal(body,
			 STR("{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultStatus\":\"1\","
			     "\"QualificationValidity\":\"1\",\"ResultList\":"
			     "[{\"ResultOfQualificationConfirmation\":{\"Birthdate\":\"19800302\","
			     "\"InsuredCardClassification\":\"01\",\"InsurerName\":\"協会けんぽ\","
			     "\"Name\":\"山本　太郎\",\"Sex1\":\"1\"}}]},"
			     "\"MessageHeader\":{\"CharacterCodeIdentifier\":\"0\","
			     "\"MedicalInstitutionCode\":\"0110113719\","
			     "\"ProcessExecutionTime\":\"20261122103000\","
			     "\"QualificationConfirmationDate\":\"20261122\","
			     "\"ReferenceClassification\":\"1\",\"SegmentOfResult\":\"1\"}}}"));
}

static void canonical_check(struct arena *arena, struct str body)
{
	AUTO(json_clear) struct json_document document = document_of(body.ptr);
	struct str again;
	assert_int_equal(json_canonical(arena, document.root, &again), 0);
	assert_str_equal(again, body);
}

static void test_remarks_and_empty_lists_are_canonical_too(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	const struct record_confirmation confirmation = {
		.facility_code = STR("契280444000"),
		.confirmed_ms = ms_of("20261122235959"),
		.remark_code = STR("A0001"),
		.remark = STR("電子証明書の有効期限が近づいています。"),
	};
	struct str body;
	struct record_summary summary;
	assert_int_equal(record_build(&arena, &confirmation, STR("[]"), &body, &summary), 0);
	assert_int_equal(summary.validity, RECORD_NONE);
	assert_int_equal(summary.card_classes, 0);
	canonical_check(&arena, body);
	assert_int_equal(record_build(&arena, &confirmation, str_of(full), &body, &summary), 0);
	canonical_check(&arena, body);
}

static void test_what_was_built_reads_back(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	struct str body;
	enum record_validity validity;
	assert_int_equal(build(&arena, full, &body, &validity), 0);
	AUTO(json_clear) struct json_document document = document_of(body.ptr);
	struct record *record;
	assert_int_equal(record_read(&arena, document.root, &record), 0);
	assert_str_equal(record->facility_code, STR("0110113719"));
	assert_str_equal(record->confirmed_on, STR("20261122"));
	assert_int_equal(record->validity, RECORD_VALID);
	assert_null(record->remark.ptr);
	assert_int_equal(record->qualifications_count, 1);
	const struct record_qualification *only = &record->qualifications[0];
	assert_str_equal(only->elements[RECORD_NAME], STR("●田　花子"));
	assert_str_equal(only->elements[RECORD_ELDERLY_RATIO], STR("020"));
	assert_str_equal(only->elements[RECORD_LIMIT_CLASS], STR("A03"));
	assert_null(only->elements[RECORD_LOST].ptr);
	assert_int_equal(only->diseases_count, 1);
	assert_str_equal(only->diseases[0][RECORD_DISEASE_SELF_PAY - RECORD_DISEASE_CATEGORY],
			 STR("10000"));
}

static void test_a_reader_passes_over_what_it_does_not_know(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	AUTO(json_clear)
	struct json_document document = document_of(
		"{\"XmlMsg\":{\"MessageHeader\":{\"New\":\"x\",\"SegmentOfResult\":\"9\","
		"\"ErrorCode\":\"E1\"},\"MessageBody\":{\"QualificationValidity\":\"7\","
		"\"ResultList\":[{\"ResultOfQualificationConfirmation\":{\"Name\":\"\","
		"\"Birthdate\":\"unknown\",\"New\":{\"a\":[1]}}}]}}}");
	struct record *record;
	assert_int_equal(record_read(&arena, document.root, &record), 0);
	assert_int_equal(record->validity, 0);
	assert_str_equal(record->validity_code, STR("7"));
	assert_str_equal(record->error_code, STR("E1"));
	/* Empty is not absent. */
	assert_non_null(record->qualifications[0].elements[RECORD_NAME].ptr);
	assert_null(record->qualifications[0].elements[RECORD_SYMBOL].ptr);
}

static void test_what_is_no_confirmation_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"{}",
		"{\"XmlMsg\":\"x\"}",
		"{\"XmlMsg\":{\"MessageHeader\":{}}}",
		"{\"XmlMsg\":{\"MessageHeader\":{},\"MessageBody\":{}}}",
		"{\"XmlMsg\":{\"MessageHeader\":{},\"MessageBody\":{\"ResultList\":[{}]}}}",
		"{\"XmlMsg\":{\"MessageHeader\":{},\"MessageBody\":{\"ResultList\":[\"x\"]}}}",
		"{\"XmlMsg\":{\"MessageHeader\":{\"ErrorCode\":1},\"MessageBody\":"
		"{\"ResultList\":[]}}}",
		"{\"XmlMsg\":{\"MessageHeader\":{},\"MessageBody\":{\"ResultList\":[],"
		"\"QualificationValidity\":1}}}",
		"{\"XmlMsg\":{\"MessageHeader\":{},\"MessageBody\":{\"ResultList\":["
		"{\"ResultOfQualificationConfirmation\":{\"Name\":1}}]}}}",
		"{\"XmlMsg\":{\"MessageHeader\":{},\"MessageBody\":{\"ResultList\":["
		"{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}}}",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 20);
		AUTO(json_clear) struct json_document document = document_of(texts[i]);
		struct record *record;
		if (record_read(&arena, document.root, &record) != RECORD_MALFORMED)
			fail_msg("%s", texts[i]);
	}
}

#define PERSON(rest)                                                  \
	"[{\"Name\":\"a\",\"Sex1\":\"1\",\"Birthdate\":\"19800302\"," \
	"\"InsuredCardClassification\":\"01\",\"InsurerName\":\"b\"" rest "}]"

static const struct {
	const char *text;
	size_t index;
	const char *element; /* NULL: the whole */
} refused[] = {
	{"{}", 0, NULL},
	{"[1]", 0, ""},
	{"[{\"Name\":\"a\"}]", 0, "InsuredCardClassification"},
	{PERSON(",\"ReferenceNumber\":\"1\""), 0, "ReferenceNumber"},
	{PERSON(",\"Unknown\":\"1\""), 0, "Unknown"},
	{PERSON(",\"Address\":\"\""), 0, "Address"},
	{PERSON(",\"Address\":1"), 0, "Address"},
	{PERSON(",\"Address\":\"a\\nb\""), 0, "Address"},
	{PERSON(",\"QualificationDate\":\"20250229\""), 0, "QualificationDate"},
	{PERSON(",\"QualificationDate\":\"2025041\""), 0, "QualificationDate"},
	{PERSON(",\"Sex2\":\"4\""), 0, "Sex2"},
	{PERSON(",\"ReasonOfLoss\":\"04\""), 0, "ReasonOfLoss"},
	{PERSON(",\"InsuredBranchNumber\":\"1\""), 0, "InsuredBranchNumber"},
	{PERSON(",\"InsurerNumber\":\"12a\""), 0, "InsurerNumber"},
	{PERSON(",\"InsuredPartialContributionRatio\":\"30\""), 0,
	 "InsuredPartialContributionRatio"},
	{PERSON(",\"PostNumber\":\"1000-001\""), 0, "PostNumber"},
	{PERSON(",\"PostNumber\":\"100-000a\""), 0, "PostNumber"},
	{PERSON(",\"ElderlyRecipientContributionRatio\":\"020\""), 0,
	 "ElderlyRecipientContributionRatio"},
	{PERSON(",\"ElderlyRecipientCertificateInfo\":{\"Name\":\"x\"}"), 0, "Name"},
	{PERSON(",\"ElderlyRecipientCertificateInfo\":"
		"{\"ElderlyRecipientContributionRatio\":\"2\"}"),
	 0, "ElderlyRecipientContributionRatio"},
	{PERSON(",\"LimitApplicationCertificateRelatedConsTime\":\"20261122256000\""), 0,
	 "LimitApplicationCertificateRelatedConsTime"},
	{PERSON(",\"SpecificDiseasesCertificateList\":[]"), 0, "SpecificDiseasesCertificateList"},
	{PERSON(",\"SpecificDiseasesCertificateList\":[{}]"), 0, "SpecificDiseasesCertificateInfo"},
	{PERSON(",\"SpecificDiseasesCertificateList\":[{\"SpecificDiseasesCertificateInfo\":"
		"{\"SpecificDiseasesDiseaseCategory\":\"9\"}}]"),
	 0, "SpecificDiseasesDiseaseCategory"},
	{"[{\"Name\":\"a\",\"Sex1\":\"1\",\"Birthdate\":\"19800302\","
	 "\"InsuredCardClassification\":\"01\",\"InsurerName\":\"b\"},{\"Name\":\"a\"}]",
	 1, "InsuredCardClassification"},
};

static void test_an_import_is_refused_by_its_element(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 20);
		AUTO(json_clear) struct json_document document = document_of(refused[i].text);
		struct record_qualification *qualifications;
		struct record_complaint complaint;
		size_t count;
		int r = record_qualifications_read(&arena, document.root, &qualifications, &count,
						   &complaint);
		if (r != RECORD_MALFORMED)
			fail_msg("%s: %d", refused[i].text, r);
		if (!str_equal(complaint.element, str_of(refused[i].element)))
			fail_msg("%s: %.*s", refused[i].text, STR_ARG(complaint.element));
		assert_int_equal(complaint.index, refused[i].index);
		assert_true(strlen(complaint.reason) > 0);
	}
}

static void test_a_good_import_is_taken(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	AUTO(json_clear) struct json_document document = document_of(full);
	struct record_qualification *qualifications;
	struct record_complaint complaint;
	size_t count;
	assert_int_equal(record_qualifications_read(&arena, document.root, &qualifications, &count,
						    &complaint),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(qualifications[0].diseases_count, 1);
	assert_str_equal(qualifications[0].elements[RECORD_POSTCODE], STR("100-0001"));
	assert_str_equal(qualifications[0].elements[RECORD_LIMIT_KIND], STR("01"));
}

static void test_a_person_who_was_never_checked_is_a_fault(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "{", "{}", "[{}]", "[1]"};
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct str body;
		enum record_validity validity;
		assert_int_equal(build(&arena, texts[i], &body, &validity), -EBADMSG);
	}
}

static void test_the_member_key_is_the_insurances_identity(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	AUTO(json_clear) struct json_document document = document_of(full);
	struct record_qualification *qualifications, bare = {.diseases_count = 0};
	struct record_complaint complaint;
	struct str key;
	size_t count;
	assert_int_equal(record_qualifications_read(&arena, document.root, &qualifications, &count,
						    &complaint),
			 0);
	assert_int_equal(record_member_key(&arena, &qualifications[0], &key), 0);
	assert_str_equal(key, STR("00138016:12:0012:01"));
	assert_int_equal(record_member_key(&arena, &bare, &key), 0);
	assert_str_equal(key, STR(":::"));
}

static void test_tables_know_their_words_and_names(void **state)
{
	(void)state;
	assert_str_equal(record_code_word(RECORD_TABLE_VALIDITY, STR("3")),
			 STR("無効（新しい資格あり）"));
	assert_str_equal(record_code_word(RECORD_TABLE_LIMIT_CLASS, STR("B10")), STR("一般Ⅰ"));
	assert_null(record_code_word(RECORD_TABLE_SEX, STR("9")).ptr);
	assert_null(record_code_word(RECORD_TABLE_SEX, (struct str){0}).ptr);
	for (int i = 0; i < RECORD_ELEMENTS; i++) {
		const struct record_element_row *row = record_element_row((enum record_element)i);
		assert_int_equal(record_element_of_name(str_of(row->oqs_name)), i);
		assert_true((row->format == RECORD_FORMAT_CODE) ==
			    (row->table != RECORD_TABLE_NONE));
	}
	assert_int_equal(record_element_of_name(STR("ReferenceNumber")), RECORD_ELEMENTS);
}

static void test_every_failing_allocation_is_a_fault(void **state)
{
	(void)state;
	long fails = 0;
	for (int r = -ENOMEM; r; fails++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 20);
		arena.fail_after = fails;
		struct str body;
		enum record_validity validity;
		r = build(&arena, full, &body, &validity);
		assert_true(r == 0 || r == -ENOMEM);
	}
	assert_true(fails > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_body_is_built_in_canonical_form),
		cmocka_unit_test(test_remarks_and_empty_lists_are_canonical_too),
		cmocka_unit_test(test_what_was_built_reads_back),
		cmocka_unit_test(test_a_reader_passes_over_what_it_does_not_know),
		cmocka_unit_test(test_what_is_no_confirmation_is_refused),
		cmocka_unit_test(test_an_import_is_refused_by_its_element),
		cmocka_unit_test(test_a_good_import_is_taken),
		cmocka_unit_test(test_a_person_who_was_never_checked_is_a_fault),
		cmocka_unit_test(test_the_member_key_is_the_insurances_identity),
		cmocka_unit_test(test_tables_know_their_words_and_names),
		cmocka_unit_test(test_every_failing_allocation_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
