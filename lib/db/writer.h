/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durable writes from many threads.
 *
 * SQLite: one writer thread; what waits in its queue is committed together, one sync for all; a job
 * that fails takes only its own work back. PostgreSQL: a few connections, one transaction per job,
 * the server groups. done runs after the commit has been synced, or after the job's own work was
 * rolled back.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/db/db.h"

struct db_writer;

struct db_job {
	/*
	 * The job's statements, inside a transaction. 0 or > 0 keeps what was written; < 0 undoes
	 * it. May run again from the start when the engine asks for it (serialisation, busy): it
	 * must not have touched anything outside the database but its own ctx. (On SQLite also
	 * when a neighbour of its batch failed.)
	 */
	int (*run)(void *ctx, struct db *db);
	/* result: what run answered, or the fault of the commit (-EBUSY: busy to the end). On the
	 * writer's thread; be brief.
	 */
	void (*done)(void *ctx, int result);
	void *ctx;
};

struct db_writer_options {
	struct db_options db;
	size_t queue_max;
	size_t batch_max;   /* SQLite: jobs per commit */
	size_t connections; /* PostgreSQL */
};

enum db_writer_outcome {
	/* The queue is full, or a commit is waiting for its replica: until that is over nothing new
	 * is begun, and what was queued is done with -EBUSY.
	 */
	DB_WRITER_FULL = 1,
};

MUST_CHECK int db_writer_create(struct db_writer **ret_writer,
				const struct db_writer_options *options);
void db_writer_destroy(struct db_writer *writer); /* finishes the queue first; accepts NULL */
DEFINE_AUTO_POINTER(struct db_writer, db_writer_destroy)

/* Outcome: DB_WRITER_FULL, then neither run nor done is called. */
MUST_CHECK int db_writer_submit(struct db_writer *writer, const struct db_job *job);
