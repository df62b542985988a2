/* SPDX-License-Identifier: Apache-2.0 */
/* Passcodes of an authenticator: RFC 4226 truncation over RFC 6238 steps. */
#include "lib/crypto/crypto.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

enum { SHA1_BYTES = 20 };

static uint32_t truncated(const unsigned char mac[SHA1_BYTES])
{
	const unsigned char *at = mac + (mac[SHA1_BYTES - 1] & 15);
	return (at[0] & 0x7fu) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

int totp_code(struct str seed, int64_t step, char ret_code[TOTP_DIGITS + 1])
{
	unsigned char mac[SHA1_BYTES], moment[8];
	unsigned len = sizeof mac;
	uint64_t left = (uint64_t)step;
	assert(seed.len > 0 && seed.len <= SECRET_BYTES_MAX);
	for (int i = 7; i >= 0; i--, left >>= 8)
		moment[i] = (unsigned char)left;
	if (!HMAC(EVP_sha1(), seed.ptr, (int)seed.len, moment, sizeof moment, mac, &len))
		return RAISE(EIO);
	snprintf(ret_code, TOTP_DIGITS + 1, "%06u", truncated(mac) % 1000000u);
	OPENSSL_cleanse(mac, sizeof mac);
	return 0;
}

static int code_is(struct str seed, int64_t step, struct str code, bool *ret_same)
{
	char expected[TOTP_DIGITS + 1];
	int r = totp_code(seed, step, expected);
	if (r < 0)
		return PASS(r);
	*ret_same = secret_equal(code, str_bytes(expected, TOTP_DIGITS));
	OPENSSL_cleanse(expected, sizeof expected);
	return 0;
}

int totp_drift_find(struct str seed, struct str code, int64_t now_ms)
{
	int64_t now_step = now_ms / TOTP_STEP_MS;
	bool known = false;
	for (int64_t step = now_step - TOTP_DRIFT_STEPS; step <= now_step + TOTP_DRIFT_STEPS;
	     step++) {
		bool same;
		int r = code_is(seed, step, code, &same);
		if (r < 0)
			return PASS(r);
		known |= same;
	}
	return known ? 0 : TOTP_WRONG;
}

int totp_verify(struct str seed, struct str code, int64_t now_ms, int64_t last_step,
		int64_t *ret_step)
{
	int64_t now_step = now_ms / TOTP_STEP_MS, fresh = INT64_MIN;
	bool known = false;
	for (int64_t step = now_step - 1; step <= now_step + 1; step++) {
		bool same;
		int r = code_is(seed, step, code, &same);
		if (r < 0)
			return PASS(r);
		known |= same;
		/* Of two steps with the same code the later one is spent, and the earlier with it.
		 */
		fresh = same && step > last_step ? step : fresh;
	}
	if (!known)
		return TOTP_WRONG;
	if (fresh == INT64_MIN)
		return TOTP_REUSED;
	*ret_step = fresh;
	return 0;
}

/* Two steps of three may have the same code: so it is asked for pairs, not for each code's step. */
int totp_verify_pair(struct str seed, const struct str codes[2], int64_t now_ms, int64_t *ret_step)
{
	int64_t now_step = now_ms / TOTP_STEP_MS;
	bool known = false;
	for (int64_t step = now_step - 1; step <= now_step; step++) {
		bool first, second;
		int r = code_is(seed, step, codes[0], &first);
		if (r == 0)
			r = code_is(seed, step + 1, codes[1], &second);
		if (r < 0)
			return PASS(r);
		known |= first & second;
	}
	if (!known)
		return TOTP_WRONG;
	int r = totp_verify(seed, codes[1], now_ms, INT64_MIN, ret_step);
	return r ? FOLD(r) : 0;
}
