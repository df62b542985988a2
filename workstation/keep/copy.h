/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: files on their way to another disk, and folders that pass. */
#pragma once

#include <stdint.h>

#include "lib/crypto/crypto.h"

enum copy_outcome {
	COPY_UNREACHABLE = 1, /* not to be read or written, not there */
	COPY_FULL,	      /* no room on the disk */
};

/* What errno says about a file that could not be written. */
int copy_outcome_of(int error);

/* Can this folder take a file of some size now? What went wrong there says less. Outcomes: all. */
MUST_CHECK int copy_probe(const char *folder);

/* Into a new file (0600) that is synced, or nothing. Outcomes: all. Fault: -ENOMEM. */
MUST_CHECK int copy_file(const char *from, const char *to);
/* Its size and SHA-256, synced before. Outcome: COPY_UNREACHABLE. Faults of digest_sha256. */
MUST_CHECK int copy_digest(const char *path, int64_t *ret_bytes,
			   unsigned char ret_digest[CRYPTO_DIGEST_BYTES]);
/* What a rename in it did survives a power cut. Outcome: COPY_UNREACHABLE. */
MUST_CHECK int copy_folder_sync(const char *path);
/* The folder and the files in it; folders in it are left, and it with them. */
void copy_folder_remove(const char *path);
