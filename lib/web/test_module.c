/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The app behind the adapter's integration test: it answers now, later, hugely, or only when told.
 * Its settings file holds one word: "fail" makes start fail as long as it stands there.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/number.h"
#include "lib/base/pool.h"
#include "lib/web/web_nginx.h"

enum { LARGE_BYTES_MAX = 4 * 1024 * 1024 };

struct trial {
	struct pool *pool;
	pthread_mutex_t lock;
	struct web_exchange *parked; /* at most one at a time, else the newer answers at once */
	bool quitting;
	long finished_late; /* exchanges that the pool finished */
};

static void reply_text(struct web_exchange *exchange, int status, struct str type, struct str body)
{
	exchange->reply.status = status;
	exchange->reply.content_type = type;
	exchange->reply.body = body;
}

static void reply_problem(struct web_exchange *exchange, int status)
{
	struct str body;
	if (arena_print(&exchange->arena, &body, "{\"status\":%d,\"request_id\":\"%s\"}", status,
			exchange->request.request_id) < 0)
		body = STR("{}");
	reply_text(exchange, status, STR("application/problem+json"), body);
	exchange->reply.retry_after_s = status == 503 ? 7 : 0;
}

/* Of "name=number" among the query's parameters; 0 when there is none. */
static void number_of(struct web_exchange *exchange, struct str name, int64_t *number)
{
	struct str rest = exchange->request.query, value, key;
	*number = 0;
	while (str_split(&rest, '&', &value)) {
		str_split(&value, '=', &key);
		if (str_equal(key, name) && number_parse(value, 0, LARGE_BYTES_MAX, number) != 0)
			*number = 0;
	}
}

/* "abc…w" again and again, by doubling what is there. */
static void pattern_fill(char *body, size_t bytes)
{
	static const char pattern[] = "abcdefghijklmnopqrstuvw";
	size_t have = bytes < sizeof pattern - 1 ? bytes : sizeof pattern - 1;
	memcpy(body, pattern, have);
	while (have < bytes) {
		size_t more = have < bytes - have ? have : bytes - have;
		memcpy(body + have, body, more);
		have += more;
	}
}

static void large_reply(struct web_exchange *exchange)
{
	int64_t bytes;
	number_of(exchange, STR("bytes"), &bytes);
	char *body = arena_alloc(&exchange->arena, (size_t)bytes);
	if (!body) {
		reply_problem(exchange, 500);
		return;
	}
	pattern_fill(body, (size_t)bytes);
	reply_text(exchange, 200, STR("application/octet-stream"),
		   (struct str){body, (size_t)bytes});
}

/* On a thread of the pool: wait, then answer. */
static void slow_run(void *job, void *worker)
{
	struct web_exchange *exchange = job;
	struct trial *trial = exchange->app_data;
	int64_t ms;
	(void)worker;
	number_of(exchange, STR("ms"), &ms);
	const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&pause, NULL);
	pthread_mutex_lock(&trial->lock);
	trial->finished_late++;
	pthread_mutex_unlock(&trial->lock);
	reply_text(exchange, 200, STR("text/plain"), STR("slow\n"));
	web_finish(exchange);
}

static void parked_answer(struct trial *trial, struct web_exchange *next)
{
	pthread_mutex_lock(&trial->lock);
	struct web_exchange *exchange = trial->parked;
	trial->parked = next;
	pthread_mutex_unlock(&trial->lock);
	if (!exchange)
		return;
	reply_text(exchange, 200, STR("text/plain"), STR("woken\n"));
	web_finish(exchange);
}

static void echo_reply(struct web_exchange *exchange)
{
	const struct web_request *request = &exchange->request;
	if (!str_equal(request->method, STR("POST"))) {
		reply_problem(exchange, 405);
		exchange->reply.headers[0] = (struct web_header){STR("Allow"), STR("POST")};
		exchange->reply.headers_count = 1;
		return;
	}
	reply_text(exchange, 200, STR("application/octet-stream"), request->body);
}

static void seen_reply(struct web_exchange *exchange)
{
	const struct web_request *r = &exchange->request;
	struct str body;
	if (arena_print(&exchange->arena, &body, "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s",
			STR_ARG(r->method), STR_ARG(r->path), STR_ARG(r->query), STR_ARG(r->host),
			STR_ARG(r->dpop), STR_ARG(r->authorization), STR_ARG(r->peer)) < 0)
		body = STR("");
	reply_text(exchange, 200, STR("text/plain"), body);
}

static void late_reply(struct trial *trial, struct web_exchange *exchange)
{
	struct str body;
	pthread_mutex_lock(&trial->lock);
	long late = trial->finished_late;
	pthread_mutex_unlock(&trial->lock);
	if (arena_print(&exchange->arena, &body, "%ld", late) < 0)
		body = STR("");
	reply_text(exchange, 200, STR("text/plain"), body);
}

/* True: answered; false: the exchange was handed on. */
static bool answered(struct trial *trial, struct web_exchange *exchange)
{
	struct str path = exchange->request.path;
	if (exchange->request.refused)
		reply_problem(exchange, exchange->request.refused);
	else if (str_equal(path, STR("/v1/health")))
		reply_text(exchange, 200, STR("application/json"), STR("{\"status\":\"ok\"}"));
	else if (str_equal(path, STR("/none")))
		reply_text(exchange, 204, (struct str){0}, (struct str){0});
	else if (str_equal(path, STR("/echo")))
		echo_reply(exchange);
	else if (str_starts(path, STR("/seen")))
		seen_reply(exchange);
	else if (str_equal(path, STR("/late")))
		late_reply(trial, exchange);
	else if (str_equal(path, STR("/large")))
		large_reply(exchange);
	else if (str_equal(path, STR("/slow")))
		return pool_submit(trial->pool, slow_run, exchange) != 0 &&
		       (reply_problem(exchange, 503), true);
	else if (str_equal(path, STR("/park")) && !trial->quitting) {
		parked_answer(trial, exchange);
		return false;
	} else if (str_equal(path, STR("/wake"))) {
		parked_answer(trial, NULL);
		reply_text(exchange, 204, (struct str){0}, (struct str){0});
	} else
		reply_problem(exchange, 404);
	return true;
}

static void trial_handle(void *ctx, struct web_exchange *exchange)
{
	struct trial *trial = ctx;
	exchange->app_data = trial;
	if (answered(trial, exchange))
		web_finish(exchange);
}

static int settings_say_fail(const char *settings)
{
	char word[8] = "";
	FILE *file = fopen(settings, "re");
	if (!file)
		return -errno;
	size_t len = fread(word, 1, sizeof word - 1, file);
	fclose(file);
	return len >= 4 && memcmp(word, "fail", 4) == 0 ? RAISE(EIO) : 0;
}

static int trial_start(const char *settings, void **ret_ctx)
{
	const struct pool_options options = {.name = "trial", .threads = 2, .queue_max = 4};
	int r = settings_say_fail(settings);
	if (r < 0)
		return r;
	struct trial *trial = calloc(1, sizeof *trial);
	if (!trial)
		return RAISE(ENOMEM);
	pthread_mutex_init(&trial->lock, NULL);
	r = pool_create(&trial->pool, &options);
	if (r < 0) {
		free(trial);
		return PASS(r);
	}
	*ret_ctx = trial;
	return 0;
}

static void trial_stop(void *ctx)
{
	struct trial *trial = ctx;
	parked_answer(trial, NULL);
	pool_destroy(trial->pool);
	pthread_mutex_destroy(&trial->lock);
	free(trial);
}

static void trial_quit(void *ctx)
{
	struct trial *trial = ctx;
	trial->quitting = true;
	parked_answer(trial, NULL);
}

static void trial_unready(struct web_exchange *exchange)
{
	reply_problem(exchange, 503);
}

static const struct web_app trial_app = {
	.start = trial_start,
	.stop = trial_stop,
	.handle = trial_handle,
	.quit = trial_quit,
	.unready = trial_unready,
};

const struct web_app *const web_nginx_app = &trial_app;
