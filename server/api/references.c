/* SPDX-License-Identifier: Apache-2.0 */
/* PUT /v1/references: many 照会番号 in one call, each with its own outcome. */
#include "server/eligibility/references.h"

#include <assert.h>

#include "server/api/reference.h"
#include "server/api/routes.h"

static_assert((int)REFERENCES_MAX == (int)WIRE_REFERENCES_MAX, "the contract and the room agree");

static int change_read(struct api_call *call, const struct wire_reference_item *item,
		       struct reference_change *change)
{
	struct str id;
	int r = decode_hex(&call->arena, item->result_id, &id);
	if (r)
		return FOLD(r);
	memcpy(change->result_id, id.ptr, sizeof change->result_id);
	change->number = item->reference.number;
	change->expected = item->reference.expected;
	return 0;
}

static int changes_read(struct api_call *call, const struct wire_reference_item *items,
			struct references_request *request)
{
	struct reference_change *changes =
		arena_array(&call->arena, request->count, sizeof *changes);
	if (!changes)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < request->count; i++) {
		int r = change_read(call, &items[i], &changes[i]);
		if (r)
			return PASS(r);
	}
	request->changes = changes;
	return 0;
}

int references_run(struct api_call *call, struct db *db)
{
	(void)db;
	struct references_request *request = arena_alloc(&call->arena, sizeof *request);
	struct wire_reference_item *items;
	if (!request)
		return RAISE(ENOMEM);
	call->work = request;
	int r = wire_references_request_decode(&call->arena, call->request->body, &call->input,
					       &items, &request->count);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = request_idempotency_key(call, &request->idempotency_key);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = changes_read(call, items, request);
	return r ? PASS(r) : 0;
}

/* All that was asked for; what was refused has no version. */
static int items_note(struct api_call *call, const struct references_outcome *outcomes,
		      size_t count)
{
	unsigned char *items = arena_array(&call->arena, count, AUDIT_ITEM_BYTES);
	if (!items)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++)
		memcpy(items + i * AUDIT_ITEM_BYTES, outcomes[i].state.item, AUDIT_ITEM_BYTES);
	call->audit.items = str_bytes(items, count * AUDIT_ITEM_BYTES);
	return 0;
}

static int outcomes_reply(struct api_call *call, const struct references_outcome *outcomes,
			  size_t count)
{
	struct wire_reference_outcome *reply = arena_array(&call->arena, count, sizeof *reply);
	struct str body;
	if (!reply)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++) {
		const struct references_outcome *from = &outcomes[i];
		if (from->outcome)
			reply[i].problem = reference_problem((enum reference_outcome)from->outcome);
		reply[i].version = from->state.version;
		reply[i].held = from->state.number;
	}
	int r = wire_references_reply_encode(reply_arena(call), reply, count, &body);
	return r ? PASS(r) : reply_json(call, body);
}

int references_commit(struct api_call *call, struct db *db)
{
	const struct references_request *request = call->work;
	struct references_outcome *outcomes =
		arena_array(&call->arena, request->count, sizeof *outcomes);
	if (!outcomes)
		return RAISE(ENOMEM);
	int outcome = references_set(&call->service->eligibility, db, &call->arena, &call->caller,
				     request, call->now_ms, outcomes);
	if (outcome < 0)
		return PASS(outcome);
	int r = items_note(call, outcomes, request->count);
	if (r)
		return PASS(r);
	if (outcome)
		return (int)reference_problem((enum reference_outcome)outcome);
	return outcomes_reply(call, outcomes, request->count);
}
