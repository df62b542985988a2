/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No rules of composition: they make people write passwords down (NIST SP 800-63B section 5.1.1.2).
 * Somebody who tries at the desk is held up by the wait; a list of the first dozens is enough.
 */
#include "workstation/vault/password_rule.h"

#include "lib/base/utf8.h"
#include "workstation/vault/vault.h"

static const char *const commons[] = {
	"password",   "passw0rd",  "password1", "p@ssw0rd",  "password123", "iloveyou",
	"qwertyui",   "qwerty12",  "qwerty123", "asdfghjk",  "asdfasdf",    "zxcvbnm1",
	"1q2w3e4r",   "1qaz2wsx",  "q1w2e3r4",	"abcd1234",  "abc12345",    "admin123",
	"letmein1",   "welcome1",  "sunshine",	"football",  "baseball",    "princess",
	"superman",   "computer",  "internet",	"shikaku1",  "shikaku123",  "sekkotsu",
	"sekkotsuin", "hoken123",  "karte123",	"mynumber",  "mynumber1",   "sakura00",
	"tokyo2020",  "doraemon",  "pokemon1",	"yamada123", "11223344",    "12341234",
	"12121212",   "123123123", "20202020",	"87654321",  "98765432",    "reception",
};

/* All one character, or each the next one of the last: 88888888, 12345678, abcdefgh. */
static bool is_run(struct str password)
{
	int step = password.len > 1 ? password.ptr[1] - password.ptr[0] : 0;
	for (size_t i = 1; i < password.len; i++) {
		int here = password.ptr[i] - password.ptr[i - 1];
		bool around = password.ptr[i] == '0' && password.ptr[i - 1] == '9' && step == 1;
		if (here != step && !around)
			return false;
	}
	return step >= -1 && step <= 1;
}

int password_rule_check(struct str password)
{
	if (!utf8_valid(password) || utf8_count(password) < VAULT_PASSWORD_CHARS_MIN)
		return VAULT_PASSWORD_SHORT;
	if (is_run(password))
		return VAULT_PASSWORD_COMMON;
	for (size_t i = 0; i < sizeof commons / sizeof *commons; i++)
		if (str_equal_nocase(password, str_of(commons[i])))
			return VAULT_PASSWORD_COMMON;
	return 0;
}
