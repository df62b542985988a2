/* SPDX-License-Identifier: Apache-2.0 */
/* Synchronising with a service that is a script: it binds numbers to people as the real one does.
 */
#include "lib/base/number.h"
#include "workstation/store/settings.h"
#include "workstation/store/test_store.h"
#include "workstation/desk/decide.h"
#include "workstation/desk/settle.h"
#include "workstation/desk/sync.h"

enum { TAPS_MAX = 8, PEOPLE_MAX = 4 };

static const struct actor nobody = {.now_ms = INT64_C(1795316400000)};

struct person {
	struct record_qualification qualification;
	char reference[64]; /* "" none */
};

struct tap {
	const char *id, *confirmed_at, *validity;
	int person;
	struct record_qualification qualification; /* as it was then */
};

/* The service and the desk's store. */
struct desk {
	struct test_store store;
	struct person people[PEOPLE_MAX];
	struct tap taps[TAPS_MAX];
	size_t taps_count;
	size_t next, begun_at, downloads, registrations;
	char cursor[NUMBER_TEXT_BYTES];
	int register_answer; /* 0: as the real one, else that outcome */
	int64_t taken_until; /* these numbers are other people's at the service */
	size_t fail_after;   /* results before next fails; 0: never */
	struct str problem;
};

/* Its cursor is the number of taps that were given. */
static int fake_begin(void *ctx, const struct source_ask *ask)
{
	struct desk *desk = ctx;
	int64_t given = 0;
	if (ask->from) {
		assert_string_equal(ask->from, "20261101");
		assert_string_equal(ask->to, "20261130");
		assert_null(ask->cursor);
	} else if (ask->cursor) {
		assert_int_equal(number_parse(str_of(ask->cursor), 0, TAPS_MAX, &given), 0);
	}
	desk->begun_at = (size_t)given;
	desk->next = (size_t)given;
	desk->downloads++;
	return 0;
}

/* The body of a confirmation, with what somebody's decision reads again. */
static struct str body(struct arena *arena, const struct record_qualification *said)
{
	struct str text = {0};
	assert_int_equal(
		arena_print(arena, &text,
			    "{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultStatus\":\"1\","
			    "\"QualificationValidity\":\"1\",\"ResultList\":[{"
			    "\"ResultOfQualificationConfirmation\":{"
			    "\"InsurerNumber\":\"%.*s\",\"InsuredIdentificationNumber\":\"2\","
			    "\"Name\":\"%.*s\",\"NameKana\":\"%.*s\",\"Birthdate\":\"%.*s\","
			    "\"Sex1\":\"1\"}}]},\"MessageHeader\":{\"SegmentOfResult\":\"1\"}}}",
			    STR_ARG(said->elements[RECORD_INSURER_NUMBER]),
			    STR_ARG(said->elements[RECORD_NAME]),
			    STR_ARG(said->elements[RECORD_NAME_KANA]),
			    STR_ARG(said->elements[RECORD_BIRTH])),
		0);
	return text;
}

static int fake_next(void *ctx, struct arena *arena, struct result *ret_result)
{
	struct desk *desk = ctx;
	if (desk->fail_after && desk->next == desk->fail_after)
		return SOURCE_FAILED;
	if (desk->next == desk->taps_count)
		return SOURCE_END;
	const struct tap *tap = &desk->taps[desk->next++];
	const char *reference = desk->people[tap->person].reference;
	*ret_result = (struct result){
		.id = str_of(tap->id),
		.confirmed_at = str_of(tap->confirmed_at),
		.validity = str_of(tap->validity),
		.reference = *reference ? str_of(reference) : (struct str){0},
		.raw = body(arena, &tap->qualification),
		.qualifications_count = 1,
		.first = &tap->qualification,
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

static struct person *person_of_tap(struct desk *desk, struct str id)
{
	for (size_t i = 0; i < desk->taps_count; i++)
		if (str_equal(str_of(desk->taps[i].id), id))
			return &desk->people[desk->taps[i].person];
	return NULL;
}

static int fake_register(void *ctx, struct arena *arena, const struct registration *registration,
			 struct str *ret_held)
{
	struct desk *desk = ctx;
	struct person *person = person_of_tap(desk, registration->result_id);
	(void)arena;
	assert_non_null(person);
	desk->registrations++;
	if (desk->register_answer)
		return desk->register_answer;
	if (!str_equal(str_of(person->reference), registration->expected)) {
		*ret_held = str_of(person->reference);
		return SOURCE_CONFLICT;
	}
	int64_t number;
	if (number_parse(registration->number, 0, desk->taken_until, &number) == 0 && number) {
		desk->problem = STR("reference_taken");
		return SOURCE_REFUSED;
	}
	assert_int_equal(str_to_c(registration->number, person->reference,
				  sizeof person->reference),
			 0);
	return 0;
}

static struct str fake_problem(void *ctx)
{
	const struct desk *desk = ctx;
	return desk->problem;
}

static struct source source(struct desk *desk)
{
	return (struct source){
		.begin = fake_begin,
		.next = fake_next,
		.cursor = fake_cursor,
		.end = fake_end,
		.reference_register = fake_register,
		.problem = fake_problem,
		.ctx = desk,
	};
}

static void person_set(struct person *person, const char *kana, const char *birth,
		       const char *insurer)
{
	struct str *elements = person->qualification.elements;
	elements[RECORD_NAME] = STR("患者　一");
	elements[RECORD_NAME_KANA] = str_of(kana);
	elements[RECORD_BIRTH] = str_of(birth);
	elements[RECORD_SEX] = STR("1");
	elements[RECORD_CARD_CLASS] = STR("01");
	elements[RECORD_INSURER_NUMBER] = str_of(insurer);
	elements[RECORD_INSURER_NAME] = STR("保険者");
	elements[RECORD_SYMBOL] = STR("1");
	elements[RECORD_NUMBER] = STR("2");
	elements[RECORD_BRANCH] = STR("01");
	elements[RECORD_VALID_FROM] = STR("20250401");
}

static void tap(struct desk *desk, const char *id, const char *confirmed_at, int person)
{
	assert_true(desk->taps_count < TAPS_MAX);
	desk->taps[desk->taps_count++] = (struct tap){
		.id = id,
		.confirmed_at = confirmed_at,
		.validity = "1",
		.person = person,
		.qualification = desk->people[person].qualification,
	};
}

static int desk_open(void **state)
{
	int r = test_store_open(state, sizeof(struct desk));
	struct desk *desk = *state;
	person_set(&desk->people[0], "ｶﾝｼﾞｬ ｲﾁ", "19700101", "06000004");
	person_set(&desk->people[1], "ｶﾝｼﾞｬ ﾆ", "19700101", "06000004");
	desk->people[1].qualification.elements[RECORD_NAME] = STR("患者　二");
	desk->people[1].qualification.elements[RECORD_BRANCH] = STR("02");
	person_set(&desk->people[2], "ｶﾝｼﾞｬ ｲﾁ", "19700101", "01130012");
	return r;
}

static struct sync_report synced(struct desk *desk, int outcome)
{
	struct source from = source(desk);
	struct sync_report report = {0};
	assert_int_equal(sync_run(desk->store.db, &from, &nobody, "20261101", "20261130", &report),
			 outcome);
	return report;
}

static struct sync_report synced_new(struct desk *desk, int outcome)
{
	struct source from = source(desk);
	struct sync_report report = {0};
	assert_int_equal(sync_run(desk->store.db, &from, &nobody, NULL, NULL, &report), outcome);
	return report;
}

struct listing {
	int64_t count, closed;
	int last_closed_on, last_begins;
};

static int insurance_note(void *ctx, const struct insurance *insurance)
{
	struct listing *listing = ctx;
	listing->count++;
	listing->last_begins = insurance->begins;
	if (insurance->closed_on) {
		listing->closed++;
		listing->last_closed_on = insurance->closed_on;
	}
	return 0;
}

static struct listing insurances(struct desk *desk, int64_t chart)
{
	struct listing listing = {0};
	assert_int_equal(store_insurances_each(desk->store.db, chart, insurance_note, &listing), 0);
	return listing;
}

static int chart_note(void *ctx, const struct chart *chart)
{
	(void)chart;
	(*(int64_t *)ctx)++;
	return 0;
}

static int64_t charts(struct desk *desk)
{
	int64_t count = 0;
	assert_int_equal(store_charts_each(desk->store.db, chart_note, &count), 0);
	return count;
}

static void test_a_new_patient_gets_a_chart_and_the_service_its_number(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a1", "20261110100000", 0);
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.downloaded, 1);
	assert_int_equal(report.charts_new, 1);
	assert_int_equal(report.registered, 1);
	assert_int_equal(report.queued, 0);
	assert_string_equal(desk->people[0].reference, "1");
	assert_int_equal(insurances(desk, 1).count, 1);
	assert_int_equal(desk->downloads, 1);
}

static void test_synchronising_twice_gives_nothing_twice(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a1", "20261110100000", 0);
	tap(desk, "b1", "20261110110000", 1);
	(void)synced(desk, 0);
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.known, 2);
	assert_int_equal(report.charts_new + report.linked + report.asked, 0);
	assert_int_equal(charts(desk), 2);
	assert_int_equal(desk->registrations, 2);
	assert_int_equal(insurances(desk, 1).count, 1);
}

static void test_two_taps_of_a_new_patient_are_one_chart(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a1", "20261110100000", 0);
	tap(desk, "a2", "20261112100000", 0);
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.charts_new, 1);
	assert_int_equal(report.linked, 1);
	assert_int_equal(report.asked, 0);
	assert_int_equal(report.downloaded, 2);
	assert_int_equal(charts(desk), 1);
}

static void test_a_namesake_waits_for_a_decision(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a1", "20261110100000", 0);
	tap(desk, "c1", "20261111100000", 2);
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.charts_new, 1);
	assert_int_equal(report.asked, 1);
	assert_string_equal(desk->people[2].reference, "");
	/* Still open next time, and still only one. */
	report = synced(desk, 0);
	assert_int_equal(report.asked, 1);
	assert_int_equal(charts(desk), 1);
}

static void test_an_open_decision_ends_when_the_service_knows(void **state)
{
	struct desk *desk = *state;
	enum seen_state seen;
	tap(desk, "a1", "20261110100000", 0);
	tap(desk, "c1", "20261111100000", 2);
	(void)synced(desk, 0);
	assert_int_equal(str_to_c(STR("1"), desk->people[2].reference, 64), 0);
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.linked, 1);
	assert_int_equal(report.asked, 0);
	assert_int_equal(store_seen_state(desk->store.db, STR("c1"), &seen), 0);
	assert_int_equal(seen, SEEN_DONE);
}

/* REQ seed-1.4.3 */
static void test_a_new_insurer_is_appended_and_the_old_one_closed(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a1", "20261110100000", 0);
	(void)synced(desk, 0);
	desk->people[0].qualification.elements[RECORD_INSURER_NUMBER] = STR("01130012");
	desk->people[0].qualification.elements[RECORD_VALID_FROM] = STR("20261115");
	tap(desk, "a2", "20261120100000", 0);
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.linked, 1);
	assert_int_equal(report.insurances_new, 1);
	struct listing listing = insurances(desk, 1);
	assert_int_equal(listing.count, 2);
	assert_int_equal(listing.closed, 1);
	assert_int_equal(listing.last_closed_on, 20261114);
	assert_int_equal(listing.last_begins, 20261115);
	assert_int_equal(charts(desk), 1);
}

static void test_a_result_that_is_not_valid_changes_nothing(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a1", "20261110100000", 0);
	(void)synced(desk, 0);
	desk->people[0].qualification.elements[RECORD_INSURER_NUMBER] = STR("01130012");
	tap(desk, "a2", "20261120100000", 0);
	desk->taps[1].validity = "2";
	tap(desk, "b1", "20261120110000", 1);
	desk->taps[2].validity = "4";
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.aside, 2);
	assert_int_equal(charts(desk), 1);
	assert_int_equal(insurances(desk, 1).count, 1);
	assert_int_equal(insurances(desk, 1).closed, 0);
}

static void test_a_number_is_queued_until_the_service_answers(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a1", "20261110100000", 0);
	desk->register_answer = SOURCE_FAILED;
	desk->problem = STR("network_timeout");
	struct sync_report report = synced(desk, SYNC_STOPPED);
	assert_int_equal(report.charts_new, 1);
	assert_int_equal(report.queued, 1);
	desk->register_answer = 0;
	report = synced(desk, 0);
	assert_int_equal(report.registered, 1);
	assert_int_equal(report.queued, 0);
	assert_string_equal(desk->people[0].reference, "1");
	assert_int_equal(charts(desk), 1);
}

static void test_a_lost_answer_is_recognised(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a1", "20261110100000", 0);
	desk->register_answer = SOURCE_FAILED;
	(void)synced(desk, SYNC_STOPPED);
	/* It had been registered all the same. */
	assert_int_equal(str_to_c(STR("1"), desk->people[0].reference, 64), 0);
	desk->register_answer = 0;
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.registered, 1);
	assert_int_equal(report.queued, 0);
}

static void test_a_refused_number_is_kept_and_not_tried_again(void **state)
{
	struct desk *desk = *state;
	struct queued *queued;
	size_t count;
	tap(desk, "a1", "20261110100000", 0);
	desk->register_answer = SOURCE_REFUSED;
	desk->problem = STR("result_not_found");
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.queued, 1);
	(void)synced(desk, 0);
	assert_int_equal(desk->registrations, 1);
	assert_int_equal(store_queue_list(desk->store.db, &desk->store.arena, false, &queued,
					  &count),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(queued[0].state, QUEUED_REFUSED);
	assert_str_equal(queued[0].problem, STR("result_not_found"));
}

/* Another PC has given it to another patient. */
static void test_a_number_that_is_taken_makes_room_for_the_next(void **state)
{
	struct desk *desk = *state;
	struct chart chart;
	tap(desk, "a1", "20261110100000", 0);
	desk->taken_until = 5;
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.registered, 1);
	assert_int_equal(report.queued, 0);
	assert_int_equal(store_chart_get(desk->store.db, &desk->store.arena, 1, &chart), 0);
	assert_str_equal(chart.reference, str_of(desk->people[0].reference));
	/* And those who come later do not seek from the beginning again. */
	size_t registrations = desk->registrations;
	tap(desk, "b1", "20261110110000", 1);
	report = synced(desk, 0);
	assert_int_equal(report.registered, 1);
	assert_int_equal(desk->registrations, registrations + 1);
	assert_true(strcmp(desk->people[0].reference, desk->people[1].reference) != 0);
}

/* Another PC was first with this very patient: both end with the same number. */
static void test_the_number_that_the_service_holds_becomes_the_new_charts(void **state)
{
	struct desk *desk = *state;
	struct chart chart;
	tap(desk, "a1", "20261110100000", 0);
	desk->register_answer = SOURCE_FAILED;
	(void)synced(desk, SYNC_STOPPED);
	desk->register_answer = 0;
	assert_int_equal(str_to_c(STR("41"), desk->people[0].reference, 64), 0);
	struct sync_report report = synced(desk, 0);
	assert_int_equal(report.joined, 1);
	assert_int_equal(report.queued, 0);
	assert_int_equal(store_chart_get(desk->store.db, &desk->store.arena, 1, &chart), 0);
	assert_str_equal(chart.reference, STR("41"));
	tap(desk, "a2", "20261112100000", 0);
	assert_int_equal(synced(desk, 0).linked, 1);
	assert_int_equal(charts(desk), 1);
}

/* A chart of the patient's with the service's number, that was not found: kana and name differed.
 */
static struct chart chart_put(struct desk *desk, const char *reference, const char *birth)
{
	struct chart chart = {.reference = str_of(reference),
			      .name = STR("患者　一"),
			      .kana = STR("カンジヤ　イチ"),
			      .birth = str_of(birth),
			      .sex = STR("1")};
	assert_int_equal(store_chart_add(desk->store.db, &desk->store.arena, &chart, &chart), 0);
	return chart;
}

static void test_a_chart_that_has_the_held_number_gets_the_result(void **state)
{
	struct desk *desk = *state;
	struct chart chart, own;
	struct seen seen;
	tap(desk, "a1", "20261110100000", 0);
	desk->register_answer = SOURCE_FAILED;
	(void)synced(desk, SYNC_STOPPED);
	chart = chart_put(desk, "41", "19700101");
	desk->register_answer = 0;
	assert_int_equal(str_to_c(STR("41"), desk->people[0].reference, 64), 0);
	assert_int_equal(synced(desk, 0).joined, 1);
	assert_int_equal(store_seen_get(desk->store.db, &desk->store.arena, STR("a1"), &seen), 0);
	assert_int_equal(seen.chart, chart.number);
	/* The duplicate is put away, and the journal says so. */
	assert_int_equal(store_chart_get(desk->store.db, &desk->store.arena, 1, &own), 0);
	assert_int_equal(own.state, CHART_AWAY);
	assert_int_equal(synced(desk, 0).queued, 0);
}

static void test_another_persons_held_number_is_shown(void **state)
{
	struct desk *desk = *state;
	struct queued *queued;
	size_t count;
	tap(desk, "a1", "20261110100000", 0);
	desk->register_answer = SOURCE_FAILED;
	(void)synced(desk, SYNC_STOPPED);
	(void)chart_put(desk, "X-9", "19700102");
	desk->register_answer = 0;
	assert_int_equal(str_to_c(STR("X-9"), desk->people[0].reference, 64), 0);
	assert_int_equal(synced(desk, 0).joined, 0);
	assert_int_equal(store_queue_list(desk->store.db, &desk->store.arena, false, &queued,
					  &count),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(queued[0].state, QUEUED_CONFLICT);
	assert_str_equal(queued[0].held, STR("X-9"));
}

/* What somebody has decided is not changed by a rule. */
static void test_a_person_s_decision_is_not_taken_back(void **state)
{
	struct desk *desk = *state;
	struct queued *queued;
	size_t count;
	struct chart chart = chart_put(desk, "7", "19700101");
	tap(desk, "a1", "20261110100000", 0);
	assert_int_equal(synced(desk, 0).asked, 1);
	const struct settle settle = {.result_id = STR("a1"), .chart = chart.number};
	int64_t settled;
	assert_int_equal(settle_run(desk->store.db, &nobody, &settle, &settled), 0);
	assert_int_equal(str_to_c(STR("X-9"), desk->people[0].reference, 64), 0);
	(void)synced(desk, 0);
	assert_int_equal(store_queue_list(desk->store.db, &desk->store.arena, false, &queued,
					  &count),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(queued[0].state, QUEUED_CONFLICT);
	assert_int_equal(store_chart_get(desk->store.db, &desk->store.arena, chart.number, &chart),
			 0);
	assert_str_equal(chart.reference, STR("7"));
}

/* Two charts of one person, made before they were known to be one; person 0 has number 1. */
static int64_t merged(struct desk *desk)
{
	const struct chart second = {.name = STR("患者　一"),
				     .kana = STR("カンジャ イチ"),
				     .birth = STR("19700101"),
				     .sex = STR("1")};
	struct chart into;
	tap(desk, "a", "20261120093000", 0);
	synced(desk, 0);
	assert_int_equal(store_chart_add(desk->store.db, &desk->store.arena, &second, &into), 0);
	assert_int_equal(decide_merge(desk->store.db, &nobody, 1, into.number), 0);
	return into.number;
}

static int64_t chart_of(struct desk *desk, const char *id)
{
	struct seen seen;
	assert_int_equal(store_seen_get(desk->store.db, &desk->store.arena, str_of(id), &seen), 0);
	return seen.state == SEEN_DONE ? seen.chart : 0;
}

static void test_a_merged_chart_s_number_leads_to_the_one_that_is_left(void **state)
{
	struct desk *desk = *state;
	const struct chart third = {.name = STR("患者　一"), .birth = STR("19700101")};
	struct chart last;
	int64_t into = merged(desk);
	/* The service has not been told yet. */
	desk->register_answer = SOURCE_FAILED;
	tap(desk, "b", "20261121093000", 0);
	synced(desk, SYNC_STOPPED);
	assert_int_equal(chart_of(desk, "b"), into);
	/* And merged once more. */
	assert_int_equal(store_chart_add(desk->store.db, &desk->store.arena, &third, &last), 0);
	assert_int_equal(decide_merge(desk->store.db, &nobody, into, last.number), 0);
	tap(desk, "c", "20261122093000", 0);
	synced(desk, SYNC_STOPPED);
	assert_int_equal(chart_of(desk, "c"), last.number);
	desk->register_answer = 0;
	synced(desk, 0);
	synced(desk, 0);
	assert_str_equal(str_of(desk->people[0].reference), last.reference);
}

static void test_a_merged_chart_s_number_with_another_birth_or_sex_is_asked_about(void **state)
{
	struct desk *desk = *state;
	(void)merged(desk);
	desk->people[0].qualification.elements[RECORD_BIRTH] = STR("19700102");
	tap(desk, "b", "20261121093000", 0);
	synced(desk, 0);
	assert_int_equal(chart_of(desk, "b"), 0);
	desk->people[0].qualification.elements[RECORD_BIRTH] = STR("19700101");
	desk->people[0].qualification.elements[RECORD_SEX] = STR("2");
	tap(desk, "c", "20261122093000", 0);
	synced(desk, 0);
	assert_int_equal(chart_of(desk, "c"), 0);
}

static void test_a_chart_put_away_takes_nothing_by_its_number(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a", "20261120093000", 0);
	synced(desk, 0);
	assert_int_equal(decide_away(desk->store.db, &nobody, 1, true), 0);
	tap(desk, "b", "20261121093000", 0);
	synced(desk, 0);
	assert_int_equal(chart_of(desk, "b"), 0);
}

static void test_what_came_before_a_broken_download_is_kept(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a1", "20261110100000", 0);
	tap(desk, "b1", "20261110110000", 1);
	desk->fail_after = 1;
	struct sync_report report = synced(desk, SYNC_STOPPED);
	assert_int_equal(report.charts_new, 1);
	assert_int_equal(report.queued, 1);
	desk->fail_after = 0;
	report = synced(desk, 0);
	assert_int_equal(report.charts_new, 1);
	assert_int_equal(report.registered, 2);
	assert_int_equal(charts(desk), 2);
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, desk_open, test_store_close)

static void test_what_was_taken_in_does_not_come_again(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a", "20261122100000", 0);
	assert_int_equal(synced_new(desk, 0).charts_new, 1);
	assert_int_equal(desk->begun_at, 0);
	tap(desk, "b", "20261122110000", 0);
	struct sync_report report = synced_new(desk, 0);
	assert_int_equal(desk->begun_at, 1);
	assert_int_equal(report.downloaded, 1);
	assert_int_equal(report.linked, 1);
	assert_int_equal(synced_new(desk, 0).downloaded, 0);
	/* A period is looked through from its beginning all the same. */
	assert_int_equal(synced(desk, 0).known, 2);
}

/* Put off in the first pass, decided in the second: both begin at the same place. */
static void test_what_is_put_off_is_not_behind_the_cursor(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a", "20261122100000", 0);
	tap(desk, "b", "20261122110000", 0);
	struct sync_report report = synced_new(desk, 0);
	assert_int_equal(report.charts_new, 1);
	assert_int_equal(report.linked, 1);
	assert_int_equal(desk->downloads, 2);
	assert_int_equal(desk->begun_at, 0);
	assert_int_equal(synced_new(desk, 0).downloaded, 0);
	assert_int_equal(desk->begun_at, 2);
}

static void test_a_cut_moves_no_cursor(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a", "20261122100000", 0);
	tap(desk, "b", "20261122110000", 1);
	desk->fail_after = 1;
	assert_int_equal(synced_new(desk, SYNC_STOPPED).charts_new, 1);
	desk->fail_after = 0;
	struct sync_report report = synced_new(desk, 0);
	assert_int_equal(desk->begun_at, 0);
	assert_int_equal(report.known, 1);
}

/* The number that settles it may be registered elsewhere, which makes no result new. */
static void test_while_something_waits_all_is_looked_through(void **state)
{
	struct desk *desk = *state;
	tap(desk, "a", "20261122100000", 0);
	assert_int_equal(synced_new(desk, 0).charts_new, 1);
	tap(desk, "b", "20261122110000", 2);
	assert_int_equal(synced_new(desk, 0).asked, 1);
	assert_int_equal(desk->begun_at, 1);
	synced_new(desk, 0);
	assert_int_equal(desk->begun_at, 0);
}

/* After a day without network: nothing is downloaded, the number goes out once. */
static void test_what_is_queued_is_sent_alone(void **state)
{
	struct desk *desk = *state;
	struct source service = source(desk);
	struct sync_report report;
	tap(desk, "a", "20261122100000", 0);
	desk->register_answer = SOURCE_FAILED;
	assert_int_equal(synced_new(desk, SYNC_STOPPED).queued, 1);
	desk->register_answer = 0;
	size_t downloads = desk->downloads;
	assert_int_equal(sync_send(desk->store.db, &service, &report), 0);
	assert_int_equal(report.registered, 1);
	assert_int_equal(report.queued, 0);
	assert_int_equal(desk->downloads, downloads);
	size_t registrations = desk->registrations;
	assert_int_equal(sync_send(desk->store.db, &service, &report), 0);
	assert_int_equal(desk->registrations, registrations);
}

static void test_a_setting_is_remembered_by_its_name(void **state)
{
	struct desk *desk = *state;
	int64_t number;
	struct str text;
	assert_int_equal(store_setting_number(desk->store.db, STR("a"), 7, &number), 0);
	assert_int_equal(number, 7);
	assert_int_equal(store_setting_number_put(desk->store.db, STR("a"), -12), 0);
	assert_int_equal(store_setting_number(desk->store.db, STR("a"), 7, &number), 0);
	assert_int_equal(number, -12);
	assert_int_equal(store_setting_put(desk->store.db, STR("a"), STR("x")), 0);
	assert_int_equal(store_setting_get(desk->store.db, &desk->store.arena, STR("a"), &text), 0);
	assert_str_equal(text, STR("x"));
	assert_int_equal(store_setting_put(desk->store.db, STR("a"), (struct str){0}), 0);
	assert_int_equal(store_setting_get(desk->store.db, &desk->store.arena, STR("a"), &text), 0);
	assert_null(text.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(test_a_new_patient_gets_a_chart_and_the_service_its_number),
		AT_DESK(test_synchronising_twice_gives_nothing_twice),
		AT_DESK(test_two_taps_of_a_new_patient_are_one_chart),
		AT_DESK(test_a_namesake_waits_for_a_decision),
		AT_DESK(test_an_open_decision_ends_when_the_service_knows),
		AT_DESK(test_a_new_insurer_is_appended_and_the_old_one_closed),
		AT_DESK(test_a_result_that_is_not_valid_changes_nothing),
		AT_DESK(test_a_number_is_queued_until_the_service_answers),
		AT_DESK(test_a_lost_answer_is_recognised),
		AT_DESK(test_a_refused_number_is_kept_and_not_tried_again),
		AT_DESK(test_a_number_that_is_taken_makes_room_for_the_next),
		AT_DESK(test_the_number_that_the_service_holds_becomes_the_new_charts),
		AT_DESK(test_a_chart_that_has_the_held_number_gets_the_result),
		AT_DESK(test_another_persons_held_number_is_shown),
		AT_DESK(test_a_person_s_decision_is_not_taken_back),
		AT_DESK(test_a_merged_chart_s_number_leads_to_the_one_that_is_left),
		AT_DESK(test_a_merged_chart_s_number_with_another_birth_or_sex_is_asked_about),
		AT_DESK(test_a_chart_put_away_takes_nothing_by_its_number),
		AT_DESK(test_what_came_before_a_broken_download_is_kept),
		AT_DESK(test_what_was_taken_in_does_not_come_again),
		AT_DESK(test_what_is_put_off_is_not_behind_the_cursor),
		AT_DESK(test_a_cut_moves_no_cursor),
		AT_DESK(test_while_something_waits_all_is_looked_through),
		AT_DESK(test_what_is_queued_is_sent_alone),
		AT_DESK(test_a_setting_is_remembered_by_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
