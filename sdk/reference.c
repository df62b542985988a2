/* SPDX-License-Identifier: Apache-2.0 */
/* 照会番号の登録. */
#include "sdk/shk.h"

#include "lib/base/utf8.h"

static bool number_is_good(const char *number)
{
	struct str text = str_of(number);
	return utf8_valid(text) && !utf8_has_control(text) && text.len &&
	       utf8_count(text) <= WIRE_REFERENCE_NUMBER_MAX;
}

bool reference_is_good(const char *result_id, const char *number, const char *expected)
{
	return result_id && wire_id_valid(str_of(result_id)) &&
	       (!number || number_is_good(number)) && (!expected || number_is_good(expected));
}

int32_t SHK_CALL shk_reference_register(shk_client *client, const char *result_id,
					const char *number, const char *expected)
{
	int64_t version;
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!reference_is_good(result_id, number, expected))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	const struct wire_reference reference = {str_of(number), str_of(expected)};
	return call_leave(client, client_reference(client->client, str_of(result_id), &reference,
						   &version));
}
