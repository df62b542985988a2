/* SPDX-License-Identifier: Apache-2.0 */
/* The system's clock, and one that tests turn by hand. */
#include "lib/base/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t read_ms(clockid_t id)
{
	struct timespec ts;
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t system_now_ms(void *ctx)
{
	(void)ctx;
	return read_ms(CLOCK_REALTIME);
}

static int64_t system_mono_ms(void *ctx)
{
	(void)ctx;
	return read_ms(CLOCK_MONOTONIC);
}

const struct clock clock_system = {system_now_ms, system_mono_ms, NULL};

static int64_t fake_now_ms(void *ctx)
{
	const struct clock_fake *fake = ctx;
	return fake->now_ms;
}

struct clock clock_of_fake(struct clock_fake *fake)
{
	return (struct clock){fake_now_ms, fake_now_ms, fake};
}
