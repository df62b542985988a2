/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/import/seen.h"

#include <stdlib.h>

#include "lib/crypto/crypto.h"

enum { FIRST_SIZE = 1024 };

struct seen_line {
	uint64_t digest;
	int64_t line; /* 0: a free place */
};

static struct seen_line *place_of(struct seen_line *places, size_t size, uint64_t digest)
{
	size_t at = (size_t)digest & (size - 1);
	while (places[at].line && places[at].digest != digest)
		at = (at + 1) & (size - 1);
	return &places[at];
}

static int grow(struct seen_lines *seen)
{
	if (seen->count * 2 < seen->size)
		return 0;
	size_t size = seen->size ? seen->size * 2 : FIRST_SIZE;
	struct seen_line *places = calloc(size, sizeof *places);
	if (!places)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < seen->size; i++)
		if (seen->places[i].line)
			*place_of(places, size, seen->places[i].digest) = seen->places[i];
	free(seen->places);
	seen->places = places;
	seen->size = size;
	return 0;
}

int seen_lines_note(struct seen_lines *seen, const struct str *parts, size_t count, int64_t line,
		    int64_t *ret_line)
{
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	uint64_t key;
	int r = grow(seen);
	if (!r)
		r = digest_parts(parts, count, digest);
	if (r)
		return PASS(r);
	memcpy(&key, digest, sizeof key);
	struct seen_line *place = place_of(seen->places, seen->size, key);
	*ret_line = place->line;
	if (!place->line) {
		*place = (struct seen_line){key, line};
		seen->count++;
	}
	return 0;
}

void seen_lines_clear(struct seen_lines *seen)
{
	free(seen->places);
	*seen = (struct seen_lines){0};
}
