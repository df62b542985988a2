/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts folded for comparison and search; what is stored and shown stays as it came. The columns
 * fold_kana and fold_name, what somebody types into a search, and matching all use the same.
 *
 * Absent when there is nothing to compare: absent, or only spaces. Texts are valid UTF-8, results
 * lie in the arena. Fault: -ENOMEM.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

/*
 * カナ氏名: name_fold (widths, hiragana, small kana, no spaces, no variation selectors), and ー
 * however it was typed, ・ or none.
 */
MUST_CHECK int fold_kana(struct arena *arena, struct str kana, struct str *ret_fold);

/* 氏名: name_fold. */
MUST_CHECK int fold_name(struct arena *arena, struct str name, struct str *ret_fold);

/*
 * 名 without 姓, folded as a name: what stands behind the last space. Absent when there is no space
 * in it.
 */
MUST_CHECK int fold_given(struct arena *arena, struct str name, struct str *ret_fold);

/* Numbers and addresses as people type them: widths folded, without blanks and hyphens. */
MUST_CHECK int fold_plain(struct arena *arena, struct str text, struct str *ret_fold);

enum fold_fit {
	FOLD_NOTHING, /* one of the two is absent, or nothing but ● */
	FOLD_SAME,
	FOLD_SAME_BUT_UNREADABLE, /* ● stands for one character, whichever, on either side */
	FOLD_DIFFERENT,
};

/* Two folded names beside each other. */
enum fold_fit fold_compare(struct str a, struct str b);
