/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of this device in a file: PKCS#8 PEM, its owner's only (0600). It never leaves the file
 * but into memory.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/crypto/crypto.h"

enum device_key_outcome {
	DEVICE_KEY_ABSENT = 1, /* no such file */
	DEVICE_KEY_UNUSABLE,   /* open to others, damaged, not to be read or written */
};

/* Outcomes: all. Faults: -ENOMEM, -EIO. path ends with a NUL. */
MUST_CHECK int device_key_read(const char *path, struct signing_key **ret_key);

/* A new key in a new file, or in place of an old one. Outcome: DEVICE_KEY_UNUSABLE. */
MUST_CHECK int device_key_make(const char *path, struct signing_key **ret_key);
