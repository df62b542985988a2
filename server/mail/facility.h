/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a facility is told by mail, at the address that is registered for it. A facility without an
 * address is told nothing: its temporary accounts cannot be opened either.
 */
#pragma once

#include "server/mail/outbox.h"
#include "server/store/accounts.h"

MUST_CHECK int facility_address_seal(const struct keys *keys, struct arena *arena,
				     int64_t facility_no, struct str address,
				     struct str *ret_sealed);

enum facility_address_outcome {
	FACILITY_ADDRESS_ABSENT = 1, /* none is registered, or it cannot be read any more */
};
MUST_CHECK int facility_address_open(const struct keys *keys, struct arena *arena,
				     const struct store_facility *facility,
				     struct str *ret_address);

enum facility_notice {
	NOTICE_TEMPORARY_OPENED,
	NOTICE_TEMPORARY_USED,
	NOTICE_TEMPORARY_CLOSED,
	NOTICE_DEVICE_ADDED,
	NOTICE_ACCOUNT_LOCKED,
	NOTICE_ADDRESS_CHANGED,
	NOTICES,
};

struct facility_news {
	enum facility_notice notice;
	struct str login_id; /* absent: of no account */
	struct str to;	     /* absent: the registered address */
	int64_t at_ms;
};

/* Into the outbox, in the caller's transaction; without an address nothing happens. */
MUST_CHECK int facility_tell(const struct keys *keys, struct db *db, struct arena *arena,
			     const struct store_facility *facility,
			     const struct facility_news *news);

/* The mail with a temporary account's code. Outcome: FACILITY_ADDRESS_ABSENT. */
MUST_CHECK int facility_code_send(const struct keys *keys, struct db *db, struct arena *arena,
				  const struct store_facility *facility, struct str code,
				  int64_t now_ms, int64_t until_ms);
