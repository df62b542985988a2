/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each alarm, from what sets it off to the operator's mail, in a minute of virtual time; and, with
 * its detector unhooked, the same trial must find that nothing was told. (ocsp_down is T36's.)
 */
#include "server/api/service_test.h"

#include <sys/mman.h>

#include "lib/db/testing.h"
#include "server/auth/lane.h"
#include "server/mail/facility.h"

#define HERE	 "1310000003"
#define OPERATOR "kanri@example.jp"
#define FACILITY "uketsuke@clinic.example"

enum { STEP_MS = 5000 };

/* --- detectors that can be unhooked --- */

static bool unhooked;

void __real_alarm_inbox_put(struct alarm_inbox *inbox, enum alarm_kind kind, int64_t facility_no,
			    int64_t account_no);
void __wrap_alarm_inbox_put(struct alarm_inbox *inbox, enum alarm_kind kind, int64_t facility_no,
			    int64_t account_no);
void __wrap_alarm_inbox_put(struct alarm_inbox *inbox, enum alarm_kind kind, int64_t facility_no,
			    int64_t account_no)
{
	if (!unhooked)
		__real_alarm_inbox_put(inbox, kind, facility_no, account_no);
}

int __real_store_lanes_high(struct db *db, int64_t fails_min, struct store_lane_high *ret_lanes,
			    size_t *ret_count);
int __wrap_store_lanes_high(struct db *db, int64_t fails_min, struct store_lane_high *ret_lanes,
			    size_t *ret_count);
int __wrap_store_lanes_high(struct db *db, int64_t fails_min, struct store_lane_high *ret_lanes,
			    size_t *ret_count)
{
	*ret_count = 0;
	return unhooked ? 0 : __real_store_lanes_high(db, fails_min, ret_lanes, ret_count);
}

int __real_store_audit_list(struct db *db, struct arena *arena, int64_t slot, int64_t seq,
			    size_t limit, struct store_audit **ret_rows, size_t *ret_count);
int __wrap_store_audit_list(struct db *db, struct arena *arena, int64_t slot, int64_t seq,
			    size_t limit, struct store_audit **ret_rows, size_t *ret_count);
int __wrap_store_audit_list(struct db *db, struct arena *arena, int64_t slot, int64_t seq,
			    size_t limit, struct store_audit **ret_rows, size_t *ret_count)
{
	*ret_count = 0;
	return unhooked ? 0
			: __real_store_audit_list(db, arena, slot, seq, limit, ret_rows, ret_count);
}

int __real_store_audit_hash(struct db *db, int64_t slot, int64_t seq, unsigned char *ret_hash);
int __wrap_store_audit_hash(struct db *db, int64_t slot, int64_t seq, unsigned char *ret_hash);
int __wrap_store_audit_hash(struct db *db, int64_t slot, int64_t seq, unsigned char *ret_hash)
{
	static unsigned char last[STORE_DIGEST_BYTES]; /* as it was when it was seen */
	if (unhooked) {
		memcpy(ret_hash, last, sizeof last);
		return 0;
	}
	int r = __real_store_audit_hash(db, slot, seq, ret_hash);
	if (r == 0)
		memcpy(last, ret_hash, sizeof last);
	return r;
}

bool __real_clock_guard_agrees(const struct clock_guard *guard);
bool __wrap_clock_guard_agrees(const struct clock_guard *guard);
bool __wrap_clock_guard_agrees(const struct clock_guard *guard)
{
	return unhooked || __real_clock_guard_agrees(guard);
}

int __real_store_outbox_dead(struct db *db, int64_t since_ms, int64_t *ret_count);
int __wrap_store_outbox_dead(struct db *db, int64_t since_ms, int64_t *ret_count);
int __wrap_store_outbox_dead(struct db *db, int64_t since_ms, int64_t *ret_count)
{
	*ret_count = 0;
	return unhooked ? 0 : __real_store_outbox_dead(db, since_ms, ret_count);
}

/* --- a house that is watched --- */

static struct house *watched_open(void **state)
{
	void *part;
	const struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	struct house *house = part;
	struct str sealed;
	assert_int_equal(facility_address_seal(house->service->keys, &house->arena, house->here.no,
					       STR(FACILITY), &sealed),
			 0);
	assert_int_equal(store_facility_mail_set(house->db, house->here.no, sealed, 0), 0);
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	return house;
}

static void watched_close(struct house *house)
{
	void *part = house;
	assert_int_equal(house_close(&part), 0);
}

static bool contains(struct str text, const char *part)
{
	return text.len && memmem(text.ptr, text.len, part, strlen(part));
}

/* How many mails to this address hold the word; they are taken out of the outbox. */
static size_t mails_take(struct house *house, const char *to, const char *word)
{
	struct store_mail mail;
	struct mail_letter letter;
	size_t found = 0;
	while (store_outbox_due(house->db, &house->arena, house->time.now_ms, &mail) == 0) {
		assert_int_equal(mail_open(house->service->keys, &house->arena, &mail, &letter), 0);
		assert_int_equal(store_outbox_remove(house->db, mail.id), 0);
		found += str_equal(letter.to, str_of(to)) && contains(letter.text, word);
		/* A facility's name is often a person's. */
		if (letter.kind == MAIL_ALARM)
			assert_false(contains(letter.text, "試験施術所"));
	}
	return found;
}

/* The operator's mails about it within a minute. */
static size_t told(struct house *house, const char *word)
{
	size_t found = 0;
	for (int64_t ms = 0; ms <= ALARM_MINUTE_MS && !found; ms += STEP_MS) {
		int r = tasks_run_once(house->service->tasks);
		assert_true(r == 0);
		found = mails_take(house, OPERATOR, word);
		house->time.now_ms += STEP_MS;
	}
	return found;
}

/* --- what sets them off --- */

static void failures_fire(struct house *house)
{
	for (int i = 0; i < 10; i++)
		assert_int_equal(house_login(house, HERE, "WA9999999", STR("x")), 401);
}

static void lane_fill(struct house *house, int fails)
{
	struct store_lane lane = {.subject = house->here.receipt.row.no};
	for (int i = 0; i < fails; i++) {
		house->time.now_ms += LANE_MOST_MS;
		int r = lane_attempt(house->db, &lane, STORE_LANE_FAILED, house->time.now_ms, NULL);
		assert_true(r >= 0);
	}
}

static void guessed_fire(struct house *house)
{
	lane_fill(house, 20);
}

static void locked_fire(struct house *house)
{
	lane_fill(house, LANE_STOP_FAILS);
}

static void handle_fire(struct house *house)
{
	const struct house_account *account = &house->here.receipt;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	struct str password = secret_str(&account->password);
	assert_int_equal(house_refresh(house, account, session.handle, password,
				       "00000000-0000-4000-8000-000000000001"),
			 200);
	assert_int_equal(house_refresh(house, account, session.handle, password,
				       "00000000-0000-4000-8000-000000000002"),
			 401);
}

static void passcode_fire(struct house *house)
{
	struct house_account *account = &house->here.receipt;
	house_enrol(house, account); /* spends the present step */
	assert_int_equal(house_login(house, HERE, "WA0000001", secret_str(&account->password)),
			 200);
	struct str challenge = house_text(house, "challenge");
	assert_int_equal(house_mfa(house, challenge, house_passcode(house, account, 0)), 401);
}

static void spoil(struct house *house, const char *sql)
{
	int64_t changed = 0;
	assert_int_equal(db_run(house->db, sql, DB_NO_ARGS, &changed), 0);
	assert_true(changed > 0);
}

static void rows_make(struct house *house)
{
	house_import(house, 1);
	for (int i = 0; i < 3; i++)
		house_confirm(house, &house->here, 1);
}

static void changed_fire(struct house *house)
{
	rows_make(house);
	spoil(house, "UPDATE audit SET n = n + 1 WHERE seq = 2");
}

static void removed_fire(struct house *house)
{
	rows_make(house);
	assert_int_equal(tasks_run_once(house->service->tasks), 0); /* it is seen */
	assert_int_equal(tasks_run_once(house->service->tasks), 0); /* and looked at again */
	spoil(house, "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)");
}

static void seal_fire(struct house *house)
{
	rows_make(house);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	spoil(house, "UPDATE result SET staff = 's2'");
	assert_int_equal(house_get(house, "/v1/results",
				   STR("from=20261101000000&to=20261122235959"), session.token),
			 500);
}

static void bulk_fire(struct house *house)
{
	house->config.alarms.results_per_hour = 3;
	rows_make(house);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results",
				   STR("from=20261101000000&to=20261122235959"), session.token),
			 200);
}

static void visual_fire(struct house *house)
{
	house_import(house, 1);
	for (int i = 0; i < 5; i++)
		house_confirm_by(house, &house->here, 1, ELIGIBILITY_VISUAL);
}

/* Back behind the last signed head of the trail. */
static void clock_fire(struct house *house)
{
	rows_make(house);
	house->time.now_ms += 10 * ALARM_MINUTE_MS;
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	house->time.now_ms -= 5 * ALARM_MINUTE_MS;
}

static int never(void *ctx, struct arena *arena, struct str to, struct str message,
		 const char **ret_cause, long *ret_status)
{
	(void)ctx, (void)arena, (void)to, (void)message;
	*ret_cause = "refused";
	*ret_status = 550;
	return MAIL_NEVER;
}

static void dead_fire(struct house *house)
{
	struct mail_letter letter = {.kind = MAIL_NOTICE,
				     .to = STR(FACILITY),
				     .subject = STR("x"),
				     .text = STR("x")};
	assert_int_equal(mail_post(house->service->keys, house->db, &house->arena, &letter,
				   house->time.now_ms),
			 0);
	house->config.mail.server = STR("127.0.0.1:25");
	house->service->mail.transport = (struct mail_transport){.send = never};
	assert_int_equal(tasks_run_once(house->service->mail_tasks), 0);
	house->config.mail.server = STR("");
}

static const struct {
	const char *word; /* of kinds.def */
	void (*fire)(struct house *house);
} alarms[] = {
	{"login_failures", failures_fire},
	{"account_guessed", guessed_fire},
	{"account_locked", locked_fire},
	{"handle_replayed", handle_fire},
	{"passcode_replayed", passcode_fire},
	{"audit_broken", changed_fire},
	{"audit_broken", removed_fire},
	{"seal_broken", seal_fire},
	{"bulk_download", bulk_fire},
	{"visual_only", visual_fire},
	{"clock_off", clock_fire},
	{"mail_dead", dead_fire},
};

enum { ALARMS = sizeof alarms / sizeof alarms[0] };

static size_t trial(void **state, size_t which)
{
	struct house *house = watched_open(state);
	alarms[which].fire(house);
	size_t found = told(house, alarms[which].word);
	watched_close(house);
	return found;
}

static void test_each_alarm_is_one_mail_within_a_minute(void **state)
{
	for (size_t i = 0; i < ALARMS; i++) {
		size_t found = trial(state, i);
		if (found != 1)
			print_message("# %s: %zu mails\n", alarms[i].word, found);
		assert_int_equal(found, 1);
	}
}

static void test_alarms_are_told_on_each_engine(void **state)
{
	struct house *house = watched_open(state);
	passcode_fire(house);
	assert_int_equal(told(house, "passcode_replayed"), 1);
	changed_fire(house);
	assert_int_equal(told(house, "audit_broken"), 1);
	locked_fire(house);
	assert_int_equal(told(house, "account_locked"), 1);
	watched_close(house);
}

static void test_an_unhooked_detector_is_found(void **state)
{
	for (size_t i = 0; i < ALARMS; i++) {
		struct house *house = watched_open(state);
		if (alarms[i].fire == removed_fire || alarms[i].fire == clock_fire)
			alarms[i].fire(house); /* the trail must have been seen, the clock read */
		unhooked = true;
		if (alarms[i].fire != removed_fire && alarms[i].fire != clock_fire)
			alarms[i].fire(house);
		size_t found = told(house, alarms[i].word);
		unhooked = false;
		if (found)
			print_message("# %s was told without its detector\n", alarms[i].word);
		assert_int_equal(found, 0);
		watched_close(house);
	}
}

static void test_what_is_everyday_is_no_alarm(void **state)
{
	struct house *house = watched_open(state);
	rows_make(house);
	for (int i = 0; i < 9; i++)
		assert_int_equal(house_login(house, HERE, "WA9999999", STR("x")), 401);
	lane_fill(house, 3);
	for (int i = 0; i < 12; i++) {
		assert_int_equal(tasks_run_once(house->service->tasks), 0);
		house->time.now_ms += STEP_MS;
		assert_int_equal(mails_take(house, OPERATOR, ""), 0);
	}
	watched_close(house);
}

static void test_the_same_is_told_once_in_a_window_with_its_number(void **state)
{
	struct house *house = watched_open(state);
	struct alarm_inbox *inbox = house->service->alarms;
	alarm_inbox_put(inbox, ALARM_HANDLE_REPLAYED, house->here.no, 0);
	assert_int_equal(told(house, "回数・数: 1"), 1);
	for (int i = 0; i < 3; i++)
		alarm_inbox_put(inbox, ALARM_HANDLE_REPLAYED, house->here.no, 0);
	assert_int_equal(told(house, "handle_replayed"), 0);
	alarm_inbox_put(inbox, ALARM_HANDLE_REPLAYED, house->there.no, 0); /* another's */
	assert_int_equal(told(house, "1310000011"), 1);
	house->time.now_ms += 60 * ALARM_MINUTE_MS;
	assert_int_equal(told(house, "回数・数: 4（前のお知らせのとき 1）"), 1);
	watched_close(house);
}

static void test_an_alarm_is_a_line_with_typed_fields(void **state)
{
	struct house *house = watched_open(state);
	int lines = memfd_create("lines", MFD_CLOEXEC);
	char text[65536];
	assert_true(lines >= 0);
	house->service->log.fd = lines;
	house->service->log.level = LOG_LEVEL_WARNING;
	alarm_inbox_put(house->service->alarms, ALARM_PASSCODE_REPLAYED, house->here.no,
			house->here.receipt.row.no);
	assert_int_equal(told(house, "passcode_replayed"), 1);
	ssize_t len = pread(lines, text, sizeof text, 0);
	house->service->log.fd = -1;
	close(lines);
	char wanted[128];
	snprintf(wanted, sizeof wanted,
		 " alarm alarm=passcode_replayed facility=%lld account=%lld n=1",
		 (long long)house->here.no, (long long)house->here.receipt.row.no);
	assert_true(len > 0 && contains(str_bytes(text, (size_t)len), wanted));
	watched_close(house);
}

static void test_the_facility_is_told_that_its_account_was_stopped(void **state)
{
	struct house *house = watched_open(state);
	locked_fire(house);
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	assert_int_equal(mails_take(house, FACILITY, "100回"), 1);
	watched_close(house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST_ON(sqlite, test_each_alarm_is_one_mail_within_a_minute),
		DB_TEST(test_alarms_are_told_on_each_engine),
		DB_TEST_ON(sqlite, test_an_unhooked_detector_is_found),
		DB_TEST_ON(sqlite, test_what_is_everyday_is_no_alarm),
		DB_TEST(test_the_same_is_told_once_in_a_window_with_its_number),
		DB_TEST_ON(sqlite, test_an_alarm_is_a_line_with_typed_fields),
		DB_TEST_ON(sqlite, test_the_facility_is_told_that_its_account_was_stopped),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
