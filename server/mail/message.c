/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mail/message.h"

#include "lib/base/period.h"
#include "lib/crypto/crypto.h"

enum {
	WORD_BYTES = 39, /* in base64 52, in a line of "Subject: =?UTF-8?B?…?=" 73 of 76 */
	LINE_CHARS = 76,
};

static const struct str from_name = {"資格確認サービス", 24};

/* Up to WORD_BYTES from the start of text, and no code point in two. */
static struct str word_cut(struct str text)
{
	if (text.len <= WORD_BYTES)
		return text;
	size_t len = WORD_BYTES;
	while (len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
		len--;
	return (struct str){text.ptr, len};
}

/* Encoded words, folded: a blank between two of them does not belong to the text. */
static int words_write(struct arena *arena, struct str text, struct str *ret_words)
{
	struct str words = STR("");
	while (text.len) {
		struct str piece = word_cut(text), encoded;
		int r = encode_base64(arena, piece, &encoded);
		if (r == 0)
			r = arena_print(arena, &words, "%.*s%s=?UTF-8?B?%.*s?=", STR_ARG(words),
					words.len ? "\r\n " : "", STR_ARG(encoded));
		if (r)
			return FOLD(r);
		text = (struct str){text.ptr + piece.len, text.len - piece.len};
	}
	*ret_words = words;
	return 0;
}

/* '\n' becomes CRLF before it is encoded: base64 of text is base64 of canonical text. */
static int lines_end(struct arena *arena, struct str text, struct str *ret_text)
{
	char *bytes = arena_bytes(arena, 2 * text.len + 1);
	if (!bytes)
		return RAISE(ENOMEM);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\r')
			continue;
		if (text.ptr[i] == '\n')
			bytes[len++] = '\r';
		bytes[len++] = text.ptr[i];
	}
	*ret_text = (struct str){bytes, len};
	return 0;
}

static int body_write(struct arena *arena, struct str text, struct str *ret_body)
{
	struct str canonical, encoded;
	int r = lines_end(arena, text, &canonical);
	if (r == 0)
		r = encode_base64(arena, canonical, &encoded);
	if (r)
		return FOLD(r);
	char *body = arena_bytes(arena, encoded.len + 2 * (encoded.len / LINE_CHARS + 1));
	if (!body)
		return RAISE(ENOMEM);
	size_t len = 0;
	for (size_t at = 0; at < encoded.len; at += LINE_CHARS) {
		size_t rest = encoded.len - at, take = rest < LINE_CHARS ? rest : LINE_CHARS;
		memcpy(body + len, encoded.ptr + at, take);
		memcpy(body + len + take, "\r\n", 2);
		len += take + 2;
	}
	*ret_body = (struct str){body, len};
	return 0;
}

static struct str domain_of(struct str address)
{
	struct str rest = address, local;
	bool split = str_split(&rest, '@', &local);
	return split && rest.ptr ? rest : STR("localhost");
}

int message_write(struct arena *arena, const struct message *message, struct str *ret_text)
{
	struct str name = {0}, subject = {0}, body = {0}, id = {0};
	char date[PERIOD_MAIL_BYTES];
	int r = words_write(arena, from_name, &name);
	if (r == 0)
		r = words_write(arena, message->subject, &subject);
	if (r == 0)
		r = body_write(arena, message->text, &body);
	if (r == 0)
		r = encode_hex(arena, message->id, &id);
	if (r)
		return FOLD(r);
	r = arena_print(arena, ret_text,
			"Date: %s\r\n"
			"From: %.*s <%.*s>\r\n"
			"To: <%.*s>\r\n"
			"Subject: %.*s\r\n"
			"Message-ID: <%.*s@%.*s>\r\n"
			"Auto-Submitted: auto-generated\r\n"
			"MIME-Version: 1.0\r\n"
			"Content-Type: text/plain; charset=UTF-8\r\n"
			"Content-Transfer-Encoding: base64\r\n"
			"\r\n"
			"%.*s",
			period_mail_print(message->at_ms, date), STR_ARG(name),
			STR_ARG(message->from), STR_ARG(message->to), STR_ARG(subject), STR_ARG(id),
			STR_ARG(domain_of(message->from)), STR_ARG(body));
	return r ? PASS(r) : 0;
}
