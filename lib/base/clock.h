/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one injected clock. Inside, time is int64_t milliseconds since 1970-01-01 UTC, named _ms.
 */
#pragma once

#include <stdint.h>

struct clock {
	int64_t (*now_ms)(void *ctx);  /* wall clock */
	int64_t (*mono_ms)(void *ctx); /* never goes back; only differences mean anything */
	void *ctx;
};

/* The operating system's clock. */
extern const struct clock clock_system;

/* Virtual time for tests: stands still at now_ms until somebody changes it. */
struct clock_fake {
	int64_t now_ms;
};

/* A clock over fake, which must outlive it. */
struct clock clock_of_fake(struct clock_fake *fake);

static inline int64_t clock_now_ms(const struct clock *clock)
{
	return clock->now_ms(clock->ctx);
}

static inline int64_t clock_mono_ms(const struct clock *clock)
{
	return clock->mono_ms(clock->ctx);
}
