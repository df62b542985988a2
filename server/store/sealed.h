/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that stand under older keys: read page by page, put back under newer ones. The owner of a
 * table opens and seals; here nothing is known of keys but their marks.
 */
#pragma once

#include "server/store/store.h"

enum {
	STORE_SEALED_HEAD_BYTES = 3, /* of a sealed value: its version and its key's number */
	STORE_SEALED_PAGE_MAX = 200,
};

enum store_sealed_table {
	STORE_SEALED_TOTP,
	STORE_SEALED_STAFF,
	STORE_SEALED_PERSON,
	STORE_SEALED_CERTIFICATE,
	STORE_SEALED_PATIENT,
	STORE_SEALED_TABLES,
};

/* How a row looks that stands under the newest keys. */
struct store_sealed_marks {
	struct str head; /* STORE_SEALED_HEAD_BYTES */
	int64_t lookup_n;
};

/* Members that a table does not have are 0 and absent. */
struct store_sealed_row {
	int64_t no; /* account, facility (staff), person, patient; certificate: its person */
	int64_t n;  /* of an authenticator; patient: its number's version */
	int64_t facility_no;
	struct str id;	   /* staff: its id; person, certificate, patient: the look-up value */
	struct str sealed; /* seed, name, body, aki_serial, 照会番号 */
	struct str key;	   /* person: the sealed key; patient: the sealed scope */
	struct str row_id; /* patient: its id */
	struct str number; /* patient: what it is found by under its number */
};

/* Where a pass over a table has come to; zeroed: its beginning. */
struct store_sealed_place {
	int64_t no;
	unsigned char id_bytes[64];
	size_t id_len;
};

/* The next rows after *place that are not as marks say, by the table's key; *place moves on. Fewer
 * than STORE_SEALED_PAGE_MAX: the end. */
MUST_CHECK int store_sealed_page(struct db *db, struct arena *arena, enum store_sealed_table table,
				 const struct store_sealed_marks *marks,
				 struct store_sealed_place *place,
				 struct store_sealed_row **ret_rows, size_t *ret_count);

/*
 * Put new (id, sealed and key) in old's place, with the number of the look-up key. Outcomes:
 * STORE_STALE (the row is not old any more), STORE_CONFLICT (new's id is another row's).
 */
MUST_CHECK int store_sealed_put(struct db *db, enum store_sealed_table table,
				const struct store_sealed_row *old,
				const struct store_sealed_row *new, int64_t lookup_n);

/* How many passwords, present and old ones, stand under this pepper. */
MUST_CHECK int store_pepper_uses(struct db *db, int64_t pepper_n, int64_t *ret_count);
