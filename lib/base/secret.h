/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PIN, password, token or key. Nothing that logs, prints or encodes accepts this type; the bytes
 * live inside the struct, so that no copy stays behind on a heap.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/fault.h"
#include "lib/base/str.h"

enum { SECRET_BYTES_MAX = 512 };

struct secret {
	size_t len;
	unsigned char bytes[SECRET_BYTES_MAX];
};

/* Overwrites all; accepts a zeroed secret. For AUTO(secret_wipe). */
void secret_wipe(struct secret *secret);

/* Copies the bytes in. Fault: -EMSGSIZE when longer than SECRET_BYTES_MAX. */
MUST_CHECK int secret_set(struct secret *secret, struct str bytes);

/* The bytes, borrowed until the secret is wiped or set again. */
static inline struct str secret_str(const struct secret *secret)
{
	return (struct str){(const char *)secret->bytes, secret->len};
}

/* Same bytes, in a time that depends on the lengths only. */
bool secret_equal(struct str a, struct str b);

/*
 * Read one line (without its line end) from a descriptor: standard input, a pipe, a file. Reads to
 * the line end or the end of file and no further. Faults: -EMSGSIZE, -ENODATA (nothing there), or
 * that of read(2).
 */
MUST_CHECK int secret_read(struct secret *secret, int fd);

/* As secret_read from the terminal, with a prompt on it and the echo off. Fault: -ENOTTY. */
MUST_CHECK int secret_ask(struct secret *secret, struct str prompt);

/*
 * Keep these bytes out of swap, where the system allows that many locked pages; the other one lets
 * them go. The memory stays its owner's.
 */
void secret_memory_lock(void *memory, size_t bytes);
void secret_memory_unlock(void *memory, size_t bytes);

/*
 * For main, first of all: no core dump of this process, and no other process of the same user may
 * look into it.
 */
void secret_process_guard(void);
