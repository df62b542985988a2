/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/secret.h"

#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* A pipe that holds text and ends behind it; the reading end. */
static int pipe_of(struct str text)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text.ptr, text.len), text.len);
	close(ends[1]);
	return ends[0];
}

static void test_wiping_leaves_nothing(void **state)
{
	(void)state;
	static const struct secret zeroed;
	struct secret secret;
	assert_int_equal(secret_set(&secret, STR("1234")), 0);
	secret_wipe(&secret);
	assert_memory_equal(&secret, &zeroed, sizeof secret);
	secret_wipe(&secret);
}

static void test_a_shorter_secret_leaves_nothing_of_the_longer(void **state)
{
	(void)state;
	struct secret secret = {0};
	assert_int_equal(secret_set(&secret, STR("a long pass phrase")), 0);
	assert_int_equal(secret_set(&secret, STR("pin")), 0);
	assert_str_equal(secret_str(&secret), STR("pin"));
	for (size_t i = 3; i < SECRET_BYTES_MAX; i++)
		assert_int_equal(secret.bytes[i], 0);
}

static void test_a_secret_may_be_set_from_its_own_bytes(void **state)
{
	(void)state;
	struct secret secret = {0};
	assert_int_equal(secret_set(&secret, STR("prefix-secret")), 0);
	struct str all = secret_str(&secret);
	assert_int_equal(secret_set(&secret, (struct str){all.ptr + 7, all.len - 7}), 0);
	assert_str_equal(secret_str(&secret), STR("secret"));
}

static void test_a_secret_too_long_is_refused(void **state)
{
	(void)state;
	struct secret secret = {0};
	char bytes[SECRET_BYTES_MAX + 1];
	memset(bytes, 'x', sizeof bytes);
	assert_int_equal(secret_set(&secret, str_bytes(bytes, sizeof bytes)), -EMSGSIZE);
	assert_int_equal(secret.len, 0);
	assert_int_equal(secret_set(&secret, str_bytes(bytes, SECRET_BYTES_MAX)), 0);
	assert_int_equal(secret.len, SECRET_BYTES_MAX);
	assert_int_equal(secret_set(&secret, (struct str){0}), 0);
	assert_int_equal(secret.len, 0);
}

static void test_equal_means_every_byte(void **state)
{
	(void)state;
	assert_true(secret_equal(STR("abc"), STR("abc")));
	assert_true(secret_equal(STR(""), (struct str){0}));
	assert_false(secret_equal(STR("abc"), STR("abd")));
	assert_false(secret_equal(STR("abc"), STR("bbc")));
	assert_false(secret_equal(STR("abc"), STR("ab")));
	assert_false(secret_equal((struct str){"a\0b", 3}, (struct str){"a\0c", 3}));
	assert_false(secret_equal(STR("\x80"), STR("\x00")));
}

static void test_one_line_is_read_and_no_more(void **state)
{
	(void)state;
	struct secret secret;
	int fd = pipe_of(STR("first\nsecond\r\n\nlast"));
	assert_int_equal(secret_read(&secret, fd), 0);
	assert_str_equal(secret_str(&secret), STR("first"));
	assert_int_equal(secret_read(&secret, fd), 0);
	assert_str_equal(secret_str(&secret), STR("second"));
	assert_int_equal(secret_read(&secret, fd), 0);
	assert_int_equal(secret.len, 0);
	assert_int_equal(secret_read(&secret, fd), 0);
	assert_str_equal(secret_str(&secret), STR("last"));
	assert_int_equal(secret_read(&secret, fd), -ENODATA);
	close(fd);
}

static void test_a_line_too_long_is_refused_and_wiped(void **state)
{
	(void)state;
	static const struct secret zeroed;
	char line[SECRET_BYTES_MAX + 2];
	struct secret secret;
	memset(line, 'x', sizeof line);
	line[SECRET_BYTES_MAX] = '\n';
	int fd = pipe_of(str_bytes(line, SECRET_BYTES_MAX + 1));
	assert_int_equal(secret_read(&secret, fd), 0);
	assert_int_equal(secret.len, SECRET_BYTES_MAX);
	close(fd);
	line[SECRET_BYTES_MAX] = 'x';
	fd = pipe_of(str_bytes(line, sizeof line));
	assert_int_equal(secret_read(&secret, fd), -EMSGSIZE);
	assert_memory_equal(&secret, &zeroed, sizeof secret);
	close(fd);
}

static void test_a_bad_descriptor_is_a_fault(void **state)
{
	(void)state;
	struct secret secret;
	assert_int_equal(secret_read(&secret, -1), -EBADF);
}

/* Ask on the terminal of this process; the exit code says what came. */
static int ask_and_judge(void)
{
	AUTO(secret_wipe) struct secret secret = {0};
	int r = secret_ask(&secret, STR("PIN: "));
	if (r == -ENOTTY)
		return 3;
	return r == 0 && str_equal(secret_str(&secret), STR("1234")) ? 0 : 1;
}

static size_t read_until(int fd, char *text, size_t len, size_t bytes, const char *wanted)
{
	while (len + 1 < bytes) {
		ssize_t n = read(fd, text + len, bytes - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
		text[len] = '\0';
		if (wanted && strstr(text, wanted))
			break;
	}
	return len;
}

static void test_the_terminal_does_not_show_what_is_typed(void **state)
{
	(void)state;
	char text[200] = "";
	int terminal, status;
	pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(ask_and_judge());
	size_t len = read_until(terminal, text, 0, sizeof text, "PIN: ");
	/* The echo goes off after the prompt; until then the answer waits. */
	struct termios settings = {.c_lflag = ECHO};
	while (settings.c_lflag & ECHO)
		assert_int_equal(tcgetattr(terminal, &settings), 0);
	assert_int_equal(write(terminal, "1234\n", 5), 5);
	read_until(terminal, text, len, sizeof text, NULL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_non_null(strstr(text, "PIN: "));
	assert_null(strstr(text, "1234"));
	close(terminal);
}

static void test_without_a_terminal_nothing_is_asked(void **state)
{
	(void)state;
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		setsid();
		_exit(ask_and_judge());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wiping_leaves_nothing),
		cmocka_unit_test(test_a_shorter_secret_leaves_nothing_of_the_longer),
		cmocka_unit_test(test_a_secret_may_be_set_from_its_own_bytes),
		cmocka_unit_test(test_a_secret_too_long_is_refused),
		cmocka_unit_test(test_equal_means_every_byte),
		cmocka_unit_test(test_one_line_is_read_and_no_more),
		cmocka_unit_test(test_a_line_too_long_is_refused_and_wiped),
		cmocka_unit_test(test_a_bad_descriptor_is_a_fault),
		cmocka_unit_test(test_the_terminal_does_not_show_what_is_typed),
		cmocka_unit_test(test_without_a_terminal_nothing_is_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
