/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to try again, and how long to wait before: a bounded back-off with jitter that honours
 * Retry-After. Pure; the caller knows whether a call may be repeated at all.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	RETRY_TRIES_MAX = 3, /* the first one counts */
	RETRY_DELAY_FIRST_MS = 200,
	RETRY_DELAY_MAX_MS = 5000,
	RETRY_AFTER_MAX_MS = 10000, /* a longer Retry-After is told, not waited for */
};

/*
 * Milliseconds to wait after try number tries (from 1) failed; < 0: give up. after_s is the
 * service's Retry-After, 0 when it said nothing. chance is a random number: half of the delay is
 * drawn by it, so that many desks do not come back in step.
 */
int64_t retry_delay_ms(int tries, int64_t after_s, uint32_t chance);
