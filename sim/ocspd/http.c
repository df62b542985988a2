/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/ocspd/http.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/base/number.h"

static void patience_set(int fd)
{
	struct timeval wait = {.tv_sec = HTTP_WAIT_MS / 1000};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

/* The value of Content-Length; < 0 without a usable one. */
static int64_t body_bytes(struct str head)
{
	struct str line, name;
	int64_t bytes;
	while (str_split(&head, '\n', &line))
		if (str_split(&line, ':', &name) && str_equal_nocase(name, STR("Content-Length")))
			return number_parse(str_trim(line), 0, HTTP_BODY_BYTES_MAX, &bytes) ? -1
											    : bytes;
	return -1;
}

/* Is the request whole? The body's place in it, when it is. */
static int request_look(struct str request, struct str *ret_body)
{
	const char *end = request.len ? memmem(request.ptr, request.len, "\r\n\r\n", 4) : NULL;
	if (!end)
		return request.len > HTTP_HEAD_BYTES_MAX ? HTTP_BAD : -EAGAIN;
	struct str head = {request.ptr, (size_t)(end - request.ptr)};
	size_t have = request.len - head.len - 4;
	int64_t want = body_bytes(head);
	if (!str_starts(head, STR("POST ")) || want < 0)
		return HTTP_BAD;
	if (have < (size_t)want)
		return -EAGAIN;
	*ret_body = (struct str){end + 4, (size_t)want};
	return 0;
}

int http_read(int fd, struct arena *arena, struct str *ret_body)
{
	const size_t room = HTTP_HEAD_BYTES_MAX + HTTP_BODY_BYTES_MAX;
	char *bytes = arena_alloc(arena, room);
	if (!bytes)
		return RAISE(ENOMEM);
	patience_set(fd);
	for (size_t len = 0; len < room;) {
		ssize_t n = recv(fd, bytes + len, room - len, 0);
		if (n <= 0)
			return HTTP_BAD;
		len += (size_t)n;
		int r = request_look(str_bytes(bytes, len), ret_body);
		if (r != -EAGAIN)
			return r;
	}
	return HTTP_BAD;
}

static void bytes_send(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		bytes.ptr += n;
		bytes.len -= (size_t)n;
	}
}

void http_reply(int fd, struct str body)
{
	char head[160];
	snprintf(head, sizeof head,
		 "HTTP/1.0 200 OK\r\nContent-Type: application/ocsp-response\r\n"
		 "Content-Length: %zu\r\nConnection: close\r\n\r\n",
		 body.len);
	bytes_send(fd, str_of(head));
	bytes_send(fd, body);
}

void http_refuse(int fd)
{
	bytes_send(fd, STR("HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n"
			   "Connection: close\r\n\r\n"));
}
