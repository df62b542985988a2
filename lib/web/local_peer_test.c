/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/web/local_peer.h"

static const char table[] = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
			    "retrnsmt   uid  timeout "
			    "inode\n"
			    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 "
			    "00000000  1000        0 "
			    "11 1 0 100 0 0 10 0\n"
			    "   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 "
			    "00000000  1000        0 "
			    "12 1 0 20 4 30 10 -1\n"
			    "   2: 0100007F:C351 0100007F:1F90 01 00000000:00000000 02:000A4B1C "
			    "00000000  1001        0 "
			    "13 1 0 20 4 30 10 -1\n"
			    "   3: 0100007F:C352 0100007F:1F90 04 00000000:00000000 01:00000014 "
			    "00000000     0        0 "
			    "0 1 0 20 4 30 10 -1\n"
			    "   4: 0100007F:1F90 0100007F:C353 01 00000000:00000000 00:00000000 "
			    "00000000  1000        0 "
			    "14 1 0 20 4 30 10 -1\n"
			    "   5: 0200007F:C354 0100007F:1F90 01 00000000:00000000 00:00000000 "
			    "00000000  1000        0 "
			    "15 1 0 20 4 30 10 -1\n";

static const struct {
	const char *why;
	uint16_t peer, ours;
	uint32_t uid;
	bool is;
} rows[] = {
	{"ours", 50000, 8080, 1000, true},
	{"another user's", 50001, 8080, 1000, false},
	{"that user's own", 50001, 8080, 1001, true},
	{"closing: the owner is not shown any more", 50002, 8080, 0, false},
	{"our own end", 50003, 8080, 1000, false},
	{"another address", 50004, 8080, 1000, false},
	{"to another port", 50000, 8081, 1000, false},
	{"nobody", 50009, 8080, 1000, false},
};

static void test_the_owner_of_an_established_socket_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (local_peer_in(str_of(table), rows[i].peer, rows[i].ours, rows[i].uid) !=
		    rows[i].is)
			fail_msg("%s", rows[i].why);
}

static void test_a_broken_table_holds_nobody(void **state)
{
	(void)state;
	static const char *const tables[] = {
		"",
		"\n",
		"x",
		"1: 0100007F:C350 0100007F:1F90 01",
		"1: 0100007F:C350 0100007F:1F90 01 0:0 0:0 0 x",
		"1: 0100007F:C350 0100007F:1F90 01 0:0 0:0 0 99999999999"};
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		assert_false(local_peer_in(str_of(tables[i]), 50000, 8080, 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_owner_of_an_established_socket_is_found),
		cmocka_unit_test(test_a_broken_table_holds_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
