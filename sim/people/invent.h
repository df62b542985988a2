/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invented people for tests and demonstrations: names, insurers, dates and addresses that nobody
 * has. The same seed, number and day always give the same person.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum {
	INVENT_PEOPLE_MAX = 100000,
	INVENT_QUALIFICATIONS_MAX = 4,
	INVENT_MEMBERS_MAX = 24,
	INVENT_KEY_BYTES = 8,
};

/* What a person shows; person n is of kind (n - 1) % INVENT_KINDS, so a dozen has all. */
enum invent_kind {
	INVENT_EMPLOYEE,    /* 協会けんぽ, 本人 */
	INVENT_BLACK_DOT,   /* 国保 (six digits), a ● in the name */
	INVENT_OVER_75,	    /* 後期高齢者 39…: no symbol, no branch, a ratio */
	INVENT_OVER_70,	    /* 70..74 with 高齢受給者証 */
	INVENT_TWO_VALID,   /* two qualifications that both hold */
	INVENT_LOST,	    /* one that is lost */
	INVENT_FAMILY,	    /* a child in the family of an insured person */
	INVENT_JIS_LEVEL_3, /* 德, 﨑 in the name */
	INVENT_OUTSIDE_BMP, /* 𠮷 in the name */
	INVENT_COMING,	    /* one lost, the next begins only next month */
	INVENT_LIMIT,	    /* with 限度額適用認定証 */
	INVENT_MUTUAL_AID,  /* 共済組合, a common name (通称) beside the registered one */
	INVENT_KINDS,
};

struct invent_member {
	const char *name; /* an OQS element */
	struct str value;
};

struct invent_members {
	struct invent_member list[INVENT_MEMBERS_MAX];
	size_t count;
};

struct invent_qualification {
	struct invent_members top;
	struct invent_members elderly; /* ElderlyRecipientCertificateInfo; none: left out */
	struct invent_members limit;   /* LimitApplicationCertificateRelatedInfo */
};

struct invent_person {
	char key[INVENT_KEY_BYTES]; /* "P0001" */
	enum invent_kind kind;
	struct invent_qualification qualifications[INVENT_QUALIFICATIONS_MAX];
	size_t qualifications_count;
};

struct invent_options {
	uint64_t seed;
	unsigned number; /* 1..INVENT_PEOPLE_MAX */
	int64_t now_ms;	 /* ages and dates are told from here */
	/* All that held is lost today, and a company's health insurance begins today. */
	bool insurer_changed;
};

/* Texts lie in the arena. Fault: -ENOMEM. */
MUST_CHECK int invent_person(struct arena *arena, const struct invent_options *options,
			     struct invent_person *ret_person);

/* The last digit of an insurer's number (weights 2 1 from the right, digit sums, modulus 10). */
char invent_check_digit(const char *digits);
