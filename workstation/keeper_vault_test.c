/* SPDX-License-Identifier: Apache-2.0 */
/* The page's calls over the real vault, sealed stores and a disk for backups. */
#include "lib/base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/web/web_fake.h"
#include "workstation/faces/station.h"
#include "workstation/keeper_vault.h"
#include "workstation/vault/recovery.h"

/* A PC: its home, its vault, its page. */
struct pc {
	struct log log;
	struct keeper_vault vault;
	struct keeper keeper;
	struct station_config config;
	struct station *station;
	struct web_exchange exchange;
};

struct desk {
	struct clock_fake time;
	struct clock clock;
	char folder[64];
	struct pc old, new;
};

static void pc_start(struct desk *desk, struct pc *pc, const char *name)
{
	*pc = (struct pc){.log = {.fd = -1, .clock = &desk->clock}};
	snprintf(pc->vault.home.path, HOME_PATH_BYTES, "%s/%s", desk->folder, name);
	pc->vault.clock = &desk->clock;
	pc->keeper = keeper_of_vault(&pc->vault);
	pc->config = (struct station_config){.clock = &desk->clock,
					     .log = &pc->log,
					     .keeper = &pc->keeper,
					     .version = STR("0.1.0")};
	assert_int_equal(station_create(&pc->station, &pc->config), 0);
}

static void pc_stop(struct pc *pc)
{
	web_fake_clear(&pc->exchange);
	station_destroy(pc->station);
	keeper_vault_clear(&pc->vault);
}

static int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	assert_non_null(desk);
	*state = desk;
	desk->time.now_ms = INT64_C(1795312800000);
	desk->clock = clock_of_fake(&desk->time);
	snprintf(desk->folder, sizeof desk->folder, "/tmp/shikaku-keeper-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	pc_start(desk, &desk->old, "old");
	pc_start(desk, &desk->new, "new");
	return 0;
}

static int entry_remove(const char *path, const struct stat *facts, int kind, struct FTW *ftw)
{
	(void)facts;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int desk_teardown(void **state)
{
	struct desk *desk = *state;
	pc_stop(&desk->old);
	pc_stop(&desk->new);
	assert_int_equal(nftw(desk->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(desk);
	return 0;
}

static struct str call(struct pc *pc, const char *name, const char *body)
{
	char path[64];
	snprintf(path, sizeof path, "/api/%s", name);
	const struct web_request request = {.method = STR("POST"),
					    .path = str_of(path),
					    .body = str_of(body)};
	web_fake_clear(&pc->exchange);
	web_fake_call(&station_app, pc->station, &request, &pc->exchange);
	return pc->exchange.reply.body;
}

static bool has(struct str text, const char *part)
{
	return text.ptr && memmem(text.ptr, text.len, part, strlen(part));
}

/* Sets the old PC up; the recovery key as it is told, with a NUL. */
static void set_up(struct desk *desk, char recovery[RECOVERY_TEXT_CHARS + 1])
{
	static const char wish[] =
		"{\"with\":{\"facility\":\"1311234569\",\"facility_name\":\"みほん接骨院\","
		"\"staff\":\"01\",\"staff_name\":\"佐藤\",\"password\":\"correct horse\"}}";
	static const char begins[] = "\"recovery\":\"";
	struct str reply = call(&desk->old, "setup", wish);
	const char *at = memmem(reply.ptr, reply.len, begins, strlen(begins));
	assert_non_null(at);
	memcpy(recovery, at + strlen(begins), RECOVERY_TEXT_CHARS);
	recovery[RECOVERY_TEXT_CHARS] = '\0';
}

static void keep_set(struct desk *desk, const char *name)
{
	char body[300];
	snprintf(body, sizeof body,
		 "{\"facility\":\"1311234569\",\"with\":{\"folder\":\"%s/%s\",\"keep\":5}}",
		 desk->folder, name);
	assert_true(has(call(&desk->old, "keep_set", body), "\"keep\":5"));
}

static const char here[] = "{\"facility\":\"1311234569\",\"with\":{}}";

static void test_the_page_stands_over_the_vault(void **state)
{
	struct desk *desk = *state;
	char recovery[RECOVERY_TEXT_CHARS + 1];
	struct secret read = {0};
	assert_true(has(call(&desk->old, "state", here), "\"phase\":\"setup\""));
	set_up(desk, recovery);
	assert_int_equal(recovery_read(str_of(recovery), &read), 0);
	struct str reply = call(&desk->old, "state", here);
	assert_true(has(reply, "\"phase\":\"open\"") && has(reply, "みほん接骨院"));
	(void)call(&desk->old, "lock", here);
	static const char right[] = "{\"with\":{\"staff\":\"01\",\"password\":\"correct horse\"}}";
	static const char wrong[] = "{\"with\":{\"staff\":\"01\",\"password\":\"another one\"}}";
	for (int i = 0; i < 3; i++)
		assert_true(has(call(&desk->old, "unlock", wrong), "desk_password_wrong"));
	assert_true(has(call(&desk->old, "unlock", right), "desk_wait"));
	desk->time.now_ms += 5000;
	assert_true(has(call(&desk->old, "unlock", right), "{}"));
}

static void test_a_weak_password_is_refused_at_the_first_start(void **state)
{
	struct desk *desk = *state;
	static const char wish[] =
		"{\"with\":{\"facility\":\"1311234569\",\"facility_name\":\"みほん接骨院\","
		"\"staff\":\"01\",\"staff_name\":\"佐藤\",\"password\":\"12345678\"}}";
	assert_true(has(call(&desk->old, "setup", wish), "desk_password_weak"));
	assert_true(has(call(&desk->old, "state", here), "\"phase\":\"setup\""));
}

static void test_a_backup_has_an_age(void **state)
{
	struct desk *desk = *state;
	char recovery[RECOVERY_TEXT_CHARS + 1], disk[128];
	set_up(desk, recovery);
	assert_true(has(call(&desk->old, "keep", here), "\"keep\":30"));
	assert_true(has(call(&desk->old, "keep_now", here), "backup_unreachable"));
	keep_set(desk, "disk");
	assert_true(has(call(&desk->old, "keep", here), "backup_unreachable"));
	snprintf(disk, sizeof disk, "%s/disk", desk->folder);
	assert_int_equal(mkdir(disk, 0700), 0);
	assert_true(has(call(&desk->old, "keep", here), "\"is_due\":true"));
	struct str reply = call(&desk->old, "keep_now", here);
	assert_true(has(reply, "\"made_ms\":1795312800000") && has(reply, "\"is_due\":false"));
	desk->time.now_ms += INT64_C(86400000);
	static const char right[] = "{\"with\":{\"staff\":\"01\",\"password\":\"correct horse\"}}";
	(void)call(&desk->old, "unlock", right);
	assert_true(has(call(&desk->old, "keep", here), "\"is_due\":true"));
}

static void test_the_wizard_takes_a_backup_back(void **state)
{
	struct desk *desk = *state;
	char recovery[RECOVERY_TEXT_CHARS + 1], disk[128], body[400];
	set_up(desk, recovery);
	snprintf(disk, sizeof disk, "%s/disk", desk->folder);
	assert_int_equal(mkdir(disk, 0700), 0);
	keep_set(desk, "disk");
	(void)call(&desk->old, "keep_now", here);
	snprintf(body, sizeof body,
		 "{\"with\":{\"backup\":\"%s/shikaku-20261122110000\",\"recovery\":\"%s\"}}", disk,
		 recovery);
	char *group = strstr(body, recovery);
	char kept = group[6];
	group[6] = kept == 'A' ? 'B' : 'A';
	assert_true(has(call(&desk->new, "restore", body), "2番目の組"));
	group[6] = kept;
	assert_true(has(call(&desk->new, "restore", body), "{}"));
	assert_true(has(call(&desk->new, "state", here), "\"phase\":\"locked\""));
	static const char right[] = "{\"with\":{\"staff\":\"01\",\"password\":\"correct horse\"}}";
	assert_true(has(call(&desk->new, "unlock", right), "{}"));
	assert_true(has(call(&desk->new, "state", here), "みほん接骨院"));
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_the_page_stands_over_the_vault),
		DESK_TEST(test_a_weak_password_is_refused_at_the_first_start),
		DESK_TEST(test_a_backup_has_an_age),
		DESK_TEST(test_the_wizard_takes_a_backup_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
