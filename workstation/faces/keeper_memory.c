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
		if (str_equal(memory->staff[i].id, staff))
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
			       .store = memory_store};
}

void keeper_memory_clear(struct keeper_memory *memory)
{
	arena_clear(&memory->arena);
}
