/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/json/json.h"
#include "lib/json/writer.h"

static int write_all(struct arena *arena, size_t hint, struct str *ret_text)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, hint);
	json_object_open(&writer);
	json_put_member(&writer, "text", STR("a\"\\/\b\f\n\r\t\x01\x1f\x7f髙"));
	json_put_member(&writer, "absent", (struct str){0});
	json_put_member(&writer, "empty", STR(""));
	json_put_member_number(&writer, "low", INT64_MIN);
	json_key(&writer, "list");
	json_array_open(&writer);
	json_put_bool(&writer, true);
	json_put_bool(&writer, false);
	json_put_null(&writer);
	json_put_raw(&writer, STR("{\"raw\":1}"));
	json_array_open(&writer);
	json_array_close(&writer);
	json_put_number(&writer, 7);
	json_array_close(&writer);
	json_put_key(&writer, STR("a\"b"));
	json_object_open(&writer);
	json_object_close(&writer);
	json_object_close(&writer);
	return json_writer_end(&writer, ret_text);
}

static const char expected[] =
	"{\"text\":\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f髙\",\"empty\":\"\","
	"\"low\":-9223372036854775808,"
	"\"list\":[true,false,null,{\"raw\":1},[],7],\"a\\\"b\":{}}";

static void test_commas_and_escapes_come_by_themselves(void **state)
{
	(void)state;
	for (size_t hint = 0; hint < 3; hint++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		struct str text;
		assert_int_equal(write_all(&arena, hint, &text), 0);
		assert_str_equal(text, str_of(expected));
		assert_int_equal(text.ptr[text.len], '\0');
	}
}

/* Every ASCII byte at every place of eight, and beside bytes beyond ASCII. */
static void test_only_what_must_be_is_escaped(void **state)
{
	(void)state;
	for (int byte = 0; byte < 0x80; byte++)
		for (size_t at = 0; at < 20; at++) {
			AUTO(arena_clear) struct arena arena;
			struct json_writer writer;
			char bytes[20];
			struct str text;
			arena_init(&arena, 4096);
			memset(bytes, at % 2 ? 0xBF : '~', sizeof bytes);
			bytes[at] = (char)byte;
			json_writer_init(&writer, &arena, 0);
			json_put_text(&writer, str_bytes(bytes, sizeof bytes));
			assert_int_equal(json_writer_end(&writer, &text), 0);
			bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
			assert_int_equal(text.len > sizeof bytes + 2, escaped);
			assert_memory_equal(text.ptr + 1, bytes, at);
			assert_int_equal(text.ptr[1 + at], escaped ? '\\' : byte);
			assert_memory_equal(text.ptr + text.len - 1 - (sizeof bytes - 1 - at),
					    bytes + at + 1, sizeof bytes - 1 - at);
		}
}

static void test_what_is_written_can_be_read(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(json_clear) struct json_document document = {0};
	arena_init(&arena, 1 << 16);
	char bytes[0x7F];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i + 1);
	struct json_writer writer;
	struct str text;
	json_writer_init(&writer, &arena, 0);
	json_array_open(&writer);
	json_put_text(&writer, str_bytes(bytes, sizeof bytes));
	json_array_close(&writer);
	assert_int_equal(json_writer_end(&writer, &text), 0);
	assert_int_equal(json_read(text, &json_limits_request, &document), 0);
	assert_str_equal(json_text(json_at(document.root, 0)), str_bytes(bytes, sizeof bytes));
}

static void test_every_failing_allocation_is_a_fault_at_the_end(void **state)
{
	(void)state;
	long fails = 0;
	for (int r = -ENOMEM; r; fails++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		arena.fail_after = fails;
		struct str text = STR("untouched");
		r = write_all(&arena, 1, &text);
		if (r) {
			assert_int_equal(r, -ENOMEM);
			assert_str_equal(text, STR("untouched"));
		}
	}
	assert_true(fails > 2);
}

static void test_the_arenas_ceiling_holds(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1024);
	struct json_writer writer;
	struct str text;
	json_writer_init(&writer, &arena, 0);
	json_array_open(&writer);
	for (size_t i = 0; i < 1000; i++)
		json_put_text(&writer, STR("twelve bytes"));
	json_array_close(&writer);
	assert_int_equal(json_writer_end(&writer, &text), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commas_and_escapes_come_by_themselves),
		cmocka_unit_test(test_only_what_must_be_is_escaped),
		cmocka_unit_test(test_what_is_written_can_be_read),
		cmocka_unit_test(test_every_failing_allocation_is_a_fault_at_the_end),
		cmocka_unit_test(test_the_arenas_ceiling_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
