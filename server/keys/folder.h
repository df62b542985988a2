/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: the key folder's files. Names are ours: at most 63 characters, no '/'. */
#pragma once

#include "server/keys/keys.h"

enum {
	FOLDER_NAME_BYTES = 64,
	FOLDER_FILES_MAX = 256,
};

#define FOLDER_ROOT_NAME "root"

struct folder {
	int fd; /* < 0: closed */
};

void folder_clear(struct folder *folder);

/* Outcomes: KEYS_ABSENT, KEYS_EXPOSED. The root key is not read yet. */
MUST_CHECK int folder_open(const char *dir, struct folder *ret_folder);

/*
 * The root key is read from its file whenever it is needed, and not kept. Is it there (outcomes
 * KEYS_ABSENT, KEYS_EXPOSED, KEYS_FORGED: not 32 bytes)? Make it (outcome KEYS_THERE).
 */
MUST_CHECK int folder_root_check(const struct folder *folder);
MUST_CHECK int folder_root_make(const struct folder *folder);
/*
 * A new root key, and every file wrapped by it; the old one is overwritten. Others may read
 * meanwhile, and wait before they write. Called again after a crash, it goes on. Outcomes:
 * KEYS_FORGED, KEYS_EXPOSED - of one of the files.
 */
MUST_CHECK int folder_root_rotate(const struct folder *folder);

/*
 * One wrapped key: when it was made (ms) and its bytes. Written whole or not at all, and synced.
 * Outcomes: KEYS_ABSENT, KEYS_EXPOSED, KEYS_FORGED; folder_write: KEYS_THERE.
 */
MUST_CHECK int folder_read(const struct folder *folder, const char *name, struct secret *ret_key,
			   int64_t *ret_made_ms);
MUST_CHECK int folder_write(const struct folder *folder, const char *name, struct str key,
			    int64_t made_ms);
/* Overwritten with noise, synced, unlinked, synced. Outcome: KEYS_ABSENT. */
MUST_CHECK int folder_destroy(const struct folder *folder, const char *name);

/* A file's bytes as they lie, wrapped or root. Outcomes of reading as above; of writing KEYS_THERE.
 */
MUST_CHECK int folder_bytes_read(const struct folder *folder, const char *name,
				 struct secret *ret_bytes);
MUST_CHECK int folder_bytes_write(const struct folder *folder, const char *name, struct str bytes);
/* Answers what work answers, while no file comes, goes or changes. */
MUST_CHECK int folder_still(const struct folder *folder,
			    int (*work)(const struct folder *folder, struct arena *arena,
					struct str *ret_text),
			    struct arena *arena, struct str *ret_text);
/* A file elsewhere, 0600: written whole and synced in place of the one before, which is overwritten
 * with noise where it lies. */
MUST_CHECK int folder_file_replace(const char *path, struct str bytes);

/* Is there certainly no file of this name? (false: there is, or nobody can say) */
bool folder_lacks(const struct folder *folder, const char *name);

/* Was the file written within the last milliseconds, by the file system's own time? */
bool folder_is_new(const struct folder *folder, const char *name, int64_t milliseconds);

/* Calls each(ctx, name) for every file but the root key; stops at its first answer that is not 0
 * and answers that. */
MUST_CHECK int folder_each(const struct folder *folder, int (*each)(void *ctx, const char *name),
			   void *ctx);
