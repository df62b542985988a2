/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/health: answers while the service takes requests; says nothing about anybody. */
#include "server/api/routes.h"

int health_run(struct api_call *call, struct db *db)
{
	(void)db;
	struct str body;
	int r = wire_health_reply_encode(reply_arena(call), STR(SHIKAKU_VERSION), &body);
	return r ? PASS(r) : reply_json(call, body);
}
