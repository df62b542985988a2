/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T79 refno_linearizable: 20 clients set, replace, clear and read the 照会番号 of the same people,
 * one in a call or two, while commits are reported wrongly, writes are undone and answers are lost;
 * the history is linearisable on both engines. With a store that loses a write it acknowledged, and
 * with one that forgets idempotency keys, the same judgement must fail. 50 characters are accepted
 * and 51 refused, by characters and not by bytes.
 */
#include "lib/db/testing.h"
#include "server/api/service_test.h"
#include "tests/acceptance/T79/clients.h"
#include "tests/acceptance/T79/faults.h"

enum { STEPS = 16, STEPS_PLANTED = 6, ROUNDS_SHORT = 3, ROUNDS_NIGHTLY = 60, ROUNDS_PLANTED = 10 };

#define HERE   "1310000003"
#define PERIOD "from=20261101000000&to=20261130235959"

struct run {
	struct house *house;
	struct clients clients;
	struct history_step steps[HISTORY_STEPS_MAX];
	struct history history;
};

static void results_find(struct run *run)
{
	struct house *house = run->house;
	assert_int_equal(house_get(house, "/v1/results", STR(PERIOD), run->clients.token), 200);
	const struct json *results = json_member(house->json.root, "results");
	assert_int_equal(json_count(results), HISTORY_PEOPLE);
	for (size_t i = 0; i < HISTORY_PEOPLE; i++) {
		struct str id = json_text(json_member(json_at(results, i), "id"));
		assert_int_equal(str_to_c(id, run->clients.results[i], 33), 0);
	}
}

/* A client that is turned away asks again at once: twenty of those leave the others no time. */
static void queues_widen(void *ctx, struct config *config)
{
	(void)ctx;
	config->limits.read_queue = config->limits.writer_queue = 2 * CLIENTS;
}

static struct run *run_open(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct run *run = test_calloc(1, sizeof *run);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	void *part;
	const struct house_options options = {
		.postgres_target = postgres ? fixture->target : NULL,
		.configure = queues_widen,
	};
	assert_int_equal(house_open_with(&part, &options), 0);
	run->house = part;
	for (int i = 0; i < HISTORY_PEOPLE; i++) {
		house_import(run->house, i + 1);
		house_confirm(run->house, &run->house->here, i + 1);
	}
	struct house_session mine = house_session(run->house, HERE, &run->house->here.receipt);
	run->clients = (struct clients){
		.service = run->house->service,
		.token = mine.token,
		.query = STR(PERIOD),
		.steps = STEPS,
	};
	run->history.steps = run->steps;
	results_find(run);
	return run;
}

static void run_close(struct run *run)
{
	void *part = run->house;
	assert_int_equal(house_close(&part), 0);
	test_free(run);
}

/* One round under these faults. */
static enum history_verdict round_run(struct run *run, unsigned kinds)
{
	run->clients.seed++;
	faults = kinds;
	bool good = clients_run(&run->clients, &run->history);
	faults = 0;
	assert_true(good);
	return history_judge(&run->history);
}

static size_t steps_count(const struct history *history, enum history_kind kind)
{
	size_t count = 0;
	for (size_t i = 0; i < history->count; i++)
		count += history->steps[i].kind == kind;
	return count;
}

static void test_one_order_explains_what_twenty_clients_were_told(void **state)
{
	struct run *run = run_open(state);
	int rounds = getenv("SHIKAKU_NIGHTLY") ? ROUNDS_NIGHTLY : ROUNDS_SHORT;
	size_t seen[HISTORY_UNKNOWN + 1] = {0};
	for (int i = 0; i < rounds; i++) {
		assert_int_equal(round_run(run, FAULTS_COMMIT | FAULTS_UNDONE), HISTORY_HOLDS);
		for (int kind = 0; kind <= HISTORY_UNKNOWN; kind++)
			seen[kind] += steps_count(&run->history, (enum history_kind)kind);
	}
	print_message("# %d rounds: %zu read, %zu written, %zu conflicts, %zu taken, %zu unknown\n",
		      rounds, seen[HISTORY_READ], seen[HISTORY_WRITTEN], seen[HISTORY_CONFLICT],
		      seen[HISTORY_TAKEN], seen[HISTORY_UNKNOWN]);
	for (int kind = 0; kind <= HISTORY_UNKNOWN; kind++)
		assert_true(seen[kind] > 0);
	run_close(run);
}

/* Threads decide whom it hits: some rounds may hold by luck, not all. */
static void planted_run(void **state, unsigned kinds)
{
	struct run *run = run_open(state);
	enum history_verdict verdict = HISTORY_HOLDS;
	run->clients.steps = STEPS_PLANTED;
	for (int i = 0; i < ROUNDS_PLANTED && verdict != HISTORY_BROKEN; i++)
		verdict = round_run(run, kinds);
	assert_int_equal(verdict, HISTORY_BROKEN);
	run_close(run);
}

static void test_a_lost_write_is_found(void **state)
{
	planted_run(state, FAULTS_LOST);
}

static void test_a_forgotten_key_is_found(void **state)
{
	planted_run(state, FAULTS_FORGETFUL | FAULTS_COMMIT);
}

/* --- the length --- */

static int number_put(struct run *run, const char *character, size_t count, const char *expected)
{
	static int key;
	char number[256] = "";
	for (size_t i = 0, len = strlen(character); i < count; i++)
		memcpy(number + i * len, character, len + 1);
	struct house *house = run->house;
	struct str members =
		house_print(house, "\"reference_number\":\"%s\",\"expected\":%s", number, expected);
	struct house_call one = {
		.method = "PUT",
		.token = run->clients.token,
		.path = house_print(house, "/v1/results/%s/reference", run->clients.results[0]).ptr,
		.idempotency_key = house_print(house, "length-of-a-number-%d", ++key).ptr,
		.body = house_print(house, "{%.*s}", STR_ARG(members)),
	};
	struct house_call many = {
		.method = "PUT",
		.token = run->clients.token,
		.path = "/v1/references",
		.idempotency_key = house_print(house, "length-of-numbers-%d", key).ptr,
		.body = house_print(house, "{\"references\":[{\"result_id\":\"%s\",%.*s}]}",
				    run->clients.results[0], STR_ARG(members)),
	};
	int status = house_send(house, &many);
	/* The other call finds what the first has made, or refuses it as well. */
	int again = house_send(house, &one);
	assert_int_equal(again, status == 200 ? 409 : status);
	return status;
}

static void test_fifty_characters_are_accepted_and_fifty_one_refused(void **state)
{
	/* 1 to 4 bytes each; the last pair are two characters though they look like one. */
	static const char *const characters[] = {"7", "é", "あ", "𠮷", "か\xe3\x82\x99"};
	struct run *run = run_open(state);
	struct str expected = STR("null");
	for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++) {
		size_t fifty = i == 4 ? 25 : 50;
		struct history_state before, after;
		assert_true(clients_read(&run->clients, &before));
		assert_int_equal(number_put(run, characters[i], fifty + 1, expected.ptr), 422);
		assert_problem(run->house, "field_invalid");
		assert_true(clients_read(&run->clients, &after));
		assert_memory_equal(&before, &after, sizeof before);
		assert_int_equal(number_put(run, characters[i], fifty, expected.ptr), 200);
		assert_problem(run->house, "reference_conflict");
		struct str held = json_text(json_member(json_member(run->house->json.root, "held"),
							"reference_number"));
		assert_int_equal(held.len, fifty * strlen(characters[i]));
		expected = house_print(run->house, "\"%.*s\"", STR_ARG(held));
	}
	run_close(run);
}

/* --- the judge itself --- */

static enum history_verdict judge(struct history_step *steps, size_t count)
{
	struct history history = {.steps = steps, .count = count};
	return history_judge(&history);
}

static void test_the_judge_knows_good_from_bad(void **state)
{
	(void)state;
	struct history_step steps[] = {
		{.kind = HISTORY_WRITTEN, .asked = 1, .answered = 4, .number = 1, .version = 1},
		{.kind = HISTORY_CONFLICT, .asked = 2, .answered = 3, .number = 2, .held = 1},
		{.kind = HISTORY_READ, .asked = 5, .answered = 6, .seen = {{1}, {1}}},
	};
	assert_int_equal(judge(steps, 3), HISTORY_HOLDS);
	steps[2].seen.number[0] = 0; /* a reading from before the write that was answered */
	steps[2].seen.version[0] = 0;
	assert_int_equal(judge(steps, 3), HISTORY_BROKEN);
	steps[0].kind = HISTORY_UNKNOWN; /* never answered: it may come last, but not both ways */
	assert_int_equal(judge(steps, 3), HISTORY_BROKEN);
	steps[1].kind = HISTORY_READ;
	assert_int_equal(judge(steps, 3), HISTORY_HOLDS);
	steps[1] = (struct history_step){
		.kind = HISTORY_TAKEN, .asked = 2, .answered = 3, .person = 1, .number = 1};
	assert_int_equal(judge(steps, 2), HISTORY_HOLDS);
	steps[1].number = 2;
	assert_int_equal(judge(steps, 2), HISTORY_BROKEN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_judge_knows_good_from_bad),
		DB_TEST(test_one_order_explains_what_twenty_clients_were_told),
		DB_TEST(test_a_lost_write_is_found),
		DB_TEST(test_a_forgotten_key_is_found),
		DB_TEST(test_fifty_characters_are_accepted_and_fifty_one_refused),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
