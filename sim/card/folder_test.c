/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/card/fault_plan.h"
#include "sim/card/folder.h"

static void writes(const char *folder, const char *name, const char *content)
{
	char path[128];
	assert_true(snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

static int folder_make(void **state)
{
	char *path = strdup("/tmp/shikaku-card-XXXXXX");
	assert_non_null(mkdtemp(path));
	*state = path;
	return 0;
}

static int folder_remove(void **state)
{
	static const char *const names[] = {"auth.der", "auth.key", "ca.der",
					    "pin",	"tries",    "org.pub"};
	char path[128];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", (char *)*state, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(*state), 0);
	free(*state);
	return 0;
}

static int reads(const char *path, struct vcard_parts *parts)
{
	AUTO(arena_clear) struct arena arena = {0};
	arena_init(&arena, 1 << 20);
	int r = folder_read(&arena, path, parts);
	if (r == 0)
		assert_str_equal(parts->pin, STR("1234"));
	return r;
}

static void test_a_folder_is_read_and_its_tries_are_kept(void **state)
{
	struct vcard_parts parts = {0};
	assert_int_equal(reads(*state, &parts), -ENOENT);
	writes(*state, "auth.der", "A");
	writes(*state, "auth.key", "K");
	writes(*state, "ca.der", "C");
	writes(*state, "pin", "1234\n");
	assert_int_equal(reads(*state, &parts), 0);
	assert_int_equal(parts.tries, 3);
	assert_int_equal(parts.organisation.len, 0);
	assert_int_equal(folder_tries_write(*state, 1), 0);
	writes(*state, "org.pub", "O");
	assert_int_equal(reads(*state, &parts), 0);
	assert_int_equal(parts.tries, 1);
	assert_int_equal(parts.organisation.len, 1);
}

static void test_tries_that_are_no_number_are_a_fault(void **state)
{
	struct vcard_parts parts = {0};
	const char *const texts[] = {"4", "", "x", "-1"};
	writes(*state, "auth.der", "A");
	writes(*state, "auth.key", "K");
	writes(*state, "ca.der", "C");
	writes(*state, "pin", "1234");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		writes(*state, "tries", texts[i]);
		assert_int_equal(reads(*state, &parts), -EINVAL);
	}
	assert_int_equal(folder_tries_write("/nonexistent", 1), -ENOENT);
}

static void test_a_plan_says_what_goes_wrong_where(void **state)
{
	(void)state;
	struct fault_plan plan = {0};
	assert_int_equal(fault_plan_parse(STR("0:drop,3:sw=6A82,*:cut"), &plan), 0);
	assert_int_equal(fault_plan_at(&plan, 0).kind, FAULT_DROP);
	assert_int_equal(fault_plan_at(&plan, 1).kind, FAULT_CUT);
	assert_int_equal(fault_plan_at(&plan, 3).kind, FAULT_STATUS);
	assert_int_equal(fault_plan_at(&plan, 3).sw, 0x6A82);
	assert_int_equal(fault_plan_parse(STR("7:spoil"), &plan), 0);
	assert_int_equal(fault_plan_at(&plan, 7).kind, FAULT_SPOIL);
	assert_int_equal(fault_plan_at(&plan, 8).kind, FAULT_NONE);
}

static void test_a_plan_of_another_form_is_refused(void **state)
{
	(void)state;
	const char *const texts[] = {"",	"drop",	   "x:drop",   "1:",
				     "1:fly",	"1:sw=",   "1:sw=6a8", "1:sw=6A8G",
				     "1:drop,", "-1:drop", ":drop",    "1:sw=6A822"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct fault_plan plan = {0};
		assert_int_equal(fault_plan_parse(str_of(texts[i]), &plan), FAULT_PLAN_MALFORMED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_folder_is_read_and_its_tries_are_kept,
						folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_tries_that_are_no_number_are_a_fault,
						folder_make, folder_remove),
		cmocka_unit_test(test_a_plan_says_what_goes_wrong_where),
		cmocka_unit_test(test_a_plan_of_another_form_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
