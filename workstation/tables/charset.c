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

static void geta_put(struct conversion *conversion)
{
	struct str rest = {conversion->in, conversion->in_left};
	(void)utf8_next(&rest);
	conversion->in += conversion->in_left - rest.len;
	conversion->in_left = rest.len;
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
