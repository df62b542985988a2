/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: jansson's nodes behind our opaque ones, and a walk that does not recurse. */
#pragma once

/* Two of jansson's kinds and one of its macros are spelt like ours. */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY  JANSSON_ARRAY
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef json_is_object
#undef json_is_array

#include "lib/json/json.h"

enum { JSON_DEPTH_MAX = 32 }; /* of any limits */

static inline json_t *node_open(const struct json *node)
{
	return (json_t *)(uintptr_t)node;
}

static inline struct json *node_close(json_t *node)
{
	return (struct json *)node;
}

static inline bool node_is_object(const json_t *node)
{
	return node && json_typeof(node) == JANSSON_OBJECT;
}

static inline bool node_is_array(const json_t *node)
{
	return node && json_typeof(node) == JANSSON_ARRAY;
}

/* A container on the way down, and how far its children have been taken. */
struct walk_level {
	json_t *node;
	void *member; /* object: the next */
	size_t index; /* array: the next */
};

struct walk {
	struct walk_level levels[JSON_DEPTH_MAX];
	size_t depth;
};

/* Go into a container; false: deeper than JSON_DEPTH_MAX. */
bool walk_enter(struct walk *walk, json_t *container);

/* The next child of the innermost container; NULL: it is done, and left. */
json_t *walk_next(struct walk *walk);
