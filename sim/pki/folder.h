/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where shikaku-sim-pki writes. Paths are below the root folder and make their folders; a file that
 * is there is replaced. Faults everywhere: those of mkdir(2), open(2) and write(2), -ENAMETOOLONG.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "lib/base/fault.h"
#include "lib/base/str.h"

struct folder {
	int fd; /* of the root folder */
};

enum { FOLDER_PATH_BYTES = 256 };

/* Makes the folder and those above it as needed. */
MUST_CHECK int folder_open(struct folder *folder, const char *path);
void folder_close(struct folder *folder);

/* mode: of the file, whatever the umask. */
MUST_CHECK int folder_write(const struct folder *folder, const char *path, unsigned mode,
			    struct str content);
/* PEM, readable by all. */
MUST_CHECK int folder_write_certificate(const struct folder *folder, const char *path,
					X509 *certificate);
/* DER, readable by all. */
MUST_CHECK int folder_write_der(const struct folder *folder, const char *path, X509 *certificate);
/* PKCS#8 PEM, readable by its owner only. */
MUST_CHECK int folder_write_key(const struct folder *folder, const char *path, EVP_PKEY *key);
/* SubjectPublicKeyInfo in DER, readable by all. */
MUST_CHECK int folder_write_public(const struct folder *folder, const char *path, EVP_PKEY *key);
