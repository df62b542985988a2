/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and charts in Japanese. */
#include "workstation/pages.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/period.h"
#include "lib/terminal/text.h"
#include "workstation/desk/find.h"
#include "workstation/desk/settle.h"
#include "workstation/store/store.h"

enum { PAGES_ARENA_BYTES = 4 * 1024 * 1024 };

static void cell(struct str text, size_t columns)
{
	text_cell(stdout, text, columns);
}

/* 昭和55年1月2日 for 19800102; as it is when it is no day. */
static void day_cell(struct str text, size_t columns)
{
	char wareki[PERIOD_WAREKI_BYTES];
	int day;
	if (text.ptr && period_date_parse(text, &day) == 0)
		cell(str_of(period_wareki_print(day, wareki)), columns);
	else
		cell(text, columns);
}

static struct str word(enum record_table table, struct str code)
{
	struct str found = code.ptr ? record_code_word(table, code) : (struct str){0};
	return found.ptr ? found : code;
}

static struct str or_dash(struct str text)
{
	return text.ptr ? text : STR("－");
}

void pages_report(const struct sync_report *report)
{
	(void)printf("受け取った結果: %" PRId64 "件（うち取り込み済み: %" PRId64 "件）\n",
		     report->downloaded, report->known);
	(void)printf("  新規カルテ: %" PRId64 "件\n", report->charts_new);
	(void)printf("  照会番号で紐付け: %" PRId64 "件\n", report->linked);
	(void)printf("  保険の追加: %" PRId64 "件\n", report->insurances_new);
	(void)printf("  確認が必要: %" PRId64 "件\n", report->asked);
	(void)printf("  有効でない結果: %" PRId64 "件\n", report->aside);
	(void)printf("  照会番号の登録: %" PRId64 "件（未登録: %" PRId64 "件）\n",
		     report->registered, report->queued);
}

static int chart_line(void *ctx, const struct chart *chart)
{
	(void)ctx;
	(void)printf("%6" PRId64 "  ", chart->number);
	cell(or_dash(chart->name), 24);
	cell(or_dash(chart->kana), 24);
	day_cell(or_dash(chart->birth), 22);
	cell(word(RECORD_TABLE_SEX, chart->sex), 6);
	(void)printf("照会番号 %.*s\n", STR_ARG(chart->reference));
	return 0;
}

int pages_charts(struct db *db)
{
	int r = store_charts_each(db, chart_line, NULL);
	return r ? FOLD(r) : 0;
}

static int insurance_lines(void *ctx, const struct insurance *insurance)
{
	char wareki[PERIOD_WAREKI_BYTES];
	(void)ctx;
	(void)printf("  保険%" PRId64 "  %.*s %.*s\n", insurance->order,
		     STR_ARG(or_dash(insurance->insurer_number)),
		     STR_ARG(or_dash(insurance->insurer_name)));
	(void)printf("    記号 %.*s  番号 %.*s  枝番 %.*s  %.*s  %.*s\n",
		     STR_ARG(or_dash(insurance->symbol)), STR_ARG(or_dash(insurance->number)),
		     STR_ARG(or_dash(insurance->branch)),
		     STR_ARG(word(RECORD_TABLE_RELATION, insurance->relation)),
		     STR_ARG(word(RECORD_TABLE_CARD_CLASS, insurance->card_class)));
	(void)printf("    %s から ",
		     insurance->begins ? period_wareki_print(insurance->begins, wareki) : "－");
	if (insurance->closed_on)
		(void)printf("%s まで\n", period_wareki_print(insurance->closed_on, wareki));
	else
		(void)printf("（現在）\n");
	return 0;
}

/* 2026-11-22 10:30:00 for 20261122103000 */
static void time_put(struct str text)
{
	if (text.len == PERIOD_DATETIME_BYTES - 1)
		(void)printf("%.4s-%.2s-%.2s %.2s:%.2s:%.2s  ", text.ptr, text.ptr + 4,
			     text.ptr + 6, text.ptr + 8, text.ptr + 10, text.ptr + 12);
	else
		cell(text, 21);
}

static int seen_line(void *ctx, const struct seen *seen)
{
	(void)ctx;
	(void)printf("  ");
	time_put(seen->confirmed_at);
	cell(or_dash(word(RECORD_TABLE_VALIDITY, seen->validity)), 18);
	(void)printf("%.*s\n", STR_ARG(seen->result_id));
	return 0;
}

static int result_line(void *ctx, const struct seen *seen)
{
	int64_t *count = ctx;
	(*count)++;
	time_put(seen->confirmed_at);
	cell(or_dash(word(RECORD_TABLE_VALIDITY, seen->validity)), 18);
	cell(or_dash(seen->name), 24);
	if (seen->state == SEEN_OPEN)
		(void)printf("確認が必要（pending）");
	else if (seen->chart)
		(void)printf("カルテ %" PRId64, seen->chart);
	else
		(void)printf("カルテなし（%s）",
			     match_reason_text((enum match_reason)seen->reason));
	(void)printf("  %.*s\n", STR_ARG(seen->result_id));
	return 0;
}

int pages_results(struct db *db)
{
	int64_t count = 0;
	int r = store_seen_each(db, SEEN_ALL, 0, result_line, &count);
	if (r)
		return FOLD(r);
	(void)printf("受け取った結果: %" PRId64 "件\n", count);
	return 0;
}

int pages_chart(struct db *db, int64_t number)
{
	AUTO(arena_clear) struct arena arena;
	struct chart chart;
	arena_init(&arena, PAGES_ARENA_BYTES);
	int r = store_chart_get(db, &arena, number, &chart);
	if (r)
		return r < 0 ? PASS(r) : PAGES_CHART_UNKNOWN;
	(void)chart_line(NULL, &chart);
	r = store_insurances_each(db, number, insurance_lines, NULL);
	if (r)
		return FOLD(r);
	(void)printf("  資格確認の記録\n");
	r = store_seen_each(db, SEEN_OF_CHART, number, seen_line, NULL);
	return r ? FOLD(r) : 0;
}

struct pending {
	struct db *db;
	int64_t count;
};

/* A chart among which somebody has to choose, and why. */
static int candidate_print(struct db *db, struct arena *arena, const struct candidate *candidate)
{
	struct chart chart;
	int r = store_chart_get(db, arena, candidate->chart, &chart);
	if (r)
		return FOLD(r);
	(void)printf("    候補:");
	(void)chart_line(NULL, &chart);
	(void)printf("      ");
	for (unsigned bit = 0; bit < CANDIDATE_REASONS; bit++)
		if (candidate->reasons >> bit & 1)
			(void)printf(" %s",
				     candidate_reason_text((enum candidate_reason)(1U << bit)));
	(void)putchar('\n');
	return 0;
}

static int candidates_print(struct db *db, struct arena *arena, const struct seen *seen,
			    const struct record_qualification *first)
{
	const struct result result = {.validity = seen->validity,
				      .reference = seen->reference,
				      .first = first};
	struct found found;
	int r = find_match(db, arena, &result, &found);
	for (size_t i = 0; !r && i < found.count; i++)
		r = candidate_print(db, arena, &found.candidates[i]);
	return r ? PASS(r) : 0;
}

/* The qualifications among which somebody has to choose, with the numbers to choose them by. */
static void qualifications_print(const struct record_qualification *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)printf("    資格%zu: %.*s %.*s  記号 %.*s  番号 %.*s  枝番 %.*s\n", i + 1,
			     STR_ARG(or_dash(list[i].elements[RECORD_INSURER_NUMBER])),
			     STR_ARG(or_dash(list[i].elements[RECORD_INSURER_NAME])),
			     STR_ARG(or_dash(list[i].elements[RECORD_SYMBOL])),
			     STR_ARG(or_dash(list[i].elements[RECORD_NUMBER])),
			     STR_ARG(or_dash(list[i].elements[RECORD_BRANCH])));
}

static int choices_print(struct db *db, struct arena *arena, const struct seen *listed)
{
	AUTO(json_clear) struct json_document document = {0};
	const struct record_qualification *list = NULL;
	struct seen seen;
	size_t count = 0;
	int r = store_seen_get(db, arena, listed->result_id, &seen);
	if (r)
		return FOLD(r);
	r = settle_qualifications(arena, seen.raw, &document, &list, &count);
	if (r)
		return PASS(r);
	if (seen.reason == MATCH_SEVERAL)
		qualifications_print(list, count);
	r = count ? candidates_print(db, arena, &seen, &list[0]) : 0;
	return r ? PASS(r) : 0;
}

static int pending_line(void *ctx, const struct seen *seen)
{
	struct pending *pending = ctx;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, PAGES_ARENA_BYTES);
	pending->count++;
	time_put(seen->confirmed_at);
	cell(or_dash(seen->name), 24);
	day_cell(or_dash(seen->birth), 22);
	(void)printf("照会番号 %.*s\n    %s。（結果 %.*s）\n", STR_ARG(or_dash(seen->reference)),
		     match_reason_text((enum match_reason)seen->reason), STR_ARG(seen->result_id));
	int r = choices_print(pending->db, &arena, seen);
	return r ? PASS(r) : 0;
}

static void queued_line(const struct queued *queued)
{
	static const char *const words[] = {
		[QUEUED_WAITING] = "次の受け取りで登録します",
		[QUEUED_CONFLICT] = "別の照会番号が登録されています",
		[QUEUED_REFUSED] = "登録できませんでした",
	};
	(void)printf("カルテ %" PRId64 "  照会番号 %.*s: %s", queued->chart,
		     STR_ARG(queued->number), words[queued->state]);
	if (queued->held.ptr)
		(void)printf("（登録されている番号: %.*s）", STR_ARG(queued->held));
	if (queued->problem.ptr)
		(void)printf("（%.*s、%" PRId64 "回）", STR_ARG(queued->problem), queued->tries);
	(void)putchar('\n');
}

int pages_pending(struct db *db)
{
	AUTO(arena_clear) struct arena arena;
	struct pending pending = {.db = db};
	struct queued *list;
	size_t count;
	arena_init(&arena, PAGES_ARENA_BYTES);
	(void)printf("確認が必要な結果\n");
	int r = store_seen_each(db, SEEN_WAITING, 0, pending_line, &pending);
	if (r)
		return FOLD(r);
	if (!pending.count)
		(void)printf("  ありません。\n");
	else
		(void)printf("  → カルテが分かったら: link 結果のID カルテの番号\n"
			     "     はじめての患者さんなら: new 結果のID\n"
			     "     資格が複数のときは、どちらにも --qualification 資格の番号\n");
	r = store_queue_list(db, &arena, false, &list, &count);
	if (r)
		return PASS(r);
	(void)printf("照会番号の未登録\n");
	for (size_t i = 0; i < count; i++)
		queued_line(&list[i]);
	if (!count)
		(void)printf("  ありません。\n");
	return 0;
}
