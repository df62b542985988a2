/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T14/spoilt_trail.h"

#include <stdatomic.h>

#include "server/audit/tally.h"

enum { EVERY = 7 };

enum spoil spoil;
static atomic_uint turn;

int __real_audit_add(struct db *db, const struct store_audit *row);
int __wrap_audit_add(struct db *db, const struct store_audit *row);
int __real_tally_add(struct tally *tally, const struct tally_call *call);
int __wrap_tally_add(struct tally *tally, const struct tally_call *call);
int __real_store_audit_add(struct db *db, const struct store_audit *row);
int __wrap_store_audit_add(struct db *db, const struct store_audit *row);

static bool now(enum spoil wanted)
{
	return spoil == wanted && ++turn % EVERY == 0;
}

int __wrap_audit_add(struct db *db, const struct store_audit *row)
{
	struct store_audit other = *row;
	if (now(SPOIL_LOSE_ROWS))
		return 0;
	if (now(SPOIL_DOUBLE)) {
		int r = __real_audit_add(db, row);
		if (r)
			return r;
	}
	if (now(SPOIL_ACCOUNT))
		other.account_no++;
	if (row->items.len && now(SPOIL_ITEMS))
		other.items = (struct str){0};
	return __real_audit_add(db, &other);
}

int __wrap_tally_add(struct tally *tally, const struct tally_call *call)
{
	return now(SPOIL_LOSE_COUNTS) ? 0 : __real_tally_add(tally, call);
}

int __wrap_store_audit_add(struct db *db, const struct store_audit *row)
{
	return spoil == SPOIL_NO_ROOM ? RAISE(ENOSPC) : __real_store_audit_add(db, row);
}
