/* SPDX-License-Identifier: Apache-2.0 */
/* What to search for, its count, and waiting for it to change. */
#include "sdk/shk.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/record/record.h"

enum { SEARCH_MAGIC = 0x73686b33 /* "shk3" */ };

/* Before the first and after the last result that this service will ever hold. */
static const char first_second[] = "20200101000000", last_second[] = "20991231235959";

bool search_lives(const shk_search *search)
{
	return search && search->magic == SEARCH_MAGIC;
}

static enum wire_reference_filter filter_of(int32_t reference)
{
	switch (reference) {
	case SHK_REFERENCE_WITH: return WIRE_REFERENCE_WITH;
	case SHK_REFERENCE_WITHOUT: return WIRE_REFERENCE_WITHOUT;
	default: return WIRE_REFERENCE_ANY;
	}
}

bool search_read(const char *from, const char *to, int32_t reference,
		 struct wire_search *ret_search)
{
	struct wire_search search = {.limit = WIRE_PAGE_LIMIT_MAX};
	if (reference < SHK_REFERENCE_ANY || reference > SHK_REFERENCE_WITHOUT)
		return false;
	if (!time_read(from ? from : first_second, false, &search.from_ms) ||
	    !time_read(to ? to : last_second, true, &search.to_ms) || search.from_ms > search.to_ms)
		return false;
	search.reference = filter_of(reference);
	*ret_search = search;
	return true;
}

int32_t SHK_CALL shk_count(shk_client *client, const char *from, const char *to, int32_t reference,
			   int64_t *ret_count, int64_t *ret_without_reference)
{
	struct wire_search search;
	struct wire_count count;
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!from || !to || !search_read(from, to, reference, &search))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	int r = client_count(client->client, &search, &count);
	if (!r && ret_count)
		*ret_count = count.count;
	if (!r && ret_without_reference)
		*ret_without_reference = count.without_reference;
	return call_leave(client, r);
}

/* --- the search itself --- */

int32_t SHK_CALL shk_search_create(const char *from, const char *to, shk_search **ret_search)
{
	struct wire_search wire;
	if (!ret_search || !search_read(from, to, SHK_REFERENCE_ANY, &wire))
		return SHK_ERR_ARGUMENT;
	shk_search *search = calloc(1, sizeof *search);
	if (!search)
		return SHK_ERR_MEMORY;
	search->magic = SEARCH_MAGIC;
	search->wire = wire;
	*ret_search = search;
	return SHK_OK;
}

void SHK_CALL shk_search_destroy(shk_search *search)
{
	if (!search_lives(search))
		return;
	search->magic = 0;
	free(search);
}

/* Of another search nothing is known yet. */
static void counted_forget(shk_search *search)
{
	search->counted = (struct client_counted){.is_known = false};
}

int32_t SHK_CALL shk_search_set_reference(shk_search *search, int32_t reference)
{
	if (!search_lives(search) || reference < SHK_REFERENCE_ANY ||
	    reference > SHK_REFERENCE_WITHOUT)
		return SHK_ERR_ARGUMENT;
	search->wire.reference = filter_of(reference);
	counted_forget(search);
	return SHK_OK;
}

int32_t SHK_CALL shk_search_set_validity(shk_search *search, int32_t validity)
{
	if (!search_lives(search) || validity < 0 || validity > WIRE_VALIDITY_MAX)
		return SHK_ERR_ARGUMENT;
	search->wire.validity = validity;
	counted_forget(search);
	return SHK_OK;
}

int32_t SHK_CALL shk_search_set_card_class(shk_search *search, const char *card_class)
{
	if (!search_lives(search) || (card_class && !record_card_class(str_of(card_class))))
		return SHK_ERR_ARGUMENT;
	search->wire.card_class = (struct str){0};
	if (card_class) {
		if (str_to_c(str_of(card_class), search->card_class, sizeof search->card_class))
			return SHK_ERR_ARGUMENT;
		search->wire.card_class = str_of(search->card_class);
	}
	counted_forget(search);
	return SHK_OK;
}

/* --- counting and waiting --- */

int32_t SHK_CALL shk_search_count(shk_client *client, shk_search *search, int64_t *ret_count,
				  int64_t *ret_without_reference)
{
	bool changed;
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!search_lives(search))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	struct client_counted *counted = &search->counted;
	/* A tag alone, taken up from a file, cannot tell the number. */
	if (!counted->is_known)
		counted_forget(search);
	int r = client_count_again(client->client, &search->wire, 0, counted, &changed);
	if (!r && ret_count)
		*ret_count = counted->count.count;
	if (!r && ret_without_reference)
		*ret_without_reference = counted->count.without_reference;
	return call_leave(client, r);
}

int32_t SHK_CALL shk_wait(shk_client *client, shk_search *search, int32_t seconds,
			  int32_t *ret_changed)
{
	bool changed;
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!search_lives(search) || !ret_changed || seconds < 0 || seconds > SHK_SECONDS_MAX)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	int r = client_count_again(client->client, &search->wire, seconds, &search->counted,
				   &changed);
	if (!r)
		*ret_changed = changed;
	return call_leave(client, r);
}

const char *SHK_CALL shk_search_tag(const shk_search *search)
{
	return search_lives(search) && search->counted.tag[0] ? search->counted.tag : NULL;
}

int32_t SHK_CALL shk_search_set_tag(shk_search *search, const char *tag)
{
	struct client_counted counted = {.is_known = false};
	struct str text = str_of(tag);
	if (!search_lives(search) || (tag && (!utf8_valid(text) || utf8_has_control(text) ||
					      str_to_c(text, counted.tag, sizeof counted.tag))))
		return SHK_ERR_ARGUMENT;
	search->counted = counted;
	return SHK_OK;
}
