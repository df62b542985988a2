/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an nginx request to a struct web_exchange and back.
 *
 * nginx is one event loop with memory pools that die with their request; the app answers whenever
 * and on whatever thread it likes. Between them stands struct held: heap memory with the exchange
 * and a pointer to the nginx request. The request's pool cleanup sets that pointer to NULL, so that
 * a client who went away leaves the app's work alone; web_finish on another thread only queues the
 * held and writes to an eventfd, whose reader on the loop sends the reply or drops it. The
 * request's strings are copied into the exchange's arena, since the app may read them when the
 * request is gone.
 *
 * While the app has an exchange a timer runs. It bounds the wait, and it keeps a quitting worker
 * alive: nginx's worker exits as soon as no timer is pending. nginx's own ngx_notify is not used,
 * for it has one handler slot, shared with the thread pools.
 */
#include "lib/web/web_nginx.h"

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/crypto/crypto.h"

enum {
	ARENA_BYTES_MAX = 8 * 1024 * 1024, /* a request, what the app makes of it, and the reply */
	START_RETRY_S = 1,
	START_WAIT_S = 5,
	BODY_TIMEOUT_MS = 8000,
	REPLY_TIMEOUT_MS = 60000,
	STATUS_HEADERS_TOO_LARGE = 431, /* nginx has a number of its own for it */
};

/* Who has an exchange. HANDLING → FINISHED at once, or HANDLING → DEFERRED → FINISHED. */
enum held_state {
	HELD_HANDLING,
	HELD_DEFERRED,
	HELD_FINISHED,
};

/* The worker's side of the app. Made in the worker process, on the heap: threads touch it. */
struct door {
	const struct web_app *app;
	char *settings;
	ngx_connection_t *wake; /* the eventfd; loop only */
	int wake_fd;
	bool quitting;	      /* app->quit was called; loop only */
	pthread_t starter;    /* runs app->start */
	void *ctx;	      /* the app's; once ready */
	atomic_bool ready;    /* ctx stands */
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t ending_wake;
	bool ending;
	pthread_cond_t tried_wake;
	bool tried;	 /* app->start has answered once */
	int start_fault; /* ≠ 0: start's last answer, to be logged by the loop */
	char start_trace[256];
	struct held *finished; /* the queue of deferred exchanges that are done */
	struct held **finished_end;
};

struct held {
	struct web_exchange exchange; /* first: a pointer to one is a pointer to the other */
	struct door *door;
	struct held *next; /* in door->finished */
	_Atomic enum held_state state;
	/* Loop only. */
	bool waiting;		     /* the app has the exchange */
	ngx_http_request_t *request; /* NULL: the client went away */
	ngx_pool_cleanup_t *cleanup; /* in the request's pool; sets request to NULL */
	ngx_event_t timer;
	ngx_msec_t timeout_ms;
};

struct main_conf {
	ngx_str_t settings;
	ngx_msec_t body_timeout_ms;
	ngx_msec_t reply_timeout_ms;
	struct door *door; /* NULL in processes that serve nothing */
};

extern ngx_module_t shikaku_module;

/* --- the exchange between threads and the loop --- */

static void door_wake(struct door *door)
{
	const uint64_t one = 1;
	/* Fails only when the counter is full, and then the loop is awake already. */
	ssize_t n = write(door->wake_fd, &one, sizeof one);
	(void)n;
}

/* web_finish: on any thread. */
static void held_finish(struct web_exchange *exchange)
{
	struct held *held = (struct held *)exchange;
	struct door *door = held->door;
	enum held_state before = atomic_exchange(&held->state, HELD_FINISHED);
	assert(before != HELD_FINISHED);
	if (before == HELD_HANDLING)
		return; /* app->handle is still running; the loop sees the state when it returns */
	pthread_mutex_lock(&door->lock);
	*door->finished_end = held;
	door->finished_end = &held->next;
	pthread_mutex_unlock(&door->lock);
	door_wake(door);
}

static struct held *finished_take(struct door *door)
{
	pthread_mutex_lock(&door->lock);
	struct held *list = door->finished;
	door->finished = NULL;
	door->finished_end = &door->finished;
	pthread_mutex_unlock(&door->lock);
	return list;
}

static void held_destroy(struct held *held)
{
	if (held->timer.timer_set)
		ngx_del_timer(&held->timer);
	arena_clear(&held->exchange.arena);
	free(held);
}

/* The request's pool dies: the reply is sent, or nobody waits for it any more. */
static void held_release(void *data)
{
	struct held *held = data;
	held->request = NULL;
	if (held->timer.timer_set)
		ngx_del_timer(&held->timer);
	if (!held->waiting)
		held_destroy(held);
}

/* Let go of a request that lives on. */
static void held_detach(struct held *held)
{
	held->cleanup->handler = NULL;
	held_release(held);
}

/* --- the reply --- */

static const struct web_header security_headers[] = {
	{{"Cache-Control", 13}, {"no-store", 8}},
	{{"X-Content-Type-Options", 22}, {"nosniff", 7}},
	{{"Strict-Transport-Security", 25}, {"max-age=63072000", 16}},
	{{"Content-Security-Policy", 23}, {"default-src 'none'; frame-ancestors 'none'", 42}},
	{{"Referrer-Policy", 15}, {"no-referrer", 11}},
};

/* Strings of the exchange live as long as the request's pool does: nothing is copied. */
static ngx_str_t borrow(struct str text)
{
	return (ngx_str_t){text.len, (u_char *)(uintptr_t)text.ptr};
}

static ngx_int_t header_add(ngx_http_request_t *r, struct str name, struct str value)
{
	ngx_table_elt_t *header = ngx_list_push(&r->headers_out.headers);
	if (!header)
		return NGX_ERROR;
	ngx_memzero(header, sizeof *header);
	header->hash = 1;
	header->key = borrow(name);
	header->value = borrow(value);
	return NGX_OK;
}

static bool reply_has(const struct web_reply *reply, struct str name)
{
	for (size_t i = 0; i < reply->headers_count; i++)
		if (str_equal_nocase(reply->headers[i].name, name))
			return true;
	return false;
}

static ngx_int_t retry_after_add(ngx_http_request_t *r, struct web_exchange *exchange)
{
	struct str seconds;
	int r_print = arena_print(&exchange->arena, &seconds, "%d", exchange->reply.retry_after_s);
	return r_print < 0 ? NGX_ERROR : header_add(r, STR("Retry-After"), seconds);
}

static ngx_int_t headers_add(ngx_http_request_t *r, struct web_exchange *exchange)
{
	const struct web_reply *reply = &exchange->reply;
	ngx_int_t rc = header_add(r, STR("X-Request-Id"), str_of(exchange->request.request_id));
	for (size_t i = 0; rc == NGX_OK && i < reply->headers_count; i++)
		rc = header_add(r, reply->headers[i].name, reply->headers[i].value);
	for (size_t i = 0; rc == NGX_OK && i < sizeof security_headers / sizeof security_headers[0];
	     i++)
		if (!reply_has(reply, security_headers[i].name))
			rc = header_add(r, security_headers[i].name, security_headers[i].value);
	if (rc == NGX_OK && reply->retry_after_s > 0)
		rc = retry_after_add(r, exchange);
	return rc;
}

/* NGX_OK: all is sent; NGX_AGAIN: nginx goes on sending; else an error. */
static ngx_int_t reply_send(ngx_http_request_t *r, struct web_exchange *exchange)
{
	const struct web_reply *reply = &exchange->reply;
	r->headers_out.status = (ngx_uint_t)reply->status;
	r->headers_out.content_length_n = (off_t)reply->body.len;
	r->headers_out.content_type = borrow(reply->content_type);
	r->headers_out.content_type_len = reply->content_type.len;
	if (headers_add(r, exchange) != NGX_OK)
		return NGX_ERROR;
	ngx_int_t rc = ngx_http_send_header(r);
	if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
		return rc;
	ngx_buf_t *body = ngx_calloc_buf(r->pool);
	if (!body)
		return NGX_ERROR;
	body->pos = body->start = borrow(reply->body).data;
	body->last = body->end = body->pos + reply->body.len;
	body->memory = reply->body.len > 0;
	body->last_buf = 1;
	body->last_in_chain = 1;
	ngx_chain_t chain = {body, NULL};
	return ngx_http_output_filter(r, &chain);
}

/*
 * Send the reply and give up nginx's hold of the request. Both r and held may be gone afterwards;
 * the connection's memory stays, so that its posted requests can be run.
 */
static void held_reply(struct held *held)
{
	ngx_http_request_t *r = held->request;
	assert(!held->waiting && held->exchange.reply.status >= 200);
	if (held->timer.timer_set)
		ngx_del_timer(&held->timer);
	ngx_int_t rc = reply_send(r, &held->exchange);
	if (rc == NGX_AGAIN)
		ngx_add_timer(&held->timer, held->timeout_ms);
	ngx_http_finalize_request(r, rc);
}

/* The app or the client is too slow. */
static void held_expire(ngx_event_t *event)
{
	struct held *held = event->data;
	ngx_http_request_t *r = held->request;
	ngx_connection_t *c = r->connection;
	if (held->waiting) {
		held_detach(held);
		ngx_http_finalize_request(r, NGX_HTTP_SERVICE_UNAVAILABLE);
	} else {
		c->timedout = 1;
		ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
	}
	ngx_http_run_posted_requests(c);
}

/* --- the request --- */

/* Headers that the app sees; one that is given twice is refused. */
static const struct {
	struct str name;
	size_t offset;
} wanted[] = {
	{{"host", 4}, offsetof(struct web_request, host)},
	{{"content-type", 12}, offsetof(struct web_request, content_type)},
	{{"content-encoding", 16}, offsetof(struct web_request, content_encoding)},
	{{"authorization", 13}, offsetof(struct web_request, authorization)},
	{{"dpop", 4}, offsetof(struct web_request, dpop)},
	{{"idempotency-key", 15}, offsetof(struct web_request, idempotency_key)},
	{{"if-none-match", 13}, offsetof(struct web_request, if_none_match)},
	{{"user-agent", 10}, offsetof(struct web_request, user_agent)},
	{{"sec-ch-ua-mobile", 16}, offsetof(struct web_request, hint_mobile)},
	{{"sec-ch-ua-platform", 18}, offsetof(struct web_request, hint_platform)},
};

static struct str str_of_ngx(ngx_str_t text)
{
	return (struct str){text.data ? (const char *)text.data : "", text.len};
}

static int header_read(const ngx_table_elt_t *header, struct web_exchange *exchange)
{
	struct str name = {(const char *)header->lowcase_key, header->key.len};
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		if (!str_equal(name, wanted[i].name))
			continue;
		struct str *value = (struct str *)((char *)&exchange->request + wanted[i].offset);
		if (value->ptr && !exchange->request.refused)
			exchange->request.refused = NGX_HTTP_BAD_REQUEST;
		return arena_copy(&exchange->arena, str_of_ngx(header->value), value);
	}
	return 0;
}

static int headers_read(ngx_http_request_t *r, struct web_exchange *exchange)
{
	int fault = 0;
	ngx_uint_t count = 0;
	for (ngx_list_part_t *part = &r->headers_in.headers.part; part; part = part->next) {
		const ngx_table_elt_t *headers = part->elts;
		count += part->nelts;
		for (ngx_uint_t i = 0; fault == 0 && i < part->nelts; i++)
			fault = header_read(&headers[i], exchange);
	}
	if (count > WEB_REQUEST_HEADERS_MAX && !exchange->request.refused)
		exchange->request.refused = STATUS_HEADERS_TOO_LARGE;
	return fault;
}

/* Path and query as sent; what has no path (it was refused, or is of another form) shows "/". */
static int target_read(ngx_http_request_t *r, struct web_exchange *exchange)
{
	struct web_request *request = &exchange->request;
	struct str target;
	int fault = arena_copy(&exchange->arena, str_of_ngx(r->unparsed_uri), &target);
	if (fault < 0)
		return PASS(fault);
	if (!str_starts(target, STR("/"))) {
		request->path = STR("/");
		if (!request->refused)
			request->refused = NGX_HTTP_BAD_REQUEST;
		return 0;
	}
	str_split(&target, '?', &request->path);
	request->query = target;
	return 0;
}

/* The body may hold a password: nginx's copy of it is wiped. */
static int body_read(ngx_http_request_t *r, struct web_exchange *exchange)
{
	size_t len = 0;
	ngx_chain_t *bufs = r->request_body ? r->request_body->bufs : NULL;
	for (ngx_chain_t *link = bufs; link; link = link->next) {
		if (!ngx_buf_in_memory(link->buf) && ngx_buf_size(link->buf) > 0)
			return RAISE(EFBIG); /* client_body_buffer_size is too small */
		len += (size_t)(link->buf->last - link->buf->pos);
	}
	if (len == 0)
		return 0;
	char *body = arena_alloc(&exchange->arena, len);
	if (!body)
		return RAISE(ENOMEM);
	exchange->request.body = (struct str){body, len};
	for (ngx_chain_t *link = bufs; link; link = link->next) {
		size_t part = (size_t)(link->buf->last - link->buf->pos);
		if (part == 0)
			continue; /* pos may be NULL */
		memcpy(body, link->buf->pos, part);
		explicit_bzero(link->buf->pos, part);
		body += part;
	}
	return 0;
}

static int request_read(ngx_http_request_t *r, struct web_exchange *exchange)
{
	struct arena *arena = &exchange->arena;
	struct web_request *request = &exchange->request;
	random_id(request->request_id);
	int fault = arena_copy(arena, str_of_ngx(r->method_name), &request->method);
	if (fault == 0)
		fault = arena_copy(arena, str_of_ngx(r->connection->addr_text), &request->peer);
	if (fault == 0)
		fault = target_read(r, exchange);
	if (fault == 0)
		fault = headers_read(r, exchange);
	if (fault == 0 && !request->refused)
		fault = body_read(r, exchange);
	return fault < 0 ? PASS(fault) : 0;
}

/* NULL: no memory, or a body that nginx put aside. */
static struct held *held_create(ngx_http_request_t *r, struct main_conf *conf, int refused)
{
	struct held *held = calloc(1, sizeof *held);
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, 0);
	if (!held || !cleanup) {
		free(held);
		return NULL;
	}
	arena_init(&held->exchange.arena, ARENA_BYTES_MAX);
	held->exchange.request.refused = refused;
	held->exchange.finish = held_finish;
	held->door = conf->door;
	held->request = r;
	held->timeout_ms = conf->reply_timeout_ms;
	held->timer.handler = held_expire;
	held->timer.data = held;
	held->timer.log = ngx_cycle->log;
	held->cleanup = cleanup;
	cleanup->handler = held_release;
	cleanup->data = held;
	if (request_read(r, &held->exchange) == 0)
		return held;
	held_detach(held);
	return NULL;
}

/* --- handling --- */

/* The app said nothing yet: wait, and notice when the client goes away. */
static void held_park(struct held *held)
{
	ngx_http_request_t *r = held->request;
	r->read_event_handler = ngx_http_test_reading;
	r->write_event_handler = ngx_http_request_empty_handler;
	ngx_add_timer(&held->timer, held->timeout_ms);
}

static void unready_reply(struct held *held)
{
	held->exchange.reply = (struct web_reply){.status = NGX_HTTP_SERVICE_UNAVAILABLE,
						  .retry_after_s = START_RETRY_S};
	if (web_nginx_app->unready)
		web_nginx_app->unready(&held->exchange);
	held_reply(held);
}

/*
 * Hand the request to the app; it is counted once for us (r->main->count), which the reply's
 * ngx_http_finalize_request takes back.
 */
static void admit(ngx_http_request_t *r, int refused)
{
	struct main_conf *conf = ngx_http_get_module_main_conf(r, shikaku_module);
	struct door *door = conf->door;
	struct held *held = held_create(r, conf, refused);
	if (!held) {
		ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
		return;
	}
	if (!door || !atomic_load(&door->ready)) {
		unready_reply(held);
		return;
	}
	held->waiting = true;
	door->app->handle(door->ctx, &held->exchange);
	if (atomic_exchange(&held->state, HELD_DEFERRED) == HELD_HANDLING) {
		held_park(held);
		return;
	}
	held->waiting = false;
	held_reply(held);
}

static void body_expire(ngx_event_t *event)
{
	ngx_http_request_t *r = event->data;
	ngx_connection_t *c = r->connection;
	c->timedout = 1;
	ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
	ngx_http_run_posted_requests(c);
}

static void timer_stop(void *data)
{
	ngx_event_t *timer = data;
	if (timer->timer_set)
		ngx_del_timer(timer);
}

/* nginx's client_body_timeout starts anew with each read; this one does not. */
static ngx_int_t body_timer_start(ngx_http_request_t *r)
{
	const struct main_conf *conf = ngx_http_get_module_main_conf(r, shikaku_module);
	ngx_event_t *timer = ngx_pcalloc(r->pool, sizeof *timer);
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, 0);
	if (!timer || !cleanup)
		return NGX_ERROR;
	timer->handler = body_expire;
	timer->data = r;
	timer->log = ngx_cycle->log;
	cleanup->handler = timer_stop;
	cleanup->data = timer;
	ngx_http_set_ctx(r, timer, shikaku_module);
	ngx_add_timer(timer, conf->body_timeout_ms);
	return NGX_OK;
}

static void body_done(ngx_http_request_t *r)
{
	ngx_event_t *timer = ngx_http_get_module_ctx(r, shikaku_module);
	if (timer)
		timer_stop(timer);
	admit(r, 0);
}

/* error_page led here: the app writes the reply to what nginx refused. */
static ngx_int_t refused_handle(ngx_http_request_t *r)
{
	int refused = (int)r->err_status;
	r->err_status = 0; /* else nginx would put it in place of the reply's */
	ngx_int_t rc = ngx_http_discard_request_body(r);
	if (rc != NGX_OK)
		return rc;
	r->main->count++;
	admit(r, refused);
	return NGX_DONE;
}

static ngx_int_t location_handle(ngx_http_request_t *r)
{
	if (r->http_version < NGX_HTTP_VERSION_10)
		return NGX_HTTP_CLOSE; /* HTTP/0.9: there is no status to answer with */
	if (r->internal && r->err_status)
		return refused_handle(r);
	bool body = r->headers_in.content_length_n > 0 || r->headers_in.chunked;
	if (body && body_timer_start(r) != NGX_OK)
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	r->request_body_in_single_buf = 1;
	ngx_int_t rc = ngx_http_read_client_request_body(r, body_done);
	return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}

/* --- the worker --- */

static void start_fault_log(struct door *door, ngx_log_t *log)
{
	char trace[sizeof door->start_trace];
	pthread_mutex_lock(&door->lock);
	int fault = door->start_fault;
	memcpy(trace, door->start_trace, sizeof trace);
	door->start_fault = 0;
	pthread_mutex_unlock(&door->lock);
	if (fault)
		ngx_log_error(NGX_LOG_ERR, log, fault < 0 ? -fault : 0,
			      "shikaku: start failed (%d), trying again: %s", fault, trace);
}

/* Replies whose exchange was deferred. */
static void finished_reply(struct door *door)
{
	for (struct held *held = finished_take(door), *next; held; held = next) {
		next = held->next;
		held->waiting = false;
		if (!held->request) {
			held_destroy(held);
			continue;
		}
		ngx_connection_t *c = held->request->connection;
		held_reply(held);
		ngx_http_run_posted_requests(c);
	}
}

/* The eventfd became readable; or nginx wants idle connections closed: the worker is to quit. */
static void wake_handle(ngx_event_t *event)
{
	ngx_connection_t *c = event->data;
	struct door *door = c->data;
	uint64_t count;
	if (c->close) {
		c->close = 0;
		if (!door->quitting && atomic_load(&door->ready) && door->app->quit) {
			door->quitting = true;
			door->app->quit(door->ctx);
		}
	}
	while (read(door->wake_fd, &count, sizeof count) > 0)
		continue;
	start_fault_log(door, c->log);
	finished_reply(door);
}

static ngx_int_t wake_open(struct door *door, ngx_cycle_t *cycle)
{
	door->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (door->wake_fd < 0)
		return NGX_ERROR;
	door->wake = ngx_get_connection(door->wake_fd, cycle->log);
	if (!door->wake)
		return NGX_ERROR;
	door->wake->data = door;
	door->wake->log = cycle->log;
	door->wake->read->log = cycle->log;
	door->wake->write->log = cycle->log;
	door->wake->read->handler = wake_handle;
	door->wake->idle = 1; /* so that quitting calls the handler */
	return ngx_add_event(door->wake->read, NGX_READ_EVENT, NGX_CLEAR_EVENT);
}

/* At a reload the old worker stops listening as soon as this one listens: what comes meanwhile
 * waits in the kernel's queue until the app stands, instead of being told to come again. */
static void first_try_await(struct door *door)
{
	struct timespec until;
	int error = 0;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += START_WAIT_S;
	pthread_mutex_lock(&door->lock);
	while (!door->tried && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&door->tried_wake, &door->lock, &until);
	pthread_mutex_unlock(&door->lock);
}

static void first_try_tell(struct door *door)
{
	pthread_mutex_lock(&door->lock);
	door->tried = true;
	pthread_cond_signal(&door->tried_wake);
	pthread_mutex_unlock(&door->lock);
}

/* Remember the fault for the loop's log and wait; false: the worker ends. */
static bool start_retry(struct door *door, int fault)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += START_RETRY_S;
	pthread_mutex_lock(&door->lock);
	door->start_fault = fault;
	fault_trace(door->start_trace, sizeof door->start_trace);
	pthread_mutex_unlock(&door->lock);
	door_wake(door);
	first_try_tell(door);
	pthread_mutex_lock(&door->lock);
	int error = 0;
	while (!door->ending && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&door->ending_wake, &door->lock, &until);
	bool goes_on = !door->ending;
	pthread_mutex_unlock(&door->lock);
	return goes_on;
}

static void *starter_main(void *arg)
{
	struct door *door = arg;
	int fault;
	do
		fault = door->app->start(door->settings, &door->ctx);
	while (fault != 0 && start_retry(door, fault));
	if (fault == 0)
		atomic_store(&door->ready, true);
	first_try_tell(door);
	return NULL;
}

static int starter_start(struct door *door)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&door->starter, NULL, starter_main, door);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static struct door *door_create(const ngx_str_t *settings)
{
	struct door *door = calloc(1, sizeof *door);
	char *path = strndup((const char *)settings->data, settings->len);
	if (!door || !path) {
		free(door);
		free(path);
		return NULL;
	}
	door->app = web_nginx_app;
	door->settings = path;
	door->wake_fd = -1;
	door->finished_end = &door->finished;
	pthread_mutex_init(&door->lock, NULL);
	pthread_cond_init(&door->ending_wake, NULL);
	pthread_cond_init(&door->tried_wake, NULL);
	return door;
}

static void door_destroy(struct door *door)
{
	if (door->wake)
		ngx_close_connection(door->wake);
	else if (door->wake_fd >= 0)
		close(door->wake_fd);
	pthread_cond_destroy(&door->ending_wake);
	pthread_cond_destroy(&door->tried_wake);
	pthread_mutex_destroy(&door->lock);
	free(door->settings);
	free(door);
}

static bool process_serves(void)
{
	return ngx_process == NGX_PROCESS_WORKER || ngx_process == NGX_PROCESS_SINGLE;
}

/*
 * Never NGX_ERROR: nginx would not start the worker again, and clients would hang on the open port.
 * Without a door every request is answered 503.
 */
static ngx_int_t process_init(ngx_cycle_t *cycle)
{
	struct main_conf *conf = ngx_http_cycle_get_module_main_conf(cycle, shikaku_module);
	if (!process_serves() || !conf || !conf->settings.len)
		return NGX_OK;
	struct door *door = door_create(&conf->settings);
	if (!door)
		return NGX_OK;
	if (wake_open(door, cycle) != NGX_OK || starter_start(door)) {
		ngx_log_error(NGX_LOG_ALERT, cycle->log, ngx_errno,
			      "shikaku: no eventfd or thread");
		door_destroy(door);
		return NGX_OK;
	}
	conf->door = door;
	first_try_await(door);
	return NGX_OK;
}

static void starter_end(struct door *door)
{
	pthread_mutex_lock(&door->lock);
	door->ending = true;
	pthread_cond_signal(&door->ending_wake);
	pthread_mutex_unlock(&door->lock);
	pthread_join(door->starter, NULL);
}

/* Everything was answered, or nginx gave up waiting; the app ends, and its late replies are
 * dropped. */
static void process_exit(ngx_cycle_t *cycle)
{
	struct main_conf *conf = ngx_http_cycle_get_module_main_conf(cycle, shikaku_module);
	if (!conf || !conf->door)
		return;
	struct door *door = conf->door;
	conf->door = NULL;
	starter_end(door);
	if (atomic_load(&door->ready) && door->app->stop)
		door->app->stop(door->ctx);
	for (struct held *held = finished_take(door), *next; held; held = next) {
		next = held->next;
		if (held->request)
			held->cleanup->handler = NULL;
		held_destroy(held);
	}
	door_destroy(door);
}

/* --- the directives --- */

static char *shikaku_set(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
	(void)command;
	struct main_conf *main_conf = conf;
	const ngx_str_t *args = cf->args->elts;
	const ngx_str_t *path = &args[1];
	ngx_http_core_loc_conf_t *location;
	if (main_conf->settings.len &&
	    (main_conf->settings.len != path->len ||
	     ngx_memcmp(main_conf->settings.data, path->data, path->len) != 0))
		return "names another settings file than before";
	main_conf->settings = *path;
	location = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
	location->handler = location_handle;
	return NGX_CONF_OK;
}

static void *main_conf_create(ngx_conf_t *cf)
{
	struct main_conf *conf = ngx_pcalloc(cf->pool, sizeof *conf);
	if (conf) {
		conf->body_timeout_ms = NGX_CONF_UNSET_MSEC;
		conf->reply_timeout_ms = NGX_CONF_UNSET_MSEC;
	}
	return conf;
}

static char *main_conf_init(ngx_conf_t *cf, void *data)
{
	(void)cf;
	struct main_conf *conf = data;
	ngx_conf_init_msec_value(conf->body_timeout_ms, BODY_TIMEOUT_MS);
	ngx_conf_init_msec_value(conf->reply_timeout_ms, REPLY_TIMEOUT_MS);
	return NGX_CONF_OK;
}

static ngx_command_t commands[] = {
	{ngx_string("shikaku"), NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1, shikaku_set,
	 NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL},
	{ngx_string("shikaku_body_timeout"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
	 ngx_conf_set_msec_slot, NGX_HTTP_MAIN_CONF_OFFSET,
	 offsetof(struct main_conf, body_timeout_ms), NULL},
	{ngx_string("shikaku_reply_timeout"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
	 ngx_conf_set_msec_slot, NGX_HTTP_MAIN_CONF_OFFSET,
	 offsetof(struct main_conf, reply_timeout_ms), NULL},
	ngx_null_command,
};

static ngx_http_module_t hooks = {
	.create_main_conf = main_conf_create,
	.init_main_conf = main_conf_init,
};

ngx_module_t shikaku_module = {
	NGX_MODULE_V1,
	.ctx = &hooks,
	.commands = commands,
	.type = NGX_HTTP_MODULE,
	.init_process = process_init,
	.exit_process = process_exit,
};

/* What nginx looks for in a dynamic module; the only names this module shows. */
#define SHOWN __attribute__((visibility("default")))

SHOWN ngx_module_t *ngx_modules[] = {&shikaku_module, NULL};
SHOWN char *ngx_module_names[] = {(char[]){"shikaku_module"}, NULL};
SHOWN char *ngx_module_order[] = {NULL};
