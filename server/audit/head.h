/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed heads: once a minute the end of the chain is signed, kept in audit_head and written to a
 * file outside the store, so that a trail cut short, or a whole store put back, can be told from
 * the file.
 *
 * A head is a compact JWS (ES256, the audit key); its payload is
 * "KID N AT_MS SEQ HASH PREVIOUS", the last two in hexadecimal: the hash of row SEQ, and SHA-256 of
 * the head before (zeros: the first). The file has one head a line.
 */
#pragma once

#include "server/audit/audit.h"
#include "server/keys/keys.h"

#define AUDIT_HEADS_FILE "audit-heads.jws"

enum { AUDIT_HEAD_BYTES_MAX = 1024 };

struct audit_heads {
	const struct keys *keys;
	struct str state_dir; /* where the file is; empty: no file */
};

/*
 * A task of server/tasks: ctx is a struct audit_heads. Signs nothing when no row came since the
 * last head. Fault -EIO also when the file cannot be written; the head is in the store then.
 */
MUST_CHECK int audit_head_sign(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);

struct audit_head {
	int64_t n;
	int64_t at_ms;
	int64_t seq;
	struct str hash;     /* STORE_DIGEST_BYTES */
	struct str previous; /* STORE_DIGEST_BYTES */
};

enum audit_head_outcome {
	AUDIT_HEAD_FORGED = 1, /* no head, or not signed by a key of ours */
};

MUST_CHECK int audit_head_read(const struct keys *keys, struct arena *arena, struct str text,
			       struct audit_head *ret_head);
