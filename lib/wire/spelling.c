/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names are looked up one by one: a profile has some dozens of them, and whoever renames them has
 * chosen the slow path (DESIGN section 1).
 */
#include "lib/wire/spelling.h"

#include "lib/json/json.h"

static const struct str bearer = {"Bearer ", 7};

/* A name as the other side does not know it: JSON names and parameters never begin so. */
#define MARK "?"

struct spelling {
	const struct wire_profile *profile;
	struct arena *arena;
	enum wire_body kind;
	bool out;
	bool failed;
};

static const struct wire_name *name_find(const struct wire_names *names, bool theirs,
					 struct str name)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct wire_name *row = &names->items[i];
		if (str_equal(theirs ? row->theirs : row->ours, name))
			return row;
	}
	return NULL;
}

/* In: ours where the profile has another name for it. */
static struct str name_stranger(struct spelling *spelling, struct str name)
{
	struct str stranger;
	if (arena_print(spelling->arena, &stranger, MARK "%.*s", STR_ARG(name)) == 0)
		return stranger;
	spelling->failed = true;
	return name;
}

static struct str name_spell(struct spelling *spelling, const struct wire_names *names,
			     struct str name)
{
	const struct wire_name *row = name_find(names, !spelling->out, name);
	if (row)
		return spelling->out ? row->theirs : row->ours;
	bool taken = !spelling->out && name_find(names, false, name);
	return taken ? name_stranger(spelling, name) : name;
}

static struct str member_name(void *ctx, struct str name)
{
	struct spelling *spelling = ctx;
	/* Spelt with escapes it could mean any name. */
	if (!spelling->out && memchr(name.ptr, '\\', name.len))
		return STR(MARK);
	return name_spell(spelling, &spelling->profile->members, name);
}

/* "client.vendor": each part is a member's name. */
static struct str field_spell(struct spelling *spelling, struct str field)
{
	struct str spelt = {0}, part;
	if (spelling->out && str_starts(field, STR(MARK)))
		return (struct str){field.ptr + 1, field.len - 1};
	while (!spelling->failed && str_split(&field, '.', &part)) {
		part = name_spell(spelling, &spelling->profile->members, part);
		spelling->failed =
			arena_print(spelling->arena, &spelt, "%.*s%s%.*s", STR_ARG(spelt),
				    spelt.ptr ? "." : "", STR_ARG(part)) != 0;
	}
	return spelling->failed ? STR("") : spelt;
}

static bool is_called(const struct spelling *spelling, struct str name, struct str ours)
{
	const struct wire_name *row = name_find(&spelling->profile->members, false, ours);
	return str_equal(name, row && !spelling->out ? row->theirs : ours);
}

static struct str member_text(void *ctx, struct str name, struct str text)
{
	struct spelling *spelling = ctx;
	if (spelling->kind != WIRE_BODY_PROBLEM)
		return text;
	if (is_called(spelling, name, STR("code")))
		return name_spell(spelling, &spelling->profile->codes, text);
	return is_called(spelling, name, STR("field")) ? field_spell(spelling, text) : text;
}

static bool member_is_kept(void *ctx, struct str name)
{
	const struct spelling *spelling = ctx;
	return spelling->kind == WIRE_BODY_REPLY && is_called(spelling, name, STR("result"));
}

static int members_spell(struct spelling *spelling, struct str body, struct str *ret_body)
{
	const struct json_renaming renaming = {
		.name = member_name,
		.text = member_text,
		.is_kept = member_is_kept,
		.ctx = spelling,
	};
	int r = json_rename(spelling->arena, body, &renaming, ret_body);
	if (r)
		return PASS(r);
	return spelling->failed ? RAISE(ENOMEM) : 0;
}

static bool is_plain(const struct wire_profile *profile, enum wire_body kind, struct str body)
{
	return body.len == 0 || (!profile->members.count && !profile->envelopes[kind].ptr &&
				 (kind != WIRE_BODY_PROBLEM || !profile->codes.count));
}

int spelling_body_out(const struct wire_profile *profile, enum wire_body kind, struct arena *arena,
		      struct str body, struct str *ret_body)
{
	struct spelling spelling = {profile, arena, kind, true, false};
	struct str envelope = profile->envelopes[kind];
	*ret_body = body;
	if (is_plain(profile, kind, body))
		return 0;
	int r = members_spell(&spelling, body, ret_body);
	if (!r && envelope.ptr)
		r = arena_print(arena, ret_body, "{\"%.*s\":%.*s}", STR_ARG(envelope),
				STR_ARG(*ret_body));
	return r ? PASS(r) : 0;
}

/* Is it an object of one member, the envelope's? */
static bool envelope_fits(const struct json *root, struct str envelope)
{
	struct str name;
	const struct json *value;
	void *place = NULL;
	return json_is_object(root) && json_member_next(root, &place, &name, &value) &&
	       str_equal(name, envelope) && json_is_object(value) &&
	       !json_member_next(root, &place, &name, &value);
}

/* Take the body out of its envelope. Outcomes: SPELLING_UNFIT. */
static int envelope_open(struct str envelope, const struct json *root, struct str *body)
{
	if (!envelope.ptr)
		return 0;
	char name[WIRE_NAME_BYTES];
	int r = str_to_c(envelope, name, sizeof name);
	if (r)
		return FOLD(r);
	if (!envelope_fits(root, envelope))
		return SPELLING_UNFIT;
	struct str inner = json_span_member(*body, name);
	if (!inner.ptr) /* its name is spelt with escapes */
		return SPELLING_UNFIT;
	*body = inner;
	return 0;
}

int spelling_body_in(const struct wire_profile *profile, enum wire_body kind, struct arena *arena,
		     struct str body, struct str *ret_body)
{
	AUTO(json_clear) struct json_document document = {0};
	struct spelling spelling = {profile, arena, kind, false, false};
	*ret_body = body;
	if (is_plain(profile, kind, body))
		return 0;
	int r = json_read(body,
			  kind == WIRE_BODY_REQUEST ? &json_limits_request : &json_limits_reply,
			  &document);
	if (r)
		return r < 0 ? PASS(r) : 0;
	r = envelope_open(profile->envelopes[kind], document.root, &body);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = members_spell(&spelling, body, ret_body);
	return r ? PASS(r) : 0;
}

/* --- queries --- */

static int query_spell(struct spelling *spelling, struct str query, struct str *ret_query)
{
	struct str spelt = {0}, pair, name;
	*ret_query = query;
	if (!query.len || !spelling->profile->parameters.count)
		return 0;
	while (str_split(&query, '&', &pair)) {
		struct str value = pair;
		(void)str_split(&value, '=', &name);
		name = name_spell(spelling, &spelling->profile->parameters, name);
		int r = arena_print(spelling->arena, &spelt, "%.*s%s%.*s%s%.*s", STR_ARG(spelt),
				    spelt.ptr ? "&" : "", STR_ARG(name), value.ptr ? "=" : "",
				    STR_ARG(value));
		if (r)
			return PASS(r);
	}
	*ret_query = spelt;
	return spelling->failed ? RAISE(ENOMEM) : 0;
}

int spelling_query_out(const struct wire_profile *profile, struct arena *arena, struct str query,
		       struct str *ret_query)
{
	struct spelling spelling = {profile, arena, WIRE_BODY_REQUEST, true, false};
	int r = query_spell(&spelling, query, ret_query);
	return r ? PASS(r) : 0;
}

int spelling_query_in(const struct wire_profile *profile, struct arena *arena, struct str query,
		      struct str *ret_query)
{
	struct spelling spelling = {profile, arena, WIRE_BODY_REQUEST, false, false};
	int r = query_spell(&spelling, query, ret_query);
	return r ? PASS(r) : 0;
}

/* --- the token --- */

int spelling_token_out(const struct wire_profile *profile, struct arena *arena, struct str token,
		       struct str *ret_value)
{
	int r = arena_print(arena, ret_value, "%s%.*s",
			    profile->token == WIRE_TOKEN_BARE ? "" : bearer.ptr, STR_ARG(token));
	return r ? PASS(r) : 0;
}

struct str spelling_token_in(const struct wire_profile *profile, struct str value)
{
	if (profile->token == WIRE_TOKEN_BARE)
		return memchr(value.ptr, ' ', value.len) ? (struct str){0} : value;
	if (value.len < bearer.len ||
	    !str_equal_nocase((struct str){value.ptr, bearer.len}, bearer))
		return (struct str){0};
	return (struct str){value.ptr + bearer.len, value.len - bearer.len};
}
