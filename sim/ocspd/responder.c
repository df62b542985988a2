/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/ocspd/responder.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "sim/ocspd/http.h"
#include "sim/ocspd/script.h"
#include "sim/ocspd/status.h"

enum {
	THREADS = 8,
	QUEUE_MAX = 64,
	PATH_BYTES = 4096,
	FILE_BYTES_MAX = 1024 * 1024,
	ARENA_BYTES_MAX = 4 * 1024 * 1024,
	VALID_MS = 60 * 60 * 1000,
};

struct responder {
	int folder;
	int listener;
	int stopping; /* readable once no slow answer is waited for any more */
	const char *script;
	struct answer_authority authorities[ANSWER_AUTHORITIES_MAX];
	size_t authorities_count;
	struct pool *pool;
};

struct connection {
	struct responder *responder;
	int fd;
};

DEFINE_AUTO_POINTER(FILE, fclose)

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* An absent file is an empty one: a world without an index knows nobody. */
static int file_read(int folder, const char *path, struct arena *arena, struct str *ret_text)
{
	char *text = arena_alloc(arena, FILE_BYTES_MAX);
	AUTO(fd_close) int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	if (!text)
		return RAISE(ENOMEM);
	while (fd >= 0 && len < FILE_BYTES_MAX) {
		ssize_t n = read(fd, text + len, FILE_BYTES_MAX - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	*ret_text = str_bytes(text, len);
	return 0;
}

/* One request being answered. */
struct exchange {
	struct script script;
	struct str index;
	int64_t now_ms;
};

static struct answer look_up(void *ctx, const X509 *root, const char *serial)
{
	const struct exchange *exchange = ctx;
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id((X509 *)(uintptr_t)root);
	char aki[65] = "";
	if (exchange->script.forced)
		return (struct answer){exchange->script.status, 0, exchange->now_ms};
	for (int i = 0; id && i < id->length && i < 32; i++)
		snprintf(aki + 2 * i, 3, "%02x", id->data[i]);
	return status_find(exchange->index, str_of(aki), str_of(serial));
}

static int body_answer(struct responder *responder, struct arena *arena, struct exchange *exchange,
		       struct str request, struct str *ret_response)
{
	struct answer_plan plan = {
		.authorities_count = responder->authorities_count,
		.look_up = look_up,
		.ctx = exchange,
		.fault = exchange->script.fault,
		.now_ms = exchange->now_ms,
		.valid_ms = VALID_MS,
	};
	memcpy(plan.authorities, responder->authorities, sizeof plan.authorities);
	int r = exchange->script.try_later
			? answer_refuse(arena, OCSP_RESPONSE_STATUS_TRYLATER, ret_response)
			: answer_make(arena, &plan, request, ret_response);
	return r < 0 ? PASS(r) : 0;
}

static int exchange_read(struct responder *responder, struct arena *arena,
			 struct exchange *exchange)
{
	struct str text = {0};
	int r = 0;
	if (responder->script)
		r = file_read(AT_FDCWD, responder->script, arena, &text);
	if (r == 0)
		r = file_read(responder->folder, "ocsp-index", arena, &exchange->index);
	if (r < 0)
		return PASS(r);
	if (script_parse(text, &exchange->script))
		fputs("shikaku-sim-ocspd: the script has an unknown word: obeying the index\n",
		      stderr);
	exchange->now_ms = clock_now_ms(&clock_system);
	return 0;
}

/* Slow, but not slower in stopping. */
static void wait_slowly(const struct responder *responder, int64_t wait_ms)
{
	struct pollfd stopping = {.fd = responder->stopping, .events = POLLIN};
	if (wait_ms)
		poll(&stopping, 1, (int)wait_ms);
}

static int connection_answer(struct connection *connection, struct arena *arena)
{
	struct exchange exchange = {0};
	struct str request, response;
	int r = http_read(connection->fd, arena, &request);
	if (r > 0) {
		http_refuse(connection->fd);
		return 0;
	}
	if (r == 0)
		r = exchange_read(connection->responder, arena, &exchange);
	if (r < 0)
		return PASS(r);
	wait_slowly(connection->responder, exchange.script.slow_ms);
	if (exchange.script.drop)
		return 0;
	r = body_answer(connection->responder, arena, &exchange, request, &response);
	if (r < 0)
		return PASS(r);
	http_reply(connection->fd, response);
	return 0;
}

static void connection_run(void *job, void *worker)
{
	struct connection *connection = job;
	AUTO(arena_clear) struct arena arena;
	char trace[256];
	(void)worker;
	arena_init(&arena, ARENA_BYTES_MAX);
	int r = connection_answer(connection, &arena);
	if (r < 0)
		fprintf(stderr, "shikaku-sim-ocspd: %s (%s)\n", strerror(-r),
			fault_trace(trace, sizeof trace));
	close(connection->fd);
	free(connection);
}

static X509 *certificate_read(int folder, const char *path)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	AUTO(fclosep) FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	return file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
}

static EVP_PKEY *key_read(int folder, const char *path)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	AUTO(fclosep) FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	return file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
}

static int authorities_read(struct responder *responder)
{
	for (size_t i = 0; i < ANSWER_AUTHORITIES_MAX; i++) {
		struct answer_authority *authority = &responder->authorities[i];
		char path[40];
		snprintf(path, sizeof path, "ca/authca%zu.pem", i + 1);
		authority->root = certificate_read(responder->folder, path);
		if (!authority->root)
			break;
		responder->authorities_count++;
		snprintf(path, sizeof path, "ocsp/authca%zu.pem", i + 1);
		authority->signer = certificate_read(responder->folder, path);
		snprintf(path, sizeof path, "ocsp/authca%zu.key", i + 1);
		authority->signer_key = key_read(responder->folder, path);
		if (!authority->signer || !authority->signer_key)
			return RAISE(EINVAL);
	}
	return responder->authorities_count ? 0 : RAISE(EINVAL);
}

static int listener_open(unsigned port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
	};
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return RAISE(errno);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(fd, QUEUE_MAX) < 0) {
		int error = errno;
		close(fd);
		return RAISE(error);
	}
	return fd;
}

unsigned responder_port(const struct responder *responder)
{
	struct sockaddr_in address = {0};
	socklen_t bytes = sizeof address;
	getsockname(responder->listener, (struct sockaddr *)&address, &bytes);
	return ntohs(address.sin_port);
}

static int responder_open(struct responder *responder, const struct responder_options *options)
{
	struct pool_options pool = {.name = "ocspd", .threads = THREADS, .queue_max = QUEUE_MAX};
	responder->folder = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	responder->stopping = eventfd(0, EFD_CLOEXEC);
	if (responder->folder < 0 || responder->stopping < 0)
		return RAISE(errno);
	int r = authorities_read(responder);
	if (r < 0)
		return PASS(r);
	responder->listener = listener_open(options->port);
	if (responder->listener < 0)
		return PASS(responder->listener);
	r = pool_create(&responder->pool, &pool);
	return r < 0 ? PASS(r) : 0;
}

int responder_create(const struct responder_options *options, struct responder **ret_responder)
{
	AUTO(responder_destroyp) struct responder *responder = calloc(1, sizeof *responder);
	if (!responder)
		return RAISE(ENOMEM);
	responder->folder = responder->listener = responder->stopping = -1;
	responder->script = options->script;
	int r = responder_open(responder, options);
	if (r < 0)
		return PASS(r);
	*ret_responder = responder;
	responder = NULL;
	return 0;
}

void responder_destroy(struct responder *responder)
{
	if (!responder)
		return;
	if (responder->stopping >= 0)
		eventfd_write(responder->stopping, 1);
	pool_destroy(responder->pool);
	for (size_t i = 0; i < ANSWER_AUTHORITIES_MAX; i++) {
		X509_free(responder->authorities[i].root);
		X509_free(responder->authorities[i].signer);
		EVP_PKEY_free(responder->authorities[i].signer_key);
	}
	fd_close(&responder->listener);
	fd_close(&responder->folder);
	fd_close(&responder->stopping);
	free(responder);
}

static int connection_take(struct responder *responder)
{
	int fd = accept4(responder->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return 0; /* gone again before we looked */
	struct connection *connection = malloc(sizeof *connection);
	if (!connection) {
		close(fd);
		return RAISE(ENOMEM);
	}
	*connection = (struct connection){responder, fd};
	int r = pool_submit(responder->pool, connection_run, connection);
	if (r) {
		close(fd);
		free(connection);
	}
	return r < 0 ? PASS(r) : 0;
}

int responder_run(struct responder *responder, int stop_fd)
{
	struct pollfd fds[] = {{.fd = stop_fd, .events = POLLIN},
			       {.fd = responder->listener, .events = POLLIN}};
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return RAISE(EIO);
		if (fds[0].revents)
			return 0;
		int r = fds[1].revents ? connection_take(responder) : 0;
		if (r < 0)
			return PASS(r);
	}
}
