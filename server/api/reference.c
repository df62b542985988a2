/* SPDX-License-Identifier: Apache-2.0 */
/* PUT /v1/results/{id}/reference: set, replace or clear the 照会番号 of a result's patient. */
#include "server/eligibility/references.h"

#include "server/api/reference.h"
#include "server/api/routes.h"

/* An id of another form is answered like one that does not exist. */
static int result_id_read(struct api_call *call, struct reference_change *change)
{
	if (!wire_id_valid(call->argument))
		return PROBLEM_RESULT_UNKNOWN;
	struct str id;
	int r = decode_hex(&call->arena, call->argument, &id);
	if (r)
		return r < 0 ? PASS(r) : PROBLEM_RESULT_UNKNOWN;
	memcpy(change->result_id, id.ptr, sizeof change->result_id);
	return 0;
}

int reference_run(struct api_call *call, struct db *db)
{
	(void)db;
	struct wire_reference body;
	int r = wire_reference_request_decode(call->request->body, &call->input, &body);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct references_request *request = arena_alloc(&call->arena, sizeof *request);
	struct reference_change *change = arena_alloc(&call->arena, sizeof *change);
	if (!request || !change)
		return RAISE(ENOMEM);
	call->work = request;
	request->changes = change;
	request->count = 1;
	change->number = body.number;
	change->expected = body.expected;
	r = request_idempotency_key(call, &request->idempotency_key);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = result_id_read(call, change);
	return r < 0 ? PASS(r) : r;
}

enum wire_problem reference_problem(enum reference_outcome outcome)
{
	switch (outcome) {
	case REFERENCE_RESULT_UNKNOWN: return PROBLEM_RESULT_UNKNOWN;
	case REFERENCE_CONFLICT: return PROBLEM_REFERENCE_CONFLICT;
	case REFERENCE_TAKEN: return PROBLEM_REFERENCE_TAKEN;
	case REFERENCE_KEY_REUSED: return PROBLEM_IDEMPOTENCY_REUSED;
	}
	return PROBLEM_INTERNAL;
}

static int state_reply(struct api_call *call, const struct reference_state *state)
{
	struct wire_reference_state reply = {.number = state->number, .version = state->version};
	struct str body;
	int r = wire_reference_reply_encode(reply_arena(call), &reply, &body);
	return r ? PASS(r) : reply_json(call, body);
}

int reference_commit(struct api_call *call, struct db *db)
{
	const struct references_request *request = call->work;
	struct references_outcome done = {.outcome = 0};
	int outcome = references_set(&call->service->eligibility, db, &call->arena, &call->caller,
				     request, call->now_ms, &done);
	if (outcome < 0)
		return PASS(outcome);
	if (!outcome)
		outcome = done.outcome;
	int r = arena_copy(&call->arena, str_bytes(done.state.item, sizeof done.state.item),
			   &call->audit.items);
	if (r)
		return PASS(r);
	if (outcome == REFERENCE_CONFLICT)
		call->held_reference = done.state.number;
	return outcome ? (int)reference_problem((enum reference_outcome)outcome)
		       : state_reply(call, &done.state);
}
