/* SPDX-License-Identifier: Apache-2.0 */
/* From the library's requests to the service's. */
#include "tests/acceptance/T70/wire.h"

#include "lib/base/period.h"
#include "server/api/service_test.h"

struct wire wire;

static struct str header_of(const struct transport_request *request, const char *name)
{
	for (size_t i = 0; i < request->headers_count; i++)
		if (str_equal_nocase(request->headers[i].name, str_of(name)))
			return request->headers[i].value;
	return (struct str){0};
}

static struct web_request web_of(const struct transport_request *request)
{
	struct str rest = request->url;
	struct web_request web = {
		.method = request->method,
		.content_type = header_of(request, "Content-Type"),
		.authorization = header_of(request, "Authorization"),
		.idempotency_key = header_of(request, "Idempotency-Key"),
		.if_none_match = header_of(request, "If-None-Match"),
		.dpop = header_of(request, "DPoP"),
		.body = request->body,
		.request_id = "00000000000000000000000000000000",
	};
	rest.ptr += strlen(HOUSE_ORIGIN);
	rest.len -= strlen(HOUSE_ORIGIN);
	(void)str_split(&rest, '?', &web.path);
	web.query = rest;
	return web;
}

static struct str kept(struct arena *arena, struct str text)
{
	struct str copy = {0};
	if (text.ptr)
		assert_int_equal(arena_copy(arena, text, &copy), 0);
	return copy;
}

/* The service's own time, as nginx puts it beside each answer (RFC 9110 section 5.6.7). */
static struct str date_of(struct arena *arena)
{
	enum { ZONE_MS = 9 * 60 * 60 * 1000, ZONE_BYTES = 5 };
	char text[PERIOD_MAIL_BYTES];
	struct str date;
	(void)period_mail_print(wire.time->now_ms - ZONE_MS, text);
	assert_int_equal(arena_print(arena, &date, "%.*sGMT", (int)(strlen(text) - ZONE_BYTES),
				     text),
			 0);
	return date;
}

static void arrive(const struct transport_request *request, struct arena *arena,
		   struct transport_reply *ret_reply)
{
	struct web_exchange exchange = {.adapter_data = NULL};
	const struct web_request web = web_of(request);
	wire.arrivals++;
	if (memmem(web.path.ptr, web.path.len, "reference", strlen("reference")))
		wire.registrations++;
	web_fake_call(&house_app, wire.house->service, &web, &exchange);
	*ret_reply = (struct transport_reply){
		.status = exchange.reply.status,
		.content_type = kept(arena, exchange.reply.content_type),
		.date = date_of(arena),
		.body = exchange.reply.body.ptr ? kept(arena, exchange.reply.body) : STR(""),
	};
	for (size_t i = 0; i < exchange.reply.headers_count; i++)
		if (str_equal_nocase(exchange.reply.headers[i].name, STR("ETag")))
			ret_reply->etag = kept(arena, exchange.reply.headers[i].value);
	web_fake_clear(&exchange);
}

static int between_perform(void *ctx, const struct transport_request *request, struct arena *arena,
			   struct transport_reply *ret_reply)
{
	(void)ctx;
	wire.requests++;
	if (wire.is_away)
		return TRANSPORT_UNREACHABLE;
	switch (wire.accident ? wire.accident(wire.ctx, request) : WIRE_WELL) {
	case WIRE_NOT_SENT: return TRANSPORT_UNREACHABLE;
	case WIRE_ANSWER_LOST: arrive(request, arena, ret_reply); return TRANSPORT_BROKEN;
	case WIRE_TWICE: arrive(request, arena, ret_reply); break;
	case WIRE_WELL: break;
	}
	arrive(request, arena, ret_reply);
	return 0;
}

struct transport __wrap_transport_of_curl(void *curl)
{
	(void)curl;
	return (struct transport){.perform = between_perform};
}

void __wrap_client_wait_system(void *ctx, int64_t ms, const atomic_int *cancelled)
{
	(void)ctx, (void)ms, (void)cancelled;
}

void wire_open(const struct db_fixture *fixture)
{
	void *house = NULL;
	bool is_postgres = fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&house, is_postgres ? fixture->target : NULL), 0);
	wire = (struct wire){.house = house};
	wire.time = &wire.house->time;
	house_enrol(wire.house, &wire.house->here.receipt);
}

void wire_close(void)
{
	void *house = wire.house;
	assert_int_equal(house_close(&house), 0);
	wire = (struct wire){.house = NULL};
}

void wire_password(struct secret *ret_password)
{
	*ret_password = wire.house->here.receipt.password;
}

void wire_passcode(char ret_passcode[7])
{
	wire.house->time.now_ms += 2 * TOTP_STEP_MS;
	struct str code = house_passcode(wire.house, &wire.house->here.receipt, 0);
	assert_int_equal(str_to_c(code, ret_passcode, 7), 0);
}

void wire_tap(int person)
{
	house_confirm(wire.house, &wire.house->here, person);
	arena_clear(&wire.house->arena);
}

int64_t wire_number(const char *sql)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(wire.house->db, sql, DB_NO_ARGS, &rows), 0);
	assert_int_equal(db_next(rows), 0);
	return db_column_int(rows, 0);
}

void wire_person(int person)
{
	struct house *house = wire.house;
	struct people_imported imported;
	struct str complaint = {0};
	struct str line = house_print(
		house,
		"{\"person\":\"P%06d\",\"certificates\":[{\"aki\":\"a0b1\",\"serial\":\"%04x\"}],"
		"\"qualifications\":[{\"InsuredCardClassification\":\"01\","
		"\"InsurerNumber\":\"06132013\",\"InsuredCardSymbol\":\"12\","
		"\"InsuredIdentificationNumber\":\"%d\",\"Name\":\"試験　%d\",\"Sex1\":\"1\","
		"\"NameKana\":\"ｼｹﾝ %d\",\"Birthdate\":\"%04d%02d%02d\","
		"\"InsurerName\":\"試験健康保険組合\",\"QualificationDate\":\"20200401\","
		"\"PersonalFamilyClassification\":\"1\"}]}",
		person, (unsigned)person + 0x1000, person, person, person, 1930 + person / 336 % 80,
		1 + person / 28 % 12, 1 + person % 28);
	int r = people_import(house->service->keys, house->db, &house->arena, line,
			      house->time.now_ms, &imported, &complaint);
	if (r)
		print_message("%.*s\n", STR_ARG(complaint));
	assert_int_equal(r, 0);
}
