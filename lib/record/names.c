/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folding that receipt computers do in the field: NFKC where it concerns ASCII and kana, and
 * no more of it, so that every step can be read here.
 */
#include "lib/record/names.h"

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/utf8.h"

enum {
	POINT_BYTES_MAX = 4,
	HIRAGANA_TO_KATAKANA = 0x60,
	VOICED = 0x3099,      /* combining ゛ */
	SEMI_VOICED = 0x309A, /* combining ゜ */
};

static size_t point_put(char *bytes, uint32_t point)
{
	if (point < 0x80) {
		bytes[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		bytes[0] = (char)(0xC0 | point >> 6);
		bytes[1] = (char)(0x80 | (point & 0x3F));
		return 2;
	}
	if (point < 0x10000) {
		bytes[0] = (char)(0xE0 | point >> 12);
		bytes[1] = (char)(0x80 | (point >> 6 & 0x3F));
		bytes[2] = (char)(0x80 | (point & 0x3F));
		return 3;
	}
	bytes[0] = (char)(0xF0 | point >> 18);
	bytes[1] = (char)(0x80 | (point >> 12 & 0x3F));
	bytes[2] = (char)(0x80 | (point >> 6 & 0x3F));
	bytes[3] = (char)(0x80 | (point & 0x3F));
	return 4;
}

/* U+FF61..U+FF9F */
static const uint16_t half_kana[] = {
	0x3002, 0x300C, 0x300D, 0x3001, 0x30FB, 0x30F2, 0x30A1, 0x30A3,	     0x30A5, 0x30A7, 0x30A9,
	0x30E3, 0x30E5, 0x30E7, 0x30C3, 0x30FC, 0x30A2, 0x30A4, 0x30A6,	     0x30A8, 0x30AA, 0x30AB,
	0x30AD, 0x30AF, 0x30B1, 0x30B3, 0x30B5, 0x30B7, 0x30B9, 0x30BB,	     0x30BD, 0x30BF, 0x30C1,
	0x30C4, 0x30C6, 0x30C8, 0x30CA, 0x30CB, 0x30CC, 0x30CD, 0x30CE,	     0x30CF, 0x30D2, 0x30D5,
	0x30D8, 0x30DB, 0x30DE, 0x30DF, 0x30E0, 0x30E1, 0x30E2, 0x30E4,	     0x30E6, 0x30E8, 0x30E9,
	0x30EA, 0x30EB, 0x30EC, 0x30ED, 0x30EF, 0x30F3, VOICED, SEMI_VOICED,
};

static bool is_hyphen(uint32_t point)
{
	return (point >= 0x2010 && point <= 0x2015) || point == 0x2212 || point == 0xFE63;
}

static uint32_t point_width_fold(uint32_t point)
{
	if (point >= 0xFF01 && point <= 0xFF5E)
		return point - 0xFEE0;
	if (point >= 0xFF61 && point <= 0xFF9F)
		return half_kana[point - 0xFF61];
	if (point == 0x3000 || point == 0x00A0)
		return ' ';
	if (is_hyphen(point))
		return '-';
	/* The marks standing alone, as old input methods leave them. */
	if (point == 0x309B || point == 0x309C)
		return point - 0x309B + VOICED;
	return point;
}

/* カ行 to ト take the voiced form right behind them; ハ行 has both. 0: there is none. */
static uint32_t katakana_voice(uint32_t base, uint32_t mark)
{
	bool ha_row = base >= 0x30CF && base <= 0x30DB && (base - 0x30CF) % 3 == 0;
	if (mark == SEMI_VOICED)
		return ha_row ? base + 2 : 0;
	if (base == 0x30A6)
		return 0x30F4; /* ヴ */
	bool ka_to_chi = base >= 0x30AB && base <= 0x30C1 && base % 2 == 1;
	bool tsu_to_to = base == 0x30C4 || base == 0x30C6 || base == 0x30C8;
	return ka_to_chi || tsu_to_to || ha_row ? base + 1 : 0;
}

static uint32_t voice(uint32_t base, uint32_t mark)
{
	if (mark != VOICED && mark != SEMI_VOICED)
		return 0;
	if (base < 0x3041 || base > 0x3096)
		return katakana_voice(base, mark);
	uint32_t voiced = katakana_voice(base + HIRAGANA_TO_KATAKANA, mark);
	return voiced ? voiced - HIRAGANA_TO_KATAKANA : 0;
}

int width_fold(struct arena *arena, struct str text, struct str *ret_text)
{
	/* Half-width kana are as long in UTF-8 as full-width ones, U+00A0 and ASCII get shorter. */
	char *bytes = arena_alloc(arena, text.len + POINT_BYTES_MAX);
	if (!bytes)
		return RAISE(ENOMEM);
	size_t len = 0, last_at = 0;
	uint32_t last = 0;
	while (text.len) {
		uint32_t point = point_width_fold(utf8_next(&text));
		uint32_t voiced = voice(last, point);
		if (voiced) {
			point = voiced;
			len = last_at;
		}
		last = point;
		last_at = len;
		len += point_put(bytes + len, point);
	}
	*ret_text = (struct str){bytes, len};
	return 0;
}

static uint32_t kana_enlarge(uint32_t point)
{
	switch (point) {
	case 0x30A1: /* ァィゥェォ */
	case 0x30A3:
	case 0x30A5:
	case 0x30A7:
	case 0x30A9:
	case 0x30C3: /* ッ */
	case 0x30E3: /* ャュョ */
	case 0x30E5:
	case 0x30E7:
	case 0x30EE: /* ヮ */ return point + 1;
	case 0x30F5: return 0x30AB; /* ヵ */
	case 0x30F6: return 0x30B1; /* ヶ */
	default: return point;
	}
}

static uint32_t point_name_fold(uint32_t point)
{
	if ((point >= 0x3041 && point <= 0x3096) || point == 0x309D || point == 0x309E)
		point += HIRAGANA_TO_KATAKANA;
	if (point >= 'a' && point <= 'z')
		return point - 'a' + 'A';
	return kana_enlarge(point);
}

static bool is_dropped(uint32_t point)
{
	return point == ' ' || (point >= 0x2000 && point <= 0x200F) ||
	       (point >= 0xFE00 && point <= 0xFE0F) || (point >= 0xE0100 && point <= 0xE01EF);
}

int name_fold(struct arena *arena, struct str name, struct str *ret_name)
{
	struct str folded;
	int r = width_fold(arena, name, &folded);
	if (r)
		return PASS(r);
	char *bytes = arena_alloc(arena, folded.len + POINT_BYTES_MAX);
	if (!bytes)
		return RAISE(ENOMEM);
	size_t len = 0;
	while (folded.len) {
		uint32_t point = utf8_next(&folded);
		if (!is_dropped(point))
			len += point_put(bytes + len, point_name_fold(point));
	}
	*ret_name = (struct str){bytes, len};
	return 0;
}
