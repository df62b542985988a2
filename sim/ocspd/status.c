/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/ocspd/status.h"

#include "lib/base/number.h"
#include "lib/base/period.h"

enum { REASON_MAX = 10 };

static struct str word_next(struct str *rest)
{
	struct str word = {0};
	while (str_split(rest, ' ', &word) && !word.len)
		;
	return word;
}

/* The rest of a line, after aki and serial; what cannot be read is unknown. */
static struct answer status_read(struct str rest)
{
	const struct answer unknown = {.status = ANSWER_UNKNOWN};
	struct answer revoked = {.status = ANSWER_REVOKED};
	int64_t reason;
	struct str word = word_next(&rest);
	if (str_equal(word, STR("good")))
		return (struct answer){.status = ANSWER_GOOD};
	if (!str_equal(word, STR("revoked")) ||
	    number_parse(word_next(&rest), 0, REASON_MAX, &reason) ||
	    period_datetime_parse(word_next(&rest), &revoked.revoked_ms))
		return unknown;
	revoked.reason = (int)reason;
	return revoked;
}

struct answer status_find(struct str index, struct str aki, struct str serial)
{
	struct answer answer = {.status = ANSWER_UNKNOWN};
	struct str line;
	while (str_split(&index, '\n', &line)) {
		struct str rest = str_trim(line);
		if (str_equal_nocase(word_next(&rest), aki) &&
		    str_equal_nocase(word_next(&rest), serial))
			answer = status_read(rest);
	}
	return answer;
}
