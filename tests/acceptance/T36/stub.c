/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T36/stub.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ocsp.h>
#include <sys/socket.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"
#include "sim/ocspd/http.h"

enum {
	ENDLESS_BYTES = 20 * 1024,
	ARENA_BYTES_MAX = 1024 * 1024,
	AWAIT_MS = 10000,
};

struct connection {
	struct stub *stub;
	int fd;
};

/* --- what it says --- */

static struct answer look_up(void *ctx, const X509 *root, const char *serial)
{
	const struct stub_manner *manner = ctx;
	(void)root, (void)serial;
	return (struct answer){manner->status, PKI_REASON_CESSATION, world_now() - 1000};
}

static struct str answer_of(struct stub *stub, struct stub_manner *manner, int64_t now_ms,
			    struct arena *arena, struct str request)
{
	const struct make_pair *signer =
		manner->is_foreign ? &stub->world->evil : &stub->world->responder;
	struct answer_plan plan = {
		.authorities = {{stub->world->root.certificate, signer->certificate, signer->key}},
		.authorities_count = 1,
		.look_up = look_up,
		.ctx = manner,
		.fault = manner->fault,
		.now_ms = now_ms + manner->ahead_ms,
		.valid_ms = 2 * 60 * 60 * 1000,
	};
	struct str response = {0};
	int r = manner->mood == STUB_TRY_LATER
			? answer_refuse(arena, OCSP_RESPONSE_STATUS_TRYLATER, &response)
			: answer_make(arena, &plan, request, &response);
	if (r == 0 && manner->mood == STUB_CUT)
		response.len /= 2;
	return response;
}

static struct str body_of(struct stub *stub, struct stub_manner *manner, int64_t now_ms,
			  struct arena *arena, struct str request)
{
	char *much;
	switch (manner->mood) {
	case STUB_RUBBISH:
	case STUB_ERROR:
	case STUB_REDIRECT: return STR("<html>maintenance</html>");
	case STUB_ENDLESS:
		much = arena_alloc(arena, ENDLESS_BYTES);
		memset(much, '0', ENDLESS_BYTES);
		return str_bytes(much, ENDLESS_BYTES);
	case STUB_ANSWERS:
	case STUB_TRY_LATER:
	case STUB_CUT:
	case STUB_DROPS: break;
	}
	return answer_of(stub, manner, now_ms, arena, request);
}

static bool bytes_send(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		bytes.ptr += n;
		bytes.len -= (size_t)n;
	}
	return true;
}

static bool reply_send(const struct stub *stub, int fd, enum stub_mood mood, struct str body)
{
	char head[256];
	const char *status = mood == STUB_ERROR	     ? "500 Internal Server Error"
			     : mood == STUB_REDIRECT ? "302 Found"
						     : "200 OK";
	snprintf(head, sizeof head,
		 "HTTP/1.1 %s\r\nContent-Type: application/ocsp-response\r\nLocation: %s\r\n"
		 "Content-Length: %zu\r\n\r\n",
		 status, stub->url, body.len);
	return bytes_send(fd, str_of(head)) && bytes_send(fd, body);
}

/* --- one question --- */

/* Slow, or silent, as long as that is its manner. False: it ends. */
static bool manner_take(struct stub *stub, struct stub_manner *manner, int64_t *ret_now_ms)
{
	pthread_mutex_lock(&stub->lock);
	stub->asked++;
	stub->inside++;
	if (stub->inside > stub->inside_most)
		stub->inside_most = stub->inside;
	pthread_cond_broadcast(&stub->wake);
	int64_t until_ms = clock_mono_ms(&clock_system) + stub->manner.slow_ms;
	bool early = true;
	while (!stub->ending && (stub->manner.hangs || (stub->manner.slow_ms && early)))
		if (stub->manner.hangs)
			pthread_cond_wait(&stub->wake, &stub->lock);
		else
			early = wake_wait(&stub->wake, &stub->lock, until_ms);
	*manner = stub->manner;
	*ret_now_ms = stub->now_ms;
	stub->inside--;
	bool goes_on = !stub->ending;
	pthread_mutex_unlock(&stub->lock);
	return goes_on;
}

/* False: the connection is over. */
static bool question_answer(struct stub *stub, int fd)
{
	AUTO(arena_clear) struct arena arena;
	struct stub_manner manner;
	struct str request;
	int64_t now_ms;
	arena_init(&arena, ARENA_BYTES_MAX);
	if (http_read(fd, &arena, &request) != 0 || !manner_take(stub, &manner, &now_ms) ||
	    manner.mood == STUB_DROPS)
		return false;
	struct str body = body_of(stub, &manner, now_ms, &arena, request);
	return reply_send(stub, fd, manner.mood, body);
}

/* --- connections --- */

static int *place_of(struct stub *stub, int fd)
{
	for (size_t i = 0; i < STUB_THREADS; i++)
		if (stub->connections[i] == fd)
			return &stub->connections[i];
	return NULL;
}

/* False: it is not to be heard any more. */
static bool connection_note(struct stub *stub, int fd)
{
	pthread_mutex_lock(&stub->lock);
	int *place = stub->is_deaf || stub->ending ? NULL : place_of(stub, -1);
	if (place)
		*place = fd;
	stub->accepted++;
	pthread_mutex_unlock(&stub->lock);
	return place;
}

static void connection_forget(struct stub *stub, int fd)
{
	pthread_mutex_lock(&stub->lock);
	int *place = place_of(stub, fd);
	if (place)
		*place = -1;
	pthread_mutex_unlock(&stub->lock);
}

static void connection_run(void *job, void *worker)
{
	struct connection connection = *(struct connection *)job;
	(void)worker;
	free(job);
	if (connection_note(connection.stub, connection.fd))
		while (question_answer(connection.stub, connection.fd))
			;
	connection_forget(connection.stub, connection.fd);
	close(connection.fd);
}

static void *accept_main(void *ctx)
{
	struct stub *stub = ctx;
	const int on = 1; /* head and body are two writes */
	for (;;) {
		int fd = accept4(stub->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			return NULL; /* it was shut */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		struct connection *connection = malloc(sizeof *connection);
		*connection = (struct connection){stub, fd};
		if (pool_submit(stub->pool, connection_run, connection)) {
			close(fd);
			free(connection);
		}
	}
}

/* --- open and shut --- */

void stub_listen(struct stub *stub)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)stub->port),
		.sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
	};
	socklen_t bytes = sizeof address;
	const int on = 1;
	pthread_mutex_lock(&stub->lock);
	stub->is_deaf = false;
	pthread_mutex_unlock(&stub->lock);
	stub->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(stub->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	assert_int_equal(bind(stub->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(stub->listener, 256), 0);
	assert_int_equal(getsockname(stub->listener, (struct sockaddr *)&address, &bytes), 0);
	stub->port = ntohs(address.sin_port);
	snprintf(stub->url, sizeof stub->url, "http://127.0.0.1:%u/", stub->port);
	assert_int_equal(pthread_create(&stub->thread, NULL, accept_main, stub), 0);
}

void stub_deafen(struct stub *stub)
{
	shutdown(stub->listener, SHUT_RDWR);
	pthread_join(stub->thread, NULL);
	close(stub->listener);
	pthread_mutex_lock(&stub->lock);
	stub->is_deaf = true;
	for (size_t i = 0; i < STUB_THREADS; i++)
		if (stub->connections[i] >= 0)
			shutdown(stub->connections[i], SHUT_RDWR);
	pthread_mutex_unlock(&stub->lock);
}

void stub_open(struct stub *stub, const struct world *world)
{
	struct pool_options pool = {.name = "stub", .threads = STUB_THREADS, .queue_max = 256};
	*stub = (struct stub){.world = world, .now_ms = world_now()};
	memset(stub->connections, 0xff, sizeof stub->connections);
	pthread_mutex_init(&stub->lock, NULL);
	wake_init(&stub->wake);
	assert_int_equal(pool_create(&stub->pool, &pool), 0);
	stub_listen(stub);
}

void stub_close(struct stub *stub)
{
	pthread_mutex_lock(&stub->lock);
	stub->ending = true;
	pthread_cond_broadcast(&stub->wake);
	pthread_mutex_unlock(&stub->lock);
	stub_deafen(stub);
	pool_destroy(stub->pool);
	pthread_cond_destroy(&stub->wake);
	pthread_mutex_destroy(&stub->lock);
}

void stub_manner_set(struct stub *stub, const struct stub_manner *manner)
{
	pthread_mutex_lock(&stub->lock);
	stub->manner = *manner;
	pthread_cond_broadcast(&stub->wake);
	pthread_mutex_unlock(&stub->lock);
}

void stub_now_set(struct stub *stub, int64_t now_ms)
{
	pthread_mutex_lock(&stub->lock);
	stub->now_ms = now_ms;
	pthread_mutex_unlock(&stub->lock);
}

/* --- what was asked --- */

struct stub_counts stub_counts(struct stub *stub)
{
	pthread_mutex_lock(&stub->lock);
	struct stub_counts counts = {stub->asked, stub->inside, stub->inside_most, stub->accepted};
	pthread_mutex_unlock(&stub->lock);
	return counts;
}

void stub_counts_clear(struct stub *stub)
{
	pthread_mutex_lock(&stub->lock);
	stub->asked = stub->accepted = 0;
	stub->inside_most = stub->inside;
	pthread_mutex_unlock(&stub->lock);
}

bool stub_inside_await(struct stub *stub, int inside)
{
	int64_t until_ms = clock_mono_ms(&clock_system) + AWAIT_MS;
	bool early = true;
	pthread_mutex_lock(&stub->lock);
	while (stub->inside < inside && early)
		early = wake_wait(&stub->wake, &stub->lock, until_ms);
	bool came = stub->inside >= inside;
	pthread_mutex_unlock(&stub->lock);
	return came;
}
