/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal face of the reader. */
#include "reader/screen.h"

#include <inttypes.h>

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/terminal/say.h"
#include "lib/terminal/text.h"
#include "reader/flow.h"

enum {
	LABEL_COLUMNS = 18,
	ARENA_BYTES_MAX = 1024 * 1024,
};

static const struct {
	enum record_validity validity;
	const char *word;
	const char *action;
} validities[] = {
	{RECORD_VALID, "有効", "この資格で受け付けてください。"},
	{RECORD_INVALID, "無効",
	 "この資格は使えません。新しい保険の手続きが済んでいるか、患者さんに確かめてください。"},
	{RECORD_INVALID_NEWER, "新しい資格があります",
	 "表示の古い資格は終わっています。新しい資格が始まる日を確かめてください。"},
	{RECORD_NONE, "該当する資格がありません",
	 "保険者の登録がまだのことがあります。資格確認書などで資格を確かめてください。"},
	{RECORD_SEVERAL, "複数の資格があります",
	 "どの資格を使うか、患者さんに確かめてください。自動では選びません。"},
	{RECORD_VALID_UNREGISTERED, "有効（未登録）",
	 "この資格で受け付けてください。登録の手続きが残っています。"},
};

static void label_put(FILE *out, const char *label)
{
	fputs("  ", out);
	text_cell(out, str_of(label), LABEL_COLUMNS);
	fputc(' ', out);
}

static void line_put(FILE *out, const char *label, struct str text)
{
	if (!text.ptr)
		return;
	label_put(out, label);
	text_put(out, text);
	fputc('\n', out);
}

/* 令和7年4月1日 (2025-04-01); what is no date is shown as it came. */
static void date_put(FILE *out, struct str text)
{
	char wareki[PERIOD_WAREKI_BYTES];
	int day = 0;
	if (period_date_parse(text, &day)) {
		text_put(out, text);
		return;
	}
	fprintf(out, "%s (%04d-%02d-%02d)", period_wareki_print(day, wareki), day / 10000,
		day / 100 % 100, day % 100);
}

static void date_line(FILE *out, const char *label, struct str text)
{
	if (!text.ptr)
		return;
	label_put(out, label);
	date_put(out, text);
	fputc('\n', out);
}

static void span_line(FILE *out, const char *label, struct str from, struct str to)
{
	if (!from.ptr && !to.ptr)
		return;
	label_put(out, label);
	if (from.ptr)
		date_put(out, from);
	fputs(" から ", out);
	if (to.ptr)
		date_put(out, to);
	else
		fputs("（終わりの定めなし）", out);
	fputc('\n', out);
}

/* "030" is 3割. */
static void ratio_line(FILE *out, const char *label, struct str text)
{
	if (!text.ptr)
		return;
	if (!number_is_digits(text, 3)) {
		line_put(out, label, text);
		return;
	}
	int64_t percent = number_of_digits(text);
	label_put(out, label);
	fprintf(out, percent % 10 ? "%" PRId64 "%%\n" : "%" PRId64 "割\n",
		percent % 10 ? percent : percent / 10);
}

static void code_line(FILE *out, const char *label, enum record_table table, struct str code)
{
	if (!code.ptr)
		return;
	struct str word = record_code_word(table, code);
	line_put(out, label, word.ptr ? word : code);
}

static void element_line(FILE *out, const struct record_qualification *qualification,
			 enum record_element element)
{
	const struct record_element_row *row = record_element_row(element);
	struct str value = qualification->elements[element];
	switch (row->format) {
	case RECORD_FORMAT_CODE: code_line(out, row->label, row->table, value); return;
	case RECORD_FORMAT_DATE: date_line(out, row->label, value); return;
	case RECORD_FORMAT_RATIO: ratio_line(out, row->label, value); return;
	case RECORD_FORMAT_TEXT:
	case RECORD_FORMAT_DIGITS:
	case RECORD_FORMAT_BRANCH:
	case RECORD_FORMAT_DATETIME:
	case RECORD_FORMAT_POSTCODE:
	case RECORD_FORMAT_YEN: line_put(out, row->label, value); return;
	}
}

static void number_line(FILE *out, const struct record_qualification *qualification)
{
	const struct str *elements = qualification->elements;
	label_put(out, "記号・番号・枝番");
	text_put(out, elements[RECORD_SYMBOL].ptr ? elements[RECORD_SYMBOL] : STR("（記号なし）"));
	fputs(" ・ ", out);
	text_put(out, elements[RECORD_NUMBER].ptr ? elements[RECORD_NUMBER] : STR("（番号なし）"));
	fputs(" ・ ", out);
	text_put(out, elements[RECORD_BRANCH].ptr ? elements[RECORD_BRANCH] : STR("（枝番なし）"));
	fputc('\n', out);
}

static void person_put(FILE *out, const struct record_qualification *qualification)
{
	static const enum record_element person[] = {RECORD_NAME, RECORD_NAME_KANA,
						     RECORD_NAME_OTHER, RECORD_BIRTH, RECORD_SEX};
	for (size_t i = 0; i < sizeof person / sizeof *person; i++)
		element_line(out, qualification, person[i]);
}

static void insurance_put(FILE *out, const struct record_qualification *qualification)
{
	static const enum record_element before[] = {RECORD_CARD_CLASS, RECORD_INSURER_NAME,
						     RECORD_INSURER_NUMBER};
	static const enum record_element after[] = {RECORD_RELATION,	  RECORD_RATIO,
						    RECORD_ELDERLY_RATIO, RECORD_PRESCHOOL,
						    RECORD_QUALIFIED,	  RECORD_LOST,
						    RECORD_LOSS_REASON,	  RECORD_LIMIT_KIND,
						    RECORD_LIMIT_CLASS};
	const struct str *elements = qualification->elements;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		element_line(out, qualification, before[i]);
	number_line(out, qualification);
	for (size_t i = 0; i < sizeof after / sizeof *after; i++)
		element_line(out, qualification, after[i]);
	span_line(out, "有効期間", elements[RECORD_VALID_FROM], elements[RECORD_VALID_TO]);
	span_line(out, "高齢受給者証", elements[RECORD_ELDERLY_FROM], elements[RECORD_ELDERLY_TO]);
	for (size_t i = 0; i < qualification->diseases_count; i++)
		code_line(out, "特定疾病", RECORD_TABLE_DISEASE, qualification->diseases[i][0]);
}

static const char *validity_word(enum record_validity validity)
{
	for (size_t i = 0; i < sizeof validities / sizeof *validities; i++)
		if (validities[i].validity == validity)
			return validities[i].word;
	return "有効かどうか分かりません";
}

static void heading_put(FILE *out, const struct record *record)
{
	const char *action = "資格確認書などで資格を確かめてください。";
	for (size_t i = 0; i < sizeof validities / sizeof *validities; i++)
		if (validities[i].validity == record->validity)
			action = validities[i].action;
	fprintf(out, "【%s】\n  %s\n", validity_word(record->validity), action);
	if (!record->remark.ptr && !record->remark_code.ptr)
		return;
	fputs("  ※ ", out);
	text_put(out, record->remark);
	if (record->remark_code.ptr) {
		fputs(" (", out);
		text_put(out, record->remark_code);
		fputc(')', out);
	}
	fputc('\n', out);
}

static void record_put(FILE *out, const struct record *record)
{
	heading_put(out, record);
	for (size_t i = 0; i < record->qualifications_count; i++) {
		if (record->qualifications_count > 1)
			fprintf(out, "― %zu件目 ―\n", i + 1);
		person_put(out, &record->qualifications[i]);
		insurance_put(out, &record->qualifications[i]);
	}
}

int screen_result(FILE *out, const struct wire_confirmation *confirmation)
{
	AUTO(arena_clear) struct arena arena = {0};
	struct record *record = NULL;
	char when[PERIOD_DATETIME_BYTES];
	arena_init(&arena, ARENA_BYTES_MAX);
	int r = record_read(&arena, confirmation->tree, &record);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBADMSG);
	record_put(out, record);
	line_put(out, "照会番号", confirmation->reference_number);
	period_datetime_print(confirmation->confirmed_ms, when);
	label_put(out, "確認した日時");
	fprintf(out, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s\n", when, when + 4, when + 6, when + 8,
		when + 10, when + 12);
	line_put(out, "確認の番号", confirmation->id);
	return 0;
}

static void element_cell(FILE *out, const struct record *record, enum record_element element,
			 size_t columns)
{
	struct str text = {0};
	if (record->qualifications_count)
		text = record->qualifications[0].elements[element];
	text_cell(out, text.ptr ? text : STR("—"), columns);
	fputc(' ', out);
}

int screen_entry(FILE *out, const struct wire_result *result)
{
	enum { METHOD_COLUMNS = 8, STAFF_COLUMNS = 8, WORD_COLUMNS = 24, NAME_COLUMNS = 20 };
	AUTO(arena_clear) struct arena arena = {0};
	struct record *record = NULL;
	char when[PERIOD_DATETIME_BYTES];
	arena_init(&arena, ARENA_BYTES_MAX);
	int r = record_read(&arena, result->tree, &record);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBADMSG);
	period_datetime_print(result->confirmed_ms, when);
	fprintf(out, "%.4s-%.2s-%.2s %.2s:%.2s ", when, when + 4, when + 6, when + 8, when + 10);
	text_cell(out, result->method == WIRE_METHOD_VISUAL ? STR("目視") : STR("暗証番号"),
		  METHOD_COLUMNS);
	fputc(' ', out);
	text_cell(out, result->staff, STAFF_COLUMNS);
	fputc(' ', out);
	text_cell(out, str_of(validity_word(record->validity)), WORD_COLUMNS);
	fputc(' ', out);
	element_cell(out, record, RECORD_NAME, NAME_COLUMNS);
	element_cell(out, record, RECORD_INSURER_NAME, 0);
	text_put(out, result->id);
	fputc('\n', out);
	return 0;
}

void screen_trouble(FILE *out, const char *program, const struct client_trouble *trouble,
		    unsigned tries_left)
{
	const struct say_words words = {
		.text = trouble->text,
		.code = trouble->code,
		.action = trouble->action,
		.request_id = trouble->request_id,
	};
	say_text(out, program, &words);
	if (tries_left != FLOW_TRIES_NOT_SAID)
		fprintf(out, "  あと%u回まちがえると、このカードの暗証番号が使えなくなります。\n",
			tries_left);
	if (trouble->problem == PROBLEM_PIN_LAST_TRY)
		fputs("  それでも入力するときは --last-try を付けてください。\n", out);
	for (size_t i = 0; i < trouble->complaints.count; i++)
		say_line(out, trouble->complaints.items[i].field,
			 str_of(wire_reason_message(trouble->complaints.items[i].reason)));
	say_rest(out, &words);
}

void screen_staff(FILE *out, const struct wire_staff *staff, size_t staff_count)
{
	if (!staff_count)
		fputs("担当者が登録されていません。運営者に登録を頼んでください。\n", out);
	for (size_t i = 0; i < staff_count; i++) {
		text_put(out, staff[i].id);
		fputc('\t', out);
		text_put(out, staff[i].name);
		fputc('\n', out);
	}
}

void screen_consent(FILE *out)
{
	fputs("【健康保険証利用の申込（初回登録）】\n"
	      "  このマイナンバーカードは、まだ健康保険証として登録されていません。\n"
	      "  患者さんに次のことを伝えて、同意を得てください。\n"
	      "  ・このカードを、健康保険証として使えるように申し込みます。\n"
	      "  "
	      "・カードの中の利用者証明用電子証明書を使います。マイナンバー（12桁の番号）は使いませ"
	      "ん。\n"
	      "  ・一度登録すると、ほかの医療機関や薬局でも使えます。\n"
	      "  ・登録に続けて、いまの資格を確認します。\n",
	      out);
}
