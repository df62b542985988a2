/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed heads: once a minute the end of the chain is signed, kept in audit_head and written to a
 * file outside the store, so that a trail cut short, or a whole store put back, can be told from
 * the file.
 *
 * A head is a compact JWS (ES256, the audit key); its payload is
 * "KID N AT_MS SLOTS DIGEST PREVIOUS". SLOTS names the last row of every chain, "1:204,2:77" (slot
 * and seq); DIGEST is SHA-256 over those rows' hashes, PREVIOUS SHA-256 of the head before (zeros:
 * the first), both in hexadecimal. The file has one head a line.
 */
#pragma once

#include "server/audit/audit.h"
#include "server/keys/keys.h"

#define AUDIT_HEADS_FILE "audit-heads.jws"

enum { AUDIT_HEAD_BYTES_MAX = 4096 };

struct audit_heads {
	const struct keys *keys;
	struct str state_dir; /* where the file is; empty: no file */
};

/*
 * A task of server/tasks: ctx is a struct audit_heads. Signs nothing when no row came since the
 * last head, or when now_ms is before it. Fault -EIO also when the file cannot be written; the head
 * is in the store then.
 */
MUST_CHECK int audit_head_sign(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);

struct audit_head {
	int64_t n;
	int64_t at_ms;
	struct str slots;
	struct str digest;   /* STORE_DIGEST_BYTES */
	struct str previous; /* STORE_DIGEST_BYTES */
};

enum audit_head_outcome {
	AUDIT_HEAD_FORGED = 1, /* no head, or not signed by a key of ours */
};

MUST_CHECK int audit_head_read(const struct keys *keys, struct arena *arena, struct str text,
			       struct audit_head *ret_head);

/* SLOTS and DIGEST of some ends. */
MUST_CHECK int audit_ends_print(struct arena *arena, const struct store_audit_end *ends,
				size_t count, struct str *ret_slots);
MUST_CHECK int audit_ends_digest(const struct store_audit_end *ends, size_t count,
				 unsigned char ret_digest[STORE_DIGEST_BYTES]);
/* SLOTS back as ends, without their hashes. Outcome: AUDIT_HEAD_FORGED. */
MUST_CHECK int audit_ends_read(struct str slots,
			       struct store_audit_end ret_ends[STORE_AUDIT_SLOTS_MAX],
			       size_t *ret_count);
