/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T60 lockout_and_stuffing: a botnet tries pairs of login ids and passwords, most of them at one
 * known facility, while two facilities work with their registered devices. Those log in throughout;
 * a pair that is right opens nothing without the passcode; the operator has the alarm's mail within
 * a minute. Planted faults: one lane for all who come to an account, and detectors that are
 * unhooked.
 *
 * In process and in virtual time: each guess comes as if from an address of its own.
 * stuffing.test.mjs goes through the real door.
 */
#include "server/api/device_test.h"

#include "server/auth/lane.h"

#define HERE  "1310000003"
#define THERE "1310000011"

enum {
	ROUNDS_SHORT = 60,
	ROUNDS_NIGHTLY = 400,
	GUESSES = 10, /* between two logins of the facilities */
	SECOND_MS = 1000,
};

/* --- planted faults --- */

static bool one_lane_for_all, unhooked;

int __real_lane_of(int64_t account_no, struct str login_id, int64_t device_no,
		   struct store_lane *ret_lane);
int __wrap_lane_of(int64_t account_no, struct str login_id, int64_t device_no,
		   struct store_lane *ret_lane);
int __wrap_lane_of(int64_t account_no, struct str login_id, int64_t device_no,
		   struct store_lane *ret_lane)
{
	int r = __real_lane_of(account_no, login_id, one_lane_for_all ? 0 : device_no, ret_lane);
	return r ? PASS(r) : 0;
}

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

/* --- who works --- */

struct clinic {
	const char *code;
	struct house_account *account;
	struct signing_key *device;
	size_t tried, done;
};

static void clinic_open(struct house *house, struct clinic *clinic, const char *code,
			struct house_account *account)
{
	*clinic = (struct clinic){.code = code, .account = account};
	house_enrol(house, account);
	assert_int_equal(signing_key_generate(&clinic->device), 0);
	struct house_session session = house_key_session(house, clinic->device, code, account);
	assert_int_equal(house_register(house, clinic->device, session.token, HOUSE_PC), 200);
}

/* A morning's login; the clock moves to the next passcode. */
static void clinic_work(struct house *house, struct clinic *clinic)
{
	house->time.now_ms += 2 * TOTP_STEP_MS;
	clinic->tried++;
	if (house_login_proven(house, clinic->device, clinic->code, clinic->account,
			       secret_str(&clinic->account->password)) != 200)
		return;
	clinic->done += house_mfa_proven(house, clinic->device,
					 house_passcode(house, clinic->account, 0)) == 200;
}

/* --- who attacks --- */

/* Mostly one known account, else whoever; now and then the pair is right, and still worth nothing.
 */
static size_t guess(struct house *house, int n)
{
	char login_id[16];
	snprintf(login_id, sizeof login_id, "WA%07d", n % 3 ? 1 : 9000000 + n);
	bool breached = n % 7 == 1;
	struct str password = breached ? secret_str(&house->here.receipt.password) : STR("hunter2");
	if (house_login(house, HERE, login_id, password) != 200)
		return 0;
	return house_mfa(house, house_text(house, "challenge"), STR("000000")) == 200;
}

struct outcome {
	size_t tried, done, broken_in;
	int64_t alarm_ms; /* from the first guess to the mail; -1: none */
};

static bool alarm_is_out(struct house *house)
{
	struct store_mail *mails;
	size_t count;
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	assert_int_equal(store_outbox_list(house->db, &house->arena, false, &mails, &count), 0);
	for (size_t i = 0; i < count; i++)
		if (mails[i].kind == MAIL_ALARM)
			return true;
	return false;
}

static struct outcome attack(bool nightly)
{
	void *part;
	struct clinic clinics[2];
	struct outcome outcome = {.alarm_ms = -1};
	assert_int_equal(house_open(&part), 0);
	struct house *house = part;
	clinic_open(house, &clinics[0], HERE, &house->here.receipt);
	clinic_open(house, &clinics[1], THERE, &house->there.receipt);
	int64_t begun_ms = house->time.now_ms;
	int rounds = nightly ? ROUNDS_NIGHTLY : ROUNDS_SHORT;
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < GUESSES; i++) {
			house->time.now_ms += SECOND_MS;
			outcome.broken_in += guess(house, round * GUESSES + i);
		}
		if (outcome.alarm_ms < 0 && alarm_is_out(house))
			outcome.alarm_ms = house->time.now_ms - begun_ms;
		clinic_work(house, &clinics[round % 2]);
	}
	for (size_t i = 0; i < 2; i++) {
		outcome.tried += clinics[i].tried;
		outcome.done += clinics[i].done;
		signing_key_destroy(clinics[i].device);
	}
	house_close(&part);
	print_message("# %zu of %zu logins of devices, %zu broken in, alarm after %lld ms\n",
		      outcome.done, outcome.tried, outcome.broken_in, (long long)outcome.alarm_ms);
	return outcome;
}

static void test_devices_work_on_and_the_operator_knows_within_a_minute(void **state)
{
	(void)state;
	struct outcome outcome = attack(getenv("SHIKAKU_NIGHTLY") != NULL);
	assert_true(outcome.done * 1000 >= outcome.tried * 999);
	assert_int_equal(outcome.broken_in, 0);
	assert_true(outcome.alarm_ms >= 0 && outcome.alarm_ms <= ALARM_MINUTE_MS);
}

static void test_one_lane_for_all_is_found(void **state)
{
	(void)state;
	one_lane_for_all = true;
	struct outcome outcome = attack(false);
	one_lane_for_all = false;
	assert_true(outcome.done * 1000 < outcome.tried * 999);
}

static void test_unhooked_detectors_are_found(void **state)
{
	(void)state;
	unhooked = true;
	struct outcome outcome = attack(false);
	unhooked = false;
	assert_int_equal(outcome.alarm_ms, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices_work_on_and_the_operator_knows_within_a_minute),
		cmocka_unit_test(test_one_lane_for_all_is_found),
		cmocka_unit_test(test_unhooked_detectors_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
