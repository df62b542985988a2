/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/drafts.h"

#include "workstation/store/drafts.h"

enum {
	KEY_CHARS_MAX = 100,
	VALUES_CHARS_MAX = 16000, /* of a form with everything in it */
	DRAFT_DAYS = 30,	  /* then nobody comes back to it */
};

#define DAY_MS INT64_C(86400000)

static int draft_put(void *ctx, const struct draft *draft)
{
	struct json_writer *out = ctx;
	json_object_open(out);
	json_put_member(out, "key", draft->key);
	json_put_member(out, "staff", draft->staff);
	json_put_member_number(out, "at_ms", draft->at_ms);
	json_put_member(out, "values", draft->values);
	json_object_close(out);
	return 0;
}

int face_drafts(struct face_call *call)
{
	json_key(call->out, "drafts");
	json_array_open(call->out);
	int r = store_drafts_each(call->db, call->now_ms - DRAFT_DAYS * DAY_MS, draft_put,
				  call->out);
	json_array_close(call->out);
	return r < 0 ? PASS(r) : r;
}

static const struct json_field put_fields[] = {
	JSON_FIELD(struct draft, key, "key", JSON_TEXT, JSON_REQUIRED, 1, KEY_CHARS_MAX),
	JSON_FIELD(struct draft, values, "values", JSON_TEXT, JSON_OPTIONAL, 2, VALUES_CHARS_MAX),
};

int face_draft_put(struct face_call *call)
{
	struct draft draft = {0};
	int r = face_read(call, FACE_FIELDS(put_fields), &draft);
	if (r)
		return r < 0 ? PASS(r) : r;
	draft.staff = call->staff;
	draft.at_ms = call->now_ms;
	r = store_draft_put(call->db, &draft);
	return r ? PASS(r) : 0;
}
