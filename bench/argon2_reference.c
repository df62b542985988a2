/* SPDX-License-Identifier: Apache-2.0 */
/* CPU microseconds of one Argon2id (m=19 MiB, t=2, p=1) by libsodium alone: the floor of a login.
 */
#include <sodium.h>
#include <stdio.h>
#include <time.h>

#include "lib/base/number.h"

static double cpu_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	int64_t count = 0;
	if (argc != 2 || number_parse(str_of(argv[1]), 1, 10000, &count) || sodium_init() < 0)
		return 2;
	unsigned char out[32], password[32] = {1}, salt[crypto_pwhash_SALTBYTES] = {2};
	double before = cpu_us();
	for (int64_t i = 0; i < count; i++)
		if (crypto_pwhash(out, sizeof out, (const char *)password, sizeof password, salt, 2,
				  (size_t)19 * 1024 * 1024, crypto_pwhash_ALG_ARGON2ID13))
			return 1;
	printf("%.1f\n", (cpu_us() - before) / (double)count);
	return 0;
}
