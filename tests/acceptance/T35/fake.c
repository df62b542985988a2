/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T35/fake.h"

#include "lib/base/test.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/base/number.h"

static const char refusal[] =
	"{\"type\":\"urn:shikaku:problem:credentials_refused\",\"title\":\"t\",\"status\":401,"
	"\"code\":\"credentials_refused\",\"action\":\"a\",\"vendor\":\"v\"}";

/* What the wire says, before anything is made of it. */
static void heard_note(struct fake *fake, const char *bytes, size_t len)
{
	pthread_mutex_lock(&fake->lock);
	if (len > FAKE_HEARD_MAX - fake->heard_count)
		len = FAKE_HEARD_MAX - fake->heard_count;
	memcpy(fake->heard + fake->heard_count, bytes, len);
	fake->heard_count += len;
	pthread_mutex_unlock(&fake->lock);
}

static long wire_tap(BIO *bio, int operation, const char *bytes, size_t len, int argi, long argl,
		     int ret, size_t *processed)
{
	(void)len, (void)argi, (void)argl;
	if (operation == (BIO_CB_READ | BIO_CB_RETURN) && ret > 0 && processed)
		heard_note((struct fake *)(void *)BIO_get_callback_arg(bio), bytes, *processed);
	return ret;
}

static int staple_give(SSL *ssl, void *ctx)
{
	static const unsigned char rubbish[] = "no such thing";
	const struct fake_plan *plan = ctx;
	unsigned char *der = NULL;
	int len = sizeof rubbish;
	if (plan->staple == FAKE_STAPLE_RUBBISH)
		der = OPENSSL_memdup(rubbish, sizeof rubbish);
	else
		len = paper_staple(&plan->leaf, plan->issuer, plan->staple == FAKE_STAPLE_REVOKED,
				   &der);
	SSL_set_tlsext_status_ocsp_resp(ssl, der, len);
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *context_make(struct fake *fake)
{
	struct fake_plan *plan = &fake->plan;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_security_level(ctx, 0); /* it is bad on purpose */
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, plan->version_most);
	SSL_CTX_use_certificate(ctx, plan->leaf.certificate);
	SSL_CTX_use_PrivateKey(ctx, plan->leaf.key);
	if (plan->between)
		SSL_CTX_add1_chain_cert(ctx, plan->between->certificate);
	if (plan->staple) {
		SSL_CTX_set_tlsext_status_cb(ctx, staple_give);
		SSL_CTX_set_tlsext_status_arg(ctx, plan);
	}
	return ctx;
}

static bool is_whole(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "content-length:");
	int64_t body = 0;
	if (!end)
		return false;
	struct str value = length ? str_of(length + 15) : STR("0"), line;
	str_split(&value, '\r', &line);
	return number_parse(str_trim(line), 0, FAKE_HEARD_MAX, &body) != 0 ||
	       (int64_t)strlen(end + 4) >= body;
}

/* A reset takes with it what was not read yet. */
static void word_await(struct fake *fake)
{
	pthread_mutex_lock(&fake->lock);
	while (!fake->may_hang_up)
		pthread_cond_wait(&fake->moved, &fake->lock);
	pthread_mutex_unlock(&fake->lock);
}

/* One request, and its refusal. */
static void inside_talk(struct fake *fake, SSL *ssl)
{
	char bytes[16384] = "", reply[512];
	size_t len = 0, n;
	while (!is_whole(bytes) && len < sizeof bytes - 1 &&
	       SSL_read_ex(ssl, bytes + len, sizeof bytes - 1 - len, &n) == 1) {
		pthread_mutex_lock(&fake->lock);
		if (n <= FAKE_HEARD_MAX - fake->read_inside) {
			memcpy(fake->inside + fake->read_inside, bytes + len, n);
			fake->read_inside += n;
		}
		pthread_mutex_unlock(&fake->lock);
		len += n;
		bytes[len] = '\0';
	}
	int reply_len =
		snprintf(reply, sizeof reply,
			 "HTTP/1.1 401 Unauthorized\r\nContent-Type: "
			 "application/problem+json\r\nContent-Length: %zu\r\n"
			 "Connection: %s\r\n\r\n%s",
			 sizeof refusal - 1, fake->plan.is_rude ? "keep-alive" : "close", refusal);
	SSL_write(ssl, reply, reply_len);
	if (fake->plan.is_rude)
		word_await(fake);
	else
		SSL_shutdown(ssl);
}

static void tls_talk(struct fake *fake, int fd)
{
	SSL_CTX *ctx = context_make(fake);
	SSL *ssl = SSL_new(ctx);
	BIO *bio = BIO_new_socket(fd, BIO_NOCLOSE);
	BIO_set_callback_ex(bio, wire_tap);
	BIO_set_callback_arg(bio, (char *)(void *)fake);
	SSL_set_bio(ssl, bio, bio);
	if (SSL_accept(ssl) == 1) {
		pthread_mutex_lock(&fake->lock);
		fake->handshakes++;
		pthread_mutex_unlock(&fake->lock);
		inside_talk(fake, ssl);
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

static void plain_talk(struct fake *fake, int fd)
{
	char bytes[4096];
	ssize_t n = recv(fd, bytes, sizeof bytes, 0);
	if (n > 0)
		heard_note(fake, bytes, (size_t)n);
	static const char reply[] = "HTTP/1.1 301 Moved\r\nLocation: http://localhost/\r\n"
				    "Content-Length: 0\r\nConnection: close\r\n\r\n";
	send(fd, reply, sizeof reply - 1, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0)
		heard_note(fake, bytes, (size_t)n);
}

/* Wait for who knocks next; -1 when the fake is shut. From then on the plan is in use. */
static int knock_take(struct fake *fake)
{
	struct pollfd door = {.fd = fake->listener, .events = POLLIN};
	poll(&door, 1, -1);
	pthread_mutex_lock(&fake->lock);
	int fd = accept(fake->listener, NULL, NULL);
	fake->is_talking = fd >= 0;
	fake->contacts += fd >= 0;
	pthread_mutex_unlock(&fake->lock);
	return fd;
}

static void talk_end(struct fake *fake, int fd)
{
	const struct linger reset = {.l_onoff = fake->plan.is_rude};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	close(fd);
	pthread_mutex_lock(&fake->lock);
	fake->is_talking = false;
	pthread_cond_broadcast(&fake->moved);
	pthread_mutex_unlock(&fake->lock);
}

static void *serve(void *arg)
{
	struct fake *fake = arg;
	const struct timeval patience = {.tv_sec = 3};
	sigset_t pipe;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE); /* the server's own; the client's must not come at all */
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
	for (;;) {
		int fd = knock_take(fake);
		if (fd < 0)
			return NULL;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		if (fake->plan.is_plain)
			plain_talk(fake, fd);
		else
			tls_talk(fake, fd);
		talk_end(fake, fd);
	}
}

void fake_open(struct fake *fake)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t bytes = sizeof address;
	pthread_mutex_init(&fake->lock, NULL);
	pthread_cond_init(&fake->moved, NULL);
	fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, bytes), 0);
	assert_int_equal(listen(fake->listener, 16), 0);
	assert_int_equal(getsockname(fake->listener, (struct sockaddr *)&address, &bytes), 0);
	fake->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&fake->thread, NULL, serve, fake), 0);
}

static bool somebody_knocks(const struct fake *fake)
{
	struct pollfd door = {.fd = fake->listener, .events = POLLIN};
	return poll(&door, 1, 0) > 0;
}

static void rest_await(struct fake *fake)
{
	fake->may_hang_up = true;
	pthread_cond_broadcast(&fake->moved);
	while (fake->is_talking || somebody_knocks(fake))
		pthread_cond_wait(&fake->moved, &fake->lock);
	fake->may_hang_up = false;
}

void fake_hang_up(struct fake *fake)
{
	pthread_mutex_lock(&fake->lock);
	rest_await(fake);
	pthread_mutex_unlock(&fake->lock);
}

void fake_clear(struct fake *fake)
{
	pthread_mutex_lock(&fake->lock);
	rest_await(fake);
	fake->contacts = fake->handshakes = 0;
	fake->read_inside = fake->heard_count = 0;
	pthread_mutex_unlock(&fake->lock);
}

void fake_close(struct fake *fake)
{
	fake_hang_up(fake);
	shutdown(fake->listener, SHUT_RDWR);
	pthread_join(fake->thread, NULL);
	close(fake->listener);
	pthread_cond_destroy(&fake->moved);
	pthread_mutex_destroy(&fake->lock);
}
