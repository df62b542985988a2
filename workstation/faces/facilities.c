/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing of one facility is told here of another but its name and whether it is logged in. */
#include "workstation/faces/facilities.h"

#include "workstation/faces/code.h"
#include "workstation/faces/inside.h"
#include "workstation/faces/session.h"
#include "workstation/store/settings.h"

enum { CODE_CHARS_MAX = 20, URL_CHARS_MAX = 200 };

static const struct keeper *keeper_of(const struct face_call *call)
{
	return station_config(call->station)->keeper;
}

/* --- what there is --- */

static int settings_put(struct face_call *call, struct str code)
{
	const struct keeper *keeper = keeper_of(call);
	AUTO(db_closep) struct db *db = NULL;
	struct str service, login_id;
	int64_t received_ms;
	int r = keeper->store(keeper->ctx, code, &db);
	if (r == 0)
		r = store_setting_get(db, call->arena, STR("service"), &service);
	if (r == 0)
		r = store_setting_get(db, call->arena, STR("login_id"), &login_id);
	if (r == 0)
		r = store_setting_number(db, STR("received_ms"), 0, &received_ms);
	if (r)
		return FOLD(r);
	json_put_member(call->out, "service", service);
	json_put_member(call->out, "login_id", login_id);
	json_put_member_number(call->out, "received_ms", received_ms);
	return 0;
}

/* One that nobody has looked at since the start is not logged in. */
static void session_put(struct face_call *call, struct str code)
{
	struct couriers *couriers = station_config(call->station)->couriers;
	struct courier *courier = couriers ? couriers_peek(couriers, code) : NULL;
	struct courier_state state = {0};
	if (courier)
		courier_state(courier, &state);
	json_put_member(call->out, "phase", session_phase_word(state.phase));
	json_key(call->out, "connected");
	json_put_bool(call->out, state.phase == COURIER_IN && !state.is_away);
}

static int facility_put(struct face_call *call, const struct keeper_facility *facility)
{
	int r = 0;
	json_object_open(call->out);
	json_put_member(call->out, "code", facility->code);
	json_put_member(call->out, "name", facility->name);
	json_key(call->out, "away");
	json_put_bool(call->out, facility->is_away);
	if (!facility->is_away) {
		session_put(call, facility->code);
		r = settings_put(call, facility->code);
	}
	json_object_close(call->out);
	return r < 0 ? PASS(r) : 0;
}

int face_facilities(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct keeper_facility *facilities;
	size_t count = 0;
	int r = keeper->facilities(keeper->ctx, call->arena, &facilities, &count);
	if (r)
		return FOLD(r);
	json_key(call->out, "facilities");
	json_array_open(call->out);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = facility_put(call, &facilities[i]);
	json_array_close(call->out);
	return r < 0 ? PASS(r) : 0;
}

/* --- changes --- */

struct wish {
	struct str code, name, service;
	bool away;
};

static const struct json_field wish_fields[] = {
	JSON_FIELD(struct wish, code, "code", JSON_TEXT, JSON_REQUIRED, 1, CODE_CHARS_MAX),
	JSON_FIELD(struct wish, name, "name", JSON_TEXT, JSON_REQUIRED, 1, KEEPER_NAME_CHARS_MAX),
	JSON_FIELD(struct wish, service, "service", JSON_TEXT, JSON_OPTIONAL, 1, URL_CHARS_MAX),
};
static const struct json_field away_fields[] = {
	JSON_FIELD(struct wish, code, "code", JSON_TEXT, JSON_REQUIRED, 1, CODE_CHARS_MAX),
	JSON_FIELD(struct wish, away, "away", JSON_BOOL, JSON_REQUIRED, 0, 0),
};

static int refusal(struct face_call *call, int outcome)
{
	if (outcome == KEEPER_PRESENT)
		return face_refuse_text(call, STR("code"),
					STR("この施設は、もう加えてあります。しまってあるときは、"
					    "「また使う」を押してください。"));
	if (outcome == KEEPER_FULL)
		return face_refuse_text(call, STR("code"),
					STR("1台のPCに加えられるのは、8施設までです。"));
	return face_refuse_text(call, STR("code"), STR("この医療機関等コードは使えません。"));
}

/* The windows ask what facilities there are. */
static void tell(struct face_call *call)
{
	faces_event(call->station, (struct str){0}, "facilities");
}

/* What the new one has in common with the one beside it. */
static int settings_copy(struct face_call *call, const struct wish *wish)
{
	static const char *const names[] = {"backup_folder", "backup_keep", "service"};
	const struct keeper *keeper = keeper_of(call);
	AUTO(db_closep) struct db *db = NULL;
	int r = keeper->store(keeper->ctx, wish->code, &db);
	for (size_t i = 0; r == 0 && i < sizeof names / sizeof *names; i++) {
		struct str value;
		r = store_setting_get(call->db, call->arena, str_of(names[i]), &value);
		if (r == 0 && value.ptr)
			r = store_setting_put(db, str_of(names[i]), value);
	}
	if (r == 0 && wish->service.ptr)
		r = store_setting_put(db, STR("service"), wish->service);
	return r ? FOLD(r) : 0;
}

int face_facility_add(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct wish wish = {0};
	int r = face_read(call, FACE_FIELDS(wish_fields), &wish);
	if (r == 0)
		r = face_code_fold(call, STR("code"), &wish.code);
	if (r == 0)
		r = face_service_check(call, STR("service"), wish.service);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct keeper_facility facility = {.code = wish.code, .name = wish.name};
	r = keeper->facility_add(keeper->ctx, &facility);
	if (r)
		return r < 0 ? PASS(r) : refusal(call, r);
	r = settings_copy(call, &wish);
	if (r)
		return PASS(r);
	json_put_member(call->out, "code", wish.code);
	tell(call);
	return 0;
}

/* As it is now. Problem: FACE_FACILITY_SWITCHED, there is none. */
static int facility_find(struct face_call *call, struct str code,
			 struct keeper_facility *ret_facility)
{
	const struct keeper *keeper = keeper_of(call);
	struct keeper_facility *facilities;
	size_t count = 0;
	int r = keeper->facilities(keeper->ctx, call->arena, &facilities, &count);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < count; i++) {
		if (!str_equal(facilities[i].code, code))
			continue;
		*ret_facility = facilities[i];
		return 0;
	}
	return FACE_FACILITY_SWITCHED;
}

/* Its session here is let go: at the service it ends within half an hour. */
static void courier_end(struct face_call *call, struct str code)
{
	struct couriers *couriers = station_config(call->station)->couriers;
	if (couriers)
		couriers_close(couriers, code);
	faces_event(call->station, code, "session");
}

static int service_change(struct face_call *call, const struct wish *wish)
{
	const struct keeper *keeper = keeper_of(call);
	AUTO(db_closep) struct db *db = NULL;
	struct str before;
	int r = keeper->store(keeper->ctx, wish->code, &db);
	if (r == 0)
		r = store_setting_get(db, call->arena, STR("service"), &before);
	if (r == 0 && !str_equal(before, wish->service)) {
		r = store_setting_put(db, STR("service"), wish->service);
		if (r == 0)
			courier_end(call, wish->code);
	}
	return r ? FOLD(r) : 0;
}

int face_facility_change(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct keeper_facility facility;
	struct wish wish = {0};
	int r = face_read(call, FACE_FIELDS(wish_fields), &wish);
	if (r == 0)
		r = face_service_check(call, STR("service"), wish.service);
	if (r == 0)
		r = facility_find(call, wish.code, &facility);
	if (r)
		return r < 0 ? PASS(r) : r;
	facility.name = wish.name;
	r = keeper->facility_change(keeper->ctx, &facility);
	if (r == 0 && wish.service.ptr)
		r = service_change(call, &wish);
	if (r)
		return FOLD(r);
	tell(call);
	return 0;
}

int face_facility_away(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct keeper_facility facility;
	struct wish wish = {0};
	int r = face_read(call, FACE_FIELDS(away_fields), &wish);
	if (r == 0)
		r = facility_find(call, wish.code, &facility);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (str_equal(wish.code, call->facility))
		return face_refuse_text(call, STR("code"),
					STR("いま表示している施設です。上の欄でほかの施設に"
					    "切り替えてから、しまってください。"));
	facility.is_away = wish.away;
	r = keeper->facility_change(keeper->ctx, &facility);
	if (r)
		return FOLD(r);
	if (wish.away) {
		courier_end(call, wish.code);
		stores_close(call->station, wish.code);
	}
	tell(call);
	return 0;
}
