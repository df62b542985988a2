/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results in, numbers out: what happens when somebody presses 受け取る.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/desk/journal.h"
#include "workstation/desk/source.h"

struct sync_report {
	int64_t downloaded;
	int64_t known;		/* of them seen and settled before */
	int64_t charts_new;	/* 新規カルテ */
	int64_t linked;		/* to a chart by 照会番号 */
	int64_t insurances_new; /* insurances appended to charts that had one */
	int64_t asked;		/* waiting for a decision */
	int64_t aside;		/* not 有効 */
	int64_t registered;	/* 照会番号 registered at the service */
	int64_t joined;		/* charts that took over the number that the service held */
	int64_t queued;		/* still to be registered, or refused */
};

enum sync_outcome {
	SYNC_STOPPED = 1, /* the source failed; what came in before is kept, and so is the queue */
};

/*
 * Take in the results of a period, or with from and to NULL what is new since the last time (all
 * there is, while a result waits for a decision that may have come at the service), and register
 * the numbers of new charts. Doing it again changes nothing: a result is taken in once, by its id;
 * a registration is asked for until it is answered.
 *
 * actor: who asked, for the journal; "" when nobody did. *ret_report is written for SYNC_STOPPED
 * too.
 */
MUST_CHECK int sync_run(struct db *db, const struct source *source, const struct actor *actor,
			const char *from, const char *to, struct sync_report *ret_report);

/*
 * Only register the numbers that wait for it: what a day without network has left, a decision of
 * the desk. Outcome and report as above.
 */
MUST_CHECK int sync_send(struct db *db, const struct source *source,
			 struct sync_report *ret_report);
