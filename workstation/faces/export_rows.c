/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/export_rows.h"

#include "lib/base/number.h"
#include "workstation/faces/charts.h"
#include "workstation/faces/facts.h"
#include "workstation/faces/results.h"
#include "workstation/rules/matching.h"

static const char *const chart_titles[] = {
	"照会番号",
	"カルテ番号",
	"氏名",
	"カナ氏名",
	"生年月日",
	"性別",
	"郵便番号",
	"住所",
	"電話番号",
	"初回来院日",
	"負担割合",
	"保険者番号",
	"保険者名",
	"記号",
	"番号",
	"枝番",
	"本人家族",
	"有効開始日",
	"有効終了日",
	"公費1負担者番号",
	"公費1受給者番号",
	"公費2負担者番号",
	"公費2受給者番号",
	"公費3負担者番号",
	"公費3受給者番号",
	"公費4負担者番号",
	"公費4受給者番号",
	"最後の有効確認",
	"しまったカルテ",
	"メモ",
};

static const char *const result_titles[] = {
	"確認日時", "確認方法", "状態",	    "判断が必要な理由", "有効性",     "氏名",
	"カナ氏名", "生年月日", "性別",	    "保険者番号",	"保険者名",   "記号",
	"番号",	    "枝番",	"負担割合", "照会番号",		"カルテ番号",
};

static const char *const monthly_titles[] = {
	"照会番号", "カルテ番号",     "氏名",	    "カナ氏名",	    "生年月日",
	"性別",	    "電話番号",	      "保険者名",   "記号",	    "番号",
	"枝番",	    "最後の有効確認", "最後の結果", "結果の有効性",
};

#define HEADING(titles, name_at)                                       \
	{                                                              \
		(titles), sizeof(titles) / sizeof *(titles), (name_at) \
	}

const struct sheet_heading export_headings[EXPORT_LISTS] = {
	[EXPORT_CHARTS] = HEADING(chart_titles, 2),
	[EXPORT_RESULTS] = HEADING(result_titles, 5),
	[EXPORT_MONTHLY] = HEADING(monthly_titles, 2),
};

/* --- cells --- */

/* Texts of a row lie in sheet->line; without memory for one the file is not made. */
static void text_put(struct sheet *sheet, int r, struct str text)
{
	if (r && !sheet->fault)
		sheet->fault = PASS(r);
	sheet_put(sheet, r ? STR("") : text);
}

/* yyyymmdd as 1985/01/02: either calendar's readers know it, and so does a spreadsheet. */
static void day_put(struct sheet *sheet, struct str day)
{
	struct str text = day;
	int r = 0;
	if (day.len == PERIOD_DATE_BYTES - 1)
		r = arena_print(&sheet->line, &text, "%.4s/%.2s/%.2s", day.ptr, day.ptr + 4,
				day.ptr + 6);
	text_put(sheet, r, text);
}

static void number_put(struct sheet *sheet, int64_t number)
{
	char digits[NUMBER_TEXT_BYTES];
	struct str text = STR("");
	int r = number ? arena_copy(&sheet->line, number_print(number, digits), &text) : 0;
	text_put(sheet, r, text);
}

/* 14 digits. */
static void moment_put(struct sheet *sheet, struct str at)
{
	struct str text = at;
	int r = 0;
	if (at.len == PERIOD_DATETIME_BYTES - 1)
		r = arena_print(&sheet->line, &text, "%.4s/%.2s/%.2s %.2s:%.2s", at.ptr, at.ptr + 4,
				at.ptr + 6, at.ptr + 8, at.ptr + 10);
	text_put(sheet, r, text);
}

/* "030" as 3割; what is no whole tenth as it is. */
static void ratio_put(struct sheet *sheet, struct str ratio)
{
	struct str text = ratio;
	int r = 0;
	if (number_is_digits(ratio, 3) && ratio.ptr[2] == '0')
		r = arena_print(&sheet->line, &text, "%d割", (int)number_of_digits(ratio) / 10);
	text_put(sheet, r, text);
}

static void word_put(struct sheet *sheet, enum record_table table, struct str code)
{
	sheet_put(sheet, facts_word(table, code));
}

/* --- 患者 --- */

static void day_number_put(struct sheet *sheet, int day)
{
	char text[PERIOD_DATE_BYTES];
	if (period_day_valid(day))
		day_put(sheet, str_of(period_date_print(day, text)));
	else
		sheet_put(sheet, STR(""));
}

static void insurance_put(struct sheet *sheet, const struct insurance *insurance)
{
	sheet_put(sheet, insurance->insurer_number);
	sheet_put(sheet, insurance->insurer_name);
	sheet_put(sheet, insurance->symbol);
	sheet_put(sheet, insurance->number);
	sheet_put(sheet, insurance->branch);
	word_put(sheet, RECORD_TABLE_RELATION, insurance->relation);
	day_put(sheet, insurance->valid_from);
	day_put(sheet, insurance->valid_to);
}

static int chart_row(void *ctx, const struct search_whole *whole)
{
	struct sheet *sheet = ctx;
	const struct chart *chart = &whole->chart;
	sheet_put(sheet, chart->reference);
	number_put(sheet, chart->number);
	sheet_put(sheet, chart->name);
	sheet_put(sheet, chart->kana);
	day_put(sheet, chart->birth);
	word_put(sheet, RECORD_TABLE_SEX, chart->sex);
	sheet_put(sheet, chart->post);
	sheet_put(sheet, chart->address);
	sheet_put(sheet, chart->telephone);
	day_number_put(sheet, chart->first_visit);
	ratio_put(sheet, chart->ratio);
	insurance_put(sheet, &whole->insurance);
	for (int i = 0; i < PUBLIC_EXPENSE_PLACES; i++) {
		sheet_put(sheet, whole->payers[i]);
		sheet_put(sheet, whole->recipients[i]);
	}
	moment_put(sheet, chart->confirmed_at);
	sheet_put(sheet, chart->state == CHART_AWAY ? STR("はい") : STR(""));
	sheet_put(sheet, chart->notes);
	sheet_row_end(sheet);
	return 0;
}

/* --- 届いた結果 --- */

static struct str status_word(enum seen_status status)
{
	switch (status) {
	case SEEN_ASKS: return STR("要判断");
	case SEEN_NEW: return STR("新しいカルテ");
	case SEEN_CHANGED: return STR("保険が変更");
	case SEEN_LINKED: return STR("反映済み");
	case SEEN_INVALID: return STR("無効");
	}
	return STR("");
}

static struct str method_word(struct str method)
{
	if (str_equal(method, STR("pin")))
		return STR("暗証番号");
	return str_equal(method, STR("visual")) ? STR("目視") : method;
}

static int result_row(void *ctx, const struct seen *seen)
{
	struct sheet *sheet = ctx;
	moment_put(sheet, seen->confirmed_at);
	sheet_put(sheet, method_word(seen->method));
	sheet_put(sheet, status_word(seen->status));
	sheet_put(sheet, seen->reason ? str_of(match_reason_text((enum match_reason)seen->reason))
				      : STR(""));
	word_put(sheet, RECORD_TABLE_VALIDITY, seen->validity);
	sheet_put(sheet, seen->name);
	sheet_put(sheet, seen->kana);
	day_put(sheet, seen->birth);
	word_put(sheet, RECORD_TABLE_SEX, seen->sex);
	sheet_put(sheet, seen->insurer_number);
	sheet_put(sheet, seen->insurer_name);
	sheet_put(sheet, seen->symbol);
	sheet_put(sheet, seen->number);
	sheet_put(sheet, seen->branch);
	ratio_put(sheet, seen->ratio);
	sheet_put(sheet, seen->reference);
	number_put(sheet, seen->chart);
	sheet_row_end(sheet);
	return 0;
}

/* --- 月初の確認 --- */

static int monthly_row(void *ctx, const struct unconfirmed *one)
{
	struct sheet *sheet = ctx;
	sheet_put(sheet, one->reference);
	number_put(sheet, one->chart);
	sheet_put(sheet, one->name);
	sheet_put(sheet, one->kana);
	day_put(sheet, one->birth);
	word_put(sheet, RECORD_TABLE_SEX, one->sex);
	sheet_put(sheet, one->telephone);
	sheet_put(sheet, one->insurer_name);
	sheet_put(sheet, one->symbol);
	sheet_put(sheet, one->number);
	sheet_put(sheet, one->branch);
	moment_put(sheet, one->confirmed_at);
	moment_put(sheet, one->seen_at);
	word_put(sheet, RECORD_TABLE_VALIDITY, one->seen_validity);
	sheet_row_end(sheet);
	return 0;
}

/* --- all of it --- */

static int charts_rows(struct face_call *call, struct sheet *sheet)
{
	struct search_ask ask;
	int r = charts_search_read(call, &ask);
	if (r)
		return r < 0 ? PASS(r) : r;
	ask.limit = INT64_MAX;
	r = store_search_whole(call->db, call->arena, &ask, chart_row, sheet);
	return r ? FOLD(r) : 0;
}

static int results_rows(struct face_call *call, struct sheet *sheet)
{
	struct list_filter filter;
	int r = results_filter_read(call, &filter);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_list_each(call->db, &filter, INT64_MAX, result_row, sheet);
	return r ? FOLD(r) : 0;
}

static int monthly_rows(struct face_call *call, struct sheet *sheet)
{
	struct results_months months;
	int r = results_months_read(call, &months);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_unconfirmed_each(call->db, str_of(months.last), str_of(months.this), monthly_row,
				   sheet);
	return r ? FOLD(r) : 0;
}

int export_rows(struct face_call *call, enum export_list list, struct sheet *sheet)
{
	int r = -EINVAL;
	switch (list) {
	case EXPORT_CHARTS: r = charts_rows(call, sheet); break;
	case EXPORT_RESULTS: r = results_rows(call, sheet); break;
	case EXPORT_MONTHLY: r = monthly_rows(call, sheet); break;
	case EXPORT_LISTS: break;
	}
	return r < 0 ? PASS(r) : r;
}
