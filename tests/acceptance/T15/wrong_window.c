/* SPDX-License-Identifier: Apache-2.0 */
/* The planted faults: the window of 翌月末 opens a little too early or too late, or in UTC. */
#include "tests/acceptance/T15/wrong_window.h"

int64_t window_shift_ms;

int64_t __real_period_opens_ms(int64_t now_ms);
int64_t __wrap_period_opens_ms(int64_t now_ms);

int64_t __wrap_period_opens_ms(int64_t now_ms)
{
	return __real_period_opens_ms(now_ms + window_shift_ms);
}
