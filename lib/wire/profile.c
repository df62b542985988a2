/* SPDX-License-Identifier: Apache-2.0 */
/* Fifteen rows: a search from the top is faster than anything clever. */
#include "lib/wire/profile.h"

#include <assert.h>
#include <stdio.h>

#include "lib/wire/query.h"
#include "lib/wire/wire.h"

static const struct wire_call_row calls[WIRE_CALLS] = {
#define ROUTE_ROW(name, operation, method, path, accounts, lane) \
	[WIRE_##name] = {operation, accounts, lane},
#include "api/routes.def"
#undef ROUTE_ROW
};

const struct wire_profile wire_profile_default = {.routes = {
#define ROUTE_ROW(name, operation, method, path, accounts, lane) [WIRE_##name] = {method, path},
#include "api/routes.def"
#undef ROUTE_ROW
						  }};

const struct wire_call_row *wire_call_row(enum wire_call call)
{
	assert(call < WIRE_CALLS);
	return &calls[call];
}

const char *wire_profile_method(const struct wire_profile *profile, enum wire_call call)
{
	assert(call < WIRE_CALLS);
	return profile->routes[call].method;
}

/* A path in three pieces: before the {argument}, its place, behind it. */
struct template
{
	struct str head;
	struct str tail;
	bool has_argument;
};

static struct template template_of(const char *path)
{
	struct str rest = str_of(path);
	struct template template = {.has_argument = false};
	(void)str_split(&rest, '{', &template.head);
	template.has_argument = rest.ptr != NULL;
	if (template.has_argument) {
		struct str name;
		(void)str_split(&rest, '}', &name);
		template.tail = rest;
	}
	return template;
}

int wire_path(const struct wire_profile *profile, enum wire_call call, struct str argument,
	      struct arena *arena, struct str *ret_path)
{
	assert(call < WIRE_CALLS);
	struct template template = template_of(profile->routes[call].path);
	assert(template.has_argument == (argument.ptr != NULL));
	struct str encoded = {0};
	int r = template.has_argument ? wire_percent_encode(arena, argument, &encoded) : 0;
	if (r == 0)
		r = arena_print(arena, ret_path, "%.*s%.*s%.*s", STR_ARG(template.head),
				STR_ARG(encoded), STR_ARG(template.tail));
	return r ? PASS(r) : 0;
}

/* Does the path fit, and with which argument? */
static bool path_fits(const char *pattern, struct str path, struct str *ret_argument)
{
	struct template template = template_of(pattern);
	*ret_argument = (struct str){0};
	if (!template.has_argument)
		return str_equal(path, template.head);
	if (path.len <= template.head.len + template.tail.len || !str_starts(path, template.head) ||
	    !str_ends(path, template.tail))
		return false;
	struct str argument = {path.ptr + template.head.len,
			       path.len - template.head.len - template.tail.len};
	if (memchr(argument.ptr, '/', argument.len))
		return false;
	*ret_argument = argument;
	return true;
}

static void allow_add(char allow[64], const char *method)
{
	size_t used = strlen(allow);
	int len = snprintf(allow + used, 64 - used, "%s%s", used ? ", " : "", method);
	assert(len > 0 && (size_t)len < 64 - used);
	(void)len;
}

/* Look among the fixed paths or among those with an argument. */
static int route_among(const struct wire_profile *profile, bool with_argument, struct str method,
		       struct str path, struct wire_match *match)
{
	int r = WIRE_ROUTE_NOT_FOUND;
	for (int i = 0; i < WIRE_CALLS; i++) {
		const struct wire_profile_route *route = &profile->routes[i];
		struct str argument;
		if (!path_fits(route->path, path, &argument) ||
		    (argument.ptr != NULL) != with_argument)
			continue;
		if (str_equal(method, str_of(route->method))) {
			*match = (struct wire_match){(enum wire_call)i, argument, ""};
			return 0;
		}
		allow_add(match->allow, route->method);
		r = WIRE_ROUTE_METHOD;
	}
	return r;
}

int wire_route(const struct wire_profile *profile, struct str method, struct str path,
	       struct wire_match *ret_match)
{
	struct wire_match match = {.allow = ""};
	int r = route_among(profile, false, method, path, &match);
	if (r == WIRE_ROUTE_NOT_FOUND)
		r = route_among(profile, true, method, path, &match);
	if (r != WIRE_ROUTE_NOT_FOUND)
		*ret_match = match;
	return r;
}
