/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/client/session.h"

struct place {
	char folder[64];
	char path[96];
};

static int place_make(void **state)
{
	static struct place place;
	(void)snprintf(place.folder, sizeof place.folder, "/tmp/session_test.XXXXXX");
	assert_non_null(mkdtemp(place.folder));
	(void)snprintf(place.path, sizeof place.path, "%s/session", place.folder);
	*state = &place;
	return 0;
}

static int place_remove(void **state)
{
	struct place *place = *state;
	(void)unlink(place->path);
	return rmdir(place->folder); /* nothing else was left behind */
}

static struct session open_session(void)
{
	struct session session = {
		.state = SESSION_NONE,
		.service = "https://service.example:8443",
		.login_id = "WA0000001",
	};
	const struct wire_tokens tokens = {
		.access_token = STR("head.body.signature"),
		.expires_in_s = 600,
		.refresh_handle = STR("handle-1"),
		.session_expires_in_s = 43200,
		.account = WIRE_ACCOUNT_WA,
		.facility_name = STR("さくら整骨院"),
	};
	assert_int_equal(session_open(&session, &tokens, 1000000), 0);
	assert_int_equal(secret_set(&session.password, STR("correct horse battery")), 0);
	return session;
}

static void bytes_put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static void bytes_get(const char *path, char text[20000])
{
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	ssize_t len = read(fd, text, 19999);
	assert_true(len > 0);
	text[len] = '\0';
	assert_int_equal(close(fd), 0);
}

static void test_a_session_comes_back_without_its_password(void **state)
{
	const struct place *place = *state;
	struct session session = open_session(), back = {.state = SESSION_NONE};
	struct stat about;
	char text[20000];
	assert_int_equal(session_save(&session, place->path), 0);
	assert_int_equal(stat(place->path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	bytes_get(place->path, text);
	assert_null(strstr(text, "correct horse"));
	assert_int_equal(session_load(place->path, &back), 0);
	assert_int_equal(back.state, SESSION_OPEN);
	assert_string_equal(back.access_token, "head.body.signature");
	assert_string_equal(back.refresh_handle, "handle-1");
	assert_string_equal(back.facility_name, "さくら整骨院");
	assert_int_equal(back.account, WIRE_ACCOUNT_WA);
	assert_int_equal(back.token_ends_ms, session.token_ends_ms);
	assert_int_equal(back.password.len, 0);
}

static void test_a_session_that_waits_for_its_passcode_comes_back(void **state)
{
	const struct place *place = *state;
	struct session session = {
		.state = SESSION_PASSCODE,
		.service = "https://service.example",
		.login_id = "WA0000001",
		.challenge = "c1",
	};
	struct session back = {.state = SESSION_NONE};
	assert_int_equal(session_save(&session, place->path), 0);
	assert_int_equal(session_load(place->path, &back), 0);
	assert_int_equal(back.state, SESSION_PASSCODE);
	assert_string_equal(back.challenge, "c1");
}

static void test_a_file_that_others_may_read_is_refused(void **state)
{
	const struct place *place = *state;
	struct session session = open_session(), back = {.state = SESSION_NONE};
	assert_int_equal(session_save(&session, place->path), 0);
	assert_int_equal(chmod(place->path, 0640), 0);
	assert_int_equal(session_load(place->path, &back), SESSION_EXPOSED);
	assert_int_equal(back.state, SESSION_NONE);
}

static void test_a_link_or_a_folder_is_no_session(void **state)
{
	const struct place *place = *state;
	struct session back;
	assert_int_equal(symlink("/dev/null", place->path), 0);
	assert_int_equal(session_load(place->path, &back), SESSION_EXPOSED);
	assert_int_equal(session_load(place->folder, &back), SESSION_EXPOSED);
}

static void test_a_damaged_file_is_refused(void **state)
{
	const struct place *place = *state;
	static const char *const texts[] = {
		"",
		"shikaku-session 2\nstate=open\n",
		"shikaku-session 1\nstate=open\n",
		"shikaku-session 1\nstate=open\nservice=https://a\nlogin_id=W\naccess_token=t\n",
		"shikaku-session 1\nunknown=1\n",
		"shikaku-session 1\ntoken_ends_ms=1x\n",
		"shikaku-session 1\nno equals sign\n",
		"shikaku-session 1\nlogin_id=\xff\n",
	};
	struct session back;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		bytes_put(place->path, texts[i], 0600);
		assert_int_equal(session_load(place->path, &back), SESSION_DAMAGED);
	}
}

static void test_no_file_is_an_answer_of_its_own(void **state)
{
	const struct place *place = *state;
	struct session session = open_session(), back;
	assert_int_equal(session_load(place->path, &back), SESSION_ABSENT);
	assert_int_equal(session_save(&session, "/nonexistent/folder/session"), SESSION_UNWRITABLE);
}

static void test_a_token_is_old_in_its_last_fifth(void **state)
{
	struct session session = open_session();
	(void)state;
	assert_false(session_token_is_old(&session, 1000000));
	assert_false(session_token_is_old(&session, 1000000 + 480000));
	assert_true(session_token_is_old(&session, 1000000 + 480001));
	assert_false(session_token_is_over(&session, 1000000 + 599999));
	assert_true(session_token_is_over(&session, 1000000 + 600000));
	/* The clock was set back. */
	assert_true(session_token_is_old(&session, 999999));
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(test_a_session_comes_back_without_its_password),
		PLACED(test_a_session_that_waits_for_its_passcode_comes_back),
		PLACED(test_a_file_that_others_may_read_is_refused),
		PLACED(test_a_link_or_a_folder_is_no_session),
		PLACED(test_a_damaged_file_is_refused),
		PLACED(test_no_file_is_an_answer_of_its_own),
		cmocka_unit_test(test_a_token_is_old_in_its_last_fifth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
