/* SPDX-License-Identifier: Apache-2.0 */
/* How secrets come in, are compared and go. */
#include "lib/base/secret.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof *secret);
}

int secret_set(struct secret *secret, struct str bytes)
{
	if (bytes.len > SECRET_BYTES_MAX)
		return RAISE(EMSGSIZE);
	/* bytes may lie in the secret itself. */
	if (bytes.len)
		memmove(secret->bytes, bytes.ptr, bytes.len);
	explicit_bzero(secret->bytes + bytes.len, SECRET_BYTES_MAX - bytes.len);
	secret->len = bytes.len;
	return 0;
}

bool secret_equal(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	unsigned char differs = 0;
	for (size_t i = 0; i < a.len; i++)
		differs |= (unsigned char)((unsigned char)a.ptr[i] ^ (unsigned char)b.ptr[i]);
	/* Keep the compiler from leaving the loop early. */
	__asm__ volatile("" : "+r"(differs));
	return differs == 0;
}

static int line_read(struct secret *secret, int fd)
{
	/* One byte a call: what follows the line belongs to the next reader of the descriptor. */
	for (;;) {
		unsigned char byte;
		ssize_t n = read(fd, &byte, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return RAISE(errno);
		if (n == 0 && secret->len == 0)
			return RAISE(ENODATA);
		if (n == 0 || byte == '\n')
			return 0;
		if (secret->len == SECRET_BYTES_MAX)
			return RAISE(EMSGSIZE);
		secret->bytes[secret->len++] = byte;
	}
}

int secret_read(struct secret *secret, int fd)
{
	secret_wipe(secret);
	int r = line_read(secret, fd);
	if (r < 0) {
		secret_wipe(secret);
		return PASS(r);
	}
	if (secret->len && secret->bytes[secret->len - 1] == '\r')
		secret->bytes[--secret->len] = 0;
	return 0;
}

static void text_write(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.ptr, text.len);
		if (n <= 0)
			return;
		text.ptr += n;
		text.len -= (size_t)n;
	}
}

int secret_ask(struct secret *secret, struct str prompt)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios shown;
	if (fd < 0)
		return RAISE(ENOTTY);
	if (tcgetattr(fd, &shown) < 0) {
		close(fd);
		return RAISE(ENOTTY);
	}
	struct termios hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	text_write(fd, prompt);
	tcsetattr(fd, TCSAFLUSH, &hidden);
	int r = secret_read(secret, fd);
	tcsetattr(fd, TCSAFLUSH, &shown);
	text_write(fd, STR("\n"));
	close(fd);
	return r < 0 ? PASS(r) : 0;
}

void secret_memory_lock(void *memory, size_t bytes)
{
	int r = mlock(memory, bytes);
	(void)r; /* beyond RLIMIT_MEMLOCK it stays unlocked, and works all the same */
}

void secret_memory_unlock(void *memory, size_t bytes)
{
	int r = munlock(memory, bytes);
	(void)r;
}

void secret_process_guard(void)
{
	const struct rlimit none = {0, 0};
	int r = setrlimit(RLIMIT_CORE, &none);
	(void)r; /* lowering a limit is always allowed */
#ifndef __SANITIZE_ADDRESS__
	/* The leak check of the sanitizer looks into its own process. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}
