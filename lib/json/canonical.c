/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 8785 section 3.2.3 sorts names by UTF-16 code units. UTF-8 bytes sort by code point, which is
 * the same but for one place: characters beyond U+FFFF (surrogates D800–DFFF in UTF-16) come before
 * U+E000–U+FFFF.
 */
#include "lib/json/canonical.h"

#include <stdlib.h>

#include "lib/base/utf8.h"
#include "lib/json/walk.h"
#include "lib/json/writer.h"

/* An object (its names sorted) or an array on the way down. */
struct level {
	json_t *node;
	struct str *names; /* NULL: an array */
	size_t index;
	size_t count;
};

struct canonical {
	struct arena *arena;
	struct json_writer writer;
	struct level levels[JSON_DEPTH_MAX];
	size_t depth;
};

/* A code point's place in the order of UTF-16. */
static uint32_t utf16_rank(uint32_t point)
{
	if (point >= 0x10000)
		return 0xD800 + (point - 0x10000);
	return point >= 0xE000 ? point + 0x200000 : point;
}

static int names_compare(const void *a, const void *b)
{
	struct str left = *(const struct str *)a, right = *(const struct str *)b;
	while (left.len && right.len) {
		uint32_t x = utf16_rank(utf8_next(&left)), y = utf16_rank(utf8_next(&right));
		if (x != y)
			return x < y ? -1 : 1;
	}
	return (left.len > 0) - (right.len > 0);
}

static int names_sort(struct canonical *canonical, struct level *level)
{
	level->names = arena_array(canonical->arena, level->count + 1, sizeof *level->names);
	if (!level->names)
		return RAISE(ENOMEM);
	size_t i = 0;
	for (void *at = json_object_iter(level->node); at;
	     at = json_object_iter_next(level->node, at))
		level->names[i++] = str_of(json_object_iter_key(at));
	qsort(level->names, level->count, sizeof *level->names, names_compare);
	return 0;
}

static int container_open(struct canonical *canonical, json_t *node)
{
	if (canonical->depth == JSON_DEPTH_MAX)
		return JSON_CANONICAL_REFUSED;
	struct level *level = &canonical->levels[canonical->depth++];
	*level = (struct level){.node = node};
	if (node_is_array(node)) {
		level->count = json_array_size(node);
		json_array_open(&canonical->writer);
		return 0;
	}
	level->count = json_object_size(node);
	json_object_open(&canonical->writer);
	return names_sort(canonical, level);
}

static int value_put(struct canonical *canonical, json_t *node)
{
	if (json_is_string(node)) {
		json_put_text(&canonical->writer, json_text(node_close(node)));
		return 0;
	}
	if (node_is_object(node) || node_is_array(node))
		return container_open(canonical, node);
	return JSON_CANONICAL_REFUSED;
}

/* The next child of the innermost container, or its end. */
static int step(struct canonical *canonical)
{
	struct level *level = &canonical->levels[canonical->depth - 1];
	if (level->index == level->count) {
		canonical->depth--;
		if (level->names)
			json_object_close(&canonical->writer);
		else
			json_array_close(&canonical->writer);
		return 0;
	}
	size_t index = level->index++;
	if (!level->names)
		return value_put(canonical, json_array_get(level->node, index));
	json_put_key(&canonical->writer, level->names[index]);
	return value_put(canonical, json_object_get(level->node, level->names[index].ptr));
}

int json_canonical(struct arena *arena, const struct json *node, struct str *ret_text)
{
	struct canonical canonical = {.arena = arena};
	json_writer_init(&canonical.writer, arena, 0);
	int r = value_put(&canonical, node_open(node));
	while (r == 0 && canonical.depth)
		r = step(&canonical);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = json_writer_end(&canonical.writer, ret_text);
	return r ? PASS(r) : 0;
}
