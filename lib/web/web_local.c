/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From libmicrohttpd to a struct web_exchange and back.
 *
 * One thread serves all connections. A request begins in target_take, with the target as it was
 * sent; access_handle is then called when the head is whole (the guard decides there), for each
 * piece of the body, and when the body is whole (the app decides). What the app leaves open is
 * suspended until web_finish. The exchange dies with request_done, when its reply is out or its
 * client is gone.
 *
 * Suspending races with a web_finish on another thread, so both sides exchange held->state, as in
 * web_nginx.c: whoever comes second resumes the connection.
 */
#include "lib/web/web_local.h"

#include <arpa/inet.h>
#include <assert.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/number.h"
#include "lib/crypto/crypto.h"
#include "lib/web/local_guard.h"
#include "lib/web/local_peer.h"

enum {
	CONNECTIONS_MAX = 48, /* a browser opens six to a host, and each window may wait for news */
	CONNECTION_MEMORY_BYTES = 32 * 1024, /* a request's head */
	IDLE_TIMEOUT_S = 15,
	BACKLOG = 64,
	ARENA_SPARE_BYTES = 32 * 1024 * 1024, /* beside the body: what the app makes of it */
};

enum held_state {
	HELD_HANDLING,
	HELD_DEFERRED,
	HELD_FINISHED,
};

struct web_local {
	struct web_local_options options;
	struct MHD_Daemon *daemon;
	uint16_t port;
	struct local_guard guard; /* the loop's */
	atomic_bool ending;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t answered;
	size_t waiting; /* exchanges that the app has */
};

struct held {
	struct web_exchange exchange; /* first: a pointer to one is a pointer to the other */
	struct web_local *local;
	struct MHD_Connection *connection;
	_Atomic enum held_state state;
	bool is_headed;	    /* the head was judged */
	bool is_open;	    /* POST /open */
	bool is_handed;	    /* to the app */
	size_t headers;	    /* of the request */
	size_t body_len;    /* announced */
	size_t body_filled; /* come so far */
};

/* --- the reply --- */

static const struct {
	const char *name, *value;
} security_headers[] = {
	{"Content-Security-Policy",
	 "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
	 "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cache-Control", "no-store"},
};

static bool header_add(struct MHD_Response *response, struct arena *arena, struct str name,
		       struct str value)
{
	struct str name_c, value_c;
	return arena_copy(arena, name, &name_c) == 0 && arena_copy(arena, value, &value_c) == 0 &&
	       MHD_add_response_header(response, name_c.ptr, value_c.ptr) == MHD_YES;
}

static bool headers_add(struct MHD_Response *response, struct web_exchange *exchange)
{
	const struct web_reply *reply = &exchange->reply;
	struct arena *arena = &exchange->arena;
	bool good = header_add(response, arena, STR("X-Request-Id"),
			       str_of(exchange->request.request_id));
	for (size_t i = 0; i < sizeof security_headers / sizeof *security_headers; i++)
		good = good && MHD_add_response_header(response, security_headers[i].name,
						       security_headers[i].value) == MHD_YES;
	for (size_t i = 0; i < reply->headers_count; i++)
		good = good &&
		       header_add(response, arena, reply->headers[i].name, reply->headers[i].value);
	if (reply->content_type.ptr)
		good = good &&
		       header_add(response, arena, STR("Content-Type"), reply->content_type);
	return good;
}

/* The body stays in the arena, which lives until request_done. */
static enum MHD_Result reply_send(struct held *held)
{
	const struct web_reply *reply = &held->exchange.reply;
	void *body = (void *)(uintptr_t)(reply->body.ptr ? reply->body.ptr : "");
	struct MHD_Response *response =
		MHD_create_response_from_buffer(reply->body.len, body, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result sent = MHD_NO;
	assert(reply->status >= 200);
	if (response && headers_add(response, &held->exchange))
		sent = MHD_queue_response(held->connection, (unsigned)reply->status, response);
	if (response)
		MHD_destroy_response(response);
	return sent;
}

static enum MHD_Result refuse(struct held *held, int status, struct str text)
{
	held->exchange.reply = (struct web_reply){.status = status,
						  .content_type = STR("text/html; charset=utf-8"),
						  .body = text};
	return reply_send(held);
}

/* --- the window's way in --- */

static const char page_strange[] = "<!doctype html><meta charset=utf-8><title>Shikaku</title>"
				   "<p>この画面は、ほかのページからは開けません。";
static const char page_unknown[] =
	"<!doctype html><html lang=ja><meta charset=utf-8><title>資格ワークステーション</title>"
	"<p>この窓からは開けません。<p>デスクトップの「資格ワークステーション」を"
	"もう一度起動してください。新しい窓で開きます。";
static const char page_opened[] =
	"<!doctype html><html lang=ja><meta charset=utf-8><title>資格ワークステーション</title>"
	"<meta http-equiv=refresh content=\"0;url=/\"><p><a href=\"/\">画面を開く</a>";

/*
 * The page that brings the ticket: a form in a file of this user alone. It has no script that the
 * user's browser might refuse in a file, so its button is the way where the script does not run.
 */
static const char open_head[] =
	"<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\">"
	"<meta name=\"referrer\" content=\"no-referrer\"><title>資格ワークステーション</title>"
	"<form method=\"post\" action=\"http://";
static const char open_middle[] = "/open\"><input type=\"hidden\" name=\"ticket\" value=\"";
static const char open_tail[] = "\"><button autofocus>資格ワークステーションを開く</button></form>"
				"<script>document.forms[0].submit()</script>";

static size_t put(char *to, size_t at, struct str text)
{
	memcpy(to + at, text.ptr, text.len);
	return at + text.len;
}

static void file_wipe(char (*text)[1024])
{
	explicit_bzero(*text, sizeof *text);
}

static int open_file_write(struct web_local *local)
{
	AUTO(file_wipe) char text[1024];
	static_assert(sizeof open_head + sizeof open_middle + sizeof open_tail + LOCAL_NAME_BYTES +
				      LOCAL_TICKET_CHARS <
			      sizeof text,
		      "the page fits");
	size_t len = put(text, 0, str_of(open_head));
	len = put(text, len, str_of(local->guard.host));
	len = put(text, len, str_of(open_middle));
	len = put(text, len, secret_str(&local->guard.ticket));
	len = put(text, len, str_of(open_tail));
	int r = file_write_private(local->options.open_file, (struct str){text, len});
	return r < 0 ? PASS(r) : r ? RAISE(EACCES) : 0;
}

/*
 * Not a redirection: it would count as coming from the file's site, and a SameSite=Strict cookie
 * would stay behind. The page that is shown here is ours, and goes on by itself.
 */
static enum MHD_Result open_answer(struct held *held)
{
	struct web_local *local = held->local;
	struct web_reply *reply = &held->exchange.reply;
	if (!local_guard_open(&local->guard, held->exchange.request.body))
		return refuse(held, MHD_HTTP_FORBIDDEN, str_of(page_unknown));
	int fault = open_file_write(local);
	if (fault < 0)
		LOG(local->options.log, page_ticket_lost, log_fault(fault));
	*reply = (struct web_reply){.status = MHD_HTTP_OK,
				    .content_type = STR("text/html; charset=utf-8"),
				    .body = str_of(page_opened)};
	reply->headers[0].name = STR("Set-Cookie");
	if (local_guard_cookie(&local->guard, &held->exchange.arena, &reply->headers[0].value) < 0)
		return MHD_NO;
	reply->headers_count = 1;
	return reply_send(held);
}

/* --- the request --- */

static const struct {
	const char *name;
	size_t offset;
} wanted[] = {
	{"Host", offsetof(struct web_request, host)},
	{"Content-Type", offsetof(struct web_request, content_type)},
	{"Content-Encoding", offsetof(struct web_request, content_encoding)},
	{"Transfer-Encoding", offsetof(struct web_request, transfer_encoding)},
	{"If-None-Match", offsetof(struct web_request, if_none_match)},
	{"User-Agent", offsetof(struct web_request, user_agent)},
	{"Cookie", offsetof(struct web_request, cookie)},
	{"Origin", offsetof(struct web_request, origin)},
	{"Sec-Fetch-Site", offsetof(struct web_request, fetch_site)},
	{"Sec-Fetch-Mode", offsetof(struct web_request, fetch_mode)},
};

static void length_take(struct held *held, struct str text)
{
	int64_t len;
	int r = number_parse(text, 0, (int64_t)held->local->options.body_bytes_max, &len);
	if (r == NUMBER_MALFORMED)
		held->exchange.request.refused = MHD_HTTP_BAD_REQUEST;
	else if (r)
		held->exchange.request.refused = MHD_HTTP_CONTENT_TOO_LARGE;
	else
		held->body_len = (size_t)len;
}

/* Headers live as long as the request does in libmicrohttpd, so they are borrowed. */
static enum MHD_Result header_take(void *ctx, enum MHD_ValueKind kind, const char *name,
				   const char *text)
{
	struct held *held = ctx;
	struct web_request *request = &held->exchange.request;
	(void)kind;
	if (++held->headers > WEB_REQUEST_HEADERS_MAX)
		request->refused = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
	if (str_equal_nocase(str_of(name), STR("Content-Length")))
		length_take(held, str_of(text ? text : ""));
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		struct str *value = (struct str *)((char *)request + wanted[i].offset);
		if (!str_equal_nocase(str_of(name), str_of(wanted[i].name)))
			continue;
		if (value->ptr)
			request->refused = MHD_HTTP_BAD_REQUEST; /* given twice */
		else
			*value = str_of(text ? text : "");
	}
	return MHD_YES;
}

/* A request begins: what is answered here comes back as *state of access_handle. */
static void *target_take(void *ctx, const char *target, struct MHD_Connection *connection)
{
	struct web_local *local = ctx;
	struct held *held = calloc(1, sizeof *held);
	struct str copy;
	if (!held)
		return NULL;
	arena_init(&held->exchange.arena, local->options.body_bytes_max + ARENA_SPARE_BYTES);
	held->local = local;
	held->connection = connection;
	random_id(held->exchange.request.request_id);
	held->exchange.request.peer = STR("127.0.0.1");
	if (arena_copy(&held->exchange.arena, str_of(target), &copy) < 0) {
		free(held);
		return NULL;
	}
	if (!str_starts(copy, STR("/")))
		held->exchange.request.refused = MHD_HTTP_BAD_REQUEST;
	(void)str_split(&copy, '?', &held->exchange.request.path);
	held->exchange.request.query = copy;
	return held;
}

static void held_destroy(struct held *held)
{
	arena_clear(&held->exchange.arena);
	free(held);
}

static void request_done(void *ctx, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode code)
{
	(void)ctx, (void)connection, (void)code;
	if (*state)
		held_destroy(*state);
	*state = NULL;
}

/* web_finish: on any thread. */
static void held_finish(struct web_exchange *exchange)
{
	struct held *held = (struct held *)exchange;
	struct web_local *local = held->local;
	/* Under the lock: once the count falls to zero the door may end, resumed or not. */
	pthread_mutex_lock(&local->lock);
	enum held_state before = atomic_exchange(&held->state, HELD_FINISHED);
	assert(before != HELD_FINISHED);
	if (before == HELD_DEFERRED)
		MHD_resume_connection(held->connection);
	local->waiting--;
	pthread_cond_signal(&local->answered);
	pthread_mutex_unlock(&local->lock);
}

static bool waiting_enter(struct web_local *local)
{
	pthread_mutex_lock(&local->lock);
	bool enters = !atomic_load(&local->ending);
	local->waiting += enters;
	pthread_mutex_unlock(&local->lock);
	return enters;
}

/* The whole request to the app. */
static enum MHD_Result hand_over(struct held *held)
{
	struct web_local *local = held->local;
	if (!waiting_enter(local))
		return refuse(held, MHD_HTTP_SERVICE_UNAVAILABLE, STR(""));
	held->is_handed = true;
	held->exchange.finish = held_finish;
	local->options.app->handle(local->options.ctx, &held->exchange);
	if (atomic_load(&held->state) == HELD_FINISHED)
		return reply_send(held);
	MHD_suspend_connection(held->connection);
	if (atomic_exchange(&held->state, HELD_DEFERRED) == HELD_FINISHED) {
		atomic_store(&held->state, HELD_FINISHED);
		MHD_resume_connection(held->connection);
	}
	return MHD_YES;
}

static int judged_status(enum local_verdict verdict)
{
	switch (verdict) {
	case LOCAL_PASS:
	case LOCAL_OPEN: return 0;
	case LOCAL_STRANGE:
	case LOCAL_UNKNOWN: return MHD_HTTP_FORBIDDEN;
	case LOCAL_METHOD: return MHD_HTTP_METHOD_NOT_ALLOWED;
	}
	return MHD_HTTP_FORBIDDEN;
}

/* The head is whole: is it ours, and has its body room? Answers the status of a refusal. */
static int head_judge(struct held *held, struct str *ret_page)
{
	struct web_request *request = &held->exchange.request;
	(void)MHD_get_connection_values(held->connection, MHD_HEADER_KIND, header_take, held);
	enum local_verdict verdict = local_guard_judge(&held->local->guard, request);
	*ret_page = verdict == LOCAL_UNKNOWN ? str_of(page_unknown) : str_of(page_strange);
	if (judged_status(verdict))
		return judged_status(verdict);
	held->is_open = verdict == LOCAL_OPEN;
	if (request->refused)
		return request->refused;
	if (request->transfer_encoding.ptr)
		return MHD_HTTP_LENGTH_REQUIRED;
	if (held->is_open && held->body_len > LOCAL_OPEN_BODY_MAX)
		return MHD_HTTP_CONTENT_TOO_LARGE;
	return 0;
}

static enum MHD_Result head_take(struct held *held, const char *method)
{
	struct str page = STR("");
	held->is_headed = true;
	held->exchange.request.method = str_of(method);
	int status = head_judge(held, &page);
	if (status) {
		LOG(held->local->options.log, page_refused, log_int("status", status),
		    log_id("request", str_of(held->exchange.request.request_id)));
		return refuse(held, status, page);
	}
	if (held->body_len == 0)
		return MHD_YES;
	held->exchange.request.body.ptr = arena_bytes(&held->exchange.arena, held->body_len);
	return held->exchange.request.body.ptr ? MHD_YES : MHD_NO;
}

/* The piece may hold a password: libmicrohttpd's copy of it is wiped. */
static enum MHD_Result body_take(struct held *held, const char *bytes, size_t *len)
{
	char *body = (char *)(uintptr_t)held->exchange.request.body.ptr;
	if (*len > held->body_len - held->body_filled)
		return MHD_NO;
	memcpy(body + held->body_filled, bytes, *len);
	explicit_bzero((char *)(uintptr_t)bytes, *len);
	held->body_filled += *len;
	held->exchange.request.body.len = held->body_filled;
	*len = 0;
	return MHD_YES;
}

static enum MHD_Result access_handle(void *ctx, struct MHD_Connection *connection, const char *url,
				     const char *method, const char *version, const char *bytes,
				     size_t *len, void **state)
{
	struct held *held = *state;
	(void)ctx, (void)connection, (void)url, (void)version;
	if (!held)
		return MHD_NO;
	if (!held->is_headed)
		return head_take(held, method);
	if (*len)
		return body_take(held, bytes, len);
	if (held->is_handed)
		return reply_send(held); /* resumed */
	return held->is_open ? open_answer(held) : hand_over(held);
}

/* --- the door --- */

static enum MHD_Result peer_admit(void *ctx, const struct sockaddr *address, socklen_t len)
{
	const struct web_local *local = ctx;
	struct sockaddr_in peer;
	if (len < sizeof peer || address->sa_family != AF_INET)
		return MHD_NO;
	memcpy(&peer, address, sizeof peer);
	if (peer.sin_addr.s_addr == htonl(INADDR_LOOPBACK) &&
	    local_peer_is(ntohs(peer.sin_port), local->port, local->options.uid))
		return MHD_YES;
	LOG(local->options.log, page_peer_refused, log_int("port", ntohs(peer.sin_port)));
	return MHD_NO;
}

static int listen_open(int *ret_fd, uint16_t *ret_port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return RAISE(errno);
	if (bind(fd, (const struct sockaddr *)&address, len) < 0 || listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0) {
		int error = errno;
		close(fd);
		return RAISE(error);
	}
	*ret_fd = fd;
	*ret_port = ntohs(address.sin_port);
	return 0;
}

/* Signals are the program's; the thread begins with all of them blocked. */
static struct MHD_Daemon *daemon_start(struct web_local *local, int fd)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	struct MHD_Daemon *daemon =
		MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0,
				 peer_admit, local, access_handle, local, MHD_OPTION_LISTEN_SOCKET,
				 fd, MHD_OPTION_URI_LOG_CALLBACK, target_take, local,
				 MHD_OPTION_NOTIFY_COMPLETED, request_done, local,
				 MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
				 MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				 (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
				 (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
				 MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return daemon;
}

static int door_open(struct web_local *local)
{
	int fd;
	int r = listen_open(&fd, &local->port);
	if (r < 0)
		return PASS(r);
	local_guard_init(&local->guard, local->port);
	r = open_file_write(local);
	if (r == 0)
		local->daemon = daemon_start(local, fd);
	if (local->daemon)
		return 0;
	close(fd);
	return r < 0 ? PASS(r) : RAISE(EIO);
}

int web_local_create(struct web_local **ret_local, const struct web_local_options *options)
{
	struct web_local *local = calloc(1, sizeof *local);
	if (!local)
		return RAISE(ENOMEM);
	local->options = *options;
	pthread_mutex_init(&local->lock, NULL);
	pthread_cond_init(&local->answered, NULL);
	int r = door_open(local);
	if (r < 0) {
		web_local_destroy(local);
		return PASS(r);
	}
	*ret_local = local;
	return 0;
}

/* libmicrohttpd cannot end while a connection is suspended. */
static void door_close(struct web_local *local)
{
	atomic_store(&local->ending, true);
	if (local->options.app->quit)
		local->options.app->quit(local->options.ctx);
	pthread_mutex_lock(&local->lock);
	while (local->waiting)
		pthread_cond_wait(&local->answered, &local->lock);
	pthread_mutex_unlock(&local->lock);
	MHD_stop_daemon(local->daemon);
	(void)unlink(local->options.open_file);
}

void web_local_destroy(struct web_local *local)
{
	if (!local)
		return;
	if (local->daemon)
		door_close(local);
	local_guard_clear(&local->guard);
	pthread_cond_destroy(&local->answered);
	pthread_mutex_destroy(&local->lock);
	free(local);
}

uint16_t web_local_port(const struct web_local *local)
{
	return local->port;
}
