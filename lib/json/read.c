/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading in three steps: the encoding, a pre-scan that counts without building anything, then
 * jansson. jansson's parser recurses as deep as the text nests and allocates as much as the text
 * says; the pre-scan is what bounds both. It need not be exact about what JSON is: whatever it lets
 * through, jansson judges.
 */
#include "lib/json/json.h"

#include <assert.h>

#include "lib/base/utf8.h"
#include "lib/json/walk.h"

const struct json_limits json_limits_request = {
	.bytes_max = 64 * 1024,
	.depth_max = 8,
	.keys_max = 256,
};

const struct json_limits json_limits_reply = {
	.bytes_max = 32 * 1024 * 1024,
	.depth_max = 16,
	.keys_max = 100 * 1000,
};

struct scan {
	size_t depth;
	size_t depth_most;
	size_t keys;
	bool in_string;
	bool escaped;
};

static void scan_string_byte(struct scan *scan, char byte)
{
	if (scan->escaped)
		scan->escaped = false;
	else if (byte == '\\')
		scan->escaped = true;
	else if (byte == '"')
		scan->in_string = false;
}

static void scan_byte(struct scan *scan, char byte)
{
	switch (byte) {
	case '"': scan->in_string = true; break;
	case '{':
	case '[':
		scan->depth++;
		if (scan->depth > scan->depth_most)
			scan->depth_most = scan->depth;
		break;
	case '}':
	case ']': scan->depth -= scan->depth > 0; break;
	case ':': scan->keys++; break;
	default: break;
	}
}

static bool within(struct str text, const struct json_limits *limits)
{
	struct scan scan = {0};
	for (size_t i = 0; i < text.len; i++) {
		if (scan.in_string)
			scan_string_byte(&scan, text.ptr[i]);
		else
			scan_byte(&scan, text.ptr[i]);
		if (scan.depth_most > limits->depth_max || scan.keys > limits->keys_max)
			return false;
	}
	return true;
}

int json_read(struct str text, const struct json_limits *limits, struct json_document *ret_document)
{
	assert(limits->depth_max <= JSON_DEPTH_MAX);
	if (text.len > limits->bytes_max)
		return JSON_TOO_LARGE;
	if (!utf8_valid(text))
		return JSON_NOT_UTF8;
	if (!within(text, limits))
		return JSON_TOO_LARGE;
	if (text.len == 0)
		return JSON_MALFORMED;
	json_error_t error;
	json_t *root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
	if (!root && json_error_code(&error) == json_error_out_of_memory)
		return RAISE(ENOMEM);
	if (!root)
		return JSON_MALFORMED;
	ret_document->root = node_close(root);
	return 0;
}

bool walk_enter(struct walk *walk, json_t *container)
{
	if (walk->depth == JSON_DEPTH_MAX)
		return false;
	walk->levels[walk->depth++] = (struct walk_level){
		.node = container,
		.member = node_is_object(container) ? json_object_iter(container) : NULL,
	};
	return true;
}

json_t *walk_next(struct walk *walk)
{
	struct walk_level *level = &walk->levels[walk->depth - 1];
	json_t *child = NULL;
	if (node_is_array(level->node)) {
		child = json_array_get(level->node, level->index++);
	} else if (level->member) {
		child = json_object_iter_value(level->member);
		level->member = json_object_iter_next(level->node, level->member);
	}
	if (!child)
		walk->depth--;
	return child;
}

/*
 * The strings of the tree may be passwords. What the parser itself copied and freed on the way is
 * beyond our reach: jansson has no hook for it but a process-wide allocator, which is not ours to
 * change inside somebody else's program.
 */
static void wipe_strings(json_t *root)
{
	struct walk walk = {.depth = 0};
	if (!walk_enter(&walk, root))
		return;
	while (walk.depth) {
		json_t *child = walk_next(&walk);
		if (json_is_string(child))
			explicit_bzero((char *)(uintptr_t)json_string_value(child),
				       json_string_length(child));
		else if (child && (node_is_object(child) || node_is_array(child)))
			(void)walk_enter(&walk, child);
	}
}

void json_clear(struct json_document *document)
{
	if (document->root) {
		wipe_strings(node_open(document->root));
		json_decref(node_open(document->root));
	}
	document->root = NULL;
}
