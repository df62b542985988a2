/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T05 login_machine_exhaustive: every sequence of twelve deeds up to a length (4, nightly 6), for
 * an account without an authenticator, for one with, and one shorter for one that is logged in. The
 * service must answer each deed as model.c does, nobody may reach data but by password and passcode
 * of this very session, and the ways that were seen are those of docs/login-paths.md. Virtual time;
 * the tree is walked with savepoints (one_store.h); a deed that only repeats what another way has
 * walked is left out (deed_repeats). Planted faults: a store that spends a passcode's step, a
 * challenge or a session's end only in name.
 */
#include <malloc.h>
#include <sched.h>

#include "server/api/service_test.h"

#include "tests/acceptance/T05/model.h"
#include "tests/acceptance/T05/one_store.h"

enum {
	LENGTH_SHORT = 4,
	LENGTH_NIGHTLY = 6,
	TEXT_BYTES = 2048,
	PATHS_MAX = 512,
	PATH_BYTES = 40,
	TOLD_MAX = 5,
	FRESH_BYTES = 1 << 20, /* a restart's large tables come zeroed from the kernel */
};

/* --- planted faults --- */

static bool faulty_totp, faulty_challenge, faulty_end;

int __real_totp_verify(struct str seed, struct str code, int64_t now_ms, int64_t last_step,
		       int64_t *ret_step);
int __wrap_totp_verify(struct str seed, struct str code, int64_t now_ms, int64_t last_step,
		       int64_t *ret_step);
int __real_store_totp_spend(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
			    int64_t step);
int __real_store_spent_add(struct db *db, enum store_spent_kind kind, struct str digest,
			   int64_t until_ms);
int __real_store_session_end(struct db *db, struct str id, int64_t now_ms);
int __wrap_store_totp_spend(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
			    int64_t step);
int __wrap_store_spent_add(struct db *db, enum store_spent_kind kind, struct str digest,
			   int64_t until_ms);
int __wrap_store_session_end(struct db *db, struct str id, int64_t now_ms);

int __wrap_totp_verify(struct str seed, struct str code, int64_t now_ms, int64_t last_step,
		       int64_t *ret_step)
{
	return __real_totp_verify(seed, code, now_ms, faulty_totp ? 0 : last_step, ret_step);
}

int __wrap_store_totp_spend(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
			    int64_t step)
{
	return faulty_totp ? 0 : __real_store_totp_spend(db, facility_no, account_no, n, step);
}

int __wrap_store_spent_add(struct db *db, enum store_spent_kind kind, struct str digest,
			   int64_t until_ms)
{
	return faulty_challenge ? 0 : __real_store_spent_add(db, kind, digest, until_ms);
}

int __wrap_store_session_end(struct db *db, struct str id, int64_t now_ms)
{
	return faulty_end ? 0 : __real_store_session_end(db, id, now_ms);
}

/* --- tables for one client: each restart and each logout walks them whole --- */

enum { PLACES_MAX = 64 };

int __real_token_cache_create(struct token_cache **ret_cache, size_t tokens_max);
int __real_buckets_create(struct buckets **ret_buckets, size_t slots);
int __wrap_token_cache_create(struct token_cache **ret_cache, size_t tokens_max);
int __wrap_buckets_create(struct buckets **ret_buckets, size_t slots);

int __wrap_token_cache_create(struct token_cache **ret_cache, size_t tokens_max)
{
	assert_true(tokens_max >= PLACES_MAX);
	return __real_token_cache_create(ret_cache, PLACES_MAX);
}

int __wrap_buckets_create(struct buckets **ret_buckets, size_t slots)
{
	assert_true(slots >= PLACES_MAX);
	return __real_buckets_create(ret_buckets, PLACES_MAX);
}

/* --- a client that keeps the newest of everything --- */

struct client {
	char challenge[TEXT_BYTES], token[TEXT_BYTES], handle[TEXT_BYTES];
	char passcode[TOTP_DIGITS + 1]; /* the last that was accepted */
	unsigned char seed[TOTP_SEED_BYTES];
	int64_t last_step;
	int64_t now_ms;
};

/* One deed of the way that is being walked, and what was there before it. */
struct place {
	enum deed deed;
	int status; /* what it was answered */
	struct client client;
	struct model model;
};

enum beginning {
	NEW = 0,
	ENROLLED = 1,
	LOGGED_IN = 3, /* deeds that came before */
};

struct walk {
	struct house *house;
	struct service_options options;
	struct place places[LENGTH_NIGHTLY + 1];
	enum beginning beginning;
	bool was_proven; /* before the way began */
	int depth;
	struct client client;
	struct model model;
	size_t deeds, wrong, unproven;
	char paths[PATHS_MAX][PATH_BYTES];
	size_t paths_count;
	unsigned keys; /* idempotency keys so far */
};

static void text_keep(struct house *house, const char *name, char text[TEXT_BYTES])
{
	assert_int_equal(str_to_c(house_text(house, name), text, TEXT_BYTES), 0);
}

static void tokens_keep(struct walk *walk)
{
	text_keep(walk->house, "access_token", walk->client.token);
	text_keep(walk->house, "refresh_handle", walk->client.handle);
}

static int login(struct walk *walk, bool right)
{
	struct house *house = walk->house;
	struct str password = secret_str(&house->here.receipt.password);
	int status = house_login(house, "1310000003", "WA0000001",
				 right ? password : STR("not-the-password-2026"));
	if (status == 200)
		text_keep(house, "challenge", walk->client.challenge);
	return status;
}

/* The next code that can still be good: this step's, or the next one's. */
static void passcode_next(struct walk *walk, char code[TOTP_DIGITS + 1])
{
	struct client *client = &walk->client;
	int64_t step = client->now_ms / TOTP_STEP_MS;
	if (client->last_step >= step)
		step++;
	struct str seed = str_bytes(client->seed, sizeof client->seed);
	assert_int_equal(totp_code(seed, step, code), 0);
}

static int mfa_send(struct walk *walk, const char *code)
{
	const char *challenge = walk->client.challenge[0] ? walk->client.challenge : "none";
	return house_mfa(walk->house, str_of(challenge), str_of(code));
}

static int mfa(struct walk *walk)
{
	char code[TOTP_DIGITS + 1];
	struct client *client = &walk->client;
	passcode_next(walk, code);
	int status = mfa_send(walk, code);
	if (status != 200)
		return status;
	int64_t step = client->now_ms / TOTP_STEP_MS;
	client->last_step = client->last_step < step ? step : step + 1;
	memcpy(client->passcode, code, sizeof code);
	tokens_keep(walk);
	return status;
}

/* Not one of the three that would be right now. */
static int mfa_wrong(struct walk *walk)
{
	struct str seed = str_bytes(walk->client.seed, sizeof walk->client.seed);
	char wrong[] = "000000", right[TOTP_DIGITS + 1];
	for (int64_t step = -1; step <= 1; step++) {
		assert_int_equal(totp_code(seed, walk->client.now_ms / TOTP_STEP_MS + step, right),
				 0);
		if (strcmp(right, wrong) == 0) {
			wrong[5]++;
			step = -2;
		}
	}
	return mfa_send(walk, wrong);
}

static int mfa_again(struct walk *walk)
{
	return walk->client.passcode[0] ? mfa_send(walk, walk->client.passcode) : mfa_wrong(walk);
}

static int refresh(struct walk *walk)
{
	struct house *house = walk->house;
	const char *handle = walk->client.handle[0] ? walk->client.handle : "none";
	char key[40];
	snprintf(key, sizeof key, "00000000-0000-4000-8000-0000%08x", ++walk->keys);
	int status = house_refresh(house, &house->here.receipt, str_of(handle),
				   secret_str(&house->here.receipt.password), key);
	if (status == 200)
		tokens_keep(walk);
	return status;
}

static struct str token_of(const struct walk *walk)
{
	return walk->client.token[0] ? str_of(walk->client.token) : (struct str){0};
}

static int data(struct walk *walk)
{
	return house_get(walk->house, "/v1/results/count",
			 STR("from=20261101000000&to=20261130235959"), token_of(walk));
}

static int logout(struct walk *walk)
{
	struct house_call call = {
		.method = "POST",
		.path = "/v1/logout",
		.body = STR("{}"),
		.token = token_of(walk),
	};
	return house_send(walk->house, &call);
}

static int enrol(struct walk *walk)
{
	house_enrol(walk->house, &walk->house->here.receipt);
	memcpy(walk->client.seed, walk->house->here.receipt.seed, sizeof walk->client.seed);
	walk->client.last_step = walk->client.now_ms / TOTP_STEP_MS;
	return 204;
}

static int wait(struct walk *walk, int64_t minutes)
{
	walk->client.now_ms += minutes * 60 * 1000;
	return 0;
}

static int restart(struct walk *walk)
{
	service_destroy(walk->house->service);
	assert_int_equal(service_create(&walk->house->service, &walk->options), 0);
	return 0;
}

static int deed_do(struct walk *walk, enum deed deed)
{
	walk->house->time.now_ms = walk->client.now_ms;
	assert_int_equal(tail_poll(walk->house->service->tail), 0);
	switch (deed) {
	case LOGIN_OK: return login(walk, true);
	case LOGIN_BAD: return login(walk, false);
	case MFA_OK: return mfa(walk);
	case MFA_BAD: return mfa_wrong(walk);
	case MFA_REPLAY: return mfa_again(walk);
	case REFRESH: return refresh(walk);
	case DATA: return data(walk);
	case LOGOUT: return logout(walk);
	case ENROL: return enrol(walk);
	case WAIT_31_MINUTES: return wait(walk, 31);
	case WAIT_13_HOURS: return wait(walk, 13 * 60);
	case RESTART: return restart(walk);
	case DEEDS: break;
	}
	return -1;
}

/* --- the walk --- */

static void way_print(const struct walk *walk, int status, int expected)
{
	char text[512] = "";
	for (int i = 0; i <= walk->depth; i++) {
		size_t len = strlen(text);
		snprintf(text + len, sizeof text - len, " %s", deed_name(walk->places[i].deed));
	}
	print_message("#%s: %d, not %d\n", text, status, expected);
}

/* Data only behind a password and then a passcode, with nothing since that ends a session. */
static bool way_is_proven(const struct walk *walk)
{
	bool password = false, passcode = walk->was_proven;
	for (int i = 0; i < walk->depth; i++) {
		enum deed deed = walk->places[i].deed;
		bool done = walk->places[i].status == 200;
		password = password || (deed == LOGIN_OK && done);
		passcode = passcode || (deed == MFA_OK && done && password);
		if (walk->places[i].status == 204 || deed == WAIT_13_HOURS)
			password = passcode = false; /* logged out, enrolled anew, a night */
	}
	return passcode;
}

static void path_note(struct walk *walk, enum deed deed, const struct model *before, int status)
{
	char state[5], path[PATH_BYTES];
	if (status == 0)
		return;
	model_print(before, state);
	snprintf(path, sizeof path, "%s %s %d", state, deed_name(deed), status);
	for (size_t i = 0; i < walk->paths_count; i++)
		if (strcmp(walk->paths[i], path) == 0)
			return;
	assert_true(walk->paths_count < PATHS_MAX);
	memcpy(walk->paths[walk->paths_count++], path, sizeof path);
}

static void deed_judge(struct walk *walk, enum deed deed)
{
	struct model before = walk->model;
	int expected = model_do(&walk->model, deed);
	int status = deed_do(walk, deed);
	walk->places[walk->depth].status = status;
	walk->deeds++;
	if (status != expected && walk->wrong++ < TOLD_MAX)
		way_print(walk, status, expected);
	if (deed == DATA && status == 200 && !way_is_proven(walk)) {
		walk->unproven++;
		way_print(walk, status, 401);
	}
	path_note(walk, deed, &before, status);
	arena_clear(&walk->house->arena);
}

/*
 * What leads nowhere new. A restart costs as much as forty calls: with nothing after it it shows
 * nothing, and one of a service that has only just started finds what that start found. An
 * enrolment that is the very first deed is where the walk of the enrolled account begins, and that
 * one goes a deed further.
 */
static bool deed_repeats(const struct walk *walk, enum deed deed, int length)
{
	bool first = walk->depth == 0 && walk->beginning == NEW;
	bool restarted = walk->depth > 0 && walk->places[walk->depth - 1].deed == RESTART;
	if (deed == RESTART)
		return first || restarted || walk->depth + 1 == length;
	return deed == ENROL && first;
}

/* What a restart saw there has not happened here: no head of a later time is signed yet. */
static void store_return(const struct walk *walk)
{
	one_store_return(walk->depth);
	atomic_store(&walk->house->service->clock_guard.head_ms, 0);
}

/* Depth first: each place remembers what was there before its deed. */
static void walk_all(struct walk *walk, int length)
{
	walk->depth = 0;
	walk->places[0] = (struct place){LOGIN_OK, 0, walk->client, walk->model};
	one_store_mark(0);
	while (walk->depth >= 0) {
		struct place *place = &walk->places[walk->depth];
		walk->client = place->client;
		walk->model = place->model;
		if (place->deed == DEEDS) {
			walk->depth--;
			if (walk->depth >= 0) {
				store_return(walk);
				walk->places[walk->depth].deed++;
			}
			continue;
		}
		if (deed_repeats(walk, place->deed, length)) {
			place->deed++;
			continue;
		}
		deed_judge(walk, place->deed);
		if (walk->depth + 1 < length) {
			one_store_mark(++walk->depth);
			walk->places[walk->depth] =
				(struct place){LOGIN_OK, 0, walk->client, walk->model};
		} else {
			store_return(walk);
			place->deed++;
		}
	}
}

/* One call at a time goes through the service's threads: no other processor has to be woken. */
static void processor_keep(void)
{
	cpu_set_t here;
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	int r = sched_setaffinity(0, sizeof here, &here);
	(void)r; /* only slower */
}

static void walk_open(struct walk *walk, enum beginning beginning)
{
	static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};
	void *part;
	*walk = (struct walk){.depth = 0};
	assert_int_equal(house_open(&part), 0);
	walk->house = part;
	service_destroy(walk->house->service);
	db_close(walk->house->db);
	one_store_begin();
	walk->options = (struct service_options){
		.config = &walk->house->config,
		.clock = clock_of_fake(&walk->house->time),
		.log_fd = -1,
		.cost = &cheap,
		.tail_by_hand = true,
	};
	assert_int_equal(service_create(&walk->house->service, &walk->options), 0);
	struct db_options db = service_db_options(&walk->house->config, false);
	assert_int_equal(db_open(&walk->house->db, &db), 0);
	walk->client.now_ms = walk->model.now_ms = walk->house->time.now_ms;
	/* No deed of the way itself. */
	for (int i = 0; i < (int)beginning; i++) {
		static const enum deed first[] = {ENROL, LOGIN_OK, MFA_OK};
		assert_int_equal(deed_do(walk, first[i]), model_do(&walk->model, first[i]));
	}
	walk->beginning = beginning;
	walk->was_proven = beginning == LOGGED_IN;
}

static void walk_close(struct walk *walk)
{
	void *part = walk->house;
	assert_int_equal(house_close(&part), 0);
	one_store_end();
}

/* --- the inventory --- */

static bool path_is_written(const char *documented, const char *path)
{
	char line[PATH_BYTES + 8];
	snprintf(line, sizeof line, "\n    %s\n", path);
	return strstr(documented, line);
}

/* Lines of four blanks in docs/login-paths.md. */
static size_t paths_written(const char *documented)
{
	size_t count = 0;
	for (const char *line = documented; (line = strstr(line, "\n    ")); line++)
		count++;
	return count;
}

static char *document_read(void)
{
	const char *path = getenv("SHIKAKU_LOGIN_PATHS");
	assert_non_null(path);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	char *text = test_calloc(1, 64 * 1024);
	size_t len = fread(text, 1, 64 * 1024 - 1, file);
	assert_true(len > 0 && len < 64 * 1024 - 1);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* What short ways do not come to stands behind this line. */
static const char longer_ways[] = "\nOnly in ways of five deeds and more:\n";

static void paths_compare(const struct walk *walk)
{
	char *documented = document_read();
	char *longer = strstr(documented, longer_ways);
	assert_non_null(longer);
	if (!getenv("SHIKAKU_NIGHTLY"))
		longer[1] = '\0';
	size_t missing = 0;
	for (size_t i = 0; i < walk->paths_count; i++)
		if (!path_is_written(documented, walk->paths[i])) {
			print_message("# not in docs/login-paths.md: %s\n", walk->paths[i]);
			missing++;
		}
	assert_int_equal(missing, 0);
	assert_int_equal(paths_written(documented), walk->paths_count);
	test_free(documented);
}

/* --- tests --- */

static int length_wanted(void)
{
	return getenv("SHIKAKU_NIGHTLY") ? LENGTH_NIGHTLY : LENGTH_SHORT;
}

static void test_every_way_is_answered_as_the_model_says(void **state)
{
	(void)state;
	struct walk walk;
	char paths[PATHS_MAX][PATH_BYTES];
	size_t paths_count = 0;
	static const struct {
		enum beginning beginning;
		const char *name;
		int shorter;
	} rows[] = {{NEW, "no authenticator", 0},
		    {ENROLLED, "enrolled", 0},
		    {LOGGED_IN, "logged in", 1}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int length = length_wanted() - rows[i].shorter;
		walk_open(&walk, rows[i].beginning);
		memcpy(walk.paths, paths, sizeof paths);
		walk.paths_count = paths_count;
		walk_all(&walk, length);
		memcpy(paths, walk.paths, sizeof paths);
		paths_count = walk.paths_count;
		print_message("# %zu deeds, length %d, %s\n", walk.deeds, length, rows[i].name);
		walk_close(&walk);
		assert_int_equal(walk.wrong, 0);
		assert_int_equal(walk.unproven, 0);
	}
	paths_compare(&walk);
}

static size_t wrong_with(bool *fault, enum beginning beginning, int length)
{
	struct walk walk;
	walk_open(&walk, beginning);
	*fault = true;
	walk_all(&walk, length);
	*fault = false;
	walk_close(&walk);
	return walk.wrong;
}

static void test_the_walk_sees_a_passcode_that_is_good_twice(void **state)
{
	(void)state;
	assert_true(wrong_with(&faulty_totp, LOGGED_IN, 2) > 0);
}

static void test_the_walk_sees_a_challenge_that_is_good_twice(void **state)
{
	(void)state;
	assert_true(wrong_with(&faulty_challenge, ENROLLED, 3) > 0);
}

static void test_the_walk_sees_a_session_that_survives_its_end(void **state)
{
	(void)state;
	assert_true(wrong_with(&faulty_end, LOGGED_IN, 2) > 0);
}

int main(void)
{
	processor_keep();
	mallopt(M_MMAP_THRESHOLD, FRESH_BYTES);
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_way_is_answered_as_the_model_says),
		cmocka_unit_test(test_the_walk_sees_a_passcode_that_is_good_twice),
		cmocka_unit_test(test_the_walk_sees_a_challenge_that_is_good_twice),
		cmocka_unit_test(test_the_walk_sees_a_session_that_survives_its_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
