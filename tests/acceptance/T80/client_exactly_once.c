/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T80 client_exactly_once: answers get lost, requests arrive twice, results are delivered twice,
 * and the power goes between the download and the chart - and each result lands in the desk's store
 * once, each 照会番号 is effective at the service once.
 *
 * One desk lives through all the runs: in each of them one to three patients are tapped, some of
 * them for the first time; the desk synchronises under accidents until it gets through; then its
 * store is held against the service. The library is the real one, over the real service on either
 * engine; a power cut leaves the files as they lay on the disk at that moment, before a commit or
 * after it. Every put of a result is noted by a trigger, in the same transaction, so that a cut
 * takes the note along.
 *
 * Whole form: 10,000 runs; short: 100. Planted faults, each of which must be found: a desk that
 * forgets what it has seen, and one that forgets what it has to register.
 */
#include "lib/base/test.h"

#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/acceptance/T70/wire.h"
#include "workstation/desk/sync.h"
#include "workstation/link/source_shk.h"
#include "workstation/store/store.h"

enum {
	RUNS_SHORT = 100,
	RUNS_WHOLE = 10000,
	RUNS_CONTROL = 60,
	PEOPLE_MAX = 4000,
	TRIES_MAX = 200,
	PATH_BYTES = 160,
	COPY_BYTES = 65536,
};

enum plant { PLANT_NONE, PLANT_SEEN_FORGOTTEN, PLANT_QUEUE_FORGOTTEN };

struct world {
	shk_client *client;
	struct source_shk shk;
	struct source inner, source; /* the library's; with each result now and then twice */
	char folder[64], path[PATH_BYTES], image[PATH_BYTES];
	struct db *db;
	uint64_t seed;
	int people;
	int64_t taps;
	size_t lost, doubled, delivered_twice, cuts_before, cuts_after;
	/* a result that is given again */
	struct result last;
	bool is_calm; /* no more accidents in this run */
};

static struct {
	struct world *world; /* whose commits are watched; NULL: nobody's */
	enum plant plant;
	bool is_cut; /* the power is gone: nothing works until it is back */
} stage;

/* --- chance --- */

static uint64_t draw(struct world *world)
{
	world->seed ^= world->seed << 13;
	world->seed ^= world->seed >> 7;
	world->seed ^= world->seed << 17;
	return world->seed;
}

static bool chance(struct world *world, unsigned in)
{
	return !world->is_calm && draw(world) % in == 0;
}

static enum wire_accident accident(void *ctx, const struct transport_request *request)
{
	struct world *world = ctx;
	(void)request;
	if (chance(world, 12)) {
		world->lost++;
		return WIRE_ANSWER_LOST;
	}
	if (chance(world, 12)) {
		world->doubled++;
		return WIRE_TWICE;
	}
	return chance(world, 20) ? WIRE_NOT_SENT : WIRE_WELL;
}

/* --- the power --- */

static void file_copy(const char *from, const char *to, const char *end)
{
	static char bytes[COPY_BYTES];
	char source[PATH_BYTES + 8], target[PATH_BYTES + 8];
	ssize_t n;
	(void)snprintf(source, sizeof source, "%s%s", from, end);
	(void)snprintf(target, sizeof target, "%s%s", to, end);
	(void)unlink(target);
	int in = open(source, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return;
	int out = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(out >= 0);
	while ((n = read(in, bytes, sizeof bytes)) > 0)
		assert_int_equal(write(out, bytes, (size_t)n), n);
	close(in);
	close(out);
}

static int power_cut(struct world *world)
{
	file_copy(world->path, world->image, "");
	file_copy(world->path, world->image, "-wal");
	stage.is_cut = true;
	return -EIO;
}

int __real_db_commit(struct db *db);
int __wrap_db_commit(struct db *db);
int __wrap_db_commit(struct db *db)
{
	struct world *world = stage.world;
	if (!world || db != world->db)
		return __real_db_commit(db);
	if (chance(world, 25)) {
		world->cuts_before++;
		return power_cut(world);
	}
	int r = __real_db_commit(db);
	if (r == 0 && chance(world, 25)) {
		world->cuts_after++;
		return power_cut(world);
	}
	return r;
}

/* What lay on the disk, found by the next start. */
static void power_back(struct world *world)
{
	char shm[PATH_BYTES + 8];
	db_close(world->db);
	file_copy(world->image, world->path, "");
	(void)snprintf(shm, sizeof shm, "%s-wal", world->path);
	(void)unlink(shm);
	file_copy(world->image, world->path, "-wal");
	(void)snprintf(shm, sizeof shm, "%s-shm", world->path);
	(void)unlink(shm);
	stage.is_cut = false;
	world->db = NULL;
	assert_int_equal(store_open(world->path, &world->db), 0);
}

/* --- planted faults --- */

int __real_store_seen_state(struct db *db, struct str result_id, enum seen_state *ret_state);
int __wrap_store_seen_state(struct db *db, struct str result_id, enum seen_state *ret_state);
int __wrap_store_seen_state(struct db *db, struct str result_id, enum seen_state *ret_state)
{
	int r = __real_store_seen_state(db, result_id, ret_state);
	if (stage.plant == PLANT_SEEN_FORGOTTEN)
		*ret_state = SEEN_NEVER;
	return r;
}

int __real_store_queue_add(struct db *db, struct str result_id, int64_t chart, struct str number,
			   struct str expected);
int __wrap_store_queue_add(struct db *db, struct str result_id, int64_t chart, struct str number,
			   struct str expected);
int __wrap_store_queue_add(struct db *db, struct str result_id, int64_t chart, struct str number,
			   struct str expected)
{
	if (stage.plant == PLANT_QUEUE_FORGOTTEN)
		return 0;
	return __real_store_queue_add(db, result_id, chart, number, expected);
}

/* --- results twice --- */

static int twice_begin(void *ctx, const struct source_ask *ask)
{
	struct world *world = ctx;
	world->last = (struct result){.id = {0}};
	return world->inner.begin(world->inner.ctx, ask);
}

static int twice_next(void *ctx, struct arena *arena, struct result *ret_result)
{
	struct world *world = ctx;
	/* Its texts still stand in the page that the library holds. */
	if (world->last.id.ptr && chance(world, 6)) {
		*ret_result = world->last;
		world->last = (struct result){.id = {0}};
		world->delivered_twice++;
		return 0;
	}
	int r = world->inner.next(world->inner.ctx, arena, ret_result);
	world->last = r == 0 ? *ret_result : (struct result){.id = {0}};
	return r;
}

static struct str twice_cursor(void *ctx)
{
	struct world *world = ctx;
	return world->inner.cursor(world->inner.ctx);
}

static void twice_end(void *ctx)
{
	struct world *world = ctx;
	world->inner.end(world->inner.ctx);
}

static int twice_register(void *ctx, struct arena *arena, const struct registration *registration,
			  struct str *ret_held)
{
	struct world *world = ctx;
	return world->inner.reference_register(world->inner.ctx, arena, registration, ret_held);
}

static struct str twice_problem(void *ctx)
{
	struct world *world = ctx;
	return world->inner.problem(world->inner.ctx);
}

/* --- the world --- */

static void notes_make(struct world *world)
{
	static const char *const statements[] = {
		"CREATE TABLE note (what TEXT NOT NULL, id TEXT NOT NULL)",
		"CREATE TRIGGER note_add AFTER INSERT ON seen WHEN NEW.state = 2 BEGIN"
		" INSERT INTO note VALUES ('seen', NEW.result_id); END",
		"CREATE TRIGGER note_again AFTER UPDATE ON seen WHEN NEW.state = 2 BEGIN"
		" INSERT INTO note VALUES ('seen', NEW.result_id); END",
	};
	static_assert(SEEN_DONE == 2, "as the triggers say");
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
		assert_int_equal(db_run(world->db, statements[i], DB_NO_ARGS, NULL), 0);
}

static void log_in(struct world *world)
{
	AUTO(secret_wipe) struct secret secret = {0};
	char password[SECRET_BYTES_MAX + 1], passcode[7];
	wire_password(&secret);
	assert_int_equal(str_to_c(secret_str(&secret), password, sizeof password), 0);
	assert_int_equal(shk_login(world->client, WIRE_FACILITY, WIRE_LOGIN_ID, password), SHK_OK);
	wire_passcode(passcode);
	assert_int_equal(shk_mfa(world->client, passcode), SHK_OK);
}

static void world_open(struct world *world, uint64_t seed)
{
	*world = (struct world){.seed = seed};
	(void)snprintf(world->folder, sizeof world->folder, "/tmp/shikaku-T80-XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	(void)snprintf(world->path, sizeof world->path, "%s/desk.db", world->folder);
	(void)snprintf(world->image, sizeof world->image, "%s/image.db", world->folder);
	assert_int_equal(store_open(world->path, &world->db), 0);
	notes_make(world);
	assert_int_equal(shk_client_create(&world->client), SHK_OK);
	assert_int_equal(shk_client_set_service(world->client, WIRE_ORIGIN), SHK_OK);
	assert_int_equal(shk_client_set_product(world->client, "試験", "T80", "1"), SHK_OK);
	assert_int_equal(shk_client_set_device_folder(world->client, NULL), SHK_OK);
	log_in(world);
	wire.accident = accident;
	wire.ctx = world;
	world->shk = (struct source_shk){.client = world->client};
	world->inner = source_of_shk(&world->shk);
	world->source = (struct source){.begin = twice_begin,
					.next = twice_next,
					.cursor = twice_cursor,
					.end = twice_end,
					.reference_register = twice_register,
					.problem = twice_problem,
					.ctx = world};
	stage.world = world;
	stage.is_cut = false;
}

static int entry_remove(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
	(void)facts, (void)kind, (void)walk;
	return remove(path);
}

static void world_close(struct world *world)
{
	stage.world = NULL;
	wire.accident = NULL;
	source_shk_clear(&world->shk);
	shk_client_destroy(world->client);
	db_close(world->db);
	nftw(world->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- one run --- */

static void patients_come(struct world *world)
{
	size_t count = 1 + draw(world) % 3;
	for (size_t i = 0; i < count; i++) {
		bool is_new =
			world->people == 0 || (world->people < PEOPLE_MAX && draw(world) % 3 == 0);
		int person =
			is_new ? ++world->people : 1 + (int)(draw(world) % (uint64_t)world->people);
		if (is_new)
			wire_person(person);
		wire.time->now_ms += 1000;
		wire_tap(person);
		world->taps++;
	}
	/* What was recorded this very second may still get company. */
	wire.time->now_ms += 2000;
}

/* True: through. */
static bool try_once(struct world *world)
{
	struct sync_report report;
	const struct actor nobody = {.now_ms = INT64_C(1795316400000)};
	int r = sync_run(world->db, &world->source, &nobody, NULL, NULL, &report);
	if (stage.is_cut) {
		power_back(world);
		return false;
	}
	assert_true(r >= 0);
	if (r == 0)
		return true;
	if (shk_session_state(world->client) == SHK_SESSION_NONE ||
	    shk_error_code(world->client) == SHK_ERR_SESSION) {
		wire.accident = NULL;
		log_in(world);
		wire.accident = accident;
	}
	return false;
}

static void desk_synchronises(struct world *world)
{
	size_t tries = 0;
	world->is_calm = false;
	while (!try_once(world))
		assert_true(++tries < TRIES_MAX);
	/* What was put off while the wire was bad is settled when it is good. */
	world->is_calm = true;
	assert_true(try_once(world));
}

static int64_t number_of(struct db *db, const char *sql)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(db, sql, DB_NO_ARGS, &rows), 0);
	assert_int_equal(db_next(rows), 0);
	return db_column_int(rows, 0);
}

/* What is wrong; NULL: nothing. */
static const char *judge(struct world *world)
{
	struct db *desk = world->db;
	if (number_of(desk, "SELECT count(*) FROM seen") != world->taps)
		return "a result is missing";
	if (number_of(desk, "SELECT count(*) FROM note") != world->taps)
		return "a result landed twice";
	if (number_of(desk, "SELECT count(*) FROM seen WHERE state <> 2"))
		return "a result waits though nothing is unclear";
	if (number_of(desk, "SELECT count(*) FROM chart") != world->people)
		return "not one chart for each person";
	if (number_of(desk, "SELECT count(*) FROM insurance") != world->people)
		return "not one insurance for each person";
	if (number_of(desk, "SELECT count(*) FROM queue"))
		return "a number is still queued";
	if (wire_number("SELECT count(*) FROM patient WHERE ref_hmac IS NOT NULL") != world->people)
		return "a number is missing at the service";
	if (wire_number("SELECT count(*) FROM patient WHERE ref_version <> 1"))
		return "a number was effective twice";
	return NULL;
}

/* The first thing that is wrong; NULL: nothing in all the runs. */
static const char *runs(size_t count, enum plant plant, struct world *world)
{
	const char *wrong = NULL;
	world_open(world, 88172645463325252ULL);
	stage.plant = plant;
	for (size_t i = 0; !wrong && i < count; i++) {
		patients_come(world);
		desk_synchronises(world);
		wrong = judge(world);
	}
	stage.plant = PLANT_NONE;
	world_close(world);
	return wrong;
}

static int house_enrolled(void **state)
{
	assert_int_equal(db_fixture_setup(state), 0);
	wire_open(db_fixture_of(state));
	return 0;
}

static int house_left(void **state)
{
	wire_close();
	return db_fixture_teardown(state);
}

static void test_each_result_lands_once_and_each_number_is_effective_once(void **state)
{
	(void)state;
	bool is_whole = getenv("SHIKAKU_NIGHTLY") != NULL;
	static struct world world;
	const char *wrong = runs(is_whole ? RUNS_WHOLE : RUNS_SHORT, PLANT_NONE, &world);
	if (wrong)
		print_message("# %s\n", wrong);
	assert_null(wrong);
	print_message("# %lld results of %d people; %zu answers lost, %zu requests twice, "
		      "%zu results delivered twice, %zu power cuts before a commit, %zu after\n",
		      (long long)world.taps, world.people, world.lost, world.doubled,
		      world.delivered_twice, world.cuts_before, world.cuts_after);
	assert_true(world.lost && world.doubled && world.delivered_twice);
	assert_true(world.cuts_before && world.cuts_after);
}

static void test_a_desk_that_forgets_what_it_saw_is_found(void **state)
{
	(void)state;
	static struct world world;
	const char *wrong = runs(RUNS_CONTROL, PLANT_SEEN_FORGOTTEN, &world);
	assert_non_null(wrong);
	assert_string_equal(wrong, "a result landed twice");
}

static void test_a_desk_that_forgets_to_register_is_found(void **state)
{
	(void)state;
	static struct world world;
	assert_non_null(runs(RUNS_CONTROL, PLANT_QUEUE_FORGOTTEN, &world));
}

#define IN_HOUSE_ON(engine, test)                                         \
	{                                                                 \
#test " (" #engine ")", test, house_enrolled, house_left, \
			(void *)(uintptr_t)&db_fixture_##engine           \
	}
#define IN_HOUSE(test) IN_HOUSE_ON(sqlite, test), IN_HOUSE_ON(postgres, test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_HOUSE(test_each_result_lands_once_and_each_number_is_effective_once),
		IN_HOUSE(test_a_desk_that_forgets_what_it_saw_is_found),
		IN_HOUSE(test_a_desk_that_forgets_to_register_is_found),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
