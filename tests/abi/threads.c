/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two threads and a service that accepts and never answers: the thread rules of shikaku.h, its
 * cancel and its time limits. It prints TAP.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "include/shikaku/shikaku.h"

static int tests, failures;

static void check(int holds, const char *what)
{
	tests++;
	failures += !holds;
	printf("%s %d - %s\n", holds ? "ok" : "not ok", tests, what);
}

/* A listening socket on loopback that nobody serves: connections stand, nothing is answered. */
static int silent_service(char url[64])
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 8) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		return -1;
	(void)snprintf(url, 64, "https://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
	return fd;
}

static int64_t now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void *login(void *ctx)
{
	static int32_t code;
	code = shk_login(ctx, "1312345678", "WA0000001", "correct horse battery");
	return &code;
}

static void cancel_check(shk_client *client, int fd)
{
	pthread_t thread;
	void *code = NULL;
	int64_t begun_ms = now_ms();
	if (pthread_create(&thread, NULL, login, client) != 0) {
		check(0, "a thread starts");
		return;
	}
	/* Once it has connected, the other thread is inside the library. */
	int connection = accept(fd, NULL, NULL);
	check(shk_logout(client) == SHK_ERR_IN_USE, "a client is used by one thread at a time");
	shk_cancel(client);
	(void)pthread_join(thread, &code);
	(void)close(connection);
	check(*(int32_t *)code == SHK_ERR_CANCELLED, "cancel ends the call of the other thread");
	check(now_ms() - begun_ms < 5000, "and does so soon");
	check(shk_error_exit(client) == 17, "what was cancelled says so");
}

static void timeout_check(shk_client *client)
{
	int64_t begun_ms = now_ms();
	check(shk_client_set_timeouts(client, 200, 300) == SHK_OK, "time limits are set");
	check(shk_login(client, "1312345678", "WA0000001", "correct horse battery") ==
		      SHK_ERR_TIMEOUT,
	      "a service that never answers is not waited for");
	check(now_ms() - begun_ms < 3000, "beyond the limit");
}

int main(void)
{
	char url[64];
	shk_client *client = NULL;
	int fd = silent_service(url);
	check(fd >= 0 && shk_client_create(&client) == SHK_OK, "a client and a silent service");
	if (client) {
		check(shk_client_set_service(client, url) == SHK_OK &&
			      shk_client_set_proxy(client, "") == SHK_OK &&
			      shk_client_set_product(client, "v", "p", "1") == SHK_OK,
		      "the client is told");
		cancel_check(client, fd);
		timeout_check(client);
		shk_client_destroy(client);
	}
	if (fd >= 0)
		(void)close(fd);
	printf("1..%d\n", tests);
	return failures != 0;
}
