/* SPDX-License-Identifier: Apache-2.0 */
/* The two tables, elements.def and codes.def. */
#include "lib/record/record.h"

#include <assert.h>

enum { ABSENCE_OPTIONAL, ABSENCE_REQUIRED };

static const struct record_element_row elements[RECORD_ELEMENTS] = {
#define ELEMENT(name, group, oqs, label, format, max, table, presence) \
	[RECORD_##name] = {oqs,                                        \
			   label,                                      \
			   RECORD_GROUP_##group,                       \
			   RECORD_FORMAT_##format,                     \
			   max,                                        \
			   RECORD_TABLE_##table,                       \
			   ABSENCE_##presence == ABSENCE_REQUIRED},
#include "lib/record/elements.def"
#undef ELEMENT
};

static const struct {
	enum record_table table;
	const char *code;
	const char *word;
} codes[] = {
#define CODE(table, code, word) {RECORD_TABLE_##table, code, word},
#include "lib/record/codes.def"
#undef CODE
};

const struct record_element_row *record_element_row(enum record_element element)
{
	assert(element < RECORD_ELEMENTS);
	return &elements[element];
}

enum record_element record_element_of_name(struct str oqs_name)
{
	for (int i = 0; i < RECORD_ELEMENTS; i++)
		if (str_equal(oqs_name, str_of(elements[i].oqs_name)))
			return (enum record_element)i;
	return RECORD_ELEMENTS;
}

struct str record_code_word(enum record_table table, struct str code)
{
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].table == table && str_equal(code, str_of(codes[i].code)))
			return str_of(codes[i].word);
	return (struct str){0};
}
