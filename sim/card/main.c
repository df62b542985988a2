/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shikaku-sim-card: one card on the virtual reader of vsmartcard-vpcd. Running is lying on the
 * reader, ending is being pulled.
 *
 * The reader listens and we connect. Each message is two bytes of length (big-endian) and a body;
 * a body of one byte is a control, everything else a command. Debian 12's vpcd sends length and
 * body apart, which costs 44 ms an APDU unless we acknowledge at once: TCP_QUICKACK does not last
 * and is set before every receive. We send length and body together.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "sim/card/fault_plan.h"
#include "sim/card/folder.h"
#include "sim/card/vcard.h"

enum {
	CONTROL_POWER_OFF = 0,
	CONTROL_POWER_ON = 1,
	CONTROL_RESET = 2,
	CONTROL_ATR = 4,
	CONNECT_TRIES = 40, /* the reader may be starting: 2 s */
	CONNECT_PAUSE_MS = 50,
	MESSAGE_BYTES_MAX = 65535,
	PARTS_BYTES_MAX = 256 * 1024,
	DELAY_MS_MAX = 60000,
};

/* A contact My Number card: T=1. */
static const unsigned char atr[] = {0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14};

struct options {
	const char *folder;
	const char *host;
	uint16_t port;
	int64_t delay_ms;
	struct fault_plan plan;
};

struct program {
	struct options options;
	struct vcard *card;
	int reader;
	size_t apdus;
	unsigned tries; /* what the folder says */
	unsigned char message[MESSAGE_BYTES_MAX];
	struct vcard_response response;
};

static void random_fill(void *ctx, void *bytes, size_t count)
{
	(void)ctx;
	/* At most 256 bytes are asked for: getrandom gives them whole. */
	if (getrandom(bytes, count, 0) != (ssize_t)count)
		abort();
}

/* --- the wire --- */

/* 1 all there, 0 the reader went away. */
static int bytes_receive(int fd, unsigned char *bytes, size_t count)
{
	const int on = 1;
	for (size_t at = 0; at < count;) {
		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
		ssize_t n = recv(fd, bytes + at, count - at, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		at += (size_t)n;
	}
	return 1;
}

static int message_receive(struct program *program, struct str *ret_body)
{
	unsigned char head[2];
	if (!bytes_receive(program->reader, head, sizeof head))
		return 0;
	size_t len = (size_t)head[0] << 8 | head[1];
	if (!bytes_receive(program->reader, program->message, len))
		return 0;
	*ret_body = str_bytes(program->message, len);
	return 1;
}

static int message_send(struct program *program, const void *body, size_t len)
{
	unsigned char bytes[2 + MESSAGE_BYTES_MAX];
	if (len > MESSAGE_BYTES_MAX)
		return 0;
	bytes[0] = (unsigned char)(len >> 8);
	bytes[1] = (unsigned char)len;
	memcpy(bytes + 2, body, len);
	for (size_t at = 0; at < len + 2;) {
		ssize_t n = send(program->reader, bytes + at, len + 2 - at, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		at += (size_t)n;
	}
	return 1;
}

/* --- what is asked --- */

static int control_answer(struct program *program, unsigned char control)
{
	switch (control) {
	case CONTROL_POWER_OFF:
	case CONTROL_POWER_ON:
	case CONTROL_RESET: vcard_reset(program->card); return 1;
	case CONTROL_ATR: return message_send(program, atr, sizeof atr);
	default: return 1;
	}
}

static void response_set(struct vcard_response *response, unsigned sw)
{
	response->bytes[0] = (unsigned char)(sw >> 8);
	response->bytes[1] = (unsigned char)sw;
	response->len = 2;
}

static void response_cut(struct vcard_response *response)
{
	size_t len = response->len;
	if (len <= 2)
		return;
	memmove(response->bytes + len - 3, response->bytes + len - 2, 2);
	response->len--;
}

/* The tries are on the card before the answer leaves it: pulling it early wins nothing. */
static int tries_keep(struct program *program)
{
	unsigned tries = vcard_tries(program->card);
	if (tries == program->tries)
		return 1;
	if (folder_tries_write(program->options.folder, tries) < 0) {
		fprintf(stderr, "カードフォルダーに残り回数を書けません: %s\n",
			program->options.folder);
		return 0;
	}
	program->tries = tries;
	return 1;
}

static void delay_wait(int64_t delay_ms)
{
	const struct timespec delay = {.tv_sec = (time_t)(delay_ms / 1000),
				       .tv_nsec = (long)(delay_ms % 1000) * 1000000};
	if (delay_ms)
		nanosleep(&delay, NULL);
}

static int command_answer(struct program *program, struct str command)
{
	struct vcard_response *response = &program->response;
	const struct fault_line fault = fault_plan_at(&program->options.plan, program->apdus++);
	delay_wait(program->options.delay_ms);
	if (fault.kind == FAULT_DROP)
		return 0;
	if (fault.kind == FAULT_STATUS)
		response_set(response, fault.sw);
	else
		vcard_apdu(program->card, command, response);
	if (fault.kind == FAULT_CUT)
		response_cut(response);
	if (fault.kind == FAULT_SPOIL && response->len > 2)
		response->bytes[response->len - 3] ^= 0x01;
	return tries_keep(program) && message_send(program, response->bytes, response->len);
}

static void card_run(struct program *program)
{
	struct str body = {0};
	while (message_receive(program, &body)) {
		int goes_on = body.len == 1 ? control_answer(program, (unsigned char)body.ptr[0])
					    : command_answer(program, body);
		explicit_bzero(program->message, body.len);
		if (!goes_on)
			return;
	}
}

/* --- start --- */

static int reader_connect(const struct options *options)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options->port)};
	if (inet_pton(AF_INET, options->host, &address.sin_addr) != 1)
		return -1;
	for (int i = 0; i < CONNECT_TRIES; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		const int on = 1;
		if (fd < 0)
			return -1;
		if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
			return fd;
		}
		close(fd);
		poll(NULL, 0, CONNECT_PAUSE_MS);
	}
	return -1;
}

static int card_load(struct program *program)
{
	AUTO(arena_clear) struct arena arena = {0};
	struct vcard_parts parts = {.random = random_fill};
	arena_init(&arena, PARTS_BYTES_MAX);
	int r = folder_read(&arena, program->options.folder, &parts);
	if (r == 0)
		r = vcard_create(&parts, &program->card);
	program->tries = parts.tries;
	return r;
}

static int usage(void)
{
	fputs("使い方: shikaku-sim-card --dir カードフォルダー [--host 127.0.0.1] [--port 35963]\n"
	      "                         [--delay-ms N] [--fault 番号:種類,…]\n"
	      "  種類: drop | sw=6A82 | cut | spoil\n",
	      stderr);
	return 2;
}

static bool number_option(const char *text, int64_t max, int64_t *ret_number)
{
	return number_parse(str_of(text), 0, max, ret_number) == 0;
}

static bool option_take(struct options *options, int option, const char *value)
{
	int64_t number = 0;
	switch (option) {
	case 'd': options->folder = value; return true;
	case 'h': options->host = value; return true;
	case 'f': return fault_plan_parse(str_of(value), &options->plan) == 0;
	case 'm': return number_option(value, DELAY_MS_MAX, &options->delay_ms);
	case 'p':
		if (!number_option(value, UINT16_MAX, &number))
			return false;
		options->port = (uint16_t)number;
		return true;
	default: return false;
	}
}

static bool options_read(int argc, char **argv, struct options *ret_options)
{
	static const struct option names[] = {{"dir", required_argument, NULL, 'd'},
					      {"host", required_argument, NULL, 'h'},
					      {"port", required_argument, NULL, 'p'},
					      {"fault", required_argument, NULL, 'f'},
					      {"delay-ms", required_argument, NULL, 'm'},
					      {0}};
	struct options options = {.host = "127.0.0.1", .port = 35963};
	for (;;) {
		int option = getopt_long(argc, argv, "", names, NULL);
		if (option == -1)
			break;
		if (!option_take(&options, option, optarg))
			return false;
	}
	*ret_options = options;
	return options.folder && optind == argc;
}

int main(int argc, char **argv)
{
	static struct program program;
	if (!options_read(argc, argv, &program.options))
		return usage();
	if (card_load(&program)) {
		fprintf(stderr, "カードフォルダーを読めません: %s\n", program.options.folder);
		return 1;
	}
	program.reader = reader_connect(&program.options);
	if (program.reader < 0)
		fprintf(stderr, "仮想リーダーにつながりません: %s:%u\n", program.options.host,
			program.options.port);
	else
		card_run(&program);
	vcard_destroy(program.card);
	return program.reader < 0 ? 1 : 0;
}
