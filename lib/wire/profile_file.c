/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each section of the file is a table from the contract's names, which we know all of, to others.
 * After the last one everything is looked at once more together: two calls or two names that look
 * the same on the wire could not be told apart.
 */
#include "lib/wire/profile_file.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/wire/inside.h"

static const struct json_limits limits = {
	.bytes_max = WIRE_PROFILE_BYTES_MAX,
	.depth_max = 3,
	.keys_max = 512,
};

enum {
	METHODS = 4,
	PATH_BYTES = 256,
};

#define CHARS_NAME CHARS_LETTERS CHARS_DIGITS "_-"

static const char *const members[] = {
#define MEMBER_NAME(name) name,
#define PARAMETER_NAME(name)
#include "api/names.def"
#undef MEMBER_NAME
#undef PARAMETER_NAME
};
static const char *const parameters[] = {
#define MEMBER_NAME(name)
#define PARAMETER_NAME(name) name,
#include "api/names.def"
#undef MEMBER_NAME
#undef PARAMETER_NAME
};
static const char *const codes[] = {
#define PROBLEM_ROW(name, code, status, exit, title, action, vendor) code,
#include "api/problems.def"
#undef PROBLEM_ROW
};
static const char *const methods[METHODS] = {"GET", "POST", "PUT", "DELETE"};

struct reading {
	struct arena *arena;
	struct wire_profile_complaint *complaint;
	struct wire_profile profile;
};

static int refuse(struct reading *reading, const char *section, struct str name, const char *ja,
		  const char *en)
{
	struct wire_profile_complaint *complaint = reading->complaint;
	(void)snprintf(complaint->place, sizeof complaint->place, "%s%s%.*s", section,
		       name.len ? "." : "", (int)(name.len > 64 ? 64 : name.len),
		       name.len ? name.ptr : "");
	complaint->ja = ja;
	complaint->en = en;
	return WIRE_PROFILE_REFUSED;
}

static int refuse_unknown(struct reading *reading, const char *section, struct str name)
{
	return refuse(reading, section, name, "この名前は、決まりにありません。",
		      "the contract has no such name.");
}

/* --- one section: names --- */

static bool word_is_known(const char *const *words, size_t words_count, struct str word)
{
	for (size_t i = 0; i < words_count; i++)
		if (str_equal(word, str_of(words[i])))
			return true;
	return false;
}

static bool name_is_good(struct str name)
{
	return name.len > 0 && name.len < WIRE_NAME_BYTES && chars_only(name, CHARS_NAME);
}

static const struct wire_name *row_of(const struct wire_names *names, struct str ours)
{
	for (size_t i = 0; i < names->count; i++)
		if (str_equal(names->items[i].ours, ours))
			return &names->items[i];
	return NULL;
}

static struct str name_spelt(const struct wire_names *names, struct str ours)
{
	const struct wire_name *row = row_of(names, ours);
	return row ? row->theirs : ours;
}

/* Would two of the words look the same? */
static int names_compare(struct reading *reading, const char *section, const char *const *words,
			 size_t words_count, const struct wire_names *names)
{
	for (size_t i = 0; i < words_count; i++)
		for (size_t j = i + 1; j < words_count; j++)
			if (str_equal(name_spelt(names, str_of(words[i])),
				      name_spelt(names, str_of(words[j]))))
				return refuse(reading, section, str_of(words[j]),
					      "ほかの名前と同じになります。",
					      "it would look like another name.");
	return 0;
}

static int name_add(struct reading *reading, const char *section, struct str ours,
		    const struct json *value, struct wire_name *ret_name)
{
	if (!name_is_good(json_text(value)))
		return refuse(reading, section, ours,
			      "英数字、_、- の64文字までの文字列にしてください。",
			      "it must be a text of up to 64 letters, digits, _ and -.");
	int r = arena_copy(reading->arena, ours, &ret_name->ours);
	if (!r)
		r = arena_copy(reading->arena, json_text(value), &ret_name->theirs);
	return r ? PASS(r) : 0;
}

static int names_take(struct reading *reading, const char *section, const struct json *object,
		      const char *const *words, size_t words_count, struct wire_names *names)
{
	struct wire_name *items = arena_array(reading->arena, words_count, sizeof *items);
	const struct json *value;
	struct str ours;
	void *place = NULL;
	if (!items)
		return RAISE(ENOMEM);
	names->items = items;
	while (json_member_next(object, &place, &ours, &value)) {
		if (!word_is_known(words, words_count, ours))
			return refuse_unknown(reading, section, ours);
		int r = name_add(reading, section, ours, value, &items[names->count]);
		if (r)
			return r < 0 ? PASS(r) : r;
		names->count++;
	}
	return names_compare(reading, section, words, words_count, names);
}

/* --- one section: paths --- */

static int call_of(struct str operation)
{
	for (int i = 0; i < WIRE_CALLS; i++)
		if (str_equal(operation, str_of(wire_call_row((enum wire_call)i)->operation)))
			return i;
	return WIRE_CALLS;
}

static const char *method_find(struct str word)
{
	for (size_t i = 0; i < METHODS; i++)
		if (str_equal(word, str_of(methods[i])))
			return methods[i];
	return NULL;
}

static bool has_argument(const char *path)
{
	return strchr(path, '{') != NULL;
}

/* "/a/{id}/b": printable, no query, an argument exactly where the contract has one. */
static bool path_is_good(struct str path, bool wants_argument)
{
	struct str rest = path, part;
	size_t arguments = 0;
	if (path.len < 2 || path.len >= PATH_BYTES || path.ptr[0] != '/')
		return false;
	rest = (struct str){path.ptr + 1, path.len - 1};
	while (str_split(&rest, '/', &part)) {
		bool argument = str_starts(part, STR("{")) && str_ends(part, STR("}"));
		struct str name = argument ? (struct str){part.ptr + 1, part.len - 2} : part;
		if (name.len == 0 || !chars_only(name, CHARS_TOKEN))
			return false;
		arguments += argument;
	}
	return arguments == (wants_argument ? 1 : 0);
}

/* A call reads by GET or writes by anything else, whatever its profile: caches and retries of
 * others rely on it. */
static bool method_fits(const char *theirs, const char *ours)
{
	return (strcmp(theirs, "GET") == 0) == (strcmp(ours, "GET") == 0);
}

static int route_take(struct reading *reading, struct str operation, struct str text)
{
	int call = call_of(operation);
	struct str word, path = text;
	if (call == WIRE_CALLS)
		return refuse_unknown(reading, "paths", operation);
	struct wire_profile_route *route = &reading->profile.routes[call];
	const char *method = str_split(&path, ' ', &word) ? method_find(word) : NULL;
	if (!method || !method_fits(method, route->method) ||
	    !path_is_good(path, has_argument(route->path)))
		return refuse(reading, "paths", operation,
			      "「メソッド /パス」の形にしてください（読むだけの呼び出しは GET）。",
			      "it must be METHOD /path (GET exactly for calls that only read).");
	int r = arena_copy(reading->arena, path, &path);
	if (r)
		return PASS(r);
	*route = (struct wire_profile_route){method, path.ptr};
	return 0;
}

/* Is the way to each call the way to that call? */
static int routes_compare(struct reading *reading)
{
	for (int i = 0; i < WIRE_CALLS; i++) {
		const struct wire_profile *profile = &reading->profile;
		struct wire_match match = {.call = WIRE_CALLS};
		const char *operation = wire_call_row((enum wire_call)i)->operation;
		int r = wire_route(profile, str_of(profile->routes[i].method),
				   str_of(profile->routes[i].path), &match);
		if (r < 0)
			return PASS(r);
		if (r || match.call != (enum wire_call)i)
			return refuse(reading, "paths", str_of(operation),
				      "ほかの呼び出しと同じになります。",
				      "it would look like another call.");
	}
	return 0;
}

static int routes_take(struct reading *reading, const struct json *object)
{
	const struct json *value;
	struct str operation;
	void *place = NULL;
	while (json_member_next(object, &place, &operation, &value)) {
		struct str text = json_text(value);
		int r = route_take(reading, operation, text.ptr ? text : STR(""));
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return routes_compare(reading);
}

/* --- one section: envelopes; and two words --- */

static int envelopes_take(struct reading *reading, const struct json *object)
{
	static const char *const kinds[WIRE_BODIES] = {"request", "reply", "problem"};
	const struct json *value;
	struct str kind;
	void *place = NULL;
	while (json_member_next(object, &place, &kind, &value)) {
		size_t i = 0;
		while (i < WIRE_BODIES && !str_equal(kind, str_of(kinds[i])))
			i++;
		if (i == WIRE_BODIES)
			return refuse_unknown(reading, "envelope", kind);
		struct wire_name name;
		int r = name_add(reading, "envelope", kind, value, &name);
		if (r)
			return r < 0 ? PASS(r) : r;
		reading->profile.envelopes[i] = name.theirs;
	}
	return 0;
}

/* Outcome: WIRE_PROFILE_REFUSED; *ret_place is the word's place. */
static int word_take(struct reading *reading, const char *name, const struct json *value,
		     const char *const words[2], int *ret_place)
{
	for (int i = 0; i < 2; i++)
		if (str_equal(json_text(value), str_of(words[i]))) {
			*ret_place = i;
			return 0;
		}
	return refuse(reading, name, (struct str){0}, "この値は選べません。",
		      "there is no such choice.");
}

static int token_take(struct reading *reading, const struct json *value)
{
	static const char *const words[2] = {"bearer", "bare"};
	int place = 0;
	int r = word_take(reading, "token", value, words, &place);
	reading->profile.token = place ? WIRE_TOKEN_BARE : WIRE_TOKEN_BEARER;
	return r;
}

static int paging_take(struct reading *reading, const struct json *value)
{
	static const char *const words[2] = {"cursor", "none"};
	int place = 0;
	int r = word_take(reading, "paging", value, words, &place);
	reading->profile.paging = place ? WIRE_PAGING_NONE : WIRE_PAGING_CURSOR;
	return r;
}

static int section_take(struct reading *reading, struct str name, const struct json *value)
{
	struct wire_profile *profile = &reading->profile;
	if (str_equal(name, STR("token")))
		return token_take(reading, value);
	if (str_equal(name, STR("paging")))
		return paging_take(reading, value);
	if (str_equal(name, STR("name")) && json_text(value).ptr)
		return 0;
	if (!json_is_object(value))
		return refuse_unknown(reading, "", name);
	if (str_equal(name, STR("paths")))
		return routes_take(reading, value);
	if (str_equal(name, STR("envelope")))
		return envelopes_take(reading, value);
	if (str_equal(name, STR("members")))
		return names_take(reading, "members", value, members, COUNT_OF(members),
				  &profile->members);
	if (str_equal(name, STR("parameters")))
		return names_take(reading, "parameters", value, parameters, COUNT_OF(parameters),
				  &profile->parameters);
	if (str_equal(name, STR("codes")))
		return names_take(reading, "codes", value, codes, COUNT_OF(codes), &profile->codes);
	return refuse_unknown(reading, "", name);
}

int wire_profile_parse(struct arena *arena, struct str text,
		       struct wire_profile_complaint *ret_complaint,
		       struct wire_profile *ret_profile)
{
	AUTO(json_clear) struct json_document document = {0};
	struct reading reading = {arena, ret_complaint, wire_profile_default};
	const struct json *value;
	struct str name;
	void *place = NULL;
	int r = json_read(text, &limits, &document);
	if (r < 0)
		return PASS(r);
	if (r || !json_is_object(document.root))
		return refuse(&reading, "", (struct str){0}, "JSONのオブジェクトとして読めません。",
			      "it is no JSON object.");
	while (json_member_next(document.root, &place, &name, &value)) {
		r = section_take(&reading, name, value);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	*ret_profile = reading.profile;
	return 0;
}

int wire_profile_read(struct arena *arena, const char *path,
		      struct wire_profile_complaint *ret_complaint,
		      struct wire_profile *ret_profile)
{
	struct reading reading = {arena, ret_complaint, wire_profile_default};
	FILE *file = fopen(path, "re");
	char *text = arena_bytes(arena, WIRE_PROFILE_BYTES_MAX + 1);
	size_t len = file && text ? fread(text, 1, WIRE_PROFILE_BYTES_MAX + 1, file) : 0;
	bool readable = file && !ferror(file);
	if (file)
		(void)fclose(file);
	if (!text)
		return RAISE(ENOMEM);
	if (!readable || len > WIRE_PROFILE_BYTES_MAX)
		return refuse(&reading, "", (struct str){0}, "ファイルを読めないか、長すぎます。",
			      "the file cannot be read, or is too long.");
	int r = wire_profile_parse(arena, (struct str){text, len}, ret_complaint, ret_profile);
	return r < 0 ? PASS(r) : r;
}
