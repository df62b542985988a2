/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a sealed value belongs, as its AAD: nobody with the database alone can move it to another
 * row, column or facility, or re-link the row it stands in.
 */
#pragma once

#include "lib/base/number.h"
#include "server/keys/keys.h"

struct keys_place {
	struct str table;
	struct str column;
	struct str row;	     /* the row's own key, as bytes */
	int64_t facility_no; /* 0: of no facility */
	struct str link;     /* what else links the row: a person's or scope's HMAC */
	int64_t link_no;     /* the same as a number: a version, a person's number */
};

MUST_CHECK static inline int keys_place_aad(struct arena *arena, const struct keys_place *place,
					    struct str *ret_aad)
{
	char facility[NUMBER_TEXT_BYTES], link_no[NUMBER_TEXT_BYTES];
	const struct str parts[] = {
		place->table, place->column,
		place->row,   number_print(place->facility_no, facility),
		place->link,  number_print(place->link_no, link_no),
	};
	int r = keys_aad(arena, parts, sizeof parts / sizeof parts[0], ret_aad);
	return r ? FOLD(r) : 0;
}
