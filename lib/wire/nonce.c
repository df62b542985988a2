/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/reader/nonces: what the card is to sign, once. */
#include "lib/wire/inside.h"

static const char *const purposes[] = {
	[WIRE_PURPOSE_CHECK] = "check",
	[WIRE_PURPOSE_REGISTRATION] = "registration",
};

static void purpose_take(struct wire_input *input, struct str word,
			 struct wire_nonce_request *request)
{
	for (size_t i = 0; word.ptr && i < COUNT_OF(purposes); i++) {
		if (!str_equal(word, str_of(purposes[i])))
			continue;
		request->purpose = (enum wire_purpose)i;
		return;
	}
	if (word.ptr)
		wire_complain(&input->complaints, STR("purpose"), WIRE_REASON_VALUE);
}

int wire_nonce_request_encode(struct arena *arena, const struct wire_nonce_request *request,
			      struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 128);
	json_object_open(&writer);
	json_put_member(&writer, "method", wire_method_name(request->method));
	json_put_member(&writer, "staff", request->staff);
	if (request->purpose != WIRE_PURPOSE_CHECK)
		json_put_member(&writer, "purpose", str_of(purposes[request->purpose]));
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_nonce_request_decode(struct str body, struct wire_input *input,
			      struct wire_nonce_request *ret_request)
{
	struct form {
		struct wire_nonce_request request;
		struct str method, purpose;
	} form = {.method = {0}};
	static const struct json_field fields[] = {
		WORD(struct form, method, "method"),
		TEXT(struct form, request.staff, "staff", STAFF_ID),
		JSON_FIELD(struct form, purpose, "purpose", JSON_TEXT, JSON_OPTIONAL, 0, 32),
	};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &form);
	form.request.method = (enum wire_method)method_of(form.method);
	if (form.method.ptr && !form.request.method)
		wire_complain(&input->complaints, STR("method"), WIRE_REASON_VALUE);
	purpose_take(input, form.purpose, &form.request);
	r = request_finish(input);
	if (r == 0)
		*ret_request = form.request;
	return r;
}

int wire_nonce_reply_encode(struct arena *arena, const struct wire_nonce *nonce,
			    struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 512);
	json_object_open(&writer);
	json_put_member(&writer, "nonce", nonce->nonce);
	json_put_member(&writer, "origin", nonce->origin);
	json_put_member_number(&writer, "expires_in", nonce->expires_in_s);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_nonce_reply_decode(struct str body, struct wire_input *input, struct wire_nonce *ret_nonce)
{
	static const struct json_field fields[] = {
		TEXT(struct wire_nonce, nonce, "nonce", NONCE),
		TEXT(struct wire_nonce, origin, "origin", ORIGIN),
		NUMBER(struct wire_nonce, expires_in_s, "expires_in"),
	};
	struct wire_nonce nonce = {.expires_in_s = 0};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &nonce);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_nonce = nonce;
	return 0;
}
