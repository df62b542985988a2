/* SPDX-License-Identifier: Apache-2.0 */
/* What the calls' files have in common. */
#include "server/api/call.h"

#include "lib/wire/spelling.h"

enum {
	STATUS_OK = 200,
	STATUS_NO_CONTENT = 204,
	STATUS_NOT_MODIFIED = 304,
};

int reply_json(struct api_call *call, struct str body)
{
	struct web_reply *reply = &call->exchange->reply;
	int r = spelling_body_out(call->service->profile, WIRE_BODY_REPLY, reply_arena(call), body,
				  &body);
	if (r)
		return PASS(r);
	reply->status = STATUS_OK;
	reply->content_type = STR("application/json");
	reply->body = body;
	return 0;
}

int reply_tag(struct api_call *call, struct str etag)
{
	struct web_reply *reply = &call->exchange->reply;
	struct str value;
	int r = arena_copy(reply_arena(call), etag, &value);
	if (r)
		return PASS(r);
	reply->headers[reply->headers_count++] = (struct web_header){STR("ETag"), value};
	return 0;
}

int reply_not_modified(struct api_call *call, struct str etag)
{
	int r = reply_tag(call, etag);
	if (r)
		return PASS(r);
	call->exchange->reply.status = STATUS_NOT_MODIFIED;
	return CALL_REPLIED;
}

int reply_empty(struct api_call *call)
{
	call->exchange->reply.status = STATUS_NO_CONTENT;
	return 0;
}

int request_proof(struct api_call *call, enum proof_cover cover, struct dpop_proof *ret_proof)
{
	struct dpop_request request = {
		.proof = call->request->dpop,
		.method = call->request->method,
		.path = call->request->path,
	};
	if (cover != PROOF_OF_REQUEST)
		request.access_token = call->token;
	if (cover == PROOF_OF_TOKEN_AND_BODY) {
		/* As it came: the device signed no other. */
		struct str body = call->exchange->request.body;
		request.body = body.ptr ? body : STR("");
	}
	int r = dpop_verify(&call->service->auth, &call->arena, &request, call->now_ms, ret_proof);
	if (r < 0)
		return PASS(r);
	return r ? PROBLEM_DEVICE_PROOF_REFUSED : 0;
}

int request_proof_optional(struct api_call *call, const struct dpop_proof **ret_proof)
{
	if (!call->request->dpop.ptr) {
		*ret_proof = NULL;
		return 0;
	}
	struct dpop_proof *proof = arena_alloc(&call->arena, sizeof *proof);
	if (!proof)
		return RAISE(ENOMEM);
	int r = request_proof(call, PROOF_OF_REQUEST, proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_proof = proof;
	return 0;
}

enum wire_account wire_account_of(enum account_kind kind)
{
	if (kind == ACCOUNT_READER)
		return WIRE_ACCOUNT_W;
	return kind == ACCOUNT_MAIL ? WIRE_ACCOUNT_MAIL : WIRE_ACCOUNT_WA;
}

int retry_after_s(int64_t wait_ms)
{
	return (int)((wait_ms + 999) / 1000);
}

int request_idempotency_key(struct api_call *call, struct str *ret_key)
{
	struct str key = call->request->idempotency_key;
	if (!key.ptr || !wire_idempotency_key_valid(key))
		return PROBLEM_IDEMPOTENCY_MISSING;
	*ret_key = key;
	return 0;
}

int caller_device_check(struct api_call *call, struct db *db)
{
	struct store_device device;
	int r = store_device_get(db, &call->arena, call->caller.facility_no, call->caller.device_no,
				 &device);
	if (r < 0)
		return PASS(r);
	if (r || !device.active || !str_equal(device.thumbprint, str_of(call->caller.thumbprint)))
		return PROBLEM_DEVICE_UNKNOWN;
	return 0;
}
