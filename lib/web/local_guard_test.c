/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/crypto/crypto.h"
#include "lib/web/local_guard.h"

enum { PORT = 43210 };

struct place {
	struct local_guard guard;
	struct arena arena;
	struct str cookie;
};

static int place_set_up(void **state)
{
	static struct place place;
	place = (struct place){0};
	local_guard_init(&place.guard, PORT);
	arena_init(&place.arena, 4096);
	struct str header;
	assert_int_equal(local_guard_cookie(&place.guard, &place.arena, &header), 0);
	assert_true(str_ends(header, STR("; Path=/; HttpOnly; SameSite=Strict")));
	assert_true(str_split(&header, ';', &place.cookie));
	*state = &place;
	return 0;
}

static int place_clear(void **state)
{
	struct place *place = *state;
	arena_clear(&place->arena);
	local_guard_clear(&place->guard);
	return 0;
}

static struct web_request ours(const struct place *place, const char *method, const char *path)
{
	return (struct web_request){.method = str_of(method),
				    .path = str_of(path),
				    .host = STR("127.0.0.1:43210"),
				    .origin = STR("http://127.0.0.1:43210"),
				    .fetch_site = STR("same-origin"),
				    .fetch_mode = STR("cors"),
				    .cookie = place->cookie};
}

static void test_the_own_page_passes(void **state)
{
	struct place *place = *state;
	struct web_request request = ours(place, "POST", "/api/state");
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_PASS);
	request = ours(place, "GET", "/app.js");
	request.origin = (struct str){0};
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_PASS);
	request.fetch_site = STR("none"); /* a bookmark */
	request.fetch_mode = STR("navigate");
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_PASS);
}

static void test_the_cookie_is_found_among_others(void **state)
{
	struct place *place = *state;
	struct web_request request = ours(place, "POST", "/api/state");
	assert_int_equal(arena_print(&place->arena, &request.cookie, "a=b; shikaku_1=x; %.*s; c=d",
				     STR_ARG(place->cookie)),
			 0);
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_PASS);
}

static void test_without_the_right_cookie_nobody_passes(void **state)
{
	struct place *place = *state;
	static const char *const cookies[] = {"", "shikaku_43210=", "shikaku_43210=x", "x=y",
					      "shikaku_43210"};
	struct web_request request = ours(place, "POST", "/api/state");
	request.cookie = (struct str){0};
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_UNKNOWN);
	for (size_t i = 0; i < sizeof cookies / sizeof *cookies; i++) {
		request.cookie = str_of(cookies[i]);
		assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_UNKNOWN);
	}
}

static void test_another_host_is_strange(void **state)
{
	struct place *place = *state;
	static const char *const hosts[] = {
		"evil.test",
		"evil.test:43210",
		"127.0.0.1",
		"127.0.0.1.evil:43210",
		"localhost:43210",
		"[::1]:43210",
		"127.0.0.1:43211",
		"127.0.0.1:43210.",
		"127.1:43210",
		"0x7f.1:43210",
		"",
		"127.0.0.1:43210 ",
	};
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		struct web_request request = ours(place, "POST", "/api/state");
		request.host = str_of(hosts[i]);
		assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_STRANGE);
		request = ours(place, "POST", "/open");
		request.host = str_of(hosts[i]);
		assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_STRANGE);
	}
	struct web_request request = ours(place, "GET", "/");
	request.host = (struct str){0};
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_STRANGE);
}

static void test_a_post_of_another_page_is_strange_even_with_the_cookie(void **state)
{
	struct place *place = *state;
	static const char *const origins[] = {"http://evil.test",	 "null",
					      "http://127.0.0.1",	 "http://127.0.0.1:43211",
					      "https://127.0.0.1:43210", "http://localhost:43210"};
	static const char *const sites[] = {"cross-site", "same-site", "none", ""};
	struct web_request request;
	for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
		request = ours(place, "POST", "/api/state");
		request.origin = str_of(origins[i]);
		assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_STRANGE);
	}
	for (size_t i = 0; i < sizeof sites / sizeof *sites; i++) {
		request = ours(place, "POST", "/api/state");
		request.fetch_site = str_of(sites[i]);
		assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_STRANGE);
	}
	request = ours(place, "POST", "/api/state");
	request.origin = (struct str){0};
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_STRANGE);
}

static void test_a_get_for_another_page_is_strange(void **state)
{
	struct place *place = *state;
	static const struct {
		const char *site, *mode;
	} rows[] = {
		{"cross-site", "no-cors"},  {"cross-site", "navigate"}, {"same-site", "no-cors"},
		{"same-site", "websocket"}, {"none", "no-cors"},	{"", "navigate"},
	};
	struct web_request request;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		request = ours(place, "GET", "/");
		request.origin = (struct str){0};
		request.fetch_site = str_of(rows[i].site);
		request.fetch_mode = str_of(rows[i].mode);
		assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_STRANGE);
	}
	request = ours(place, "GET", "/");
	request.origin = STR("http://evil.test");
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_STRANGE);
}

static void test_other_methods_are_refused(void **state)
{
	struct place *place = *state;
	static const char *const methods[] = {"OPTIONS", "PUT",	    "DELETE", "HEAD",
					      "TRACE",	 "CONNECT", "get"};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		struct web_request request = ours(place, methods[i], "/api/state");
		assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_METHOD);
	}
}

static struct str open_body(struct place *place)
{
	/* The ticket leaves the guard only through its file; a test may look. */
	struct str body;
	char text[LOCAL_TICKET_CHARS + 1];
	memcpy(text, place->guard.ticket.bytes, LOCAL_TICKET_CHARS);
	text[LOCAL_TICKET_CHARS] = '\0';
	assert_int_equal(arena_print(&place->arena, &body, "ticket=%s", text), 0);
	return body;
}

static void test_a_ticket_opens_once(void **state)
{
	struct place *place = *state;
	struct str body = open_body(place);
	assert_true(local_guard_open(&place->guard, body));
	assert_false(local_guard_open(&place->guard, body));
	assert_true(local_guard_open(&place->guard, open_body(place)));
}

static void test_another_ticket_opens_nothing(void **state)
{
	struct place *place = *state;
	static const char *const bodies[] = {"", "ticket=", "ticket", "ticket=x", "key=x"};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		assert_false(local_guard_open(&place->guard, str_of(bodies[i])));
	struct str body = open_body(place);
	assert_false(local_guard_open(&place->guard, (struct str){body.ptr, body.len - 1}));
	secret_wipe(&place->guard.ticket);
	assert_false(local_guard_open(&place->guard, STR("ticket=")));
}

static void test_the_way_in_is_for_files_and_the_own_page(void **state)
{
	struct place *place = *state;
	struct web_request request = ours(place, "POST", "/open");
	request.cookie = (struct str){0};
	request.fetch_site = STR("cross-site");
	request.origin = STR("null");
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_OPEN);
	request.origin = STR("http://evil.test");
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_STRANGE);
	request = ours(place, "GET", "/open");
	request.cookie = (struct str){0};
	assert_int_equal(local_guard_judge(&place->guard, &request), LOCAL_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, place_set_up, place_clear)
		T(test_the_own_page_passes),
		T(test_the_cookie_is_found_among_others),
		T(test_without_the_right_cookie_nobody_passes),
		T(test_another_host_is_strange),
		T(test_a_post_of_another_page_is_strange_even_with_the_cookie),
		T(test_a_get_for_another_page_is_strange),
		T(test_other_methods_are_refused),
		T(test_a_ticket_opens_once),
		T(test_another_ticket_opens_nothing),
		T(test_the_way_in_is_for_files_and_the_own_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
