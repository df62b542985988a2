/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A desk with 50,000 charts, taken in from a patient list: 10,000 results taken in, the lists asked
 * for as the page asks. Prints milliseconds (results in, their CPU, list, search, month), the
 *largest memory in KiB, and the milliseconds of the patient list, one line:
 *
 *	station_bench FOLDER	which is empty, and is left with the store
 */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "lib/base/period.h"
#include "lib/web/web_fake.h"
#include "tests/workstation/script.h"
#include "workstation/faces/station.h"
#include "workstation/import/job.h"
#include "workstation/keeper_vault.h"

enum {
	CHARTS = 50 * 1000,
	RESULTS = 10 * 1000,
	REPEATS = 5,
	LINE_BYTES = 256,
	LIST_ARENA_BYTES = 64 * 1024 * 1024,
	LIST_STEP_ROWS = 200, /* as the page */
};

#define NOW_MS INT64_C(1795316400000)

static double clock_ms(clockid_t which)
{
	struct timespec at;
	(void)clock_gettime(which, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

/* --- people --- */

struct person {
	char name[64], kana[64], birth[PERIOD_DATE_BYTES], number[24], reference[24];
	char at[PERIOD_DATETIME_BYTES];
};

static void person_make(size_t n, struct person *person)
{
	static const char *const syllables[] = {"ｶ", "ｻ", "ﾀ", "ﾅ", "ﾊ", "ﾏ", "ﾔ", "ﾗ", "ﾜ", "ｱ"};
	size_t len = 0;
	for (size_t rest = n, i = 0; i < 6; i++, rest /= 10)
		len += (size_t)snprintf(person->kana + len, sizeof person->kana - len, "%s%s",
					syllables[rest % 10], i == 2 ? " " : "");
	(void)snprintf(person->name, sizeof person->name, "見本　%zu号", n);
	(void)snprintf(person->birth, sizeof person->birth, "%d%02d%02d", 1930 + (int)(n % 80),
		       1 + (int)(n / 80 % 12), 1 + (int)(n / 960 % 28));
	(void)snprintf(person->number, sizeof person->number, "%zu", n);
	(void)snprintf(person->reference, sizeof person->reference, "%zu", n);
}

static struct script_tap tap_of(const struct person *person)
{
	return (struct script_tap){
		.at = person->at,
		.method = "pin",
		.validity = "1",
		.name = person->name,
		.kana = person->kana,
		.birth = person->birth,
		.sex = "1",
		.insurer_number = "06000004",
		.insurer_name = "さくら健康保険組合",
		.symbol = "12",
		.number = person->number,
		.branch = "01",
		.relation = "1",
		.from = "20250401",
	};
}

/* Seven of ten come with their number, two are new, and one has a chart and no number. */
static void result_tap(void *ctx, size_t n, struct script_tap *ret_tap)
{
	struct person *person = ctx;
	size_t kind = n % 10;
	person_make(1 + (kind == 8 || kind == 9 ? CHARTS + n : n * 4), person);
	period_datetime_print(NOW_MS - (int64_t)(RESULTS - n) * 300 * 1000, person->at);
	*ret_tap = tap_of(person);
	if (kind < 7)
		ret_tap->reference = person->reference;
	if (kind == 6) /* another insurer */
		ret_tap->insurer_number = "01130012";
}

/* A patient list as another program writes it. */
static int list_write(struct arena *arena, struct str *ret_list)
{
	const size_t size = (size_t)CHARTS * LINE_BYTES;
	struct person person;
	char *bytes = arena_bytes(arena, size);
	if (!bytes)
		return -ENOMEM;
	size_t len = (size_t)snprintf(bytes, size,
				      "患者番号,氏名,カナ,生年月日,性別,保険者番号,保険者名,"
				      "記号,番号,枝番\n");
	for (size_t n = 1; n <= CHARTS; n++) {
		person_make(n, &person);
		len += (size_t)snprintf(bytes + len, size - len,
					"%s,%s,%s,%s,男,06000004,さくら健康保険組合,12,%s,01\n",
					person.reference, person.name, person.kana, person.birth,
					person.number);
	}
	*ret_list = (struct str){bytes, len};
	return 0;
}

/* Taken in as the page does it, step after step. */
static int list_take(struct db *db, double *ret_ms)
{
	AUTO(arena_clear) struct arena arena;
	AUTO(import_job_destroyp) struct import_job *job = NULL;
	const struct actor actor = {.staff = STR("01"), .now_ms = NOW_MS};
	const struct import_wish wish = {.dry = false};
	struct import_report report = {.per_mille = 0};
	struct str list;
	arena_init(&arena, LIST_ARENA_BYTES);
	int r = list_write(&arena, &list);
	if (!r)
		r = import_job_create(&job, list);
	double start = clock_ms(CLOCK_MONOTONIC);
	if (!r)
		import_job_begin(job, &wish);
	while (!r) {
		arena_clear(&arena);
		r = import_job_step(job, db, &actor, LIST_STEP_ROWS, &arena, &report);
	}
	*ret_ms = clock_ms(CLOCK_MONOTONIC) - start;
	return r == IMPORT_END && report.counts.fates[IMPORT_MADE] == CHARTS ? 0 : -EIO;
}

static int results_take(struct db *db, double *ret_ms, double *ret_cpu_ms)
{
	struct sync_report report = {0};
	struct person person;
	double start = clock_ms(CLOCK_MONOTONIC), cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
	int r = script_run(db, result_tap, &person, 0, RESULTS, NOW_MS, &report);
	*ret_ms = clock_ms(CLOCK_MONOTONIC) - start;
	*ret_cpu_ms = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	(void)fprintf(stderr, "%lld linked, %lld new, %lld asked, %lld insurances\n",
		      (long long)report.linked, (long long)report.charts_new,
		      (long long)report.asked, (long long)report.insurances_new);
	return r;
}

/* --- the page's calls --- */

static int asked(struct station *station, const char *path, const char *body, double *ret_ms)
{
	struct web_exchange exchange = {0};
	const struct web_request request = {.method = STR("POST"),
					    .path = str_of(path),
					    .body = str_of(body)};
	double best = 1e9;
	int status = 0;
	for (int i = 0; i < REPEATS; i++) {
		double start = clock_ms(CLOCK_MONOTONIC);
		web_fake_call(&station_app, station, &request, &exchange);
		double ms = clock_ms(CLOCK_MONOTONIC) - start;
		status = exchange.reply.status;
		best = ms < best ? ms : best;
		web_fake_clear(&exchange);
	}
	*ret_ms = best;
	return status == 200 ? 0 : -EIO;
}

#define FACILITY	  "1311234569"
#define OF_FACILITY(with) "{\"facility\":\"" FACILITY "\",\"with\":" with "}"

struct figures {
	double list_in_ms, import_ms, import_cpu_ms, list_ms, search_ms, month_ms;
};

/* The store as the page opens it: sealed, its key from the vault. */
static int figures_take(struct station *station, const struct keeper *keeper, struct figures *f)
{
	AUTO(db_closep) struct db *db = NULL;
	double ignored;
	/* Only the first of the repeats makes it. */
	(void)asked(station, "/api/setup",
		    "{\"with\":{\"facility\":\"" FACILITY "\",\"facility_name\":\"m\","
		    "\"staff\":\"01\",\"staff_name\":\"s\",\"password\":\"correct horse\"}}",
		    &ignored);
	int r = keeper->store(keeper->ctx, STR(FACILITY), &db);
	if (!r)
		r = list_take(db, &f->list_in_ms);
	if (!r)
		r = results_take(db, &f->import_ms, &f->import_cpu_ms);
	if (!r)
		r = asked(station, "/api/results", OF_FACILITY("{}"), &f->list_ms);
	if (!r)
		r = asked(station, "/api/results", OF_FACILITY("{\"search\":\"ヤナカ\"}"),
			  &f->search_ms);
	if (!r)
		r = asked(station, "/api/monthly", OF_FACILITY("{}"), &f->month_ms);
	return r;
}

static int bench(const char *folder, struct figures *ret_figures)
{
	struct clock_fake time = {.now_ms = NOW_MS};
	const struct clock clock = clock_of_fake(&time);
	const struct log log = {.fd = 2, .level = LOG_LEVEL_WARNING, .clock = &clock};
	AUTO(keeper_vault_clear) struct keeper_vault vault = {.clock = &clock};
	(void)snprintf(vault.home.path, sizeof vault.home.path, "%s/home", folder);
	const struct keeper keeper = keeper_of_vault(&vault);
	const struct station_config config = {.clock = &clock,
					      .log = &log,
					      .keeper = &keeper,
					      .version = STR("0")};
	AUTO(station_destroyp) struct station *station = NULL;
	int r = station_create(&station, &config);
	if (!r)
		r = figures_take(station, &keeper, ret_figures);
	return r;
}

int main(int argc, char **argv)
{
	struct figures f = {0};
	struct rusage usage;
	if (argc != 2 || bench(argv[1], &f))
		return argc != 2 ? 2 : 1;
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf("%.1f %.1f %.2f %.2f %.2f %ld %.1f\n", f.import_ms, f.import_cpu_ms, f.list_ms,
		     f.search_ms, f.month_ms, usage.ru_maxrss, f.list_in_ms);
	return 0;
}
