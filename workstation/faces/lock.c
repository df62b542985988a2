/* SPDX-License-Identifier: Apache-2.0 */
/* The frame's own calls: what phase it is, signs of life, the lock. */
#include "workstation/faces/lock.h"

#include "workstation/faces/station.h"

static struct str phase_word(enum face_phase phase)
{
	switch (phase) {
	case FACE_SETUP: return STR("setup");
	case FACE_LOCKED: return STR("locked");
	case FACE_OPEN:
	case FACE_ANY: break;
	}
	return STR("open");
}

static int people_put(struct face_call *call, const struct keeper *keeper)
{
	struct keeper_staff *staff;
	size_t count = 0;
	int r = keeper->staff(keeper->ctx, call->arena, &staff, &count);
	if (r < 0)
		return PASS(r);
	json_key(call->out, "people");
	json_array_open(call->out);
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (staff[i].is_away)
			continue;
		json_object_open(call->out);
		json_put_member(call->out, "id", staff[i].id);
		json_put_member(call->out, "name", staff[i].name);
		json_object_close(call->out);
	}
	json_array_close(call->out);
	return 0;
}

static int facilities_put(struct face_call *call, const struct keeper *keeper)
{
	struct keeper_facility *facilities;
	size_t count = 0;
	int r = keeper->facilities(keeper->ctx, call->arena, &facilities, &count);
	if (r < 0)
		return PASS(r);
	json_key(call->out, "facilities");
	json_array_open(call->out);
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (facilities[i].is_away)
			continue;
		json_object_open(call->out);
		json_put_member(call->out, "code", facilities[i].code);
		json_put_member(call->out, "name", facilities[i].name);
		json_object_close(call->out);
	}
	json_array_close(call->out);
	return 0;
}

int face_state(struct face_call *call)
{
	const struct station_config *config = station_config(call->station);
	enum face_phase phase = station_phase(call->station);
	int64_t lock_ms = config->lock_ms ? config->lock_ms : STATION_LOCK_MS;
	json_put_member(call->out, "phase", phase_word(phase));
	json_put_member(call->out, "version", config->version);
	json_put_member_number(call->out, "event", station_event(call->station));
	json_put_member_number(call->out, "mask_s", STATION_MASK_MS / 1000);
	json_put_member_number(call->out, "lock_s", lock_ms / 1000);
	json_put_member_number(call->out, "now_ms", call->now_ms);
	if (phase == FACE_SETUP)
		return 0;
	json_put_member(call->out, "staff", call->staff);
	int r = people_put(call, config->keeper);
	if (r == 0 && phase == FACE_OPEN)
		r = facilities_put(call, config->keeper);
	return r < 0 ? PASS(r) : 0;
}

int face_alive(struct face_call *call)
{
	station_alive(call->station);
	return 0;
}

int face_lock(struct face_call *call)
{
	station_lock(call->station);
	return 0;
}

struct credentials {
	struct str staff, password;
};

static const struct json_field credential_fields[] = {
	JSON_FIELD(struct credentials, staff, "staff", JSON_TEXT, JSON_REQUIRED, 1, 16),
	JSON_FIELD(struct credentials, password, "password", JSON_TEXT, JSON_REQUIRED, 1, 256),
};

int face_unlock(struct face_call *call)
{
	const struct keeper *keeper = station_config(call->station)->keeper;
	struct credentials given;
	int r = face_read(call, FACE_FIELDS(credential_fields), &given);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = keeper->unlock(keeper->ctx, given.staff, given.password);
	if (r < 0)
		return PASS(r);
	if (r)
		return r == KEEPER_WAIT	     ? FACE_DESK_WAIT
		       : r == KEEPER_DAMAGED ? FACE_DESK_VAULT_DAMAGED
					     : FACE_DESK_PASSWORD_WRONG;
	r = station_unlock(call->station, given.staff);
	return r < 0 ? PASS(r) : 0;
}

struct rescue {
	struct str staff, recovery, password;
};

static const struct json_field rescue_fields[] = {
	JSON_FIELD(struct rescue, staff, "staff", JSON_TEXT, JSON_REQUIRED, 1, 20),
	JSON_FIELD(struct rescue, recovery, "recovery", JSON_TEXT, JSON_REQUIRED, 1, 200),
	JSON_FIELD(struct rescue, password, "password", JSON_TEXT, JSON_REQUIRED, 8, 128),
};

static int rescue_problem(int r)
{
	switch ((enum keeper_outcome)r) {
	case KEEPER_TYPO:
	case KEEPER_WRONG: return FACE_DESK_RECOVERY_WRONG;
	case KEEPER_WEAK: return FACE_DESK_PASSWORD_WEAK;
	case KEEPER_ABSENT: return FACE_DESK_STAFF_REFUSED;
	case KEEPER_PRESENT:
	case KEEPER_WAIT:
	case KEEPER_UNREACHABLE:
	case KEEPER_FULL:
	case KEEPER_BROKEN:
	case KEEPER_REFUSED:
	case KEEPER_DAMAGED: break;
	}
	return FACE_DESK_VAULT_DAMAGED;
}

int face_recover(struct face_call *call)
{
	const struct keeper *keeper = station_config(call->station)->keeper;
	struct rescue given;
	int r = face_read(call, FACE_FIELDS(rescue_fields), &given);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = keeper->recover(keeper->ctx, given.recovery, given.staff, given.password);
	if (r)
		return r < 0 ? PASS(r) : rescue_problem(r);
	r = station_unlock(call->station, given.staff);
	return r < 0 ? PASS(r) : 0;
}
