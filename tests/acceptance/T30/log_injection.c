/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T30 log_injection: whatever stands in a field, one event is one line, a second reader gets the
 * field back as it was (up to where it was cut), and nothing in the line speaks to a terminal. The
 * same through the service: hostile requests make one line each, and what they said is in none. A
 * format that is no literal does not compile.
 */
#include "server/api/service_test.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "tests/acceptance/T30/line_read.h"

#define ROW(text)                         \
	{                                 \
		"" text, sizeof(text) - 1 \
	}

static const struct str hostile[] = {
	ROW("\r\n2026-11-22T01:30:00.123Z info request_done call=login status=200"),
	ROW("\n"),
	ROW("\r"),
	ROW("a\x0b"
	    "b\x0c"
	    "c"),
	ROW("\" call=admin status=200 x=\""),
	ROW("\\"),
	ROW("\\\""),
	ROW("\\x0a"),
	ROW("\x1b[2J\x1b[31mred\x1b[0m"),
	ROW("\x1b]0;title\x07"),
	ROW("\xc2\x9b"
	    "31m"),
	ROW("\xc2\x85next"),
	ROW("\xe2\x80\xa8line\xe2\x80\xa9paragraph"),
	ROW("\xe2\x80\xae"
	    "gnp.exe"),
	ROW("\xe2\x81\xa6isolate\xe2\x81\xa9"),
	ROW("\xe2\x80\x8f\xd8\x9c"),
	ROW("\xef\xbb\xbf"
	    "bom"),
	ROW("\0nul\0"),
	ROW("\x7f\x08\x08"),
	ROW("\xff\xfe\x80"),
	ROW("\xc0\x8a"),
	ROW("\xed\xa0\x80"),
	ROW("\xf4\x90\x80\x80"),
	ROW("\xe3\x81"),
	ROW("%n%s%s%s%x%1$*2$d"),
	ROW("\xe8\xb3\x87\xe6\xa0\xbc \xf0\x9f\x98\x80"),
	ROW(""),
	ROW(" "),
	ROW("="),
};
enum { HOSTILE = sizeof hostile / sizeof hostile[0], LARGE_BYTES = 64 * 1024 };

/* --- planted fault: a writer that does not escape --- */

static bool naive;

void __real_log_write(const struct log *log, enum log_event event, const struct log_field *fields,
		      size_t fields_count);
void __wrap_log_write(const struct log *log, enum log_event event, const struct log_field *fields,
		      size_t fields_count);
void __wrap_log_write(const struct log *log, enum log_event event, const struct log_field *fields,
		      size_t fields_count)
{
	if (!naive) {
		__real_log_write(log, event, fields, fields_count);
		return;
	}
	if (log->fd < 0)
		return;
	dprintf(log->fd, "2026-11-22T01:30:00.123Z info event");
	for (size_t i = 0; i < fields_count; i++)
		dprintf(log->fd, " %s=\"%.*s\"", fields[i].name, STR_ARG(fields[i].text));
	dprintf(log->fd, "\n");
}

/* --- what was written --- */

static struct str written(struct arena *arena, int fd)
{
	off_t len = lseek(fd, 0, SEEK_END);
	char *text = arena_alloc(arena, (size_t)len + 1);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)len, 0), len);
	return (struct str){text, (size_t)len};
}

/* Lines that no reader would take, and how many there are at all. */
struct reading {
	size_t lines, wrong;
};

static struct reading all_read(struct arena *arena, struct str text)
{
	struct reading reading = {0};
	struct str rest = text, one;
	while (rest.len && str_split(&rest, '\n', &one)) {
		struct line line;
		const char *wrong = line_read(arena, one, &line);
		if (wrong && !naive)
			print_message("# %s: %.*s\n", wrong, STR_ARG(one));
		reading.wrong += wrong != NULL;
		reading.lines++;
	}
	return reading;
}

/* --- the writer --- */

/* As far as it was kept: the cut ends in … */
static bool same(struct str value, struct str sent)
{
	static const struct str cut = {"…", 3};
	if (str_equal(value, sent))
		return true;
	if (value.len <= cut.len || sent.len <= LOG_TEXT_BYTES_MAX)
		return false;
	struct str end = {value.ptr + value.len - cut.len, cut.len};
	size_t kept = value.len - cut.len;
	return str_equal(end, cut) && kept >= LOG_TEXT_BYTES_MAX - 8 && kept <= sent.len &&
	       memcmp(value.ptr, sent.ptr, kept) == 0;
}

/* One event with the text in both kinds of field (one, when it is long): does it read back? */
static bool event_reads_back(struct str text)
{
	bool is_long = text.len > LOG_TEXT_BYTES_MAX;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	int fd = memfd_create("log", MFD_CLOEXEC);
	struct log log = {.fd = fd, .level = LOG_LEVEL_DEBUG, .clock = &clock_system};
	LOG(&log, request_failed, log_text("trace", text),
	    log_id("call", is_long ? STR("") : text));
	struct str all = written(&arena, fd), one;
	close(fd);
	struct line line;
	str_split(&all, '\n', &one);
	return all.len == 0 && !line_read(&arena, one, &line) && line.count == 2 &&
	       same(line_value(&line, "trace"), text) &&
	       (is_long || same(line_value(&line, "call"), text));
}

static size_t events_lost(void)
{
	size_t lost = 0;
	char *large = test_malloc(LARGE_BYTES);
	for (size_t i = 0; i < HOSTILE; i++) {
		bool reads_back = event_reads_back(hostile[i]);
		lost += !reads_back;
		if (!reads_back && !naive)
			print_message("# row %zu\n", i);
		if (hostile[i].len == 0)
			continue;
		for (size_t j = 0; j < LARGE_BYTES; j++)
			large[j] = hostile[i].ptr[j % hostile[i].len];
		reads_back = event_reads_back((struct str){large, LARGE_BYTES});
		lost += !reads_back;
		if (!reads_back && !naive)
			print_message("# row %zu, 64 KiB\n", i);
	}
	test_free(large);
	return lost;
}

static void test_an_event_is_a_line_that_reads_back(void **state)
{
	(void)state;
	assert_int_equal(events_lost(), 0);
}

static void test_the_reader_sees_a_writer_that_does_not_escape(void **state)
{
	(void)state;
	naive = true;
	size_t lost = events_lost();
	naive = false;
	assert_true(lost > HOSTILE / 2);
}

/* --- the service --- */

static void request_send(struct house *house, const struct web_request *request)
{
	house_reply_clear(house);
	web_fake_call(&house_app, house->service, request, &house->last);
	assert_true(house->last.reply.status >= 400);
}

/* Every field of a request that a client may fill, and the request's id, which none may. */
static size_t requests_send(struct house *house)
{
	for (size_t i = 0; i < HOSTILE; i++) {
		struct str text = hostile[i];
		struct web_request request = {
			.method = STR("POST"),
			.path = STR("/v1/login"),
			.query = text,
			.host = text,
			.content_type = STR("application/json"),
			.authorization = text,
			.dpop = text,
			.idempotency_key = text,
			.if_none_match = text,
			.user_agent = text,
			.body = text,
			.peer = text,
		};
		request_send(house, &request);
		request.method = text;
		request_send(house, &request);
		request.path = text;
		request_send(house, &request);
	}
	return 3 * HOSTILE;
}

/* Lines that are wrong, missing or too many. */
static size_t service_lines_lost(struct house *house)
{
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 8 << 20);
	int fd = memfd_create("log", MFD_CLOEXEC);
	house->service->log.fd = fd;
	house->service->log.level = LOG_LEVEL_DEBUG;
	size_t requests = requests_send(house);
	/* A fault's trace and an address in a text field, as dispatch and the lanes log them. */
	LOG(&house->service->log, request_failed, log_text("trace", hostile[0]));
	house->service->log.fd = -1;
	struct reading reading = all_read(&arena, written(&arena, fd));
	close(fd);
	size_t expected = requests + 1;
	size_t off = reading.lines > expected ? reading.lines - expected : expected - reading.lines;
	return reading.wrong + off;
}

static void test_a_request_is_a_line_and_its_words_are_not_in_it(void **state)
{
	assert_int_equal(service_lines_lost(*state), 0);
}

static void test_the_lines_see_a_writer_that_does_not_escape(void **state)
{
	naive = true;
	size_t lost = service_lines_lost(*state);
	naive = false;
	assert_true(lost > 0);
}

/* --- formats --- */

/* The compiler's exit code for a program of one line, under the build's own warnings. */
static int compile(const char *source)
{
	char path[] = "/tmp/shikaku-T30-XXXXXX";
	int fd = mkstemp(path), status = -1;
	assert_true(fd >= 0);
	assert_int_equal(dprintf(fd, "#include <stdio.h>\n%s\n", source) > 0, 1);
	close(fd);
	const char *cc = getenv("CC");
	char *const argv[] = {(char *)(uintptr_t)(cc ? cc : "cc"),
			      "-Wformat=2",
			      "-Werror",
			      "-fsyntax-only",
			      "-x",
			      "c",
			      path,
			      NULL};
	pid_t pid;
	posix_spawn_file_actions_t silent;
	posix_spawn_file_actions_init(&silent);
	posix_spawn_file_actions_addopen(&silent, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawnp(&pid, argv[0], &silent, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	posix_spawn_file_actions_destroy(&silent);
	unlink(path);
	return status;
}

static void test_a_format_that_is_no_literal_does_not_compile(void **state)
{
	(void)state;
	assert_int_equal(compile("void f(const char *s) { printf(\"%s\", s); }"), 0);
	assert_int_not_equal(compile("void f(const char *s) { printf(s); }"), 0);
	assert_int_not_equal(compile("void f(const char *s) { fprintf(stderr, s, 1); }"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_event_is_a_line_that_reads_back),
		cmocka_unit_test(test_the_reader_sees_a_writer_that_does_not_escape),
		cmocka_unit_test_setup_teardown(
			test_a_request_is_a_line_and_its_words_are_not_in_it, house_open,
			house_close),
		cmocka_unit_test_setup_teardown(test_the_lines_see_a_writer_that_does_not_escape,
						house_open, house_close),
		cmocka_unit_test(test_a_format_that_is_no_literal_does_not_compile),
	};
	return cmocka_run_group_tests_name("T30", tests, NULL, NULL);
}
