/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/config.h"
#include "server/setting.h"

/* The least that is needed; tests add to it. */
#define NEEDED                              \
	"[service]\n"                       \
	"origin = https://localhost:8443\n" \
	"certificate = /c/chain.pem\n"      \
	"certificate_key = /c/key.pem\n"    \
	"state_dir = /s\n"                  \
	"[store]\n"                         \
	"target = /s/store.db\n"            \
	"[keys]\n"                          \
	"dir = /k\n"                        \
	"[anchors]\n"                       \
	"dir = /a\n"

struct trial {
	struct arena arena;
	struct config config;
	char report[4096];
	char path[64];
};

static int setup(void **state)
{
	struct trial *trial = calloc(1, sizeof *trial);
	arena_init(&trial->arena, 1 << 20);
	*state = trial;
	return 0;
}

static int teardown(void **state)
{
	struct trial *trial = *state;
	arena_clear(&trial->arena);
	free(trial);
	return 0;
}

/* Read text as a settings file; what is wrong stands in trial->report. */
static int read_text(struct trial *trial, const char *text, size_t len)
{
	snprintf(trial->path, sizeof trial->path, "/tmp/shikaku-config-XXXXXX");
	int fd = mkstemp(trial->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	FILE *report = fmemopen(trial->report, sizeof trial->report, "w");
	assert_non_null(report);
	int r = config_read(trial->path, &trial->arena, report, &trial->config);
	fclose(report);
	unlink(trial->path);
	return r;
}

static int read_more(struct trial *trial, const char *more)
{
	char text[8192];
	int len = snprintf(text, sizeof text, "%s%s", NEEDED, more);
	return read_text(trial, text, (size_t)len);
}

static void test_what_is_not_named_has_its_default(void **state)
{
	struct trial *trial = *state;
	assert_int_equal(read_more(trial, ""), 0);
	assert_string_equal(trial->report, "");
	assert_str_equal(trial->config.service.listen, STR("127.0.0.1:8443"));
	assert_str_equal(trial->config.service.module, STR(""));
	assert_int_equal(trial->config.service.environment, CONFIG_ENVIRONMENT_PRODUCTION);
	assert_int_equal(trial->config.limits.body_bytes_max, 65536);
	assert_int_equal(trial->config.log.level, LOG_LEVEL_INFO);
}

static void test_what_is_named_is_read(void **state)
{
	struct trial *trial = *state;
	assert_int_equal(read_more(trial, "[limits]\n; a comment\nhash_threads = 3\n"
					  "[store]\nengine = postgres\n[log]\nlevel=debug"),
			 0);
	assert_int_equal(trial->config.limits.hash_threads, 3);
	assert_int_equal(trial->config.store.engine, CONFIG_ENGINE_POSTGRES);
	assert_int_equal(trial->config.log.level, LOG_LEVEL_DEBUG);
	assert_str_equal(trial->config.store.target, STR("/s/store.db"));
}

static void test_a_mistake_is_told_with_its_line_japanese_first(void **state)
{
	struct trial *trial = *state;
	char ja[200], en[200];
	assert_int_equal(read_more(trial, "[limits]\nhash_threads = 65\n"), CONFIG_REFUSED);
	snprintf(ja, sizeof ja,
		 "%s:13: [limits] hash_threads: 0 から 64 までの整数にしてください。\n",
		 trial->path);
	snprintf(en, sizeof en,
		 "%s:13: [limits] hash_threads: must be a whole number from 0 to 64.\n",
		 trial->path);
	assert_ptr_equal(strstr(trial->report, ja), trial->report);
	assert_string_equal(trial->report + strlen(ja), en);
}

static void test_every_kind_of_mistake_is_refused(void **state)
{
	static const struct {
		const char *more, *says;
	} rows[] = {
		{"[limits]\nhash_thread = 1\n",
		 ":13: [limits] hash_thread: there is no such setting."},
		{"[limit]\nhash_threads = 1\n", ":13: [limit] hash_threads: there is no such"},
		{"[store]\ntarget = /x\n", ":13: [store] target: is given twice."},
		{"[limits]\nhash_threads = 01\n", ":13: [limits] hash_threads: must be"},
		{"[limits]\nhash_threads = 1k\n", ":13: [limits] hash_threads: must be"},
		{"[limits]\nhash_threads =\n", ":13: [limits] hash_threads: must be"},
		{"[log]\nlevel = loud\n", "one of debug | info | warning | error."},
		{"[service]\nlisten = 127.0.0.1\n", ":13: [service] listen: must be address:port"},
		{"[service]\nlisten = [::1:8443\n", ":13: [service] listen: must be"},
		{"[service]\nlisten = a:0\n", ":13: [service] listen: must be"},
		{"[service]\nlisten = a b:1\n", ":13: [service] listen: must be"},
		{"[service]\nlisten = :1\n", ":13: [service] listen: must be"},
		{"[service]\nmodule = x.so\n", ":13: [service] module: must be a file name"},
		{"[service]\nmodule = /x$y\n", ":13: [service] module: must be a file name"},
		{"[service]\nmodule = /x\"y\n", ":13: [service] module: must be a file name"},
		{"[service]\nmodule = /\xFF\n", ":13: [service] module: must be a file name"},
		{"[mail]\nsender = a b@c\n", ":13: [mail] sender: must be a mail address"},
		{"[mail]\noperators = a@b,,c@d\n", ":13: [mail] operators: must be mail addresses"},
		{"[revocation]\nocsp_url = ftp://x\n", ":13: [revocation] ocsp_url: must be a URL"},
		{"[limits]\nhash_threads\n", ":13: the line is neither"},
		{"[limits\nhash_threads=1\n", ":12: the line is neither"},
		{"[limits]\n hash_threads = 1\n", ":13: a line cannot begin with a blank."},
		{"\x1B[31m = 1\n", "[anchors] ?: there is no such setting."},
	};
	struct trial *trial = *state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(read_more(trial, rows[i].more), CONFIG_REFUSED);
		if (!strstr(trial->report, rows[i].says))
			fail_msg("%s: %s", rows[i].says, trial->report);
	}
}

static void test_all_mistakes_are_told_at_once(void **state)
{
	struct trial *trial = *state;
	assert_int_equal(read_text(trial, "[log]\nlevel=x\n", 14), CONFIG_REFUSED);
	assert_non_null(strstr(trial->report, ":2: [log] level: must be"));
	assert_non_null(strstr(trial->report, ": [service] origin: this setting is needed."));
	assert_non_null(strstr(trial->report, ": [anchors] dir: この設定が必要です。"));
}

static void test_a_line_without_end_and_a_nul_are_refused(void **state)
{
	struct trial *trial = *state;
	static char text[6000];
	memset(text, 'x', sizeof text);
	assert_int_equal(read_text(trial, text, sizeof text), CONFIG_REFUSED);
	assert_non_null(strstr(trial->report, ":1: the line is too long"));
	assert_int_equal(read_text(trial, "[a]\nb\0=1\nc=1\n", 13), CONFIG_REFUSED);
	assert_non_null(strstr(trial->report, ":2: the line is too long"));
}

static void test_a_file_that_is_not_there_is_refused(void **state)
{
	struct trial *trial = *state;
	assert_int_equal(config_read("/nonexistent", &trial->arena, NULL, &trial->config),
			 CONFIG_REFUSED);
}

static void test_no_memory_is_a_fault(void **state)
{
	struct trial *trial = *state;
	trial->arena.fail_after = 3;
	assert_int_equal(read_more(trial, ""), -ENOMEM);
}

static void test_an_origin_gives_host_and_port(void **state)
{
	(void)state;
	struct str host;
	int64_t port;
	assert_true(setting_origin_split(STR("https://a.example"), &host, &port));
	assert_str_equal(host, STR("a.example"));
	assert_int_equal(port, 443);
	assert_true(setting_origin_split(STR("https://[::1]:8443"), &host, &port));
	assert_str_equal(host, STR("::1"));
	assert_int_equal(port, 8443);
	assert_false(setting_origin_split(STR("http://a"), &host, &port));
	assert_false(setting_origin_split(STR("https://a/"), &host, &port));
	assert_false(setting_origin_split(STR("https://"), &host, &port));
	assert_false(setting_origin_split(STR("https://a:70000"), &host, &port));
}

static struct str path_in(struct trial *trial, const char *dir, const char *name)
{
	struct str path;
	assert_int_equal(arena_print(&trial->arena, &path, "%s/%s", dir, name), 0);
	return path;
}

static void file_make(struct str path, mode_t mode)
{
	FILE *file = fopen(path.ptr, "we");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(chmod(path.ptr, mode), 0);
}

/* Settings whose files and folders are all there, below dir. */
static struct config place_make(struct trial *trial, char *dir)
{
	struct config config = {.service.environment = CONFIG_ENVIRONMENT_TEST};
	assert_non_null(mkdtemp(dir));
	config.service.state_dir = str_of(dir);
	config.service.certificate = path_in(trial, dir, "chain.pem");
	config.service.certificate_key = path_in(trial, dir, "key.pem");
	config.keys.dir = path_in(trial, dir, "keys");
	config.anchors.dir = path_in(trial, dir, "anchors");
	config.store.target = path_in(trial, dir, "store.db");
	file_make(config.service.certificate, 0644);
	file_make(config.service.certificate_key, 0600);
	assert_int_equal(mkdir(config.keys.dir.ptr, 0700), 0);
	assert_int_equal(mkdir(config.anchors.dir.ptr, 0755), 0);
	assert_int_equal(mkdir(path_in(trial, dir, "anchors/test").ptr, 0755), 0);
	assert_int_equal(mkdir(path_in(trial, dir, "anchors/test/auth").ptr, 0755), 0);
	return config;
}

static void place_remove(struct trial *trial, const char *dir)
{
	rmdir(path_in(trial, dir, "anchors/test/auth").ptr);
	rmdir(path_in(trial, dir, "anchors/test").ptr);
	rmdir(path_in(trial, dir, "anchors").ptr);
	rmdir(path_in(trial, dir, "keys").ptr);
	unlink(path_in(trial, dir, "chain.pem").ptr);
	unlink(path_in(trial, dir, "key.pem").ptr);
	rmdir(dir);
}

static void test_a_place_in_order_is_accepted(void **state)
{
	struct trial *trial = *state;
	char dir[] = "/tmp/shikaku-place-XXXXXX";
	struct config config = place_make(trial, dir);
	assert_int_equal(config_check("f", &config, stderr), 0);
	place_remove(trial, dir);
}

static void test_open_keys_and_missing_files_are_refused(void **state)
{
	struct trial *trial = *state;
	char dir[] = "/tmp/shikaku-place-XXXXXX";
	struct config config = place_make(trial, dir);
	assert_int_equal(chmod(config.service.certificate_key.ptr, 0640), 0);
	assert_int_equal(config_check("f", &config, NULL), CONFIG_REFUSED);
	assert_int_equal(chmod(config.service.certificate_key.ptr, 0600), 0);
	assert_int_equal(chmod(config.keys.dir.ptr, 0705), 0);
	assert_int_equal(config_check("f", &config, NULL), CONFIG_REFUSED);
	assert_int_equal(chmod(config.keys.dir.ptr, 0700), 0);
	assert_int_equal(config_check("f", &config, NULL), 0);
	config.service.environment = CONFIG_ENVIRONMENT_PRODUCTION;
	assert_int_equal(config_check("f", &config, NULL), CONFIG_REFUSED);
	config.service.environment = CONFIG_ENVIRONMENT_TEST;
	config.store.target = STR("store.db");
	assert_int_equal(config_check("f", &config, NULL), CONFIG_REFUSED);
	config.store.target = STR("/store.db");
	config.passwords.list = config.service.certificate;
	assert_int_equal(config_check("f", &config, NULL), 0);
	config.passwords.list = path_in(trial, dir, "nowhere");
	assert_int_equal(config_check("f", &config, NULL), CONFIG_REFUSED);
	place_remove(trial, dir);
	assert_int_equal(config_check("f", &config, NULL), CONFIG_REFUSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_not_named_has_its_default),
		TEST(test_what_is_named_is_read),
		TEST(test_a_mistake_is_told_with_its_line_japanese_first),
		TEST(test_every_kind_of_mistake_is_refused),
		TEST(test_all_mistakes_are_told_at_once),
		TEST(test_a_line_without_end_and_a_nul_are_refused),
		TEST(test_a_file_that_is_not_there_is_refused),
		TEST(test_no_memory_is_a_fault),
		TEST(test_an_origin_gives_host_and_port),
		TEST(test_a_place_in_order_is_accepted),
		TEST(test_open_keys_and_missing_files_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
