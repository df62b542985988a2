/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/login: the receipt link's first step (seed table 1.4.2 no. 1). POST /v1/reader/login: a
 * registered device's only one; replies tokens.
 */
#include "lib/wire/inside.h"

int wire_login_request_encode(struct arena *arena, const struct wire_login *login,
			      struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 512);
	json_object_open(&writer);
	if (login->facility_code.ptr)
		json_put_member(&writer, "facility_code", login->facility_code);
	json_put_member(&writer, "login_id", login->login_id);
	json_put_member(&writer, "password", login->password);
	put_client(&writer, &login->client);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

/* fields_from: 1 without the facility code. */
static int request_decode(struct str body, struct wire_input *input, size_t fields_from,
			  struct wire_login *ret_login)
{
	struct form {
		struct wire_login login;
		const struct json *client;
	} form = {.client = NULL};
	static const struct json_field fields[] = {
		TEXT(struct form, login.facility_code, "facility_code", FACILITY_CODE),
		TEXT(struct form, login.login_id, "login_id", LOGIN_ID),
		TEXT(struct form, login.password, "password", PASSWORD),
		OBJECT(struct form, client, "client"),
	};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields + fields_from,
		       COUNT_OF(fields) - fields_from, &form);
	request_client(input, form.client, &form.login.client);
	r = request_finish(input);
	if (r == 0)
		*ret_login = form.login;
	return r;
}

int wire_login_request_decode(struct str body, struct wire_input *input,
			      struct wire_login *ret_login)
{
	int r = request_decode(body, input, 0, ret_login);
	return r < 0 ? PASS(r) : r;
}

int wire_reader_login_request_decode(struct str body, struct wire_input *input,
				     struct wire_login *ret_login)
{
	int r = request_decode(body, input, 1, ret_login);
	return r < 0 ? PASS(r) : r;
}

int wire_login_reply_encode(struct arena *arena, const struct wire_challenge *challenge,
			    struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 512);
	json_object_open(&writer);
	json_put_member(&writer, "challenge", challenge->challenge);
	json_put_member_number(&writer, "expires_in", challenge->expires_in_s);
	json_put_member(&writer, "passcode_by", passcode_name(challenge->passcode));
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_login_reply_decode(struct str body, struct wire_input *input,
			    struct wire_challenge *ret_challenge)
{
	struct form {
		struct wire_challenge challenge;
		struct str passcode;
	} form = {.passcode = {0}};
	static const struct json_field fields[] = {
		TEXT(struct form, challenge.challenge, "challenge", CHALLENGE),
		NUMBER(struct form, challenge.expires_in_s, "expires_in"),
		WORD_OPTIONAL(struct form, passcode, "passcode_by"),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r)
		return r < 0 ? PASS(r) : r;
	int passcode = form.passcode.ptr ? passcode_of(form.passcode) : WIRE_PASSCODE_AUTHENTICATOR;
	if (!passcode)
		return PROBLEM_REPLY_MALFORMED;
	form.challenge.passcode = (enum wire_passcode)passcode;
	*ret_challenge = form.challenge;
	return 0;
}
