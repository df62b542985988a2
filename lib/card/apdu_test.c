/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/card/script_test.h"

static const char zeros[5000];

static void encodes(struct apdu apdu, const char *hex_head, size_t len)
{
	unsigned char bytes[APDU_COMMAND_BYTES_MAX], head[16];
	size_t got = 0, head_len = script_bytes(hex_head, head);
	assert_int_equal(apdu_encode(&apdu, bytes, sizeof bytes, &got), 0);
	assert_int_equal(got, len);
	assert_memory_equal(bytes, head, head_len);
}

static void test_each_case_of_a_command_has_its_form(void **state)
{
	(void)state;
	encodes((struct apdu){.ins = 0x20, .p2 = 0x98}, "00200098", 4);
	encodes((struct apdu){.ins = 0xB0, .expected = 4}, "00b0000004", 5);
	encodes((struct apdu){.ins = 0xB0, .expected = 256}, "00b0000000", 5);
	encodes((struct apdu){.ins = 0x20, .data = STR("1234")}, "002000000431323334", 9);
	encodes((struct apdu){.cla = 0x80, .ins = 0x2A, .data = STR("ab"), .expected = 256},
		"802a000002616200", 8);
}

static void test_what_does_not_fit_the_short_form_is_extended(void **state)
{
	(void)state;
	encodes((struct apdu){.ins = 0xB0, .expected = 257}, "00b00000000101", 7);
	encodes((struct apdu){.ins = 0xB0, .expected = 65536}, "00b00000000000", 7);
	encodes((struct apdu){.ins = 0xA2, .data = {zeros, 255}}, "00a20000ff00", 260);
	encodes((struct apdu){.ins = 0xA2, .data = {zeros, 256}}, "00a20000000100", 263);
	encodes((struct apdu){.ins = 0xA2, .data = {zeros, 563}, .expected = 4}, "00a20000000233",
		4 + 3 + 563 + 2);
}

static void test_what_is_too_long_is_a_fault(void **state)
{
	(void)state;
	unsigned char bytes[APDU_COMMAND_BYTES_MAX];
	size_t len;
	struct apdu apdu = {.data = {zeros, APDU_DATA_BYTES_MAX}};
	assert_int_equal(apdu_encode(&apdu, bytes, sizeof bytes, &len), 0);
	assert_int_equal(apdu_encode(&apdu, bytes, sizeof bytes - 1, &len), -EMSGSIZE);
	apdu.data.len++;
	assert_int_equal(apdu_encode(&apdu, bytes, sizeof bytes, &len), -EMSGSIZE);
	apdu = (struct apdu){.expected = APDU_EXPECTED_MAX + 1};
	assert_int_equal(apdu_encode(&apdu, bytes, sizeof bytes, &len), -EMSGSIZE);
}

struct talk {
	struct arena arena;
	struct script script;
	struct apdu_channel channel;
	struct apdu_reply reply;
};

static int talk_run(struct talk *talk, const struct script_line *lines, struct apdu apdu)
{
	arena_init(&talk->arena, 1 << 20);
	talk->script = (struct script){.lines = lines};
	talk->channel = script_channel(&talk->script);
	return apdu_exchange(&talk->channel, &talk->arena, &apdu, &talk->reply);
}

static void test_an_answer_that_waits_is_fetched_and_joined(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena = {0};
	struct talk talk = {0};
	const struct script_line lines[] = {{"80100000", "aabb6102", 0},
					    {"00c0000002", "cc6101", 0},
					    {"00c0000001", "dd9000", 0},
					    {0}};
	assert_int_equal(talk_run(&talk, lines, (struct apdu){.cla = 0x80, .ins = 0x10}), 0);
	arena = talk.arena;
	assert_int_equal(talk.reply.sw, SW_DONE);
	assert_str_equal(talk.reply.data, STR("\xaa\xbb\xcc\xdd"));
	assert_int_equal(talk.channel.exchanges, 3);
}

static void test_a_card_that_never_ends_is_malformed(void **state)
{
	(void)state;
	struct script_line lines[40] = {{"00100000", "aa6101", 0}};
	for (size_t i = 1; i < 40; i++)
		lines[i] = (struct script_line){"00c0000001", "aa6101", 0};
	struct talk talk = {0};
	assert_int_equal(talk_run(&talk, lines, (struct apdu){.ins = 0x10}), APDU_MALFORMED);
	arena_clear(&talk.arena);
}

static void test_the_length_a_card_names_is_asked_for_once(void **state)
{
	(void)state;
	struct talk talk = {0};
	const struct script_line lines[] = {{"00b0000000", "6c03", 0},
					    {"00b0000003", "0102039000", 0},
					    {0}};
	assert_int_equal(talk_run(&talk, lines, (struct apdu){.ins = 0xB0, .expected = 256}), 0);
	assert_str_equal(talk.reply.data, STR("\1\2\3"));
	arena_clear(&talk.arena);
	const struct script_line again[] = {{"00b0000000", "6c03", 0},
					    {"00b0000003", "6c02", 0},
					    {0}};
	assert_int_equal(talk_run(&talk, again, (struct apdu){.ins = 0xB0, .expected = 256}), 0);
	assert_int_equal(talk.reply.sw, 0x6C02);
	arena_clear(&talk.arena);
}

static void test_outcomes_and_faults_of_the_transport_pass(void **state)
{
	(void)state;
	const int results[] = {CARD_GONE, CARD_RESET, CARD_TIMEOUT, -EIO};
	for (size_t i = 0; i < 4; i++) {
		struct talk talk = {0};
		const struct script_line lines[] = {{"00200098", "", results[i]}, {0}};
		assert_int_equal(talk_run(&talk, lines, (struct apdu){.ins = 0x20, .p2 = 0x98}),
				 results[i]);
		assert_int_equal(talk.script.last.sw, 0);
		arena_clear(&talk.arena);
	}
}

static void test_an_answer_without_a_status_word_is_malformed(void **state)
{
	(void)state;
	struct talk talk = {0};
	const struct script_line lines[] = {{"00200098", "90", 0}, {0}};
	assert_int_equal(talk_run(&talk, lines, (struct apdu){.ins = 0x20, .p2 = 0x98}),
			 APDU_MALFORMED);
	arena_clear(&talk.arena);
}

static void test_the_trace_gets_lengths_only(void **state)
{
	(void)state;
	struct talk talk = {0};
	const struct script_line lines[] = {{"002000980431323334", "63c2", 0}, {0}};
	assert_int_equal(talk_run(&talk, lines,
				  (struct apdu){.ins = 0x20, .p2 = 0x98, .data = STR("1234")}),
			 0);
	assert_int_equal(talk.script.notes, 1);
	assert_int_equal(talk.script.last.ins, 0x20);
	assert_int_equal(talk.script.last.sent, 4);
	assert_int_equal(talk.script.last.sw, 0x63C2);
	/* The PIN is nowhere in the note. */
	assert_null(memmem(&talk.script.last, sizeof talk.script.last, "1234", 4));
	arena_clear(&talk.arena);
}

static void test_a_file_is_read_in_pieces(void **state)
{
	(void)state;
	static char full[256 * 2 + 4 + 1];
	for (size_t i = 0; i < 256; i++)
		memcpy(full + 2 * i, "5a", 2);
	memcpy(full + 512, "9000", 4);
	const struct script_line lines[] = {{"00b0010000", full, 0},
					    {"00b0020002", "01029000", 0},
					    {0}};
	AUTO(arena_clear) struct arena arena = {0};
	arena_init(&arena, 1 << 16);
	struct script script = {.lines = lines};
	struct apdu_channel channel = script_channel(&script);
	unsigned char bytes[258];
	assert_int_equal(apdu_read_rest(&channel, &arena, 256, 514, bytes), 0);
	assert_int_equal(bytes[0], 0x5A);
	assert_int_equal(bytes[257], 2);
	assert_null(script.lines[script.at].command);
}

static void test_a_file_that_ends_too_early_is_malformed(void **state)
{
	(void)state;
	const char *const replies[] = {"6b00", "9000", "0102036282"};
	for (size_t i = 0; i < 3; i++) {
		const struct script_line lines[] = {{"00b0000004", replies[i], 0}, {0}};
		AUTO(arena_clear) struct arena arena = {0};
		arena_init(&arena, 1 << 16);
		struct script script = {.lines = lines};
		struct apdu_channel channel = script_channel(&script);
		unsigned char bytes[4];
		assert_int_equal(apdu_read_rest(&channel, &arena, 0, 4, bytes), APDU_MALFORMED);
	}
}

static void test_every_failing_allocation_is_a_fault(void **state)
{
	(void)state;
	for (long fail = 0; fail < 3; fail++) {
		const struct script_line lines[] = {{"00100000", "aa6101", 0},
						    {"00c0000001", "bb9000", 0},
						    {0}};
		AUTO(arena_clear) struct arena arena = {0};
		arena_init(&arena, 1 << 16);
		arena.fail_after = fail;
		struct script script = {.lines = lines};
		struct apdu_channel channel = script_channel(&script);
		struct apdu_reply reply = {0};
		const struct apdu apdu = {.ins = 0x10};
		assert_int_equal(apdu_exchange(&channel, &arena, &apdu, &reply), -ENOMEM);
		assert_int_equal(reply.sw, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_case_of_a_command_has_its_form),
		cmocka_unit_test(test_what_does_not_fit_the_short_form_is_extended),
		cmocka_unit_test(test_what_is_too_long_is_a_fault),
		cmocka_unit_test(test_an_answer_that_waits_is_fetched_and_joined),
		cmocka_unit_test(test_a_card_that_never_ends_is_malformed),
		cmocka_unit_test(test_the_length_a_card_names_is_asked_for_once),
		cmocka_unit_test(test_outcomes_and_faults_of_the_transport_pass),
		cmocka_unit_test(test_an_answer_without_a_status_word_is_malformed),
		cmocka_unit_test(test_the_trace_gets_lengths_only),
		cmocka_unit_test(test_a_file_is_read_in_pieces),
		cmocka_unit_test(test_a_file_that_ends_too_early_is_malformed),
		cmocka_unit_test(test_every_failing_allocation_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
