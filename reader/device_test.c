/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader/device.h"
#include "lib/base/file.h"

static int folder_make(void **state)
{
	char *path = strdup("/tmp/shikaku-device-XXXXXX");
	assert_non_null(mkdtemp(path));
	*state = path;
	return 0;
}

static int folder_remove(void **state)
{
	static const char *const names[] = {"s/device.key", "s/service", "s"};
	char path[128];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", (char *)*state, names[i]);
		remove(path);
	}
	assert_int_equal(rmdir(*state), 0);
	free(*state);
	return 0;
}

static void test_a_key_is_made_once_and_found_again(void **state)
{
	char folder[128], key_path[160], first[THUMBPRINT_BYTES];
	struct stat facts;
	AUTO(device_clear) struct device device = {0};
	snprintf(folder, sizeof folder, "%s/s", (char *)*state);
	snprintf(key_path, sizeof key_path, "%s/device.key", folder);
	assert_int_equal(device_open(&device, folder), DEVICE_NOT_ACTIVATED);
	device_clear(&device);
	assert_int_equal(device_prepare(&device, folder), 0);
	memcpy(first, device.thumbprint, sizeof first);
	assert_int_equal(strlen(first), THUMBPRINT_BYTES - 1);
	assert_int_equal(stat(folder, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0700);
	assert_int_equal(stat(key_path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
	device_clear(&device);
	/* An activation whose answer was lost is tried again with the same key. */
	assert_int_equal(device_prepare(&device, folder), 0);
	assert_string_equal(device.thumbprint, first);
	device_clear(&device);
	assert_int_equal(device_open(&device, folder), DEVICE_NOT_ACTIVATED);
	device_clear(&device);
	assert_int_equal(device_prepare(&device, folder), 0);
	assert_int_equal(device_activated(&device, STR("https://localhost:8443")), 0);
	device_clear(&device);
	assert_int_equal(device_open(&device, folder), 0);
	assert_string_equal(device.thumbprint, first);
	assert_string_equal(device.service, "https://localhost:8443");
}

static void test_a_key_that_others_can_read_is_not_used(void **state)
{
	char folder[128], key_path[160];
	AUTO(device_clear) struct device device = {0};
	snprintf(folder, sizeof folder, "%s/s", (char *)*state);
	snprintf(key_path, sizeof key_path, "%s/device.key", folder);
	assert_int_equal(device_prepare(&device, folder), 0);
	device_clear(&device);
	assert_int_equal(chmod(key_path, 0640), 0);
	assert_int_equal(device_prepare(&device, folder), DEVICE_UNUSABLE);
	device_clear(&device);
	assert_int_equal(file_write_private(key_path, STR("no key")), 0);
	assert_int_equal(device_prepare(&device, folder), DEVICE_UNUSABLE);
}

static void test_a_folder_that_cannot_be_is_unusable(void **state)
{
	(void)state;
	AUTO(device_clear) struct device device = {0};
	static char deep[DEVICE_PATH_BYTES + 1];
	memset(deep, 'a', DEVICE_PATH_BYTES);
	assert_int_equal(device_prepare(&device, "/nonexistent/s"), DEVICE_UNUSABLE);
	device_clear(&device);
	assert_int_equal(device_open(&device, deep), DEVICE_UNUSABLE);
}

static void test_a_file_is_read_whole_or_not_at_all(void **state)
{
	char path[160];
	AUTO(arena_clear) struct arena arena = {0};
	struct str content = {0};
	snprintf(path, sizeof path, "%s/s", (char *)*state);
	arena_init(&arena, 4096);
	assert_int_equal(file_read(&arena, path, 6, &content), FILE_ABSENT);
	assert_int_equal(file_write_private(path, STR("secret")), 0);
	assert_int_equal(file_read_private(&arena, path, 6, &content), 0);
	assert_str_equal(content, STR("secret"));
	assert_int_equal(file_read(&arena, path, 5, &content), FILE_UNUSABLE);
	assert_int_equal(file_read(&arena, *state, 5, &content), FILE_UNUSABLE);
	assert_int_equal(chmod(path, 0604), 0);
	assert_int_equal(file_read_private(&arena, path, 6, &content), FILE_EXPOSED);
	assert_int_equal(file_read(&arena, path, 6, &content), 0);
	assert_int_equal(file_write_private("/nonexistent/file", STR("")), FILE_UNUSABLE);
	arena.fail_after = 0;
	assert_int_equal(file_read(&arena, path, 6, &content), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_key_is_made_once_and_found_again,
						folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_a_key_that_others_can_read_is_not_used,
						folder_make, folder_remove),
		cmocka_unit_test(test_a_folder_that_cannot_be_is_unusable),
		cmocka_unit_test_setup_teardown(test_a_file_is_read_whole_or_not_at_all,
						folder_make, folder_remove),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
