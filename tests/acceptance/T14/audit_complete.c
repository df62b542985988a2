/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T14 audit_complete: any mix of calls, right and refused, is in the audit trail exactly once: what
 * reads or writes patient data or logs in as one row with the request's id, everything else by its
 * number under the id of the first. Each line has the call, its outcome, facility, account, device
 * and time; what was shown is listed by result and patient. Nothing that is forbidden is in it.
 *
 * The time is an instant (milliseconds, UTC); audit list and the history print it as JST. A
 * patient is named by a random id instead of an HMAC: nothing can be tested against it, and it
 * stays when keys are rotated.
 *
 * While rows cannot be written, nothing leaves: 503, and no patient data; counts are answered until
 * the first try to write them, kept, and written afterwards.
 *
 * Planted faults: rows lost, counts lost, rows doubled, another account, items left out - each must
 * be found.
 */
#include "server/api/service_test.h"

#include "lib/base/number.h"
#include "lib/db/testing.h"
#include "lib/wire/wire.h"
#include "tests/acceptance/T14/spoilt_trail.h"

enum {
	CALLS_SHORT = 1000,
	CALLS_FULL = 100000,
	CALLS_SPOILT = 300,
	SPAN_MS = 400 * 1000, /* of all calls together: within a token's life */
	PEOPLE = 3,
	FOUND_TOLD_MAX = 5,
};

#define PERIOD	"from=20261101000000&to=20261130235959"
#define CANARY	"CANARY14"
#define NAME_OF "試験　太郎"

/* What one call was answered, as the trail must have it. */
struct entry {
	char request_id[33];
	const char *call; /* NULL: not in the trail */
	char outcome[48];
	int64_t facility_no, account_no;
	int64_t at_ms;
	bool own_row;
	bool met;
	size_t results;
	unsigned char first[STORE_ID_BYTES]; /* of the results that were shown */
};

struct run {
	struct house *house;
	struct arena keep;
	struct str token, password, cursor, tag, result_id;
	struct entry *entries;
	size_t count, max;
	int64_t step_us;
	int64_t passed_us;
	uint32_t seed;
	size_t found; /* what is wrong with the trail */
};

static uint32_t dice(struct run *run, uint32_t sides)
{
	run->seed ^= run->seed << 13;
	run->seed ^= run->seed >> 17;
	run->seed ^= run->seed << 5;
	return run->seed % sides;
}

/* --- calls --- */

static struct entry *entry_begin(struct run *run)
{
	struct entry *entry = &run->entries[run->count++];
	assert_true(run->count <= run->max);
	snprintf(entry->request_id, sizeof entry->request_id, "%032zu", run->count);
	run->passed_us += run->step_us;
	run->house->time.now_ms = HOUSE_NOW_MS + run->passed_us / 1000;
	entry->at_ms = run->house->time.now_ms;
	return entry;
}

static void results_note(struct run *run, struct entry *entry)
{
	const struct json *results = json_member(run->house->json.root, "results");
	struct str id;
	entry->results = json_count(results);
	if (!entry->results)
		return;
	assert_int_equal(decode_hex(&run->house->arena,
				    json_text(json_member(json_at(results, 0), "id")), &id),
			 0);
	memcpy(entry->first, id.ptr, sizeof entry->first);
}

static void outcome_note(struct run *run, struct entry *entry)
{
	const struct web_reply *reply = &run->house->last.reply;
	struct str outcome = STR("ok");
	if (reply->status == 304)
		outcome = STR("not_modified");
	else if (reply->status >= 400)
		outcome = json_text(json_member(run->house->json.root, "code"));
	assert_int_equal(str_to_c(outcome, entry->outcome, sizeof entry->outcome), 0);
}

/* Had it got as far as its own row? */
static bool is_own(const struct run *run)
{
	int status = run->house->last.reply.status;
	return status != 304 && status != 429 && status != 503;
}

/* Send it under an id of its own; the entry is what the trail must say of it. */
static struct entry *call_send(struct run *run, const char *name, struct house_call call)
{
	struct house *house = run->house;
	struct entry *entry = entry_begin(run);
	house->request_id = entry->request_id;
	house_send(house, &call);
	house->request_id = NULL;
	entry->call = name;
	if (call.token.ptr) {
		entry->facility_no = house->here.no;
		entry->account_no = house->here.receipt.row.no;
	}
	outcome_note(run, entry);
	return entry;
}

static struct house_call get(struct run *run, const char *path, struct str query)
{
	return (struct house_call){.method = "GET",
				   .path = path,
				   .query = query,
				   .token = run->token};
}

static void call_count(struct run *run)
{
	static const struct str queries[] = {
		{PERIOD, sizeof PERIOD - 1},
		{PERIOD "&validity=1", sizeof PERIOD "&validity=1" - 1},
		{"from=1&to=2", 11},
	};
	struct house_call call = get(run, "/v1/results/count", queries[dice(run, 3)]);
	if (dice(run, 2))
		call.if_none_match = run->tag;
	call_send(run, "count", call);
}

static void tag_keep(struct run *run)
{
	const struct web_reply *reply = &run->house->last.reply;
	for (size_t i = 0; i < reply->headers_count; i++)
		if (str_equal(reply->headers[i].name, STR("ETag")) && run->tag.len < 100)
			assert_int_equal(arena_copy(&run->keep, reply->headers[i].value, &run->tag),
					 0);
}

static void call_download(struct run *run)
{
	struct house_call call = get(run, "/v1/results", STR(PERIOD "&limit=2"));
	uint32_t kind = dice(run, 4);
	if (kind == 0)
		call.query = house_print(run->house, PERIOD "&limit=2&cursor=%.*s",
					 STR_ARG(run->cursor));
	if (kind == 1)
		call.query = STR(PERIOD "&cursor=AAAA");
	if (kind == 2)
		call.if_none_match = run->tag;
	struct entry *entry = call_send(run, "download", call);
	entry->own_row = is_own(run);
	if (run->house->last.reply.status == 200)
		results_note(run, entry);
	if (run->house->last.reply.status == 200 && kind == 3 && !run->tag.ptr)
		tag_keep(run);
}

static void call_reference(struct run *run)
{
	bool known = dice(run, 3) != 0;
	struct house_call call = {
		.method = "PUT",
		.token = run->token,
		.idempotency_key = house_print(run->house, "%032zx", run->count).ptr,
		.path = house_print(run->house, "/v1/results/%.*s/reference",
				    STR_ARG(known ? run->result_id
						  : STR("00000000000000000000000000000000")))
				.ptr,
		.body = dice(run, 2)
				? STR("{\"reference_number\":\"" CANARY "\",\"expected\":null}")
				: STR("{\"reference_number\":null,\"expected\":\"" CANARY "\"}"),
	};
	struct entry *entry = call_send(run, "reference", call);
	entry->own_row = is_own(run);
	entry->results = 1;
	struct str id;
	assert_int_equal(decode_hex(&run->house->arena,
				    known ? run->result_id
					  : STR("00000000000000000000000000000000"),
				    &id),
			 0);
	memcpy(entry->first, id.ptr, sizeof entry->first);
}

static void call_accesses(struct run *run)
{
	struct entry *entry =
		call_send(run, "accesses", get(run, "/v1/accesses", STR(PERIOD "&limit=3")));
	entry->own_row = is_own(run);
}

static void call_login(struct run *run)
{
	static const char *const ids[] = {"WA0000001", "WA9999999"};
	uint32_t known = dice(run, 2);
	struct house_call call = {
		.method = "POST",
		.path = "/v1/login",
		.body = house_print(run->house,
				    "{\"facility_code\":\"1310000003\",\"login_id\":\"%s\","
				    "\"password\":\"%.*s\"," HOUSE_CLIENT "}",
				    ids[1 - known], STR_ARG(run->password)),
	};
	struct entry *entry = call_send(run, "login", call);
	entry->own_row = is_own(run);
	entry->facility_no = known ? run->house->here.no : 0;
	entry->account_no = known ? run->house->here.receipt.row.no : 0;
}

/* At the door, or by somebody who is nobody: counted. */
static void call_refused(struct run *run)
{
	struct house_call call = get(run, "/v1/results", STR(PERIOD));
	switch (dice(run, 5)) {
	case 0:
		call.token = (struct str){0};
		call_send(run, "download", call);
		break;
	case 1:
		call.token = STR("not.a.token");
		call_send(run, "download", call)->facility_no = 0;
		run->entries[run->count - 1].account_no = 0;
		break;
	case 2:
		call.path = "/v1/reader/staff";
		call.query = (struct str){0};
		call_send(run, "staff", call);
		break;
	case 3:
		call = (struct house_call){.method = "POST",
					   .path = "/v1/enrolment",
					   .body = STR("{\"code\":\"abcdefghabcdefgh\"}")};
		call_send(run, "enrolment_begin", call);
		break;
	default:
		call = (struct house_call){.method = "POST",
					   .path = "/v1/mfa",
					   .body = STR("{\"challenge\":\"AAAA\",\"passcode\":"
						       "\"123456\"}")};
		call_send(run, "mfa", call);
	}
}

/* No call at all, or one that tells nothing of anybody. */
static void call_outside(struct run *run)
{
	static const char *const paths[] = {"/v1/health", "/v1/nothing"};
	struct house_call call = {.method = "GET", .path = paths[dice(run, 2)]};
	call_send(run, NULL, call);
}

static void calls_make(struct run *run, size_t count)
{
	void (*const calls[])(struct run *) = {
		call_count,    call_count, call_download, call_download, call_reference,
		call_accesses, call_login, call_refused,  call_refused,	 call_outside,
	};
	struct house *house = run->house;
	run->step_us = SPAN_MS * INT64_C(1000) / (int64_t)count;
	for (size_t i = 0; i < count; i++) {
		calls[dice(run, sizeof calls / sizeof calls[0])](run);
		if (i % 100 == 0)
			assert_int_equal(tasks_run_once(house->service->tasks), 0);
		house_reply_clear(house);
		arena_clear(&house->arena);
		arena_init(&house->arena, 16 << 20);
	}
	assert_int_equal(tally_flush_all(house->service->tally, house->db), 0);
}

/* --- the trail against what was answered --- */

static void wrong(struct run *run, const char *what, const char *request_id)
{
	if (spoil == SPOIL_NOTHING && run->found < FOUND_TOLD_MAX)
		print_message("# %s: %s\n", request_id, what);
	run->found++;
}

static struct entry *entry_find(struct run *run, struct str request_id)
{
	int64_t n;
	while (request_id.len > 1 && request_id.ptr[0] == '0')
		request_id = (struct str){request_id.ptr + 1, request_id.len - 1};
	if (number_parse(request_id, 1, (int64_t)run->count, &n))
		return NULL;
	return &run->entries[n - 1];
}

static void items_check(struct run *run, const struct entry *entry, const struct store_audit *row)
{
	static const char nobody[STORE_ID_BYTES];
	bool refused = strcmp(entry->outcome, "ok") != 0;
	if ((size_t)row->n != entry->results ||
	    row->items.len != entry->results * AUDIT_ITEM_BYTES) {
		wrong(run, "not as many results as were shown", entry->request_id);
		return;
	}
	if (!entry->results)
		return;
	struct audit_item item = audit_item_at(row->items, 0);
	if (memcmp(item.id.ptr, entry->first, sizeof entry->first) != 0)
		wrong(run, "another result than was shown", entry->request_id);
	if (!refused && memcmp(item.patient.ptr, nobody, sizeof nobody) == 0)
		wrong(run, "nobody's result", entry->request_id);
}

static void row_check(struct run *run, const struct store_audit *row)
{
	struct entry *entry = entry_find(run, row->request_id);
	if (!entry)
		return; /* before the mix began */
	if (!entry->call || !str_equal(row->call, str_of(entry->call)) ||
	    !str_equal(row->outcome, str_of(entry->outcome)))
		wrong(run, "another call or outcome", entry->request_id);
	if (row->facility_no != entry->facility_no || row->account_no != entry->account_no)
		wrong(run, "another facility or account", entry->request_id);
	if (row->at_ms != entry->at_ms)
		wrong(run, "another time", entry->request_id);
	if (entry->met || (entry->own_row && row->calls != 1))
		wrong(run, "more than one line", entry->request_id);
	entry->met = true;
	items_check(run, entry, row);
	static const char *const forbidden[] = {CANARY, NAME_OF, "試験施術所", "123456"};
	const struct str texts[] = {row->staff, row->operator, row->reason, row->call, row->outcome,
				    row->items};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		for (size_t k = 0; k < sizeof forbidden / sizeof forbidden[0]; k++)
			if (texts[i].len &&
			    memmem(texts[i].ptr, texts[i].len, forbidden[k], strlen(forbidden[k])))
				wrong(run, "something forbidden", entry->request_id);
}

/* Calls of one kind in the trail and in what was answered: the same number. */
struct kind {
	const char *call, *outcome;
	int64_t facility_no, account_no;
	int64_t answered, written;
};

enum { KINDS_MAX = 256 };

static struct kind *kind_of(struct kind *kinds, struct str call, struct str outcome,
			    int64_t facility_no, int64_t account_no)
{
	for (size_t i = 0; i < KINDS_MAX; i++)
		if (kinds[i].call && str_equal(call, str_of(kinds[i].call)) &&
		    str_equal(outcome, str_of(kinds[i].outcome)) &&
		    kinds[i].facility_no == facility_no && kinds[i].account_no == account_no)
			return &kinds[i];
	return NULL;
}

static void kinds_collect(struct run *run, struct kind *kinds)
{
	size_t used = 0;
	for (size_t i = 0; i < run->count; i++) {
		const struct entry *entry = &run->entries[i];
		if (!entry->call)
			continue;
		struct kind *kind = kind_of(kinds, str_of(entry->call), str_of(entry->outcome),
					    entry->facility_no, entry->account_no);
		if (!kind) {
			assert_true(used < KINDS_MAX);
			kind = &kinds[used++];
			*kind = (struct kind){entry->call,
					      entry->outcome,
					      entry->facility_no,
					      entry->account_no,
					      0,
					      0};
		}
		kind->answered++;
		if (entry->own_row && !entry->met)
			wrong(run, "no line", entry->request_id);
	}
}

static void trail_walk(struct run *run, struct kind *kinds)
{
	struct arena arena;
	int64_t slot = 0, seq = 0;
	size_t count = 1;
	arena_init(&arena, 64 << 20);
	while (count) {
		struct store_audit *rows;
		assert_int_equal(store_audit_list(run->house->db, &arena, slot, seq,
						  STORE_AUDIT_PAGE_MAX, &rows, &count),
				 0);
		for (size_t i = 0; i < count; i++) {
			const struct store_audit *row = &rows[i];
			slot = row->slot;
			seq = row->seq;
			struct kind *kind = kinds && entry_find(run, row->request_id)
						    ? kind_of(kinds, row->call, row->outcome,
							      row->facility_no, row->account_no)
						    : NULL;
			if (kind)
				kind->written += row->calls;
			else if (!kinds)
				row_check(run, row);
		}
		arena_clear(&arena);
	}
}

static void trail_check(struct run *run)
{
	static struct kind kinds[KINDS_MAX];
	memset(kinds, 0, sizeof kinds);
	trail_walk(run, NULL);
	kinds_collect(run, kinds);
	trail_walk(run, kinds);
	for (size_t i = 0; i < KINDS_MAX && kinds[i].call; i++)
		if (kinds[i].answered != kinds[i].written)
			wrong(run, kinds[i].call, kinds[i].outcome);
}

/* --- the runs --- */

static void run_open(struct run *run, void **state, size_t max)
{
	void *part;
	struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	struct house *house = part;
	*run = (struct run){
		.house = house,
		.max = max + 16,
		.entries = test_calloc(max + 16, sizeof(struct entry)),
		.seed = 20261122,
		.password = secret_str(&house->here.receipt.password),
	};
	for (int person = 0; person < PEOPLE; person++) {
		house_import(house, person);
		house_confirm(house, &house->here, person);
	}
	run->token = house_session(house, "1310000003", &house->here.receipt).token;
	assert_int_equal(house_get(house, "/v1/results", STR(PERIOD "&limit=2"), run->token), 200);
	run->cursor = house_text(house, "next_cursor");
	struct str id =
		json_text(json_member(json_at(json_member(house->json.root, "results"), 0), "id"));
	assert_int_equal(arena_copy(&house->arena, id, &run->result_id), 0);
	run->keep = house->arena;
	arena_init(&house->arena, 16 << 20);
}

static void run_close(struct run *run)
{
	void *part = run->house;
	test_free(run->entries);
	arena_clear(&run->keep);
	assert_int_equal(house_close(&part), 0);
}

static void test_every_call_is_in_the_trail_exactly_once(void **state)
{
	struct run run;
	size_t count = getenv("SHIKAKU_NIGHTLY") ? CALLS_FULL : CALLS_SHORT;
	run_open(&run, state, count);
	calls_make(&run, count);
	trail_check(&run);
	size_t own = 0, outside = 0;
	for (size_t i = 0; i < run.count; i++) {
		own += run.entries[i].own_row;
		outside += !run.entries[i].call;
	}
	print_message("# %zu calls: %zu with a row of their own, %zu counted, %zu not in it\n",
		      run.count, own, run.count - own - outside, outside);
	assert_int_equal(run.found, 0);
	run_close(&run);
}

static void test_a_trail_that_is_spoilt_is_found(void **state)
{
	static const enum spoil spoils[] = {SPOIL_LOSE_ROWS, SPOIL_LOSE_COUNTS, SPOIL_DOUBLE,
					    SPOIL_ACCOUNT, SPOIL_ITEMS};
	for (size_t i = 0; i < sizeof spoils / sizeof spoils[0]; i++) {
		struct run run;
		run_open(&run, state, CALLS_SPOILT);
		spoil = spoils[i];
		calls_make(&run, CALLS_SPOILT);
		trail_check(&run);
		spoil = SPOIL_NOTHING;
		if (!run.found)
			fail_msg("spoil %d was not found", (int)spoils[i]);
		run_close(&run);
	}
}

static void test_what_cannot_be_written_is_not_answered(void **state)
{
	struct run run;
	run_open(&run, state, 64);
	struct house *house = run.house;
	int64_t before = house_calls(house);
	spoil = SPOIL_NO_ROOM;
	assert_int_equal(house_get(house, "/v1/results", STR(PERIOD), run.token), 503);
	assert_problem(house, "store_unavailable");
	assert_null(memmem(house->last.reply.body.ptr, house->last.reply.body.len, "XmlMsg", 6));
	assert_int_equal(house_get(house, "/v1/accesses", STR(PERIOD), run.token), 503);
	/* Kept for the trail, and so answered, until it turns out that there is no room. */
	assert_int_equal(house_get(house, "/v1/results/count", STR(PERIOD), run.token), 200);
	house->time.now_ms += TALLY_KEPT_MS;
	assert_true(tasks_run_once(house->service->tasks) < 0);
	assert_int_equal(house_get(house, "/v1/results/count", STR(PERIOD), run.token), 503);
	assert_problem(house, "store_unavailable");
	spoil = SPOIL_NOTHING;
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	assert_int_equal(house_get(house, "/v1/results/count", STR(PERIOD), run.token), 200);
	assert_int_equal(house_get(house, "/v1/results", STR(PERIOD), run.token), 200);
	assert_int_equal(house_calls(house), before + 6);
	run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_every_call_is_in_the_trail_exactly_once),
		DB_TEST_ON(sqlite, test_a_trail_that_is_spoilt_is_found),
		DB_TEST(test_what_cannot_be_written_is_not_answered),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
