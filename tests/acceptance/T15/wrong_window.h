/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* 0: as it should be. Every query and the sweep believe it to be this much later. */
extern int64_t window_shift_ms;
