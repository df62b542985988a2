/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start and stop. Each step of the start leaves something that service_destroy can take away, so a
 * start that fails half-way is simply destroyed.
 */
#include "server/api/service.h"

#include <stdlib.h>
#include <unistd.h>

#include "server/api/bucket.h"
#include "server/api/call.h"
#include "server/api/housekeeping.h"
#include "server/audit/tally.h"
#include "server/auth/password_list.h"
#include "server/store/store.h"

enum {
	BUSY_MS = 2000,
	LOCK_MS = 500, /* PostgreSQL, per try and lock: the writer tries eight times */
	WRITER_BATCH_MAX = 64,
	WRITER_CONNECTIONS = 4,
	LANE_THREADS_MAX = 64,
	SEARCHES_KEPT_MAX = 8191,  /* a handful for each facility that polls; 1.3 MiB */
	TOKENS_CACHED_MAX = 32768, /* one a session, for ten minutes; 5 MiB when all are used */
	BUCKETS_MAX = 65536,	   /* 1 MiB */
	PATH_BYTES = 1024,
	HEAD_BYTES_MAX = 16 * 1024,
	LAST_ARENA_BYTES_MAX = 1024 * 1024,
};

struct db_options service_db_options(const struct config *config, bool read_only)
{
	return (struct db_options){
		.engine = config->store.engine == CONFIG_ENGINE_POSTGRES ? DB_POSTGRES : DB_SQLITE,
		.target = config->store.target.ptr,
		.read_only = read_only,
		.busy_ms = BUSY_MS,
		.walled = true,
		.commit_ms = (int)config->store.commit_ms,
	};
}

static int clock_look(struct service *service, struct db *db)
{
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, HEAD_BYTES_MAX);
	int r = clock_guard_follow(&service->clock_guard, db, &arena, 0);
	return r ? PASS(r) : 0;
}

static int store_prepare(struct service *service)
{
	struct db_options options = service_db_options(service->config, false);
	options.walled = false; /* tables are made by their owner */
	AUTO(db_closep) struct db *db = NULL;
	int r = db_open(&db, &options);
	if (r)
		return FOLD(r);
	r = store_migrate(db);
	if (r == 0)
		r = clock_look(service, db);
	return r ? FOLD(r) : 0;
}

static int worker_open(void *ctx, void **ret_worker)
{
	const struct service *service = ctx;
	struct db_options options = service_db_options(service->config, true);
	struct db *db;
	int r = db_open(&db, &options);
	if (r)
		return FOLD(r);
	*ret_worker = db;
	return 0;
}

static void worker_close(void *ctx, void *worker)
{
	(void)ctx;
	db_close(worker);
}

static int lane_open(struct service *service, enum wire_lane lane, const char *name,
		     int64_t threads, int64_t queue)
{
	struct pool_options options = {
		.name = name,
		.threads = threads > LANE_THREADS_MAX ? LANE_THREADS_MAX : (size_t)threads,
		.queue_max = (size_t)queue,
		.worker_open = worker_open,
		.worker_close = worker_close,
		.ctx = service,
	};
	int r = pool_create(&service->lanes[lane], &options);
	return r ? FOLD(r) : 0;
}

/* Argon2id keeps a processor busy: one of them stays free for everything else. */
static int64_t hash_threads(int64_t wanted)
{
	if (wanted > 0)
		return wanted;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	return processors > 1 ? processors - 1 : 1;
}

/* A hop to a lane's thread costs more than a count takes; but the loop must not wait. */
static int loop_db_open(struct service *service)
{
	struct db_options options = service_db_options(service->config, true);
	if (options.engine != DB_SQLITE)
		return 0;
	options.busy_ms = 0;
	int r = db_open(&service->loop_db, &options);
	return r ? FOLD(r) : 0;
}

static int lanes_open(struct service *service)
{
	const struct config *config = service->config;
	int r = lane_open(service, WIRE_LANE_READ, "read", config->limits.read_threads,
			  config->limits.read_queue);
	if (r)
		return PASS(r);
	r = loop_db_open(service);
	if (r)
		return PASS(r);
	r = lane_open(service, WIRE_LANE_HASH, "hash", hash_threads(config->limits.hash_threads),
		      config->limits.hash_queue);
	if (r)
		return PASS(r);
	r = lane_open(service, WIRE_LANE_NET, "net", config->limits.net_threads,
		      config->limits.net_queue);
	if (r)
		return PASS(r);
	struct db_writer_options options = {
		.db = service_db_options(config, false),
		.queue_max = (size_t)config->limits.writer_queue,
		.batch_max = WRITER_BATCH_MAX,
		.connections = WRITER_CONNECTIONS,
	};
	if (options.db.engine == DB_POSTGRES)
		options.db.busy_ms = LOCK_MS;
	r = db_writer_create(&service->writer, &options);
	return r ? FOLD(r) : 0;
}

static int waits_open(struct service *service)
{
	struct waits_options options = {
		.db = service_db_options(service->config, true),
		.max = (size_t)service->config->limits.waits_max,
		.resume = call_resume,
	};
	int r = waits_create(&service->waits, &options);
	return r ? FOLD(r) : 0;
}

void service_quit(struct service *service)
{
	waits_quit(service->waits);
}

/* Another process may have committed what a count depends on. */
static void store_moved(void *ctx)
{
	const struct service *service = ctx;
	memo_doubt(service->memo);
}

static int tail_open(struct service *service, const struct service_options *options)
{
	int r = token_cache_create(&service->tokens, TOKENS_CACHED_MAX);
	if (r)
		return PASS(r);
	struct tail_options tail = {
		.db = service_db_options(service->config, true),
		.cache = service->tokens,
		.clock = options->tail_clock ? *options->tail_clock : clock_system,
		.log = &service->log,
		.by_hand = options->tail_by_hand,
		.moved = store_moved,
		.ctx = service,
	};
	r = tail_create(&service->tail, &tail);
	return r ? PASS(r) : 0;
}

static int release_open(struct service *service, const struct service_options *options)
{
	if (!options->hold_replies)
		return 0;
	int r = release_create(&service->release);
	return r ? PASS(r) : 0;
}

static int path_make(char path[PATH_BYTES], struct str dir, const char *rest)
{
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 2 * PATH_BYTES);
	struct str text;
	int r = arena_print(&arena, &text, "%.*s/%s", STR_ARG(dir), rest);
	if (r)
		return PASS(r);
	r = str_to_c(text, path, PATH_BYTES);
	return r ? PASS(r) : 0;
}

static int anchors_open(struct service *service)
{
	const struct config *config = service->config;
	if (!config->anchors.dir.len)
		return 0;
	bool test = config->service.environment == CONFIG_ENVIRONMENT_TEST;
	char path[PATH_BYTES];
	int r = path_make(path, config->anchors.dir, test ? "test/auth" : "production/auth");
	if (r)
		return PASS(r);
	r = pki_anchors_load(path, test ? PKI_TEST : PKI_PRODUCTION, &service->anchors);
	if (r == 0)
		r = pki_cache_create(service->anchors, &service->certificates);
	if (r)
		return FOLD(r);
	if (!test)
		return 0;
	r = path_make(path, config->anchors.dir, "test/organisation.pub");
	if (r)
		return PASS(r);
	r = pki_organisation_load(path, &service->organisation);
	return r < 0 && r != -ENOENT ? PASS(r) : 0;
}

static int trust_open(struct service *service)
{
	int r = anchors_open(service);
	if (r)
		return PASS(r);
	struct revocation_options options = {
		.ocsp_url = service->config->revocation.ocsp_url,
		.timeout_ms = service->config->revocation.timeout_ms,
		.ttl_ms = service->config->revocation.ttl_ms,
		.clock = &service->clock,
	};
	r = revocation_create(&options, &service->revocation);
	return r ? FOLD(r) : 0;
}

static int mail_open_way(struct service *service, const struct service_options *options)
{
	struct mail_transport smtp = {smtp_send, (void *)(uintptr_t)service->config};
	service->mail = (struct mail_sender){
		.keys = service->keys,
		.config = service->config,
		.clock = &service->clock,
		.log = &service->log,
		.transport = options->mail ? *options->mail : smtp,
	};
	int r = smtp_init();
	return r ? PASS(r) : 0;
}

static int keys_of(struct service *service)
{
	int r = keys_open(&service->keys, service->config->keys.dir.ptr);
	if (r < 0)
		return PASS(r);
	return r ? SERVICE_KEYS_ABSENT : 0;
}

static int passwords_open(struct service *service)
{
	struct str path = service->config->passwords.list;
	if (!path.len)
		return 0;
	int r = password_list_create(&service->passwords, path.ptr);
	if (r < 0)
		return PASS(r);
	service->auth.passwords = service->passwords;
	switch ((enum password_list_outcome)r) {
	case PASSWORD_LIST_ABSENT: return SERVICE_PASSWORDS_UNREADABLE;
	case PASSWORD_LIST_TOO_LONG: return SERVICE_PASSWORDS_TOO_MANY;
	}
	return 0;
}

static int service_open(struct service *service, const struct service_options *options)
{
	const struct password_cost *cost = options->cost ? options->cost : &password_cost_default;
	struct str origin = service->config->service.origin;
	int r = keys_of(service);
	if (r)
		return r < 0 ? PASS(r) : r;
	clock_guard_init(&service->clock_guard, &service->clock);
	retention_init(&service->retention, service->keys, &service->clock);
	r = retention_keys_make(&service->retention, NULL, NULL, clock_now_ms(&service->clock));
	if (r)
		return PASS(r);
	r = auth_init(&service->auth, service->keys, origin, cost);
	if (r)
		return PASS(r);
	r = passwords_open(service);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = trust_open(service);
	if (r)
		return PASS(r);
	r = memo_create(&service->memo, SEARCHES_KEPT_MAX,
			service->config->store.engine == CONFIG_ENGINE_SQLITE);
	if (r)
		return PASS(r);
	service->eligibility = (struct eligibility){
		.keys = service->keys,
		.anchors = service->anchors,
		.certificates = service->certificates,
		.revocation = service->revocation,
		.origin = origin,
		.simulated_allowed =
			service->config->service.environment == CONFIG_ENVIRONMENT_TEST,
		.number_by_insurance = service->config->reference.scope == CONFIG_SCOPE_INSURANCE,
		.organisation = service->organisation,
		.memo = service->memo,
	};
	r = store_prepare(service);
	if (r)
		return PASS(r);
	r = tail_open(service, options);
	if (r)
		return PASS(r);
	r = release_open(service, options);
	if (r)
		return PASS(r);
	r = buckets_create(&service->buckets, BUCKETS_MAX);
	if (r == 0)
		r = lanes_open(service);
	if (r == 0)
		r = waits_open(service);
	if (r == 0)
		r = tally_create(&service->tally);
	if (r == 0)
		r = mail_open_way(service, options);
	if (r == 0)
		r = housekeeping_start(service, options->background);
	return r ? PASS(r) : 0;
}

int service_create(struct service **ret_service, const struct service_options *options)
{
	struct service *service = calloc(1, sizeof *service);
	if (!service)
		return RAISE(ENOMEM);
	service->config = options->config;
	service->clock = options->clock;
	service->log = (struct log){
		.fd = options->log_fd,
		.level = (enum log_level)options->config->log.level,
		.clock = &service->clock,
	};
	service->profile = options->profile ? options->profile : &wire_profile_default;
	alarm_inbox_init(&service->alarm_inbox);
	service->alarms = &service->alarm_inbox;
	int r = service_open(service, options);
	if (r) {
		service_destroy(service);
		return r < 0 ? PASS(r) : r;
	}
	*ret_service = service;
	return 0;
}

/* What was counted, and a head over all: nothing is left to the next start. */
static int trail_end(struct service *service)
{
	AUTO(db_closep) struct db *db = NULL;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, LAST_ARENA_BYTES_MAX);
	struct db_options options = service_db_options(service->config, false);
	int r = db_open(&db, &options);
	if (r)
		return FOLD(r);
	r = tally_flush_all(service->tally, db);
	if (r == 0)
		r = audit_head_sign(&service->heads, db, &arena, clock_now_ms(&service->clock));
	if (r == 0)
		r = store_audit_place_leave(db);
	return r ? PASS(r) : 0;
}

static void trail_close(struct service *service)
{
	int r = service->tasks ? trail_end(service) : 0;
	if (r)
		LOG(&service->log, audit_failed, log_fault(r));
}

void service_destroy(struct service *service)
{
	if (!service)
		return;
	tasks_stop(service->tasks);
	tasks_destroy(service->mail_tasks);
	waits_stop(service->waits);
	/* The lanes first: their calls still hand jobs to the writer. */
	for (size_t i = 0; i < sizeof service->lanes / sizeof service->lanes[0]; i++)
		pool_destroy(service->lanes[i]);
	db_close(service->loop_db);
	db_writer_destroy(service->writer);
	trail_close(service);
	tasks_destroy(service->tasks);
	tally_destroy(service->tally);
	release_destroy(service->release);
	waits_destroy(service->waits);
	tail_destroy(service->tail);
	buckets_destroy(service->buckets);
	token_cache_destroy(service->tokens);
	memo_destroy(service->memo);
	revocation_destroy(service->revocation);
	pki_organisation_destroy(service->organisation);
	pki_cache_destroy(service->certificates);
	pki_anchors_destroy(service->anchors);
	password_list_destroy(service->passwords);
	keys_close(service->keys);
	alarm_inbox_destroy(&service->alarm_inbox);
	free(service);
}
