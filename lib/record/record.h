/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 資格確認結果: what one confirmation says about a person's qualifications. Pure: no I/O, no
 * clock. Elements keep their OQS names; an element without a value is absent, never empty.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

struct json;

enum {
	RECORD_QUALIFICATIONS_MAX = 16,
	RECORD_DISEASES_MAX = 8,
};

/* --- elements.def --- */
enum record_element {
#define ELEMENT(name, group, oqs, label, format, max, table, presence) RECORD_##name,
#include "lib/record/elements.def"
#undef ELEMENT
	RECORD_ELEMENTS,
};

enum record_format {
	RECORD_FORMAT_TEXT,
	RECORD_FORMAT_DIGITS,	/* 1..max digits */
	RECORD_FORMAT_BRANCH,	/* exactly 2 digits */
	RECORD_FORMAT_CODE,	/* of the element's table */
	RECORD_FORMAT_DATE,	/* yyyyMMdd */
	RECORD_FORMAT_DATETIME, /* yyyyMMddHHmmss */
	RECORD_FORMAT_RATIO,	/* three digits, per cent: "030" is 3割 */
	RECORD_FORMAT_POSTCODE, /* 123-4567 or 1234567 */
	RECORD_FORMAT_YEN,
};

/* Where an element stands in the tree. */
enum record_group {
	RECORD_GROUP_TOP,
	RECORD_GROUP_ELDERLY, /* ElderlyRecipientCertificateInfo */
	RECORD_GROUP_LIMIT,   /* LimitApplicationCertificateRelatedInfo */
	RECORD_GROUP_DISEASE, /* SpecificDiseasesCertificateList[].SpecificDiseasesCertificateInfo
			       */
};

enum record_table {
	RECORD_TABLE_NONE,
	RECORD_TABLE_VALIDITY,	   /* OQSCD006 */
	RECORD_TABLE_SEX,	   /* OQSCD007 */
	RECORD_TABLE_LOSS_REASON,  /* OQSCD008 */
	RECORD_TABLE_RELATION,	   /* OQSCD009 */
	RECORD_TABLE_CARD_CLASS,   /* OQSCD010 */
	RECORD_TABLE_LIMIT_KIND,   /* OQSCD011 */
	RECORD_TABLE_LIMIT_CLASS,  /* OQSCD012 */
	RECORD_TABLE_DISEASE,	   /* OQSCD013 */
	RECORD_TABLE_PRESCHOOL,	   /* OQSCD015 */
	RECORD_TABLE_CONSENT,	   /* OQSCD001 */
	RECORD_TABLE_CONSENT_WIDE, /* OQSCD016 */
};

struct record_element_row {
	const char *oqs_name; /* "InsuredCardSymbol" */
	const char *label;    /* Japanese */
	enum record_group group;
	enum record_format format;
	size_t max; /* code points */
	enum record_table table;
	bool required;
};

const struct record_element_row *record_element_row(enum record_element element);

/* The element with that OQS name; RECORD_ELEMENTS when there is none. */
enum record_element record_element_of_name(struct str oqs_name);

/* The Japanese word of a code; absent when the table does not know it. */
struct str record_code_word(enum record_table table, struct str code);

/* --- one qualification --- */
struct record_qualification {
	/* Absent (ptr == NULL) where not given; those of RECORD_GROUP_DISEASE are in diseases. */
	struct str elements[RECORD_ELEMENTS];
	/* Elements of RECORD_GROUP_DISEASE, from RECORD_DISEASE_CATEGORY on. */
	struct str diseases[RECORD_DISEASES_MAX][RECORD_ELEMENTS - RECORD_DISEASE_CATEGORY];
	size_t diseases_count;
};

/* OQSCD006; 6 belongs to 医療扶助 at other services and is only read. */
enum record_validity {
	RECORD_VALID = 1,
	RECORD_INVALID = 2,
	RECORD_INVALID_NEWER = 3, /* the person has a newer one */
	RECORD_NONE = 4,
	RECORD_SEVERAL = 5,
	RECORD_VALID_UNREGISTERED = 6,
};

/* --- read.c: the body of a confirmation --- */
struct record {
	struct str facility_code; /* MedicalInstitutionCode */
	struct str executed_at;	  /* ProcessExecutionTime, 14 digits */
	struct str confirmed_on;  /* QualificationConfirmationDate, 8 digits */
	struct str segment;	  /* SegmentOfResult */
	struct str error_code;	  /* header level; absent when all went well */
	struct str error_message;
	struct str status;	       /* ProcessingResultStatus */
	struct str remark_code;	       /* ProcessingResultCode: also on success */
	struct str remark;	       /* ProcessingResultMessage */
	struct str validity_code;      /* QualificationValidity; absent when not given */
	enum record_validity validity; /* 0: absent or a code we do not know */
	struct record_qualification *qualifications;
	size_t qualifications_count;
};

enum record_outcome {
	RECORD_MALFORMED = 1,
};

/*
 * Read the XmlMsg body: root is the object with the member XmlMsg. Lenient as a reader of somebody
 * else's data must be: unknown elements are skipped, values are not judged. Strings are borrowed
 * from root's document, the qualifications lie in the arena.
 * Outcome: RECORD_MALFORMED (no XmlMsg, no header or body, no list, an element that is not a text,
 * more than RECORD_QUALIFICATIONS_MAX).
 */
MUST_CHECK int record_read(struct arena *arena, const struct json *root,
			   struct record **ret_record);

/* What is wrong with imported qualifications, and in which (counted from 0). */
struct record_complaint {
	size_t index;
	struct str element; /* OQS name; absent: the whole */
	const char *reason; /* Japanese, a clause without a full stop */
};

/*
 * Read a person's stored or imported qualifications: an array of objects of elements. Strict: every
 * element known, of its format, the required ones there. Outcome: RECORD_MALFORMED, with
 * *ret_complaint set (element is borrowed from the document or a constant).
 */
MUST_CHECK int record_qualifications_read(struct arena *arena, const struct json *array,
					  struct record_qualification **ret_qualifications,
					  size_t *ret_count,
					  struct record_complaint *ret_complaint);

/* --- validity.c --- */
/* Does it hold on day (yyyymmdd): from the later start to before the loss and up to the last day?
 */
bool record_qualification_valid(const struct record_qualification *qualification, int day);

/* Does it begin only after day? */
bool record_qualification_coming(const struct record_qualification *qualification, int day);

struct record_selection {
	enum record_validity validity;		/* never RECORD_VALID_UNREGISTERED */
	bool listed[RECORD_QUALIFICATIONS_MAX]; /* belongs in the ResultList */
};

/*
 * Decide 資格有効性 for a day, and which qualifications are told: the valid ones; when none is, the
 * one lost last, and beside it (無効（新しい資格あり）) those still to come. 複数該当 counts
 * medical insurance only: 医療扶助 beside one insurance is 有効. count ≤ RECORD_QUALIFICATIONS_MAX.
 */
struct record_selection record_select(const struct record_qualification *qualifications,
				      size_t count, int day);

/* --- build.c --- */
enum { RECORD_CARD_CLASSES = 8 };

/* The place of 被保険者証区分 (OQSCD010) in our list of them, 1..RECORD_CARD_CLASSES; 0: unknown.
 */
int record_card_class(struct str code);

/* What a confirmation can be searched by. */
struct record_summary {
	enum record_validity validity;
	unsigned card_classes; /* of those told: bit n for the class with the place n */
	/*
	 * Which insurances it is about, for those who number a person's insurances: the member keys
	 * of what holds, sorted, each behind a line feed; when none holds, of what was lost last.
	 * "" without any. In the arena.
	 */
	struct str insurance;
};

struct record_confirmation {
	struct str facility_code;
	int64_t confirmed_ms;
	struct str remark_code; /* absent: no remark */
	struct str remark;
};

/*
 * The canonical XmlMsg body (RFC 8785) of a confirmation of the person whose stored qualifications
 * (a JSON array) are given; in the arena. Qualifications that fail record_qualifications_read are a
 * fault (-EBADMSG): they were checked at import.
 */
MUST_CHECK int record_build(struct arena *arena, const struct record_confirmation *confirmation,
			    struct str qualifications, struct str *ret_body,
			    struct record_summary *ret_summary);

/* --- proof.c --- */
#define RECORD_PROOF_TYPE "shikaku-proof"

/*
 * What the service vouches for beside a result's bytes: the protected header of its proof, a
 * detached JWS over the body (RFC 7515 appendix F) with alg ES256 and typ RECORD_PROOF_TYPE.
 */
struct record_proof {
	struct str kid;	     /* the key's RFC 7638 thumbprint, as in the service's JWKS */
	struct str id;	     /* the result's, 32 hexadecimal digits */
	struct str facility; /* its code */
	struct str staff;
	struct str method; /* "pin", "visual" */
	int64_t issued_s;  /* iat: seconds since 1970 UTC */
};

/* The header as JSON, in the arena. Fault: -ENOMEM. */
MUST_CHECK int record_proof_write(struct arena *arena, const struct record_proof *proof,
				  struct str *ret_header);

/*
 * The other way, everything in the arena; nothing is verified here. Outcome: RECORD_MALFORMED (no
 * JSON, another alg or typ, a crit, a member missing).
 */
MUST_CHECK int record_proof_read(struct arena *arena, struct str header,
				 struct record_proof *ret_proof);

/* --- member.c --- */
/*
 * insurer:symbol:number:branch, folded for comparison: widths alike, the insurer's number padded to
 * 8 digits, absent parts empty. The identity of an insurance, not of a person. Fault: -ENOMEM.
 */
MUST_CHECK int record_member_key(struct arena *arena,
				 const struct record_qualification *qualification,
				 struct str *ret_key);
