/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/mail_address.h"

enum { LOCAL_BYTES_MAX = 64, LABEL_BYTES_MAX = 63 };

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 5322 atext. */
static bool is_atom_char(char c)
{
	return is_letter_or_digit(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool is_host_char(char c)
{
	return is_letter_or_digit(c) || c == '-';
}

/* Pieces between dots, none of them empty. */
static bool pieces_fit(struct str text, bool (*is_char)(char), size_t piece_max)
{
	struct str rest = text, piece;
	while (str_split(&rest, '.', &piece)) {
		if (piece.len == 0 || piece.len > piece_max)
			return false;
		for (size_t i = 0; i < piece.len; i++)
			if (!is_char(piece.ptr[i]))
				return false;
	}
	return text.len > 0;
}

bool mail_address_valid(struct str address)
{
	struct str domain = address, local;
	if (address.len > MAIL_ADDRESS_BYTES_MAX || !str_split(&domain, '@', &local))
		return false;
	return local.len <= LOCAL_BYTES_MAX && pieces_fit(local, is_atom_char, LOCAL_BYTES_MAX) &&
	       pieces_fit(domain, is_host_char, LABEL_BYTES_MAX);
}
