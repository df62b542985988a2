/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks in a list, the newest first; a large piece gets a block of its own behind it. */
#include "lib/base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t bytes;
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

void arena_init(struct arena *arena, size_t bytes_max)
{
	assert(bytes_max > 0);
	*arena = (struct arena){.bytes_max = bytes_max, .fail_after = -1};
}

void arena_clear(struct arena *arena)
{
	struct arena_block *block = arena->blocks;
	while (block) {
		struct arena_block *next = block->next;
		explicit_bzero(block->data, block->used);
		free(block);
		block = next;
	}
	arena->blocks = NULL;
	arena->bytes_total = 0;
}

static struct arena_block *block_add(struct arena *arena, size_t bytes)
{
	size_t want = bytes > BLOCK_BYTES / 4 ? bytes : BLOCK_BYTES;
	if (want > arena->bytes_max - arena->bytes_total)
		want = bytes;
	if (want > arena->bytes_max - arena->bytes_total)
		return NULL;
	struct arena_block *block = malloc(sizeof *block + want);
	if (!block)
		return NULL;
	*block = (struct arena_block){.bytes = want};
	arena->bytes_total += want;
	/* A block that is full at once goes behind the one still being filled. */
	if (want == bytes && arena->blocks) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void *arena_bytes(struct arena *arena, size_t bytes)
{
	const size_t unit = alignof(max_align_t);
	if (arena->fail_after >= 0 && arena->fail_after-- == 0) {
		arena->fail_after = 0;
		return NULL;
	}
	if (bytes > SIZE_MAX - unit)
		return NULL;
	bytes = (bytes ? bytes + unit - 1 : unit) / unit * unit;
	struct arena_block *block = arena->blocks;
	if (!block || block->bytes - block->used < bytes) {
		block = block_add(arena, bytes);
		if (!block)
			return NULL;
	}
	void *piece = block->data + block->used;
	block->used += bytes;
	return piece;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	void *piece = arena_bytes(arena, bytes);
	return piece ? memset(piece, 0, bytes) : NULL;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return arena_alloc(arena, bytes);
}

int arena_copy(struct arena *arena, struct str text, struct str *ret_copy)
{
	char *copy = arena_bytes(arena, text.len + 1);
	if (!copy)
		return RAISE(ENOMEM);
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*ret_copy = (struct str){copy, text.len};
	return 0;
}

int arena_copy_without(struct arena *arena, struct str text, const char *dropped,
		       struct str *ret_copy)
{
	char *copy = arena_bytes(arena, text.len + 1);
	size_t len = 0;
	if (!copy)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < text.len; i++)
		if (!memchr(dropped, text.ptr[i], strlen(dropped)))
			copy[len++] = text.ptr[i];
	copy[len] = '\0';
	*ret_copy = (struct str){copy, len};
	return 0;
}

static __attribute__((format(printf, 2, 0))) int print_into(struct arena *arena, const char *format,
							    va_list args, struct str *ret_text)
{
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	char *text = len < 0 ? NULL : arena_bytes(arena, (size_t)len + 1);
	if (text)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	if (!text)
		return RAISE(ENOMEM);
	*ret_text = (struct str){text, (size_t)len};
	return 0;
}

int arena_print(struct arena *arena, struct str *ret_text, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int r = print_into(arena, format, args, ret_text);
	va_end(args);
	return r;
}
