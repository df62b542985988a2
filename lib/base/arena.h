/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory with one lifetime and a ceiling: everything of a request lives in its arena and dies,
 * wiped, when the last byte is written. Nothing is freed singly.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "lib/base/fault.h"
#include "lib/base/str.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;
	size_t bytes_max;   /* ceiling of all blocks together */
	size_t bytes_total; /* what the blocks hold now */
	long fail_after;    /* tests: < 0 never, else the allocation that fails, and all later */
};

/* Ready to use; nothing is allocated yet. bytes_max > 0. */
void arena_init(struct arena *arena, size_t bytes_max);

/* Wipes and frees all; the arena is empty and usable again. Accepts a zeroed arena. */
void arena_clear(struct arena *arena);

/* Zeroed memory, aligned for any type, until arena_clear. NULL: the ceiling or malloc said no. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* As arena_alloc, but not zeroed: for what is written over at once. */
void *arena_bytes(struct arena *arena, size_t bytes);

/* As arena_alloc for count elements of size bytes; NULL also when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of text in the arena (a NUL stands behind it). Fault: -ENOMEM. */
MUST_CHECK int arena_copy(struct arena *arena, struct str text, struct str *ret_copy);

/* The same without the bytes of dropped, which are ASCII. */
MUST_CHECK int arena_copy_without(struct arena *arena, struct str text, const char *dropped,
				  struct str *ret_copy);

/* printf into the arena; a NUL stands behind it. Fault: -ENOMEM. */
MUST_CHECK int arena_print(struct arena *arena, struct str *ret_text, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
