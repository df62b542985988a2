/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Insurers' batches into the register (docs/register-batch.md): one JSON object a line, a header,
 * then rows. A row is done or refused once: its outcome is committed together with how far the
 * batch has come, so that a batch that broke off goes on behind its last row, and one that comes
 * again changes nothing and is told the same.
 */
#pragma once

#include "server/keys/keys.h"
#include "server/store/batches.h"

enum {
	BATCH_LINE_BYTES_MAX = 64 * 1024, /* of a row; longer ones are refused */
	BATCH_ID_BYTES = 65,		  /* 64 characters and a NUL */
};

enum batch_outcome {
	BATCH_HEADER = 1,    /* the first line is no header of this format */
	BATCH_OTHER_CONTENT, /* other rows came under this batch's id before */
	BATCH_ELSEWHERE,     /* somebody else is importing this batch now */
};

struct batch {
	const struct keys *keys; /* borrowed */
	char id[BATCH_ID_BYTES];
	int64_t row;	 /* that was given last, from 1 */
	int64_t done;	 /* rows that are committed; those given up to it are passed over */
	int64_t refused; /* of all up to row */
	int64_t stored;	 /* done, as the store has it */
	bool was_ended;
	unsigned char digest[STORE_DIGEST_BYTES];   /* over all rows given */
	unsigned char expected[STORE_DIGEST_BYTES]; /* where done is */
};

/* From the header line. Reads only. Outcome: BATCH_HEADER. */
MUST_CHECK int batch_open(struct batch *batch, const struct keys *keys, struct db *db,
			  struct arena *arena, struct str header);

/*
 * The next line; in a transaction when batch_is_new. Refused or not, it counts. too_long: the line
 * was cut. Outcome: BATCH_OTHER_CONTENT.
 */
MUST_CHECK int batch_row(struct batch *batch, struct db *db, struct arena *arena, struct str line,
			 bool too_long, int64_t now_ms);

/* Is the next row one that was never done? */
bool batch_is_new(const struct batch *batch);

/* In the transaction of the rows since the last one. ended: there are no more. Outcomes:
 * BATCH_OTHER_CONTENT (the file is shorter than what was done), BATCH_ELSEWHERE. */
MUST_CHECK int batch_save(struct batch *batch, struct db *db, struct arena *arena, bool ended,
			  int64_t now_ms);
