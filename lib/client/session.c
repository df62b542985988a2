/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session and its file.
 *
 * The file is lines of name=value after a first line that names the format. Whoever reads it is
 * logged in, so it is made 0600 before a byte is written, and one that others could read is
 * refused rather than used.
 */
#include "lib/client/session.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "lib/base/utf8.h"

enum {
	FILE_BYTES_MAX = 16384,
	PATH_BYTES_MAX = 4096,
};

static const char file_head[] = "shikaku-session 1";

/* The texts and times of a session, as the file calls them. */
struct file_text {
	const char *name;
	size_t offset, bytes;
};
struct file_time {
	const char *name;
	size_t offset;
};

#define FILE_TEXT(member)                                                                        \
	{                                                                                        \
#member, offsetof(struct session, member), sizeof(((struct session *)0)->member) \
	}
static const struct file_text file_texts[] = {
	FILE_TEXT(service),	  FILE_TEXT(login_id),	     FILE_TEXT(challenge),
	FILE_TEXT(access_token),  FILE_TEXT(refresh_handle), FILE_TEXT(refresh_key),
	FILE_TEXT(facility_name), FILE_TEXT(device_id),	     FILE_TEXT(proves),
};
static const struct file_time file_times[] = {
	{"token_begins_ms", offsetof(struct session, token_begins_ms)},
	{"token_ends_ms", offsetof(struct session, token_ends_ms)},
	{"session_ends_ms", offsetof(struct session, session_ends_ms)},
};
enum {
	FILE_TEXTS = sizeof file_texts / sizeof file_texts[0],
	FILE_TIMES = sizeof file_times / sizeof file_times[0],
};

static char *text_at(struct session *session, const struct file_text *text)
{
	return (char *)session + text->offset;
}

static int64_t *time_at(struct session *session, const struct file_time *time)
{
	return (int64_t *)(void *)((char *)session + time->offset);
}

void session_clear(struct session *session)
{
	explicit_bzero(session, sizeof *session);
}

int session_open(struct session *session, const struct wire_tokens *tokens, int64_t now_ms)
{
	if (tokens->access_token.len >= SESSION_TOKEN_BYTES ||
	    tokens->refresh_handle.len >= SESSION_TOKEN_BYTES ||
	    tokens->facility_name.len >= SESSION_NAME_BYTES ||
	    tokens->device_id.len >= SESSION_KEY_BYTES ||
	    tokens->notice.len >= SESSION_NOTICE_BYTES)
		return RAISE(EMSGSIZE);
	int r = str_to_c(tokens->access_token, session->access_token, SESSION_TOKEN_BYTES);
	if (!r)
		r = str_to_c(tokens->refresh_handle, session->refresh_handle, SESSION_TOKEN_BYTES);
	if (!r)
		r = str_to_c(tokens->facility_name, session->facility_name, SESSION_NAME_BYTES);
	if (!r)
		r = str_to_c(tokens->device_id, session->device_id, SESSION_KEY_BYTES);
	if (!r)
		r = str_to_c(tokens->notice, session->notice, SESSION_NOTICE_BYTES);
	if (r)
		return PASS(r);
	explicit_bzero(session->challenge, sizeof session->challenge);
	explicit_bzero(session->refresh_key, sizeof session->refresh_key);
	session->state = SESSION_OPEN;
	session->account = tokens->account;
	session->token_begins_ms = now_ms;
	session->token_ends_ms = now_ms + tokens->expires_in_s * 1000;
	session->session_ends_ms = now_ms + tokens->session_expires_in_s * 1000;
	return 0;
}

bool session_token_is_old(const struct session *session, int64_t now_ms)
{
	int64_t life_ms = session->token_ends_ms - session->token_begins_ms;
	/* A clock that was set back makes it old too: nobody knows how much is left. */
	return now_ms < session->token_begins_ms || session->token_ends_ms - now_ms < life_ms / 5;
}

bool session_token_is_over(const struct session *session, int64_t now_ms)
{
	return now_ms >= session->token_ends_ms;
}

/* --- writing --- */

struct writing {
	char bytes[FILE_BYTES_MAX];
	size_t len;
	bool too_long;
};

static void writing_wipe(struct writing *writing)
{
	explicit_bzero(writing, sizeof *writing);
}

static void line_add(struct writing *writing, const char *name, const char *value)
{
	size_t space = sizeof writing->bytes - writing->len;
	int len = snprintf(writing->bytes + writing->len, space, "%s=%s\n", name, value);
	if (len < 0 || (size_t)len >= space)
		writing->too_long = true;
	else
		writing->len += (size_t)len;
}

static const char *account_word(enum wire_account account)
{
	if (account == WIRE_ACCOUNT_W)
		return "W";
	return account == WIRE_ACCOUNT_MAIL ? "mail" : "WA";
}

static enum wire_account account_of_word(struct str word)
{
	if (str_equal(word, STR("W")))
		return WIRE_ACCOUNT_W;
	return str_equal(word, STR("mail")) ? WIRE_ACCOUNT_MAIL : WIRE_ACCOUNT_WA;
}

static void lines_add(struct writing *writing, const struct session *session)
{
	struct session *readable = (struct session *)(uintptr_t)session; /* offsets, no writing */
	char number[24];
	int len = snprintf(writing->bytes, sizeof writing->bytes, "%s\n", file_head);
	assert(len > 0);
	writing->len = (size_t)len;
	line_add(writing, "state", session->state == SESSION_OPEN ? "open" : "passcode");
	line_add(writing, "account", account_word(session->account));
	line_add(writing, "passcode", session->passcode == WIRE_PASSCODE_BY_MAIL ? "mail" : "app");
	for (size_t i = 0; i < FILE_TEXTS; i++)
		line_add(writing, file_texts[i].name, text_at(readable, &file_texts[i]));
	for (size_t i = 0; i < FILE_TIMES; i++) {
		(void)snprintf(number, sizeof number, "%lld",
			       (long long)*time_at(readable, &file_times[i]));
		line_add(writing, file_times[i].name, number);
	}
}

static bool bytes_write(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* Written and synced under another name first: nobody ever reads half a session. */
static bool file_replace(const char *path, const struct writing *writing)
{
	char other[PATH_BYTES_MAX];
	int len = snprintf(other, sizeof other, "%s.XXXXXX", path);
	if (len < 0 || (size_t)len >= sizeof other)
		return false;
	int fd = mkostemp(other, O_CLOEXEC); /* 0600 */
	if (fd < 0)
		return false;
	bool written = bytes_write(fd, writing->bytes, writing->len) && fsync(fd) == 0;
	written = close(fd) == 0 && written;
	written = written && rename(other, path) == 0;
	if (!written)
		(void)unlink(other);
	return written;
}

int session_save(const struct session *session, const char *path)
{
	assert(session->state != SESSION_NONE);
	AUTO(writing_wipe) struct writing writing = {.len = 0};
	lines_add(&writing, session);
	if (writing.too_long)
		return RAISE(EMSGSIZE);
	return file_replace(path, &writing) ? 0 : SESSION_UNWRITABLE;
}

/* --- reading --- */

static void fd_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static int file_read(const char *path, struct writing *into)
{
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat about;
	if (fd < 0)
		return errno == ENOENT ? SESSION_ABSENT : SESSION_EXPOSED;
	if (fstat(fd, &about) != 0)
		return RAISE(EIO);
	if (!S_ISREG(about.st_mode) || about.st_uid != geteuid() || (about.st_mode & 077))
		return SESSION_EXPOSED;
	for (;;) {
		ssize_t n = read(fd, into->bytes + into->len, sizeof into->bytes - into->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return RAISE(EIO);
		if (n == 0)
			return 0;
		into->len += (size_t)n;
		if (into->len == sizeof into->bytes)
			return SESSION_DAMAGED;
	}
}

static bool value_take(struct session *session, struct str name, struct str value)
{
	if (str_equal(name, STR("state"))) {
		session->state = str_equal(value, STR("open")) ? SESSION_OPEN : SESSION_PASSCODE;
		return true;
	}
	if (str_equal(name, STR("account"))) {
		session->account = account_of_word(value);
		return true;
	}
	if (str_equal(name, STR("passcode"))) {
		session->passcode = str_equal(value, STR("mail")) ? WIRE_PASSCODE_BY_MAIL
								  : WIRE_PASSCODE_AUTHENTICATOR;
		return true;
	}
	for (size_t i = 0; i < FILE_TEXTS; i++)
		if (str_equal(name, str_of(file_texts[i].name)))
			return str_to_c(value, text_at(session, &file_texts[i]),
					file_texts[i].bytes) == 0;
	for (size_t i = 0; i < FILE_TIMES; i++)
		if (str_equal(name, str_of(file_times[i].name)))
			return number_parse(value, 0, INT64_MAX,
					    time_at(session, &file_times[i])) == 0;
	return false;
}

static bool session_is_whole(const struct session *session)
{
	if (!session->service[0] || !session->login_id[0])
		return false;
	if (session->state == SESSION_PASSCODE)
		return session->challenge[0] != '\0';
	return session->state == SESSION_OPEN && session->access_token[0] &&
	       session->refresh_handle[0];
}

static bool lines_take(struct str text, struct session *session)
{
	struct str line, name;
	if (!utf8_valid(text) || !str_split(&text, '\n', &line) ||
	    !str_equal(line, str_of(file_head)))
		return false;
	while (str_split(&text, '\n', &line)) {
		if (!line.len && !text.len)
			break;
		if (!str_split(&line, '=', &name) || !line.ptr || utf8_has_control(line) ||
		    !value_take(session, name, line))
			return false;
	}
	return session_is_whole(session);
}

int session_load(const char *path, struct session *ret_session)
{
	AUTO(writing_wipe) struct writing text = {.len = 0};
	AUTO(session_clear) struct session session = {.state = SESSION_NONE};
	int r = file_read(path, &text);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!lines_take((struct str){text.bytes, text.len}, &session))
		return SESSION_DAMAGED;
	*ret_session = session;
	return 0;
}
