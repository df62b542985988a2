/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a backup holds: manifest.json, the digest of each file under a MAC of the chart key. Nothing
 * in it is secret, and nothing in it can be changed by somebody without the key.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/crypto/crypto.h"
#include "workstation/vault/home.h"

enum {
	MANIFEST_FORMAT = 1,
	MANIFEST_BYTES_MAX = 16 * 1024,
	MANIFEST_FILES_MAX = HOME_FACILITIES_MAX,
};

struct manifest_file {
	char facility[HOME_CODE_BYTES]; /* its store: "NNNNNNNNNN.db" */
	int64_t bytes;
	unsigned char digest[CRYPTO_DIGEST_BYTES]; /* SHA-256 */
};

struct manifest {
	int64_t made_ms;
	size_t count;
	struct manifest_file files[MANIFEST_FILES_MAX];
};

enum manifest_outcome {
	MANIFEST_BROKEN = 1, /* not of its form, or not under this key's MAC */
	MANIFEST_NEWER,	     /* written by a newer program */
};

/* key: the chart key. */
MUST_CHECK int manifest_write(struct arena *arena, const struct manifest *manifest, struct str key,
			      struct str *ret_text);
/* Outcomes: all. */
MUST_CHECK int manifest_read(struct str text, struct str key, struct manifest *ret_manifest);
