/* SPDX-License-Identifier: Apache-2.0 */
/* What the first start fixes: the facility, the first staff, their password. */
#include "workstation/faces/setup.h"

#include "workstation/faces/code.h"
#include "workstation/faces/station.h"

enum {
	STAFF_ID_CHARS_MAX = 16,
	PASSWORD_CHARS_MIN = 8,
	PASSWORD_CHARS_MAX = 128,
	URL_CHARS_MAX = 200,
};

struct wish {
	struct str facility, facility_name, service, staff, staff_name, password;
};

static const struct json_field wish_fields[] = {
	JSON_FIELD(struct wish, facility, "facility", JSON_TEXT, JSON_REQUIRED, 1, 20),
	JSON_FIELD(struct wish, facility_name, "facility_name", JSON_TEXT, JSON_REQUIRED, 1,
		   KEEPER_NAME_CHARS_MAX),
	JSON_FIELD(struct wish, service, "service", JSON_TEXT, JSON_OPTIONAL, 1, URL_CHARS_MAX),
	JSON_FIELD(struct wish, staff, "staff", JSON_TEXT, JSON_REQUIRED, 1, STAFF_ID_CHARS_MAX),
	JSON_FIELD(struct wish, staff_name, "staff_name", JSON_TEXT, JSON_REQUIRED, 1,
		   KEEPER_NAME_CHARS_MAX),
	JSON_FIELD(struct wish, password, "password", JSON_TEXT, JSON_REQUIRED, PASSWORD_CHARS_MIN,
		   PASSWORD_CHARS_MAX),
};

/* Both are told at once. */
static int wish_check(struct face_call *call, struct wish *wish)
{
	int code = face_code_fold(call, STR("facility"), &wish->facility);
	if (code < 0)
		return PASS(code);
	int service = face_service_check(call, STR("service"), wish->service);
	return code ? code : service;
}

static int birth_make(struct face_call *call, const struct wish *wish)
{
	const struct keeper *keeper = station_config(call->station)->keeper;
	const struct keeper_birth birth = {.facility = {.code = wish->facility,
							.name = wish->facility_name},
					   .staff = {.id = wish->staff, .name = wish->staff_name},
					   .service = wish->service};
	AUTO(secret_wipe) struct secret recovery = {0};
	int r = keeper->create(keeper->ctx, &birth, wish->password, &recovery);
	if (r < 0)
		return PASS(r);
	if (r)
		return r == KEEPER_WEAK ? FACE_DESK_PASSWORD_WEAK : FACE_DESK_SETUP_DONE;
	/* The one time that it is told: to be printed, and kept where the PC is not. */
	json_put_member(call->out, "recovery", secret_str(&recovery));
	json_put_member(call->out, "facility", wish->facility);
	r = station_unlock(call->station, wish->staff);
	return r < 0 ? PASS(r) : 0;
}

int face_setup(struct face_call *call)
{
	struct wish wish = {0};
	int r = face_read(call, FACE_FIELDS(wish_fields), &wish);
	if (r == 0)
		r = wish_check(call, &wish);
	if (r == 0)
		r = birth_make(call, &wish);
	return r < 0 ? PASS(r) : r;
}
