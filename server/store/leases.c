/* SPDX-License-Identifier: Apache-2.0 */
/* lease */
#include "server/store/leases.h"

#include <assert.h>

#include "server/store/row.h"

static const char lease_take[] =
	"INSERT INTO lease (name, holder, until_ms) VALUES ($1, $2, $4)"
	" ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms"
	" WHERE lease.holder = excluded.holder OR lease.until_ms <= $3";
static const char leases_give_back[] = "DELETE FROM lease WHERE holder = $1";

int store_lease_take(struct db *db, struct str name, struct str holder, int64_t now_ms,
		     int64_t until_ms)
{
	assert(holder.len == STORE_ID_BYTES && until_ms > now_ms);
	int r = row_change(db, lease_take,
			   DB_ARGS(db_text(name), db_blob(holder), db_int(now_ms),
				   db_int(until_ms)),
			   STORE_CONFLICT);
	return r < 0 ? PASS(r) : r;
}

int store_leases_give_back(struct db *db, struct str holder)
{
	int r = row_run(db, leases_give_back, DB_ARGS(db_blob(holder)), NULL);
	return r ? FOLD(r) : 0;
}
