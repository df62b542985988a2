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

int staff_name_seal(const struct keys *keys, struct arena *arena, int64_t facility_no,
		    struct str id, struct str name, struct str *ret_sealed)
{
	struct str aad;
	int r = name_aad(arena, facility_no, id, &aad);
	if (r)
		return PASS(r);
	r = keys_seal(keys, arena, aad, name, ret_sealed);
	return r ? FOLD(r) : 0;
}

int staff_name_open(const struct keys *keys, struct arena *arena, int64_t facility_no,
		    struct str id, struct str sealed, struct str *ret_name)
{
	struct str aad;
	int r = name_aad(arena, facility_no, id, &aad);
	if (r)
		return PASS(r);
	r = keys_open_sealed(keys, arena, aad, sealed, ret_name);
	if (r < 0)
		return PASS(r);
	return r ? RAISE(EBADMSG) : 0;
}

int staff_put(const struct keys *keys, struct db *db, struct arena *arena, int64_t facility_no,
	      const struct staff *staff)
{
	struct str sealed;
	int r = staff_name_seal(keys, arena, facility_no, staff->id, staff->name, &sealed);
	if (r)
		return PASS(r);
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
		staff[i].id = rows[i].id;
		r = staff_name_open(keys, arena, facility_no, rows[i].id, rows[i].name,
				    &staff[i].name);
		if (r)
			return PASS(r);
	}
	*ret_staff = staff;
	*ret_count = count;
	return 0;
}
