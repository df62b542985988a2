/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole service for tests: its own folder with keys and an SQLite store, virtual time, cheap
 * hashes, and the in-process adapter instead of nginx. Two facilities with one account of each
 * kind; all of it invented.
 */
#pragma once

#include "lib/base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/json/json.h"
#include "lib/web/web_fake.h"
#include "server/api/api.h"
#include "server/auth/code.h"
#include "server/auth/enrolment.h"
#include "server/auth/password.h"
#include "server/auth/session.h"
#include "server/eligibility/check.h"
#include "server/register/staff.h"
#include "server/audit/tally.h"

/* A busy disk is no missing replica; a test of those says less. */
#ifndef HOUSE_COMMIT_MS
#define HOUSE_COMMIT_MS 10000
#endif
#define HOUSE_ORIGIN "https://localhost:8443"
#define HOUSE_NOW_MS INT64_C(1795316400000) /* 2026-11-22 12:00:00 JST */

struct house_account {
	struct store_account row;
	struct secret password;
	unsigned char seed[TOTP_SEED_BYTES]; /* WA, once enrolled */
};

struct house_facility {
	int64_t no;
	struct house_account reader;
	struct house_account receipt;
};

struct house {
	char folder[64];
	char keys_dir[96];
	char target[96];
	struct config config;
	struct clock_fake time;
	struct service *service;
	struct db *db; /* the test's own connection */
	struct arena arena;
	struct house_facility here;
	struct house_facility there;
	struct {
		struct str agent, mobile, platform;
	} hints;		   /* what each request says of its browser; absent: nothing */
	const char *request_id;	   /* of the next calls; NULL: zeros */
	struct web_exchange last;  /* the last reply, until the next call */
	struct json_document json; /* its body */
};

static inline void house_api_handle(void *ctx, struct web_exchange *exchange)
{
	api_dispatch(ctx, exchange);
}

static const struct web_app house_app = {.handle = house_api_handle};

static inline void house_config(struct house *house)
{
	snprintf(house->folder, sizeof house->folder, "/tmp/shikaku-api-XXXXXX");
	assert_non_null(mkdtemp(house->folder));
	snprintf(house->keys_dir, sizeof house->keys_dir, "%s/keys", house->folder);
	snprintf(house->target, sizeof house->target, "%s/store.db", house->folder);
	house->config = (struct config){
		.service = {.origin = STR(HOUSE_ORIGIN), .environment = CONFIG_ENVIRONMENT_TEST},
		.store = {.engine = CONFIG_ENGINE_SQLITE,
			  .target = str_of(house->target),
			  .commit_ms = HOUSE_COMMIT_MS},
		.keys = {.dir = str_of(house->keys_dir)},
		.anchors = {.dir = STR("")},
		.revocation = {.ocsp_url = STR("http://127.0.0.1:9/"), .timeout_ms = 1000},
		.limits = {.body_bytes_max = 65536,
			   .results_page_max = 500,
			   .waits_max = 32,
			   .waits_facility_max = 8,
			   .waits_account_max = 4,
			   .wait_max_s = 30,
			   .hash_threads = 1,
			   .hash_queue = 8,
			   .read_threads = 2,
			   .read_queue = 8,
			   .net_threads = 1,
			   .net_queue = 8,
			   .writer_queue = 8,
			   .devices_per_account = 5,
			   .devices_per_facility = 20},
		.mail = {.sender = STR("service@example.jp"),
			 .operators = STR("kanri@example.jp"),
			 .timeout_ms = 1000,
			 .tries_max = 3},
		.alarms = {.failures_per_minute = 10,
			   .account_failures = 20,
			   .results_per_hour = 100,
			   .visual_in_a_row = 5,
			   .ocsp_per_minute = 3,
			   .window_ms = 60 * 60 * 1000},
		.log = {.level = LOG_LEVEL_ERROR},
	};
}

static inline void house_account(struct house *house, struct house_facility *facility,
				 struct str code, enum account_kind kind, const char *login_id,
				 struct house_account *account)
{
	account->row = (struct store_account){
		.facility_no = facility->no,
		.login_id = str_of(login_id),
		.kind = kind,
	};
	assert_int_equal(password_make(&house->service->auth, &house->arena, &account->row, code,
				       &account->password),
			 0);
	assert_int_equal(store_account_add(house->db, &account->row, &account->row.no), 0);
}

static inline void house_facility(struct house *house, struct str code, struct str name,
				  const char *reader, const char *receipt,
				  struct house_facility *facility)
{
	assert_int_equal(store_facility_add(house->db, code, STR("acupuncture"), name,
					    &facility->no),
			 0);
	house_account(house, facility, code, ACCOUNT_READER, reader, &facility->reader);
	house_account(house, facility, code, ACCOUNT_RECEIPT, receipt, &facility->receipt);
	struct staff staff = {.id = STR("s1"), .name = STR("試験 花子")};
	assert_int_equal(staff_put(house->service->keys, house->db, &house->arena, facility->no,
				   &staff),
			 0);
}

struct house_options {
	const char *postgres_target; /* a libpq conninfo; NULL: an SQLite file of the house's own */
	void (*configure)(void *ctx, struct config *config); /* before it opens; NULL: nothing */
	void *ctx;
};

static inline int house_open_with(void **state, const struct house_options *house_options)
{
	struct house *house = test_calloc(1, sizeof *house);
	static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};
	house_config(house);
	if (house_options->postgres_target) {
		house->config.store.engine = CONFIG_ENGINE_POSTGRES;
		house->config.store.target = str_of(house_options->postgres_target);
	}
	if (house_options->configure)
		house_options->configure(house_options->ctx, &house->config);
	house->time.now_ms = HOUSE_NOW_MS;
	arena_init(&house->arena, 16 << 20);
	assert_int_equal(keys_init(house->keys_dir, HOUSE_NOW_MS), 0);
	struct service_options options = {
		.config = &house->config,
		.clock = clock_of_fake(&house->time),
		.log_fd = -1,
		.cost = &cheap,
	};
	assert_int_equal(service_create(&house->service, &options), 0);
	struct db_options db = service_db_options(&house->config, false);
	assert_int_equal(db_open(&house->db, &db), 0);
	house_facility(house, STR("1310000003"), STR("試験施術所"), "W0000001", "WA0000001",
		       &house->here);
	house_facility(house, STR("1310000011"), STR("となりの施術所"), "W0000002", "WA0000002",
		       &house->there);
	*state = house;
	return 0;
}

/* postgres_target: as struct house_options says. */
static inline int house_open_on(void **state, const char *postgres_target)
{
	return house_open_with(state, &(struct house_options){.postgres_target = postgres_target});
}

static inline int house_open(void **state)
{
	return house_open_on(state, NULL);
}

static inline int house_remove_entry(const char *path, const struct stat *stat, int kind,
				     struct FTW *walk)
{
	(void)stat;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline void house_reply_clear(struct house *house)
{
	json_clear(&house->json);
	if (house->last.finish)
		web_fake_clear(&house->last);
}

static inline int house_close(void **state)
{
	struct house *house = *state;
	house_reply_clear(house);
	db_close(house->db);
	service_destroy(house->service);
	arena_clear(&house->arena);
	nftw(house->folder, house_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	test_free(house);
	return 0;
}

/* --- calls --- */

struct house_call {
	const char *method;
	const char *path;
	struct str query;
	struct str body;
	struct str token;
	struct str dpop;
	const char *idempotency_key;
	struct str if_none_match;
};

/* Its strings are the house's and the call's. */
static inline struct web_request house_request(struct house *house, const struct house_call *call)
{
	struct str authorization = {0};
	if (call->token.ptr)
		assert_int_equal(arena_print(&house->arena, &authorization, "Bearer %.*s",
					     STR_ARG(call->token)),
				 0);
	struct web_request request = {
		.method = str_of(call->method),
		.path = str_of(call->path),
		.query = call->query,
		.content_type = call->body.ptr ? STR("application/json") : (struct str){0},
		.authorization = authorization,
		.dpop = call->dpop,
		.idempotency_key = str_of(call->idempotency_key),
		.if_none_match = call->if_none_match,
		.user_agent = house->hints.agent,
		.hint_mobile = house->hints.mobile,
		.hint_platform = house->hints.platform,
		.body = call->body,
	};
	if (house->request_id)
		memcpy(request.request_id, house->request_id, sizeof request.request_id);
	return request;
}

/* The status; the reply stays in house->last, its JSON in house->json, until the next call. */
static inline int house_send(struct house *house, const struct house_call *call)
{
	house_reply_clear(house);
	struct web_request request = house_request(house, call);
	web_fake_call(&house_app, house->service, &request, &house->last);
	static const struct json_limits limits = {8 << 20, 32, 1000000};
	if (house->last.reply.body.len)
		assert_int_equal(json_read(house->last.reply.body, &limits, &house->json), 0);
	return house->last.reply.status;
}

/* A text member of the last reply, copied so that it outlives it. */
static inline struct str house_text(struct house *house, const char *name)
{
	struct str copy = {0}, text = json_text(json_member(house->json.root, name));
	if (text.ptr)
		assert_int_equal(arena_copy(&house->arena, text, &copy), 0);
	return copy;
}

/* A number, as the digits stand in the last reply. */
static inline struct str house_number(struct house *house, const char *name)
{
	return json_span_member(house->last.reply.body, name);
}

#define assert_problem(house, problem_code) \
	assert_str_equal(house_text((house), "code"), STR(problem_code))

static inline struct str house_print(struct house *house, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static inline struct str house_print(struct house *house, const char *format, ...)
{
	char text[16384];
	struct str copy;
	va_list args;
	va_start(args, format);
	int len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	assert_true(len >= 0 && (size_t)len < sizeof text);
	assert_int_equal(arena_copy(&house->arena, str_of(text), &copy), 0);
	return copy;
}

static inline int house_post(struct house *house, const char *path, struct str body)
{
	struct house_call call = {.method = "POST", .path = path, .body = body};
	return house_send(house, &call);
}

static inline int house_get(struct house *house, const char *path, struct str query,
			    struct str token)
{
	struct house_call call = {.method = "GET", .path = path, .query = query, .token = token};
	return house_send(house, &call);
}

/* --- what logs in --- */

#define HOUSE_CLIENT "\"client\":{\"vendor\":\"試験\",\"product\":\"レセ\",\"version\":\"1\"}"

static inline struct str house_passcode(struct house *house, const struct house_account *account,
					int64_t offset)
{
	char code[TOTP_DIGITS + 1];
	int64_t step = house->time.now_ms / TOTP_STEP_MS + offset;
	assert_int_equal(totp_code(str_bytes(account->seed, sizeof account->seed), step, code), 0);
	return house_print(house, "%s", code);
}

/* Through the one-time code, spending the steps T-1 and T. */
static inline void house_enrol(struct house *house, struct house_account *account)
{
	AUTO(secret_wipe) struct secret code = {0};
	assert_int_equal(db_begin(house->db), 0);
	assert_int_equal(enrolment_issue(&house->service->auth, house->db, &house->arena,
					 &account->row, house->time.now_ms, &code),
			 0);
	assert_int_equal(db_commit(house->db), 0);
	struct str body = house_print(house, "{\"code\":\"%.*s\"}", STR_ARG(secret_str(&code)));
	assert_int_equal(house_post(house, "/v1/enrolment", body), 200);
	struct str seed;
	assert_int_equal(decode_base32(&house->arena, house_text(house, "secret"), &seed), 0);
	assert_int_equal(seed.len, sizeof account->seed);
	memcpy(account->seed, seed.ptr, seed.len);
	body = house_print(house,
			   "{\"code\":\"%.*s\",\"passcode_1\":\"%.*s\",\"passcode_2\":\"%.*s\"}",
			   STR_ARG(secret_str(&code)), STR_ARG(house_passcode(house, account, -1)),
			   STR_ARG(house_passcode(house, account, 0)));
	assert_int_equal(house_post(house, "/v1/enrolment/confirm", body), 204);
}

/* The status; on 200 the challenge is in house_text(…, "challenge"). */
static inline int house_login(struct house *house, const char *facility, const char *login_id,
			      struct str password)
{
	struct str body = house_print(house,
				      "{\"facility_code\":\"%s\",\"login_id\":\"%s\","
				      "\"password\":\"%.*s\"," HOUSE_CLIENT "}",
				      facility, login_id, STR_ARG(password));
	return house_post(house, "/v1/login", body);
}

static inline int house_mfa(struct house *house, struct str challenge, struct str passcode)
{
	struct str body = house_print(house, "{\"challenge\":\"%.*s\",\"passcode\":\"%.*s\"}",
				      STR_ARG(challenge), STR_ARG(passcode));
	return house_post(house, "/v1/mfa", body);
}

struct house_session {
	struct str token;
	struct str handle;
};

/* Enrol, log in, passcode of step T+1. */
static inline struct house_session house_session(struct house *house, const char *facility,
						 struct house_account *account)
{
	house_enrol(house, account);
	char login_id[16];
	assert_int_equal(str_to_c(account->row.login_id, login_id, sizeof login_id), 0);
	assert_int_equal(house_login(house, facility, login_id, secret_str(&account->password)),
			 200);
	struct str challenge = house_text(house, "challenge");
	assert_int_equal(house_mfa(house, challenge, house_passcode(house, account, 1)), 200);
	return (struct house_session){
		.token = house_text(house, "access_token"),
		.handle = house_text(house, "refresh_handle"),
	};
}

/* A token of the facility's W account at a device of its own, as if both had logged in now. */
static inline struct str house_reader_token(struct house *house,
					    const struct house_facility *facility)
{
	static const unsigned char verifier[STORE_DIGEST_BYTES] = {1};
	unsigned char id[STORE_ID_BYTES];
	char thumbprint[THUMBPRINT_BYTES] = {0};
	struct store_device device = {
		.facility_no = facility->no,
		.account_no = facility->reader.row.no,
		.platform = STR("linux"),
		.name = STR("受付"),
	};
	struct store_session session = {
		.facility_no = facility->no,
		.account_no = facility->reader.row.no,
		.rotated_ms = house->time.now_ms,
		.key_n = 1,
		.verifier = str_bytes(verifier, sizeof verifier),
		.client = STR("test"),
		.epoch = facility->reader.row.epoch,
		.ends_ms = house->time.now_ms + AUTH_SESSION_MS,
	};
	random_bytes(id, sizeof id);
	snprintf(thumbprint, sizeof thumbprint, "%043lld", (long long)facility->no);
	device.id = session.id = str_bytes(id, sizeof id);
	device.thumbprint = session.thumbprint = str_of(thumbprint);
	assert_int_equal(store_device_add(house->db, &device, &session.device_no), 0);
	assert_int_equal(store_session_add(house->db, &session), 0);
	struct session_tokens tokens;
	assert_int_equal(session_tokens_issue(&house->service->auth, &house->arena, &session,
					      ACCOUNT_READER, &tokens),
			 0);
	return tokens.access_token;
}

static inline int house_refresh(struct house *house, const struct house_account *account,
				struct str handle, struct str password, const char *key)
{
	struct house_call call = {
		.method = "POST",
		.path = "/v1/refresh",
		.idempotency_key = key,
		.body = house_print(house,
				    "{\"refresh_handle\":\"%.*s\",\"login_id\":\"%.*s\","
				    "\"password\":\"%.*s\"}",
				    STR_ARG(handle), STR_ARG(account->row.login_id),
				    STR_ARG(password)),
	};
	return house_send(house, &call);
}

/* --- what is in the store --- */

#define HOUSE_PERSON                                                                            \
	"{\"person\":\"P%04d\",\"certificates\":[{\"aki\":\"a0b1\",\"serial\":\"%04x\"}],"      \
	"\"qualifications\":[{\"InsuredCardClassification\":\"01\","                            \
	"\"InsurerNumber\":\"06132013\",\"InsuredCardSymbol\":\"12\","                          \
	"\"InsuredIdentificationNumber\":\"3456\",\"Name\":\"試験　太郎\",\"Sex1\":\"1\"," \
	"\"Birthdate\":\"19700101\",\"InsurerName\":\"試験健康保険組合\","              \
	"\"QualificationDate\":\"20200401\",\"PersonalFamilyClassification\":\"1\"}]}"

static inline void house_import(struct house *house, int person)
{
	struct people_imported imported;
	struct str complaint = {0};
	struct str line = house_print(house, HOUSE_PERSON, person, (unsigned)person + 0x1000);
	int r = people_import(house->service->keys, house->db, &house->arena, line,
			      house->time.now_ms, &imported, &complaint);
	if (r)
		print_message("%.*s\n", STR_ARG(complaint));
	assert_int_equal(r, 0);
}

/* One confirmation of an imported person, as if its card had been tapped now. */
static inline void house_confirm_by(struct house *house, const struct house_facility *facility,
				    int person, enum eligibility_method method)
{
	char serial[16];
	snprintf(serial, sizeof serial, "%04x", (unsigned)person + 0x1000);
	struct check check = {
		.request = {.method = method, .staff = STR("s1")},
		.nonce_until_ms = house->time.now_ms + 1,
		.proof = {.until_ms = house->time.now_ms + 1},
		.facility_code = STR("1310000003"),
	};
	random_bytes(check.nonce_spent, sizeof check.nonce_spent);
	random_bytes(check.proof.spent, sizeof check.proof.spent);
	assert_int_equal(people_find(house->service->keys, house->db, &house->arena, STR("a0b1"),
				     str_of(serial), &check.person),
			 0);
	struct caller caller = {.facility_no = facility->no, .account_no = facility->reader.row.no};
	struct check_confirmation confirmation;
	assert_int_equal(db_begin(house->db), 0);
	assert_int_equal(check_commit(&house->service->eligibility, house->db, &house->arena,
				      &caller, &check, house->time.now_ms, &confirmation),
			 0);
	struct store_audit audit = {
		.at_ms = house->time.now_ms,
		.facility_no = facility->no,
		.account_no = facility->reader.row.no,
		.staff = STR("s1"),
		.call = STR("check"),
		.outcome = STR("ok"),
		.request_id = STR("0123456789abcdef0123456789abcdef"),
		.n = 1,
		.items = str_bytes(confirmation.item, sizeof confirmation.item),
	};
	assert_int_equal(audit_add(house->db, &audit), 0);
	assert_int_equal(db_commit(house->db), 0);
	memo_doubt(house->service->memo); /* as the tail would say of another process */
}

static inline void house_confirm(struct house *house, const struct house_facility *facility,
				 int person)
{
	house_confirm_by(house, facility, person, ELIGIBILITY_PIN);
}

/* Audit rows of a facility so far, of one call (NULL: of all). */
static inline size_t house_audits_of(struct house *house, int64_t facility_no, const char *name)
{
	struct store_audit *rows;
	size_t count, found = 0;
	struct store_audit_query query = {.facility_no = facility_no, .to_ms = INT64_MAX};
	assert_int_equal(store_audit_history(house->db, &house->arena, &query, STORE_AUDIT_PAGE_MAX,
					     &rows, &count),
			 0);
	for (size_t i = 0; i < count; i++)
		found += !name || str_equal(rows[i].call, str_of(name));
	return found;
}

static inline size_t house_audits(struct house *house, int64_t facility_no)
{
	return house_audits_of(house, facility_no, NULL);
}

/* All calls in the trail, once what was counted is written: their number. */
static inline int64_t house_calls(struct house *house)
{
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	assert_int_equal(tally_flush_all(house->service->tally, house->db), 0);
	assert_int_equal(db_query(house->db,
				  "SELECT CAST(coalesce(sum(calls), 0) AS BIGINT) FROM audit",
				  DB_NO_ARGS, &rows),
			 0);
	assert_int_equal(db_next(rows), 0);
	return db_column_int(rows, 0);
}
