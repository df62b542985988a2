/* SPDX-License-Identifier: Apache-2.0 */
/* One row for each task; who adds a room with such a task adds its row here. */
#include "server/api/housekeeping.h"

#include "server/api/jwks.h"
#include "server/api/temporary.h"
#include "server/audit/tally.h"
#include "server/store/alarms.h"
#include "server/store/changes.h"
#include "server/store/sessions.h"

enum { MAIL_EVERY_MS = 500, SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS };

/* Two years, so that last year's review has them; what caused an alarm stays in the trail. */
static const int64_t alarms_kept_ms = INT64_C(2) * 366 * 24 * 60 * MINUTE_MS;

static int spent_purge(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	(void)ctx;
	(void)arena;
	int r = store_changes_purge(db, now_ms - STORE_CHANGES_KEPT_MS);
	if (r)
		return FOLD(r);
	r = store_alarms_purge(db, now_ms - alarms_kept_ms);
	if (r)
		return FOLD(r);
	r = store_spent_purge(db, now_ms);
	return r ? FOLD(r) : 0;
}

/* A mail's server may take its time, and with it the thread. */
static int mail_start(struct service *service, bool thread)
{
	const struct task tasks[] = {
		{"mail", MAIL_EVERY_MS, false, mail_send_due, &service->mail},
		{"mail_tidy", MINUTE_MS, false, mail_tidy, &service->mail},
	};
	struct tasks_options options = {
		.db = service_db_options(service->config, false),
		.clock = &service->clock,
		.log = &service->log,
		.tasks = tasks,
		.tasks_count = sizeof tasks / sizeof tasks[0],
		.thread = thread,
	};
	int r = tasks_create(&service->mail_tasks, &options);
	return r ? PASS(r) : 0;
}

static bool clock_agrees(const void *ctx)
{
	return clock_guard_agrees(ctx);
}

static void alarms_begin(struct service *service)
{
	service->alarm_watch = (struct alarm_watch){
		.keys = service->keys,
		.config = service->config,
		.clock = &service->clock,
		.log = &service->log,
		.inbox = service->alarms,
		.clock_agrees = clock_agrees,
		.clock_ctx = &service->clock_guard,
	};
}

int housekeeping_start(struct service *service, bool thread)
{
	rotation_init(&service->rotation, service->keys);
	alarms_begin(service);
	service->heads = (struct audit_heads){service->keys, service->config->service.state_dir};
	const struct task tasks[] = {
		{"keys_follow", SECOND_MS, true, retention_keys_follow, &service->retention},
		{"keys_make", MINUTE_MS, false, retention_keys_make, &service->retention},
		{"audit_tally", SECOND_MS, true, tally_flush, service->tally},
		{"audit_head", MINUTE_MS, false, audit_head_sign, &service->heads},
		{"clock", SECOND_MS, true, clock_guard_follow, &service->clock_guard},
		{"rotation", 10 * SECOND_MS, false, rotation_run, &service->rotation},
		{"retention", MINUTE_MS, false, retention_forget, &service->retention},
		{"spent", MINUTE_MS, false, spent_purge, NULL},
		{"temporary", SECOND_MS, false, temporary_close_over, service},
		{"jwks", MINUTE_MS, false, jwks_keep, service},
		{"alarm_gather", SECOND_MS, true, alarm_gather, &service->alarm_watch},
		{"alarm_follow", 5 * SECOND_MS, true, alarm_follow, &service->alarm_watch},
		{"alarm_walk", 5 * SECOND_MS, false, alarm_walk, &service->alarm_watch},
		{"alarm_tell", SECOND_MS, false, alarm_tell, &service->alarm_watch},
	};
	struct tasks_options options = {
		.db = service_db_options(service->config, false),
		.clock = &service->clock,
		.log = &service->log,
		.tasks = tasks,
		.tasks_count = sizeof tasks / sizeof tasks[0],
		.thread = thread,
	};
	int r = tasks_create(&service->tasks, &options);
	if (r == 0)
		r = mail_start(service, thread);
	return r ? PASS(r) : 0;
}
