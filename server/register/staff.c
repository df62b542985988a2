/* SPDX-License-Identifier: Apache-2.0 */
#include "server/register/staff.h"

#include "server/keys/place.h"

static int name_aad(struct arena *arena, int64_t facility_no, struct str id, struct str *ret_aad)
{
	struct keys_place place = {
		.table = STR("staff"),
		.column = STR("name"),
		.row = id,
		.facility_no = facility_no,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

int staff_put(const struct keys *keys, struct db *db, struct arena *arena, int64_t facility_no,
	      const struct staff *staff)
{
	struct str aad, sealed;
	int r = name_aad(arena, facility_no, staff->id, &aad);
	if (r)
		return PASS(r);
	r = keys_seal(keys, arena, aad, staff->name, &sealed);
	if (r)
		return FOLD(r);
	struct store_staff row = {.id = staff->id, .name = sealed, .active = true};
	r = store_staff_put(db, facility_no, &row);
	return r ? FOLD(r) : 0;
}

int staff_check(struct db *db, struct arena *arena, int64_t facility_no, struct str id)
{
	struct store_staff row;
	int r = store_staff_get(db, arena, facility_no, id, &row);
	if (r < 0)
		return PASS(r);
	return r || !row.active ? STAFF_UNKNOWN : 0;
}

int staff_list(const struct keys *keys, struct db *db, struct arena *arena, int64_t facility_no,
	       struct staff **ret_staff, size_t *ret_count)
{
	struct store_staff *rows;
	size_t count;
	int r = store_staff_list(db, arena, facility_no, &rows, &count);
	if (r)
		return FOLD(r);
	struct staff *staff = arena_array(arena, count ? count : 1, sizeof *staff);
	if (!staff)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++) {
		struct str aad;
		r = name_aad(arena, facility_no, rows[i].id, &aad);
		if (r)
			return PASS(r);
		staff[i].id = rows[i].id;
		r = keys_open_sealed(keys, arena, aad, rows[i].name, &staff[i].name);
		if (r)
			return r < 0 ? PASS(r) : RAISE(EBADMSG);
	}
	*ret_staff = staff;
	*ret_count = count;
	return 0;
}
