/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A patient list on its way in: a file, what its columns are, a run to look (dry) and a run to
 * take. A run goes in steps of some rows, each one transaction, so that a page shows how far it is,
 * stops it between two, and goes on working meanwhile. What a step stored stays; the same file once
 * more gives nothing twice (take.h), and so a run that was killed is simply run again.
 */
#pragma once

#include "workstation/import/take.h"
#include "workstation/tables/charset.h"

enum {
	IMPORT_FILE_BYTES_MAX = 16 * 1024 * 1024,
	IMPORT_ROWS_MAX = 200 * 1000,
	IMPORT_SAMPLE_ROWS = 20,
};

enum import_job_outcome {
	IMPORT_EMPTY = 1, /* no row, or one that is nothing but headings */
	IMPORT_TOO_LARGE,
	IMPORT_CHARSET, /* it is not in this charset */
	IMPORT_END,	/* step: that was all */
	IMPORT_IDLE,	/* step: nothing was begun */
};

struct import_shape {
	enum charset charset;
	char separator; /* ',' or '\t' or ';' */
	bool has_heading;
	struct import_mapping mapping;
};

struct import_counts {
	int64_t rows, doubtful;
	int64_t fates[IMPORT_FATES];
};

struct import_job; /* its own; wiped when it goes */

/* The bytes are copied. The shape is guessed. Outcomes: IMPORT_EMPTY, IMPORT_TOO_LARGE. */
MUST_CHECK int import_job_create(struct import_job **ret_job, struct str bytes);
void import_job_destroy(struct import_job *job);
void import_job_destroyp(struct import_job **job);

const struct import_shape *import_job_shape(const struct import_job *job);
/*
 * Another shape; with guesses, its mapping and has_heading are guessed anew from the first line. A
 * run that was begun is over. Outcome: IMPORT_CHARSET (the old shape stays).
 */
MUST_CHECK int import_job_reshape(struct import_job *job, const struct import_shape *shape,
				  bool guesses);

/* The headings, or absent texts; borrowed from the job. */
const struct csv_row *import_job_heading(const struct import_job *job);
/* The first rows, at most IMPORT_SAMPLE_ROWS; cells in the arena or the job. */
MUST_CHECK int import_job_sample(const struct import_job *job, struct arena *arena,
				 struct csv_row *ret_rows, size_t *ret_count);

/* Begin at the first row. */
void import_job_begin(struct import_job *job, const struct import_wish *wish);
/* Is the run that was begun one to look? */
bool import_job_is_dry(const struct import_job *job);

/* One row that somebody should know of. */
struct import_told {
	int64_t line; /* in the file, from 1 */
	enum import_fate fate;
	struct import_notes notes;
};

struct import_report {
	const struct import_wish *wish;
	struct import_counts counts; /* since the beginning of the run */
	int per_mille;		     /* of the file */
	struct import_told *told;    /* by this step; in the arena */
	size_t told_count;
};

/*
 * The next rows, at most rows_max, in one transaction; what is left to be read is kept in the
 * facility's settings. Outcomes: IMPORT_END (the report is of the last rows, and the run is over),
 * IMPORT_IDLE. After a fault the run is over and its last step undone.
 */
MUST_CHECK int import_job_step(struct import_job *job, struct db *db, const struct actor *actor,
			       size_t rows_max, struct arena *arena,
			       struct import_report *ret_report);

/*
 * The rows that were refused in the last run, as they stand in the file, with the line and the
 * reasons in front; in the arena, UTF-8 with a byte order mark.
 */
MUST_CHECK int import_job_refused(const struct import_job *job, struct arena *arena,
				  struct str *ret_csv);

/*
 * How far a run came that did not reach its end, in lines of its file; 0: there is none. It may
 * have been killed, or given up.
 */
MUST_CHECK int import_unfinished(struct db *db, int64_t *ret_line);
