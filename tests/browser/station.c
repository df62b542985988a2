/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A workstation for browser tests: the real page and door over a vault in memory, whose clock is
 * moved from standard input:
 *
 *	station HOME [setup|desk|vault|new [SERVICE CA]]   "setup": as on a new PC; else two
 *						 people, two facilities, password "correct horse".
 *						 "vault", "new": the same two over the real
 *						 vault, with sealed stores. HOME/people:
 *						 their names, one a line; the first two are the
 *						 facilities' too. SERVICE: with couriers to a real
 *one
 *
 * Each line of standard input is a number of milliseconds by which time goes on, or "event KIND"
 * of the first facility, as a courier tells it; its end ends the program. Stores lie unsealed
 * under HOME.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/base/number.h"
#include "workstation/faces/keeper_memory.h"
#include "workstation/keeper_vault.h"
#include "workstation/window.h"

enum { PEOPLE_BYTES_MAX = 64 * 1024 };

struct moved {
	_Atomic int64_t by_ms;
};

static int64_t moved_now(void *ctx)
{
	return clock_now_ms(&clock_system) + ((struct moved *)ctx)->by_ms;
}

static int64_t moved_mono(void *ctx)
{
	return clock_mono_ms(&clock_system) + ((struct moved *)ctx)->by_ms;
}

static void people_put(struct keeper_memory *memory)
{
	memory->exists = true;
	memory->password = STR("correct horse");
	memory->staff[0] = (struct keeper_staff){STR("01"), STR("佐藤 花子"), false};
	memory->staff[1] = (struct keeper_staff){STR("02"), STR("佐々木 𠮷之助"), false};
	memory->staff_count = 2;
	memory->facilities[0] =
		(struct keeper_facility){STR("1311234569"), STR("みほん接骨院"), false};
	memory->facilities[1] =
		(struct keeper_facility){STR("1329876542"), STR("みほん鍼灸マッサージ院"), false};
	memory->facilities_count = 2;
}

/* Names of a test's own. */
static int names_put(struct keeper_memory *memory, const char *home)
{
	char path[512];
	struct str names, name, id;
	(void)snprintf(path, sizeof path, "%s/people", home);
	if (file_read(&memory->arena, path, PEOPLE_BYTES_MAX, &names) != 0)
		return 0;
	memory->staff_count = 0;
	while (memory->staff_count < KEEPER_STAFF_MAX && str_split(&names, '\n', &name) &&
	       name.len) {
		if (memory->staff_count < memory->facilities_count)
			memory->facilities[memory->staff_count].name = name;
		if (arena_print(&memory->arena, &id, "%zu", memory->staff_count + 1) < 0)
			return 1;
		memory->staff[memory->staff_count++] = (struct keeper_staff){id, name, false};
	}
	return 0;
}

/* What people_put does, in a vault that has nobody yet. */
static int vault_fill(const struct keeper *keeper)
{
	AUTO(secret_wipe) struct secret recovery = {0};
	const struct str password = STR("correct horse");
	const struct keeper_birth birth = {
		.facility = {STR("1311234569"), STR("みほん接骨院"), false},
		.staff = {STR("01"), STR("佐藤 花子"), false},
	};
	const struct keeper_staff second = {STR("02"), STR("佐々木 𠮷之助"), false};
	const struct keeper_facility other = {STR("1329876542"), STR("みほん鍼灸マッサージ院"),
					      false};
	if (keeper->exists(keeper->ctx))
		return 0;
	int r = keeper->create(keeper->ctx, &birth, password, &recovery);
	if (r == 0)
		r = keeper->staff_add(keeper->ctx, &second, password);
	if (r == 0)
		r = keeper->facility_add(keeper->ctx, &other);
	return r;
}

/* The kinds that are told are literals. */
static void event_tell(struct station *station, const char *line)
{
	static const char *const kinds[] = {"results", "session", "receive", "queue"};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strncmp(line + 6, kinds[i], strlen(kinds[i])) == 0)
			faces_event(station, STR("1311234569"), kinds[i]);
}

static void time_follow(struct moved *moved, struct station *station)
{
	char line[64];
	int64_t by_ms;
	while (fgets(line, sizeof line, stdin)) {
		if (strncmp(line, "event ", 6) == 0)
			event_tell(station, line);
		else if (number_parse(str_trim(str_of(line)), 0, INT64_MAX / 2, &by_ms) == 0)
			moved->by_ms += by_ms;
		(void)printf("done\n");
		(void)fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	struct moved moved = {0};
	const struct clock clock = {moved_now, moved_mono, &moved};
	const struct log log = {.fd = 2, .level = LOG_LEVEL_WARNING, .clock = &clock};
	if (argc < 2)
		return 2;
	const char *mode = argc > 2 ? argv[2] : "desk";
	bool is_vault = strcmp(mode, "vault") == 0 || strcmp(mode, "new") == 0;
	struct keeper_memory memory = {.folder = argv[1]};
	struct keeper_vault vault = {.clock = &clock};
	(void)snprintf(vault.home.path, sizeof vault.home.path, "%s", argv[1]);
	const struct keeper of_vault = keeper_of_vault(&vault);
	const struct keeper of_memory = keeper_of_memory(&memory);
	const struct keeper keeper = is_vault ? of_vault : of_memory;
	if (strcmp(mode, "setup") != 0)
		people_put(&memory);
	if (strcmp(mode, "vault") == 0 && vault_fill(&keeper))
		return 1;
	if (names_put(&memory, argv[1]))
		return 1;
	const struct couriers_options options = {.clock = &clock,
						 .log = &log,
						 .home = argv[1],
						 .service = argc > 3 ? argv[3] : NULL,
						 .ca_file = argc > 4 ? argv[4] : NULL};
	struct couriers *couriers = NULL;
	if (couriers_create(&couriers, &options) < 0)
		return 1;
	const struct station_config config = {.clock = &clock,
					      .log = &log,
					      .keeper = &keeper,
					      .version = STR("0.1.0"),
					      .couriers = couriers};
	struct window window = {.home = argv[1]};
	if (window_claim(&window) || window_open(&window, &config) < 0)
		return 1;
	(void)printf("%s\n", window.open_file);
	(void)fflush(stdout);
	time_follow(&moved, window.station);
	window_close(&window);
	keeper_memory_clear(&memory);
	keeper_vault_clear(&vault);
	return 0;
}
