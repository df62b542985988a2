/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/device.h"
#include "server/mail/facility.h"

int device_tell(struct api_call *call, struct db *db, int64_t facility_no, int64_t account_no)
{
	struct store_facility facility;
	struct store_account account;
	int r = store_facility_get(db, &call->arena, facility_no, &facility);
	if (r == 0)
		r = store_account_get(db, &call->arena, facility_no, account_no, &account);
	if (r)
		return FOLD(r);
	struct facility_news news = {
		.notice = NOTICE_DEVICE_ADDED,
		.login_id = account.login_id,
		.at_ms = call->now_ms,
	};
	r = facility_tell(call->service->keys, db, &call->arena, &facility, &news);
	return r ? PASS(r) : 0;
}
