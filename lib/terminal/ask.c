/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/terminal/ask.h"

#include <stdio.h>
#include <unistd.h>

int ask_secret(struct secret *secret, int fd, const char *what)
{
	char prompt[128];
	int from = fd < 0 ? STDIN_FILENO : fd;
	int len = snprintf(prompt, sizeof prompt, "%s: ", what);
	if (len < 0 || (size_t)len >= sizeof prompt)
		return RAISE(EMSGSIZE);
	int r = isatty(from) == 1 ? secret_ask(secret, str_of(prompt)) : secret_read(secret, from);
	if (r)
		return PASS(r);
	if (secret->len >= sizeof secret->bytes) {
		secret_wipe(secret);
		return RAISE(EMSGSIZE);
	}
	secret->bytes[secret->len] = '\0';
	return 0;
}
