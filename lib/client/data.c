/* SPDX-License-Identifier: Apache-2.0 */
/* The calls under a token: counting, paging, registering; nonces, checks and staff of the reader.
 */
#include "lib/client/inside.h"

enum { SMALL_ARENA_BYTES = 1024 * 1024 };

/* The end of every call: a reply that does not fit the contract becomes the trouble. */
static int finish(struct client *client, int r)
{
	if (r == PROBLEM_REPLY_MALFORMED)
		return trouble_local(client, PROBLEM_REPLY_MALFORMED);
	return r < 0 ? PASS(r) : r;
}

int client_count(struct client *client, const struct wire_search *search,
		 struct wire_count *ret_count)
{
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct call call = {.call = WIRE_COUNT, .with_token = true, .is_repeatable = true};
	struct str body;
	arena_init(&arena, SMALL_ARENA_BYTES);
	call_begin(client);
	int r = wire_count_query_encode(&arena, search, &call.query);
	if (!r)
		r = call_with_token(client, &call, &arena, &body);
	if (!r)
		r = wire_count_reply_decode(body, &input, ret_count);
	return finish(client, r);
}

int page_ask(struct client *client, const struct wire_search *search, struct client_answer *answer,
	     struct wire_page *ret_page)
{
	struct call call = {
		.call = WIRE_DOWNLOAD,
		.with_token = true,
		.is_repeatable = true,
		.reply_bytes_max = PAGE_BYTES_MAX,
		.wait_s = search->wait_s,
	};
	struct str body;
	client_answer_clear(answer);
	int r = wire_download_query_encode(&answer->arena, search, &call.query);
	if (!r)
		r = call_with_token(client, &call, &answer->arena, &body);
	if (!r)
		r = wire_download_reply_decode(&answer->arena, body, &answer->input, ret_page);
	return finish(client, r);
}

int page_any(struct client *client, const struct wire_search *search, struct client_answer *answer,
	     struct wire_page *ret_page)
{
	int r = client->options.profile->paging == WIRE_PAGING_NONE
			? page_by_period(client, search, answer, ret_page)
			: page_ask(client, search, answer, ret_page);
	return r < 0 ? PASS(r) : r;
}

int client_page(struct client *client, const struct wire_search *search,
		struct client_answer *answer, struct wire_page *ret_page)
{
	call_begin(client);
	int r = page_any(client, search, answer, ret_page);
	return r < 0 ? PASS(r) : r;
}

int client_reference(struct client *client, struct str result_id,
		     const struct wire_reference *reference, int64_t *ret_version)
{
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_reference_state state;
	struct str body;
	char key[SESSION_KEY_BYTES];
	struct call call = {
		.call = WIRE_REFERENCE,
		.argument = result_id,
		.with_token = true,
		.is_repeatable = true,
	};
	arena_init(&arena, SMALL_ARENA_BYTES);
	call_begin(client);
	if (!wire_id_valid(result_id))
		return trouble_local(client, PROBLEM_RESULT_UNKNOWN);
	key_make(client, key);
	call.idempotency_key = str_of(key);
	int r = wire_reference_request_encode(&arena, reference, &call.body);
	if (!r)
		r = call_with_token(client, &call, &arena, &body);
	if (!r)
		r = wire_reference_reply_decode(body, &input, &state);
	if (!r)
		*ret_version = state.version;
	return finish(client, r);
}

int client_status(struct client *client, struct client_answer *answer,
		  struct wire_status *ret_status)
{
	struct call call = {.call = WIRE_STATUS, .is_repeatable = true};
	struct str body;
	call_begin(client);
	client_answer_clear(answer);
	int r = call_perform(client, &call, &answer->arena, &body);
	if (!r)
		r = wire_status_reply_decode(body, &answer->input, ret_status);
	return finish(client, r);
}

int client_jwks(struct client *client, struct client_answer *answer, struct str *ret_jwks)
{
	struct call call = {.call = WIRE_JWKS, .is_repeatable = true};
	struct wire_jwk *keys;
	struct str body;
	size_t count;
	call_begin(client);
	client_answer_clear(answer);
	int r = call_perform(client, &call, &answer->arena, &body);
	if (!r)
		r = wire_jwks_reply_decode(&answer->arena, body, &answer->input, &keys, &count);
	if (!r)
		*ret_jwks = body;
	return finish(client, r);
}

int client_references(struct client *client, struct client_references *batch,
		      struct client_answer *answer, struct wire_reference_outcome **ret_outcomes)
{
	struct call call = {.call = WIRE_REFERENCES, .with_token = true, .is_repeatable = true};
	struct str body;
	call_begin(client);
	client_answer_clear(answer);
	if (!batch->key[0])
		key_make(client, batch->key);
	call.idempotency_key = str_of(batch->key);
	int r = wire_references_request_encode(&answer->arena, batch->items, batch->count,
					       &call.body);
	if (!r)
		r = call_with_token(client, &call, &answer->arena, &body);
	if (!r)
		r = wire_references_reply_decode(&answer->arena, body, &answer->input, batch->count,
						 ret_outcomes);
	return finish(client, r);
}

int client_nonce(struct client *client, const struct wire_nonce_request *request,
		 struct client_answer *answer, struct wire_nonce *ret_nonce)
{
	struct call call = {.call = WIRE_NONCE, .with_token = true, .is_repeatable = true};
	struct str body;
	call_begin(client);
	client_answer_clear(answer);
	int r = wire_nonce_request_encode(&answer->arena, request, &call.body);
	if (!r)
		r = call_with_token(client, &call, &answer->arena, &body);
	if (!r)
		r = wire_nonce_reply_decode(body, &answer->input, ret_nonce);
	return finish(client, r);
}

int client_check(struct client *client, const struct wire_check *check,
		 struct client_answer *answer, struct wire_confirmation *ret_confirmation)
{
	bool registers = check->purpose == WIRE_PURPOSE_REGISTRATION;
	struct call call = {
		.call = registers ? WIRE_REGISTRATION : WIRE_CHECK,
		.with_token = true,
		.with_proof = true,
	};
	struct str body;
	call_begin(client);
	client_answer_clear(answer);
	int r = wire_check_request_encode(&answer->arena, check, &call.body);
	if (!r)
		r = call_with_token(client, &call, &answer->arena, &body);
	if (!r)
		r = wire_check_reply_decode(body, &answer->input, ret_confirmation);
	return finish(client, r);
}

/* One page of a history. */
static int history_ask(struct client *client, enum wire_call name, const struct wire_search *search,
		       struct client_answer *answer, struct str *ret_body)
{
	struct call call = {
		.call = name,
		.with_token = true,
		.is_repeatable = true,
		.reply_bytes_max = PAGE_BYTES_MAX,
	};
	call_begin(client);
	client_answer_clear(answer);
	int r = wire_history_query_encode(&answer->arena, search, &call.query);
	if (!r)
		r = call_with_token(client, &call, &answer->arena, ret_body);
	return r < 0 ? PASS(r) : r;
}

int client_history(struct client *client, const struct wire_search *search,
		   struct client_answer *answer, struct wire_page *ret_page)
{
	struct str body;
	int r = history_ask(client, WIRE_HISTORY, search, answer, &body);
	if (!r)
		r = wire_download_reply_decode(&answer->arena, body, &answer->input, ret_page);
	return finish(client, r);
}

int client_accesses(struct client *client, const struct wire_search *search,
		    struct client_answer *answer, struct wire_accesses *ret_accesses)
{
	struct str body;
	int r = history_ask(client, WIRE_ACCESSES, search, answer, &body);
	if (!r)
		r = wire_accesses_reply_decode(&answer->arena, body, &answer->input, ret_accesses);
	return finish(client, r);
}

int client_staff(struct client *client, struct client_answer *answer, struct wire_staff **ret_staff,
		 size_t *ret_staff_count)
{
	struct call call = {.call = WIRE_STAFF, .with_token = true, .is_repeatable = true};
	struct str body;
	call_begin(client);
	client_answer_clear(answer);
	int r = call_with_token(client, &call, &answer->arena, &body);
	if (!r)
		r = wire_staff_reply_decode(&answer->arena, body, &answer->input, ret_staff,
					    ret_staff_count);
	return finish(client, r);
}
