/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a row to a line and a mail. Facilities are named by their codes and accounts by their login
 * ids: a facility's name is often a person's.
 */
#include "server/alarm/watch.h"

#include "lib/base/period.h"
#include "server/mail/facility.h"
#include "server/setting.h"

enum { TURN_MAX = 20 };

static const struct kind_row {
	int64_t number;
	const char *happened, *next;
} kind_rows[] = {
#define ALARM_KIND(number, name, word, happened, next) {number, happened, next},
#include "server/alarm/kinds.def"
#undef ALARM_KIND
};

static const struct kind_row *kind_find(int64_t number)
{
	for (size_t i = 0; i < sizeof kind_rows / sizeof kind_rows[0]; i++)
		if (kind_rows[i].number == number)
			return &kind_rows[i];
	return &kind_rows[0];
}

/* Whom it is about, as far as it is about somebody. */
struct subject {
	struct store_facility facility; /* no 0: nobody */
	struct store_account account;	/* no 0: nobody */
};

static int subject_find(struct db *db, struct arena *arena, const struct store_alarm *alarm,
			struct subject *subject)
{
	if (!alarm->facility_no)
		return 0;
	int r = store_facility_get(db, arena, alarm->facility_no, &subject->facility);
	if (r == 0 && alarm->account_no)
		r = store_account_get(db, arena, alarm->facility_no, alarm->account_no,
				      &subject->account);
	return r < 0 ? PASS(r) : 0;
}

static int text_print(struct arena *arena, const struct store_alarm *alarm,
		      const struct subject *subject, struct str *ret_text)
{
	const struct kind_row *row = kind_find(alarm->kind);
	char at[PERIOD_DATETIME_BYTES];
	struct str facility = STR("なし"), account = STR("なし");
	if (subject->facility.no)
		facility = subject->facility.code;
	if (subject->account.no)
		account = subject->account.login_id;
	int r = arena_print(arena, ret_text,
			    "%s。\n\n%s\n\n種類: %s\n施設: %.*s\nログインID: %.*s\n"
			    "回数・数: %lld（前のお知らせのとき %lld）\n最後: %s（日本時間）\n",
			    row->happened, row->next, alarm_kind_word((enum alarm_kind)alarm->kind),
			    STR_ARG(facility), STR_ARG(account), (long long)alarm->n,
			    (long long)alarm->told, period_datetime_print(alarm->last_ms, at));
	return r ? PASS(r) : 0;
}

static int operators_mail(const struct alarm_watch *watch, struct db *db, struct arena *arena,
			  const struct store_alarm *alarm, const struct subject *subject,
			  int64_t now_ms)
{
	struct mail_letter letter = {.kind = MAIL_ALARM};
	struct str rest = watch->config->mail.operators;
	int r = arena_print(arena, &letter.subject, "【警告】%s", kind_find(alarm->kind)->happened);
	if (r == 0)
		r = text_print(arena, alarm, subject, &letter.text);
	while (r == 0 && rest.len && setting_mails_next(&rest, &letter.to))
		r = mail_post(watch->keys, db, arena, &letter, now_ms);
	return r ? PASS(r) : 0;
}

static int facility_mail(const struct alarm_watch *watch, struct db *db, struct arena *arena,
			 const struct store_alarm *alarm, const struct subject *subject,
			 int64_t now_ms)
{
	struct facility_news news = {
		.notice = NOTICE_ACCOUNT_LOCKED,
		.login_id = subject->account.login_id,
		.at_ms = now_ms,
	};
	if (alarm->kind != ALARM_ACCOUNT_LOCKED || !subject->facility.no)
		return 0;
	int r = facility_tell(watch->keys, db, arena, &subject->facility, &news);
	return r ? PASS(r) : 0;
}

/* Mails and the mark that they were written, or neither. Outcome: STORE_STALE. */
static int alarm_write(const struct alarm_watch *watch, struct db *db, struct arena *arena,
		       const struct store_alarm *alarm, int64_t now_ms)
{
	struct subject subject = {0};
	int r = store_alarm_told(db, alarm, now_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = subject_find(db, arena, alarm, &subject);
	if (r == 0)
		r = operators_mail(watch, db, arena, alarm, &subject, now_ms);
	if (r == 0)
		r = facility_mail(watch, db, arena, alarm, &subject, now_ms);
	return r ? PASS(r) : 0;
}

static int alarm_publish(const struct alarm_watch *watch, struct db *db, struct arena *arena,
			 const struct store_alarm *alarm, int64_t now_ms)
{
	int r = db_begin(db);
	if (r)
		return FOLD(r);
	r = alarm_write(watch, db, arena, alarm, now_ms);
	if (r) {
		db_rollback(db);
		return r < 0 ? PASS(r) : r;
	}
	r = db_commit(db);
	if (r)
		return FOLD(r);
	LOG(watch->log, alarm,
	    log_id("alarm", str_of(alarm_kind_word((enum alarm_kind)alarm->kind))),
	    log_int("facility", alarm->facility_no), log_int("account", alarm->account_no),
	    log_int("n", alarm->n), log_int("told", alarm->told));
	return 0;
}

int alarm_tell(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	const struct alarm_watch *watch = ctx;
	int r = 0;
	for (int i = 0; r == 0 && i < TURN_MAX; i++) {
		struct store_alarm alarm;
		r = store_alarm_due(db, now_ms, watch->config->alarms.window_ms, &alarm);
		if (r == 0)
			r = alarm_publish(watch, db, arena, &alarm, now_ms);
		arena_clear(arena);
	}
	return r < 0 ? PASS(r) : 0;
}
