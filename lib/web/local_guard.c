/* SPDX-License-Identifier: Apache-2.0 */
/* One request's head against what our own page would send. */
#include "lib/web/local_guard.h"

#include <assert.h>
#include <stdio.h>

#include "lib/crypto/crypto.h"

#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
static_assert(sizeof ALPHABET - 1 == 64, "six bits a character, so 43 of them hold 256");

static void draw(struct secret *secret)
{
	random_text(STR(ALPHABET), LOCAL_TICKET_CHARS, secret);
}

void local_guard_init(struct local_guard *guard, uint16_t port)
{
	(void)snprintf(guard->host, sizeof guard->host, "127.0.0.1:%u", port);
	(void)snprintf(guard->origin, sizeof guard->origin, "http://127.0.0.1:%u", port);
	(void)snprintf(guard->cookie, sizeof guard->cookie, "shikaku_%u", port);
	draw(&guard->key);
	draw(&guard->ticket);
}

void local_guard_clear(struct local_guard *guard)
{
	secret_wipe(&guard->key);
	secret_wipe(&guard->ticket);
}

static bool cookie_is_right(const struct local_guard *guard, struct str cookies)
{
	struct str one, name;
	while (str_split(&cookies, ';', &one)) {
		one = str_trim(one);
		if (str_split(&one, '=', &name) && str_equal(name, str_of(guard->cookie)) &&
		    secret_equal(one, secret_str(&guard->key)))
			return true;
	}
	return false;
}

/* The file with the ticket has no origin of its own, and is another site than ours. */
static bool origin_is_open(const struct local_guard *guard, struct str origin)
{
	return str_equal(origin, STR("null")) || str_equal(origin, str_of(guard->origin));
}

/* A browser names the origin of each POST; who sends none is no browser's page of ours. */
static bool is_strange_post(const struct local_guard *guard, const struct web_request *request)
{
	return !str_equal(request->origin, str_of(guard->origin)) ||
	       (request->fetch_site.ptr && !str_equal(request->fetch_site, STR("same-origin")));
}

/* "none": the user's own doing, a typed address or a bookmark, which only ever shows the page. */
static bool is_strange_get(const struct local_guard *guard, const struct web_request *request)
{
	if (request->origin.ptr && !str_equal(request->origin, str_of(guard->origin)))
		return true;
	if (!request->fetch_site.ptr || str_equal(request->fetch_site, STR("same-origin")))
		return false;
	return !str_equal(request->fetch_site, STR("none")) ||
	       !str_equal(request->fetch_mode, STR("navigate"));
}

enum local_verdict local_guard_judge(const struct local_guard *guard,
				     const struct web_request *request)
{
	bool is_get = str_equal(request->method, STR("GET"));
	if (!str_equal(request->host, str_of(guard->host)))
		return LOCAL_STRANGE;
	if (!is_get && !str_equal(request->method, STR("POST")))
		return LOCAL_METHOD;
	if (!is_get && str_equal(request->path, STR("/open")))
		return origin_is_open(guard, request->origin) ? LOCAL_OPEN : LOCAL_STRANGE;
	if (is_get ? is_strange_get(guard, request) : is_strange_post(guard, request))
		return LOCAL_STRANGE;
	return cookie_is_right(guard, request->cookie) ? LOCAL_PASS : LOCAL_UNKNOWN;
}

bool local_guard_open(struct local_guard *guard, struct str body)
{
	struct str name;
	if (!guard->ticket.len || !str_split(&body, '=', &name) || !str_equal(name, STR("ticket")))
		return false;
	if (!secret_equal(body, secret_str(&guard->ticket)))
		return false;
	draw(&guard->ticket);
	return true;
}

int local_guard_cookie(const struct local_guard *guard, struct arena *arena, struct str *ret_header)
{
	static const char tail[] = "; Path=/; HttpOnly; SameSite=Strict";
	size_t name = strlen(guard->cookie), len = name + 1 + guard->key.len + sizeof tail - 1;
	char *text = arena_alloc(arena, len);
	if (!text)
		return RAISE(ENOMEM);
	memcpy(text, guard->cookie, name);
	text[name] = '=';
	memcpy(text + name + 1, guard->key.bytes, guard->key.len);
	memcpy(text + name + 1 + guard->key.len, tail, sizeof tail - 1);
	*ret_header = (struct str){text, len};
	return 0;
}
