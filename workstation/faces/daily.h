/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a desk must not have to think of: a backup every day, and forgetting what the retention lets
 * go. On the thread that backups have.
 */
#pragma once

#include "workstation/faces/problem.h"
#include "workstation/faces/station.h"

enum {
	DAILY_MS = 24 * 60 * 60 * 1000,
	DAILY_KEEP = 30, /* backups that stay, unless told otherwise */
	/* An agreement of clocks older than this, or worse than that, is none. */
	DAILY_AGREED_MS = 48 * 60 * 60 * 1000,
	DAILY_CLOCK_OFF_MS = 60 * 60 * 1000,
};

/*
 * Do what is due, at every facility of this PC. What fails is noted there (store/jobs.h), logged,
 * told to the page ("keep"), and tried again at the next look; nothing is lost by it. While nobody
 * has unlocked since the start nothing is done.
 */
void daily_do(struct station *station);

/*
 * A backup now, to where the facility's setting says, noted at every facility: they all lie in it.
 * staff: absent for the program itself. Problems: FACE_BACKUP_….
 */
MUST_CHECK int daily_backup(struct station *station, struct db *db, struct str staff);

/* The problem of what a keeper answered about a folder. */
enum face_problem daily_folder_problem(int outcome);
