/* SPDX-License-Identifier: Apache-2.0 */
/* Orders in, a state out. */
#include "workstation/faces/session.h"

#include "lib/base/number.h"
#include "workstation/faces/code.h"
#include "workstation/faces/station.h"
#include "workstation/rules/overdue.h"

enum {
	LOGIN_ID_CHARS_MAX = 64,
	PASSWORD_CHARS_MAX = 256,
	PASSCODE_CHARS_MAX = 24,
	PASSCODE_DIGITS = 6,
	MAIL_DIGITS = 8,
	URL_CHARS_MAX = 200,
	CODE_CHARS_MAX = 63,
	NAME_CHARS_MAX = 64,
};

/* --- the courier --- */

int face_courier(struct face_call *call, struct courier **ret_courier)
{
	struct couriers *couriers = station_config(call->station)->couriers;
	if (!couriers)
		return FACE_SERVICE_ABSENT;
	int r = couriers_of(couriers, call->facility, ret_courier);
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum couriers_outcome)r) {
	case COURIERS_NO_SERVICE:
	case COURIERS_SERVICE_BAD: break;
	}
	return FACE_SERVICE_ABSENT;
}

int face_order(struct face_call *call, const struct courier_order *order)
{
	struct courier *courier;
	int64_t number;
	int r = face_courier(call, &courier);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = courier_order(courier, order, &number);
	if (r)
		return r < 0 ? PASS(r) : FACE_DESK_BUSY;
	json_put_member_number(call->out, "order", number);
	return 0;
}

static int plain_order(struct face_call *call, enum courier_order_kind kind)
{
	const struct courier_order order = {.kind = kind};
	int r = face_order(call, &order);
	return r < 0 ? PASS(r) : r;
}

/* --- what is told --- */

static void trouble_put(struct json_writer *out, const struct line_trouble *trouble)
{
	/* A code without words of its own, e.g. a password that is not there any more. */
	const char *title = *trouble->title ? trouble->title : shk_code_text(trouble->code);
	json_key(out, "trouble");
	json_object_open(out);
	json_put_member(out, "code", str_of(trouble->problem));
	json_put_member_number(out, "number", trouble->code);
	json_put_member(out, "title", str_of(title));
	json_put_member(out, "action", str_of(trouble->action));
	json_put_member(out, "vendor", str_of(trouble->vendor));
	if (*trouble->request_id)
		json_put_member(out, "request_id", str_of(trouble->request_id));
	if (trouble->retry_after_s)
		json_put_member_number(out, "retry_after_s", trouble->retry_after_s);
	json_key(out, "fields");
	json_array_open(out);
	for (int32_t i = 0; i < trouble->fields_count; i++) {
		json_object_open(out);
		json_put_member(out, "field", str_of(trouble->fields[i].name));
		json_put_member(out, "text", str_of(trouble->fields[i].text));
		json_object_close(out);
	}
	json_array_close(out);
	json_object_close(out);
}

static void flag_put(struct json_writer *out, const char *name, bool is_set)
{
	json_key(out, name);
	json_put_bool(out, is_set);
}

static void report_put(struct json_writer *out, const struct sync_report *report)
{
	json_key(out, "report");
	json_object_open(out);
	json_put_member_number(out, "downloaded", report->downloaded);
	json_put_member_number(out, "known", report->known);
	json_put_member_number(out, "charts_new", report->charts_new);
	json_put_member_number(out, "linked", report->linked);
	json_put_member_number(out, "insurances_new", report->insurances_new);
	json_put_member_number(out, "asked", report->asked);
	json_put_member_number(out, "aside", report->aside);
	json_put_member_number(out, "registered", report->registered);
	json_put_member_number(out, "queued", report->queued);
	json_object_close(out);
}

struct str session_phase_word(enum courier_phase phase)
{
	switch (phase) {
	case COURIER_OUT: return STR("out");
	case COURIER_PASSCODE: return STR("passcode");
	case COURIER_PASSWORD: return STR("password");
	case COURIER_IN: break;
	}
	return STR("in");
}

static struct str passcode_word(int32_t passcode)
{
	if (passcode == SHK_PASSCODE_NONE)
		return STR("none");
	return passcode == SHK_PASSCODE_MAIL ? STR("mail") : STR("authenticator");
}

static void progress_put(struct json_writer *out, const struct courier_state *state, int64_t now_ms)
{
	int64_t took_ms = now_ms - state->progress.began_ms;
	if (!state->is_receiving)
		return;
	json_key(out, "receiving");
	json_object_open(out);
	json_put_member_number(out, "order", state->progress.order);
	json_put_member_number(out, "done", state->progress.done);
	json_put_member_number(out, "total", state->progress.total);
	if (took_ms > 0)
		json_put_member_number(out, "per_second", state->progress.done * 1000 / took_ms);
	json_object_close(out);
}

static void overdue_put(struct json_writer *out, int64_t received_ms, int64_t now_ms)
{
	struct overdue overdue = overdue_of(received_ms, now_ms);
	if (overdue.kind == OVERDUE_NONE)
		return;
	json_key(out, "overdue");
	json_object_open(out);
	flag_put(out, "lost", overdue.kind == OVERDUE_LOST);
	json_put_member_number(out, "since", overdue.since);
	json_put_member_number(out, "last_day", overdue.last_day);
	json_put_member_number(out, "days", overdue.days);
	json_object_close(out);
}

static void session_put(struct json_writer *out, const struct courier_state *state)
{
	json_put_member(out, "phase", session_phase_word(state->phase));
	json_put_member(out, "passcode", passcode_word(state->passcode));
	json_put_member(out, "login_id", str_of(state->login_id));
	json_put_member(out, "facility_name", str_of(state->facility_name));
	json_put_member(out, "notice", str_of(state->notice));
	flag_put(out, "again", state->is_again);
	flag_put(out, "device", state->is_device);
	flag_put(out, "needs_device", state->needs_device);
	flag_put(out, "busy", state->is_busy);
	json_put_member_number(out, "ends_ms", state->ends_ms);
}

static void connection_put(struct json_writer *out, const struct courier_state *state)
{
	flag_put(out, "away", state->is_away);
	json_put_member_number(out, "away_since_ms", state->away_since_ms);
	json_put_member_number(out, "contact_ms", state->contact_ms);
	flag_put(out, "automatic", state->is_automatic);
	json_put_member_number(out, "received_ms", state->received_ms);
	json_put_member_number(out, "queued", state->queued);
	json_put_member_number(out, "report_ms", state->report_ms);
	if (state->report_ms)
		report_put(out, &state->report);
	if (state->trouble.code)
		trouble_put(out, &state->trouble);
}

int face_session(struct face_call *call)
{
	struct courier *courier;
	struct courier_state state = {0};
	int r = face_courier(call, &courier);
	if (r < 0)
		return PASS(r);
	flag_put(call->out, "service", r == 0);
	if (r == 0)
		courier_state(courier, &state);
	session_put(call->out, &state);
	connection_put(call->out, &state);
	json_put_member_number(call->out, "now_ms", call->now_ms);
	progress_put(call->out, &state, call->now_ms);
	overdue_put(call->out, state.received_ms, call->now_ms);
	return 0;
}

struct done_wish {
	int64_t order;
};

static const struct json_field done_fields[] = {
	JSON_FIELD(struct done_wish, order, "order", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
};

int face_session_done(struct face_call *call)
{
	struct done_wish wish;
	struct courier *courier;
	struct courier_done done;
	int r = face_read(call, FACE_FIELDS(done_fields), &wish);
	if (r == 0)
		r = face_courier(call, &courier);
	if (r)
		return r < 0 ? PASS(r) : r;
	courier_done(courier, wish.order, &done);
	flag_put(call->out, "done", done.number != 0);
	if (done.trouble.code)
		trouble_put(call->out, &done.trouble);
	if (done.kind == COURIER_COUNT && !done.trouble.code) {
		json_put_member_number(call->out, "count", done.count.count);
		json_put_member_number(call->out, "without", done.count.without_reference);
		json_put_member_number(call->out, "known", done.known);
	}
	if (done.kind == COURIER_RECEIVE)
		report_put(call->out, &done.report);
	return 0;
}

/* --- orders --- */

struct login_wish {
	struct str login_id, password, service;
};

static const struct json_field login_fields[] = {
	JSON_FIELD(struct login_wish, login_id, "login_id", JSON_TEXT, JSON_REQUIRED, 3,
		   LOGIN_ID_CHARS_MAX),
	JSON_FIELD(struct login_wish, password, "password", JSON_TEXT, JSON_REQUIRED, 1,
		   PASSWORD_CHARS_MAX),
	JSON_FIELD(struct login_wish, service, "service", JSON_TEXT, JSON_OPTIONAL, 1,
		   URL_CHARS_MAX),
};

static int service_keep(struct face_call *call, struct str url)
{
	struct couriers *couriers = station_config(call->station)->couriers;
	if (!url.ptr || !couriers)
		return 0;
	int r = face_service_check(call, STR("service"), url);
	if (r == 0)
		r = couriers_service_set(couriers, call->db, url);
	return r < 0 ? PASS(r) : r;
}

/* ASCII of full-width letters and digits; false: something else is in it. */
static bool ascii_fold(struct str text, char *into, size_t bytes)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char *at = (const unsigned char *)text.ptr + i;
		char c = (char)at[0];
		/* U+FF01..U+FF5E: EF BC 81 .. EF BD 9E */
		if (at[0] == 0xEF && i + 2 < text.len && (at[1] == 0xBC || at[1] == 0xBD)) {
			c = (char)(at[1] == 0xBC ? at[2] - 0x60 : at[2] - 0x20);
			i += 2;
		} else if (at[0] >= 0x80) {
			return false;
		}
		if (c == ' ' || c == '-')
			continue;
		if (len + 1 >= bytes)
			return false;
		into[len++] = c;
	}
	into[len] = '\0';
	return true;
}

int face_session_login(struct face_call *call)
{
	struct login_wish wish = {0};
	AUTO(secret_wipe) struct secret password = {0};
	struct courier_order order = {.kind = COURIER_LOGIN};
	int r = face_read(call, FACE_FIELDS(login_fields), &wish);
	if (r == 0)
		r = service_keep(call, wish.service);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!ascii_fold(wish.login_id, order.login_id, sizeof order.login_id))
		return face_refuse_text(call, STR("login_id"),
					STR("半角の英字と数字で入れてください。例: WA0000001"));
	r = secret_set(&password, wish.password);
	if (r)
		return PASS(r);
	order.secret = password;
	r = face_order(call, &order);
	secret_wipe(&order.secret);
	return r < 0 ? PASS(r) : r;
}

struct passcode_wish {
	struct str passcode;
};

static const struct json_field passcode_fields[] = {
	JSON_FIELD(struct passcode_wish, passcode, "passcode", JSON_TEXT, JSON_REQUIRED, 1,
		   PASSCODE_CHARS_MAX),
};

static bool is_digits(const char *text)
{
	for (; *text; text++)
		if (*text < '0' || *text > '9')
			return false;
	return true;
}

static int passcode_refuse(struct face_call *call, bool is_mail)
{
	return face_refuse_text(call, STR("passcode"),
				is_mail ? STR("メールに書かれた8桁の数字を入れてください。")
					: STR("認証アプリに出ている6桁の数字を入れてください。"));
}

int face_session_passcode(struct face_call *call)
{
	struct passcode_wish wish;
	struct courier *courier;
	struct courier_state state;
	struct courier_order order = {.kind = COURIER_GIVE};
	char digits[PASSCODE_CHARS_MAX + 1];
	int r = face_read(call, FACE_FIELDS(passcode_fields), &wish);
	if (r == 0)
		r = face_courier(call, &courier);
	if (r)
		return r < 0 ? PASS(r) : r;
	courier_state(courier, &state);
	bool is_mail = state.passcode == SHK_PASSCODE_MAIL;
	if (!ascii_fold(wish.passcode, digits, sizeof digits) || !is_digits(digits) ||
	    strlen(digits) != (is_mail ? MAIL_DIGITS : PASSCODE_DIGITS))
		return passcode_refuse(call, is_mail);
	r = secret_set(&order.secret, str_of(digits));
	if (!r)
		r = face_order(call, &order);
	explicit_bzero(digits, sizeof digits);
	secret_wipe(&order.secret);
	return r < 0 ? PASS(r) : r;
}

struct password_wish {
	struct str present, next;
};

static const struct json_field password_fields[] = {
	JSON_FIELD(struct password_wish, present, "present", JSON_TEXT, JSON_REQUIRED, 1,
		   PASSWORD_CHARS_MAX),
	JSON_FIELD(struct password_wish, next, "next", JSON_TEXT, JSON_REQUIRED, 1,
		   PASSWORD_CHARS_MAX),
};

int face_session_password(struct face_call *call)
{
	struct password_wish wish;
	struct courier_order order = {.kind = COURIER_CHANGE};
	int r = face_read(call, FACE_FIELDS(password_fields), &wish);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = secret_set(&order.secret, wish.present);
	if (!r)
		r = secret_set(&order.secret_next, wish.next);
	if (!r)
		r = face_order(call, &order);
	secret_wipe(&order.secret);
	secret_wipe(&order.secret_next);
	return r < 0 ? PASS(r) : r;
}

struct device_wish {
	struct str name, code;
};

static const struct json_field device_fields[] = {
	JSON_FIELD(struct device_wish, name, "name", JSON_TEXT, JSON_REQUIRED, 1, NAME_CHARS_MAX),
	JSON_FIELD(struct device_wish, code, "code", JSON_TEXT, JSON_OPTIONAL, 1, CODE_CHARS_MAX),
};

int face_session_device(struct face_call *call)
{
	struct device_wish wish = {0};
	struct courier_order order = {.kind = COURIER_DEVICE};
	int r = face_read(call, FACE_FIELDS(device_fields), &wish);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!ascii_fold(wish.code, order.code, sizeof order.code))
		return face_refuse_text(call, STR("code"),
					STR("運営者から届いたコードを、半角で入れてください。"));
	r = str_to_c(wish.name, order.name, sizeof order.name);
	if (!r)
		r = face_order(call, &order);
	return r < 0 ? PASS(r) : r;
}

int face_session_mail(struct face_call *call)
{
	int r = plain_order(call, COURIER_MAIL);
	return r < 0 ? PASS(r) : r;
}

int face_session_logout(struct face_call *call)
{
	int r = plain_order(call, COURIER_LOGOUT);
	return r < 0 ? PASS(r) : r;
}

/* One that cannot be made now looks at the queue when it is. */
void face_queue_tell(struct face_call *call)
{
	struct courier *courier;
	if (face_courier(call, &courier) == 0)
		courier_queue_moved(courier);
}

int face_session_wake(struct face_call *call)
{
	struct courier *courier;
	int r = face_courier(call, &courier);
	if (r)
		return r < 0 ? PASS(r) : 0;
	courier_wake(courier);
	return 0;
}
