/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of jobs under one mutex: the work behind it is milliseconds, not nanoseconds. */
#include "lib/base/pool.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/base/thread.h"

enum { THREADS_MAX = 64 };

struct job {
	void (*run)(void *job, void *worker);
	void *job;
};

struct pool {
	struct pool_options options;
	pthread_mutex_t lock;
	pthread_cond_t wake;  /* a job came, or the end */
	pthread_cond_t ready; /* a thread has opened its own thing, or could not */
	struct job *ring;
	size_t first, count;
	size_t opened;
	int open_fault;
	bool ending;
	size_t started;
	pthread_t threads[THREADS_MAX];
};

static bool job_take(struct pool *pool, struct job *ret_job)
{
	pthread_mutex_lock(&pool->lock);
	while (pool->count == 0 && !pool->ending)
		pthread_cond_wait(&pool->wake, &pool->lock);
	bool have = pool->count > 0;
	if (have) {
		*ret_job = pool->ring[pool->first];
		pool->first = (pool->first + 1) % pool->options.queue_max;
		pool->count--;
	}
	pthread_mutex_unlock(&pool->lock);
	return have;
}

static void opened_tell(struct pool *pool, int r)
{
	pthread_mutex_lock(&pool->lock);
	pool->opened++;
	if (r < 0)
		pool->open_fault = r;
	pthread_cond_signal(&pool->ready);
	pthread_mutex_unlock(&pool->lock);
}

static void *thread_main(void *arg)
{
	struct pool *pool = arg;
	const struct pool_options *options = &pool->options;
	void *worker = NULL;
	int r = options->worker_open ? options->worker_open(options->ctx, &worker) : 0;
	opened_tell(pool, r);
	if (r < 0)
		return NULL;
	struct job job;
	while (job_take(pool, &job))
		job.run(job.job, worker);
	if (options->worker_close)
		options->worker_close(options->ctx, worker);
	return NULL;
}

static int threads_start(struct pool *pool)
{
	while (pool->started < pool->options.threads) {
		int r = thread_start(&pool->threads[pool->started], pool->options.name, thread_main,
				     pool);
		if (r)
			return PASS(r);
		pool->started++;
	}
	return 0;
}

static int threads_wait_open(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	while (pool->opened < pool->started)
		pthread_cond_wait(&pool->ready, &pool->lock);
	int r = pool->open_fault;
	pthread_mutex_unlock(&pool->lock);
	return r < 0 ? PASS(r) : 0;
}

int pool_create(struct pool **ret_pool, const struct pool_options *options)
{
	assert(options->threads >= 1 && options->threads <= THREADS_MAX);
	assert(options->queue_max >= 1);
	struct pool *pool = calloc(1, sizeof *pool);
	struct job *ring = calloc(options->queue_max, sizeof *ring);
	if (!pool || !ring) {
		free(pool);
		free(ring);
		return RAISE(ENOMEM);
	}
	pool->options = *options;
	pool->ring = ring;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->wake, NULL);
	pthread_cond_init(&pool->ready, NULL);
	int r = threads_start(pool);
	int opened = threads_wait_open(pool);
	if (r == 0)
		r = opened;
	if (r < 0) {
		pool_destroy(pool);
		return PASS(r);
	}
	*ret_pool = pool;
	return 0;
}

void pool_destroy(struct pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->started; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->ready);
	pthread_cond_destroy(&pool->wake);
	pthread_mutex_destroy(&pool->lock);
	free(pool->ring);
	free(pool);
}

int pool_submit(struct pool *pool, void (*run)(void *job, void *worker), void *job)
{
	pthread_mutex_lock(&pool->lock);
	assert(!pool->ending);
	bool full = pool->count == pool->options.queue_max;
	if (!full) {
		size_t last = (pool->first + pool->count) % pool->options.queue_max;
		pool->ring[last] = (struct job){run, job};
		pool->count++;
		pthread_cond_signal(&pool->wake);
	}
	pthread_mutex_unlock(&pool->lock);
	return full ? POOL_FULL : 0;
}
