/* SPDX-License-Identifier: Apache-2.0 */
/* It takes a microsecond, so each row gets its own at once instead of one for a batch. */
#include "lib/base/number.h"
#include "lib/crypto/crypto.h"
#include "server/audit/audit.h"

enum { NUMBERS = 8, TEXTS = 7 };

/* An absent text and an empty one are two different rows. */
static struct str presence(struct str text)
{
	return text.ptr ? STR("1") : STR("0");
}

int audit_hash(const struct store_audit *row, struct str previous,
	       unsigned char ret_hash[STORE_DIGEST_BYTES])
{
	const int64_t numbers[NUMBERS] = {row->slot,	    row->seq,	     row->at_ms,
					  row->facility_no, row->account_no, row->device_no,
					  row->calls,	    row->n};
	const struct str texts[TEXTS] = {row->staff,	  row->operator, row->reason,
					 row->call,	  row->outcome,
					 row->request_id, row->items};
	char digits[NUMBERS][NUMBER_TEXT_BYTES];
	struct str parts[2 + NUMBERS + 2 * TEXTS] = {STR("shikaku-audit-1"), previous};
	size_t count = 2;
	for (size_t i = 0; i < NUMBERS; i++)
		parts[count++] = number_print(numbers[i], digits[i]);
	for (size_t i = 0; i < TEXTS; i++) {
		parts[count++] = presence(texts[i]);
		parts[count++] = texts[i];
	}
	int r = digest_parts(parts, count, ret_hash);
	return r ? FOLD(r) : 0;
}
