/* SPDX-License-Identifier: Apache-2.0 */
/* Two processes are two connections here; the tail is moved by hand, under a clock that is too. */
#include "server/store/testing.h"

#include "server/auth/tail.h"
#include "server/store/changes.h"

struct desk {
	struct db *db; /* the other process */
	struct clock_fake time;
	struct log log;
	struct token_cache *cache;
	struct tail *tail;
};

static void desk_open(void **state, struct desk *desk)
{
	*desk = (struct desk){.db = store_of(state), .log = {.fd = -1}};
	desk->time.now_ms = 1000000;
	assert_int_equal(token_cache_create(&desk->cache, 16), 0);
	struct tail_options options = {
		.db = db_fixture_of(state)->options,
		.cache = desk->cache,
		.clock = clock_of_fake(&desk->time),
		.log = &desk->log,
		.by_hand = true,
	};
	options.db.read_only = true;
	assert_int_equal(tail_create(&desk->tail, &options), 0);
}

static void desk_close(struct desk *desk)
{
	tail_destroy(desk->tail);
	token_cache_destroy(desk->cache);
}
#define DESK_OPEN(state)                   \
	struct desk desk AUTO(desk_close); \
	desk_open(state, &desk)

static const unsigned char digest[TOKEN_DIGEST_BYTES] = {1};

static void desk_believe(struct desk *desk)
{
	struct caller caller = {.account_no = 7,
				.device_no = 8,
				.session_id = {9},
				.until_ms = 1 << 30};
	token_cache_put(desk->cache, digest, &caller, 0, token_cache_state(desk->cache));
}

static bool desk_believes(struct desk *desk)
{
	struct caller caller;
	return token_cache_find(desk->cache, digest, 0, &caller) == 0;
}

static void test_each_kind_of_end_is_learned(void **state)
{
	DESK_OPEN(state);
	const unsigned char session[STORE_ID_BYTES] = {9}, other[STORE_ID_BYTES] = {10};
	desk_believe(&desk);
	assert_int_equal(store_change_add(desk.db, STORE_CHANGE_SESSION,
					  str_bytes(other, sizeof other), 1),
			 0);
	assert_int_equal(store_change_number_add(desk.db, STORE_CHANGE_ACCOUNT, 70, 1), 0);
	assert_int_equal(tail_poll(desk.tail), 0);
	assert_true(desk_believes(&desk));
	assert_int_equal(store_change_add(desk.db, STORE_CHANGE_SESSION,
					  str_bytes(session, sizeof session), 1),
			 0);
	assert_true(desk_believes(&desk));
	assert_int_equal(tail_poll(desk.tail), 0);
	assert_false(desk_believes(&desk));
	static const struct {
		enum store_change_kind kind;
		int64_t number;
	} ends[] = {{STORE_CHANGE_ACCOUNT, 7}, {STORE_CHANGE_DEVICE, 8}, {99, 1}};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		desk_believe(&desk);
		assert_int_equal(store_change_number_add(desk.db, ends[i].kind, ends[i].number, 1),
				 0);
		assert_int_equal(tail_poll(desk.tail), 0);
		assert_false(desk_believes(&desk));
	}
}

static void test_more_than_one_reading_holds_is_read_at_once(void **state)
{
	DESK_OPEN(state);
	desk_believe(&desk);
	assert_int_equal(db_begin(desk.db), 0);
	for (int i = 0; i < STORE_CHANGES_MAX; i++)
		assert_int_equal(store_change_number_add(desk.db, STORE_CHANGE_DEVICE, 1, 1), 0);
	assert_int_equal(store_change_number_add(desk.db, STORE_CHANGE_DEVICE, 8, 1), 0);
	assert_int_equal(db_commit(desk.db), 0);
	assert_int_equal(tail_poll(desk.tail), 0);
	assert_false(desk_believes(&desk));
}

static void test_a_gap_ends_every_belief(void **state)
{
	DESK_OPEN(state);
	desk_believe(&desk);
	assert_int_equal(store_change_number_add(desk.db, STORE_CHANGE_DEVICE, 1, 1), 0);
	assert_int_equal(store_change_number_add(desk.db, STORE_CHANGE_DEVICE, 1, 9), 0);
	assert_int_equal(store_changes_purge(desk.db, 5), 0);
	assert_int_equal(tail_poll(desk.tail), 0);
	assert_false(desk_believes(&desk));
	desk_believe(&desk);
	assert_int_equal(store_change_number_add(desk.db, STORE_CHANGE_DEVICE, 1, 1), 0);
	assert_int_equal(store_changes_purge(desk.db, 50), 0);
	assert_int_equal(tail_poll(desk.tail), 0);
	assert_false(desk_believes(&desk));
}

static void test_a_store_put_back_ends_every_belief(void **state)
{
	DESK_OPEN(state);
	assert_int_equal(store_change_number_add(desk.db, STORE_CHANGE_DEVICE, 1, 1), 0);
	assert_int_equal(tail_poll(desk.tail), 0);
	desk_believe(&desk);
	assert_int_equal(db_run(desk.db, "UPDATE change_last SET no = 0", DB_NO_ARGS, NULL), 0);
	assert_int_equal(tail_poll(desk.tail), 0);
	assert_false(desk_believes(&desk));
}

static void test_a_tail_that_cannot_read_grows_stale_and_recovers(void **state)
{
	DESK_OPEN(state);
	assert_true(tail_is_fresh(desk.tail));
	assert_int_equal(db_run(desk.db, "ALTER TABLE change_last RENAME TO away", DB_NO_ARGS,
				NULL),
			 0);
	desk.time.now_ms += TAIL_STALE_MS;
	assert_true(tail_poll(desk.tail) < 0);
	assert_true(tail_is_fresh(desk.tail));
	desk_believe(&desk);
	desk.time.now_ms += 1;
	assert_false(tail_is_fresh(desk.tail));
	assert_int_equal(db_run(desk.db, "ALTER TABLE away RENAME TO change_last", DB_NO_ARGS,
				NULL),
			 0);
	assert_int_equal(tail_poll(desk.tail), 0);
	assert_true(tail_is_fresh(desk.tail));
	assert_false(desk_believes(&desk));
}

static void test_the_thread_reads_by_itself_and_stops(void **state)
{
	DESK_OPEN(state);
	struct tail_options options = {
		.db = db_fixture_of(state)->options,
		.cache = desk.cache,
		.clock = clock_system,
		.log = &desk.log,
	};
	struct tail *tail;
	assert_int_equal(tail_create(&tail, &options), 0);
	desk_believe(&desk);
	assert_int_equal(store_change_number_add(desk.db, STORE_CHANGE_DEVICE, 8, 1), 0);
	int64_t begun_ms = clock_mono_ms(&clock_system);
	while (desk_believes(&desk) && clock_mono_ms(&clock_system) - begun_ms < 10000)
		continue;
	assert_false(desk_believes(&desk));
	tail_destroy(tail);
}

static const struct CMUnitTest tests[] = {
	DB_TEST(test_each_kind_of_end_is_learned),
	DB_TEST(test_more_than_one_reading_holds_is_read_at_once),
	DB_TEST(test_a_gap_ends_every_belief),
	DB_TEST(test_a_store_put_back_ends_every_belief),
	DB_TEST(test_a_tail_that_cannot_read_grows_stale_and_recovers),
	DB_TEST(test_the_thread_reads_by_itself_and_stops),
};

int main(void)
{
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
