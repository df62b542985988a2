/* SPDX-License-Identifier: Apache-2.0 */
/* A vault for tests. */
#include "workstation/faces/keeper_memory.h"

#include <stdio.h>

#include "workstation/store/store.h"

enum { PATH_BYTES = 512 };

static const char recovery_key[] = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789-ABCD-EFGH-JKMN";

static bool memory_exists(void *ctx)
{
	const struct keeper_memory *memory = ctx;
	return memory->exists;
}

static int texts_keep(struct keeper_memory *memory, const struct keeper_birth *birth,
		      struct str password)
{
	struct arena *arena = &memory->arena;
	int r = arena_copy(arena, birth->facility.code, &memory->facilities[0].code);
	if (r == 0)
		r = arena_copy(arena, birth->facility.name, &memory->facilities[0].name);
	if (r == 0)
		r = arena_copy(arena, birth->staff.id, &memory->staff[0].id);
	if (r == 0)
		r = arena_copy(arena, birth->staff.name, &memory->staff[0].name);
	if (r == 0)
		r = arena_copy(arena, password, &memory->password);
	return r < 0 ? PASS(r) : 0;
}

static int memory_create(void *ctx, const struct keeper_birth *birth, struct str password,
			 struct secret *ret_recovery)
{
	struct keeper_memory *memory = ctx;
	if (memory->exists)
		return KEEPER_PRESENT;
	int r = texts_keep(memory, birth, password);
	if (r == 0)
		r = secret_set(ret_recovery, str_of(recovery_key));
	if (r < 0)
		return PASS(r);
	memory->facilities_count = memory->staff_count = 1;
	memory->exists = true;
	return 0;
}

static int memory_unlock(void *ctx, struct str staff, struct str password)
{
	const struct keeper_memory *memory = ctx;
	for (size_t i = 0; i < memory->staff_count; i++)
		if (!memory->staff[i].is_away && str_equal(memory->staff[i].id, staff))
			return str_equal(memory->password, password) ? 0 : KEEPER_WRONG;
	return KEEPER_ABSENT;
}

static int memory_recover(void *ctx, struct str recovery, struct str staff, struct str password)
{
	struct keeper_memory *memory = ctx;
	if (!str_equal(recovery, str_of(recovery_key)))
		return KEEPER_WRONG;
	int r = arena_copy(&memory->arena, password, &memory->password);
	return r < 0 ? PASS(r) : memory_unlock(ctx, staff, password);
}

static int memory_staff(void *ctx, struct arena *arena, struct keeper_staff **ret_staff,
			size_t *ret_count)
{
	struct keeper_memory *memory = ctx;
	(void)arena;
	*ret_staff = memory->staff;
	*ret_count = memory->staff_count;
	return 0;
}

static int memory_facilities(void *ctx, struct arena *arena,
			     struct keeper_facility **ret_facilities, size_t *ret_count)
{
	struct keeper_memory *memory = ctx;
	(void)arena;
	*ret_facilities = memory->facilities;
	*ret_count = memory->facilities_count;
	return 0;
}

static int memory_store(void *ctx, struct str facility, struct db **ret_db)
{
	const struct keeper_memory *memory = ctx;
	char path[PATH_BYTES];
	int n = snprintf(path, sizeof path, "%s/%.*s.db", memory->folder, STR_ARG(facility));
	if (n < 0 || n >= PATH_BYTES)
		return RAISE(ENAMETOOLONG);
	int r = store_open(memory->folder ? path : ":memory:", ret_db);
	return r < 0 ? PASS(r) : r;
}

/* --- changes; one password for everybody --- */

static struct keeper_facility *facility_find(struct keeper_memory *memory, struct str code)
{
	for (size_t i = 0; i < memory->facilities_count; i++)
		if (str_equal(memory->facilities[i].code, code))
			return &memory->facilities[i];
	return NULL;
}

static int memory_facility_put(struct keeper_memory *memory, struct keeper_facility *place,
			       const struct keeper_facility *facility)
{
	place->is_away = facility->is_away;
	int r = arena_copy(&memory->arena, facility->code, &place->code);
	if (r == 0)
		r = arena_copy(&memory->arena, facility->name, &place->name);
	return r < 0 ? PASS(r) : 0;
}

static int memory_facility_add(void *ctx, const struct keeper_facility *facility)
{
	struct keeper_memory *memory = ctx;
	if (facility_find(memory, facility->code))
		return KEEPER_PRESENT;
	if (memory->facilities_count == KEEPER_FACILITIES_MAX)
		return KEEPER_FULL;
	int r = memory_facility_put(memory, &memory->facilities[memory->facilities_count],
				    facility);
	memory->facilities_count += r == 0;
	return r < 0 ? PASS(r) : 0;
}

static int memory_facility_change(void *ctx, const struct keeper_facility *facility)
{
	struct keeper_facility *place = facility_find(ctx, facility->code);
	int r = place ? memory_facility_put(ctx, place, facility) : KEEPER_ABSENT;
	return r < 0 ? PASS(r) : r;
}

static struct keeper_staff *staff_find(struct keeper_memory *memory, struct str id)
{
	for (size_t i = 0; i < memory->staff_count; i++)
		if (str_equal(memory->staff[i].id, id))
			return &memory->staff[i];
	return NULL;
}

static int memory_staff_add(void *ctx, const struct keeper_staff *staff, struct str password)
{
	struct keeper_memory *memory = ctx;
	(void)password;
	if (staff_find(memory, staff->id))
		return KEEPER_PRESENT;
	if (memory->staff_count == KEEPER_STAFF_MAX)
		return KEEPER_FULL;
	struct keeper_staff *place = &memory->staff[memory->staff_count];
	int r = arena_copy(&memory->arena, staff->id, &place->id);
	if (r == 0)
		r = arena_copy(&memory->arena, staff->name, &place->name);
	memory->staff_count += r == 0;
	return r < 0 ? PASS(r) : 0;
}

static int memory_staff_rename(void *ctx, const struct keeper_staff *staff)
{
	struct keeper_memory *memory = ctx;
	struct keeper_staff *place = staff_find(memory, staff->id);
	int r = place ? arena_copy(&memory->arena, staff->name, &place->name) : KEEPER_ABSENT;
	return r < 0 ? PASS(r) : r;
}

static int memory_staff_away(void *ctx, struct str id)
{
	struct keeper_staff *place = staff_find(ctx, id);
	if (!place)
		return KEEPER_ABSENT;
	place->is_away = true;
	return 0;
}

static int memory_password_set(void *ctx, struct str id, struct str password)
{
	struct keeper_memory *memory = ctx;
	struct keeper_staff *place = staff_find(memory, id);
	if (!place)
		return KEEPER_ABSENT;
	place->is_away = false;
	int r = arena_copy(&memory->arena, password, &memory->password);
	return r < 0 ? PASS(r) : 0;
}

static int memory_recovery_renew(void *ctx, struct secret *ret_recovery)
{
	(void)ctx;
	int r = secret_set(ret_recovery, str_of(recovery_key));
	return r < 0 ? PASS(r) : 0;
}

static int memory_recovery_drawn(void *ctx, int64_t *ret_drawn_ms)
{
	(void)ctx;
	*ret_drawn_ms = 0;
	return 0;
}

struct keeper keeper_of_memory(struct keeper_memory *memory)
{
	arena_init(&memory->arena, KEEPER_MEMORY_BYTES);
	return (struct keeper){.ctx = memory,
			       .exists = memory_exists,
			       .create = memory_create,
			       .unlock = memory_unlock,
			       .recover = memory_recover,
			       .staff = memory_staff,
			       .facilities = memory_facilities,
			       .store = memory_store,
			       .facility_add = memory_facility_add,
			       .facility_change = memory_facility_change,
			       .staff_add = memory_staff_add,
			       .staff_rename = memory_staff_rename,
			       .staff_away = memory_staff_away,
			       .password_set = memory_password_set,
			       .recovery_renew = memory_recovery_renew,
			       .recovery_drawn = memory_recovery_drawn};
}

void keeper_memory_clear(struct keeper_memory *memory)
{
	arena_clear(&memory->arena);
}
