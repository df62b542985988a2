/* SPDX-License-Identifier: Apache-2.0 */
#include "reader/password.h"

/* What was typed blindly is typed again. */
static int new_ask(const struct password_desk *desk, struct secret *next, bool *ret_differ)
{
	AUTO(secret_wipe) struct secret again = {0};
	int r = desk->ask(desk->ctx, "新しいパスワード", next);
	if (r || !desk->twice)
		return r < 0 ? PASS(r) : r;
	r = desk->ask(desk->ctx, "新しいパスワード（もう一度）", &again);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_differ = !secret_equal(secret_str(next), secret_str(&again));
	return *ret_differ ? PROBLEM_USAGE : 0;
}

int password_change(struct client *client, const struct password_desk *desk, bool *ret_differ)
{
	AUTO(secret_wipe) struct secret old = {0}, next = {0};
	*ret_differ = false;
	int r = desk->ask(desk->ctx, "いまのパスワード", &old);
	if (r == 0)
		r = new_ask(desk, &next, ret_differ);
	if (r > 0)
		return client_refuse(client, (enum wire_problem)r);
	if (r == 0)
		r = client_password_change(client, secret_str(&old), secret_str(&next));
	return r < 0 ? PASS(r) : r;
}
