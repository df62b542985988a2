/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that keep charts from being lost: backup, restore, a forgotten password. */
#pragma once

#include "workstation/entry.h"

/* Each answers the exit status; what is not 0 has been said. */

/* Everything of this PC into a folder of that folder; keep: the newest that stay, 0: BACKUP_KEEP.
 */
int keeping_backup(const struct entry_wish *wish, const char *folder, int keep);
/* A backup becomes this PC's, by a staff member's password or by the recovery key. */
int keeping_restore(const struct entry_wish *wish, const char *backup, bool by_recovery);
/* A new password for the staff member that is named, by the recovery key. */
int keeping_recover(const struct entry_wish *wish);
