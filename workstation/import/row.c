/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/import/row.h"

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/base/utf8.h"
#include "lib/record/insurer.h"
#include "lib/record/names.h"
#include "lib/record/record.h"

enum {
	NAME_CHARS_MAX = 100, /* as the page's form */
	TEXT_CHARS_MAX = 200,
	NOTES_CHARS_MAX = 2000,
	REFERENCE_CHARS_MAX = 50,
	PERCENT_TENTH = 10,
	INSURER_DIGITS = 8,
	INSURER_DIGITS_MIN = 5,
};

void import_note_add(struct import_notes *notes, enum import_column column, bool is_wrong,
		     struct str text)
{
	notes->wrong_count += is_wrong;
	if (notes->count < IMPORT_NOTES_MAX)
		notes->items[notes->count++] = (struct import_note){column, is_wrong, text};
}

struct reading {
	struct arena *arena;
	const struct import_mapping *mapping;
	const struct csv_row *cells;
	struct import_notes *notes;
};

/* Absent: the file has no such column, or nothing stands there. */
static struct str cell(const struct reading *reading, enum import_column column)
{
	int place = import_column_place(reading->mapping, column);
	if (place < 0 || (size_t)place >= reading->cells->count)
		return (struct str){0};
	struct str text = str_trim(reading->cells->cells[place]);
	while (str_starts(text, STR("　")))
		text = str_trim((struct str){text.ptr + 3, text.len - 3});
	while (str_ends(text, STR("　")))
		text = str_trim((struct str){text.ptr, text.len - 3});
	return text.len ? text : (struct str){0};
}

static void wrong(const struct reading *reading, enum import_column column, struct str text)
{
	import_note_add(reading->notes, column, true, text);
}

static void doubt(const struct reading *reading, enum import_column column, struct str text)
{
	import_note_add(reading->notes, column, false, text);
}

/* --- kinds of cells --- */

static struct str text_of(const struct reading *reading, enum import_column column,
			  size_t chars_max)
{
	struct str text = cell(reading, column);
	if (text.ptr && utf8_count(text) > chars_max)
		wrong(reading, column, STR("文字が多すぎます。"));
	return text;
}

/* Widths folded: numbers, days, codes. */
static int word_of(const struct reading *reading, enum import_column column, struct str *ret_word)
{
	struct str text = text_of(reading, column, TEXT_CHARS_MAX);
	*ret_word = (struct str){0};
	if (!text.ptr)
		return 0;
	int r = width_fold(reading->arena, text, ret_word);
	if (r)
		return PASS(r);
	*ret_word = str_trim(*ret_word);
	return 0;
}

/* 0 where nothing stands. */
static int day_of(const struct reading *reading, enum import_column column, int *ret_day)
{
	struct str word;
	int r = word_of(reading, column, &word);
	*ret_day = 0;
	if (r)
		return PASS(r);
	if (word.ptr && period_written_parse(word, ret_day) != 0)
		wrong(reading, column,
		      STR("日付として読めません。例: 昭和60年1月2日、S60.1.2、1985/1/2"));
	return 0;
}

static int day_text_of(const struct reading *reading, enum import_column column,
		       struct str *ret_text)
{
	int day;
	int r = day_of(reading, column, &day);
	*ret_text = (struct str){0};
	if (!r && day)
		r = arena_print(reading->arena, ret_text, "%08d", day);
	return r ? PASS(r) : 0;
}

struct meaning {
	const char *word, *code;
};

/* word_of in a table; absent, and noted, where it is not there. */
static int code_of(const struct reading *reading, enum import_column column,
		   const struct meaning *meanings, size_t count, struct str complaint,
		   struct str *ret_code)
{
	struct str word;
	int r = word_of(reading, column, &word);
	*ret_code = (struct str){0};
	if (r)
		return PASS(r);
	for (size_t i = 0; i < count; i++)
		if (word.ptr && str_equal_nocase(word, str_of(meanings[i].word)))
			*ret_code = str_of(meanings[i].code);
	if (word.ptr && !ret_code->ptr)
		wrong(reading, column, complaint);
	return 0;
}

static int sex_of(const struct reading *reading, struct str *ret_code)
{
	static const struct meaning sexes[] = {
		{"1", "1"}, {"男", "1"},   {"男性", "1"}, {"M", "1"},	   {"male", "1"},
		{"2", "2"}, {"女", "2"},   {"女性", "2"}, {"F", "2"},	   {"female", "2"},
		{"3", "3"}, {"不明", "3"}, {"0", "3"},	  {"未設定", "3"}, {"その他", "3"},
	};
	int r = code_of(reading, IMPORT_SEX, sexes, sizeof sexes / sizeof *sexes,
			STR("性別として読めません。男・女、または1・2と書いてください。"),
			ret_code);
	return r ? PASS(r) : 0;
}

static int relation_of(const struct reading *reading, struct str *ret_code)
{
	static const struct meaning relations[] = {
		{"1", "1"}, {"本人", "1"}, {"被保険者", "1"}, {"世帯主", "1"}, {"本", "1"},
		{"2", "2"}, {"家族", "2"}, {"被扶養者", "2"}, {"世帯員", "2"}, {"家", "2"},
	};
	int r = code_of(reading, IMPORT_RELATION, relations, sizeof relations / sizeof *relations,
			STR("本人か家族か読めません。「本人」「家族」と書いてください。"),
			ret_code);
	return r ? PASS(r) : 0;
}

/* 3割, 30%, 0.3, 30 and 3 are 030. */
static int ratio_of(const struct reading *reading, struct str *ret_ratio)
{
	struct str word;
	int64_t number;
	int r = word_of(reading, IMPORT_RATIO, &word);
	*ret_ratio = (struct str){0};
	if (r || !word.ptr)
		return r ? PASS(r) : 0;
	bool is_tenths = str_ends(word, STR("割"));
	if (is_tenths)
		word.len -= strlen("割");
	else if (str_ends(word, STR("%")))
		word.len -= 1;
	if (str_starts(word, STR("0.")))
		word = (struct str){word.ptr + 2, word.len - 2};
	while (word.len > 1 && word.ptr[0] == '0')
		word = (struct str){word.ptr + 1, word.len - 1};
	if (number_parse(word, 0, is_tenths ? PERCENT_TENTH : 100, &number)) {
		wrong(reading, IMPORT_RATIO, STR("割合として読めません。例: 3割、30"));
		return 0;
	}
	number = is_tenths || number < PERCENT_TENTH ? number * PERCENT_TENTH : number;
	r = arena_print(reading->arena, ret_ratio, "%03d", (int)number);
	return r ? PASS(r) : 0;
}

/* --- the chart --- */

/* One column, or 姓 and 名 in two. */
static int name_of(const struct reading *reading, enum import_column whole,
		   enum import_column family, enum import_column given, struct str *ret_name)
{
	struct str first = text_of(reading, family, NAME_CHARS_MAX / 2);
	struct str last = text_of(reading, given, NAME_CHARS_MAX / 2);
	*ret_name = text_of(reading, whole, NAME_CHARS_MAX);
	if (ret_name->ptr || (!first.ptr && !last.ptr))
		return 0;
	if (!first.ptr || !last.ptr) {
		*ret_name = first.ptr ? first : last;
		return 0;
	}
	int r = arena_print(reading->arena, ret_name, "%.*s　%.*s", STR_ARG(first), STR_ARG(last));
	return r ? PASS(r) : 0;
}

static int address_of(const struct reading *reading, struct str *ret_address)
{
	struct str more = text_of(reading, IMPORT_ADDRESS_MORE, TEXT_CHARS_MAX / 2);
	*ret_address = text_of(reading, IMPORT_ADDRESS, TEXT_CHARS_MAX);
	if (!more.ptr)
		return 0;
	if (!ret_address->ptr) {
		*ret_address = more;
		return 0;
	}
	struct str head = *ret_address;
	int r = arena_print(reading->arena, ret_address, "%.*s　%.*s", STR_ARG(head),
			    STR_ARG(more));
	return r ? PASS(r) : 0;
}

/* Whatever a receipt computer calls it (seed 1.4.3: of any characters), widths alike. */
static int reference_of(const struct reading *reading, struct str *ret_reference)
{
	int r = word_of(reading, IMPORT_REFERENCE, ret_reference);
	if (r)
		return PASS(r);
	if (ret_reference->ptr && utf8_count(*ret_reference) > REFERENCE_CHARS_MAX)
		wrong(reading, IMPORT_REFERENCE, STR("患者番号は50文字までです。"));
	return 0;
}

static int person_read(const struct reading *reading, struct chart *chart)
{
	int r = reference_of(reading, &chart->reference);
	if (!r)
		r = name_of(reading, IMPORT_NAME, IMPORT_FAMILY, IMPORT_GIVEN, &chart->name);
	if (!r)
		r = name_of(reading, IMPORT_KANA, IMPORT_FAMILY_KANA, IMPORT_GIVEN_KANA,
			    &chart->kana);
	if (!r)
		r = day_text_of(reading, IMPORT_BIRTH, &chart->birth);
	if (!r)
		r = sex_of(reading, &chart->sex);
	if (!r)
		r = address_of(reading, &chart->address);
	if (r)
		return PASS(r);
	if (reading->notes->wrong_count || chart->birth.ptr)
		return 0;
	if (!chart->reference.ptr)
		wrong(reading, IMPORT_BIRTH,
		      STR("生年月日か患者番号のどちらかを入れてください。どちらもないと、同じ人が二"
			  "重になっても分かりません。"));
	else
		doubt(reading, IMPORT_BIRTH,
		      STR("生年月日がありません。資格確認の結果と結び付ける手がかりが減ります。"));
	return 0;
}

static int chart_read(const struct reading *reading, struct chart *chart)
{
	int r = person_read(reading, chart);
	if (!r)
		r = word_of(reading, IMPORT_POST, &chart->post);
	if (!r)
		r = word_of(reading, IMPORT_TELEPHONE, &chart->telephone);
	if (!r)
		r = day_of(reading, IMPORT_FIRST_VISIT, &chart->first_visit);
	if (!r)
		r = ratio_of(reading, &chart->ratio);
	chart->notes = text_of(reading, IMPORT_NOTES, NOTES_CHARS_MAX);
	return r ? PASS(r) : 0;
}

static int expenses_read(const struct reading *reading, struct edit *edit)
{
	static const enum import_column places[][2] = {
		{IMPORT_EXPENSE1_PAYER, IMPORT_EXPENSE1_RECIPIENT},
		{IMPORT_EXPENSE2_PAYER, IMPORT_EXPENSE2_RECIPIENT},
	};
	int r = 0;
	for (size_t i = 0; !r && i < sizeof places / sizeof *places; i++) {
		r = word_of(reading, places[i][0], &edit->expenses[i].payer_number);
		if (!r)
			r = word_of(reading, places[i][1], &edit->expenses[i].recipient_number);
	}
	return r ? PASS(r) : 0;
}

/* --- its insurance --- */

static int insurer_read(const struct reading *reading, struct insurance *insurance)
{
	struct str word;
	int r = word_of(reading, IMPORT_INSURER_NUMBER, &word);
	if (r || !word.ptr)
		return r ? PASS(r) : 0;
	size_t digits = word.len; /* spreadsheets drop zeros in front */
	if (digits < INSURER_DIGITS_MIN || digits > INSURER_DIGITS ||
	    !number_is_digits(word, digits)) {
		wrong(reading, IMPORT_INSURER_NUMBER, STR("保険者番号は6桁か8桁の数字です。"));
		return 0;
	}
	r = insurer_number_fold(reading->arena, word, &insurance->insurer_number);
	if (r)
		return PASS(r);
	if (!insurer_number_valid(insurance->insurer_number))
		doubt(reading, IMPORT_INSURER_NUMBER,
		      STR("最後の数字（検証番号）が合いません。写しまちがいがないか確かめてください"
			  "。"));
	return 0;
}

static int key_of(struct arena *arena, struct insurance *insurance)
{
	struct record_qualification said = {.diseases_count = 0};
	said.elements[RECORD_INSURER_NUMBER] = insurance->insurer_number;
	said.elements[RECORD_SYMBOL] = insurance->symbol;
	said.elements[RECORD_NUMBER] = insurance->number;
	said.elements[RECORD_BRANCH] = insurance->branch;
	int r = record_member_key(arena, &said, &insurance->key);
	return r ? PASS(r) : 0;
}

static int insurance_days_read(const struct reading *reading, int today,
			       struct insurance *insurance)
{
	int r = day_text_of(reading, IMPORT_VALID_FROM, &insurance->valid_from);
	if (!r)
		r = day_text_of(reading, IMPORT_VALID_TO, &insurance->valid_to);
	if (!r)
		r = relation_of(reading, &insurance->relation);
	if (r)
		return PASS(r);
	insurance->begins = today;
	if (insurance->valid_from.ptr)
		insurance->begins = (int)number_of_digits(insurance->valid_from);
	if (insurance->valid_from.ptr && insurance->valid_to.ptr &&
	    str_compare(insurance->valid_to, insurance->valid_from) < 0)
		wrong(reading, IMPORT_VALID_TO, STR("有効終了日が開始日より前です。"));
	return 0;
}

static int insurance_read(const struct reading *reading, int today, struct import_row *row)
{
	struct insurance insurance = {.confirmed_at = STR("")};
	insurance.insurer_name = text_of(reading, IMPORT_INSURER_NAME, TEXT_CHARS_MAX);
	insurance.symbol = text_of(reading, IMPORT_SYMBOL, TEXT_CHARS_MAX);
	int r = insurer_read(reading, &insurance);
	if (!r)
		r = word_of(reading, IMPORT_NUMBER, &insurance.number);
	if (!r)
		r = word_of(reading, IMPORT_BRANCH, &insurance.branch);
	if (!r)
		r = insurance_days_read(reading, today, &insurance);
	if (!r)
		r = key_of(reading->arena, &insurance);
	if (r)
		return PASS(r);
	row->has_insurance = insurance.insurer_number.ptr || insurance.number.ptr;
	row->insurance = insurance;
	return 0;
}

/* --- the whole row --- */

static void notes_join(struct import_notes *notes, const struct edit_notes *more, bool is_wrong)
{
	for (size_t i = 0; i < more->count; i++) {
		enum import_column column = import_column_of_name(str_of(more->items[i].field));
		if (column == IMPORT_COLUMNS)
			column = IMPORT_NONE;
		import_note_add(notes, column, is_wrong, str_of(more->items[i].text));
	}
}

int import_row_read(struct arena *arena, const struct import_mapping *mapping,
		    const struct csv_row *cells, int today, struct import_row *ret_row,
		    struct import_notes *ret_notes)
{
	struct import_row row = {.has_insurance = false};
	struct import_notes notes = {.count = 0};
	struct edit_notes bad = {0}, doubts = {0};
	const struct reading reading = {arena, mapping, cells, &notes};
	int r = chart_read(&reading, &row.edit.chart);
	if (!r)
		r = expenses_read(&reading, &row.edit);
	if (!r)
		r = insurance_read(&reading, today, &row);
	/* What could not be read is no matter for the form's own rules any more. */
	if (!r && !notes.wrong_count)
		r = edit_check(arena, &row.edit, &bad, &doubts);
	if (r)
		return PASS(r);
	notes_join(&notes, &bad, true);
	notes_join(&notes, &doubts, false);
	*ret_row = row;
	*ret_notes = notes;
	return 0;
}
