/* SPDX-License-Identifier: Apache-2.0 */
/* 設定 over the real vault: people, facilities, the recovery paper. */
#include "lib/base/test.h"

#include "workstation/test_pc.h"

static struct pc *started(void **state, char recovery[RECOVERY_TEXT_CHARS + 1])
{
	struct desk *desk = *state;
	set_up(desk, recovery);
	return &desk->old;
}

/* {"facility": "1311234569", "with": with} */
static struct str ask(struct pc *pc, const char *name, const char *with)
{
	char body[500];
	snprintf(body, sizeof body, "{\"facility\":\"1311234569\",\"with\":%s}", with);
	return call(pc, name, body);
}

static bool is_done(const struct pc *pc)
{
	return pc->exchange.reply.status == 200;
}

static bool unlocks(struct pc *pc, const char *staff, const char *password)
{
	char with[200];
	snprintf(with, sizeof with, "{\"staff\":\"%s\",\"password\":\"%s\"}", staff, password);
	(void)ask(pc, "unlock", with);
	return is_done(pc);
}

static void test_somebody_more_can_unlock_and_somebody_less(void **state)
{
	char recovery[RECOVERY_TEXT_CHARS + 1];
	struct pc *pc = started(state, recovery);
	(void)ask(pc, "staff_add",
		  "{\"id\":\"02\",\"name\":\"佐々木\",\"password\":\"battery staple\"}");
	assert_true(is_done(pc));
	assert_true(has(ask(pc, "state", "{}"), "佐々木"));
	assert_true(unlocks(pc, "02", "battery staple"));
	assert_true(has(ask(pc, "staff_away", "{\"id\":\"02\"}"), "いま開いている本人"));
	assert_true(unlocks(pc, "01", "correct horse"));
	(void)ask(pc, "staff_away", "{\"id\":\"02\"}");
	assert_true(is_done(pc));
	assert_false(has(ask(pc, "state", "{}"), "佐々木"));
	assert_true(has(ask(pc, "staff", "{}"), "\"name\":\"佐々木\",\"away\":true"));
	assert_false(unlocks(pc, "02", "battery staple"));
	(void)ask(pc, "staff_return", "{\"id\":\"02\",\"password\":\"staple battery\"}");
	assert_true(unlocks(pc, "02", "staple battery"));
}

static void test_what_is_wrong_with_a_person_is_said_at_its_field(void **state)
{
	char recovery[RECOVERY_TEXT_CHARS + 1];
	struct pc *pc = started(state, recovery);
	static const struct {
		const char *with, *field;
	} rows[] = {
		{"{\"id\":\"01\",\"name\":\"x\",\"password\":\"battery staple\"}",
		 "\"field\":\"id\""},
		{"{\"id\":\"二\",\"name\":\"x\",\"password\":\"battery staple\"}",
		 "\"field\":\"id\""},
		{"{\"id\":\"02\",\"name\":\"x\",\"password\":\"12345678\"}",
		 "\"field\":\"password\""},
		{"{\"id\":\"02\",\"name\":\"x\",\"password\":\"short\"}", "\"field\":\"password\""},
		{"{\"id\":\"02\",\"password\":\"battery staple\"}", "\"field\":\"name\""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str reply = ask(pc, "staff_add", rows[i].with);
		assert_true(has(reply, "desk_fields") && has(reply, rows[i].field));
	}
	assert_false(has(ask(pc, "staff", "{}"), "\"id\":\"02\""));
	assert_true(has(ask(pc, "staff_rename", "{\"id\":\"09\",\"name\":\"x\"}"),
			"desk_staff_refused"));
}

static void test_nobody_gets_a_password_from_another_who_works_here(void **state)
{
	char recovery[RECOVERY_TEXT_CHARS + 1];
	struct pc *pc = started(state, recovery);
	(void)ask(pc, "staff_add",
		  "{\"id\":\"02\",\"name\":\"佐々木\",\"password\":\"battery staple\"}");
	assert_true(has(ask(pc, "staff_return", "{\"id\":\"02\",\"password\":\"mine from now\"}"),
			"desk_staff_refused"));
	assert_true(unlocks(pc, "02", "battery staple"));
}

static void test_ones_own_password_wants_the_present_one(void **state)
{
	char recovery[RECOVERY_TEXT_CHARS + 1];
	struct pc *pc = started(state, recovery);
	assert_true(has(ask(pc, "staff_password",
			    "{\"present\":\"wrong one\",\"password\":\"battery staple\"}"),
			"\"field\":\"present\""));
	assert_true(has(ask(pc, "staff_password",
			    "{\"present\":\"correct horse\",\"password\":\"88888888\"}"),
			"\"field\":\"password\""));
	assert_true(unlocks(pc, "01", "correct horse"));
	(void)ask(pc, "staff_password",
		  "{\"present\":\"correct horse\",\"password\":\"battery staple\"}");
	assert_true(is_done(pc));
	assert_false(unlocks(pc, "01", "correct horse"));
	assert_true(unlocks(pc, "01", "battery staple"));
}

static void test_a_renewed_paper_opens_and_the_old_one_does_not(void **state)
{
	char recovery[RECOVERY_TEXT_CHARS + 1], renewed[RECOVERY_TEXT_CHARS + 1], with[300];
	static const char begins[] = "\"recovery\":\"";
	struct pc *pc = started(state, recovery);
	assert_true(has(ask(pc, "recovery_renew", "{\"password\":\"wrong one\"}"),
			"\"field\":\"password\""));
	struct str reply = ask(pc, "recovery_renew", "{\"password\":\"correct horse\"}");
	const char *at = memmem(reply.ptr, reply.len, begins, strlen(begins));
	assert_non_null(at);
	memcpy(renewed, at + strlen(begins), RECOVERY_TEXT_CHARS);
	renewed[RECOVERY_TEXT_CHARS] = '\0';
	assert_string_not_equal(recovery, renewed);
	(void)call(pc, "lock", here);
	snprintf(with, sizeof with,
		 "{\"staff\":\"01\",\"recovery\":\"%s\",\"password\":\"battery staple\"}",
		 recovery);
	assert_true(has(ask(pc, "recover", with), "desk_recovery_wrong"));
	snprintf(with, sizeof with,
		 "{\"staff\":\"01\",\"recovery\":\"%s\",\"password\":\"battery staple\"}", renewed);
	(void)ask(pc, "recover", with);
	assert_true(is_done(pc));
}

/* --- facilities --- */

static const char second[] = "{\"code\":\"１３２９８７６５４２\",\"name\":\"みほん鍼灸院\"}";

static void test_a_second_facility_is_kept_apart(void **state)
{
	char recovery[RECOVERY_TEXT_CHARS + 1];
	struct pc *pc = started(state, recovery);
	assert_true(has(ask(pc, "facility_add", second), "\"code\":\"1329876542\""));
	assert_true(has(ask(pc, "state", "{}"), "みほん鍼灸院"));
	static const char policy[] =
		"{\"facility\":\"1329876542\",\"with\":{\"number\":0,\"field\":\"kana\","
		"\"choice\":\"take\"}}";
	static const char there[] = "{\"facility\":\"1329876542\",\"with\":{}}";
	(void)call(pc, "chart_policy", policy);
	assert_true(is_done(pc));
	assert_true(has(call(pc, "policies", there), "\"choice\":\"take\""));
	assert_false(has(ask(pc, "policies", "{}"), "\"choice\""));
	struct str reply = ask(pc, "facilities", "{}");
	assert_true(has(reply, "1311234569") && has(reply, "1329876542"));
	assert_true(has(reply, "\"phase\":\"out\",\"connected\":false"));
}

static void test_what_is_wrong_with_a_facility_is_said_at_its_field(void **state)
{
	char recovery[RECOVERY_TEXT_CHARS + 1];
	struct pc *pc = started(state, recovery);
	static const struct {
		const char *with, *part;
	} rows[] = {
		{"{\"code\":\"1329876543\",\"name\":\"x\"}", "最後の数字が合いません"},
		{"{\"code\":\"13\",\"name\":\"x\"}", "\"field\":\"code\""},
		{"{\"code\":\"1311234569\",\"name\":\"x\"}", "もう加えてあります"},
		{"{\"code\":\"1329876542\"}", "\"field\":\"name\""},
		{"{\"code\":\"1329876542\",\"name\":\"x\",\"service\":\"http://a\"}",
		 "\"field\":\"service\""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str reply = ask(pc, "facility_add", rows[i].with);
		assert_true(has(reply, "desk_fields") && has(reply, rows[i].part));
	}
	assert_false(has(ask(pc, "facilities", "{}"), "1329876542"));
}

static void test_a_facility_is_put_away_and_comes_back_as_it_was(void **state)
{
	char recovery[RECOVERY_TEXT_CHARS + 1];
	struct pc *pc = started(state, recovery);
	static const char there[] = "{\"facility\":\"1329876542\",\"with\":{}}";
	(void)ask(pc, "facility_add", second);
	(void)call(pc, "charts", "{\"facility\":\"1329876542\",\"with\":{\"text\":\"\"}}");
	assert_true(is_done(pc)); /* its store is open */
	assert_true(has(ask(pc, "facility_away", "{\"code\":\"1311234569\",\"away\":true}"),
			"いま表示している施設"));
	(void)ask(pc, "facility_away", "{\"code\":\"1329876542\",\"away\":true}");
	assert_true(is_done(pc));
	assert_false(has(ask(pc, "state", "{}"), "1329876542"));
	assert_true(has(call(pc, "policies", there), "facility_switched"));
	assert_true(has(call(pc, "keep", there), "facility_switched"));
	assert_true(has(ask(pc, "facilities", "{}"), "\"name\":\"みほん鍼灸院\",\"away\":true"));
	(void)ask(pc, "facility_away", "{\"code\":\"1329876542\",\"away\":false}");
	(void)call(pc, "policies", there);
	assert_true(is_done(pc));
}

static void test_a_facility_is_renamed_and_its_service_said(void **state)
{
	char recovery[RECOVERY_TEXT_CHARS + 1];
	struct pc *pc = started(state, recovery);
	(void)ask(pc, "facility_change",
		  "{\"code\":\"1311234569\",\"name\":\"新しい名前\","
		  "\"service\":\"https://shikaku.example\"}");
	assert_true(is_done(pc));
	struct str reply = ask(pc, "facilities", "{}");
	assert_true(has(reply, "新しい名前") && has(reply, "https://shikaku.example"));
	assert_true(has(ask(pc, "about", "{}"), "\"service\":\"https://shikaku.example\""));
	assert_true(has(ask(pc, "facility_change", "{\"code\":\"1\",\"name\":\"x\"}"),
			"facility_switched"));
}

static void test_what_a_vendor_asks_for_names_nobody(void **state)
{
	char recovery[RECOVERY_TEXT_CHARS + 1];
	struct pc *pc = started(state, recovery);
	struct str reply = ask(pc, "about", "{}");
	assert_true(has(reply, "\"version\":\"0.1.0\"") && has(reply, "\"charts\":0"));
	assert_false(has(reply, "佐藤") || has(reply, "/tmp") || has(reply, "みほん"));
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_somebody_more_can_unlock_and_somebody_less),
		DESK_TEST(test_what_is_wrong_with_a_person_is_said_at_its_field),
		DESK_TEST(test_nobody_gets_a_password_from_another_who_works_here),
		DESK_TEST(test_ones_own_password_wants_the_present_one),
		DESK_TEST(test_a_renewed_paper_opens_and_the_old_one_does_not),
		DESK_TEST(test_a_second_facility_is_kept_apart),
		DESK_TEST(test_what_is_wrong_with_a_facility_is_said_at_its_field),
		DESK_TEST(test_a_facility_is_put_away_and_comes_back_as_it_was),
		DESK_TEST(test_a_facility_is_renamed_and_its_service_said),
		DESK_TEST(test_what_a_vendor_asks_for_names_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
