/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries lie in an array and are named by their places in it; 0 is none. Each stands in the chain
 * of its session's bucket and in one of two queues: the late one, in the order of arrival, whose
 * head is due first, and the early one, of sessions that end before that.
 */
#include "server/audit/tally.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	BUCKETS = 1 << 16,
	BATCH = 256,
	SPARE = 4 * TALLY_SESSION_MAX, /* places for what comes back unwritten */
	NONE = 0,
};

struct entry {
	struct tally_call call;
	uint32_t chain;		/* the next in the bucket, or the next free one */
	uint32_t before, after; /* in the queue */
	bool early;
};

struct queue {
	uint32_t first, last;
};

struct tally {
	pthread_mutex_t lock;
	struct entry *entries; /* TALLY_CALLS_MAX + 1; the first is not used */
	uint32_t *buckets;
	uint32_t free;	  /* of those that were used */
	uint32_t touched; /* entries beyond have never been used */
	uint32_t count;
	struct queue late, early;
	bool shut;
};

/* --- queues --- */

static struct queue *queue_of(struct tally *tally, const struct entry *entry)
{
	return entry->early ? &tally->early : &tally->late;
}

static void queue_put(struct tally *tally, uint32_t place)
{
	struct entry *entry = &tally->entries[place];
	struct queue *queue = queue_of(tally, entry);
	entry->before = queue->last;
	entry->after = NONE;
	if (queue->last)
		tally->entries[queue->last].after = place;
	else
		queue->first = place;
	queue->last = place;
}

static void queue_take(struct tally *tally, uint32_t place)
{
	struct entry *entry = &tally->entries[place];
	struct queue *queue = queue_of(tally, entry);
	if (entry->before)
		tally->entries[entry->before].after = entry->after;
	else
		queue->first = entry->after;
	if (entry->after)
		tally->entries[entry->after].before = entry->before;
	else
		queue->last = entry->before;
}

/* --- the table --- */

/* By session alone, so that one session's entries stand together. Its id is random. */
static uint32_t *bucket_of(struct tally *tally, const unsigned char *session)
{
	return &tally->buckets[(unsigned)session[0] << 8 | session[1]];
}

static bool session_same(const struct entry *entry, const unsigned char *session)
{
	return memcmp(entry->call.session, session, STORE_ID_BYTES) == 0;
}

static bool kind_same(const struct entry *entry, const struct tally_call *call)
{
	return session_same(entry, call->session) && entry->call.facility_no == call->facility_no &&
	       entry->call.account_no == call->account_no &&
	       entry->call.device_no == call->device_no &&
	       str_equal(entry->call.call, call->call) &&
	       str_equal(entry->call.outcome, call->outcome);
}

static uint32_t entry_find(struct tally *tally, const struct tally_call *call)
{
	uint32_t place = *bucket_of(tally, call->session);
	while (place && !kind_same(&tally->entries[place], call))
		place = tally->entries[place].chain;
	return place;
}

/* What would wait beyond its session's end comes early. */
static bool is_early(const struct tally_call *call)
{
	return call->ends_ms && call->ends_ms - call->at_ms <= TALLY_KEPT_MS + 5000;
}

static uint32_t entry_take_free(struct tally *tally)
{
	uint32_t place = tally->free;
	if (place)
		tally->free = tally->entries[place].chain;
	else
		place = ++tally->touched;
	return place;
}

static void entry_put(struct tally *tally, const struct tally_call *call)
{
	uint32_t place = entry_take_free(tally), *bucket = bucket_of(tally, call->session);
	struct entry *entry = &tally->entries[place];
	*entry = (struct entry){.call = *call, .chain = *bucket, .early = is_early(call)};
	*bucket = place;
	queue_put(tally, place);
	tally->count++;
}

static void entry_remove(struct tally *tally, uint32_t place, struct tally_call *ret_call)
{
	struct entry *entry = &tally->entries[place];
	uint32_t *link = bucket_of(tally, entry->call.session);
	while (*link != place)
		link = &tally->entries[*link].chain;
	*link = entry->chain;
	queue_take(tally, place);
	*ret_call = entry->call;
	entry->chain = tally->free;
	tally->free = place;
	tally->count--;
}

/* --- adding and taking --- */

static int add_below(struct tally *tally, const struct tally_call *call, uint32_t max)
{
	int r = 0;
	pthread_mutex_lock(&tally->lock);
	uint32_t place = entry_find(tally, call);
	if (place)
		tally->entries[place].call.calls += call->calls;
	else if (tally->count < max)
		entry_put(tally, call);
	else
		r = TALLY_FULL;
	pthread_mutex_unlock(&tally->lock);
	return r;
}

int tally_add(struct tally *tally, const struct tally_call *call)
{
	return add_below(tally, call, TALLY_CALLS_MAX - SPARE);
}

size_t tally_take_session(struct tally *tally, const unsigned char session[STORE_ID_BYTES],
			  struct tally_call *ret_calls, size_t max)
{
	size_t count = 0;
	pthread_mutex_lock(&tally->lock);
	uint32_t place = *bucket_of(tally, session);
	while (place && count < max) {
		uint32_t next = tally->entries[place].chain;
		if (session_same(&tally->entries[place], session))
			entry_remove(tally, place, &ret_calls[count++]);
		place = next;
	}
	pthread_mutex_unlock(&tally->lock);
	return count;
}

/* A clock that was set back must not keep them here. */
static bool is_due(const struct tally_call *call, int64_t now_ms)
{
	return now_ms - call->at_ms >= TALLY_KEPT_MS || now_ms < call->at_ms;
}

static size_t due_take(struct tally *tally, int64_t now_ms, struct tally_call ret_calls[BATCH])
{
	size_t count = 0;
	pthread_mutex_lock(&tally->lock);
	while (tally->early.first && count < BATCH)
		entry_remove(tally, tally->early.first, &ret_calls[count++]);
	while (tally->late.first && count < BATCH &&
	       is_due(&tally->entries[tally->late.first].call, now_ms))
		entry_remove(tally, tally->late.first, &ret_calls[count++]);
	pthread_mutex_unlock(&tally->lock);
	return count;
}

/* --- writing --- */

int tally_write(struct db *db, const struct tally_call *call)
{
	const struct store_audit row = {
		.at_ms = call->at_ms,
		.facility_no = call->facility_no,
		.account_no = call->account_no,
		.device_no = call->device_no,
		.call = call->call,
		.outcome = call->outcome,
		.request_id = str_of(call->request_id),
		.calls = call->calls,
	};
	int r = audit_add(db, &row);
	return r ? PASS(r) : 0;
}

static int batch_write(struct db *db, const struct tally_call *calls, size_t count)
{
	db_scope(db, DB_EVERY_FACILITY);
	int r = db_begin(db);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = tally_write(db, &calls[i]);
	if (r) {
		db_rollback(db);
		return PASS(r);
	}
	r = db_commit(db);
	return r > 0 ? RAISE(EBUSY) : r < 0 ? PASS(r) : 0;
}

static void shut_set(struct tally *tally, bool shut)
{
	pthread_mutex_lock(&tally->lock);
	tally->shut = shut;
	pthread_mutex_unlock(&tally->lock);
}

bool tally_is_open(struct tally *tally)
{
	pthread_mutex_lock(&tally->lock);
	bool open = !tally->shut;
	pthread_mutex_unlock(&tally->lock);
	return open;
}

static int due_write(struct tally *tally, struct db *db, struct tally_call *calls, int64_t now_ms)
{
	size_t count = BATCH;
	while (count == BATCH) {
		count = due_take(tally, now_ms, calls);
		int r = count ? batch_write(db, calls, count) : 0;
		/* There is room: the spare places are for these, and nobody else takes them. */
		for (size_t i = 0; r && i < count; i++)
			r = add_below(tally, &calls[i], TALLY_CALLS_MAX) ? RAISE(ENOBUFS) : r;
		if (r || count)
			shut_set(tally, r != 0);
		if (r)
			return PASS(r);
	}
	return 0;
}

int tally_flush(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	struct tally_call *calls = arena_array(arena, BATCH, sizeof *calls);
	if (!calls)
		return RAISE(ENOMEM);
	int r = due_write(ctx, db, calls, now_ms);
	return r ? PASS(r) : 0;
}

int tally_flush_all(struct tally *tally, struct db *db)
{
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, BATCH * sizeof(struct tally_call) + 4096);
	int r = tally_flush(tally, db, &arena, INT64_MAX);
	return r ? PASS(r) : 0;
}

/* --- from create to destroy --- */

int tally_create(struct tally **ret_tally)
{
	AUTO(tally_destroyp) struct tally *tally = calloc(1, sizeof *tally);
	if (!tally)
		return RAISE(ENOMEM);
	pthread_mutex_init(&tally->lock, NULL);
	tally->entries = calloc(TALLY_CALLS_MAX + 1, sizeof *tally->entries);
	tally->buckets = calloc(BUCKETS, sizeof *tally->buckets);
	if (!tally->entries || !tally->buckets)
		return RAISE(ENOMEM);
	*ret_tally = tally;
	tally = NULL;
	return 0;
}

void tally_destroy(struct tally *tally)
{
	if (!tally)
		return;
	free(tally->entries);
	free(tally->buckets);
	pthread_mutex_destroy(&tally->lock);
	free(tally);
}
