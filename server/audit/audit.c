/* SPDX-License-Identifier: Apache-2.0 */
#include "server/audit/audit.h"

#include <assert.h>

int audit_add(struct db *db, const struct store_audit *row)
{
	assert(row->at_ms && row->call.len && row->outcome.len && row->request_id.len);
	assert(row->items.len % STORE_ID_BYTES == 0);
	int r = store_audit_add(db, row);
	return r ? FOLD(r) : 0;
}
