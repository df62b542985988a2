/* SPDX-License-Identifier: Apache-2.0 */
/* A letter's text in the outbox: address, subject and text, each but the last ended by a '\n'. */
#include "server/mail/outbox.h"

#include "lib/base/mail_address.h"
#include "lib/base/utf8.h"
#include "server/keys/place.h"

static int letter_check(const struct mail_letter *letter)
{
	if (!mail_address_valid(letter->to) || !utf8_valid(letter->subject) ||
	    utf8_has_control(letter->subject) || !utf8_valid(letter->text))
		return RAISE(EINVAL);
	if (letter->subject.len > MAIL_SUBJECT_BYTES_MAX || letter->text.len > MAIL_TEXT_BYTES_MAX)
		return RAISE(EMSGSIZE);
	return 0;
}

static int body_aad(struct arena *arena, struct str id, int64_t facility_no, struct str *ret_aad)
{
	struct keys_place place = {
		.table = STR("outbox"),
		.column = STR("body"),
		.row = id,
		.facility_no = facility_no,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

static int letter_seal(const struct keys *keys, struct arena *arena,
		       const struct mail_letter *letter, struct str id, struct str *ret_sealed)
{
	struct str text, aad;
	int r = arena_print(arena, &text, "%.*s\n%.*s\n%.*s", STR_ARG(letter->to),
			    STR_ARG(letter->subject), STR_ARG(letter->text));
	if (r)
		return PASS(r);
	r = body_aad(arena, id, letter->facility_no, &aad);
	if (r)
		return PASS(r);
	r = keys_seal(keys, arena, aad, text, ret_sealed);
	return r ? FOLD(r) : 0;
}

int mail_post(const struct keys *keys, struct db *db, struct arena *arena,
	      const struct mail_letter *letter, int64_t now_ms)
{
	unsigned char id[STORE_ID_BYTES];
	random_bytes(id, sizeof id);
	struct store_mail mail = {
		.id = str_bytes(id, sizeof id),
		.facility_no = letter->facility_no,
		.kind = letter->kind,
		.made_ms = now_ms,
		.next_ms = now_ms,
		.until_ms = letter->until_ms,
	};
	int r = letter_check(letter);
	if (r)
		return PASS(r);
	r = letter_seal(keys, arena, letter, mail.id, &mail.body);
	if (r)
		return PASS(r);
	r = store_outbox_add(db, &mail);
	return r ? PASS(r) : 0;
}

int mail_open(const struct keys *keys, struct arena *arena, const struct store_mail *mail,
	      struct mail_letter *ret_letter)
{
	struct str aad, text;
	int r = body_aad(arena, mail->id, mail->facility_no, &aad);
	if (r)
		return PASS(r);
	r = keys_open_sealed(keys, arena, aad, mail->body, &text);
	if (r)
		return r < 0 ? PASS(r) : MAIL_UNREADABLE;
	struct mail_letter letter = {
		.kind = (enum mail_kind)mail->kind,
		.facility_no = mail->facility_no,
		.until_ms = mail->until_ms,
	};
	if (!str_split(&text, '\n', &letter.to) || !str_split(&text, '\n', &letter.subject) ||
	    !text.ptr)
		return MAIL_UNREADABLE;
	letter.text = text;
	*ret_letter = letter;
	return 0;
}
