/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/mail_code.h"

#include <stdio.h>

int mail_code_make(const struct auth *auth, int key_n, struct str family, struct secret *ret_code)
{
	unsigned char mac[KEYS_MAC_BYTES];
	uint64_t number = 0;
	char digits[MAIL_CODE_DIGITS + 1];
	int r = keys_mac_token(auth->keys, key_n, KEYS_TOKEN_MAIL_CODE, &family, 1, mac);
	if (r)
		return r < 0 ? PASS(r) : r;
	for (size_t i = 0; i < sizeof number; i++)
		number = number << 8 | mac[i];
	snprintf(digits, sizeof digits, "%08u", (unsigned)(number % 100000000u));
	r = secret_set(ret_code, str_of(digits));
	explicit_bzero(mac, sizeof mac);
	explicit_bzero(digits, sizeof digits);
	return r ? PASS(r) : 0;
}

int mail_code_verify(const struct auth *auth, int key_n, struct str family, struct str code)
{
	AUTO(secret_wipe) struct secret right = {0};
	int r = mail_code_make(auth, key_n, family, &right);
	if (r)
		return r < 0 ? PASS(r) : MAIL_CODE_WRONG;
	return secret_equal(secret_str(&right), code) ? 0 : MAIL_CODE_WRONG;
}

bool account_is_usable(const struct store_account *account, int64_t now_ms)
{
	return account->active && (account->kind != ACCOUNT_MAIL ||
				   (account->uses_left > 0 && account->codes_left > 0 &&
				    account->valid_until_ms > now_ms));
}
