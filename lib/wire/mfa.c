/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/mfa: the second step (seed table 1.4.2 no. 2); replies tokens. */
#include "lib/wire/inside.h"

int wire_mfa_request_encode(struct arena *arena, const struct wire_mfa *mfa, struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 512);
	json_object_open(&writer);
	json_put_member(&writer, "challenge", mfa->challenge);
	json_put_member(&writer, "passcode", mfa->passcode);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_mfa_request_decode(struct str body, struct wire_input *input, struct wire_mfa *ret_mfa)
{
	static const struct json_field fields[] = {
		TEXT(struct wire_mfa, challenge, "challenge", CHALLENGE),
		TEXT(struct wire_mfa, passcode, "passcode", LOGIN_PASSCODE),
	};
	struct wire_mfa mfa = {.challenge = {0}};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &mfa);
	request_format(input, mfa.challenge, CHARS_TOKEN, "challenge");
	request_format(input, mfa.passcode, CHARS_DIGITS, "passcode");
	if (mfa.passcode.len == WIRE_LOGIN_PASSCODE_MIN + 1)
		wire_complain(&input->complaints, STR("passcode"), WIRE_REASON_FORMAT);
	r = request_finish(input);
	if (r == 0)
		*ret_mfa = mfa;
	return r;
}
