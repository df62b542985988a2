/* SPDX-License-Identifier: Apache-2.0 */
/* A service whose people are canaries: what is theirs must not be found in any copy of the store.
 */
#pragma once

#include "server/api/service_test.h"

#include <spawn.h>
#include <sys/wait.h>

#include "lib/db/engine.h"
#include "lib/db/testing.h"
#include "tests/acceptance/canary/canary.h"

/* Each test has words of its own: all of them may share one PostgreSQL. */
struct canary_words {
	const char *name, *kana, *address, *symbol, *person, *serial, *reference, *staff;
};

struct aviary {
	struct db_fixture *fixture;
	struct house *house;
	const struct canary_words *words;
	struct canaries canaries;
	char target[640];
	char log_path[128];
	size_t people;
};

/* PostgreSQL is told to log every statement with its parameters, as its administrator can. */
static inline void aviary_open(struct aviary *aviary, void **state,
			       const struct canary_words *words)
{
	void *part;
	aviary->fixture = db_fixture_of(state);
	aviary->words = words;
	bool postgres = aviary->fixture->options.engine == DB_POSTGRES;
	if (postgres)
		snprintf(aviary->target, sizeof aviary->target,
			 "%s options='-c log_statement=all -c search_path=%s'",
			 getenv("SHIKAKU_TEST_POSTGRES"), aviary->fixture->name);
	assert_int_equal(house_open_on(&part, postgres ? aviary->target : NULL), 0);
	aviary->house = part;
	snprintf(aviary->log_path, sizeof aviary->log_path, "%s/service.log",
		 aviary->house->folder);
	FILE *log = fopen(aviary->log_path, "a");
	assert_non_null(log);
	aviary->house->service->log.fd = fileno(log); /* closed with the process */
	aviary->house->service->log.level = LOG_LEVEL_DEBUG;
	const char *const texts[] = {words->name,   words->kana,   words->address,   words->symbol,
				     words->person, words->serial, words->reference, words->staff};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		canaries_add(&aviary->canaries, texts[i]);
}

/* The administrator's own connection; on SQLite whoever has the file. */
static inline struct db *aviary_owner(const struct aviary *aviary)
{
	bool postgres = aviary->fixture->options.engine == DB_POSTGRES;
	return postgres ? aviary->fixture->db : aviary->house->db;
}

/* Where PostgreSQL keeps its files; NUL-terminated, in the house's arena. */
static inline struct str aviary_data(const struct aviary *aviary)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(aviary_owner(aviary), "SELECT current_setting('data_directory')",
				  DB_NO_ARGS, &rows),
			 0);
	assert_int_equal(db_next(rows), 0);
	return house_print(aviary->house, "%.*s", STR_ARG(db_column_text(rows, 0)));
}

extern char **environ;

static inline void aviary_program(char *const argv[])
{
	pid_t pid;
	int status;
	assert_int_equal(posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* As shikaku-admin backup takes it: the file on SQLite; pg_dump's packed one, and that as text. */
static inline void aviary_backup(const struct aviary *aviary, const char *path)
{
	char packed[300], text[300], schema[100], target[700];
	if (aviary->fixture->options.engine == DB_SQLITE) {
		assert_int_equal(db_copy(aviary->house->db, path), 0);
		return;
	}
	snprintf(packed, sizeof packed, "--file=%s.packed", path);
	snprintf(text, sizeof text, "--file=%s", path);
	snprintf(schema, sizeof schema, "--schema=%s", aviary->fixture->name);
	snprintf(target, sizeof target, "--dbname=%s", getenv("SHIKAKU_TEST_POSTGRES"));
	char *pack[] = {"pg_dump", "--format=custom", packed, schema, target, NULL};
	char *unpack[] = {"pg_restore", text, packed + strlen("--file="), NULL};
	aviary_program(pack);
	aviary_program(unpack);
}

static inline void aviary_close(struct aviary *aviary)
{
	void *part = aviary->house;
	assert_int_equal(house_close(&part), 0);
}

/* One person with one result and a 照会番号, all through the rooms that the service uses. */
static inline void aviary_add(struct aviary *aviary, int n, struct str token)
{
	struct house *house = aviary->house;
	const struct canary_words *w = aviary->words;
	struct people_imported imported;
	struct str complaint = {0};
	struct str line = house_print(
		house,
		"{\"person\":\"%s%05d\",\"certificates\":[{\"aki\":\"a0b1\",\"serial\":\"%04x\"},"
		"{\"aki\":\"a0b1\",\"serial\":\"%s%06d\"}],\"qualifications\":[{"
		"\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"06132013\","
		"\"InsuredCardSymbol\":\"%s\",\"InsuredIdentificationNumber\":\"%05d\","
		"\"Name\":\"%s　%05d\",\"NameKana\":\"%s\",\"Address\":\"%s%d\",\"Sex1\":\"1\","
		"\"Birthdate\":\"19700101\",\"InsurerName\":\"試験健康保険組合\","
		"\"QualificationDate\":\"20200401\",\"PersonalFamilyClassification\":\"1\"}]}",
		w->person, n, (unsigned)n + 0x1000, w->serial, n, w->symbol, n, w->name, n, w->kana,
		w->address, n);
	int r = people_import(house->service->keys, house->db, &house->arena, line,
			      house->time.now_ms, &imported, &complaint);
	if (r)
		print_message("# %.*s\n", STR_ARG(complaint));
	assert_int_equal(r, 0);
	house_confirm(house, &house->here, n);
	aviary->people++;
	if (!token.ptr)
		return;
	assert_int_equal(house_get(house, "/v1/results",
				   STR("from=20261101000000&to=20261130235959&reference=without"),
				   token),
			 200);
	const struct json *results = json_member(house->json.root, "results");
	char key[33];
	random_id(key);
	struct house_call call = {
		.method = "PUT",
		.path = house_print(house, "/v1/results/%.*s/reference",
				    STR_ARG(json_text(json_member(json_at(results, 0), "id"))))
				.ptr,
		.token = token,
		.idempotency_key = key,
		.body = house_print(house, "{\"reference_number\":\"%s%d\",\"expected\":null}",
				    w->reference, n),
	};
	assert_int_equal(house_send(house, &call), 200);
}

static inline void aviary_fill(struct aviary *aviary, int people)
{
	struct house *house = aviary->house;
	struct staff staff = {.id = STR("s9"), .name = str_of(aviary->words->staff)};
	assert_int_equal(staff_put(house->service->keys, house->db, &house->arena, house->here.no,
				   &staff),
			 0);
	struct str token = house_session(house, "1310000003", &house->here.receipt).token;
	char kept[2048];
	assert_int_equal(str_to_c(token, kept, sizeof kept), 0);
	canaries_add_bytes(&aviary->canaries, str_bytes(house->here.receipt.seed, TOTP_SEED_BYTES));
	canaries_add_bytes(&aviary->canaries, secret_str(&house->here.receipt.password));
	for (int n = 1; n <= people; n++) {
		aviary_add(aviary, n, str_of(kept));
		arena_clear(&house->arena);
		arena_init(&house->arena, 16 << 20);
	}
}
