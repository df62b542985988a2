/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T70 offline_clinic: the service cannot be reached for a day. The desk goes on with what it has -
 * the last list, with its age - and what it has to tell the service waits, is sent once when the
 * service is back, and survives a restart of the PC meanwhile. What was confirmed during the day
 * comes then, too: inside 翌月末 nothing is lost; three days before something would be, the desk is
 * warned. Read-only means: what needs the service is refused with its cause, and changes nothing.
 *
 * The courier over the real library over the real service, on either engine, turn by turn in
 * virtual time. What the screen makes of it is tests/browser/journey_days.test.mjs. Planted faults:
 * a courier that forgets its queue at the restart, and one that sends it twice, must be found.
 */
#include "lib/base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/period.h"
#include "tests/acceptance/T70/wire.h"
#include "workstation/desk/settle.h"
#include "workstation/link/courier.h"
#include "workstation/link/line_shk.h"
#include "workstation/rules/overdue.h"
#include "workstation/store/store.h"

enum { HOUR_MS = 60 * 60 * 1000, DAY_MS = 24 * HOUR_MS };

enum plant { PLANT_NONE, PLANT_QUEUE_LOST, PLANT_SENT_TWICE };
static enum plant plant;

int __real_store_queue_remove(struct db *db, struct str result_id);
int __wrap_store_queue_remove(struct db *db, struct str result_id);
int __wrap_store_queue_remove(struct db *db, struct str result_id)
{
	return plant == PLANT_SENT_TWICE ? 0 : __real_store_queue_remove(db, result_id);
}

struct clinic {
	struct db_fixture *fixture; /* of the service's store */
	struct clock clock;
	struct log log;
	char folder[64], path[96];
	struct db *db, *desk; /* the courier's connection, the page's */
	struct line_shk *shk;
	struct courier *courier;
};

static void desk_start(struct clinic *clinic)
{
	const struct line_shk_options options = {.service = WIRE_ORIGIN,
						 .device_folder = clinic->folder};
	assert_int_equal(store_open(clinic->path, &clinic->db), 0);
	assert_int_equal(store_open(clinic->path, &clinic->desk), 0);
	assert_int_equal(line_shk_create(&clinic->shk, &options), 0);
	const struct courier_options courier = {.clock = &clinic->clock,
						.log = &clinic->log,
						.line = line_of_shk(clinic->shk),
						.db = clinic->db,
						.facility = WIRE_FACILITY};
	assert_int_equal(courier_create(&clinic->courier, &courier), 0);
	courier_automatic(clinic->courier, false);
}

static void desk_stop(struct clinic *clinic)
{
	courier_destroy(clinic->courier);
	line_shk_destroy(clinic->shk);
	db_close(clinic->db);
	db_close(clinic->desk);
}

static int entry_remove(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
	(void)facts, (void)kind, (void)walk;
	return remove(path);
}

static int clinic_open(void **state)
{
	static struct clinic clinic;
	assert_int_equal(db_fixture_setup(state), 0);
	clinic = (struct clinic){.fixture = db_fixture_of(state),
				 .folder = "/tmp/shikaku-T70-XXXXXX"};
	wire_open(clinic.fixture);
	assert_non_null(mkdtemp(clinic.folder));
	(void)snprintf(clinic.path, sizeof clinic.path, "%s/desk.db", clinic.folder);
	clinic.clock = clock_of_fake(wire.time);
	clinic.log = (struct log){.fd = -1, .clock = &clinic.clock};
	desk_start(&clinic);
	*state = &clinic;
	return 0;
}

static int clinic_close(void **state)
{
	struct clinic *clinic = *state;
	plant = PLANT_NONE;
	desk_stop(clinic);
	nftw(clinic->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	wire_close();
	*state = clinic->fixture;
	return db_fixture_teardown(state);
}

/* --- at the desk --- */

static struct courier_done ordered(struct clinic *clinic, const struct courier_order *order)
{
	struct courier_done done;
	int64_t number;
	assert_int_equal(courier_order(clinic->courier, order, &number), 0);
	(void)courier_turn(clinic->courier);
	courier_done(clinic->courier, number, &done);
	assert_int_equal(done.number, number);
	return done;
}

static int32_t login(struct clinic *clinic)
{
	struct courier_order order = {.kind = COURIER_LOGIN, .login_id = WIRE_LOGIN_ID};
	char passcode[7];
	wire_password(&order.secret);
	int32_t code = ordered(clinic, &order).trouble.code;
	if (code)
		return code;
	order = (struct courier_order){.kind = COURIER_GIVE};
	wire_passcode(passcode);
	assert_int_equal(secret_set(&order.secret, str_of(passcode)), 0);
	return ordered(clinic, &order).trouble.code;
}

static struct courier_done received(struct clinic *clinic)
{
	return ordered(clinic, &(struct courier_order){.kind = COURIER_RECEIVE});
}

static struct courier_state state_of(struct clinic *clinic)
{
	struct courier_state state;
	courier_state(clinic->courier, &state);
	return state;
}

static void tap(int person)
{
	wire.time->now_ms += 60 * 1000;
	wire_tap(person);
	wire.time->now_ms += 2000;
}

static int count_one(void *ctx, const struct seen *seen)
{
	(void)seen;
	++*(int64_t *)ctx;
	return 0;
}

/* What the list shows, read as the page reads it. */
static int64_t list_of(struct clinic *clinic)
{
	int64_t count = 0;
	assert_int_equal(store_seen_each(clinic->desk, SEEN_ALL, 0, count_one, &count), 0);
	return count;
}

#define NUMBERS_SQL "SELECT count(*) FROM patient WHERE ref_hmac IS NOT NULL"

/* A morning: one patient is known, one has come and waits for its number when the wire breaks. */
static void morning(struct clinic *clinic)
{
	wire_person(1);
	wire_person(2);
	wire_person(3);
	assert_int_equal(login(clinic), SHK_OK);
	tap(1);
	assert_int_equal(received(clinic).report.registered, 1);
}

static enum wire_accident numbers_lost(void *ctx, const struct transport_request *request)
{
	(void)ctx;
	return memmem(request->url.ptr, request->url.len, "reference", strlen("reference"))
		       ? WIRE_NOT_SENT
		       : WIRE_WELL;
}

/* The results of the second patient came, then the network went. */
static void network_goes(struct clinic *clinic)
{
	tap(2);
	wire.accident = numbers_lost;
	struct courier_done done = received(clinic);
	assert_int_equal(done.trouble.code, SHK_ERR_NETWORK);
	assert_int_equal(done.report.charts_new, 1);
	wire.accident = NULL;
	wire.is_away = true;
}

/* A whole day, with the PC off for the night. */
static void day_passes(struct clinic *clinic)
{
	for (int hour = 0; hour < 12; hour++) {
		wire.time->now_ms += HOUR_MS;
		(void)courier_turn(clinic->courier);
		assert_true(state_of(clinic).is_away || state_of(clinic).phase != COURIER_IN);
	}
	tap(3);
	desk_stop(clinic);
	wire.time->now_ms += 12 * HOUR_MS;
	desk_start(clinic);
	if (plant == PLANT_QUEUE_LOST)
		assert_int_equal(db_run(clinic->desk, "DELETE FROM queue", DB_NO_ARGS, NULL), 0);
}

static void network_returns(struct clinic *clinic)
{
	wire.is_away = false;
	wire.registrations = 0;
	assert_int_equal(login(clinic), SHK_OK);
	for (int i = 0; i < 6; i++)
		(void)courier_turn(clinic->courier);
}

/* --- the clauses --- */

static void test_the_last_list_stands_with_its_age(void **state)
{
	struct clinic *clinic = *state;
	morning(clinic);
	int64_t received_ms = state_of(clinic).received_ms;
	network_goes(clinic);
	day_passes(clinic);
	struct courier_state now = state_of(clinic);
	assert_int_equal(list_of(clinic), 2);
	assert_int_equal(now.received_ms, received_ms);
	assert_in_range(wire.time->now_ms - now.contact_ms, 24 * HOUR_MS, 25 * HOUR_MS);
	assert_string_equal(now.login_id, WIRE_LOGIN_ID);
}

/* What needs the service says why not, and changes nothing. */
static void test_what_needs_the_service_is_refused_with_its_cause(void **state)
{
	struct clinic *clinic = *state;
	morning(clinic);
	network_goes(clinic);
	int64_t before = list_of(clinic);
	struct courier_done done = received(clinic);
	assert_int_equal(done.trouble.code, SHK_ERR_NETWORK);
	assert_true(done.trouble.title[0] && done.trouble.action[0]);
	done = ordered(clinic, &(struct courier_order){.kind = COURIER_COUNT});
	assert_int_equal(done.trouble.code, SHK_ERR_NETWORK);
	assert_int_equal(list_of(clinic), before);
	assert_int_equal(login(clinic), SHK_ERR_NETWORK);
	assert_int_equal(state_of(clinic).queued, 1);
}

static void queue_goes_out_once(struct clinic *clinic)
{
	morning(clinic);
	network_goes(clinic);
	day_passes(clinic);
	network_returns(clinic);
}

static void test_the_queue_is_sent_later_once(void **state)
{
	struct clinic *clinic = *state;
	queue_goes_out_once(clinic);
	assert_int_equal(wire.registrations, 1);
	assert_int_equal(state_of(clinic).queued, 0);
	assert_int_equal(wire_number(NUMBERS_SQL), 2);
	assert_int_equal(wire_number("SELECT max(ref_version) FROM patient"), 1);
}

/* Somebody was confirmed at the reader meanwhile. */
static void test_what_was_confirmed_meanwhile_comes(void **state)
{
	struct clinic *clinic = *state;
	queue_goes_out_once(clinic);
	struct courier_done done = received(clinic);
	assert_int_equal(done.trouble.code, SHK_OK);
	assert_int_equal(done.report.charts_new, 1);
	assert_int_equal(list_of(clinic), 3);
	assert_int_equal(received(clinic).report.downloaded, 0);
	assert_int_equal(wire_number(NUMBERS_SQL), 3);
}

/* From 22 November on without network: 31 December is the last day of what came since. */
static void test_three_days_before_the_end_the_desk_is_warned(void **state)
{
	struct clinic *clinic = *state;
	morning(clinic);
	int64_t received_ms = state_of(clinic).received_ms;
	int64_t closes_ms = period_closes_ms(received_ms);
	assert_int_equal(overdue_of(received_ms, closes_ms - 3 * DAY_MS - 1).kind, OVERDUE_NONE);
	assert_int_equal(overdue_of(received_ms, closes_ms - 3 * DAY_MS).kind, OVERDUE_SOON);
	tap(2);
	/* On the last day it still comes, on the next it is gone, and that is said. */
	wire.time->now_ms = closes_ms - HOUR_MS;
	assert_int_equal(login(clinic), SHK_OK);
	struct courier_done done = ordered(clinic, &(struct courier_order){.kind = COURIER_COUNT});
	assert_int_equal(done.count.count, 2);
	wire.time->now_ms = closes_ms;
	assert_int_equal(overdue_of(received_ms, closes_ms).kind, OVERDUE_LOST);
	done = ordered(clinic, &(struct courier_order){.kind = COURIER_COUNT});
	assert_int_equal(done.count.count, 0);
}

static void test_a_queue_that_is_lost_is_found(void **state)
{
	struct clinic *clinic = *state;
	plant = PLANT_QUEUE_LOST;
	queue_goes_out_once(clinic);
	assert_int_not_equal(wire.registrations, 1);
	assert_int_not_equal(wire_number(NUMBERS_SQL), 2);
}

static void test_a_queue_that_is_sent_again_is_found(void **state)
{
	struct clinic *clinic = *state;
	morning(clinic);
	network_goes(clinic);
	plant = PLANT_SENT_TWICE;
	day_passes(clinic);
	network_returns(clinic);
	(void)ordered(clinic, &(struct courier_order){.kind = COURIER_SEND});
	assert_true(wire.registrations > 1);
	assert_int_not_equal(state_of(clinic).queued, 0);
}

#define AT_CLINIC_ON(engine, test)                                       \
	{                                                                \
#test " (" #engine ")", test, clinic_open, clinic_close, \
			(void *)(uintptr_t)&db_fixture_##engine          \
	}
#define AT_CLINIC(test) AT_CLINIC_ON(sqlite, test), AT_CLINIC_ON(postgres, test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_CLINIC(test_the_last_list_stands_with_its_age),
		AT_CLINIC(test_what_needs_the_service_is_refused_with_its_cause),
		AT_CLINIC(test_the_queue_is_sent_later_once),
		AT_CLINIC(test_what_was_confirmed_meanwhile_comes),
		AT_CLINIC(test_three_days_before_the_end_the_desk_is_warned),
		AT_CLINIC(test_a_queue_that_is_lost_is_found),
		AT_CLINIC(test_a_queue_that_is_sent_again_is_found),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
