/* SPDX-License-Identifier: Apache-2.0 */
/* The planted faults: seals that forget their row, and a chain that forgets its fields. */
#pragma once

#include <stdbool.h>

extern bool seals_are_blind;
extern bool chain_is_blind;
