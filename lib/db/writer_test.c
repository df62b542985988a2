/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/db/testing.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/db/engine.h"
#include "lib/db/writer.h"

enum { EVENTS_MAX = 64, QUEUE_MAX = 16 };

static const struct db_migration steps[] = {
	{1, "CREATE TABLE item (no {int64} PRIMARY KEY, body {bytes});"},
};
static const char item_add[] = "INSERT INTO item (no) VALUES ($1)";

/* What happened, in order: "run 3", "done 3". */
struct diary {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int events[EVENTS_MAX]; /* n: job n ran; -n: it is done */
	int results[EVENTS_MAX];
	size_t count;
	bool gate_open;
};

enum task_kind {
	TASK_PLAIN,
	TASK_WAITS,    /* for the gate */
	TASK_FAILS,    /* after it has written */
	TASK_CONFLICT, /* answers an outcome */
	TASK_FULL,     /* fills the disk */
	TASK_BUSY_ONCE,
};

struct task {
	struct diary *diary;
	int no;
	enum task_kind kind;
	int runs;
};

static void diary_write(struct diary *diary, int event, int result)
{
	pthread_mutex_lock(&diary->lock);
	assert_true(diary->count < EVENTS_MAX);
	diary->results[diary->count] = result;
	diary->events[diary->count++] = event;
	pthread_cond_broadcast(&diary->changed);
	pthread_mutex_unlock(&diary->lock);
}

static void diary_wait(struct diary *diary, size_t count)
{
	pthread_mutex_lock(&diary->lock);
	while (diary->count < count)
		pthread_cond_wait(&diary->changed, &diary->lock);
	pthread_mutex_unlock(&diary->lock);
}

static int diary_result(const struct diary *diary, int no)
{
	for (size_t i = 0; i < diary->count; i++)
		if (diary->events[i] == -no)
			return diary->results[i];
	fail_msg("job %d is not done", no);
	return 0;
}

static void gate_open(struct diary *diary)
{
	pthread_mutex_lock(&diary->lock);
	diary->gate_open = true;
	pthread_cond_broadcast(&diary->changed);
	pthread_mutex_unlock(&diary->lock);
}

static void gate_wait(struct diary *diary)
{
	pthread_mutex_lock(&diary->lock);
	while (!diary->gate_open)
		pthread_cond_wait(&diary->changed, &diary->lock);
	pthread_mutex_unlock(&diary->lock);
}

static int disk_fill(struct db *db, int no)
{
	static const char fill[] = "INSERT INTO item (no, body) VALUES ($1, $2)";
	static const char bytes[128 * 1024];
	int r = db->ops->exec(db, "PRAGMA max_page_count = 12");
	if (r == 0)
		r = db_run(db, fill, DB_ARGS(db_int(no), db_blob(str_bytes(bytes, sizeof bytes))),
			   NULL);
	return r;
}

static int task_run(void *ctx, struct db *db)
{
	struct task *task = ctx;
	diary_write(task->diary, task->no, 0);
	if (task->kind == TASK_WAITS)
		gate_wait(task->diary);
	if (task->kind == TASK_FULL)
		return disk_fill(db, task->no);
	int r = db_run(db, item_add, DB_ARGS(db_int(task->no)), NULL);
	if (task->kind == TASK_FAILS)
		return RAISE(EPROTO);
	if (task->kind == TASK_CONFLICT)
		return db_run(db, item_add, DB_ARGS(db_int(task->no)), NULL);
	if (task->kind == TASK_BUSY_ONCE && task->runs++ == 0) {
		db->busy_seen = true;
		return RAISE(EBUSY);
	}
	return r;
}

static void task_done(void *ctx, int result)
{
	struct task *task = ctx;
	diary_write(task->diary, -task->no, result);
}

static void task_submit(struct db_writer *writer, struct task *task)
{
	struct db_job job = {.run = task_run, .done = task_done, .ctx = task};
	assert_int_equal(db_writer_submit(writer, &job), 0);
}

static struct db_writer *writer_of(struct db_fixture *fixture)
{
	struct db_writer *writer;
	struct db_writer_options options = {.db = fixture->options,
					    .queue_max = QUEUE_MAX,
					    .batch_max = 16,
					    .connections = 1};
	assert_int_equal(db_migrate(fixture->db, steps, 1), 0);
	assert_int_equal(db_writer_create(&writer, &options), 0);
	return writer;
}

static void diary_init(struct diary *diary)
{
	*diary = (struct diary){0};
	pthread_mutex_init(&diary->lock, NULL);
	pthread_cond_init(&diary->changed, NULL);
}

/* Job 1 holds the writer until all others are in the queue. */
static void tasks_play(struct db_fixture *fixture, struct diary *diary, struct task *tasks,
		       int count)
{
	struct db_writer *writer AUTO(db_writer_destroyp) = writer_of(fixture);
	diary_init(diary);
	for (int i = 0; i < count; i++) {
		tasks[i].diary = diary;
		tasks[i].no = i + 1;
		task_submit(writer, &tasks[i]);
		if (i == 0)
			diary_wait(diary, 1);
	}
	gate_open(diary);
}

static bool item_is_there(struct db *db, int no)
{
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	assert_int_equal(db_query(db, "SELECT no FROM item WHERE no = $1", DB_ARGS(db_int(no)),
				  &rows),
			 0);
	return db_next(rows) == 0;
}

static void test_waiting_jobs_are_committed_together(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct diary diary;
	struct task tasks[6] = {{.kind = TASK_WAITS}};
	tasks_play(fixture, &diary, tasks, 6);
	const int wanted[] = {1, -1, 2, 3, 4, 5, 6, -2, -3, -4, -5, -6};
	assert_int_equal(diary.count, 12);
	assert_memory_equal(diary.events, wanted, sizeof wanted);
	for (int no = 1; no <= 6; no++)
		assert_true(item_is_there(fixture->db, no));
}

static void test_each_job_has_its_own_commit(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct diary diary;
	struct task tasks[3] = {{.kind = TASK_WAITS}};
	tasks_play(fixture, &diary, tasks, 3);
	const int wanted[] = {1, -1, 2, -2, 3, -3};
	assert_memory_equal(diary.events, wanted, sizeof wanted);
	assert_true(item_is_there(fixture->db, 3));
}

static void test_a_failing_job_does_not_harm_its_neighbours(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct diary diary;
	struct task tasks[4] = {{.kind = TASK_WAITS}, {0}, {.kind = TASK_FAILS}, {0}};
	tasks_play(fixture, &diary, tasks, 4);
	const int results[] = {0, 0, -EPROTO, 0};
	for (int no = 1; no <= 4; no++) {
		assert_int_equal(diary_result(&diary, no), results[no - 1]);
		assert_int_equal(item_is_there(fixture->db, no), results[no - 1] == 0);
	}
}

static void test_an_outcome_keeps_what_was_written(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct diary diary;
	struct task tasks[3] = {{.kind = TASK_WAITS}, {.kind = TASK_CONFLICT}, {0}};
	tasks_play(fixture, &diary, tasks, 3);
	assert_int_equal(diary_result(&diary, 2), DB_CONFLICT);
	for (int no = 1; no <= 3; no++)
		assert_true(item_is_there(fixture->db, no));
}

static void test_a_full_disk_fails_only_whom_it_hits(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct diary diary;
	struct task tasks[4] = {{.kind = TASK_WAITS}, {0}, {.kind = TASK_FULL}, {0}};
	tasks_play(fixture, &diary, tasks, 4);
	const int results[] = {0, 0, -ENOSPC, 0};
	for (int no = 1; no <= 4; no++) {
		assert_int_equal(diary_result(&diary, no), results[no - 1]);
		assert_int_equal(item_is_there(fixture->db, no), results[no - 1] == 0);
	}
}

static void test_a_busy_job_runs_again(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct diary diary;
	struct task tasks[1] = {{.kind = TASK_BUSY_ONCE}};
	tasks_play(fixture, &diary, tasks, 1);
	const int wanted[] = {1, 1, -1};
	assert_memory_equal(diary.events, wanted, sizeof wanted);
	assert_int_equal(diary_result(&diary, 1), 0);
	assert_true(item_is_there(fixture->db, 1));
}

static void test_a_full_queue_is_an_outcome(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct db_writer *writer = writer_of(fixture);
	struct diary diary;
	struct task tasks[QUEUE_MAX + 2] = {{.kind = TASK_WAITS}};
	diary_init(&diary);
	for (int i = 0; i < QUEUE_MAX + 2; i++) {
		tasks[i].diary = &diary;
		tasks[i].no = i + 1;
	}
	/* One runs, the queue is full, one is too many. */
	task_submit(writer, &tasks[0]);
	diary_wait(&diary, 1);
	for (int i = 1; i <= QUEUE_MAX; i++)
		task_submit(writer, &tasks[i]);
	struct db_job last = {task_run, task_done, &tasks[QUEUE_MAX + 1]};
	assert_int_equal(db_writer_submit(writer, &last), DB_WRITER_FULL);
	gate_open(&diary);
	db_writer_destroy(writer);
	assert_int_equal(diary.count, 2 * (QUEUE_MAX + 1));
	assert_true(item_is_there(fixture->db, QUEUE_MAX + 1));
	assert_false(item_is_there(fixture->db, QUEUE_MAX + 2));
}

static void test_an_unreachable_store_is_a_fault_at_once(void **state)
{
	struct db_writer *writer = NULL;
	(void)state;
	struct db_writer_options options = {.db = {.engine = DB_SQLITE,
						   .target = "/nonexistent/folder/store.db"},
					    .queue_max = 1,
					    .batch_max = 1};
	assert_int_equal(db_writer_create(&writer, &options), -EIO);
	assert_null(writer);
}

/* --- a killed process --- */

struct ack {
	int fd;
	int64_t no;
};

static int ack_run(void *ctx, struct db *db)
{
	struct ack *ack = ctx;
	return db_run(db, item_add, DB_ARGS(db_int(ack->no)), NULL);
}

static void ack_done(void *ctx, int result)
{
	struct ack *ack = ctx;
	if (result == 0 && write(ack->fd, &ack->no, sizeof ack->no) != sizeof ack->no)
		_exit(2);
}

/* Writes as fast as it can until it is killed. */
static void child_main(const struct db_options *options, int fd)
{
	struct db_writer *writer;
	struct db_writer_options writer_options = {.db = *options,
						   .queue_max = 64,
						   .batch_max = 16,
						   .connections = 2};
	if (db_writer_create(&writer, &writer_options))
		_exit(1);
	for (int64_t no = 1;; no++) {
		struct ack *ack = malloc(sizeof *ack); /* the kill frees it */
		if (!ack)
			_exit(1);
		*ack = (struct ack){fd, no};
		struct db_job job = {ack_run, ack_done, ack};
		while (db_writer_submit(writer, &job) == DB_WRITER_FULL)
			sched_yield();
	}
}

static void test_a_killed_process_has_kept_what_it_acknowledged(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	assert_int_equal(db_migrate(fixture->db, steps, 1), 0);
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	/* The child must not share this connection's descriptors. */
	db_close(fixture->db);
	pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		child_main(&fixture->options, ends[1]);
	}
	close(ends[1]);
	int64_t acked[1000], no;
	size_t count = 0;
	while (count < 500 && read(ends[0], &no, sizeof no) == sizeof no)
		acked[count++] = no;
	kill(child, SIGKILL);
	while (count < 1000 && read(ends[0], &no, sizeof no) == sizeof no)
		acked[count++] = no;
	close(ends[0]);
	waitpid(child, NULL, 0);
	fixture->db = db_fixture_connect(fixture, 5000, false);
	assert_true(count >= 500);
	for (size_t i = 0; i < count; i++)
		assert_true(item_is_there(fixture->db, (int)acked[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST_ON(sqlite, test_waiting_jobs_are_committed_together),
		DB_TEST_ON(sealed, test_waiting_jobs_are_committed_together),
		DB_TEST_ON(postgres, test_each_job_has_its_own_commit),
		DB_TEST_ALL(test_a_failing_job_does_not_harm_its_neighbours),
		DB_TEST_ALL(test_an_outcome_keeps_what_was_written),
		DB_TEST_ON(sqlite, test_a_full_disk_fails_only_whom_it_hits),
		DB_TEST_ON(sealed, test_a_full_disk_fails_only_whom_it_hits),
		DB_TEST_ALL(test_a_busy_job_runs_again),
		DB_TEST_ALL(test_a_full_queue_is_an_outcome),
		DB_TEST_ON(sqlite, test_an_unreachable_store_is_a_fault_at_once),
		DB_TEST_ON(sealed, test_an_unreachable_store_is_a_fault_at_once),
		DB_TEST_ALL(test_a_killed_process_has_kept_what_it_acknowledged),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
