/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong is said at the field that can put it right. */
#include "workstation/faces/staff.h"

#include "workstation/faces/station.h"

enum {
	ID_CHARS_MAX = 20,
	NAME_CHARS_MAX = 60,
	PASSWORD_CHARS_MAX = 128,
};

static const struct keeper *keeper_of(const struct face_call *call)
{
	return station_config(call->station)->keeper;
}

/* --- what there is --- */

static void people_put(struct json_writer *out, const struct keeper_staff *staff, size_t count)
{
	json_key(out, "people");
	json_array_open(out);
	for (size_t i = 0; i < count; i++) {
		json_object_open(out);
		json_put_member(out, "id", staff[i].id);
		json_put_member(out, "name", staff[i].name);
		json_key(out, "away");
		json_put_bool(out, staff[i].is_away);
		json_object_close(out);
	}
	json_array_close(out);
}

int face_staff(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct keeper_staff *staff;
	size_t count = 0;
	int64_t drawn_ms = 0;
	int r = keeper->staff(keeper->ctx, call->arena, &staff, &count);
	if (r == 0)
		r = keeper->recovery_drawn(keeper->ctx, &drawn_ms);
	if (r)
		return r < 0 ? PASS(r) : FACE_DESK_VAULT_DAMAGED;
	people_put(call->out, staff, count);
	json_put_member_number(call->out, "drawn_ms", drawn_ms);
	return 0;
}

/* --- changes --- */

struct wish {
	struct str id, name, password, present;
};

#define WISH(member, required, least, most) \
	JSON_FIELD(struct wish, member, #member, JSON_TEXT, required, least, most)

static const struct json_field add_fields[] = {
	WISH(id, JSON_REQUIRED, 1, ID_CHARS_MAX),
	WISH(name, JSON_REQUIRED, 1, NAME_CHARS_MAX),
	WISH(password, JSON_REQUIRED, 1, PASSWORD_CHARS_MAX),
};
static const struct json_field rename_fields[] = {
	WISH(id, JSON_REQUIRED, 1, ID_CHARS_MAX),
	WISH(name, JSON_REQUIRED, 1, NAME_CHARS_MAX),
};
static const struct json_field id_fields[] = {WISH(id, JSON_REQUIRED, 1, ID_CHARS_MAX)};
static const struct json_field return_fields[] = {
	WISH(id, JSON_REQUIRED, 1, ID_CHARS_MAX),
	WISH(password, JSON_REQUIRED, 1, PASSWORD_CHARS_MAX),
};
static const struct json_field own_fields[] = {
	WISH(present, JSON_REQUIRED, 1, PASSWORD_CHARS_MAX),
	WISH(password, JSON_REQUIRED, 1, PASSWORD_CHARS_MAX),
};
static const struct json_field renew_fields[] = {
	WISH(password, JSON_REQUIRED, 1, PASSWORD_CHARS_MAX),
};

/* Names are refused by their form only: the number is asked for with its own. */
static int refusal(struct face_call *call, int outcome, bool has_id)
{
	switch ((enum keeper_outcome)outcome) {
	case KEEPER_PRESENT:
		return face_refuse_text(call, STR("id"),
					STR("この番号は、もう使われています。休止中の人のものでも、"
					    "同じ番号は使えません。"));
	case KEEPER_REFUSED:
		return has_id ? face_refuse_text(
					call, STR("id"),
					STR("半角の英字・数字・「-」「_」で入れてください。"))
			      : face_refuse(call, STR("name"), FACE_REASON_FORMAT);
	case KEEPER_WEAK:
		return face_refuse_text(call, STR("password"),
					STR("8文字以上で、よくある言葉や数字の並びではないものに"
					    "してください。"));
	case KEEPER_FULL:
	case KEEPER_ABSENT: return FACE_DESK_STAFF_REFUSED;
	case KEEPER_WAIT: return FACE_DESK_WAIT;
	case KEEPER_WRONG:
	case KEEPER_UNREACHABLE:
	case KEEPER_BROKEN:
	case KEEPER_TYPO:
	case KEEPER_DAMAGED: break;
	}
	return FACE_DESK_VAULT_DAMAGED;
}

/* Who is there has changed: the lists of every window. */
static int changed(struct face_call *call, int r, bool has_id)
{
	if (r)
		return r < 0 ? PASS(r) : refusal(call, r, has_id);
	faces_event(call->station, (struct str){0}, "staff");
	return 0;
}

int face_staff_add(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct wish wish = {0};
	int r = face_read(call, FACE_FIELDS(add_fields), &wish);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct keeper_staff staff = {.id = wish.id, .name = wish.name};
	r = changed(call, keeper->staff_add(keeper->ctx, &staff, wish.password), true);
	return r < 0 ? PASS(r) : r;
}

int face_staff_rename(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct wish wish = {0};
	int r = face_read(call, FACE_FIELDS(rename_fields), &wish);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct keeper_staff staff = {.id = wish.id, .name = wish.name};
	r = changed(call, keeper->staff_rename(keeper->ctx, &staff), false);
	return r < 0 ? PASS(r) : r;
}

int face_staff_away(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct wish wish = {0};
	int r = face_read(call, FACE_FIELDS(id_fields), &wish);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (str_equal(wish.id, call->staff))
		return face_refuse_text(call, STR("id"),
					STR("いま開いている本人は休止できません。ほかの人が開いて、"
					    "休止してください。"));
	r = changed(call, keeper->staff_away(keeper->ctx, wish.id), true);
	return r < 0 ? PASS(r) : r;
}

static int is_away(struct face_call *call, struct str id, bool *ret_away)
{
	const struct keeper *keeper = keeper_of(call);
	struct keeper_staff *staff;
	size_t count = 0;
	int r = keeper->staff(keeper->ctx, call->arena, &staff, &count);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EIO);
	*ret_away = false;
	for (size_t i = 0; i < count; i++)
		*ret_away = *ret_away || (staff[i].is_away && str_equal(staff[i].id, id));
	return 0;
}

/* Nobody gives somebody who works here another password: they would act under their name. */
int face_staff_return(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct wish wish = {0};
	bool away = false;
	int r = face_read(call, FACE_FIELDS(return_fields), &wish);
	if (r == 0)
		r = is_away(call, wish.id, &away);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!away)
		return FACE_DESK_STAFF_REFUSED;
	r = changed(call, keeper->password_set(keeper->ctx, wish.id, wish.password), true);
	return r < 0 ? PASS(r) : r;
}

/* --- with one's own password --- */

/* field: where the password was typed. */
static int self_check(struct face_call *call, struct str password, struct str field)
{
	const struct keeper *keeper = keeper_of(call);
	int r = keeper->unlock(keeper->ctx, call->staff, password);
	if (r < 0)
		return PASS(r);
	if (r == KEEPER_WRONG)
		return face_refuse_text(call, field, STR("いまのパスワードと違います。"));
	return r ? refusal(call, r, true) : 0;
}

int face_staff_password(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct wish wish = {0};
	int r = face_read(call, FACE_FIELDS(own_fields), &wish);
	if (r == 0)
		r = self_check(call, wish.present, STR("present"));
	if (r)
		return r < 0 ? PASS(r) : r;
	r = changed(call, keeper->password_set(keeper->ctx, call->staff, wish.password), true);
	return r < 0 ? PASS(r) : r;
}

int face_recovery_renew(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	AUTO(secret_wipe) struct secret recovery = {0};
	struct wish wish = {0};
	int r = face_read(call, FACE_FIELDS(renew_fields), &wish);
	if (r == 0)
		r = self_check(call, wish.password, STR("password"));
	if (r)
		return r < 0 ? PASS(r) : r;
	r = keeper->recovery_renew(keeper->ctx, &recovery);
	if (r)
		return r < 0 ? PASS(r) : FACE_DESK_VAULT_DAMAGED;
	json_put_member(call->out, "recovery", secret_str(&recovery));
	return 0;
}
