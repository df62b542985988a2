/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* The planted faults: a key that is only dropped from memory, a key file that is only unlinked,
 * rows that stay. */
extern bool lazy_key, lazy_overwrite, lazy_rows;
