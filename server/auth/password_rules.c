/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is guessed first is not a list but a way of making passwords: a few words, runs, dates and
 * repetitions, with figures for letters. So a password is cut into the fewest such pieces, a letter
 * that belongs to none being a piece by itself; with fewer than PIECES_MIN it is one of those that
 * a dictionary with rules reaches, however many letters it has.
 */
#include "server/auth/password_rules.h"

#include "lib/base/utf8.h"
#include "server/auth/password_fold.h"
#include "server/auth/password_list.h"

enum {
	PIECES_MIN = 6,
	JUDGED_MAX = 256, /* letters; more come from one character that NFKC takes apart */
	RUN_MIN = 3,	  /* letters of a run or a repetition; fewer are chance */
	CONTEXT_MIN = 3,  /* letters of a name that count */
};

/* --- how long, of how many kinds --- */

size_t password_characters(struct str password)
{
	AUTO(folded_wipe) struct folded composed = {.len = 0};
	if (!utf8_valid(password))
		return 0;
	folded_compose(password, &composed);
	size_t typed = utf8_count(password);
	return composed.len < typed ? composed.len : typed;
}

static unsigned kind_of(int32_t letter)
{
	if (letter >= 'a' && letter <= 'z')
		return 1;
	if (letter >= 'A' && letter <= 'Z')
		return 2;
	return letter >= '0' && letter <= '9' ? 4 : 8;
}

static int kinds_count(struct str password)
{
	AUTO(folded_wipe) struct folded composed = {.len = 0};
	unsigned kinds = 0;
	folded_compose(password, &composed);
	for (size_t i = 0; i < composed.len; i++)
		kinds |= kind_of(composed.letters[i]);
	return __builtin_popcount(kinds);
}

/* --- the pieces that start at one place --- */

/* The letter that a figure or mark stands for; '1' and '!' may be i or l. */
static int32_t letter_meant(int32_t letter, int32_t one)
{
	switch (letter) {
	case '0': return 'o';
	case '1':
	case '!': return one;
	case '3': return 'e';
	case '4':
	case '@': return 'a';
	case '5':
	case '$': return 's';
	case '7': return 't';
	default: return letter;
	}
}

static bool letters_fit(const struct folded *text, size_t at, struct str word, int32_t one,
			size_t *ret_len)
{
	size_t i = at;
	while (word.len) {
		int32_t letter = (int32_t)utf8_next(&word);
		if (i == text->len ||
		    (text->letters[i] != letter && letter_meant(text->letters[i], one) != letter))
			return false;
		i++;
	}
	*ret_len = i - at;
	return true;
}

static size_t word_at(const struct folded *text, size_t at)
{
	size_t longest = 0;
	for (size_t i = 0; i < password_words_count(); i++) {
		struct str word = str_of(password_word(i));
		size_t len;
		if ((letters_fit(text, at, word, 'i', &len) ||
		     letters_fit(text, at, word, 'l', &len)) &&
		    len > longest)
			longest = len;
	}
	return longest;
}

/* aaaa, 1234, 9876, and 8901: each letter as far from the last one as that was. */
static size_t run_at(const struct folded *text, size_t at)
{
	if (at + 1 >= text->len)
		return 0;
	int32_t step = text->letters[at + 1] - text->letters[at];
	if (step == '0' - '9')
		step = 1;
	if (step == '9' - '0')
		step = -1;
	if (step < -1 || step > 1)
		return 0;
	size_t i = at + 1;
	for (; i < text->len; i++) {
		int32_t last = text->letters[i - 1], next = text->letters[i];
		bool wraps = (step == 1 && last == '9' && next == '0') ||
			     (step == -1 && last == '0' && next == '9');
		if (next - last != step && !wraps)
			break;
	}
	return i - at >= RUN_MIN ? i - at : 0;
}

/* What stood there before, once more. */
static size_t repetition_at(const struct folded *text, size_t at)
{
	size_t longest = 0;
	for (size_t from = 0; from < at; from++) {
		size_t len = 0;
		while (at + len < text->len && text->letters[from + len] == text->letters[at + len])
			len++;
		if (len > longest)
			longest = len;
	}
	return longest >= RUN_MIN ? longest : 0;
}

static bool digits_read(const struct folded *text, size_t at, size_t count, int *ret_number)
{
	int number = 0;
	if (at + count > text->len)
		return false;
	for (size_t i = at; i < at + count; i++) {
		if (text->letters[i] < '0' || text->letters[i] > '9')
			return false;
		number = number * 10 + (int)(text->letters[i] - '0');
	}
	*ret_number = number;
	return true;
}

static bool month_and_day(int number)
{
	int month = number / 100, day = number % 100;
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* 19800101, 1980 or 0101. */
static size_t date_at(const struct folded *text, size_t at)
{
	int year, rest;
	if (!digits_read(text, at, 4, &year))
		return 0;
	bool century = year >= 1900 && year < 2100;
	if (century && digits_read(text, at + 4, 4, &rest) && month_and_day(rest))
		return 8;
	return century || month_and_day(year) ? 4 : 0;
}

/* --- the fewest pieces --- */

static size_t piece_at(const struct folded *text, size_t at)
{
	const size_t lens[] = {word_at(text, at), run_at(text, at), repetition_at(text, at),
			       date_at(text, at)};
	size_t longest = 1;
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++)
		if (lens[i] > longest)
			longest = lens[i];
	return longest;
}

/* A piece may also end sooner: runs and repetitions are cut where the next one begins. */
static size_t pieces_count(const struct folded *text)
{
	size_t fewest[JUDGED_MAX + 1];
	size_t len = text->len < JUDGED_MAX ? text->len : JUDGED_MAX;
	for (size_t i = 0; i <= len; i++)
		fewest[i] = i;
	for (size_t at = 0; at < len; at++) {
		size_t longest = piece_at(text, at);
		for (size_t end = at + 1; end <= at + longest && end <= len; end++)
			if (fewest[at] + 1 < fewest[end])
				fewest[end] = fewest[at] + 1;
	}
	return fewest[len];
}

/* --- whose it is --- */

static bool text_has(const struct folded *text, const struct folded *part)
{
	for (size_t at = 0; at + part->len <= text->len; at++)
		if (!memcmp(text->letters + at, part->letters, part->len * sizeof part->letters[0]))
			return true;
	return false;
}

static bool names(const struct folded *text, struct str name)
{
	struct folded part;
	folded_make(name, &part);
	return part.len >= CONTEXT_MIN && text_has(text, &part);
}

static bool names_context(const struct folded *text, const struct password_context *context)
{
	struct str number = context->login_id; /* without its W or WA */
	while (number.len && (number.ptr[0] < '0' || number.ptr[0] > '9')) {
		number.ptr++;
		number.len--;
	}
	return names(text, context->login_id) || names(text, number) ||
	       names(text, context->facility_code) || names(text, context->facility_name);
}

unsigned password_flaws(const struct password_list *list, const struct password_context *context,
			struct str password)
{
	AUTO(folded_wipe) struct folded folded = {.len = 0};
	unsigned flaws = 0;
	if (password.len > PASSWORD_BYTES_MAX)
		return PASSWORD_TOO_LONG;
	if (!utf8_valid(password) || utf8_has_control(password))
		return PASSWORD_UNREADABLE;
	size_t count = password_characters(password);
	if (count < PASSWORD_CHARACTERS_MIN)
		flaws |= PASSWORD_TOO_SHORT;
	else if (count < PASSWORD_CHARACTERS_FREE && kinds_count(password) < PASSWORD_KINDS_MIN)
		flaws |= PASSWORD_FEW_KINDS;
	folded_make(password, &folded);
	if (pieces_count(&folded) < PIECES_MIN || password_list_has(list, password))
		flaws |= PASSWORD_COMMON;
	if (names_context(&folded, context))
		flaws |= PASSWORD_CONTEXT;
	return flaws;
}

/* --- what there was before --- */

/* 0: it is this one; CRYPTO_FORGED: another. */
static int compare(const struct auth *auth, const struct store_account *account,
		   struct str facility_code, const struct store_password_old *old,
		   struct str password)
{
	struct password_input input = {
		.account = account->login_id,
		.facility = facility_code,
		.kind = account_kind_name(account->kind),
		.password = password,
	};
	int r = keys_pepper(auth->keys, (int)old->pepper_n, &input.pepper);
	/* A pepper that is gone leaves nothing to compare with. */
	if (r == KEYS_ABSENT)
		return CRYPTO_FORGED;
	if (r)
		return FOLD(r);
	r = password_verify(&input, old->phc);
	return r < 0 ? PASS(r) : r;
}

static int own_compare(const struct auth *auth, struct db *db, struct arena *arena,
		       const struct store_account *account, struct str facility_code,
		       struct str password, unsigned *flaws)
{
	struct store_password_old old[STORE_PASSWORDS_OLD_MAX + 1] = {
		{account->password, account->pepper_n}};
	size_t count;
	int r = store_passwords_old(db, arena, account->facility_no, account->no, old + 1, &count);
	if (r)
		return PASS(r);
	for (size_t i = 0; i <= count; i++) {
		r = compare(auth, account, facility_code, &old[i], password);
		if (r < 0)
			return PASS(r);
		if (r == 0)
			*flaws |= PASSWORD_USED;
	}
	return 0;
}

/* A reader's account against the receipt link's, and the other way. */
static int others_compare(const struct auth *auth, struct db *db, struct arena *arena,
			  const struct store_account *account, struct str facility_code,
			  struct str password, unsigned *flaws)
{
	struct store_account *others;
	size_t count;
	enum account_kind kind = account->kind == ACCOUNT_READER ? ACCOUNT_RECEIPT : ACCOUNT_READER;
	int r = store_accounts_list(db, arena, account->facility_no, kind, 0, &others, &count);
	if (r)
		return PASS(r);
	for (size_t i = 0; i < count && i < PASSWORD_OTHERS_MAX; i++) {
		struct store_password_old theirs = {others[i].password, others[i].pepper_n};
		r = compare(auth, &others[i], facility_code, &theirs, password);
		if (r < 0)
			return PASS(r);
		if (r == 0)
			*flaws |= PASSWORD_SHARED;
	}
	return 0;
}

int password_reused(const struct auth *auth, struct db *db, struct arena *arena,
		    const struct store_account *account, struct str facility_code,
		    struct str password, unsigned *ret_flaws)
{
	unsigned flaws = 0;
	int r = own_compare(auth, db, arena, account, facility_code, password, &flaws);
	if (r == 0 && account->facility_no)
		r = others_compare(auth, db, arena, account, facility_code, password, &flaws);
	if (r)
		return PASS(r);
	*ret_flaws = flaws;
	return 0;
}
