/* SPDX-License-Identifier: Apache-2.0 */
/* The door over real sockets: what reaches the app, what does not, and who answers when. */
#include "lib/base/test.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/thread.h"
#include "lib/web/web_local.h"

enum { BODY_MAX = 1024, TEXT_BYTES = 16 * 1024 };

struct door {
	struct web_local *local;
	struct log log;
	struct arena arena;
	char folder[64], open_file[96];
	char host[32];
	struct str cookie;
	int calls; /* that reached the app */
	pthread_t later;
	bool has_later;
	struct web_exchange *parked;
	char text[TEXT_BYTES]; /* the last reply */
};

/* --- the app: says back method, path, query and body --- */

static void answer(struct web_exchange *exchange)
{
	const struct web_request *request = &exchange->request;
	exchange->reply = (struct web_reply){.status = 200, .content_type = STR("text/plain")};
	if (arena_print(&exchange->arena, &exchange->reply.body, "%.*s %.*s ?%.*s [%.*s]",
			STR_ARG(request->method), STR_ARG(request->path), STR_ARG(request->query),
			STR_ARG(request->body)) < 0)
		exchange->reply.status = 500;
	web_finish(exchange);
}

static void *later_main(void *arg)
{
	answer(arg);
	return NULL;
}

static void handle(void *ctx, struct web_exchange *exchange)
{
	struct door *door = ctx;
	door->calls++;
	if (str_equal(exchange->request.path, STR("/later"))) {
		door->has_later = true;
		if (thread_start(&door->later, "later", later_main, exchange) < 0)
			answer(exchange);
	} else if (str_equal(exchange->request.path, STR("/park"))) {
		door->parked = exchange;
	} else {
		answer(exchange);
	}
}

static void quit(void *ctx)
{
	struct door *door = ctx;
	if (door->parked)
		answer(door->parked);
	door->parked = NULL;
}

static const struct web_app app = {.handle = handle, .quit = quit};

/* --- a client --- */

static int dial(const struct door *door)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(web_local_port(door->local)),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void send_all(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
		if (n <= 0)
			return; /* cut off: the reply tells */
		text = (struct str){text.ptr + n, text.len - (size_t)n};
	}
}

static struct str receive_all(struct door *door, int fd)
{
	size_t len = 0;
	ssize_t n;
	while (len < TEXT_BYTES - 1 &&
	       (n = recv(fd, door->text + len, TEXT_BYTES - 1 - len, 0)) > 0)
		len += (size_t)n;
	close(fd);
	door->text[len] = '\0';
	return (struct str){door->text, len};
}

static struct str talk(struct door *door, struct str request)
{
	int fd = dial(door);
	send_all(fd, request);
	return receive_all(door, fd);
}

/* "POST /x", with what the own page sends; more: further headers, each with its line end. */
static struct str ask(struct door *door, const char *line, const char *more, const char *body)
{
	struct str request;
	assert_int_equal(
		arena_print(&door->arena, &request,
			    "%s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nCookie: %.*s\r\n"
			    "Connection: close\r\nContent-Length: %zu\r\n%s\r\n%s",
			    line, door->host, door->host, STR_ARG(door->cookie), strlen(body), more,
			    body),
		0);
	return talk(door, request);
}

static bool has(struct str text, const char *part)
{
	return text.ptr && strstr(text.ptr, part);
}

static struct str between(struct str text, const char *before, char after)
{
	const char *start = strstr(text.ptr, before);
	assert_non_null(start);
	struct str rest = str_of(start + strlen(before)), found;
	assert_true(str_split(&rest, after, &found));
	return found;
}

static struct str ticket_of(struct door *door)
{
	struct str page;
	assert_int_equal(file_read_private(&door->arena, door->open_file, 2048, &page), 0);
	return between(page, "name=\"ticket\" value=\"", '"');
}

static struct str open_with(struct door *door, struct str ticket)
{
	struct str request;
	assert_int_equal(arena_print(&door->arena, &request,
				     "POST /open HTTP/1.1\r\nHost: %s\r\nOrigin: null\r\n"
				     "Sec-Fetch-Site: cross-site\r\nConnection: close\r\n"
				     "Content-Length: %zu\r\n\r\nticket=%.*s",
				     door->host, ticket.len + 7, STR_ARG(ticket)),
			 0);
	return talk(door, request);
}

static int door_set_up(void **state)
{
	static struct door door;
	door = (struct door){.log = {.fd = -1, .clock = &clock_system}};
	arena_init(&door.arena, 1 << 20);
	(void)snprintf(door.folder, sizeof door.folder, "/tmp/web_local_test.XXXXXX");
	assert_non_null(mkdtemp(door.folder));
	(void)snprintf(door.open_file, sizeof door.open_file, "%s/open.html", door.folder);
	const struct web_local_options options = {.app = &app,
						  .ctx = &door,
						  .log = &door.log,
						  .uid = geteuid(),
						  .body_bytes_max = BODY_MAX,
						  .open_file = door.open_file};
	assert_int_equal(web_local_create(&door.local, &options), 0);
	(void)snprintf(door.host, sizeof door.host, "127.0.0.1:%u", web_local_port(door.local));
	struct str reply = open_with(&door, ticket_of(&door));
	assert_int_equal(arena_copy(&door.arena, between(reply, "Set-Cookie: ", ';'), &door.cookie),
			 0);
	*state = &door;
	return 0;
}

static int door_close(void **state)
{
	struct door *door = *state;
	web_local_destroy(door->local);
	if (door->has_later)
		pthread_join(door->later, NULL);
	assert_int_not_equal(access(door->open_file, F_OK), 0); /* no ticket stays behind */
	rmdir(door->folder);
	arena_clear(&door->arena);
	return 0;
}

/* --- the tests --- */

static void test_a_request_reaches_the_app_whole(void **state)
{
	struct door *door = *state;
	struct str reply = ask(door, "POST /api/a%20b?c=%41", "", "{\"x\":1}");
	assert_true(str_starts(reply, STR("HTTP/1.1 200 ")));
	assert_true(has(reply, "POST /api/a%20b ?c=%41 [{\"x\":1}]"));
	assert_true(has(ask(door, "GET /", "", ""), "GET / ? []"));
	assert_int_equal(door->calls, 2);
}

static void test_every_reply_carries_the_headers(void **state)
{
	struct door *door = *state;
	static const char *const headers[] = {
		"\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; style-src "
		"'self'; "
		"img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
		"frame-ancestors 'none'\r\n",
		"\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\nCache-Control: no-store\r\n",
		"\r\nReferrer-Policy: no-referrer\r\n",
		"\r\nX-Frame-Options: DENY\r\n",
		"\r\nX-Request-Id: ",
	};
	struct str refused;
	assert_int_equal(arena_copy(&door->arena,
				    talk(door, STR("GET / HTTP/1.1\r\nHost: evil.test\r\n"
						   "Connection: close\r\n\r\n")),
				    &refused),
			 0);
	struct str reply = ask(door, "GET /", "", "");
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		assert_true(has(reply, headers[i]));
		assert_true(has(refused, headers[i]));
	}
	assert_false(has(reply, "Access-Control"));
	assert_false(has(refused, "Access-Control"));
}

static void test_strangers_are_refused_before_the_app(void **state)
{
	struct door *door = *state;
	assert_true(has(ask(door, "POST /api/x", "Sec-Fetch-Site: cross-site\r\n", "{}"), " 403 "));
	assert_true(has(ask(door, "OPTIONS /api/x", "", ""), " 405 "));
	struct str cookie = door->cookie;
	door->cookie = STR("shikaku_1=x");
	assert_true(has(ask(door, "POST /api/x", "", "{}"), " 403 "));
	assert_true(has(ask(door, "GET /", "", ""), "もう一度起動してください"));
	door->cookie = cookie;
	assert_int_equal(door->calls, 0);
}

static void test_what_is_unclear_or_too_much_is_refused(void **state)
{
	struct door *door = *state;
	char long_body[BODY_MAX + 2];
	memset(long_body, 'x', sizeof long_body - 1);
	long_body[sizeof long_body - 1] = '\0';
	assert_true(has(ask(door, "POST /api/x", "", long_body), " 413 "));
	assert_true(has(ask(door, "POST /api/x", "Cookie: a=b\r\n", "{}"), " 400 "));
	struct str chunked;
	assert_int_equal(
		arena_print(&door->arena, &chunked,
			    "POST /api/x HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n"
			    "Cookie: %.*s\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
			    "\r\n2\r\n{}\r\n0\r\n\r\n",
			    door->host, door->host, STR_ARG(door->cookie)),
		0);
	assert_true(has(talk(door, chunked), " 411 "));
	assert_int_equal(door->calls, 0);
}

static void test_a_ticket_is_good_for_one_window(void **state)
{
	struct door *door = *state;
	struct str ticket;
	assert_int_equal(arena_copy(&door->arena, ticket_of(door), &ticket), 0);
	assert_true(has(open_with(door, STR("wrong")), " 403 "));
	assert_true(has(open_with(door, ticket), "Set-Cookie: shikaku_"));
	struct str again = open_with(door, ticket);
	assert_true(has(again, " 403 "));
	assert_false(has(again, "Set-Cookie"));
	assert_true(has(open_with(door, ticket_of(door)), "Set-Cookie: shikaku_"));
	assert_int_equal(door->calls, 0);
}

static void test_the_ticket_lies_where_only_its_user_reads(void **state)
{
	struct door *door = *state;
	struct stat facts;
	assert_int_equal(stat(door->open_file, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
	assert_int_equal(facts.st_uid, geteuid());
}

static void test_another_thread_may_answer(void **state)
{
	struct door *door = *state;
	assert_true(has(ask(door, "POST /later", "", "{}"), "POST /later ? [{}]"));
}

static void test_the_end_answers_who_waits(void **state)
{
	struct door *door = *state;
	struct str request;
	assert_int_equal(arena_print(&door->arena, &request,
				     "GET /park HTTP/1.1\r\nHost: %s\r\nCookie: %.*s\r\n\r\n",
				     door->host, STR_ARG(door->cookie)),
			 0);
	int fd = dial(door);
	send_all(fd, request);
	assert_true(has(ask(door, "GET /", "", ""), "GET / ? []")); /* one loop: /park was seen */
	web_local_destroy(door->local);
	door->local = NULL;
	close(fd);
	assert_null(door->parked);
}

static void test_another_user_is_cut_off(void **state)
{
	struct door *door = *state;
	web_local_destroy(door->local);
	const struct web_local_options options = {.app = &app,
						  .ctx = door,
						  .log = &door->log,
						  .uid = geteuid() + 1,
						  .body_bytes_max = BODY_MAX,
						  .open_file = door->open_file};
	assert_int_equal(web_local_create(&door->local, &options), 0);
	(void)snprintf(door->host, sizeof door->host, "127.0.0.1:%u", web_local_port(door->local));
	assert_int_equal(open_with(door, ticket_of(door)).len, 0);
	assert_int_equal(door->calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, door_set_up, door_close)
		T(test_a_request_reaches_the_app_whole),
		T(test_every_reply_carries_the_headers),
		T(test_strangers_are_refused_before_the_app),
		T(test_what_is_unclear_or_too_much_is_refused),
		T(test_a_ticket_is_good_for_one_window),
		T(test_the_ticket_lies_where_only_its_user_reads),
		T(test_another_thread_may_answer),
		T(test_the_end_answers_who_waits),
		T(test_another_user_is_cut_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
