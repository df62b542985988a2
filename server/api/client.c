/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phone that says it is a PC is not found here; the rule stands against use by mistake
 * (seed 1.6), the device's key against use by others.
 */
#include "server/api/client.h"

/* REQ seed-1.6.1 PC only */
static const struct str mobile_words[] = {
	{"Android", 7}, {"iPhone", 6}, {"iPad", 4}, {"iPod", 4}, {"Mobile", 6},
};

enum { MOBILE_WORDS = sizeof mobile_words / sizeof mobile_words[0] };

static bool text_holds(struct str text, struct str word)
{
	for (size_t i = 0; i + word.len <= text.len; i++)
		if (str_equal_nocase((struct str){text.ptr + i, word.len}, word))
			return true;
	return false;
}

static bool agent_is_mobile(struct str agent)
{
	for (size_t i = 0; i < MOBILE_WORDS; i++)
		if (text_holds(agent, mobile_words[i]))
			return true;
	return false;
}

/* https://wicg.github.io/ua-client-hints: ?1, and the platform as a quoted word. */
static bool hints_are_mobile(const struct web_request *request)
{
	return str_equal(str_trim(request->hint_mobile), STR("?1")) ||
	       text_holds(request->hint_platform, STR("Android")) ||
	       text_holds(request->hint_platform, STR("iOS"));
}

int client_platform_check(const struct api_call *call)
{
	const struct web_request *request = call->request;
	bool mobile = agent_is_mobile(request->user_agent) || hints_are_mobile(request);
	return mobile ? PROBLEM_PLATFORM_REFUSED : 0;
}

static bool list_holds(struct str list, struct str client)
{
	struct str entry;
	while (str_split(&list, ';', &entry))
		if (entry.len && str_equal(str_trim(entry), client))
			return true;
	return false;
}

bool client_is_refused(const struct api_call *call, struct str client)
{
	return list_holds(call->service->config->clients.refuse, client);
}

struct str client_notice(const struct api_call *call, struct str client)
{
	const struct config *config = call->service->config;
	if (!config->clients.notice.len || !list_holds(config->clients.warn, client))
		return (struct str){0};
	return config->clients.notice;
}

int client_admit(struct api_call *call, const struct wire_client *client, struct str *ret_text)
{
	struct str text;
	int r = arena_print(&call->arena, &text, "%.*s %.*s %.*s", STR_ARG(client->vendor),
			    STR_ARG(client->product), STR_ARG(client->version));
	if (r)
		return PASS(r);
	if (client_is_refused(call, text))
		return PROBLEM_CLIENT_REFUSED;
	*ret_text = text;
	return 0;
}
