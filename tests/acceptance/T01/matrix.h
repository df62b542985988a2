/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many facilities in one service, and what happens when one of them shows the things of another:
 * each such try must be answered like one with a thing that does not exist, status and bytes (the
 * request's id aside), and no reply may hold anything of the other facility.
 */
#pragma once

#include "server/api/device_test.h"

/* What a facility holds and another might show. */
struct things {
	struct str facility_code;
	struct str login_id; /* of its receipt link */
	struct str password;
	struct str reader_id;
	struct str reader_password;
	struct str result_id; /* 32 hex digits */
	struct str cursor;
	struct str access_cursor;
	struct str staff;
	struct str nonce;
	struct str refresh_handle;
	struct str enrolment_code; /* spent */
	struct str activation_code;
	struct str idempotency_key; /* used */
	struct signing_key *device; /* the reader's */
	struct signing_key *pc;	    /* of the receipt link; pc_id is its device */
	struct str pc_id;
	struct signing_key *spare; /* registered nowhere */
};

struct party {
	struct house_facility facility;
	struct things things;
	struct str receipt_token;
	struct str reader_token;
	struct str canary; /* in its name, its staff's names and its 照会番号 */
};

enum { PARTIES_MAX = 40 };

struct matrix {
	struct house *house;
	struct arena keep; /* what lives as long as the parties */
	size_t count;
	struct party parties[PARTIES_MAX];
	size_t tries;
	size_t differing; /* replies unlike that for a thing that does not exist */
	size_t leaking;	  /* replies with something of the other facility in it */
	size_t untraced;  /* tries without exactly one line in the audit trail */
	size_t unknown;	  /* routes that nobody told this test how to try */
};

/* count facilities, each with both accounts logged in, staff, two results, a 照会番号. */
void matrix_open(struct matrix *matrix, struct house *house, size_t count);
void matrix_close(struct matrix *matrix);

/* Every route by the facility a with the things of b. */
void matrix_try(struct matrix *matrix, size_t a, size_t b);

/* Each with its neighbour; everything with everything when all is set. */
void matrix_run(struct matrix *matrix, bool all);

/* The planted fault (blind_store.c): these rows are found whosever they are. */
enum {
	BLIND_RESULTS = 1, /* results and their patients, sealed */
	BLIND_STAFF = 2,   /* ids in clear */
};
extern unsigned store_is_blind;
