/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power goes while results come in: a process that takes them into a sealed store is killed at
 * fifty moments (of ten days in the nightly form), between any two of its steps and inside them.
 * Started again it goes on, and in the end everything is there once: each result, each patient's
 * chart with its insurances, each number at the service. Nothing is left to be sent.
 */
#include "lib/base/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "workstation/desk/sync.h"
#include "workstation/store/store.h"

enum { FAMILIES = 10, GIVENS = 6 };
static const char *const families[FAMILIES] = {"ｱｵｷ", "ｲﾄｳ", "ｳﾉ",   "ｴﾉﾓﾄ", "ｵｶﾀﾞ",
					       "ｶﾄｳ", "ｷﾑﾗ", "ｸﾛﾀﾞ", "ｹﾝﾓﾁ", "ｺﾔﾏ"};
static const char *const givens[GIVENS] = {"ﾊﾅｺ", "ﾀﾛｳ", "ﾐﾎ", "ｼﾞﾛｳ", "ﾕｷ", "ｹﾝ"};

enum {
	PEOPLE = 60,
	TAPS_EACH = 3,
	TAPS = PEOPLE * TAPS_EACH,
	REFERENCE_BYTES = 32,
	FIRST_ID = 1000
};

static const struct actor nobody = {.now_ms = INT64_C(1795316400000)};

/* The service: what it holds outlives whoever asks. */
struct service {
	char references[PEOPLE][REFERENCE_BYTES];
	size_t given; /* results there are so far */
	size_t conflicts;
};

struct desk {
	struct service *service;
	struct secret key;
	char folder[64], path[96];
	int pulse; /* a byte for each step of the child; -1: nobody listens */
};

/* One download. */
struct visit {
	struct desk *desk;
	size_t next;
	char id[33], confirmed_at[32], kana[32], birth[16], number[16], cursor[NUMBER_TEXT_BYTES];
	struct record_qualification qualification;
};

static void pulse(const struct desk *desk)
{
	if (desk->pulse >= 0)
		assert_int_equal(write(desk->pulse, ".", 1), 1);
}

static int service_begin(void *ctx, const struct source_ask *ask)
{
	struct visit *visit = ctx;
	int64_t behind = 0;
	if (ask->cursor)
		assert_int_equal(number_parse(str_of(ask->cursor), 0, TAPS, &behind), 0);
	visit->next = (size_t)behind;
	return 0;
}

/* The n-th tap: whose, and by the third visit another insurer's. */
static int service_next(void *ctx, struct arena *arena, struct result *ret_result)
{
	struct visit *visit = ctx;
	struct str *elements = visit->qualification.elements;
	size_t n = visit->next, person = n % PEOPLE, round = n / PEOPLE;
	(void)arena;
	pulse(visit->desk);
	if (n == visit->desk->service->given)
		return SOURCE_END;
	visit->next++;
	unsigned who = (unsigned)person % PEOPLE, day = 20 + (unsigned)round % TAPS_EACH;
	(void)snprintf(visit->id, sizeof visit->id, "%028d%u", 0, FIRST_ID + (unsigned)n % TAPS);
	(void)snprintf(visit->confirmed_at, sizeof visit->confirmed_at, "202611%02u%06u", day, who);
	(void)snprintf(visit->birth, sizeof visit->birth, "19%02u0401", 20 + who);
	(void)snprintf(visit->number, sizeof visit->number, "%u", 1000 + who);
	(void)snprintf(visit->kana, sizeof visit->kana, "%s %s", families[who % FAMILIES],
		       givens[who / FAMILIES % GIVENS]);
	elements[RECORD_NAME] = STR("患者　見本");
	elements[RECORD_NAME_KANA] = str_of(visit->kana);
	elements[RECORD_BIRTH] = str_of(visit->birth);
	elements[RECORD_SEX] = STR("1");
	elements[RECORD_CARD_CLASS] = STR("01");
	elements[RECORD_INSURER_NUMBER] = round == 2 ? STR("06130012") : STR("01130012");
	elements[RECORD_SYMBOL] = STR("1");
	elements[RECORD_NUMBER] = str_of(visit->number);
	elements[RECORD_BRANCH] = STR("01");
	elements[RECORD_VALID_FROM] = STR("20250401");
	const char *reference = visit->desk->service->references[person];
	*ret_result = (struct result){.id = str_of(visit->id),
				      .confirmed_at = str_of(visit->confirmed_at),
				      .validity = STR("1"),
				      .reference = *reference ? str_of(reference) : (struct str){0},
				      .raw = STR("{}"),
				      .qualifications_count = 1,
				      .first = &visit->qualification};
	return 0;
}

static struct str service_cursor(void *ctx)
{
	struct visit *visit = ctx;
	return number_print((int64_t)visit->next, visit->cursor);
}

static void service_end(void *ctx)
{
	(void)ctx;
}

/* One person per number, and one number per person: what is held must be named. */
static int service_register(void *ctx, struct arena *arena, const struct registration *registration,
			    struct str *ret_held)
{
	struct visit *visit = ctx;
	struct service *service = visit->desk->service;
	struct str id = registration->result_id;
	int64_t tap;
	(void)arena;
	assert_int_equal(number_parse((struct str){id.ptr + id.len - 4, 4}, FIRST_ID,
				      FIRST_ID + TAPS - 1, &tap),
			 0);
	char *held = service->references[(tap - FIRST_ID) % PEOPLE];
	pulse(visit->desk);
	/* Asked again for what it has done: the answer was lost with the process. */
	if (str_equal(str_of(held), registration->number))
		return 0;
	if (!str_equal(str_of(held), registration->expected)) {
		service->conflicts++;
		*ret_held = str_of(held);
		return SOURCE_CONFLICT;
	}
	assert_int_equal(str_to_c(registration->number, held, REFERENCE_BYTES), 0);
	pulse(visit->desk);
	return 0;
}

static struct str service_problem(void *ctx)
{
	(void)ctx;
	return STR("none");
}

static void results_take(struct desk *desk)
{
	AUTO(db_closep) struct db *db = NULL;
	struct visit visit = {.desk = desk};
	const struct source source = {service_begin, service_next,     service_cursor,
				      service_end,   service_register, service_problem,
				      &visit};
	struct sync_report report;
	assert_int_equal(store_open_sealed(desk->path, &desk->key, &db), 0);
	assert_int_equal(sync_run(db, &source, &nobody, NULL, NULL, &report), 0);
}

/* --- killing --- */

static unsigned chance(unsigned *seed, unsigned below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

/* A process that takes results, killed soon after so many of its steps. Was it still at work? */
static bool results_take_killed(struct desk *desk, unsigned *seed)
{
	int ends[2];
	char step;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		desk->pulse = ends[1];
		results_take(desk);
		_exit(0);
	}
	close(ends[1]);
	for (unsigned left = chance(seed, 12); left > 0 && read(ends[0], &step, 1) == 1; left--)
		;
	/* Not just behind a step: anywhere in its work until the next. */
	for (volatile unsigned spin = chance(seed, 400000); spin > 0; spin--)
		;
	kill(child, SIGKILL);
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	close(ends[0]);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

/* --- what is there in the end --- */

static int64_t number_of(struct db *db, const char *sql)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(db, sql, DB_NO_ARGS, &rows), 0);
	assert_int_equal(db_next(rows), 0);
	return db_column_int(rows, 0);
}

static void references_check(const struct desk *desk)
{
	for (size_t a = 0; a < PEOPLE; a++) {
		assert_true(desk->service->references[a][0]);
		for (size_t b = 0; b < a; b++)
			assert_string_not_equal(desk->service->references[a],
						desk->service->references[b]);
	}
	assert_int_equal(desk->service->conflicts, 0);
}

static void all_is_there_once(struct desk *desk)
{
	AUTO(db_closep) struct db *db = NULL;
	assert_int_equal(store_open_sealed(desk->path, &desk->key, &db), 0);
	assert_int_equal(number_of(db, "SELECT count(*) FROM seen"), TAPS);
	assert_int_equal(number_of(db, "SELECT count(*) FROM seen WHERE chart = 0"), 0);
	assert_int_equal(number_of(db, "SELECT count(*) FROM chart"), PEOPLE);
	assert_int_equal(number_of(db, "SELECT count(DISTINCT reference) FROM chart"), PEOPLE);
	assert_int_equal(number_of(db, "SELECT count(*) FROM insurance"), 2 * PEOPLE);
	assert_int_equal(number_of(db, "SELECT count(*) FROM insurance WHERE closed_on = 0"),
			 PEOPLE);
	assert_int_equal(number_of(db, "SELECT count(*) FROM queue"), 0);
	references_check(desk);
}

static int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	assert_non_null(desk);
	*state = desk;
	desk->pulse = -1;
	desk->key.len = 32;
	memset(desk->key.bytes, 7, desk->key.len);
	snprintf(desk->folder, sizeof desk->folder, "/tmp/shikaku-kill-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	snprintf(desk->path, sizeof desk->path, "%s/charts.db", desk->folder);
	desk->service = mmap(NULL, sizeof *desk->service, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(desk->service != MAP_FAILED);
	return 0;
}

static void store_remove(const struct desk *desk)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	for (size_t i = 0; i < 4; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s", desk->path, ends[i]);
		unlink(path);
	}
}

static int desk_teardown(void **state)
{
	struct desk *desk = *state;
	store_remove(desk);
	assert_int_equal(rmdir(desk->folder), 0);
	munmap(desk->service, sizeof *desk->service);
	free(desk);
	return 0;
}

static void day_with_kills(struct desk *desk, unsigned seed)
{
	enum { KILLS = 50 };
	unsigned at_work = 0;
	for (unsigned i = 0; i < KILLS; i++) {
		/* Patients go on coming. */
		desk->service->given = (size_t)TAPS * (i + 1) / KILLS;
		at_work += results_take_killed(desk, &seed);
	}
	assert_true(at_work > KILLS / 2);
	results_take(desk);
	results_take(desk);
	all_is_there_once(desk);
}

static void test_killed_again_and_again_nothing_is_lost_or_doubled(void **state)
{
	struct desk *desk = *state;
	unsigned days = getenv("SHIKAKU_NIGHTLY") ? 10 : 1;
	for (unsigned day = 0; day < days; day++) {
		store_remove(desk);
		*desk->service = (struct service){0};
		day_with_kills(desk, 20261122 + day);
	}
}

/* The control: what the check above counts is what a quiet day brings. */
static void test_a_quiet_day_brings_the_same(void **state)
{
	struct desk *desk = *state;
	desk->service->given = TAPS;
	results_take(desk);
	all_is_there_once(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_killed_again_and_again_nothing_is_lost_or_doubled, desk_setup,
			desk_teardown),
		cmocka_unit_test_setup_teardown(test_a_quiet_day_brings_the_same, desk_setup,
						desk_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
