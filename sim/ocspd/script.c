/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/ocspd/script.h"

#include "lib/base/number.h"

static const struct {
	struct str word;
	struct script script; /* what it adds */
} words[] = {
	{{"good", 4}, {.forced = true, .status = ANSWER_GOOD}},
	{{"revoked", 7}, {.forced = true, .status = ANSWER_REVOKED}},
	{{"unknown", 7}, {.forced = true, .status = ANSWER_UNKNOWN}},
	{{"stale", 5}, {.fault = ANSWER_STALE}},
	{{"bad-signature", 13}, {.fault = ANSWER_BAD_SIGNATURE}},
	{{"wrong-nonce", 11}, {.fault = ANSWER_WRONG_NONCE}},
	{{"no-nonce", 8}, {.fault = ANSWER_NO_NONCE}},
	{{"other-serial", 12}, {.fault = ANSWER_OTHER_SERIAL}},
	{{"tryLater", 8}, {.try_later = true}},
	{{"drop", 4}, {.drop = true}},
	{{"index", 5}, {0}},
};

static void script_add(struct script *script, const struct script *more)
{
	if (more->forced) {
		script->forced = true;
		script->status = more->status;
	}
	if (more->fault != ANSWER_HONEST)
		script->fault = more->fault;
	script->try_later |= more->try_later;
	script->drop |= more->drop;
}

static int word_take(struct script *script, struct str word)
{
	const struct str slow = STR("slow:");
	if (str_starts(word, slow)) {
		struct str number = {word.ptr + slow.len, word.len - slow.len};
		return number_parse(number, 0, SCRIPT_SLOW_MS_MAX, &script->slow_ms)
			       ? SCRIPT_MALFORMED
			       : 0;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_equal(word, words[i].word)) {
			script_add(script, &words[i].script);
			return 0;
		}
	return SCRIPT_MALFORMED;
}

int script_parse(struct str text, struct script *ret_script)
{
	struct script script = {0};
	struct str rest = str_trim(text), word;
	while (str_split(&rest, ' ', &word))
		if (word.len && word_take(&script, word))
			return SCRIPT_MALFORMED;
	*ret_script = script;
	return 0;
}
