/* SPDX-License-Identifier: Apache-2.0 */
/* What mfa, refresh and the reader's login reply. */
#include "lib/wire/inside.h"

int wire_tokens_encode(struct arena *arena, const struct wire_tokens *tokens, struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 2048);
	json_object_open(&writer);
	json_put_member(&writer, "access_token", tokens->access_token);
	json_put_member(&writer, "token_type", STR("Bearer"));
	json_put_member_number(&writer, "expires_in", tokens->expires_in_s);
	json_put_member(&writer, "refresh_handle", tokens->refresh_handle);
	json_put_member_number(&writer, "session_expires_in", tokens->session_expires_in_s);
	json_put_member(&writer, "account_kind", wire_account_name(tokens->account));
	json_put_member(&writer, "facility_name", tokens->facility_name);
	json_put_member(&writer, "device_id", tokens->device_id);
	json_put_member(&writer, "notice", tokens->notice);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_tokens_decode(struct str body, struct wire_input *input, struct wire_tokens *ret_tokens)
{
	struct form {
		struct wire_tokens tokens;
		struct str type;
		struct str account;
	} form = {.type = {0}};
	static const struct json_field fields[] = {
		TEXT(struct form, tokens.access_token, "access_token", ACCESS_TOKEN),
		WORD(struct form, type, "token_type"),
		NUMBER(struct form, tokens.expires_in_s, "expires_in"),
		TEXT(struct form, tokens.refresh_handle, "refresh_handle", REFRESH_HANDLE),
		NUMBER(struct form, tokens.session_expires_in_s, "session_expires_in"),
		WORD(struct form, account, "account_kind"),
		TEXT(struct form, tokens.facility_name, "facility_name", FACILITY_NAME),
		TEXT_OPTIONAL(struct form, tokens.device_id, "device_id", DEVICE_ID),
		TEXT_OPTIONAL(struct form, tokens.notice, "notice", NOTICE),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r)
		return r < 0 ? PASS(r) : r;
	int account = account_of(form.account);
	/* RFC 6749 section 5.1: the type's case does not matter. */
	if (!account || !str_equal_nocase(form.type, STR("Bearer")))
		return PROBLEM_REPLY_MALFORMED;
	form.tokens.account = (enum wire_account)account;
	*ret_tokens = form.tokens;
	return 0;
}
