/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who saw or changed what: one row per call that reads or writes patient data, in the transaction
 * it describes, committed before the reply leaves.
 *
 * The rows are a chain: each holds SHA-256 over the hash before it and its own fields, so that none
 * can be changed, taken out or put in without all later ones. Every minute the end of the chain is
 * signed (head.h). What a row says of results it says by items, so that verify.h finds results that
 * were deleted or put back: the seal of a row is the AEAD tag of its sealed value, a MAC under a
 * key that the database does not have; guesses cannot be tested against it.
 */
#pragma once

#include "server/store/audit.h"

/*
 * An item = the result's id ‖ seal ‖ the patient's id ‖ version of the patient's number,
 * big-endian; zeros: none. A patient's id is drawn at random: it tells nothing of the person, and
 * stays the same when keys are rotated.
 */
enum {
	AUDIT_SEAL_BYTES = 16,
	AUDIT_VERSION_BYTES = 8,
	AUDIT_ITEM_BYTES = 2 * STORE_ID_BYTES + AUDIT_SEAL_BYTES + AUDIT_VERSION_BYTES,
};

struct audit_item {
	struct str id;	 /* STORE_ID_BYTES */
	struct str seal; /* AUDIT_SEAL_BYTES, of the body or of the number that was written; absent:
			  * of none */
	struct str patient;  /* STORE_ID_BYTES; absent: of nobody */
	int64_t ref_version; /* 0: a number was never written, or was not touched */
};
void audit_item_write(unsigned char item[AUDIT_ITEM_BYTES], const struct audit_item *fields);

/* The item at index of a row's, nothing absent; borrowed. */
struct audit_item audit_item_at(struct str items, size_t index);

/* The seal in a sealed value; absent: too short for one. */
struct str audit_seal_of(struct str sealed);

/*
 * at_ms, call, outcome and request_id are always given; calls is 1 where it is 0; slot, seq and
 * hash are set here. In a transaction. Faults only.
 */
MUST_CHECK int audit_add(struct db *db, const struct store_audit *row);

/* A row's hash, from the one before it. */
MUST_CHECK int audit_hash(const struct store_audit *row, struct str previous,
			  unsigned char ret_hash[STORE_DIGEST_BYTES]);
