/* SPDX-License-Identifier: Apache-2.0 */
/* The page's calls over the real vault, sealed stores and a disk for backups. */
#include "lib/base/test.h"

#include <sys/stat.h>

#include "workstation/test_pc.h"
#include "workstation/vault/recovery.h"

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
	snprintf(disk, sizeof disk, "%s/disk", desk->folder);
	char body[300];
	snprintf(body, sizeof body, "{\"facility\":\"1311234569\",\"with\":{\"folder\":\"%s\"}}",
		 disk);
	assert_true(has(call(&desk->old, "keep_set", body), "\"field\":\"folder\""));
	assert_int_equal(mkdir(disk, 0700), 0);
	keep_set(desk, "disk");
	assert_true(has(call(&desk->old, "keep", here), "\"is_due\":true"));
	struct str reply = call(&desk->old, "keep_now", here);
	assert_true(has(reply, "\"made_ms\":1795312800000") && has(reply, "\"is_due\":false"));
	/* What a day later brings: daily_test.c. */
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
	char wrong[400];
	snprintf(wrong, sizeof wrong,
		 "{\"with\":{\"backup\":\"%s/none\",\"staff\":\"01\",\"password\":\"x\"}}",
		 desk->folder);
	assert_true(has(call(&desk->new, "restore", wrong), "\"field\":\"backup\""));
	/* Of the folder above it the newest is meant. */
	snprintf(wrong, sizeof wrong,
		 "{\"with\":{\"backup\":\"%s\",\"staff\":\"01\",\"password\":\"x\"}}", disk);
	assert_true(has(call(&desk->new, "restore", wrong), "\"field\":\"password\""));
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
