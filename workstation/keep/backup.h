/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup: one folder beside others in the folder that somebody chose (another disk, a share),
 *
 *   shikaku-20261122090000/   vault.json, NNNNNNNNNN.db for each facility, manifest.json
 *
 * with everything in it sealed as it is on the PC: it opens by a staff member's password or by the
 * recovery key. Sessions and this PC's device keys are not in it: another PC logs in by itself. It
 * is written under a passing name and renamed when all of it is on the disk; what stops in between
 * leaves nothing that looks like a backup. Another PC's backups in the same folder stay.
 */
#pragma once

#include <stdint.h>

#include "lib/base/arena.h"
#include "workstation/vault/home.h"

enum {
	BACKUP_KEEP = 30, /* so many, unless told otherwise */
	BACKUP_KEEP_MAX = 400,
	BACKUP_EVERY_MS = 24 * 60 * 60 * 1000,
	BACKUP_NAME_BYTES = 32,
};

enum backup_outcome {
	BACKUP_UNREACHABLE = 1, /* the chosen folder is not there, or not to be written */
	BACKUP_DISK_FULL,
	BACKUP_STORE_BROKEN, /* a facility's store, or the vault, could not be read whole */
	BACKUP_NONE,	     /* backup_newest: there is none */
	BACKUP_BROKEN,	     /* this backup is not whole, or was changed */
	BACKUP_NEWER,	     /* made by a newer program */
	BACKUP_HOME_TAKEN,   /* restore: this PC has charts already */
};

struct backup_wish {
	const struct home *home;
	const char *folder;
	struct str key; /* the chart key */
	int64_t now_ms;
	int keep; /* the newest of this key that stay, at least 1 */
};

struct backup_made {
	char name[BACKUP_NAME_BYTES];
	int64_t bytes;
	size_t facilities, removed;
};

/* Outcomes: BACKUP_UNREACHABLE, BACKUP_DISK_FULL, BACKUP_STORE_BROKEN. */
MUST_CHECK int backup_run(const struct backup_wish *wish, struct backup_made *ret_made);

/*
 * The newest in a folder that is under the chart key; key absent: whosever it is. Outcomes:
 * BACKUP_UNREACHABLE, BACKUP_NONE.
 */
MUST_CHECK int backup_newest(const char *folder, struct str key, char ret_name[BACKUP_NAME_BYTES],
			     int64_t *ret_made_ms);

/* What a backup says it holds. Outcomes: as backup_check. */
struct manifest;
MUST_CHECK int backup_manifest(const char *path, struct str key, struct manifest *ret_manifest);

/*
 * Everything of a backup against its manifest. path: of the backup itself. Outcomes:
 * BACKUP_UNREACHABLE, BACKUP_BROKEN, BACKUP_NEWER.
 */
MUST_CHECK int backup_check(const char *path, struct str key);
