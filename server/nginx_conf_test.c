/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/nginx_conf.h"

static struct config config_make(void)
{
	struct config config = {0};
	config.service.listen = STR("127.0.0.1:8443");
	config.service.origin = STR("https://shikaku.example:8443");
	config.service.certificate = STR("/c/chain.pem");
	config.service.certificate_key = STR("/c/key.pem");
	config.limits.body_bytes_max = 65536;
	config.limits.body_timeout_ms = 8000;
	config.limits.reply_timeout_ms = 60000;
	config.limits.connections_max = 4096;
	config.limits.head_timeout_ms = 5000;
	config.limits.connections_per_address_max = 64;
	config.log.level = LOG_LEVEL_INFO;
	return config;
}

/* The configuration as text; the caller frees it. */
static char *written(const struct config *config, bool root)
{
	const struct nginx_conf_place place = {.settings = "/etc/s.conf",
					       .module = "/m.so",
					       .run_dir = "/r",
					       .root = root};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	assert_non_null(out);
	assert_int_equal(nginx_conf_write(out, config, &place), 0);
	fclose(out);
	return text;
}

static void test_what_must_be_there_is_there(void **state)
{
	static const char *const lines[] = {
		"\ndaemon off;\n",
		"\nworker_processes 1;\n",
		"\nworker_shutdown_timeout 30s;\n",
		"\nload_module \"/m.so\";\n",
		"\tssl_protocols TLSv1.2 TLSv1.3;\n",
		"\tssl_session_tickets off;\n",
		"\tclient_header_timeout 5000ms;\n",
		"\tclient_max_body_size 65536;\n",
		"\tclient_body_buffer_size 65536;\n",
		"\tshikaku_body_timeout 8000ms;\n",
		"\tlarge_client_header_buffers 4 8k;\n",
		"\treset_timedout_connection on;\n",
		"\taccess_log off;\n",
		"\tlimit_conn address 64;\n",
		"\t\tlisten 127.0.0.1:8443 ssl default_server;\n",
		"\t\tserver_name shikaku.example 127.0.0.1;\n",
		"\t\tlocation / { return 400; }\n",
		"\t\tlocation / { shikaku \"/etc/s.conf\"; }\n",
	};
	(void)state;
	struct config config = config_make();
	char *text = written(&config, false);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (!strstr(text, lines[i]))
			fail_msg("missing: %s", lines[i]);
	free(text);
}

static void test_the_worker_is_root_only_under_root(void **state)
{
	(void)state;
	struct config config = config_make();
	char *text = written(&config, true);
	assert_non_null(strstr(text, "\nuser root;\n"));
	free(text);
	text = written(&config, false);
	assert_null(strstr(text, "user "));
	free(text);
}

static void test_an_address_of_version_6_keeps_its_brackets(void **state)
{
	(void)state;
	struct config config = config_make();
	config.service.listen = STR("[::1]:8443");
	config.service.origin = STR("https://[::1]:8443");
	char *text = written(&config, false);
	assert_non_null(strstr(text, "\t\tlisten [::1]:8443 ssl;\n"));
	assert_non_null(strstr(text, "\t\tserver_name [::1];\n"));
	free(text);
}

static void test_a_configuration_that_cannot_be_written_is_a_fault(void **state)
{
	(void)state;
	struct config config = config_make();
	const struct nginx_conf_place place = {.settings = "/etc/s.conf",
					       .module = "/m.so",
					       .run_dir = "/r"};
	FILE *out = fopen("/dev/full", "we");
	assert_non_null(out);
	assert_int_equal(nginx_conf_write(out, &config, &place), -EIO);
	fclose(out);
}

static void test_paths_that_nginx_would_misread_are_not_taken(void **state)
{
	(void)state;
	assert_true(nginx_conf_takes("/etc/資格/s.conf"));
	assert_true(nginx_conf_takes("/a b/s.conf"));
	static const char *const refused[] = {"s.conf", "",    "/a\"", "/a;",
					      "/a$x",	"/a{", "/a\n", "/a\\"};
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		assert_false(nginx_conf_takes(refused[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_must_be_there_is_there),
		cmocka_unit_test(test_the_worker_is_root_only_under_root),
		cmocka_unit_test(test_an_address_of_version_6_keeps_its_brackets),
		cmocka_unit_test(test_a_configuration_that_cannot_be_written_is_a_fault),
		cmocka_unit_test(test_paths_that_nginx_would_misread_are_not_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
