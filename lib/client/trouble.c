/* SPDX-License-Identifier: Apache-2.0 */
/* What went wrong, kept until the next call. */
#include "lib/client/inside.h"

#include <assert.h>

static struct client_trouble trouble_of_row(enum wire_problem problem)
{
	const struct wire_problem_row *row = wire_problem_row(problem);
	return (struct client_trouble){
		.problem = problem,
		.code = str_of(row->code),
		.text = str_of(row->title),
		.action = str_of(row->action),
		.vendor = str_of(row->vendor),
		.exit = row->exit,
	};
}

int trouble_local(struct client *client, enum wire_problem problem)
{
	client->trouble = trouble_of_row(problem);
	return (int)problem;
}

int trouble_field(struct client *client, const char *field, enum wire_reason reason)
{
	client->trouble = trouble_of_row(PROBLEM_FIELD_INVALID);
	wire_complain(&client->trouble.complaints, str_of(field), reason);
	return PROBLEM_FIELD_INVALID;
}

/* The service's own words, where it sent any: they may be newer than our table. */
static int words_keep(struct client *client, const struct wire_problem_reply *reply,
		      struct client_trouble *trouble)
{
	const struct {
		struct str from;
		struct str *to;
	} words[] = {
		{reply->code, &trouble->code},
		{reply->title, &trouble->text},
		{reply->action, &trouble->action},
		{reply->vendor, &trouble->vendor},
		{reply->request_id, &trouble->request_id},
		{reply->held_reference, &trouble->held_reference},
	};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		int r = words[i].from.ptr
				? arena_copy(&client->trouble_arena, words[i].from, words[i].to)
				: 0;
		if (r)
			return PASS(r);
	}
	return 0;
}

static int request_id_keep(struct client *client, const struct transport_reply *reply,
			   struct client_trouble *trouble)
{
	if (trouble->request_id.ptr || !wire_id_valid(reply->request_id))
		return 0;
	int r = arena_copy(&client->trouble_arena, reply->request_id, &trouble->request_id);
	return r ? PASS(r) : 0;
}

int trouble_reply(struct client *client, const struct transport_reply *reply)
{
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_problem_reply problem;
	struct client_trouble trouble;
	int r = wire_problem_decode(reply->body, &input, &problem);
	if (r < 0)
		return PASS(r);
	trouble = trouble_of_row(r ? PROBLEM_REPLY_MALFORMED : problem.problem);
	if (r == 0) {
		r = words_keep(client, &problem, &trouble);
		if (r)
			return PASS(r);
		trouble.complaints = input.complaints;
		trouble.retry_after_s = problem.retry_after_s;
	}
	r = request_id_keep(client, reply, &trouble);
	if (r)
		return PASS(r);
	client->trouble = trouble;
	return (int)trouble.problem;
}

const struct client_trouble *client_trouble(const struct client *client)
{
	return &client->trouble;
}

int client_refuse(struct client *client, enum wire_problem problem)
{
	assert(problem > PROBLEM_NONE && problem < PROBLEM_END);
	return trouble_local(client, problem);
}
