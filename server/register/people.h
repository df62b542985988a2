/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator's register: which card is whose, and what qualifications that person has. Found by
 * keyed HMACs, read only by opening the seal.
 */
#pragma once

#include "server/keys/keys.h"
#include "server/store/people.h"

enum { PEOPLE_LINE_BYTES_MAX = 64 * 1024 };

struct people_imported {
	struct str person; /* the operator's key, borrowed until the arena's end */
	size_t certificates;
	size_t qualifications;
};

enum people_outcome {
	PEOPLE_MALFORMED = 1,	  /* the complaint says what */
	PEOPLE_CERTIFICATE_TAKEN, /* a certificate in the line is another person's */
	PEOPLE_UNKNOWN,		  /* nobody with this certificate */
};

/*
 * One line of the import: {"person":"P0001","certificates":[{"aki","serial"}],"qualifications":
 * [{…}],"registered":false}. The person's qualifications are replaced, certificates added; those
 * added are registered as 健康保険証 unless the line says they are not. In a transaction.
 * *ret_complaint (Japanese, in the arena) is written with PEOPLE_MALFORMED only.
 */
MUST_CHECK int people_import(const struct keys *keys, struct db *db, struct arena *arena,
			     struct str line, int64_t now_ms, struct people_imported *ret_imported,
			     struct str *ret_complaint);

/* One person as the register has them, to be written again. */
struct people_entry {
	int64_t no;		   /* 0: nobody yet */
	struct str qualifications; /* "[]" for nobody */
	struct store_person row;   /* as it stood when it was opened */
};

/* key: the operator's, 1..64 characters. Fault: -EBADMSG. */
MUST_CHECK int people_entry_open(const struct keys *keys, struct db *db, struct arena *arena,
				 struct str key, struct people_entry *ret_entry);
/* Make the person, or replace the qualifications; checked by the caller. In a transaction. Fault:
 * -EBUSY (somebody else wrote the row since it was opened: come again). */
MUST_CHECK int people_entry_write(const struct keys *keys, struct db *db, struct arena *arena,
				  struct str key, struct str qualifications,
				  struct people_entry *entry);
/* aki, serial: hexadecimal in any spelling. registered_ms: 0, not as a 健康保険証 yet. Outcomes:
 * PEOPLE_MALFORMED (without a complaint), PEOPLE_CERTIFICATE_TAKEN. */
MUST_CHECK int people_certificate_add(const struct keys *keys, struct db *db, struct arena *arena,
				      struct str aki, struct str serial, int64_t person_no,
				      int64_t registered_ms);

struct people_person {
	int64_t no;		   /* never changes, whatever keys do */
	struct str qualifications; /* a JSON array of qualifications, checked at import */
	bool registered;	   /* this certificate, as a 健康保険証 */
};

/*
 * Whose certificate is it? aki, serial: lower-case hexadecimal as lib/pki spells them.
 * Outcome: PEOPLE_UNKNOWN. Fault: -EBADMSG (the row is not what was sealed).
 */
MUST_CHECK int people_find(const struct keys *keys, struct db *db, struct arena *arena,
			   struct str aki, struct str serial, struct people_person *ret_person);

/* 初回登録: this certificate counts as a 健康保険証 from now on. In a transaction. */
MUST_CHECK int people_register(const struct keys *keys, struct db *db, struct str aki,
			       struct str serial, int64_t now_ms);
