/* SPDX-License-Identifier: Apache-2.0 */
/* getrandom(2): a host whose kernel cannot give randomness cannot run this service at all. */
#include "lib/crypto/crypto.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *bytes, size_t count)
{
	unsigned char *next = bytes;
	while (count) {
		ssize_t n = getrandom(next, count, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			abort();
		next += n;
		count -= (size_t)n;
	}
}

void random_id(char id[33])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[16];
	random_bytes(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++) {
		id[2 * i] = digits[bytes[i] >> 4];
		id[2 * i + 1] = digits[bytes[i] & 15];
	}
	id[32] = '\0';
}

/* Bytes beyond the last whole multiple of the alphabet are thrown away: they would favour some. */
static unsigned char random_below(size_t count)
{
	size_t fair = 256 - 256 % count;
	for (;;) {
		unsigned char byte;
		random_bytes(&byte, 1);
		if (byte < fair)
			return (unsigned char)(byte % count);
	}
}

void random_text(struct str alphabet, size_t count, struct secret *ret_text)
{
	assert(alphabet.len >= 2 && alphabet.len <= 256);
	assert(count <= SECRET_BYTES_MAX);
	secret_wipe(ret_text);
	for (size_t i = 0; i < count; i++)
		ret_text->bytes[i] = (unsigned char)alphabet.ptr[random_below(alphabet.len)];
	ret_text->len = count;
}
