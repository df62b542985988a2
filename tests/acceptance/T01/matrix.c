/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A try is made twice: with the other facility's thing and with one of the same form that nobody
 * has. Routes come from the contract's own table. What a route takes is told below; a route without
 * a row here is tried with every id in its path's place, and counted as unknown when it takes a
 * body, so that a new call cannot slip past.
 */
#include "tests/acceptance/T01/matrix.h"

#include <stdio.h>

#include "lib/wire/wire.h"
#include "server/store/lanes.h"

#define PERIOD	  "from=20261101000000&to=20261130235959"
#define REFERENCE "/v1/results/%.*s/reference"

/* --- one facility --- */

/* A DPoP proof for a POST; token and body may be absent. */
static struct str proof_make(struct house *house, const struct signing_key *device,
			     const char *path, struct str token, struct str body)
{
	const struct house_proof proof = {.path = path, .token = token, .body = body};
	return house_prove(house, device, &proof);
}

static struct str activation_issue(struct house *house, const struct party *party)
{
	AUTO(secret_wipe) struct secret code = {0};
	assert_int_equal(code_issue(&house->service->auth, house->db, STORE_CODE_ACTIVATION,
				    &party->facility.reader.row, house->time.now_ms, &code),
			 0);
	return house_print(house, "%.*s", STR_ARG(secret_str(&code)));
}

static struct house_call activation(struct house *house, const struct things *who, struct str code,
				    const struct signing_key *device)
{
	struct str none = {0};
	return (struct house_call){
		.method = "POST",
		.path = "/v1/reader/activate",
		.dpop = proof_make(house, device, "/v1/reader/activate", none, none),
		.body = house_print(house,
				    "{\"login_id\":\"%.*s\",\"password\":\"%.*s\","
				    "\"activation_code\":\"%.*s\",\"device\":{\"name\":\"受付\","
				    "\"platform\":\"linux\"}," HOUSE_CLIENT "}",
				    STR_ARG(who->reader_id), STR_ARG(who->reader_password),
				    STR_ARG(code)),
	};
}

static struct house_call reader_login(struct house *house, const struct things *who,
				      const struct signing_key *device)
{
	struct str none = {0};
	return (struct house_call){
		.method = "POST",
		.path = "/v1/reader/login",
		.dpop = proof_make(house, device, "/v1/reader/login", none, none),
		.body = house_print(house,
				    "{\"login_id\":\"%.*s\",\"password\":\"%.*s\"," HOUSE_CLIENT
				    "}",
				    STR_ARG(who->reader_id), STR_ARG(who->reader_password)),
	};
}

static struct house_call registration(struct house *house, const struct party *party,
				      const struct signing_key *key, struct str code)
{
	struct house_call call = {
		.method = "POST",
		.path = "/v1/devices",
		.token = party->receipt_token,
		.body = house_print(house, "{\"name\":\"PC %.*s\",\"platform\":\"linux\"%s%.*s%s}",
				    STR_ARG(party->canary),
				    code.ptr ? ",\"activation_code\":\"" : "", STR_ARG(code),
				    code.ptr ? "\"" : ""),
	};
	call.dpop = proof_make(house, key, call.path, call.token, call.body);
	return call;
}

static void pc_open(struct house *house, struct party *party)
{
	struct things *things = &party->things;
	assert_int_equal(signing_key_generate(&things->pc), 0);
	assert_int_equal(signing_key_generate(&things->spare), 0);
	struct house_call call = registration(house, party, things->pc, (struct str){0});
	assert_int_equal(house_send(house, &call), 200);
	things->pc_id = house_text(house, "device_id");
}

static struct house_call nonce(struct house *house, struct str token, struct str staff)
{
	return (struct house_call){
		.method = "POST",
		.path = "/v1/reader/nonces",
		.token = token,
		.body = house_print(house, "{\"method\":\"pin\",\"staff\":\"%.*s\"}",
				    STR_ARG(staff)),
	};
}

static void reader_open(struct house *house, struct party *party)
{
	struct things *things = &party->things;
	assert_int_equal(signing_key_generate(&things->device), 0);
	struct house_call call =
		activation(house, things, activation_issue(house, party), things->device);
	assert_int_equal(house_send(house, &call), 200);
	call = reader_login(house, things, things->device);
	assert_int_equal(house_send(house, &call), 200);
	party->reader_token = house_text(house, "access_token");
	call = nonce(house, party->reader_token, things->staff);
	assert_int_equal(house_send(house, &call), 200);
	things->nonce = house_text(house, "nonce");
	things->activation_code = activation_issue(house, party);
}

static struct house_call reference(struct house *house, const struct party *party,
				   struct str result_id, struct str key)
{
	char *text = arena_alloc(&house->arena, 64);
	assert_int_equal(str_to_c(key, text, 64), 0);
	return (struct house_call){
		.method = "PUT",
		.path = house_print(house, REFERENCE, STR_ARG(result_id)).ptr,
		.token = party->receipt_token,
		.idempotency_key = text,
		.body = house_print(house, "{\"reference_number\":\"%.*s\",\"expected\":null}",
				    STR_ARG(party->canary)),
	};
}

static void results_open(struct house *house, struct party *party, int person)
{
	struct things *things = &party->things;
	house_import(house, person);
	house_confirm(house, &party->facility, person);
	house_confirm(house, &party->facility, person);
	assert_int_equal(house_get(house, "/v1/results", STR(PERIOD "&limit=1"),
				   party->receipt_token),
			 200);
	things->cursor = house_text(house, "next_cursor");
	assert_non_null(things->cursor.ptr);
	struct str id =
		json_text(json_member(json_at(json_member(house->json.root, "results"), 0), "id"));
	assert_int_equal(arena_copy(&house->arena, id, &things->result_id), 0);
	assert_int_equal(house_get(house, "/v1/accesses", STR(PERIOD "&limit=1"),
				   party->receipt_token),
			 200);
	things->access_cursor = house_text(house, "next_cursor");
	assert_non_null(things->access_cursor.ptr);
	things->idempotency_key = house_print(house, "0123456789abcdef%016x", (unsigned)person);
	struct house_call call =
		reference(house, party, things->result_id, things->idempotency_key);
	assert_int_equal(house_send(house, &call), 200);
	assert_int_equal(house_get(house, "/v1/results",
				   house_print(house, PERIOD "&limit=1&cursor=%.*s",
					       STR_ARG(things->cursor)),
				   party->receipt_token),
			 200);
}

/* The house keeps texts of accounts where it found them: hand it some that stay. */
static void party_open(struct matrix *matrix, size_t i)
{
	struct house *house = matrix->house;
	struct party *party = &matrix->parties[i];
	struct things *things = &party->things;
	int n = (int)i + 1;
	party->canary = house_print(house, "CANARY%02d", n);
	things->facility_code = house_print(house, "13999%05d", n);
	things->login_id = house_print(house, "WA00010%02d", n);
	things->reader_id = house_print(house, "W00010%02d", n);
	things->staff = house_print(house, "st%02d", n);
	house_facility(house, things->facility_code,
		       house_print(house, "施術所 %.*s", STR_ARG(party->canary)),
		       things->reader_id.ptr, things->login_id.ptr, &party->facility);
	struct staff staff = {things->staff,
			      house_print(house, "職員 %.*s", STR_ARG(party->canary))};
	assert_int_equal(staff_put(house->service->keys, house->db, &house->arena,
				   party->facility.no, &staff),
			 0);
	things->password = secret_str(&party->facility.receipt.password);
	things->reader_password = secret_str(&party->facility.reader.password);
	struct house_session session =
		house_session(house, things->facility_code.ptr, &party->facility.receipt);
	party->receipt_token = session.token;
	things->refresh_handle = session.handle;
	things->enrolment_code = house_print(house, "abcdefghabcd%04d", n);
	pc_open(house, party);
	reader_open(house, party);
	results_open(house, party, n);
}

void matrix_open(struct matrix *matrix, struct house *house, size_t count)
{
	assert_true(count <= PARTIES_MAX);
	*matrix = (struct matrix){.house = house, .count = count};
	for (size_t i = 0; i < count; i++)
		party_open(matrix, i);
	matrix->keep = house->arena;
	arena_init(&house->arena, 16 << 20);
}

void matrix_close(struct matrix *matrix)
{
	for (size_t i = 0; i < matrix->count; i++) {
		signing_key_destroy(matrix->parties[i].things.device);
		signing_key_destroy(matrix->parties[i].things.pc);
		signing_key_destroy(matrix->parties[i].things.spare);
	}
	arena_clear(&matrix->keep);
}

/* --- things that do not exist, of the form of those that do --- */

static struct str like(struct house *house, struct str model)
{
	char *text = arena_alloc(&house->arena, model.len + 1);
	unsigned char noise[1024];
	assert_true(model.len <= sizeof noise);
	random_bytes(noise, model.len);
	for (size_t i = 0; i < model.len; i++) {
		char c = model.ptr[i];
		bool hex = (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9');
		text[i] = hex ? "0123456789"[noise[i] % 10] : c;
	}
	return (struct str){text, model.len};
}

static struct things nothing_like(struct house *house, const struct things *model)
{
	struct things things = {
		.facility_code = STR("1399899999"),
		.login_id = STR("WA0009999"),
		.password = like(house, model->password),
		.reader_id = STR("W0009999"),
		.reader_password = like(house, model->reader_password),
		.result_id = like(house, model->result_id),
		.cursor = like(house, model->cursor),
		.access_cursor = like(house, model->access_cursor),
		.staff = STR("st99"),
		.nonce = like(house, model->nonce),
		.refresh_handle = like(house, model->refresh_handle),
		.enrolment_code = like(house, model->enrolment_code),
		.activation_code = like(house, model->activation_code),
		.idempotency_key = like(house, model->idempotency_key),
		.pc_id = like(house, model->pc_id),
	};
	assert_int_equal(signing_key_generate(&things.device), 0);
	return things;
}

/* --- the tries --- */

typedef struct house_call try_make(struct house *house, const struct party *me,
				   const struct things *its);

static struct house_call login_as(struct house *house, struct str code, struct str login_id,
				  struct str password)
{
	return (struct house_call){
		.method = "POST",
		.path = "/v1/login",
		.body = house_print(house,
				    "{\"facility_code\":\"%.*s\",\"login_id\":\"%.*s\","
				    "\"password\":\"%.*s\"," HOUSE_CLIENT "}",
				    STR_ARG(code), STR_ARG(login_id), STR_ARG(password)),
	};
}

static struct house_call try_login_id(struct house *house, const struct party *me,
				      const struct things *its)
{
	return login_as(house, me->things.facility_code, its->login_id, me->things.password);
}

static struct house_call try_facility_code(struct house *house, const struct party *me,
					   const struct things *its)
{
	return login_as(house, its->facility_code, me->things.login_id, me->things.password);
}

static struct house_call try_account(struct house *house, const struct party *me,
				     const struct things *its)
{
	return login_as(house, me->things.facility_code, its->login_id, its->password);
}

static struct house_call get_with(const struct party *me, const char *path, struct str query)
{
	return (struct house_call){.method = "GET",
				   .path = path,
				   .query = query,
				   .token = me->receipt_token};
}

static struct house_call try_count(struct house *house, const struct party *me,
				   const struct things *its)
{
	return get_with(me, "/v1/results/count",
			house_print(house, PERIOD "&facility_code=%.*s",
				    STR_ARG(its->facility_code)));
}

static struct house_call try_cursor(struct house *house, const struct party *me,
				    const struct things *its)
{
	return get_with(me, "/v1/results",
			house_print(house, PERIOD "&limit=1&cursor=%.*s", STR_ARG(its->cursor)));
}

static struct house_call try_accesses(struct house *house, const struct party *me,
				      const struct things *its)
{
	return get_with(me, "/v1/accesses",
			house_print(house, PERIOD "&limit=1&cursor=%.*s",
				    STR_ARG(its->access_cursor)));
}

static struct house_call try_history(struct house *house, const struct party *me,
				     const struct things *its)
{
	struct str query = house_print(house, PERIOD "&limit=1&cursor=%.*s", STR_ARG(its->cursor));
	struct house_call call = get_with(me, "/v1/reader/checks", query);
	call.token = me->reader_token;
	return call;
}

static struct house_call try_result(struct house *house, const struct party *me,
				    const struct things *its)
{
	static int count;
	return reference(house, me, its->result_id, house_print(house, "try-%028d", ++count));
}

/* Its own result, under a key that the other one has used. */
static struct house_call try_key(struct house *house, const struct party *me,
				 const struct things *its)
{
	return reference(house, me, me->things.result_id, its->idempotency_key);
}

static struct house_call references(struct house *house, const struct party *me,
				    struct str result_id, struct str key)
{
	struct house_call call = reference(house, me, result_id, key);
	struct str inner = {call.body.ptr + 1, call.body.len - 1};
	call.path = "/v1/references";
	call.body = house_print(house, "{\"references\":[{\"result_id\":\"%.*s\",%.*s]}",
				STR_ARG(result_id), STR_ARG(inner));
	return call;
}

static struct house_call try_result_among(struct house *house, const struct party *me,
					  const struct things *its)
{
	static int count;
	return references(house, me, its->result_id, house_print(house, "many-%027d", ++count));
}

static struct house_call try_key_of_many(struct house *house, const struct party *me,
					 const struct things *its)
{
	return references(house, me, me->things.result_id, its->idempotency_key);
}

static struct house_call refresh_as(struct house *house, struct str handle, struct str login_id,
				    struct str password)
{
	return (struct house_call){
		.method = "POST",
		.path = "/v1/refresh",
		.idempotency_key = "0123456789abcdef0123456789abcdef",
		.body = house_print(house,
				    "{\"refresh_handle\":\"%.*s\",\"login_id\":\"%.*s\","
				    "\"password\":\"%.*s\"}",
				    STR_ARG(handle), STR_ARG(login_id), STR_ARG(password)),
	};
}

/* With one's own handle, another's name and password are worth what anybody's are. */
static struct house_call try_refresh(struct house *house, const struct party *me,
				     const struct things *its)
{
	(void)me;
	struct str handle = like(house, me->things.refresh_handle);
	return refresh_as(house, handle, its->login_id, its->password);
}

static struct house_call try_password(struct house *house, const struct party *me,
				      const struct things *its)
{
	/* Every try is a failure, and the tenth would be told apart. */
	assert_int_equal(store_lane_open(house->db, me->facility.receipt.row.no), 0);
	return (struct house_call){
		.method = "POST",
		.path = "/v1/password",
		.token = me->receipt_token,
		.body = house_print(house, "{\"old_password\":\"%.*s\",\"new_password\":\"%s\"}",
				    STR_ARG(its->password), "mado wo akeru asa"),
	};
}

static struct house_call try_enrolment(struct house *house, const struct party *me,
				       const struct things *its)
{
	(void)me;
	return (struct house_call){
		.method = "POST",
		.path = "/v1/enrolment",
		.token = me->receipt_token,
		.body = house_print(house, "{\"code\":\"%.*s\"}", STR_ARG(its->enrolment_code)),
	};
}

static struct house_call try_enrolment_confirm(struct house *house, const struct party *me,
					       const struct things *its)
{
	const struct house_account *account = &me->facility.receipt;
	return (struct house_call){
		.method = "POST",
		.path = "/v1/enrolment/confirm",
		.body = house_print(house,
				    "{\"code\":\"%.*s\",\"passcode_1\":\"%.*s\","
				    "\"passcode_2\":\"%.*s\"}",
				    STR_ARG(its->enrolment_code),
				    STR_ARG(house_passcode(house, account, 0)),
				    STR_ARG(house_passcode(house, account, 1))),
	};
}

static struct house_call try_activation_code(struct house *house, const struct party *me,
					     const struct things *its)
{
	return activation(house, &me->things, its->activation_code, me->things.device);
}

static struct house_call try_reader_id(struct house *house, const struct party *me,
				       const struct things *its)
{
	struct things mine = me->things;
	mine.reader_id = its->reader_id;
	return reader_login(house, &mine, mine.device);
}

static struct house_call try_staff(struct house *house, const struct party *me,
				   const struct things *its)
{
	return nonce(house, me->reader_token, its->staff);
}

static struct house_call check(struct house *house, const struct party *me, struct str tap_nonce,
			       const struct signing_key *device)
{
	struct house_call call = {
		.method = "POST",
		.path = "/v1/reader/checks",
		.token = me->reader_token,
		.body = house_print(house,
				    "{\"nonce\":\"%.*s\",\"method\":\"pin\",\"staff\":\"%.*s\","
				    "\"certificate\":\"AAAA\",\"signature\":\"AAAA\"}",
				    STR_ARG(tap_nonce), STR_ARG(me->things.staff)),
	};
	call.dpop = proof_make(house, device, call.path, call.token, call.body);
	return call;
}

static struct house_call try_nonce(struct house *house, const struct party *me,
				   const struct things *its)
{
	return check(house, me, its->nonce, me->things.device);
}

static struct house_call try_device(struct house *house, const struct party *me,
				    const struct things *its)
{
	return check(house, me, me->things.nonce, its->device);
}

static struct house_call try_card(struct house *house, const struct party *me,
				  const struct things *its)
{
	struct house_call call = check(house, me, its->nonce, me->things.device);
	call.path = "/v1/reader/registrations";
	call.body =
		house_print(house, "%.*s,\"consent\":true}", (int)call.body.len - 1, call.body.ptr);
	call.dpop = proof_make(house, me->things.device, call.path, me->reader_token, call.body);
	return call;
}

static struct house_call try_pc_code(struct house *house, const struct party *me,
				     const struct things *its)
{
	return registration(house, me, me->things.spare, its->activation_code);
}

static struct house_call try_pc(struct house *house, const struct party *me,
				const struct things *its)
{
	return (struct house_call){
		.method = "DELETE",
		.path = house_print(house, "/v1/devices/%.*s", STR_ARG(its->pc_id)).ptr,
		.token = me->receipt_token,
	};
}

static const struct
try {
	enum wire_call call;
	const char *thing;
	try_make *make;
}
tries[] = {
	{WIRE_LOGIN, "login id", try_login_id},
	{WIRE_LOGIN, "facility code", try_facility_code},
	{WIRE_LOGIN, "account", try_account},
	{WIRE_COUNT, "facility code", try_count},
	{WIRE_DOWNLOAD, "cursor", try_cursor},
	{WIRE_HISTORY, "cursor", try_history},
	{WIRE_ACCESSES, "cursor", try_accesses},
	{WIRE_REFERENCE, "result", try_result},
	{WIRE_REFERENCE, "idempotency key", try_key},
	{WIRE_REFERENCES, "result", try_result_among},
	{WIRE_REFERENCES, "idempotency key", try_key_of_many},
	{WIRE_REFRESH, "account", try_refresh},
	{WIRE_DEVICE_REGISTER, "code", try_pc_code},
	{WIRE_DEVICE_CLOSE, "device", try_pc},
	{WIRE_PASSWORD_CHANGE, "password", try_password},
	{WIRE_ENROLMENT_BEGIN, "code", try_enrolment},
	{WIRE_ENROLMENT_CONFIRM, "code", try_enrolment_confirm},
	{WIRE_ACTIVATE, "code", try_activation_code},
	{WIRE_READER_LOGIN, "login id", try_reader_id},
	{WIRE_NONCE, "staff", try_staff},
	{WIRE_CHECK, "nonce", try_nonce},
	{WIRE_CHECK, "device", try_device},
	{WIRE_REGISTRATION, "nonce", try_card},
};

/* Whose one thing is the caller's own: a challenge (to hold it is to have known the password) and
 * the session of the token itself, which matrix_run ends last. */
static bool tried_elsewhere(enum wire_call call)
{
	return call == WIRE_MFA || call == WIRE_LOGOUT;
}

/* --- replies --- */

struct seen {
	int status;
	struct str content_type;
	struct str body; /* the request's id blanked */
};

static struct seen send_and_see(struct matrix *matrix, const struct house_call *call,
				const struct party *other)
{
	static const char member[] = "\"request_id\":\"";
	struct house *house = matrix->house;
	struct seen seen = {.status = house_send(house, call)};
	const struct web_reply *reply = &house->last.reply;
	seen.content_type = house_print(house, "%.*s", STR_ARG(reply->content_type));
	char *body = arena_alloc(&house->arena, reply->body.len + 1);
	memcpy(body, reply->body.len ? reply->body.ptr : "", reply->body.len);
	char *id = strstr(body, member);
	for (id = id ? id + sizeof member - 1 : NULL; id && *id && *id != '"'; id++)
		*id = '-';
	seen.body = (struct str){body, reply->body.len};
	if (strstr(body, other->canary.ptr)) {
		matrix->leaking++;
		print_message("# %s %s shows %s\n", call->method, call->path, other->canary.ptr);
	}
	return seen;
}

static bool seen_equal(const struct seen *a, const struct seen *b)
{
	return a->status == b->status && str_equal(a->content_type, b->content_type) &&
	       str_equal(a->body, b->body);
}

static void difference_note(struct matrix *matrix, const char *operation, const char *thing,
			    const struct seen *its, const struct seen *nobodys)
{
	if (seen_equal(its, nobodys))
		return;
	if (matrix->differing++ < 5)
		print_message("# %s with another's %s: %d %.*s; with nobody's: %d %.*s\n",
			      operation, thing, its->status, STR_ARG(its->body), nobodys->status,
			      STR_ARG(nobodys->body));
}

/* Every try is one that must be refused; many in one call are refused one by one. */
static bool was_refused(const struct try *row, const struct seen *its)
{
	return its->status >= 400 ||
	       (row->call == WIRE_REFERENCES && !strstr(its->body.ptr, "\"done\""));
}

static void row_try(struct matrix *matrix, const struct try *row, const struct party *me,
		    const struct party *other, const struct things *nobodys)
{
	struct house *house = matrix->house;
	const char *operation = wire_call_row(row->call)->operation;
	int64_t before = house_calls(house);
	struct house_call call = row->make(house, me, &other->things);
	struct seen its = send_and_see(matrix, &call, other);
	call = row->make(house, me, nobodys);
	struct seen none = send_and_see(matrix, &call, other);
	matrix->tries++;
	difference_note(matrix, operation, row->thing, &its, &none);
	if (!was_refused(row, &its)) {
		matrix->leaking++;
		print_message("# %s with another's %s: %d\n", operation, row->thing, its.status);
	}
	if (house_calls(house) != before + 2) {
		matrix->untraced++;
		print_message("# %s with another's %s: %lld lines for two tries\n", operation,
			      row->thing, (long long)(house_calls(house) - before));
	}
}

/* --- routes that have no row --- */

static bool has_row(enum wire_call call)
{
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
		if (tries[i].call == call)
			return true;
	return tried_elsewhere(call);
}

static struct house_call plain(struct house *house, const struct party *me, enum wire_call name,
			       struct str argument)
{
	const char *path = wire_profile_default.routes[name].path;
	const char *open = strchr(path, '{');
	unsigned accounts = wire_call_row(name)->accounts;
	struct house_call call = {
		.method = wire_profile_method(&wire_profile_default, name),
		.path = path,
		.token = accounts & WIRE_ACCOUNT_WA ? me->receipt_token : me->reader_token,
		.idempotency_key = "0123456789abcdef0123456789abcde9",
	};
	if (open)
		call.path = house_print(house, "%.*s%.*s%s", (int)(open - path), path,
					STR_ARG(argument), strchr(open, '}') + 1)
				    .ptr;
	if (strcmp(call.method, "GET") != 0)
		call.body = STR("{}");
	return call;
}

static void argument_try(struct matrix *matrix, enum wire_call name, const struct party *me,
			 const struct party *other, struct str theirs)
{
	struct house *house = matrix->house;
	struct house_call call = plain(house, me, name, theirs);
	struct seen its = send_and_see(matrix, &call, other);
	call = plain(house, me, name, like(house, theirs));
	struct seen none = send_and_see(matrix, &call, other);
	matrix->tries++;
	difference_note(matrix, wire_call_row(name)->operation, "id", &its, &none);
}

static void unlisted_try(struct matrix *matrix, enum wire_call name, const struct party *me,
			 const struct party *other)
{
	const char *path = wire_profile_default.routes[name].path;
	bool reads = strcmp(wire_profile_method(&wire_profile_default, name), "GET") == 0;
	if (strchr(path, '{')) {
		argument_try(matrix, name, me, other, other->things.result_id);
		argument_try(matrix, name, me, other, other->things.staff);
	} else if (reads) {
		struct house_call call = plain(matrix->house, me, name, (struct str){0});
		send_and_see(matrix, &call, other);
		matrix->tries++;
	} else {
		matrix->unknown++;
		print_message("# %s %s takes a body: give it a row in tries[]\n",
			      wire_call_row(name)->operation, path);
	}
}

void matrix_try(struct matrix *matrix, size_t a, size_t b)
{
	const struct party *me = &matrix->parties[a], *other = &matrix->parties[b];
	struct things nobodys = nothing_like(matrix->house, &other->things);
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
		row_try(matrix, &tries[i], me, other, &nobodys);
	for (int call = 0; call < WIRE_CALLS; call++)
		if (!has_row((enum wire_call)call))
			unlisted_try(matrix, (enum wire_call)call, me, other);
	signing_key_destroy(nobodys.device);
	arena_clear(&matrix->house->arena);
	arena_init(&matrix->house->arena, 16 << 20);
}

/* The end of one's session is the end of no other. */
static void sessions_end(struct matrix *matrix)
{
	struct house *house = matrix->house;
	const struct party *first = &matrix->parties[0];
	struct house_call call = {.method = "POST",
				  .path = "/v1/logout",
				  .token = first->receipt_token,
				  .body = STR("{}")};
	assert_int_equal(house_send(house, &call), 204);
	assert_int_equal(house_get(house, "/v1/results/count", STR(PERIOD), first->receipt_token),
			 401);
	for (size_t i = 1; i < matrix->count; i++)
		assert_int_equal(house_get(house, "/v1/results/count", STR(PERIOD),
					   matrix->parties[i].receipt_token),
				 200);
}

void matrix_run(struct matrix *matrix, bool all)
{
	for (size_t a = 0; a < matrix->count; a++)
		for (size_t step = 1; step < (all ? matrix->count : 2); step++)
			matrix_try(matrix, a, (a + step) % matrix->count);
	sessions_end(matrix);
	print_message("# %zu facilities, %zu tries: %zu differing, %zu leaking, %zu untraced, "
		      "%zu routes unknown\n",
		      matrix->count, matrix->tries, matrix->differing, matrix->leaking,
		      matrix->untraced, matrix->unknown);
}
