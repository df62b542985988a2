/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of the session's account: registered by their own proof, listed, closed. */
#include "lib/client/inside.h"

enum { DEVICE_ARENA_BYTES = 1024 * 1024 };

int client_device_register(struct client *client, const struct wire_device_claim *claim)
{
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct call call = {
		.call = WIRE_DEVICE_REGISTER,
		.with_token = true,
		.with_proof = true,
		.is_repeatable = true, /* the same key is the same device */
	};
	struct str body, device_id;
	arena_init(&arena, DEVICE_ARENA_BYTES);
	call_begin(client);
	if (!client->device)
		return trouble_local(client, PROBLEM_DEVICE_NOT_ACTIVATED);
	int r = wire_device_register_request_encode(&arena, claim, &call.body);
	if (!r)
		r = call_with_token(client, &call, &arena, &body);
	if (!r)
		r = wire_device_register_reply_decode(body, &input, &device_id);
	if (!r)
		r = str_to_c(device_id, client->session.device_id,
			     sizeof client->session.device_id);
	if (r == PROBLEM_REPLY_MALFORMED)
		return trouble_local(client, PROBLEM_REPLY_MALFORMED);
	return r < 0 ? PASS(r) : r;
}

int client_device_list(struct client *client, struct client_answer *answer,
		       struct wire_device_entry **ret_entries, size_t *ret_entries_count)
{
	struct call call = {.call = WIRE_DEVICE_LIST, .with_token = true, .is_repeatable = true};
	struct str body;
	call_begin(client);
	client_answer_clear(answer);
	int r = call_with_token(client, &call, &answer->arena, &body);
	if (!r)
		r = wire_device_list_reply_decode(&answer->arena, body, &answer->input, ret_entries,
						  ret_entries_count);
	if (r == PROBLEM_REPLY_MALFORMED)
		return trouble_local(client, PROBLEM_REPLY_MALFORMED);
	return r < 0 ? PASS(r) : r;
}

int client_device_close(struct client *client, struct str device_id)
{
	AUTO(arena_clear) struct arena arena;
	struct call call = {
		.call = WIRE_DEVICE_CLOSE,
		.argument = device_id,
		.with_token = true,
	};
	struct str body;
	arena_init(&arena, DEVICE_ARENA_BYTES);
	call_begin(client);
	if (!wire_id_valid(device_id))
		return trouble_local(client, PROBLEM_DEVICE_NOT_FOUND);
	int r = call_with_token(client, &call, &arena, &body);
	/* Its own session ends with it. */
	if (r == 0 && str_equal(device_id, str_of(client->session.device_id)))
		session_clear(&client->session);
	return r < 0 ? PASS(r) : r;
}
