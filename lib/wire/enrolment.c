/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/enrolment and /v1/enrolment/confirm: the authenticator's set-up. */
#include "lib/wire/inside.h"

int wire_enrolment_request_encode(struct arena *arena, struct str code, struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 160);
	json_object_open(&writer);
	json_put_member(&writer, "code", code);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_enrolment_request_decode(struct str body, struct wire_input *input, struct str *ret_code)
{
	struct form {
		struct str code;
	} form = {.code = {0}};
	static const struct json_field fields[] = {
		TEXT(struct form, code, "code", ENROLMENT_CODE),
	};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &form);
	request_format(input, form.code, CHARS_CODE, "code");
	r = request_finish(input);
	if (r == 0)
		*ret_code = form.code;
	return r;
}

int wire_enrolment_reply_encode(struct arena *arena, const struct wire_enrolment *enrolment,
				struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 1024);
	json_object_open(&writer);
	json_put_member(&writer, "login_id", enrolment->login_id);
	json_put_member(&writer, "facility_name", enrolment->facility_name);
	json_put_member(&writer, "secret", enrolment->secret);
	json_put_member(&writer, "otpauth_uri", enrolment->otpauth_uri);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_enrolment_reply_decode(struct str body, struct wire_input *input,
				struct wire_enrolment *ret_enrolment)
{
	static const struct json_field fields[] = {
		TEXT(struct wire_enrolment, login_id, "login_id", LOGIN_ID),
		TEXT(struct wire_enrolment, facility_name, "facility_name", FACILITY_NAME),
		TEXT(struct wire_enrolment, secret, "secret", TOTP_SECRET),
		TEXT(struct wire_enrolment, otpauth_uri, "otpauth_uri", OTPAUTH_URI),
	};
	struct wire_enrolment enrolment = {.login_id = {0}};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &enrolment);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_enrolment = enrolment;
	return 0;
}

int wire_enrolment_confirm_request_encode(struct arena *arena,
					  const struct wire_enrolment_confirm *confirm,
					  struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 256);
	json_object_open(&writer);
	json_put_member(&writer, "code", confirm->code);
	json_put_member(&writer, "passcode_1", confirm->passcode_1);
	json_put_member(&writer, "passcode_2", confirm->passcode_2);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_enrolment_confirm_request_decode(struct str body, struct wire_input *input,
					  struct wire_enrolment_confirm *ret_confirm)
{
	static const struct json_field fields[] = {
		TEXT(struct wire_enrolment_confirm, code, "code", ENROLMENT_CODE),
		TEXT(struct wire_enrolment_confirm, passcode_1, "passcode_1", PASSCODE),
		TEXT(struct wire_enrolment_confirm, passcode_2, "passcode_2", PASSCODE),
	};
	struct wire_enrolment_confirm confirm = {.code = {0}};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &confirm);
	request_format(input, confirm.code, CHARS_CODE, "code");
	request_format(input, confirm.passcode_1, CHARS_DIGITS, "passcode_1");
	request_format(input, confirm.passcode_2, CHARS_DIGITS, "passcode_2");
	r = request_finish(input);
	if (r == 0)
		*ret_confirm = confirm;
	return r;
}
