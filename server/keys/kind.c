/* SPDX-License-Identifier: Apache-2.0 */
/* What the name of a key's file says: its kind, then its number, month or thumbprint. */
#include "lib/base/number.h"
#include "server/keys/inside.h"

static const struct kind kinds[KEYS_KINDS] = {
	{KEYS_KIND_ROOT, {"root", 4}, {"root", 4}},
	{KEYS_KIND_MONTH, {"month-", 6}, {"month", 5}},
	{KEYS_KIND_STORE, {"store-", 6}, {"store", 5}},
	{KEYS_KIND_LOOKUP, {"lookup-", 7}, {"lookup", 6}},
	{KEYS_KIND_PEPPER, {"pepper-", 7}, {"pepper", 6}},
	{KEYS_KIND_TOKEN, {"token-", 6}, {"token", 5}},
	{KEYS_KIND_PROOF, {"proof-", 6}, {"proof", 5}},
	{KEYS_KIND_AUDIT, {"audit-", 6}, {"audit", 5}},
};

const struct kind *kind_of_name(const char *name)
{
	for (size_t i = 0; i < KEYS_KINDS; i++)
		if (kinds[i].kind != KEYS_KIND_ROOT && str_starts(str_of(name), kinds[i].prefix))
			return &kinds[i];
	return NULL;
}

const struct kind *kind_of(enum keys_kind kind)
{
	for (size_t i = 0; i < KEYS_KINDS; i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

struct str keys_kind_name(enum keys_kind kind)
{
	return kind_of(kind)->name;
}

int keys_kind_read(struct str text, enum keys_kind *ret_kind)
{
	for (size_t i = 0; i < KEYS_KINDS; i++)
		if (str_equal(text, kinds[i].name)) {
			*ret_kind = kinds[i].kind;
			return 0;
		}
	return KEYS_ABSENT;
}

static struct str rest_of(const struct kind *kind, const char *name)
{
	struct str text = str_of(name);
	return (struct str){text.ptr + kind->prefix.len, text.len - kind->prefix.len};
}

int kind_number(const struct kind *kind, const char *name, int *ret_number)
{
	int64_t number;
	if (number_parse(rest_of(kind, name), 1, KEYS_NUMBER_MAX, &number))
		return KEYS_FORGED;
	*ret_number = (int)number;
	return 0;
}

struct str kind_kid(const struct kind *kind, const char *name, bool *ret_public)
{
	struct str kid = rest_of(kind, name), ending = STR(".pub");
	*ret_public = str_ends(kid, ending);
	if (*ret_public)
		kid.len -= ending.len;
	return kid;
}
