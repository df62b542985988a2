/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the trail whole, and does the store still hold what it says? Walks every chain, the signed
 * heads and their file, and, for months that are open, the results: each that was recorded must be
 * there, open under its key and be the one of the trail; none may be there that the trail does not
 * know. Then the patients: each must open, be found by its number and no other, and have the number
 * that was last written.
 *
 * What it cannot see: rows after the last head that were taken from the end together with the
 * count of their slot - a minute at most.
 */
#pragma once

#include "server/audit/head.h"
#include "server/store/results.h"

enum audit_finding {
	AUDIT_WHOLE,
	AUDIT_ROW_MISSING,	 /* at: the seq in its slot */
	AUDIT_ROW_CHANGED,	 /* at: the seq of the first row that does not fit its hash */
	AUDIT_HEAD_WRONG,	 /* at: n; forged, missing, or of another chain */
	AUDIT_ROLLED_BACK,	 /* at: n of the first head in the file that the store lacks */
	AUDIT_RESULT_MISSING,	 /* at: the seq of the row that recorded it */
	AUDIT_RESULT_CHANGED,	 /* at: as above */
	AUDIT_REFERENCE_CHANGED, /* at: the seq of the row that last wrote the number */
	AUDIT_PATIENT_CHANGED,	 /* at: the patient's no */
	AUDIT_RESULT_UNKNOWN,	 /* at: how many results the trail does not know */
};

/* "whole", "row_missing", …: for the report. */
struct str audit_finding_name(enum audit_finding finding);

struct audit_verify {
	const struct keys *keys;
	struct db *db;
	struct str state_dir; /* empty: no file is looked for */
	int64_t now_ms;
	/* Is a row of the store what was sealed, and found by what it should? -EBADMSG: no. */
	int (*row_open)(void *ctx, struct arena *arena, int64_t facility_no,
			const struct store_result *row);
	int (*patient_open)(void *ctx, struct arena *arena, int64_t facility_no,
			    const struct store_patient *row);
	void *ctx;
};

struct audit_report {
	enum audit_finding finding; /* the first one */
	int64_t at;
	int64_t slot;				/* of the row that at speaks of; 0: of none */
	int64_t rows, heads, results, patients; /* looked at */
};

/* Reads one steady state of the store. Faults: those of the rooms. */
MUST_CHECK int audit_verify(const struct audit_verify *verify, struct audit_report *ret_report);
