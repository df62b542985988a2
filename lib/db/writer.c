/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One queue; SQLite has one thread behind it that commits all that waits together, PostgreSQL a
 * few that commit each job alone (the server groups them).
 *
 * A batch is one transaction. When a job in it fails, the batch is undone and run again with a
 * savepoint for each job, so that the failing one takes only its own work back: savepoints cost a
 * copy of every page a job touches, and jobs seldom fail. When the engine ends the whole
 * transaction inside a batch (a full disk), the jobs are run once more one by one: who does not fit
 * fails alone.
 *
 * Checkpoints of SQLite's log would be the slowest commits of all; they have their own thread. Only
 * when the log outgrows LOG_PAGES_MAX, because readers or load never pause, the writer stops for
 * one.
 */
#include "lib/db/writer.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/base/thread.h"
#include "lib/db/engine.h"

enum {
	THREADS_MAX = 16,
	BATCH_MAX = 1024,
	TRIES_MAX = 8,		     /* of a job that the engine asks to run again */
	LOG_PAGES_CHECKPOINT = 1000, /* 8 MiB: ask for a checkpoint */
	LOG_PAGES_MAX = 32000,	     /* 256 MiB: wait for one */
};

struct entry {
	struct db_job job;
	int result;
};

struct db_writer {
	struct db_writer_options options;
	pthread_mutex_t lock;
	pthread_cond_t wake;  /* a job came, or the end */
	pthread_cond_t ready; /* a thread has its connection, or could not get it */
	struct db_job *ring;
	size_t first, count;
	size_t opened;
	int open_fault;
	bool ending;
	size_t waiting; /* commits that ran out of time: a replica does not answer */
	size_t started;
	pthread_t threads[THREADS_MAX];

	size_t checkpoint_pages; /* in the log when the last one was asked for; SQLite's thread */
	pthread_cond_t checkpoint_wake;
	bool checkpoint_wanted, checkpoint_ending, checkpoint_started;
	pthread_t checkpoint_thread;
};

/* --- one job, one transaction --- */

static int job_try(struct db *db, const struct db_job *job)
{
	db_scope(db, DB_EVERY_FACILITY); /* not that of the job before */
	int r = db_begin(db);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	int answer = job->run(job->ctx, db);
	if (answer < 0 || db->ops->is_aborted(db)) {
		db_rollback(db);
		return answer < 0 ? PASS(answer) : RAISE(EIO);
	}
	r = db_commit(db);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	return answer;
}

static bool breaker_open(struct db_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	bool open = writer->waiting > 0;
	pthread_mutex_unlock(&writer->lock);
	return open;
}

/*
 * Again only when the engine said busy: then nothing of it was kept. Not while a commit waits for
 * its replica: what is busy may be that one's row.
 */
static int job_run(struct db_writer *writer, struct db *db, const struct db_job *job)
{
	int r = 0;
	for (int i = 0; i < TRIES_MAX; i++) {
		db->busy_seen = false;
		r = job_try(db, job);
		if (r >= 0 || !db->busy_seen || breaker_open(writer))
			break;
	}
	return r < 0 ? PASS(r) : r;
}

/* --- many jobs, one transaction --- */

enum batch_outcome {
	BATCH_JOB_FAILED = 1, /* undone; worth another try with savepoints */
	BATCH_BROKEN,	      /* the engine ended the transaction; nothing was kept */
};

static int entry_run(struct db *db, struct entry *entry)
{
	entry->result = entry->job.run(entry->job.ctx, db);
	if (!db->ops->in_transaction(db))
		return BATCH_BROKEN;
	return entry->result < 0 ? BATCH_JOB_FAILED : 0;
}

static int entry_run_guarded(struct db *db, struct entry *entry)
{
	if (db_savepoint(db))
		return BATCH_BROKEN;
	int outcome = entry_run(db, entry);
	if (outcome == BATCH_BROKEN)
		return outcome;
	int r = outcome ? db_savepoint_rollback(db) : db_savepoint_release(db);
	return r ? BATCH_BROKEN : 0;
}

static int batch_try(struct db *db, struct entry *entries, size_t count,
		     int (*run)(struct db *db, struct entry *entry))
{
	if (db_begin(db))
		return BATCH_BROKEN;
	for (size_t i = 0; i < count; i++) {
		int outcome = run(db, &entries[i]);
		if (outcome) {
			db_rollback(db);
			return outcome;
		}
	}
	int r = db_commit(db);
	for (size_t i = 0; r && i < count; i++)
		entries[i].result = r < 0 ? r : -EBUSY;
	return 0;
}

static void batch_run(struct db_writer *writer, struct db *db, struct entry *entries, size_t count)
{
	int outcome = count > 1 ? batch_try(db, entries, count, entry_run) : BATCH_BROKEN;
	if (outcome == BATCH_JOB_FAILED)
		outcome = batch_try(db, entries, count, entry_run_guarded);
	for (size_t i = 0; outcome && i < count; i++)
		entries[i].result = job_run(writer, db, &entries[i].job);
}

/* --- the threads --- */

static size_t batch_take(struct db_writer *writer, struct entry *entries, size_t batch_max)
{
	pthread_mutex_lock(&writer->lock);
	while (writer->count == 0 && !writer->ending)
		pthread_cond_wait(&writer->wake, &writer->lock);
	size_t taken = 0;
	while (writer->count > 0 && taken < batch_max) {
		entries[taken++] = (struct entry){.job = writer->ring[writer->first]};
		writer->first = (writer->first + 1) % writer->options.queue_max;
		writer->count--;
	}
	pthread_mutex_unlock(&writer->lock);
	return taken;
}

/* Each time the log has grown by another LOG_PAGES_CHECKPOINT; pages is what it holds now. */
static bool checkpoint_due(struct db_writer *writer, size_t pages)
{
	if (pages < writer->checkpoint_pages)
		writer->checkpoint_pages = 0; /* it starts anew, for all of it was moved */
	if (pages - writer->checkpoint_pages < LOG_PAGES_CHECKPOINT)
		return false;
	writer->checkpoint_pages = pages;
	return true;
}

static void checkpoint_ask(struct db_writer *writer, struct db *db)
{
	if (!db->ops->checkpoint || !checkpoint_due(writer, db->ops->log_pages(db)))
		return;
	if (writer->checkpoint_pages > LOG_PAGES_MAX) {
		int r = db->ops->checkpoint(db, true);
		(void)r; /* readers held on; tried again when it has grown more */
		return;
	}
	pthread_mutex_lock(&writer->lock);
	writer->checkpoint_wanted = true;
	pthread_cond_signal(&writer->checkpoint_wake);
	pthread_mutex_unlock(&writer->lock);
}

static void opened_tell(struct db_writer *writer, int r)
{
	pthread_mutex_lock(&writer->lock);
	writer->opened++;
	if (r < 0)
		writer->open_fault = r;
	pthread_cond_signal(&writer->ready);
	pthread_mutex_unlock(&writer->lock);
}

/* --- when a replica does not answer --- */

enum { SETTLE_MS = 100 };

static bool waiting_change(struct db_writer *writer, int change)
{
	pthread_mutex_lock(&writer->lock);
	writer->waiting += (size_t)change;
	bool ending = writer->ending;
	pthread_mutex_unlock(&writer->lock);
	return !ending;
}

/* Nobody waits in the queue for a replica: each job is told at once. */
static void queue_refuse(struct db_writer *writer)
{
	struct entry entry;
	for (;;) {
		pthread_mutex_lock(&writer->lock);
		bool none = writer->count == 0;
		if (!none) {
			entry = (struct entry){.job = writer->ring[writer->first]};
			writer->first = (writer->first + 1) % writer->options.queue_max;
			writer->count--;
		}
		pthread_mutex_unlock(&writer->lock);
		if (none)
			return;
		entry.job.done(entry.job.ctx, -EBUSY);
	}
}

/* The breaker: open from the first commit that ran out of time until the last of them is over. */
static void commit_settle(struct db_writer *writer, struct db *db)
{
	if (!db->ops->commit_settle || db->ops->commit_settle(db, 0) == 0)
		return;
	bool go_on = waiting_change(writer, 1);
	while (go_on && db->ops->commit_settle(db, SETTLE_MS) == DB_BUSY) {
		queue_refuse(writer);
		go_on = waiting_change(writer, 0);
	}
	waiting_change(writer, -1);
}

static void jobs_serve(struct db_writer *writer, struct db *db, struct entry *entries)
{
	size_t batch_max = db->engine == DB_SQLITE ? writer->options.batch_max : 1;
	for (;;) {
		size_t count = batch_take(writer, entries, batch_max);
		if (count == 0)
			return;
		batch_run(writer, db, entries, count);
		for (size_t i = 0; i < count; i++)
			entries[i].job.done(entries[i].job.ctx, entries[i].result);
		commit_settle(writer, db);
		checkpoint_ask(writer, db);
	}
}

static void *writer_main(void *arg)
{
	struct db_writer *writer = arg;
	struct db *db AUTO(db_closep) = NULL;
	struct entry *entries = calloc(BATCH_MAX, sizeof *entries);
	int r = entries ? db_open(&db, &writer->options.db) : -ENOMEM;
	opened_tell(writer, r);
	if (r == 0) {
		if (db->ops->checkpoint_elsewhere)
			db->ops->checkpoint_elsewhere(db);
		jobs_serve(writer, db, entries);
	}
	free(entries);
	return NULL;
}

static bool checkpoint_wait(struct db_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	while (!writer->checkpoint_wanted && !writer->checkpoint_ending)
		pthread_cond_wait(&writer->checkpoint_wake, &writer->lock);
	writer->checkpoint_wanted = false;
	bool go_on = !writer->checkpoint_ending;
	pthread_mutex_unlock(&writer->lock);
	return go_on;
}

static void *checkpoint_main(void *arg)
{
	struct db_writer *writer = arg;
	struct db *db AUTO(db_closep) = NULL;
	int r = db_open(&db, &writer->options.db);
	opened_tell(writer, r);
	if (r < 0)
		return NULL;
	while (checkpoint_wait(writer)) {
		r = db->ops->checkpoint(db, false);
		(void)r; /* what is not moved now is moved with the next */
	}
	return NULL;
}

static int threads_start(struct db_writer *writer, size_t threads)
{
	int r = 0;
	while (r == 0 && writer->started < threads) {
		r = thread_start(&writer->threads[writer->started], "db-writer", writer_main,
				 writer);
		writer->started += r == 0;
	}
	if (r == 0 && writer->options.db.engine == DB_SQLITE) {
		r = thread_start(&writer->checkpoint_thread, "db-checkpoint", checkpoint_main,
				 writer);
		writer->checkpoint_started = r == 0;
	}
	return r ? PASS(r) : 0;
}

static int threads_wait_open(struct db_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	while (writer->opened < writer->started + writer->checkpoint_started)
		pthread_cond_wait(&writer->ready, &writer->lock);
	int r = writer->open_fault;
	pthread_mutex_unlock(&writer->lock);
	return r < 0 ? PASS(r) : 0;
}

int db_writer_create(struct db_writer **ret_writer, const struct db_writer_options *options)
{
	bool sqlite = options->db.engine == DB_SQLITE;
	size_t threads = sqlite ? 1 : options->connections;
	assert(options->queue_max >= 1 && threads >= 1 && threads <= THREADS_MAX);
	assert(!sqlite || (options->batch_max >= 1 && options->batch_max <= BATCH_MAX));
	struct db_writer *writer = calloc(1, sizeof *writer);
	struct db_job *ring = calloc(options->queue_max, sizeof *ring);
	if (!writer || !ring) {
		free(writer);
		free(ring);
		return RAISE(ENOMEM);
	}
	writer->options = *options;
	writer->ring = ring;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->wake, NULL);
	pthread_cond_init(&writer->ready, NULL);
	pthread_cond_init(&writer->checkpoint_wake, NULL);
	int r = threads_start(writer, threads);
	int opened = threads_wait_open(writer);
	if (r == 0)
		r = opened;
	if (r < 0) {
		db_writer_destroy(writer);
		return PASS(r);
	}
	*ret_writer = writer;
	return 0;
}

static void ending_tell(struct db_writer *writer, bool *ending, pthread_cond_t *wake)
{
	pthread_mutex_lock(&writer->lock);
	*ending = true;
	pthread_cond_broadcast(wake);
	pthread_mutex_unlock(&writer->lock);
}

void db_writer_destroy(struct db_writer *writer)
{
	if (!writer)
		return;
	ending_tell(writer, &writer->ending, &writer->wake);
	for (size_t i = 0; i < writer->started; i++)
		pthread_join(writer->threads[i], NULL);
	ending_tell(writer, &writer->checkpoint_ending, &writer->checkpoint_wake);
	if (writer->checkpoint_started)
		pthread_join(writer->checkpoint_thread, NULL);
	pthread_cond_destroy(&writer->checkpoint_wake);
	pthread_cond_destroy(&writer->ready);
	pthread_cond_destroy(&writer->wake);
	pthread_mutex_destroy(&writer->lock);
	free(writer->ring);
	free(writer);
}

int db_writer_submit(struct db_writer *writer, const struct db_job *job)
{
	pthread_mutex_lock(&writer->lock);
	assert(!writer->ending);
	bool full = writer->count == writer->options.queue_max || writer->waiting;
	if (!full) {
		size_t last = (writer->first + writer->count) % writer->options.queue_max;
		writer->ring[last] = *job;
		writer->count++;
		pthread_cond_signal(&writer->wake);
	}
	pthread_mutex_unlock(&writer->lock);
	return full ? DB_WRITER_FULL : 0;
}
