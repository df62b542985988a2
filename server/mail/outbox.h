/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail leaves by this door only: a letter is sealed into the table outbox, in the transaction of
 * what it tells about, so that there is neither mail about what never happened nor a happening
 * without its mail. sender.h takes it from there.
 */
#pragma once

#include "server/keys/keys.h"
#include "server/store/outbox.h"

enum mail_kind {
	MAIL_CODE = 1, /* holds a secret: erased when sent, given up or of no more use */
	MAIL_NOTICE,   /* to a facility */
	MAIL_ALARM,    /* to the operator */
};

struct mail_letter {
	enum mail_kind kind;
	int64_t facility_no; /* 0: of none */
	struct str to;	     /* mail_address_valid */
	struct str subject;  /* UTF-8 without controls */
	struct str text;     /* UTF-8; lines end in '\n' */
	int64_t until_ms;    /* of no use from then on; 0: never */
};

enum { MAIL_TEXT_BYTES_MAX = 16 * 1024, MAIL_SUBJECT_BYTES_MAX = 300 };

/*
 * In the caller's transaction. The caller sees to address and subject; those that could break a
 * header are a fault, -EINVAL, and too long ones -EMSGSIZE.
 */
MUST_CHECK int mail_post(const struct keys *keys, struct db *db, struct arena *arena,
			 const struct mail_letter *letter, int64_t now_ms);

enum mail_open_outcome {
	MAIL_UNREADABLE = 1, /* not what was sealed for this row, or its key is gone */
};

/* The letter of a row, in the arena. */
MUST_CHECK int mail_open(const struct keys *keys, struct arena *arena,
			 const struct store_mail *mail, struct mail_letter *ret_letter);
