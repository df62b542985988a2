/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator says about the service, as text for the desk. */
#include "sdk/shk.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/period.h"

enum { MOMENT_BYTES = 64 };

/* "12月1日 22:00", and what follows; empty for 0. Returns text. */
static const char *moment_print(int64_t at_ms, const char *end, char text[MOMENT_BYTES])
{
	char digits[PERIOD_DATETIME_BYTES];
	text[0] = '\0';
	if (!at_ms)
		return text;
	const char *d = period_datetime_print(at_ms, digits);
	(void)snprintf(text, MOMENT_BYTES, "%d月%d日 %.2s:%.2s %s", (d[4] - '0') * 10 + d[5] - '0',
		       (d[6] - '0') * 10 + d[7] - '0', d + 8, d + 10, end);
	return text;
}

static int text_make(struct arena *arena, const struct wire_status *status, struct str *ret_text)
{
	char from[MOMENT_BYTES], until[MOMENT_BYTES];
	struct str message = status->message.ptr ? status->message : STR("");
	bool when = status->from_ms || status->until_ms;
	int r = arena_print(arena, ret_text, "%.*s%s%s%s%s%.*s", STR_ARG(status->text),
			    when ? "（" : "", moment_print(status->from_ms, "から", from),
			    moment_print(status->until_ms, "まで", until), when ? "）" : "",
			    STR_ARG(message));
	return r ? PASS(r) : 0;
}

static int status_fetch(shk_client *client)
{
	AUTO(client_answer_clear) struct client_answer answer;
	struct wire_status status;
	struct str text;
	client_answer_init(&answer);
	int r = client_status(client->client, &answer, &status);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = text_make(&answer.arena, &status, &text);
	if (r)
		return PASS(r);
	char *copy = strndup(text.ptr, text.len);
	if (!copy)
		return RAISE(ENOMEM);
	free(client->status_text);
	client->status_text = copy;
	client->status_state = wire_service_state_name(status.state).ptr;
	return 0;
}

int32_t SHK_CALL shk_status(shk_client *client, const char **ret_state, const char **ret_text)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!ret_state || !ret_text)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	int r = status_fetch(client);
	if (!r) {
		*ret_state = client->status_state;
		*ret_text = client->status_text;
	}
	return call_leave(client, r);
}
