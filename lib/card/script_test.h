/* SPDX-License-Identifier: Apache-2.0 */
/* A card that answers from a list, and fails the test when it is asked anything else. */
#pragma once

#include "lib/base/test.h"

#include "lib/card/apdu.h"

struct script_line {
	const char *command; /* hex; NULL ends the list */
	const char *reply;   /* hex */
	int result;	     /* instead of a reply when not 0 */
};

struct script {
	const struct script_line *lines;
	size_t at;
	struct apdu_note last;
	size_t notes;
};

static inline size_t script_bytes(const char *hex, unsigned char *bytes)
{
	static const char digits[] = "0123456789abcdef";
	size_t count = 0;
	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		const char *high = strchr(digits, hex[0]), *low = strchr(digits, hex[1]);
		assert_non_null(high);
		assert_non_null(low);
		bytes[count++] = (unsigned char)((high - digits) << 4 | (low - digits));
		hex++;
	}
	return count;
}

static inline int script_transmit(void *ctx, struct str command, unsigned char *response,
				  size_t response_bytes_max, size_t *ret_len)
{
	struct script *script = ctx;
	const struct script_line *line = &script->lines[script->at++];
	unsigned char expected[APDU_COMMAND_BYTES_MAX], reply[4096];
	assert_non_null(line->command);
	assert_str_equal(command, str_bytes(expected, script_bytes(line->command, expected)));
	if (line->result)
		return line->result;
	size_t len = script_bytes(line->reply, reply);
	assert_true(len <= response_bytes_max);
	memcpy(response, reply, len);
	*ret_len = len;
	return 0;
}

static inline void script_note(void *ctx, const struct apdu_note *note)
{
	struct script *script = ctx;
	script->last = *note;
	script->notes++;
}

static inline struct apdu_channel script_channel(struct script *script)
{
	return (struct apdu_channel){.transport = {script_transmit, script},
				     .trace = script_note,
				     .trace_ctx = script};
}
