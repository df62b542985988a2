/* SPDX-License-Identifier: Apache-2.0 */
/* The courier's rules over a service that is a script: turn by turn, by a clock that stands still.
 */
#include "lib/base/test.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "workstation/link/courier.h"
#include "workstation/store/settings.h"
#include "workstation/store/store.h"

enum { TAPS_MAX = 8, EVENTS_MAX = 256 };

#define NOW_MS INT64_C(1795316400000) /* 2026-11-22 12:00:00 JST */

struct desk {
	struct clock_fake time;
	struct clock clock;
	struct log log;
	char folder[64], path[96];
	struct db *db;
	struct courier *courier;
	/* the service */
	int32_t answers;       /* to every call; SHK_OK: as a service does */
	int32_t passcode;      /* what it says to a passcode */
	int32_t kind;	       /* SHK_PASSCODE_… */
	int32_t renewal;       /* what it says to a renewal */
	int32_t register_code; /* what it says to a number */
	size_t devices, accesses;
	size_t logins, passcodes, renewals, waits, counts, begins, registrations, logouts;
	size_t taps, next, known_taps; /* known: at the last wait */
	size_t fail_after;	       /* results, then answers is what next says */
	size_t cancel_after;	       /* results, then somebody presses cancel */
	char password[64], cursor[NUMBER_TEXT_BYTES];
	struct record_qualification people[TAPS_MAX];
	char ids[TAPS_MAX][4], times[TAPS_MAX][15];
	/* the page */
	size_t events;
	bool was_progress;
};

static int32_t fake_login(void *ctx, const char *facility, const char *login_id,
			  const char *password)
{
	struct desk *desk = ctx;
	assert_string_equal(facility, "1310000003");
	assert_non_null(login_id);
	desk->logins++;
	(void)snprintf(desk->password, sizeof desk->password, "%s", password);
	return desk->answers;
}

static int32_t fake_passcode(void *ctx, const char *passcode)
{
	struct desk *desk = ctx;
	assert_int_equal(strlen(passcode), 6);
	desk->passcodes++;
	return desk->answers ? desk->answers : desk->passcode;
}

static int32_t fake_refresh(void *ctx)
{
	struct desk *desk = ctx;
	desk->renewals++;
	return desk->answers ? desk->answers : desk->renewal;
}

static int32_t fake_change(void *ctx, const char *present, const char *next)
{
	struct desk *desk = ctx;
	assert_string_equal(present, desk->password);
	(void)snprintf(desk->password, sizeof desk->password, "%s", next);
	return SHK_OK;
}

static int32_t fake_logout(void *ctx)
{
	struct desk *desk = ctx;
	desk->logouts++;
	return desk->answers;
}

static int32_t fake_device(void *ctx, const char *name, const char *code)
{
	(void)ctx, (void)name, (void)code;
	return SHK_OK;
}

static int32_t fake_count(void *ctx, const struct line_search *search, struct line_count *ret)
{
	struct desk *desk = ctx;
	(void)search;
	desk->counts++;
	*ret = (struct line_count){(int64_t)desk->taps, 1};
	return desk->answers;
}

static int32_t fake_wait(void *ctx, int32_t seconds, int32_t *ret_changed)
{
	struct desk *desk = ctx;
	desk->waits++;
	if (desk->answers)
		return desk->answers;
	*ret_changed = desk->waits == 1 || desk->taps != desk->known_taps;
	if (!*ret_changed)
		desk->time.now_ms += (int64_t)seconds * 1000;
	desk->known_taps = desk->taps;
	return SHK_OK;
}

static int32_t fake_keys(void *ctx, const char **ret_jwks)
{
	struct desk *desk = ctx;
	*ret_jwks = "{\"keys\":[]}";
	return desk->answers;
}

static int32_t fake_devices(void *ctx, struct line_devices *into)
{
	const struct desk *desk = ctx;
	into->count = desk->devices;
	for (size_t i = 0; i < desk->devices; i++)
		(void)snprintf(into->items[i].id, sizeof into->items[i].id, "%zu", i);
	into->items[0].is_current = true;
	return desk->answers;
}

static int32_t fake_device_close(void *ctx, const char *id)
{
	struct desk *desk = ctx;
	(void)id;
	desk->devices -= desk->answers == SHK_OK;
	return desk->answers;
}

static int32_t fake_accesses(void *ctx, const char *from, const char *to,
			     struct line_accesses *into)
{
	const struct desk *desk = ctx;
	assert_string_equal(from, "20261101");
	assert_string_equal(to, "20261130");
	for (into->total = 0; into->total < (int64_t)desk->accesses; into->total++)
		into->items[into->total % LINE_ACCESSES_MAX].calls = into->total;
	return desk->answers;
}

static bool fake_clock(void *ctx, int64_t *ret_ahead_ms)
{
	(void)ctx;
	*ret_ahead_ms = 42000;
	return true;
}

static void fake_search(void *ctx, const struct line_search *search)
{
	(void)ctx, (void)search;
}

static void fake_trouble(void *ctx, struct line_trouble *ret_trouble)
{
	const struct desk *desk = ctx;
	int32_t code = desk->answers	     ? desk->answers
		       : desk->register_code ? desk->register_code
		       : desk->passcode	     ? desk->passcode
					     : desk->renewal;
	*ret_trouble = (struct line_trouble){.code = code, .title = "だめでした。"};
}

static void fake_about(void *ctx, struct line_about *ret_about)
{
	const struct desk *desk = ctx;
	*ret_about = (struct line_about){.passcode = desk->kind,
					 .facility_name = "試験施術所",
					 .is_device = true};
}

static void fake_cancel(void *ctx)
{
	(void)ctx;
}

static int fake_begin(void *ctx, const struct source_ask *ask)
{
	struct desk *desk = ctx;
	int64_t given = 0;
	desk->begins++;
	if (desk->answers && !desk->fail_after)
		return SOURCE_FAILED;
	if (!ask->from && ask->cursor)
		assert_int_equal(number_parse(str_of(ask->cursor), 0, TAPS_MAX, &given), 0);
	desk->next = (size_t)given;
	return 0;
}

static int fake_next(void *ctx, struct arena *arena, struct result *ret_result)
{
	struct desk *desk = ctx;
	(void)arena;
	if (desk->fail_after && desk->next == desk->fail_after)
		return SOURCE_FAILED;
	if (desk->cancel_after && desk->next == desk->cancel_after) {
		courier_cancel(desk->courier);
		return SOURCE_FAILED;
	}
	if (desk->next == desk->taps)
		return SOURCE_END;
	size_t i = desk->next++;
	*ret_result = (struct result){
		.id = str_of(desk->ids[i]),
		.confirmed_at = str_of(desk->times[i]),
		.validity = STR("1"),
		.raw = STR("{}"),
		.qualifications_count = 1,
		.first = &desk->people[i],
	};
	return 0;
}

static struct str fake_cursor(void *ctx)
{
	struct desk *desk = ctx;
	return number_print((int64_t)desk->next, desk->cursor);
}

static void fake_end(void *ctx)
{
	(void)ctx;
}

static int fake_register(void *ctx, struct arena *arena, const struct registration *registration,
			 struct str *ret_held)
{
	struct desk *desk = ctx;
	(void)arena, (void)registration, (void)ret_held;
	desk->registrations++;
	return desk->answers || desk->register_code ? SOURCE_FAILED : 0;
}

static struct str fake_problem(void *ctx)
{
	(void)ctx;
	return STR("network_unreachable");
}

static void event_note(void *ctx, const char *kind)
{
	struct desk *desk = ctx;
	struct courier_state state;
	desk->events++;
	if (!desk->courier || strcmp(kind, "receive") != 0)
		return;
	courier_state(desk->courier, &state);
	desk->was_progress = desk->was_progress || state.progress.done > 0;
}

static void courier_make(struct desk *desk)
{
	const struct courier_options options = {
		.clock = &desk->clock,
		.log = &desk->log,
		.line = {.login = fake_login,
			 .passcode = fake_passcode,
			 .refresh = fake_refresh,
			 .password_change = fake_change,
			 .logout = fake_logout,
			 .device_register = fake_device,
			 .count = fake_count,
			 .wait = fake_wait,
			 .keys = fake_keys,
			 .clock = fake_clock,
			 .devices = fake_devices,
			 .device_close = fake_device_close,
			 .accesses = fake_accesses,
			 .search = fake_search,
			 .trouble = fake_trouble,
			 .about = fake_about,
			 .cancel = fake_cancel,
			 .source = {fake_begin, fake_next, fake_cursor, fake_end, fake_register,
				    fake_problem, desk},
			 .ctx = desk},
		.db = desk->db,
		.facility = "1310000003",
		.notify = event_note,
		.ctx = desk,
	};
	assert_int_equal(courier_create(&desk->courier, &options), 0);
}

static int desk_open(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	assert_non_null(desk);
	desk->time.now_ms = NOW_MS;
	desk->clock = clock_of_fake(&desk->time);
	desk->log = (struct log){.fd = -1, .clock = &desk->clock};
	desk->kind = SHK_PASSCODE_AUTHENTICATOR;
	(void)snprintf(desk->folder, sizeof desk->folder, "/tmp/courier_test.XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	(void)snprintf(desk->path, sizeof desk->path, "%s/store", desk->folder);
	assert_int_equal(store_open(desk->path, &desk->db), 0);
	courier_make(desk);
	*state = desk;
	return 0;
}

static int desk_close(void **state)
{
	struct desk *desk = *state;
	char path[128];
	courier_destroy(desk->courier);
	db_close(desk->db);
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof path, "%s%s", desk->path, ends[i]);
		(void)unlink(path);
	}
	(void)rmdir(desk->folder);
	free(desk);
	return 0;
}

/* --- what somebody does --- */

static struct courier_state state_of(struct desk *desk)
{
	struct courier_state state;
	courier_state(desk->courier, &state);
	return state;
}

static struct courier_done ordered(struct desk *desk, const struct courier_order *order)
{
	struct courier_done done;
	int64_t number;
	assert_int_equal(courier_order(desk->courier, order, &number), 0);
	assert_true(state_of(desk).is_busy);
	assert_int_equal(courier_turn(desk->courier), 0);
	courier_done(desk->courier, number, &done);
	assert_int_equal(done.number, number);
	return done;
}

static int32_t logged_in(struct desk *desk, const char *login_id)
{
	struct courier_order order = {.kind = COURIER_LOGIN};
	(void)snprintf(order.login_id, sizeof order.login_id, "%s", login_id);
	assert_int_equal(secret_set(&order.secret, STR("correct horse battery")), 0);
	return ordered(desk, &order).trouble.code;
}

static int32_t given(struct desk *desk, const char *passcode)
{
	struct courier_order order = {.kind = COURIER_GIVE};
	assert_int_equal(secret_set(&order.secret, str_of(passcode)), 0);
	return ordered(desk, &order).trouble.code;
}

static void come_in(struct desk *desk)
{
	assert_int_equal(logged_in(desk, "WA0000001"), SHK_OK);
	assert_int_equal(given(desk, "123456"), SHK_OK);
	assert_int_equal(state_of(desk).phase, COURIER_IN);
}

static void tap(struct desk *desk, const char *kana, const char *birth)
{
	size_t i = desk->taps++;
	struct str *elements = desk->people[i].elements;
	(void)snprintf(desk->ids[i], sizeof desk->ids[i], "r%zu", i);
	(void)snprintf(desk->times[i], sizeof desk->times[i], "20261122%02zu0000", 10 + i);
	elements[RECORD_NAME] = STR("患者　一");
	elements[RECORD_NAME_KANA] = str_of(kana);
	elements[RECORD_BIRTH] = str_of(birth);
	elements[RECORD_SEX] = STR("1");
	elements[RECORD_INSURER_NUMBER] = STR("06000004");
	elements[RECORD_SYMBOL] = STR("1");
	elements[RECORD_NUMBER] = str_of(desk->ids[i]);
}

/* Turns until it would rest. */
static int64_t turns(struct desk *desk, size_t max)
{
	int64_t rest_ms = 0;
	for (size_t i = 0; i < max && rest_ms == 0; i++)
		rest_ms = courier_turn(desk->courier);
	return rest_ms;
}

/* --- the session --- */

static void test_password_then_passcode_opens_the_session(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(state_of(desk).phase, COURIER_OUT);
	assert_int_equal(logged_in(desk, "WA0000001"), SHK_OK);
	assert_int_equal(state_of(desk).phase, COURIER_PASSCODE);
	assert_int_equal(state_of(desk).passcode, SHK_PASSCODE_AUTHENTICATOR);
	assert_int_equal(given(desk, "123456"), SHK_OK);
	struct courier_state now = state_of(desk);
	assert_int_equal(now.phase, COURIER_IN);
	assert_int_equal(now.ends_ms, NOW_MS + COURIER_SESSION_MS);
	assert_string_equal(now.facility_name, "試験施術所");
	assert_true(now.is_device);
}

static void test_a_refused_password_is_not_kept(void **state)
{
	struct desk *desk = *state;
	desk->answers = SHK_ERR_CREDENTIALS;
	assert_int_equal(logged_in(desk, "WA0000001"), SHK_ERR_CREDENTIALS);
	assert_int_equal(state_of(desk).phase, COURIER_OUT);
	desk->answers = SHK_OK;
	assert_int_equal(given(desk, "123456"), SHK_ERR_STATE);
	assert_int_equal(desk->passcodes, 0);
}

/* A challenge is good for one passcode: the next one needs no password from anybody. */
static void test_a_second_passcode_needs_no_second_password(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(logged_in(desk, "WA0000001"), SHK_OK);
	desk->passcode = SHK_ERR_PASSCODE;
	assert_int_equal(given(desk, "000000"), SHK_ERR_PASSCODE);
	assert_int_equal(state_of(desk).phase, COURIER_PASSCODE);
	desk->passcode = SHK_OK;
	assert_int_equal(given(desk, "123456"), SHK_OK);
	assert_int_equal(desk->logins, 2);
	assert_string_equal(desk->password, "correct horse battery");
}

static void test_a_slow_passcode_is_given_with_a_fresh_challenge(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(logged_in(desk, "WA0000001"), SHK_OK);
	desk->time.now_ms += COURIER_CHALLENGE_MS;
	assert_int_equal(given(desk, "123456"), SHK_OK);
	assert_int_equal(desk->logins, 2);
	assert_int_equal(desk->passcodes, 1);
}

/* A mail is not sent again without somebody who wants it. */
static void test_a_slow_mail_is_asked_for_again(void **state)
{
	struct desk *desk = *state;
	desk->kind = SHK_PASSCODE_MAIL;
	assert_int_equal(logged_in(desk, "M0000001"), SHK_OK);
	desk->time.now_ms += COURIER_MAIL_CHALLENGE_MS;
	assert_int_equal(given(desk, "123456"), SHK_ERR_CHALLENGE_EXPIRED);
	assert_int_equal(desk->logins, 1);
	assert_int_equal(ordered(desk, &(struct courier_order){.kind = COURIER_MAIL}).trouble.code,
			 SHK_OK);
	assert_int_equal(desk->logins, 2);
	assert_int_equal(given(desk, "123456"), SHK_OK);
	assert_int_equal(state_of(desk).ends_ms, desk->time.now_ms + COURIER_MAIL_SESSION_MS);
}

static void test_the_session_is_renewed_before_it_ends(void **state)
{
	struct desk *desk = *state;
	courier_automatic(desk->courier, false);
	come_in(desk);
	int64_t rest_ms = turns(desk, 5);
	assert_in_range(rest_ms, 1, COURIER_RENEW_MS);
	assert_int_equal(desk->renewals, 0);
	desk->time.now_ms += rest_ms;
	assert_int_equal(courier_turn(desk->courier), 0);
	assert_int_equal(desk->renewals, 1);
	assert_int_equal(state_of(desk).phase, COURIER_IN);
}

/* The PC slept: the password is still known, the passcode is enough. */
static void test_after_a_sleep_the_passcode_is_enough(void **state)
{
	struct desk *desk = *state;
	come_in(desk);
	desk->time.now_ms += 40 * 60 * 1000;
	desk->answers = SHK_ERR_SESSION;
	(void)turns(desk, 3);
	struct courier_state now = state_of(desk);
	assert_int_equal(now.phase, COURIER_PASSCODE);
	assert_true(now.is_again);
	desk->answers = SHK_OK;
	assert_int_equal(given(desk, "654321"), SHK_OK);
	assert_int_equal(state_of(desk).phase, COURIER_IN);
	assert_int_equal(desk->logins, 2);
}

/* What the page says of the session that has ended stays true. */
static void test_a_login_that_fails_is_still_one_after_an_end(void **state)
{
	struct desk *desk = *state;
	struct courier_order order = {.kind = COURIER_LOGIN, .login_id = "WA0000001"};
	come_in(desk);
	desk->time.now_ms += COURIER_SESSION_MS;
	(void)turns(desk, 3);
	assert_true(state_of(desk).is_again);
	desk->answers = SHK_ERR_NETWORK;
	assert_int_equal(secret_set(&order.secret, STR("a password")), 0);
	assert_int_equal(ordered(desk, &order).trouble.code, SHK_ERR_NETWORK);
	assert_int_equal(state_of(desk).phase, COURIER_OUT);
	assert_true(state_of(desk).is_again);
}

static void test_after_twelve_hours_the_password_is_wiped(void **state)
{
	struct desk *desk = *state;
	courier_automatic(desk->courier, false);
	come_in(desk);
	desk->time.now_ms += COURIER_SESSION_MS;
	assert_int_equal(courier_turn(desk->courier), 0);
	assert_int_equal(state_of(desk).phase, COURIER_OUT);
	assert_true(state_of(desk).is_again);
	assert_string_equal(state_of(desk).login_id, "WA0000001");
	assert_int_equal(given(desk, "123456"), SHK_ERR_STATE);
	assert_int_equal(desk->logins, 1);
}

static void test_a_password_that_was_changed_elsewhere_is_asked_for(void **state)
{
	struct desk *desk = *state;
	come_in(desk);
	desk->renewal = SHK_ERR_CREDENTIALS;
	desk->time.now_ms += COURIER_RENEW_MS;
	(void)courier_turn(desk->courier);
	assert_int_equal(state_of(desk).phase, COURIER_OUT);
}

static void test_a_logout_forgets_the_password_even_without_network(void **state)
{
	struct desk *desk = *state;
	come_in(desk);
	desk->answers = SHK_ERR_NETWORK;
	assert_int_equal(
		ordered(desk, &(struct courier_order){.kind = COURIER_LOGOUT}).trouble.code,
		SHK_OK);
	assert_int_equal(state_of(desk).phase, COURIER_OUT);
	desk->answers = SHK_OK;
	assert_int_equal(given(desk, "123456"), SHK_ERR_STATE);
}

static void test_an_issued_password_must_be_changed_first(void **state)
{
	struct desk *desk = *state;
	struct courier_order order = {.kind = COURIER_CHANGE};
	come_in(desk);
	desk->answers = SHK_ERR_PASSWORD_CHANGE;
	(void)turns(desk, 2);
	assert_int_equal(state_of(desk).phase, COURIER_PASSWORD);
	size_t waits = desk->waits;
	(void)turns(desk, 3);
	assert_int_equal(desk->waits, waits);
	desk->answers = SHK_OK;
	assert_int_equal(secret_set(&order.secret, STR("correct horse battery")), 0);
	assert_int_equal(secret_set(&order.secret_next, STR("staple stallion lamp")), 0);
	assert_int_equal(ordered(desk, &order).trouble.code, SHK_OK);
	assert_int_equal(state_of(desk).phase, COURIER_IN);
}

/* --- results --- */

static void test_what_comes_is_taken_in_at_once(void **state)
{
	struct desk *desk = *state;
	come_in(desk);
	(void)turns(desk, 6);
	assert_int_equal(state_of(desk).report.charts_new, 0);
	tap(desk, "ｶﾝｼﾞｬ ｲﾁ", "19700101");
	(void)turns(desk, 3);
	struct courier_state now = state_of(desk);
	assert_int_equal(now.report.charts_new, 1);
	assert_int_equal(now.report.registered, 1);
	assert_in_range(now.received_ms, NOW_MS, desk->time.now_ms);
	assert_int_equal(now.queued, 0);
}

static void test_without_the_switch_nothing_comes_by_itself(void **state)
{
	struct desk *desk = *state;
	courier_automatic(desk->courier, false);
	come_in(desk);
	tap(desk, "ｶﾝｼﾞｬ ｲﾁ", "19700101");
	assert_true(turns(desk, 10) > 0);
	assert_int_equal(desk->begins, 0);
	/* And the desk remembers it. */
	courier_destroy(desk->courier);
	courier_make(desk);
	assert_false(state_of(desk).is_automatic);
	assert_string_equal(state_of(desk).login_id, "WA0000001");
}

static void test_what_is_there_is_counted_and_what_is_known_is_told(void **state)
{
	struct desk *desk = *state;
	courier_automatic(desk->courier, false);
	come_in(desk);
	tap(desk, "ｶﾝｼﾞｬ ｲﾁ", "19700101");
	(void)ordered(desk, &(struct courier_order){.kind = COURIER_RECEIVE});
	tap(desk, "ｶﾝｼﾞｬ ﾆ", "19700102");
	struct courier_order order = {.kind = COURIER_COUNT,
				      .search = {.from = "20261101", .to = "20261122"}};
	struct courier_done done = ordered(desk, &order);
	assert_int_equal(done.count.count, 2);
	assert_int_equal(done.known, 1);
	assert_int_equal(state_of(desk).progress.total, 2);
}

static void test_a_cut_keeps_what_came_and_the_rest_comes_next(void **state)
{
	struct desk *desk = *state;
	const struct courier_order receive = {.kind = COURIER_RECEIVE};
	courier_automatic(desk->courier, false);
	come_in(desk);
	tap(desk, "ｶﾝｼﾞｬ ｲﾁ", "19700101");
	tap(desk, "ｶﾝｼﾞｬ ﾆ", "19700102");
	tap(desk, "ｶﾝｼﾞｬ ｻﾝ", "19700103");
	desk->fail_after = 2;
	desk->answers = SHK_ERR_NETWORK;
	struct courier_done done = ordered(desk, &receive);
	assert_int_equal(done.trouble.code, SHK_ERR_NETWORK);
	assert_string_equal(done.trouble.title, "だめでした。");
	assert_int_equal(done.report.charts_new, 2);
	assert_true(state_of(desk).is_away);
	assert_int_equal(state_of(desk).received_ms, 0);
	assert_true(desk->was_progress);
	desk->fail_after = 0;
	desk->answers = SHK_OK;
	done = ordered(desk, &receive);
	assert_int_equal(done.trouble.code, SHK_OK);
	assert_int_equal(done.report.charts_new, 1);
	assert_int_equal(done.report.known, 2);
	assert_false(state_of(desk).is_away);
	assert_int_equal(state_of(desk).received_ms, desk->time.now_ms);
	assert_int_equal(state_of(desk).queued, 0);
}

static void test_cancelling_keeps_what_came(void **state)
{
	struct desk *desk = *state;
	const struct courier_order receive = {.kind = COURIER_RECEIVE};
	courier_automatic(desk->courier, false);
	come_in(desk);
	tap(desk, "ｶﾝｼﾞｬ ｲﾁ", "19700101");
	tap(desk, "ｶﾝｼﾞｬ ﾆ", "19700102");
	desk->cancel_after = 1;
	struct courier_done done = ordered(desk, &receive);
	assert_int_equal(done.trouble.code, SHK_ERR_CANCELLED);
	assert_int_equal(done.report.charts_new, 1);
	assert_false(state_of(desk).is_away);
	desk->cancel_after = 0;
	assert_int_equal(ordered(desk, &receive).report.charts_new, 1);
}

/* --- without network --- */

static void test_the_pause_grows_and_ends_when_somebody_wakes_it(void **state)
{
	struct desk *desk = *state;
	come_in(desk);
	(void)turns(desk, 6);
	desk->answers = SHK_ERR_NETWORK;
	int64_t longest = 0;
	for (size_t i = 0; i < 20; i++) {
		int64_t rest_ms = turns(desk, 3);
		assert_in_range(rest_ms, COURIER_RETRY_MS, COURIER_RETRY_MS_MAX);
		assert_true(rest_ms >= longest);
		longest = rest_ms;
		desk->time.now_ms += rest_ms;
	}
	assert_int_equal(longest, COURIER_RETRY_MS_MAX);
	(void)turns(desk, 3);
	assert_true(state_of(desk).is_away);
	assert_in_range(state_of(desk).away_since_ms, NOW_MS, NOW_MS + 5 * 60 * 1000);
	desk->answers = SHK_OK;
	tap(desk, "ｶﾝｼﾞｬ ｲﾁ", "19700101");
	assert_true(courier_turn(desk->courier) > 0);
	courier_wake(desk->courier);
	(void)turns(desk, 2);
	assert_false(state_of(desk).is_away);
	assert_int_equal(state_of(desk).report.charts_new, 1);
}

/* What was queued goes out once, also through a new start of the program. */
static void test_the_queue_survives_a_restart_and_goes_out_once(void **state)
{
	struct desk *desk = *state;
	courier_automatic(desk->courier, false);
	come_in(desk);
	tap(desk, "ｶﾝｼﾞｬ ｲﾁ", "19700101");
	desk->register_code = SHK_ERR_NETWORK;
	assert_int_equal(
		ordered(desk, &(struct courier_order){.kind = COURIER_RECEIVE}).trouble.code,
		SHK_ERR_NETWORK);
	assert_int_equal(state_of(desk).queued, 1);
	courier_destroy(desk->courier);
	courier_make(desk);
	assert_int_equal(state_of(desk).queued, 1);
	desk->register_code = SHK_OK;
	desk->registrations = 0;
	come_in(desk);
	(void)turns(desk, 10);
	assert_int_equal(desk->registrations, 1);
	assert_int_equal(state_of(desk).queued, 0);
}

/* Somebody has decided at the page: nobody has to tap a card for the number to go. */
static void test_what_the_desk_queues_goes_out_by_itself(void **state)
{
	struct desk *desk = *state;
	courier_automatic(desk->courier, false);
	come_in(desk);
	tap(desk, "ｶﾝｼﾞｬ ｲﾁ", "19700101");
	(void)ordered(desk, &(struct courier_order){.kind = COURIER_RECEIVE});
	(void)turns(desk, 4);
	desk->registrations = 0;
	struct str result = str_of(desk->ids[0]);
	assert_int_equal(store_queue_add(desk->db, result, 1, STR("77"), STR("1")), 0);
	(void)turns(desk, 4);
	assert_int_equal(desk->registrations, 0); /* it has not been told */
	desk->answers = SHK_ERR_NETWORK;
	courier_queue_moved(desk->courier);
	(void)turns(desk, 2);
	assert_int_equal(state_of(desk).queued, 1);
	desk->answers = SHK_OK;
	desk->registrations = 0;
	courier_wake(desk->courier);
	(void)turns(desk, 4);
	assert_int_equal(desk->registrations, 1);
	assert_int_equal(state_of(desk).queued, 0);
}

/* A temporary account registers no numbers: they wait for another, and nobody runs in circles. */
static void test_what_an_account_may_not_do_is_not_tried_for_ever(void **state)
{
	struct desk *desk = *state;
	come_in(desk);
	tap(desk, "ｶﾝｼﾞｬ ｲﾁ", "19700101");
	desk->register_code = SHK_ERR_ACCOUNT;
	for (size_t i = 0; i < 20; i++)
		desk->time.now_ms += courier_turn(desk->courier);
	assert_in_range(desk->registrations, 1, 3);
	assert_int_equal(state_of(desk).queued, 1);
	assert_int_equal(state_of(desk).phase, COURIER_IN);
	assert_false(state_of(desk).is_away);
}

static void test_too_many_orders_are_refused(void **state)
{
	struct desk *desk = *state;
	const struct courier_order order = {.kind = COURIER_SEND};
	int64_t number;
	for (size_t i = 0; i < COURIER_ORDERS_MAX; i++)
		assert_int_equal(courier_order(desk->courier, &order, &number), 0);
	assert_int_equal(courier_order(desk->courier, &order, &number), COURIER_FULL);
}

/* --- which PCs, and who did what --- */

static size_t devices_seen(struct desk *desk)
{
	struct line_devices devices;
	courier_devices(desk->courier, &devices);
	return devices.count;
}

static void test_a_device_that_ends_is_gone_from_the_list_and_ones_own_ends_the_session(
	void **state)
{
	struct desk *desk = *state;
	const struct courier_order look = {.kind = COURIER_DEVICES};
	const struct courier_order other = {.kind = COURIER_CLOSE, .code = "1"};
	const struct courier_order own = {.kind = COURIER_CLOSE, .code = "0"};
	desk->devices = 3;
	come_in(desk);
	assert_int_equal(devices_seen(desk), 0);
	assert_int_equal(ordered(desk, &look).trouble.code, SHK_OK);
	assert_int_equal(devices_seen(desk), 3);
	assert_int_equal(ordered(desk, &other).trouble.code, SHK_OK);
	assert_int_equal(devices_seen(desk), 2);
	assert_int_equal(state_of(desk).phase, COURIER_IN);
	desk->answers = SHK_ERR_NOT_FOUND;
	assert_int_equal(ordered(desk, &other).trouble.code, SHK_ERR_NOT_FOUND);
	assert_int_equal(ordered(desk, &look).trouble.code, SHK_ERR_NOT_FOUND);
	assert_int_equal(devices_seen(desk), 2); /* what was known stays */
	desk->answers = SHK_OK;
	assert_int_equal(ordered(desk, &own).trouble.code, SHK_OK);
	assert_int_equal(state_of(desk).phase, COURIER_OUT);
	assert_int_equal(devices_seen(desk), 0);
}

static void test_of_a_long_history_the_newest_is_kept_until_the_logout(void **state)
{
	struct desk *desk = *state;
	const struct courier_order look = {.kind = COURIER_HISTORY,
					   .search = {.from = "20261101", .to = "20261130"}};
	const struct courier_order leave = {.kind = COURIER_LOGOUT};
	AUTO(arena_clear) struct arena arena;
	struct line_access *accesses = NULL;
	size_t count;
	int64_t total;
	arena_init(&arena, 1 << 20);
	desk->accesses = LINE_ACCESSES_MAX + 7;
	come_in(desk);
	assert_int_equal(ordered(desk, &look).trouble.code, SHK_OK);
	assert_int_equal(courier_accesses(desk->courier, &arena, &accesses, &count, &total), 0);
	assert_int_equal(count, LINE_ACCESSES_MAX);
	assert_int_equal(total, LINE_ACCESSES_MAX + 7);
	assert_int_equal(accesses[0].calls, 7);
	assert_int_equal(accesses[count - 1].calls, total - 1);
	assert_int_equal(ordered(desk, &leave).trouble.code, SHK_OK);
	assert_int_equal(courier_accesses(desk->courier, &arena, &accesses, &count, &total), 0);
	assert_int_equal(count, 0);
}

static void test_the_services_clock_is_noted_at_each_contact(void **state)
{
	struct desk *desk = *state;
	int64_t off_ms;
	come_in(desk);
	assert_int_equal(store_setting_number(desk->db, STR("clock_off_ms"), 0, &off_ms), 0);
	assert_int_equal(off_ms, 42000);
}

/* With its thread: an order ends a rest, an end ends the thread. */
static void test_the_thread_takes_orders_and_ends(void **state)
{
	struct desk *desk = *state;
	const struct courier_order order = {.kind = COURIER_LOGOUT};
	struct courier_done done = {0};
	int64_t number, until_ms = clock_mono_ms(&clock_system) + 10000;
	assert_int_equal(courier_start(desk->courier), 0);
	assert_int_equal(courier_order(desk->courier, &order, &number), 0);
	while (!done.number && clock_mono_ms(&clock_system) < until_ms) {
		(void)sched_yield();
		courier_done(desk->courier, number, &done);
	}
	assert_int_equal(done.number, number);
	assert_int_equal(done.trouble.code, SHK_OK);
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(test_password_then_passcode_opens_the_session),
		AT_DESK(test_a_refused_password_is_not_kept),
		AT_DESK(test_a_second_passcode_needs_no_second_password),
		AT_DESK(test_a_slow_passcode_is_given_with_a_fresh_challenge),
		AT_DESK(test_a_slow_mail_is_asked_for_again),
		AT_DESK(test_the_session_is_renewed_before_it_ends),
		AT_DESK(test_after_a_sleep_the_passcode_is_enough),
		AT_DESK(test_a_login_that_fails_is_still_one_after_an_end),
		AT_DESK(test_after_twelve_hours_the_password_is_wiped),
		AT_DESK(test_a_password_that_was_changed_elsewhere_is_asked_for),
		AT_DESK(test_a_logout_forgets_the_password_even_without_network),
		AT_DESK(test_an_issued_password_must_be_changed_first),
		AT_DESK(test_what_comes_is_taken_in_at_once),
		AT_DESK(test_without_the_switch_nothing_comes_by_itself),
		AT_DESK(test_what_is_there_is_counted_and_what_is_known_is_told),
		AT_DESK(test_a_cut_keeps_what_came_and_the_rest_comes_next),
		AT_DESK(test_cancelling_keeps_what_came),
		AT_DESK(test_the_pause_grows_and_ends_when_somebody_wakes_it),
		AT_DESK(test_the_queue_survives_a_restart_and_goes_out_once),
		AT_DESK(test_what_the_desk_queues_goes_out_by_itself),
		AT_DESK(test_what_an_account_may_not_do_is_not_tried_for_ever),
		AT_DESK(test_too_many_orders_are_refused),
		AT_DESK(test_a_device_that_ends_is_gone_from_the_list_and_ones_own_ends_the_session),
		AT_DESK(test_of_a_long_history_the_newest_is_kept_until_the_logout),
		AT_DESK(test_the_services_clock_is_noted_at_each_contact),
		AT_DESK(test_the_thread_takes_orders_and_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
