/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the page asks of whoever keeps the keys: is there a vault, whose password is this, the
 * sealed store of a facility. The workstation fills it from workstation/vault; tests from memory.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/secret.h"
#include "lib/db/db.h"

enum {
	KEEPER_STAFF_MAX = 64,
	KEEPER_FACILITIES_MAX = 8,
	KEEPER_NAME_CHARS_MAX = 40,
};

enum keeper_outcome {
	KEEPER_ABSENT = 1,  /* no vault, no such staff, no such facility */
	KEEPER_WRONG,	    /* not this password or key */
	KEEPER_PRESENT,	    /* there is a vault, that facility, that member of staff already */
	KEEPER_WEAK,	    /* a new password that everybody tries first */
	KEEPER_WAIT,	    /* unlock: too many wrong ones, a moment */
	KEEPER_UNREACHABLE, /* backup, restore: that folder is not to be read or written */
	KEEPER_FULL,	    /* backup, restore: no room there; else: too many, or the last one */
	KEEPER_BROKEN,	    /* restore: that backup is not whole; backup: a store is not */
	KEEPER_TYPO,	    /* restore: of the recovery key a group is not right */
	KEEPER_DAMAGED,	    /* unlock: the vault cannot be read, or was edited */
	KEEPER_REFUSED,	    /* no such id or name is possible */
};

struct keeper_staff {
	struct str id, name;
	bool is_away; /* put away: opens nothing, kept for the journal's sake */
};

struct keeper_facility {
	struct str code, name; /* ten digits; what the people there call it */
	bool is_away;	       /* put away: kept as it is, and not to be chosen */
};

/* What the first start fixes. Texts are the caller's. */
struct keeper_birth {
	struct keeper_facility facility;
	struct keeper_staff staff;
	struct str service; /* its URL; absent: not said yet */
};

/* A backup somebody wants back, by their password or, with staff absent, by the recovery key. */
struct keeper_return {
	struct str backup, staff, secret;
};

/*
 * What reads may be called from any thread, store and backup too; what changes something by one at
 * a time, the desk's.
 */
struct keeper {
	void *ctx;
	/* Is there a vault? */
	bool (*exists)(void *ctx);
	/*
	 * Make it, open. The recovery key is the caller's, once. Outcomes: KEEPER_PRESENT,
	 * KEEPER_WEAK. Faults of the system.
	 */
	int (*create)(void *ctx, const struct keeper_birth *birth, struct str password,
		      struct secret *ret_recovery);
	/* Open it, or ask again whose password it is. Outcomes: KEEPER_ABSENT,
	 * KEEPER_WRONG, KEEPER_WAIT, KEEPER_DAMAGED.
	 */
	int (*unlock)(void *ctx, struct str staff, struct str password);
	/*
	 * Open it by the recovery key as somebody typed it, and give this staff member a new
	 * password. Outcomes: KEEPER_ABSENT, KEEPER_WRONG, KEEPER_WEAK, KEEPER_DAMAGED.
	 */
	int (*recover)(void *ctx, struct str recovery, struct str staff, struct str password);
	/* Everybody there ever was, as they came; in the arena. */
	int (*staff)(void *ctx, struct arena *arena, struct keeper_staff **ret_staff,
		     size_t *ret_count);
	/* All, those put away too; in the arena. Known while it is open. */
	int (*facilities)(void *ctx, struct arena *arena, struct keeper_facility **ret_facilities,
			  size_t *ret_count);
	/* A facility's store, its tables made; the caller's. Outcome: KEEPER_ABSENT. */
	int (*store)(void *ctx, struct str facility, struct db **ret_db);
	/*
	 * Everything into a new backup in a folder, of which the newest (keep) stay. Outcomes:
	 * KEEPER_ABSENT (locked since the start), KEEPER_UNREACHABLE, KEEPER_FULL, KEEPER_BROKEN.
	 */
	int (*backup)(void *ctx, struct str folder, int keep);
	/*
	 * When the newest of this PC there was made. Outcomes: KEEPER_ABSENT (none, or locked since
	 * the start), KEEPER_UNREACHABLE.
	 */
	int (*backup_newest)(void *ctx, struct str folder, int64_t *ret_made_ms);
	/*
	 * A backup becomes this PC's, and is open; *ret_group: of KEEPER_TYPO, from 1. Outcomes:
	 * KEEPER_PRESENT, KEEPER_WRONG, KEEPER_WAIT and those of the folder.
	 */
	int (*restore)(void *ctx, const struct keeper_return *wish, int *ret_group);

	/* --- changes, while it is open; all: KEEPER_ABSENT, KEEPER_DAMAGED --- */

	/* Outcomes: KEEPER_PRESENT, KEEPER_FULL, KEEPER_REFUSED. */
	int (*facility_add)(void *ctx, const struct keeper_facility *facility);
	/* What it is called, and whether it is put away. */
	int (*facility_change)(void *ctx, const struct keeper_facility *facility);
	/* Outcomes: KEEPER_PRESENT, KEEPER_FULL, KEEPER_REFUSED, KEEPER_WEAK. */
	int (*staff_add)(void *ctx, const struct keeper_staff *staff, struct str password);
	/* Outcome: KEEPER_REFUSED. */
	int (*staff_rename)(void *ctx, const struct keeper_staff *staff);
	/* Outcome: KEEPER_FULL, the last one. */
	int (*staff_away)(void *ctx, struct str staff);
	/* A new password; who was put away is back. Outcome: KEEPER_WEAK. */
	int (*password_set)(void *ctx, struct str staff, struct str password);
	/* A new recovery key, the caller's, once: the old one opens nothing any more. */
	int (*recovery_renew)(void *ctx, struct secret *ret_recovery);
	/* When the present one was drawn. */
	int (*recovery_drawn)(void *ctx, int64_t *ret_drawn_ms);
};
