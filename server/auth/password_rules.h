/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a password must be (NIST SP 800-63B section 5.1.1.2; MHLW guideline 14): 13 characters, of
 * three kinds up to 14 and of any from 15 on; nothing that is guessed first. Everything is judged
 * on the text as NFKC leaves it, so that another way to type the same is no way around; what is
 * stored and compared later are the very bytes that were typed.
 */
#pragma once

#include "server/auth/auth.h"

enum {
	PASSWORD_BYTES_MAX = 256,
	PASSWORD_CHARACTERS_MIN = 13,
	PASSWORD_CHARACTERS_FREE = 15, /* from here on of any kinds */
	PASSWORD_KINDS_MIN = 3,	       /* of: a-z, A-Z, 0-9, everything else */
};

/* Why a password is refused: a set of bits. */
enum password_flaw {
	PASSWORD_TOO_SHORT = 1 << 0,
	PASSWORD_TOO_LONG = 1 << 1,
	PASSWORD_UNREADABLE = 1 << 2, /* not UTF-8, or a control (NUL, line end) in it */
	PASSWORD_FEW_KINDS = 1 << 3,
	PASSWORD_COMMON = 1 << 4,  /* a listed one, or only a few words, runs and dates */
	PASSWORD_CONTEXT = 1 << 5, /* the login id, the facility's code or name is in it */
	PASSWORD_USED = 1 << 6,	   /* the account's present one, or one of the ten before */
	PASSWORD_SHARED = 1 << 7,  /* that of the facility's other kind of account */
};

/* Who is to use it; absent where there is none. */
struct password_context {
	struct str login_id;
	struct str facility_code;
	struct str facility_name;
};

/* What is wrong with it by itself: bits up to PASSWORD_CONTEXT; 0: nothing. list: may be NULL. */
unsigned password_flaws(const struct password_list *list, const struct password_context *context,
			struct str password);

/* Characters as they count: code points, or those of NFKC where that is fewer. 0: unreadable. */
size_t password_characters(struct str password);

/*
 * What is wrong with it beside what there was: PASSWORD_USED, PASSWORD_SHARED. One Argon2id for
 * each password that is compared, at most 11 of the account's own and PASSWORD_OTHERS_MAX of
 * others. account: with its password, as it stands in the store.
 */
enum { PASSWORD_OTHERS_MAX = 8 };
MUST_CHECK int password_reused(const struct auth *auth, struct db *db, struct arena *arena,
			       const struct store_account *account, struct str facility_code,
			       struct str password, unsigned *ret_flaws);

/* --- password_words.c: for the rules --- */
size_t password_words_count(void);
const char *password_word(size_t index);
