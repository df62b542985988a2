/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: OpenSSL's algorithms, looked up once. NULL: this OpenSSL lacks it. */
#pragma once

#include <openssl/evp.h>

const EVP_CIPHER *fetched_aes256gcm(void);
const EVP_MD *fetched_sha256(void);
