/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/tables/charset.h"

#include <iconv.h>

#include "lib/base/utf8.h"

enum { CP932_GETA_1 = 0x81, CP932_GETA_2 = 0xAC };

enum charset charset_guess(struct str bytes)
{
	return utf8_valid(bytes) ? CHARSET_UTF8 : CHARSET_CP932;
}

/* Everything between two pointers; what stopped it is in errno. */
struct conversion {
	iconv_t handle;
	char *in, *out;
	size_t in_left, out_left;
};

static int conversion_open(struct conversion *conversion, struct arena *arena, const char *to,
			   const char *from, struct str bytes)
{
	/* One byte becomes at most three: half-width kana of CP932 in UTF-8. */
	size_t size = bytes.len * 3 + 8;
	char *out = arena_alloc(arena, size);
	if (!out)
		return RAISE(ENOMEM);
	*conversion = (struct conversion){
		.handle = iconv_open(to, from),
		.in = (char *)(uintptr_t)bytes.ptr,
		.out = out,
		.in_left = bytes.len,
		.out_left = size,
	};
	return conversion->handle == (iconv_t)-1 ? RAISE(errno) : 0;
}

static bool conversion_run(struct conversion *conversion)
{
	return iconv(conversion->handle, &conversion->in, &conversion->in_left, &conversion->out,
		     &conversion->out_left) != (size_t)-1;
}

int charset_decode(struct arena *arena, enum charset charset, struct str bytes,
		   struct str *ret_text, size_t *ret_bad)
{
	struct conversion conversion;
	bool utf8 = charset == CHARSET_UTF8;
	*ret_bad = 0;
	if (utf8 && utf8_valid(bytes)) {
		*ret_text = bytes;
		return 0;
	}
	int r = conversion_open(&conversion, arena, "UTF-8", utf8 ? "UTF-8" : "CP932", bytes);
	if (r)
		return PASS(r);
	const char *begin = conversion.out;
	bool whole = conversion_run(&conversion);
	iconv_close(conversion.handle);
	*ret_bad = bytes.len - conversion.in_left;
	if (!whole || utf8)
		return CHARSET_BAD;
	*ret_text = (struct str){begin, (size_t)(conversion.out - begin)};
	return 0;
}

/* Nothing by itself: it changes how the character before it looks. */
static bool is_attached(uint32_t point)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x0300, 0x036F}, /* accents */
		{0x200C, 0x200D}, /* joiners */
		{0x3099, 0x309A}, /* 濁点, 半濁点 */
		{0xFE00, 0xFE0F}, /* variation selectors */
		{0xE0100, 0xE01EF},
	};
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

/* The character that stopped it. */
static struct str character_skip(struct conversion *conversion, uint32_t *ret_point)
{
	struct str rest = {conversion->in, conversion->in_left};
	const char *begin = conversion->in;
	*ret_point = utf8_next(&rest);
	conversion->in += conversion->in_left - rest.len;
	conversion->in_left = rest.len;
	return (struct str){begin, (size_t)(conversion->in - begin)};
}

static void geta_put(struct conversion *conversion)
{
	uint32_t point;
	(void)character_skip(conversion, &point);
	if (is_attached(point))
		return;
	*conversion->out++ = (char)CP932_GETA_1;
	*conversion->out++ = (char)CP932_GETA_2;
	conversion->out_left -= 2;
}

int charset_encode(struct arena *arena, enum charset charset, struct str text,
		   struct str *ret_bytes, size_t *ret_lost)
{
	struct conversion conversion;
	*ret_lost = 0;
	if (charset == CHARSET_UTF8) {
		*ret_bytes = text;
		return 0;
	}
	int r = conversion_open(&conversion, arena, "CP932", "UTF-8", text);
	if (r)
		return PASS(r);
	const char *begin = conversion.out;
	while (!conversion_run(&conversion) && conversion.in_left) {
		geta_put(&conversion);
		++*ret_lost;
	}
	iconv_close(conversion.handle);
	*ret_bytes = (struct str){begin, (size_t)(conversion.out - begin)};
	return 0;
}

/* Together with the character before it, which may be none of the lost. */
static struct str with_base(struct str text, struct str attached)
{
	const char *begin = attached.ptr;
	while (begin > text.ptr && ((unsigned char)*--begin & 0xC0) == 0x80)
		;
	return (struct str){begin, (size_t)(attached.ptr - begin) + attached.len};
}

int charset_missing(struct arena *arena, enum charset charset, struct str text,
		    struct str *ret_characters)
{
	struct conversion conversion;
	size_t len = 0;
	*ret_characters = STR("");
	if (charset == CHARSET_UTF8)
		return 0;
	/* Each with the one before it: twice the text at most. */
	char *found = arena_bytes(arena, text.len * 2 + 1);
	int r = found ? conversion_open(&conversion, arena, "CP932", "UTF-8", text) : RAISE(ENOMEM);
	if (r)
		return PASS(r);
	while (!conversion_run(&conversion) && conversion.in_left) {
		uint32_t point;
		struct str one = character_skip(&conversion, &point);
		one = is_attached(point) ? with_base(text, one) : one;
		memcpy(found + len, one.ptr, one.len);
		len += one.len;
	}
	iconv_close(conversion.handle);
	*ret_characters = (struct str){found, len};
	return 0;
}
