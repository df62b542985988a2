/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/json/json.h"

struct form {
	struct str name;
	struct str note;
	struct str nothing;
	int64_t number;
	bool flag;
	const struct json *object;
	const struct json *array;
	struct str lines;
};

static const struct json_field fields[] = {
	JSON_FIELD(struct form, name, "name", JSON_TEXT, JSON_REQUIRED, 1, 3),
	JSON_FIELD(struct form, note, "note", JSON_TEXT, JSON_OPTIONAL, 0, 3),
	JSON_FIELD(struct form, nothing, "nothing", JSON_TEXT, JSON_NULLABLE, 1, 3),
	JSON_FIELD(struct form, number, "number", JSON_NUMBER, JSON_OPTIONAL, -1, 10),
	JSON_FIELD(struct form, flag, "flag", JSON_BOOL, JSON_OPTIONAL, 0, 0),
	JSON_FIELD(struct form, object, "object", JSON_OBJECT, JSON_OPTIONAL, 0, 0),
	JSON_FIELD(struct form, array, "array", JSON_ARRAY, JSON_OPTIONAL, 1, 2),
	JSON_FIELD(struct form, lines, "lines", JSON_LINES, JSON_OPTIONAL, 0, 5),
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

static struct json_document document_of(const char *text)
{
	struct json_document document = {0};
	assert_int_equal(json_read(str_of(text), &json_limits_request, &document), 0);
	return document;
}

static void test_a_table_fills_a_struct(void **state)
{
	(void)state;
	AUTO(json_clear)
	struct json_document document = document_of(
		"{\"name\":\"髙𠮷\",\"note\":\"\",\"nothing\":null,\"number\":-1,\"flag\":true,"
		"\"object\":{\"x\":\"y\"},\"array\":[1,\"two\"],\"lines\":\"右\\n\\n左\\n\"}");
	struct form form = {.flag = false};
	struct json_complaint complaint;
	assert_int_equal(json_decode(document.root, fields, FIELDS, &form, &complaint), 0);
	assert_str_equal(form.name, STR("髙𠮷"));
	assert_non_null(form.note.ptr);
	assert_int_equal(form.note.len, 0);
	assert_null(form.nothing.ptr);
	assert_int_equal(form.number, -1);
	assert_true(form.flag);
	assert_str_equal(form.lines, STR("右\n\n左\n"));
	assert_true(json_is_object(form.object));
	assert_str_equal(json_text(json_member(form.object, "x")), STR("y"));
	assert_int_equal(json_count(form.array), 2);
	assert_str_equal(json_text(json_at(form.array, 1)), STR("two"));
	assert_null(json_text(json_at(form.array, 0)).ptr);
	assert_null(json_at(form.array, 2));
	assert_null(json_member(form.array, "x"));
	assert_int_equal(json_count(form.object), 0);
}

static void test_what_is_absent_leaves_its_place_alone(void **state)
{
	(void)state;
	AUTO(json_clear)
	struct json_document document = document_of("{\"name\":\"a\",\"nothing\":null}");
	struct form form = {.number = 7, .note = STR("as it was")};
	struct json_complaint complaint;
	assert_int_equal(json_decode(document.root, fields, FIELDS, &form, &complaint), 0);
	assert_int_equal(form.number, 7);
	assert_str_equal(form.note, STR("as it was"));
}

static const struct {
	const char *text;
	enum json_reason reason;
	const char *field;
} refused[] = {
	{"{\"nothing\":null}", JSON_FIELD_MISSING, "name"},
	{"{\"name\":\"a\"}", JSON_FIELD_MISSING, "nothing"},
	{"{\"name\":null,\"nothing\":null}", JSON_FIELD_TYPE, "name"},
	{"{\"name\":\"a\",\"note\":null,\"nothing\":null}", JSON_FIELD_TYPE, "note"},
	{"{\"name\":1,\"nothing\":null}", JSON_FIELD_TYPE, "name"},
	{"{\"name\":[\"a\"],\"nothing\":null}", JSON_FIELD_TYPE, "name"},
	{"{\"name\":\"\",\"nothing\":null}", JSON_FIELD_SHORT, "name"},
	{"{\"name\":\"あいうえ\",\"nothing\":null}", JSON_FIELD_LONG, "name"},
	{"{\"name\":\"a\\nb\",\"nothing\":null}", JSON_FIELD_CONTROL, "name"},
	{"{\"name\":\"a\\u2028\",\"nothing\":null}", JSON_FIELD_CONTROL, "name"},
	{"{\"name\":\"a\",\"nothing\":null,\"lines\":\"a\\r\\nb\"}", JSON_FIELD_CONTROL, "lines"},
	{"{\"name\":\"a\",\"nothing\":null,\"lines\":\"a\\tb\"}", JSON_FIELD_CONTROL, "lines"},
	{"{\"name\":\"a\",\"nothing\":null,\"lines\":\"1\\n2\\n3\\n\"}", JSON_FIELD_LONG, "lines"},
	{"{\"name\":\"a\",\"nothing\":null,\"number\":-2}", JSON_FIELD_SHORT, "number"},
	{"{\"name\":\"a\",\"nothing\":null,\"number\":11}", JSON_FIELD_LONG, "number"},
	{"{\"name\":\"a\",\"nothing\":null,\"number\":1.0}", JSON_FIELD_TYPE, "number"},
	{"{\"name\":\"a\",\"nothing\":null,\"number\":1e0}", JSON_FIELD_TYPE, "number"},
	{"{\"name\":\"a\",\"nothing\":null,\"number\":\"1\"}", JSON_FIELD_TYPE, "number"},
	{"{\"name\":\"a\",\"nothing\":null,\"flag\":1}", JSON_FIELD_TYPE, "flag"},
	{"{\"name\":\"a\",\"nothing\":null,\"object\":[]}", JSON_FIELD_TYPE, "object"},
	{"{\"name\":\"a\",\"nothing\":null,\"array\":{}}", JSON_FIELD_TYPE, "array"},
	{"{\"name\":\"a\",\"nothing\":null,\"array\":[]}", JSON_FIELD_SHORT, "array"},
	{"{\"name\":\"a\",\"nothing\":null,\"array\":[1,2,3]}", JSON_FIELD_LONG, "array"},
	{"{\"name\":\"a\",\"nothing\":null,\"other\":1}", JSON_FIELD_UNKNOWN, "other"},
	{"{\"name\":\"a\",\"nothing\":null,\"Name\":\"a\"}", JSON_FIELD_UNKNOWN, "Name"},
	{"[]", JSON_FIELD_TYPE, ""},
};

static void test_what_does_not_fit_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		AUTO(json_clear) struct json_document document = document_of(refused[i].text);
		struct form form = {.number = 0};
		struct json_complaint complaint = {0};
		int reason = json_decode(document.root, fields, FIELDS, &form, &complaint);
		if (reason != (int)refused[i].reason)
			fail_msg("%s: %d", refused[i].text, reason);
		assert_int_equal(complaint.reason, refused[i].reason);
		assert_str_equal(complaint.field, str_of(refused[i].field));
	}
}

static void test_all_that_does_not_fit_is_gathered(void **state)
{
	(void)state;
	AUTO(json_clear)
	struct json_document document = document_of("{\"number\":99,\"x\":1,\"note\":false}");
	struct form form = {.number = 0};
	struct json_complaints complaints = {.count = 0};
	assert_int_equal(json_decode_all(document.root, fields, FIELDS, &form, &complaints),
			 JSON_FIELD_MISSING);
	assert_int_equal(complaints.count, 5);
	assert_str_equal(complaints.items[0].field, STR("name"));
	assert_int_equal(complaints.items[1].reason, JSON_FIELD_TYPE);
	assert_str_equal(complaints.items[2].field, STR("nothing"));
	assert_int_equal(complaints.items[3].reason, JSON_FIELD_LONG);
	assert_int_equal(complaints.items[4].reason, JSON_FIELD_UNKNOWN);
	assert_str_equal(complaints.items[4].field, STR("x"));
}

static void test_more_complaints_than_there_is_room_for_are_dropped(void **state)
{
	(void)state;
	AUTO(json_clear)
	struct json_document document = document_of(
		"{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1}");
	struct form form = {.number = 0};
	struct json_complaints complaints;
	assert_int_equal(json_decode_all(document.root, fields, FIELDS, &form, &complaints),
			 JSON_FIELD_MISSING);
	assert_int_equal(complaints.count, JSON_COMPLAINTS_MAX);
}

static void test_an_open_table_skips_the_unknown_and_nothing_else(void **state)
{
	(void)state;
	AUTO(json_clear)
	struct json_document good = document_of("{\"name\":\"a\",\"nothing\":null,\"new\":[1]}");
	AUTO(json_clear) struct json_document bad = document_of("{\"name\":7,\"nothing\":null}");
	AUTO(json_clear) struct json_document array = document_of("[]");
	struct form form = {.number = 0};
	struct json_complaint complaint;
	assert_int_equal(json_decode_open(good.root, fields, FIELDS, &form, &complaint), 0);
	assert_str_equal(form.name, STR("a"));
	assert_int_equal(json_decode_open(bad.root, fields, FIELDS, &form, &complaint),
			 JSON_FIELD_TYPE);
	assert_int_equal(json_decode_open(array.root, fields, FIELDS, &form, &complaint),
			 JSON_FIELD_TYPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_table_fills_a_struct),
		cmocka_unit_test(test_what_is_absent_leaves_its_place_alone),
		cmocka_unit_test(test_what_does_not_fit_is_named),
		cmocka_unit_test(test_all_that_does_not_fit_is_gathered),
		cmocka_unit_test(test_more_complaints_than_there_is_room_for_are_dropped),
		cmocka_unit_test(test_an_open_table_skips_the_unknown_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
