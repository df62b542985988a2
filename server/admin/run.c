/* SPDX-License-Identifier: Apache-2.0 */
/* One command: settings, keys and store, who acts, what is done. */
#include "server/admin/admin.h"

#include <stdlib.h>

enum {
	ARENA_BYTES_MAX = 64 * 1024 * 1024,
	SETTINGS_BYTES_MAX = 256 * 1024,
	BUSY_MS = 10000, /* the running service writes too */
};

static void admin_clear(struct admin *admin)
{
	db_close(admin->db);
	keys_close(admin->keys);
	arena_clear(&admin->arena);
}

int admin_open(struct admin *admin)
{
	struct db_options options = {
		.engine = admin->config.store.engine == CONFIG_ENGINE_POSTGRES ? DB_POSTGRES
									       : DB_SQLITE,
		.target = admin->config.store.target.ptr,
		.busy_ms = BUSY_MS,
		.walled = true,
	};
	int r = db_open(&admin->db, &options);
	if (r)
		return FOLD(r);
	r = keys_open(&admin->keys, admin->config.keys.dir.ptr);
	if (r < 0)
		return PASS(r);
	if (r)
		return admin_refuse(
			admin, ADMIN_REFUSED,
			"鍵がないか、ほかの利用者にも読めます。先に init を実行してください。");
	r = auth_init(&admin->auth, admin->keys, admin->config.service.origin, &admin->cost);
	return r ? PASS(r) : 0;
}

static int command_run(struct admin *admin, const struct admin_command_row *command)
{
	if (command->run != admin_init && command->run != admin_restore) {
		int r = admin_open(admin);
		if (r == 0)
			r = admin_enter(admin, command->actor);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	int r = command->run(admin);
	return r < 0 ? PASS(r) : r;
}

static int fault_tell(FILE *err, int fault)
{
	char trace[512];
	fprintf(err, "shikaku-admin: 処理できませんでした（%s、%s）。\n", strerror(-fault),
		fault_trace(trace, sizeof trace));
	return fault == -EBUSY ? ADMIN_UNAVAILABLE : ADMIN_FAILED;
}

static int config_open(struct admin *admin, struct arena *arena)
{
	char path[4096];
	int r = str_to_c(admin->options.config, path, sizeof path);
	if (r)
		return ADMIN_USAGE;
	r = config_read(path, arena, admin->err, &admin->config);
	if (r < 0)
		return PASS(r);
	return r ? ADMIN_USAGE : 0;
}

int admin_run(int argc, char **argv, const struct admin_world *world)
{
	AUTO(admin_clear)
	struct admin admin = {.clock = world->clock,
			      .cost = world->cost,
			      .out = world->out,
			      .err = world->err};
	arena_init(&admin.arena, ARENA_BYTES_MAX);
	AUTO(arena_clear) struct arena settings;
	arena_init(&settings, SETTINGS_BYTES_MAX);
	const struct admin_command_row *command;
	int r = admin_command_read(argc, argv, admin.err, &admin.options, &command);
	if (r)
		return r;
	r = config_open(&admin, &settings);
	if (r == 0)
		r = command_run(&admin, command);
	if (r == 0 && fflush(admin.out) == EOF)
		r = RAISE(EIO);
	return r < 0 ? fault_tell(admin.err, r) : r;
}
