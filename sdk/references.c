/* SPDX-License-Identifier: Apache-2.0 */
/* 照会番号の登録, many at once. */
#include "sdk/shk.h"

#include <stdlib.h>
#include <string.h>

enum {
	REFERENCES_MAGIC = 0x73686b33,	   /* "shk3" */
	REFERENCES_BYTES_MAX = 256 * 1024, /* of what was added */
};

static bool references_live(const shk_references *references)
{
	return references && references->magic == REFERENCES_MAGIC;
}

int32_t SHK_CALL shk_references_create(shk_client *client, shk_references **ret_references)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!ret_references)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	shk_references *references = calloc(1, sizeof *references);
	if (!references)
		return call_refuse(client, SHK_ERR_MEMORY);
	references->magic = REFERENCES_MAGIC;
	references->client = client;
	arena_init(&references->arena, REFERENCES_BYTES_MAX);
	client_answer_init(&references->answer);
	client->results++;
	*ret_references = references;
	return call_leave(client, 0);
}

void SHK_CALL shk_references_destroy(shk_references *references)
{
	if (!references_live(references))
		return;
	shk_client *client = references->client;
	arena_clear(&references->arena);
	client_answer_clear(&references->answer);
	explicit_bzero(references, sizeof *references);
	free(references);
	client_release(client);
}

static int text_keep(shk_references *references, const char *text, struct str *ret_copy)
{
	*ret_copy = (struct str){0};
	if (!text)
		return 0;
	int r = arena_copy(&references->arena, str_of(text), ret_copy);
	return r ? PASS(r) : 0;
}

static int item_keep(shk_references *references, const char *result_id, const char *number,
		     const char *expected)
{
	struct wire_reference_item item;
	int r = text_keep(references, result_id, &item.result_id);
	if (!r)
		r = text_keep(references, number, &item.reference.number);
	if (!r)
		r = text_keep(references, expected, &item.reference.expected);
	if (r)
		return PASS(r);
	references->items[references->batch.count++] = item;
	return 0;
}

int32_t SHK_CALL shk_references_add(shk_references *references, const char *result_id,
				    const char *number, const char *expected)
{
	if (!references_live(references))
		return SHK_ERR_ARGUMENT;
	shk_client *client = references->client;
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (references->batch.key[0])
		return call_refuse(client, SHK_ERR_STATE);
	if (references->batch.count == SHK_REFERENCES_MAX ||
	    !reference_is_good(result_id, number, expected))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	return call_leave(client, item_keep(references, result_id, number, expected));
}

int32_t SHK_CALL shk_references_send(shk_references *references)
{
	if (!references_live(references))
		return SHK_ERR_ARGUMENT;
	shk_client *client = references->client;
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!references->batch.count)
		return call_refuse(client, SHK_ERR_STATE);
	references->outcomes = NULL;
	references->batch.items = references->items;
	return call_leave(client, client_references(client->client, &references->batch,
						    &references->answer, &references->outcomes));
}

int32_t SHK_CALL shk_references_count(const shk_references *references)
{
	return references_live(references) ? (int32_t)references->batch.count : 0;
}

/* NULL: no such change, or no answer yet. */
static const struct wire_reference_outcome *outcome_at(const shk_references *references,
						       int32_t index)
{
	if (index < 0 || index >= shk_references_count(references) || !references->outcomes)
		return NULL;
	return &references->outcomes[index];
}

int32_t SHK_CALL shk_references_code(const shk_references *references, int32_t index)
{
	const struct wire_reference_outcome *outcome = outcome_at(references, index);
	if (!outcome)
		return references_live(references) && index >= 0 &&
				       index < shk_references_count(references)
			       ? SHK_ERR_STATE
			       : SHK_ERR_ARGUMENT;
	return outcome->problem ? code_of_problem(outcome->problem) : SHK_OK;
}

int64_t SHK_CALL shk_references_version(const shk_references *references, int32_t index)
{
	const struct wire_reference_outcome *outcome = outcome_at(references, index);
	return outcome ? outcome->version : 0;
}

const char *SHK_CALL shk_references_problem(const shk_references *references, int32_t index)
{
	const struct wire_reference_outcome *outcome = outcome_at(references, index);
	return outcome ? outcome->code.ptr : NULL;
}

const char *SHK_CALL shk_references_text(const shk_references *references, int32_t index)
{
	const struct wire_reference_outcome *outcome = outcome_at(references, index);
	return outcome ? outcome->title.ptr : NULL;
}

const char *SHK_CALL shk_references_action(const shk_references *references, int32_t index)
{
	const struct wire_reference_outcome *outcome = outcome_at(references, index);
	return outcome ? outcome->action.ptr : NULL;
}

const char *SHK_CALL shk_references_held(const shk_references *references, int32_t index)
{
	const struct wire_reference_outcome *outcome = outcome_at(references, index);
	return outcome ? outcome->held.ptr : NULL;
}
