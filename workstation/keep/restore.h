/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup becomes the home of a PC that has none: first its vault, beside the place where it will
 * stand, which a staff member's password or the recovery key opens; then every store, checked
 * against the manifest; the vault's own name last. Cut off anywhere before, it is begun again. A
 * store that lies there already (a vault that was lost) is put aside, never overwritten.
 */
#pragma once

#include "workstation/keep/backup.h"

struct restore_wish {
	const struct home *home;
	const char *backup; /* the backup's own folder */
	int64_t now_ms;
	struct str staff, password; /* or, with staff absent, password is what recovery_read gave */
};

enum restore_outcome {
	RESTORE_REFUSED = 64, /* *ret_vault says why: an enum vault_outcome */
};

/* *ret_key: the chart key. Outcomes: enum backup_outcome, RESTORE_REFUSED. */
MUST_CHECK int restore_run(const struct restore_wish *wish, struct secret *ret_key, int *ret_vault);
