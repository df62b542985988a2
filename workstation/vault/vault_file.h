/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: vault.json as a text, and its lock. */
#pragma once

#include "workstation/vault/vault.h"

enum { VAULT_FORMAT = 1, VAULT_FILE_BYTES_MAX = 64 * 1024 };

/* Outcomes: VAULT_DAMAGED, VAULT_NEWER. */
MUST_CHECK int vault_text_read(struct str text, struct vault *ret_vault);
MUST_CHECK int vault_text_write(struct arena *arena, const struct vault *vault,
				struct str *ret_text);

/* Replace the file as a whole. Outcome: VAULT_UNUSABLE. */
MUST_CHECK int vault_file_write(const char *path, const struct vault *vault);

/* Wait for the lock; it ends with the descriptor. Outcome: VAULT_UNUSABLE. */
MUST_CHECK int vault_file_lock(const char *path, int *ret_fd);
void vault_file_unlock(int *fd); /* for AUTO; accepts -1 */
