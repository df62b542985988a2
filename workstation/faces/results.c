/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/results.h"

#include "lib/base/period.h"
#include "lib/record/names.h"
#include "lib/record/record.h"
#include "workstation/faces/facts.h"
#include "workstation/rules/fold.h"
#include "workstation/rules/matching.h"
#include "workstation/store/lists.h"

enum {
	RESULTS_MAX = 2000, /* lines that somebody may look through */
	SEARCH_CHARS_MAX = 60,
};

static int64_t status_of_name(struct str name)
{
	for (int status = SEEN_ASKS; status <= SEEN_INVALID; status++)
		if (str_equal(name, facts_status_name((enum seen_status)status)))
			return status;
	return 0;
}

/* --- 届いた結果 --- */

struct ask {
	int64_t from, to, day;
	struct str status, search;
};

static const struct json_field ask_fields[] = {
	JSON_FIELD(struct ask, from, "from", JSON_NUMBER, JSON_OPTIONAL, 0, 99991231),
	JSON_FIELD(struct ask, to, "to", JSON_NUMBER, JSON_OPTIONAL, 0, 99991231),
	JSON_FIELD(struct ask, day, "day", JSON_NUMBER, JSON_OPTIONAL, 0, 99991231),
	JSON_FIELD(struct ask, status, "status", JSON_TEXT, JSON_OPTIONAL, 0, 20),
	JSON_FIELD(struct ask, search, "search", JSON_TEXT, JSON_OPTIONAL, 0, SEARCH_CHARS_MAX),
};

static int day_put(struct arena *arena, int64_t day, const char *behind, struct str *ret_text)
{
	char text[PERIOD_DATE_BYTES];
	if (!day || !period_day_valid((int)day)) {
		*ret_text = (struct str){0};
		return 0;
	}
	int r = arena_print(arena, ret_text, "%s%s", period_date_print((int)day, text), behind);
	return r ? PASS(r) : 0;
}

/* What was typed may be a name, a kana, a number or a day: one that fits is enough. */
static int search_read(struct arena *arena, const struct ask *ask, struct list_filter *filter)
{
	int r = day_put(arena, ask->day, "", &filter->day);
	if (!r)
		r = fold_kana(arena, ask->search, &filter->kana);
	if (!r)
		r = fold_name(arena, ask->search, &filter->name);
	if (!r && filter->name.len)
		r = width_fold(arena, ask->search, &filter->number);
	if (r)
		return PASS(r);
	filter->number = str_trim(filter->number);
	return 0;
}

static int filter_read(struct arena *arena, const struct ask *ask, struct list_filter *ret_filter)
{
	struct list_filter filter = {.status = status_of_name(ask->status)};
	int r = day_put(arena, ask->from, "000000", &filter.from);
	/* A time behind the last second of the day. */
	if (!r)
		r = day_put(arena, ask->to, "999999", &filter.to);
	if (!r)
		r = search_read(arena, ask, &filter);
	if (r)
		return PASS(r);
	*ret_filter = filter;
	return 0;
}

struct listing {
	struct json_writer *out;
	int64_t count;
};

static int result_put(void *ctx, const struct seen *seen)
{
	struct listing *listing = ctx;
	struct json_writer *out = listing->out;
	if (listing->count++ == RESULTS_MAX)
		return 0;
	json_object_open(out);
	json_put_member(out, "id", seen->result_id);
	json_put_member(out, "at", seen->confirmed_at);
	json_put_member(out, "method", seen->method);
	json_put_member(out, "reference", seen->reference);
	facts_person_put(out, seen);
	json_put_member(out, "validity", facts_word(RECORD_TABLE_VALIDITY, seen->validity));
	json_put_member(out, "status", facts_status_name(seen->status));
	if (seen->reason)
		json_put_member(out, "reason",
				str_of(match_reason_text((enum match_reason)seen->reason)));
	if (seen->chart)
		json_put_member_number(out, "chart", seen->chart);
	json_object_close(out);
	return 0;
}

static int counts_put(struct face_call *call)
{
	struct list_counts counts;
	struct str from;
	int today = period_day(call->now_ms);
	int r = day_put(call->arena, today, "000000", &from);
	if (!r)
		r = store_list_count(call->db, from, &counts);
	if (r)
		return PASS(r);
	json_put_member_number(call->out, "today", counts.today);
	json_put_member_number(call->out, "asks", counts.asks);
	json_put_member_number(call->out, "all", counts.all);
	json_put_member_number(call->out, "on", today);
	return 0;
}

int results_filter_read(struct face_call *call, struct list_filter *ret_filter)
{
	struct ask ask = {0};
	int r = face_read(call, FACE_FIELDS(ask_fields), &ask);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = filter_read(call->arena, &ask, ret_filter);
	return r ? PASS(r) : 0;
}

int face_results(struct face_call *call)
{
	struct list_filter filter;
	struct listing listing = {.out = call->out};
	int r = results_filter_read(call, &filter);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = counts_put(call);
	if (r)
		return PASS(r);
	json_key(call->out, "results");
	json_array_open(call->out);
	r = store_list_each(call->db, &filter, RESULTS_MAX + 1, result_put, &listing);
	if (r)
		return FOLD(r);
	json_array_close(call->out);
	json_key(call->out, "more");
	json_put_bool(call->out, listing.count > RESULTS_MAX);
	return 0;
}

/* --- 月初の確認 --- */

static int unconfirmed_put(void *ctx, const struct unconfirmed *one)
{
	struct json_writer *out = ctx;
	json_object_open(out);
	json_put_member_number(out, "chart", one->chart);
	json_put_member(out, "reference", one->reference);
	json_put_member(out, "name", one->name);
	json_put_member(out, "kana", one->kana);
	json_put_member(out, "birth", one->birth);
	json_put_member(out, "sex", facts_word(RECORD_TABLE_SEX, one->sex));
	json_put_member(out, "telephone", one->telephone);
	json_put_member(out, "insurer_name", one->insurer_name);
	json_put_member(out, "symbol", one->symbol);
	json_put_member(out, "number", one->number);
	json_put_member(out, "branch", one->branch);
	json_put_member(out, "seen_at", one->seen_at);
	json_put_member(out, "validity", facts_word(RECORD_TABLE_VALIDITY, one->seen_validity));
	json_put_member(out, "confirmed_at", one->confirmed_at);
	json_object_close(out);
	return 0;
}

struct month_ask {
	int64_t back;
};

enum { MONTHS_BACK_MAX = 24 };

static const struct json_field month_fields[] = {
	JSON_FIELD(struct month_ask, back, "back", JSON_NUMBER, JSON_OPTIONAL, 0, MONTHS_BACK_MAX),
};

int results_months_read(struct face_call *call, struct results_months *ret_months)
{
	struct month_ask ask = {0};
	int r = face_read(call, FACE_FIELDS(month_fields), &ask);
	if (r)
		return r < 0 ? PASS(r) : r;
	int month = period_month(call->now_ms) - (int)ask.back;
	int64_t this_ms = period_month_start_ms(month);
	period_datetime_print(period_month_start_ms(month - 1), ret_months->last);
	period_datetime_print(this_ms, ret_months->this);
	ret_months->month = period_day(this_ms) / 100;
	return 0;
}

int face_monthly(struct face_call *call)
{
	struct results_months months;
	int r = results_months_read(call, &months);
	if (r)
		return r < 0 ? PASS(r) : r;
	json_put_member_number(call->out, "month", months.month);
	json_put_member_number(call->out, "on", period_day(call->now_ms));
	json_key(call->out, "charts");
	json_array_open(call->out);
	r = store_unconfirmed_each(call->db, str_of(months.last), str_of(months.this),
				   unconfirmed_put, call->out);
	if (r)
		return FOLD(r);
	json_array_close(call->out);
	return 0;
}
