/* SPDX-License-Identifier: Apache-2.0 */
/* Settings in, a running service out: what the HTTP adapters know of the server. */
#include "server/service.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/api/api.h"
#include "server/config_report.h"
#include "server/wire_profile.h"

enum {
	SETTINGS_BYTES_MAX = 256 * 1024,
	HEAP_PIECE_BYTES = 4 * 1024 * 1024,
	HEAP_KEPT_BYTES = 8 * 1024 * 1024, /* of each thread, when it has been used */
};

/* What lives from start to stop. */
struct running {
	struct arena arena; /* the settings' texts */
	struct config config;
	struct wire_profile profile;
	struct service *service;
};

static void running_destroy(struct running *running)
{
	if (!running)
		return;
	service_destroy(running->service);
	arena_clear(&running->arena);
	free(running);
}
DEFINE_AUTO_POINTER(struct running, running_destroy)

static void passwords_refuse(const char *settings, const char *ja, const char *en)
{
	struct config_report report = {.path = settings, .out = stderr};
	config_refuse(&report, "passwords", "list", ja, en);
}

/* The operator is told; answers the fault that the door logs. */
static int refusal_tell(const char *settings, enum service_outcome outcome)
{
	switch (outcome) {
	case SERVICE_KEYS_ABSENT: return RAISE(ENOKEY);
	case SERVICE_PASSWORDS_UNREADABLE:
		passwords_refuse(settings, "このファイルを読めません。",
				 "the file cannot be read.");
		break;
	case SERVICE_PASSWORDS_TOO_MANY:
		passwords_refuse(settings, "このファイルは100万行を超えています。",
				 "the file has more than a million lines.");
		break;
	}
	return RAISE(EINVAL);
}

static int running_open(struct running *running, const char *settings)
{
	arena_init(&running->arena, SETTINGS_BYTES_MAX);
	int r = config_read(settings, &running->arena, stderr, &running->config);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EINVAL);
	r = service_profile_read(&running->config, &running->arena, stderr, &running->profile);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EINVAL);
	struct service_options options = {
		.config = &running->config,
		.profile = running->config.service.wire_profile.len ? &running->profile : NULL,
		.clock = clock_system,
		.log_fd = STDERR_FILENO,
		.background = true,
		.hold_replies = true,
	};
	r = service_create(&running->service, &options);
	if (r > 0)
		r = refusal_tell(settings, (enum service_outcome)r);
	return r ? PASS(r) : 0;
}

/*
 * Pages of a download are freed as soon as they are sent. Given back to the kernel each time, they
 * cost page faults and interrupts of every processor: a third of a download's time.
 */
static void heap_keep(void)
{
	mallopt(M_MMAP_THRESHOLD, HEAP_PIECE_BYTES);
	mallopt(M_TRIM_THRESHOLD, HEAP_KEPT_BYTES);
}

static int app_start(const char *settings, void **ret_ctx)
{
	secret_process_guard(); /* nginx execs and forks: what the launcher asked for is gone */
	heap_keep();
	AUTO(running_destroyp) struct running *running = calloc(1, sizeof *running);
	if (!running)
		return RAISE(ENOMEM);
	int r = running_open(running, settings);
	if (r)
		return PASS(r);
	*ret_ctx = running;
	running = NULL;
	return 0;
}

static void app_stop(void *ctx)
{
	running_destroy(ctx);
}

static void app_handle(void *ctx, struct web_exchange *exchange)
{
	struct running *running = ctx;
	api_dispatch(running->service, exchange);
}

static void app_quit(void *ctx)
{
	struct running *running = ctx;
	service_quit(running->service);
}

const struct web_app shikaku_app = {
	.start = app_start,
	.stop = app_stop,
	.handle = app_handle,
	.quit = app_quit,
	.unready = api_unready,
};
