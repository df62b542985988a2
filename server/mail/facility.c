/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mail/facility.h"

#include "lib/base/period.h"
#include "server/keys/place.h"

/* What happened, and what the facility does now. One row a notice. */
static const struct notice_row {
	const char *subject;
	const char *happened;
	const char *next;
} notices[NOTICES] = {
	[NOTICE_TEMPORARY_OPENED] =
		{"臨時アカウントを開設しました",
		 "認証アプリの代わりにメールの番号でログインする、臨時アカウントを開設しました。"
		 "72時間、5回まで使えます。",
		 "申し込んだ覚えがないときは、すぐにサービスの窓口に知らせてください。"},
	[NOTICE_TEMPORARY_USED] =
		{"臨時アカウントでログインがありました",
		 "臨時アカウントで、レセコンからログインがありました。",
		 "心当たりがないときは、すぐにサービスの窓口に知らせてください。"},
	[NOTICE_TEMPORARY_CLOSED] =
		{"臨時アカウントを閉じました",
		 "臨時アカウントを閉じました。これからは、いつものログインIDを使ってください。",
		 "認証アプリがまだ使えないときは、サービスの窓口に相談してください。"},
	[NOTICE_DEVICE_ADDED] = {"新しい端末が登録されました",
				 "このログインIDに、新しい端末（パソコン）が登録されました。",
				 "心当たりがないときは、すぐにサービスの窓口に知らせてください。"},
	[NOTICE_ACCOUNT_LOCKED] =
		{"ログインを止めました",
		 "パスワードやパスコードの間違いが100回続いたため、このログインIDを止めました。",
		 "もう一度使うには、サービスの窓口に連絡してください。"
		 "登録してある端末からは、そのまま使えることがあります。"},
	[NOTICE_ADDRESS_CHANGED] =
		{"お知らせの送り先が変わりました",
		 "この施設のお知らせを受け取るメールアドレスが変わりました。"
		 "これから72時間は、臨時アカウントを開設できません。",
		 "変更した覚えがないときは、すぐにサービスの窓口に知らせてください。"},
};

static int address_aad(struct arena *arena, int64_t facility_no, struct str *ret_aad)
{
	char row[NUMBER_TEXT_BYTES];
	struct keys_place place = {
		.table = STR("facility"),
		.column = STR("mail"),
		.row = number_print(facility_no, row),
		.facility_no = facility_no,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

int facility_address_seal(const struct keys *keys, struct arena *arena, int64_t facility_no,
			  struct str address, struct str *ret_sealed)
{
	struct str aad;
	int r = address_aad(arena, facility_no, &aad);
	if (r)
		return PASS(r);
	r = keys_seal(keys, arena, aad, address, ret_sealed);
	return r ? FOLD(r) : 0;
}

int facility_address_open(const struct keys *keys, struct arena *arena,
			  const struct store_facility *facility, struct str *ret_address)
{
	struct str aad;
	if (!facility->mail.len)
		return FACILITY_ADDRESS_ABSENT;
	int r = address_aad(arena, facility->no, &aad);
	if (r)
		return PASS(r);
	r = keys_open_sealed(keys, arena, aad, facility->mail, ret_address);
	return r < 0 ? PASS(r) : r ? FACILITY_ADDRESS_ABSENT : 0;
}

/* "令和8年11月22日 12:00" */
static int moment_print(struct arena *arena, int64_t at_ms, struct str *ret_text)
{
	char day[PERIOD_WAREKI_BYTES], time[PERIOD_DATETIME_BYTES];
	period_wareki_print(period_day(at_ms), day);
	period_datetime_print(at_ms, time);
	int r = arena_print(arena, ret_text, "%s %.2s:%.2s", day, time + 8, time + 10);
	return r ? PASS(r) : 0;
}

static int notice_print(struct arena *arena, const struct store_facility *facility,
			const struct facility_news *news, struct str *ret_text)
{
	const struct notice_row *row = &notices[news->notice];
	struct str at, account = STR("");
	int r = moment_print(arena, news->at_ms, &at);
	if (r == 0 && news->login_id.len)
		r = arena_print(arena, &account, "ログインID: %.*s\n", STR_ARG(news->login_id));
	if (r == 0)
		r = arena_print(arena, ret_text,
				"%.*s 御中\n\n%s\n\n日時: %.*s\n%.*s\n%s\n\n"
				"このメールには返信できません。\n",
				STR_ARG(facility->name), row->happened, STR_ARG(at),
				STR_ARG(account), row->next);
	return r ? PASS(r) : 0;
}

int facility_tell(const struct keys *keys, struct db *db, struct arena *arena,
		  const struct store_facility *facility, const struct facility_news *news)
{
	struct mail_letter letter = {
		.kind = MAIL_NOTICE,
		.facility_no = facility->no,
		.to = news->to,
		.subject = str_of(notices[news->notice].subject),
	};
	int r = news->to.len ? 0 : facility_address_open(keys, arena, facility, &letter.to);
	if (r)
		return r < 0 ? PASS(r) : 0;
	r = notice_print(arena, facility, news, &letter.text);
	if (r == 0)
		r = mail_post(keys, db, arena, &letter, news->at_ms);
	return r ? PASS(r) : 0;
}

int facility_code_send(const struct keys *keys, struct db *db, struct arena *arena,
		       const struct store_facility *facility, struct str code, int64_t now_ms,
		       int64_t until_ms)
{
	struct mail_letter letter = {
		.kind = MAIL_CODE,
		.facility_no = facility->no,
		.subject = STR("ログインの番号（パスコード）"),
		.until_ms = until_ms,
	};
	int r = facility_address_open(keys, arena, facility, &letter.to);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = arena_print(arena, &letter.text,
			"%.*s 御中\n\n番号: %.*s\n\n"
			"レセコンの画面に入力してください。10分以内に1回だけ使えます。\n"
			"電話やメールでこの番号を聞かれても、教えないでください。\n"
			"ログインした覚えがないときは、すぐにサービスの窓口に知らせてください。\n\n"
			"このメールには返信できません。\n",
			STR_ARG(facility->name), STR_ARG(code));
	if (r == 0)
		r = mail_post(keys, db, arena, &letter, now_ms);
	return r ? PASS(r) : 0;
}
