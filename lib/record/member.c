/* SPDX-License-Identifier: Apache-2.0 */
/* The identity of an insurance, as JP Core and CLINS spell it. */
#include "lib/record/insurer.h"
#include "lib/record/names.h"
#include "lib/record/record.h"

int record_member_key(struct arena *arena, const struct record_qualification *qualification,
		      struct str *ret_key)
{
	const struct str *elements = qualification->elements;
	struct str insurer = {0}, symbol, number, branch;
	int r = elements[RECORD_INSURER_NUMBER].ptr
			? insurer_number_fold(arena, elements[RECORD_INSURER_NUMBER], &insurer)
			: 0;
	if (r == 0)
		r = width_fold(arena, elements[RECORD_SYMBOL], &symbol);
	if (r == 0)
		r = width_fold(arena, elements[RECORD_NUMBER], &number);
	if (r == 0)
		r = width_fold(arena, elements[RECORD_BRANCH], &branch);
	if (r == 0)
		r = arena_print(arena, ret_key, "%.*s:%.*s:%.*s:%.*s", STR_ARG(insurer),
				STR_ARG(symbol), STR_ARG(number), STR_ARG(branch));
	return r ? PASS(r) : 0;
}
