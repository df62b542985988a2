/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/password_list.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/crypto/crypto.h"
#include "server/auth/password_fold.h"

struct password_list {
	size_t count;
	size_t room;
	uint64_t digests[];
};

static int text_digest(struct str text, uint64_t *ret_digest)
{
	AUTO(folded_wipe) struct folded folded = {.len = 0};
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	folded_make(text, &folded);
	int r = digest_sha256(str_bytes(folded.letters, folded.len * sizeof folded.letters[0]),
			      digest);
	if (r)
		return FOLD(r);
	memcpy(ret_digest, digest, sizeof *ret_digest);
	return 0;
}

static int digest_order(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;
	return (*left > *right) - (*left < *right);
}

static struct password_list *list_grow(struct password_list *list, size_t room)
{
	struct password_list *grown = realloc(list, sizeof *list + room * sizeof(uint64_t));
	if (!grown)
		return NULL;
	if (!list)
		grown->count = 0;
	grown->room = room;
	return grown;
}

static int line_add(struct password_list **list, struct str line)
{
	if (!line.len || line.len > PASSWORD_LIST_LINE_BYTES_MAX)
		return 0;
	if ((*list)->count == PASSWORD_LIST_LINES_MAX)
		return PASSWORD_LIST_TOO_LONG;
	if ((*list)->count == (*list)->room) {
		struct password_list *grown = list_grow(*list, (*list)->room * 2);
		if (!grown)
			return RAISE(ENOMEM);
		*list = grown;
	}
	int r = text_digest(line, &(*list)->digests[(*list)->count]);
	if (r)
		return PASS(r);
	(*list)->count++;
	return 0;
}

static int file_read(FILE *file, struct password_list **list)
{
	char *line = NULL;
	size_t bytes = 0;
	ssize_t len;
	int r = 0;
	while (r == 0 && (len = getline(&line, &bytes, file)) >= 0) {
		struct str text = {line, (size_t)len};
		while (text.len &&
		       (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
			text.len--;
		r = line_add(list, text);
	}
	free(line);
	if (r)
		return r < 0 ? PASS(r) : r;
	return ferror(file) ? PASSWORD_LIST_ABSENT : 0;
}

int password_list_create(struct password_list **ret_list, const char *path)
{
	FILE *file = fopen(path, "re");
	if (!file)
		return PASSWORD_LIST_ABSENT;
	struct password_list *list = list_grow(NULL, 1024);
	int r = list ? file_read(file, &list) : RAISE(ENOMEM);
	fclose(file);
	if (r) {
		password_list_destroy(list);
		return r < 0 ? PASS(r) : r;
	}
	qsort(list->digests, list->count, sizeof list->digests[0], digest_order);
	*ret_list = list;
	return 0;
}

void password_list_destroy(struct password_list *list)
{
	free(list);
}

size_t password_list_count(const struct password_list *list)
{
	return list->count;
}

bool password_list_has(const struct password_list *list, struct str text)
{
	uint64_t digest;
	if (!list || text_digest(text, &digest) < 0)
		return false;
	return bsearch(&digest, list->digests, list->count, sizeof digest, digest_order) != NULL;
}
