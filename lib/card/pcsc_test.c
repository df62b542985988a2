/* SPDX-License-Identifier: Apache-2.0 */
/* The codes only; the rest of pcsc.c is tested against a real pcscd in tests/stack. */
#include "lib/base/test.h"

#include "lib/card/pcsc.h"

static void test_every_measured_code_has_its_meaning(void **state)
{
	(void)state;
	const struct {
		uint32_t code;
		int result;
	} rows[] = {
		{0, 0},
		{0x80100016, PCSC_CARD_GONE},
		{0x80100069, PCSC_CARD_GONE},
		{0x8010000C, PCSC_CARD_GONE},
		{0x80100068, PCSC_CARD_RESET},
		{0x8010000A, PCSC_TIMEOUT},
		{0x80100009, PCSC_NO_READER},
		{0x8010002E, PCSC_NO_READER},
		{0x8010000B, PCSC_BUSY},
		{0x8010000F, PCSC_CARD_UNRESPONSIVE},
		{0x80100066, PCSC_CARD_UNRESPONSIVE},
		{0x8010001D, PCSC_NO_SERVICE},
		{0x80100003, PCSC_NO_SERVICE},
		{0x80100002, PCSC_CANCELLED},
		{0x80100008, -EMSGSIZE},
		{0x80100001, -EIO},
		{0x12345678, -EIO},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(pcsc_result_of(rows[i].code), rows[i].result);
}

static void test_nothing_connected_is_a_card_gone(void **state)
{
	(void)state;
	struct pcsc *pcsc = NULL;
	unsigned char response[8];
	size_t len = 0;
	assert_int_equal(pcsc_create(&pcsc), 0);
	struct card_transport transport = pcsc_transport(pcsc);
	assert_int_equal(transport.transmit(transport.ctx, STR("\0\0\0\0"), response,
					    sizeof response, &len),
			 CARD_GONE);
	pcsc_end(pcsc);
	pcsc_destroy(pcsc);
	pcsc_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_measured_code_has_its_meaning),
		cmocka_unit_test(test_nothing_connected_is_a_card_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
