/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of trying again. */
#include "lib/client/retry.h"

#include <assert.h>

int64_t retry_delay_ms(int tries, int64_t after_s, uint32_t chance)
{
	assert(tries >= 1 && after_s >= 0);
	if (tries >= RETRY_TRIES_MAX || after_s > RETRY_AFTER_MAX_MS / 1000)
		return -1;
	int64_t delay_ms = RETRY_DELAY_FIRST_MS;
	for (int i = 1; i < tries && delay_ms < RETRY_DELAY_MAX_MS; i++)
		delay_ms *= 4;
	if (delay_ms > RETRY_DELAY_MAX_MS)
		delay_ms = RETRY_DELAY_MAX_MS;
	int64_t drawn_ms = delay_ms / 2 + (int64_t)(chance % (uint32_t)(delay_ms / 2 + 1));
	/* Never earlier than asked for; the jitter comes on top. */
	return after_s ? after_s * 1000 + drawn_ms : drawn_ms;
}
