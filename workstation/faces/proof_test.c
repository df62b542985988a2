/* SPDX-License-Identifier: Apache-2.0 */
/* A stored result and its proof, as the page is told: what it says yes to, and why it says no. */
#include "workstation/faces/proof.h"

#include "workstation/faces/test_desk.h"

#include "workstation/store/settings.h"

static const struct told one = {.id = TEST_ID("1"),
				.at = "20261122103000",
				TEST_PERSON,
				.method = "pin"};

struct bench {
	struct test_desk *desk;
	struct proven proven;
};

static int bench_open(void **state)
{
	struct bench *bench = test_calloc(1, sizeof *bench);
	assert_int_equal(test_desk_open((void **)&bench->desk), 0);
	assert_int_equal(proven_make(&bench->desk->arena, &bench->proven), 0);
	*state = bench;
	return 0;
}

static int bench_close(void **state)
{
	struct bench *bench = *state;
	proven_clear(&bench->proven);
	assert_int_equal(test_desk_close((void **)&bench->desk), 0);
	test_free(bench);
	return 0;
}

static void keys_keep(struct bench *bench, struct str jwks)
{
	assert_int_equal(store_setting_put(bench->desk->db, STR(PROOF_KEYS_SETTING), jwks), 0);
}

static struct str ask(struct bench *bench)
{
	return test_call(bench->desk, "result", "{\"id\":\"" TEST_ID("1") "\"}");
}

static bool proven(struct str reply)
{
	bool yes = test_has(reply, "\"proof\":{\"proven\":true,\"title\":\"署名を確認しました\"");
	bool no = test_has(reply, "\"proof\":{\"proven\":false,\"title\":\"署名を確認できません");
	assert_true(yes != no);
	return yes;
}

static void change(struct bench *bench, const char *sql)
{
	assert_int_equal(db_run(bench->desk->db, sql, DB_NO_ARGS, NULL), 0);
}

static void test_what_the_service_signed_is_confirmed_offline(void **state)
{
	struct bench *bench = *state;
	test_told(bench->desk, &one, &bench->proven);
	keys_keep(bench, bench->proven.jwks);
	struct str reply = ask(bench);
	assert_true(proven(reply));
	assert_true(test_has(reply, "\"issued_at\":\"20261122103000\",\"facility\":\"" TOLD_FACILITY
				    "\",\"method\":\"pin\",\"staff\":\"01\",\"kid\":\""));
}

static void test_one_changed_byte_of_the_stored_answer_does_not_match(void **state)
{
	static const char *const changes[] = {
		"UPDATE seen SET raw = replace(raw, '19700101', '19700102')",
		"UPDATE seen SET raw = raw || ' '",
		"UPDATE seen SET entry = replace(entry, '19700101', '19700102')",
		"UPDATE seen SET entry = replace(entry, '\"pin\"', '\"visual\"')",
		"UPDATE seen SET entry = replace(entry, '" TEST_ID("1") "', '" TEST_ID("2") "')",
	};
	struct bench *bench = *state;
	test_told(bench->desk, &one, &bench->proven);
	keys_keep(bench, bench->proven.jwks);
	change(bench, "CREATE TEMP TABLE whole AS SELECT raw, entry FROM seen");
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		change(bench, changes[i]);
		struct str reply = ask(bench);
		assert_false(proven(reply));
		assert_true(test_has(reply, "サービスの署名と合いません"));
		change(bench, "UPDATE seen SET raw = (SELECT raw FROM whole),"
			      " entry = (SELECT entry FROM whole)");
		assert_true(proven(ask(bench)));
	}
}

/* Every byte of what is shown counts. */
static void test_each_byte_of_the_answer_counts(void **state)
{
	struct bench *bench = *state;
	struct seen seen;
	test_told(bench->desk, &one, &bench->proven);
	keys_keep(bench, bench->proven.jwks);
	assert_int_equal(store_seen_get(bench->desk->db, &bench->desk->arena, STR(TEST_ID("1")),
					&seen),
			 0);
	for (size_t at = 1; at < seen.raw.len - 1; at += 41) {
		char changed[4096];
		if (!(seen.raw.ptr[at] >= '0' && seen.raw.ptr[at] <= '9'))
			continue;
		memcpy(changed, seen.raw.ptr, seen.raw.len);
		changed[at] = changed[at] == '7' ? '8' : '7';
		assert_int_equal(db_run(bench->desk->db, "UPDATE seen SET raw = $1",
					DB_ARGS(db_text((struct str){changed, seen.raw.len})),
					NULL),
				 0);
		assert_false(proven(ask(bench)));
	}
}

static void test_a_result_put_in_the_place_of_another_does_not_match(void **state)
{
	struct bench *bench = *state;
	const struct told other = {.id = TEST_ID("2"),
				   .at = "20261122113000",
				   TEST_PERSON,
				   .reference = "1"};
	test_told(bench->desk, &one, &bench->proven);
	test_told(bench->desk, &other, &bench->proven);
	keys_keep(bench, bench->proven.jwks);
	change(bench,
	       "UPDATE seen SET (raw, entry) = (SELECT raw, entry FROM seen"
	       " WHERE result_id = '" TEST_ID("2") "') WHERE result_id = '" TEST_ID("1") "'");
	assert_false(proven(ask(bench)));
}

static void test_why_nothing_can_be_said_is_told(void **state)
{
	struct bench *bench = *state;
	AUTO(proven_clear) struct proven stranger = {0};
	const struct told bare = {.id = TEST_ID("2"), .at = "20261122113000", TEST_PERSON};
	test_told(bench->desk, &one, &bench->proven);
	assert_true(test_has(ask(bench), "公開鍵を、まだ受け取っていません"));
	keys_keep(bench, STR("no keys"));
	assert_true(test_has(ask(bench), "公開鍵を、まだ受け取っていません"));
	assert_int_equal(proven_make(&bench->desk->arena, &stranger), 0);
	keys_keep(bench, stranger.jwks);
	assert_true(test_has(ask(bench), "この署名の鍵が、このPCにありません"));
	test_told(bench->desk, &bare, NULL);
	assert_true(test_has(test_call(bench->desk, "result", "{\"id\":\"" TEST_ID("2") "\"}"),
			     "この結果には証明がついていません"));
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(test_what_the_service_signed_is_confirmed_offline),
		WITH_BENCH(test_one_changed_byte_of_the_stored_answer_does_not_match),
		WITH_BENCH(test_each_byte_of_the_answer_counts),
		WITH_BENCH(test_a_result_put_in_the_place_of_another_does_not_match),
		WITH_BENCH(test_why_nothing_can_be_said_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
