/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/terminal/text.h"

#include "lib/base/utf8.h"

void text_put(FILE *out, struct str text)
{
	while (text.len) {
		struct str rest = text;
		(void)utf8_next(&rest);
		struct str character = {text.ptr, text.len - rest.len};
		if (utf8_has_control(character))
			(void)fputc('?', out);
		else
			(void)fwrite(character.ptr, 1, character.len, out);
		text = rest;
	}
}

void text_cell(FILE *out, struct str text, size_t columns)
{
	size_t width = utf8_columns(text);
	text_put(out, text);
	(void)fprintf(out, "%*s", (int)(width < columns ? columns - width : 0), "");
}
