/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canary search: texts that must be nowhere, looked for in bytes, files and folders as UTF-8,
 * UTF-16, Shift_JIS, EUC-JP, hex and base64 (in each of its three phases).
 */
#pragma once

#include "lib/base/test.h"

#include "lib/base/str.h"

enum {
	CANARY_NEEDLES_MAX = 512,
	CANARY_BYTES_MAX = 200,
	CANARY_BYTES_MIN = 6, /* shorter forms would be found by chance */
};

struct canary_needle {
	const char *form; /* of the encoding */
	unsigned char bytes[CANARY_BYTES_MAX];
	size_t len;
	size_t hits;
};

struct canaries {
	struct canary_needle list[CANARY_NEEDLES_MAX];
	size_t count;
	unsigned char first[1 << 16]; /* by the first two bytes: some needle begins so */
	size_t bytes_seen;
	size_t hits;
};

/* All forms of a text, at most 45 bytes long in UTF-8. */
void canaries_add(struct canaries *canaries, const char *text);
/* These very bytes, and no other form of them. */
void canaries_add_bytes(struct canaries *canaries, struct str bytes);

/* Counts hits, and tells the first few with where they were. */
void canaries_in_bytes(struct canaries *canaries, struct str bytes, const char *where);
void canaries_in_file(struct canaries *canaries, const char *path);
/* Every file below; what vanishes meanwhile is left out. */
void canaries_in_tree(struct canaries *canaries, const char *path);
