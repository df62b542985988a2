/* SPDX-License-Identifier: Apache-2.0 */
/* The facility's own access history: a stream of accesses, fetched page by page. */
#include "sdk/shk.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/period.h"

enum {
	ACCESSES_MAGIC = 0x73686b35, /* "shk5" */
	ACCESS_BYTES_MAX = 64 * 1024,
};

static bool accesses_live(const shk_accesses *accesses)
{
	return accesses && accesses->magic == ACCESSES_MAGIC;
}

/* --- pages --- */

static int page_ask(shk_accesses *accesses)
{
	struct client *client = accesses->client->client;
	struct str cursor = accesses->cursor[0] ? str_of(accesses->cursor) : (struct str){0};
	accesses->page = (struct wire_accesses){0};
	accesses->next = 0;
	accesses->search.cursor = cursor;
	int r = client_accesses(client, &accesses->search, &accesses->answer, &accesses->page);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct str next = accesses->page.next_cursor;
	accesses->is_last = !next.ptr;
	if (next.len >= sizeof accesses->cursor)
		return client_refuse(client, PROBLEM_REPLY_MALFORMED);
	memcpy(accesses->next_cursor, next.ptr ? next.ptr : "", next.len);
	accesses->next_cursor[next.len] = '\0';
	return 0;
}

/* The page behind this one; after an error the same is asked for again. */
static int page_turn(shk_accesses *accesses)
{
	memcpy(accesses->cursor, accesses->next_cursor, sizeof accesses->cursor);
	int r = page_ask(accesses);
	return r < 0 ? PASS(r) : r;
}

static void accesses_free(shk_accesses *accesses)
{
	arena_clear(&accesses->access.arena);
	client_answer_clear(&accesses->answer);
	explicit_bzero(accesses, sizeof *accesses);
	free(accesses);
}

int32_t SHK_CALL shk_access_history(shk_client *client, const char *from, const char *to,
				    shk_accesses **ret_accesses)
{
	struct wire_search search;
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!ret_accesses || !from || !to || !search_read(from, to, SHK_REFERENCE_ANY, &search))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	shk_accesses *accesses = calloc(1, sizeof *accesses);
	if (!accesses)
		return call_refuse(client, SHK_ERR_MEMORY);
	accesses->magic = ACCESSES_MAGIC;
	accesses->client = client;
	accesses->search = (struct wire_search){.from_ms = search.from_ms,
						.to_ms = search.to_ms,
						.limit = WIRE_PAGE_LIMIT_MAX};
	client_answer_init(&accesses->answer);
	arena_init(&accesses->access.arena, ACCESS_BYTES_MAX);
	int r = page_ask(accesses);
	if (r) {
		accesses_free(accesses);
		return call_leave(client, r);
	}
	client->results++;
	*ret_accesses = accesses;
	return call_leave(client, 0);
}

void SHK_CALL shk_accesses_destroy(shk_accesses *accesses)
{
	if (!accesses_live(accesses))
		return;
	shk_client *client = accesses->client;
	accesses_free(accesses);
	client_release(client);
}

/* --- one access --- */

static int access_keep(struct shk_access *access, const struct wire_access *from)
{
	char at[PERIOD_DATETIME_BYTES];
	const struct {
		struct str from;
		const char **to;
	} texts[] = {
		{str_of(period_datetime_print(from->at_ms, at)), &access->at},
		{from->call, &access->call},
		{from->outcome, &access->outcome},
		{from->login_id, &access->login_id},
		{from->device_id, &access->device_id},
		{from->device_name, &access->device_name},
		{from->staff, &access->staff},
		{from->operator, &access->operator_id},
		{from->reason, &access->reason},
	};
	arena_clear(&access->arena);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct str copy = {0};
		int r = texts[i].from.ptr ? arena_copy(&access->arena, texts[i].from, &copy) : 0;
		if (r)
			return PASS(r);
		*texts[i].to = copy.ptr;
	}
	access->calls = from->calls;
	access->results = from->results;
	return 0;
}

static int access_advance(shk_accesses *accesses, const shk_access **ret_access)
{
	while (accesses->next >= accesses->page.count) {
		if (accesses->is_last) {
			*ret_access = NULL;
			return 0;
		}
		int r = page_turn(accesses);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	int r = access_keep(&accesses->access, &accesses->page.items[accesses->next]);
	if (r)
		return PASS(r);
	accesses->next++;
	*ret_access = &accesses->access;
	return 0;
}

int32_t SHK_CALL shk_accesses_next(shk_accesses *accesses, const shk_access **ret_access)
{
	if (!accesses_live(accesses) || !ret_access)
		return SHK_ERR_ARGUMENT;
	int32_t code = call_enter(accesses->client);
	if (code)
		return code;
	return call_leave(accesses->client, access_advance(accesses, ret_access));
}

const char *SHK_CALL shk_access_at(const shk_access *access)
{
	return access ? access->at : NULL;
}

const char *SHK_CALL shk_access_call(const shk_access *access)
{
	return access ? access->call : NULL;
}

const char *SHK_CALL shk_access_outcome(const shk_access *access)
{
	return access ? access->outcome : NULL;
}

int64_t SHK_CALL shk_access_calls(const shk_access *access)
{
	return access ? access->calls : 0;
}

int64_t SHK_CALL shk_access_results(const shk_access *access)
{
	return access ? access->results : 0;
}

const char *SHK_CALL shk_access_login_id(const shk_access *access)
{
	return access ? access->login_id : NULL;
}

const char *SHK_CALL shk_access_device_id(const shk_access *access)
{
	return access ? access->device_id : NULL;
}

const char *SHK_CALL shk_access_device_name(const shk_access *access)
{
	return access ? access->device_name : NULL;
}

const char *SHK_CALL shk_access_staff(const shk_access *access)
{
	return access ? access->staff : NULL;
}

const char *SHK_CALL shk_access_operator(const shk_access *access)
{
	return access ? access->operator_id : NULL;
}

const char *SHK_CALL shk_access_reason(const shk_access *access)
{
	return access ? access->reason : NULL;
}
