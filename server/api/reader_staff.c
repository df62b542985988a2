/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/reader/staff: the names of which every confirmation needs one. */
#include "server/register/staff.h"

#include "server/api/routes.h"

int staff_run(struct api_call *call, struct db *db)
{
	struct staff *staff;
	size_t count;
	int r = staff_list(call->service->keys, db, &call->arena, call->caller.facility_no, &staff,
			   &count);
	if (r)
		return PASS(r);
	struct wire_staff *reply = arena_array(&call->arena, count + 1, sizeof *reply);
	if (!reply)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++)
		reply[i] = (struct wire_staff){.id = staff[i].id, .name = staff[i].name};
	struct str body;
	r = wire_staff_reply_encode(reply_arena(call), reply, count, &body);
	return r ? PASS(r) : reply_json(call, body);
}
