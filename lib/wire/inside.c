/* SPDX-License-Identifier: Apache-2.0 */
/* What the calls' files share: from json's outcomes to problems, and the contract's small words. */
#include "lib/wire/inside.h"

#include <assert.h>

#include "lib/base/period.h"

void wire_input_clear(struct wire_input *input)
{
	json_clear(&input->document);
	input->complaints.count = 0;
}

int request_read(struct str body, struct wire_input *input)
{
	int r = json_read(body, &json_limits_request, &input->document);
	if (r < 0)
		return PASS(r);
	if (r == 0)
		return json_is_object(input->document.root) ? 0 : PROBLEM_REQUEST_MALFORMED;
	switch ((enum json_outcome)r) {
	case JSON_TOO_LARGE:
		return body.len > json_limits_request.bytes_max ? PROBLEM_BODY_TOO_LARGE
								: PROBLEM_REQUEST_MALFORMED;
	case JSON_NOT_UTF8:
	case JSON_MALFORMED: break;
	}
	return PROBLEM_REQUEST_NOT_JSON;
}

static enum wire_reason reason_of(enum json_reason reason)
{
	switch (reason) {
	case JSON_FIELD_MISSING: return WIRE_REASON_MISSING;
	case JSON_FIELD_UNKNOWN: return WIRE_REASON_UNKNOWN;
	case JSON_FIELD_TYPE: return WIRE_REASON_TYPE;
	case JSON_FIELD_SHORT: return WIRE_REASON_TOO_SHORT;
	case JSON_FIELD_LONG: return WIRE_REASON_TOO_LONG;
	case JSON_FIELD_CONTROL: return WIRE_REASON_CONTROL;
	}
	assert(!"a reason that does not exist");
	return WIRE_REASON_TYPE;
}

static void complain_under(struct wire_input *input, const char *prefix,
			   const struct json_complaint *complaint)
{
	char field[WIRE_FIELD_BYTES];
	size_t prefix_len = strlen(prefix), len = complaint->field.len;
	assert(prefix_len < sizeof field);
	if (len > sizeof field - prefix_len)
		len = sizeof field - prefix_len;
	memcpy(field, prefix, prefix_len);
	memcpy(field + prefix_len, complaint->field.ptr, len);
	wire_complain(&input->complaints, str_bytes(field, prefix_len + len),
		      reason_of(complaint->reason));
}

void request_fields(struct wire_input *input, const struct json *object, const char *prefix,
		    const struct json_field *fields, size_t fields_count, void *into)
{
	struct json_complaints complaints;
	if (!object || !json_decode_all(object, fields, fields_count, into, &complaints))
		return;
	for (size_t i = 0; i < complaints.count; i++)
		complain_under(input, prefix, &complaints.items[i]);
}

bool chars_only(struct str text, const char *set)
{
	for (size_t i = 0; i < text.len; i++)
		if (!text.ptr[i] || !strchr(set, text.ptr[i]))
			return false;
	return true;
}

bool base64_formed(struct str text)
{
	if (text.len == 0 || text.len % 4)
		return false;
	size_t padding = text.ptr[text.len - 1] == '=';
	padding += padding && text.ptr[text.len - 2] == '=';
	return chars_only((struct str){text.ptr, text.len - padding}, CHARS_BASE64);
}

void request_format(struct wire_input *input, struct str text, const char *set, const char *field)
{
	if (text.ptr && !chars_only(text, set))
		wire_complain(&input->complaints, str_of(field), WIRE_REASON_FORMAT);
}

void request_client(struct wire_input *input, const struct json *object,
		    struct wire_client *ret_client)
{
	static const struct json_field fields[] = {
		TEXT(struct wire_client, vendor, "vendor", CLIENT_VENDOR),
		TEXT(struct wire_client, product, "product", CLIENT_PRODUCT),
		TEXT(struct wire_client, version, "version", CLIENT_VERSION),
	};
	request_fields(input, object, "client.", fields, COUNT_OF(fields), ret_client);
}

int request_finish(const struct wire_input *input)
{
	return input->complaints.count ? PROBLEM_FIELD_INVALID : 0;
}

int reply_read(struct str body, struct wire_input *input)
{
	int r = json_read(body, &json_limits_reply, &input->document);
	if (r < 0)
		return PASS(r);
	return r == 0 && json_is_object(input->document.root) ? 0 : PROBLEM_REPLY_MALFORMED;
}

int reply_fields(const struct json *object, const struct json_field *fields, size_t fields_count,
		 void *into)
{
	struct json_complaint complaint;
	return json_decode_open(object, fields, fields_count, into, &complaint)
		       ? PROBLEM_REPLY_MALFORMED
		       : 0;
}

int reply_decode(struct str body, struct wire_input *input, const struct json_field *fields,
		 size_t fields_count, void *into)
{
	int r = reply_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	return reply_fields(input->document.root, fields, fields_count, into);
}

int reply_time(struct str text, int64_t *ret_ms)
{
	return period_datetime_parse(text, ret_ms) ? PROBLEM_REPLY_MALFORMED : 0;
}

void put_time(struct json_writer *writer, const char *name, int64_t at_ms)
{
	char text[PERIOD_DATETIME_BYTES];
	json_put_member(writer, name, str_of(period_datetime_print(at_ms, text)));
}

void put_nullable(struct json_writer *writer, const char *name, struct str text)
{
	json_key(writer, name);
	if (text.ptr)
		json_put_text(writer, text);
	else
		json_put_null(writer);
}

void put_client(struct json_writer *writer, const struct wire_client *client)
{
	json_key(writer, "client");
	json_object_open(writer);
	json_put_member(writer, "vendor", client->vendor);
	json_put_member(writer, "product", client->product);
	json_put_member(writer, "version", client->version);
	json_object_close(writer);
}

/* --- words: the place in a table is the enumerator --- */

static const char *const accounts[] = {
	[WIRE_ACCOUNT_W] = "W",
	[WIRE_ACCOUNT_WA] = "WA",
	[WIRE_ACCOUNT_MAIL] = "mail",
};
static const char *const passcodes[] = {
	[WIRE_PASSCODE_AUTHENTICATOR] = "authenticator",
	[WIRE_PASSCODE_BY_MAIL] = "mail",
};
static const char *const methods[] = {
	[WIRE_METHOD_PIN] = "pin",
	[WIRE_METHOD_VISUAL] = "visual",
};
static const char *const platforms[] = {
	[WIRE_PLATFORM_WINDOWS] = "windows", [WIRE_PLATFORM_LINUX] = "linux",
	[WIRE_PLATFORM_MACOS] = "macos",     [WIRE_PLATFORM_IOS] = "ios",
	[WIRE_PLATFORM_ANDROID] = "android",
};

static int word_find(const char *const *words, size_t words_count, struct str word)
{
	for (size_t i = 1; i < words_count; i++)
		if (words[i] && str_equal(word, str_of(words[i])))
			return (int)i;
	return 0;
}

int method_of(struct str word)
{
	return word_find(methods, COUNT_OF(methods), word);
}

int account_of(struct str word)
{
	return word_find(accounts, COUNT_OF(accounts), word);
}

int passcode_of(struct str word)
{
	return word_find(passcodes, COUNT_OF(passcodes), word);
}

struct str passcode_name(enum wire_passcode passcode)
{
	assert(passcode == WIRE_PASSCODE_AUTHENTICATOR || passcode == WIRE_PASSCODE_BY_MAIL);
	return str_of(passcodes[passcode]);
}

int platform_of(struct str word)
{
	return word_find(platforms, COUNT_OF(platforms), word);
}

struct str wire_account_name(enum wire_account account)
{
	assert(account == WIRE_ACCOUNT_W || account == WIRE_ACCOUNT_WA ||
	       account == WIRE_ACCOUNT_MAIL);
	return str_of(accounts[account]);
}

struct str wire_method_name(enum wire_method method)
{
	assert(method == WIRE_METHOD_PIN || method == WIRE_METHOD_VISUAL);
	return str_of(methods[method]);
}

struct str wire_platform_name(enum wire_platform platform)
{
	assert(platform >= WIRE_PLATFORM_WINDOWS && platform <= WIRE_PLATFORM_ANDROID);
	return str_of(platforms[platform]);
}

bool wire_id_valid(struct str id)
{
	return id.len == WIRE_RESULT_ID_MAX && chars_only(id, CHARS_HEX);
}

bool wire_idempotency_key_valid(struct str key)
{
	return key.len >= WIRE_IDEMPOTENCY_KEY_MIN && key.len <= WIRE_IDEMPOTENCY_KEY_MAX &&
	       chars_only(key, CHARS_CODE);
}
