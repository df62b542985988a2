/* SPDX-License-Identifier: Apache-2.0 */
/* From a chip to a search. */
#include "workstation/faces/receive.h"

#include "lib/base/period.h"
#include "workstation/faces/session.h"
#include "workstation/rules/periods.h"

enum { CHOICE_CHARS_MAX = 16, DAY_MIN = 18680125, DAY_MAX = 99991231 };

struct wish {
	struct str choice, reference;
	int64_t from, to;
};

static const struct json_field wish_fields[] = {
	JSON_FIELD(struct wish, choice, "choice", JSON_TEXT, JSON_REQUIRED, 1, CHOICE_CHARS_MAX),
	JSON_FIELD(struct wish, reference, "reference", JSON_TEXT, JSON_REQUIRED, 1,
		   CHOICE_CHARS_MAX),
	JSON_FIELD(struct wish, from, "from", JSON_NUMBER, JSON_OPTIONAL, DAY_MIN, DAY_MAX),
	JSON_FIELD(struct wish, to, "to", JSON_NUMBER, JSON_OPTIONAL, DAY_MIN, DAY_MAX),
};

/* -1: no such word. */
static int32_t reference_of(struct str word)
{
	static const struct {
		struct str word;
		int32_t reference;
	} words[] = {
		{{"any", 3}, SHK_REFERENCE_ANY},
		{{"with", 4}, SHK_REFERENCE_WITH},
		{{"without", 7}, SHK_REFERENCE_WITHOUT},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_equal(words[i].word, word))
			return words[i].reference;
	return -1;
}

static int period_refuse(struct face_call *call, enum periods_outcome outcome)
{
	switch (outcome) {
	case PERIODS_NO_SUCH_DAY:
		return face_refuse_text(call, STR("from"), STR("この日付はありません。"));
	case PERIODS_BACKWARDS:
		return face_refuse_text(call, STR("from"),
					STR("はじめの日が、おわりの日より後になっています。"));
	case PERIODS_GONE:
		return face_refuse_text(
			call, STR("to"),
			STR("この期間の結果は、もう受け取れません（確認した月の翌月末まで）。"));
	case PERIODS_AHEAD:
		return face_refuse_text(call, STR("from"), STR("まだ来ていない日です。"));
	}
	return FACE_DESK_FIELDS;
}

static int search_read(struct face_call *call, struct line_search *ret_search, bool *ret_clamped)
{
	struct wish wish = {0};
	struct period period;
	int r = face_read(call, FACE_FIELDS(wish_fields), &wish);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct periods_ask ask = {periods_of_name(wish.choice), (int)wish.from, (int)wish.to};
	int32_t reference = reference_of(wish.reference);
	if (ask.choice == PERIODS_CHOICES)
		return face_refuse(call, STR("choice"), FACE_REASON_FORMAT);
	if (reference < 0)
		return face_refuse(call, STR("reference"), FACE_REASON_FORMAT);
	r = periods_resolve(&ask, call->now_ms, &period);
	if (r)
		return r < 0 ? PASS(r) : period_refuse(call, (enum periods_outcome)r);
	/* What is new comes whole: its cursor is one for all. */
	*ret_search = (struct line_search){
		.reference = ask.choice == PERIODS_NEW ? SHK_REFERENCE_ANY : reference};
	memcpy(ret_search->from, period.from, sizeof period.from);
	memcpy(ret_search->to, period.to, sizeof period.to);
	*ret_clamped = period.clamped;
	return 0;
}

static int search_order(struct face_call *call, enum courier_order_kind kind)
{
	struct courier_order order = {.kind = kind};
	bool clamped;
	int r = search_read(call, &order.search, &clamped);
	if (r == 0)
		r = face_order(call, &order);
	if (r)
		return r < 0 ? PASS(r) : r;
	json_put_member(call->out, "from", str_of(order.search.from));
	json_put_member(call->out, "to", str_of(order.search.to));
	json_key(call->out, "clamped");
	json_put_bool(call->out, clamped);
	return 0;
}

int face_receive_limits(struct face_call *call)
{
	json_put_member_number(call->out, "today", period_day(call->now_ms));
	json_put_member_number(call->out, "first_day", periods_first_day(call->now_ms));
	json_put_member_number(call->out, "days_left", periods_days_left(call->now_ms));
	return 0;
}

int face_receive_count(struct face_call *call)
{
	int r = search_order(call, COURIER_COUNT);
	return r < 0 ? PASS(r) : r;
}

int face_receive_start(struct face_call *call)
{
	int r = search_order(call, COURIER_RECEIVE);
	return r < 0 ? PASS(r) : r;
}

int face_receive_cancel(struct face_call *call)
{
	struct courier *courier;
	int r = face_courier(call, &courier);
	if (r)
		return r < 0 ? PASS(r) : r;
	courier_cancel(courier);
	return 0;
}

struct switch_wish {
	bool on;
};

static const struct json_field switch_fields[] = {
	JSON_FIELD(struct switch_wish, on, "on", JSON_BOOL, JSON_REQUIRED, 0, 0),
};

int face_receive_automatic(struct face_call *call)
{
	struct switch_wish wish;
	struct courier *courier;
	int r = face_read(call, FACE_FIELDS(switch_fields), &wish);
	if (r == 0)
		r = face_courier(call, &courier);
	if (r)
		return r < 0 ? PASS(r) : r;
	courier_automatic(courier, wish.on);
	return 0;
}
