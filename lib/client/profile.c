/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client/inside.h"
#include "lib/wire/profile_file.h"

int client_profile_read(struct client *client, const char *path)
{
	struct wire_profile_complaint complaint = {.place = ""};
	AUTO(arena_clear) struct arena arena;
	struct wire_profile profile;
	call_begin(client);
	if (client->session.state != SESSION_NONE)
		return RAISE(EINVAL);
	arena_init(&arena, PROFILE_BYTES_MAX);
	int r = wire_profile_read(&arena, path, &complaint, &profile);
	if (r < 0)
		return PASS(r);
	if (r) {
		r = trouble_local(client, PROBLEM_FILE_UNUSABLE);
		if (complaint.place[0])
			wire_complain(&client->trouble.complaints, str_of(complaint.place),
				      WIRE_REASON_VALUE);
		return r;
	}
	arena_clear(&client->profile_arena);
	client->profile_arena = arena;
	arena = (struct arena){0};
	client->profile = profile;
	client->options.profile = &client->profile;
	return 0;
}
