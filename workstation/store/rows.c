/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/rows.h"

int store_keep(struct arena *arena, struct str *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int r = texts[i]->ptr ? arena_copy(arena, *texts[i], texts[i]) : 0;
		if (r)
			return PASS(r);
	}
	return 0;
}
