/* SPDX-License-Identifier: Apache-2.0 */
/* alarm list; mail list, mail retry: what the service has told the operator, or could not tell. */
#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/alarm/alarm.h"
#include "server/store/outbox.h"

static int alarm_print(struct admin *admin, const struct store_alarm *alarm)
{
	struct store_facility facility = {0};
	struct store_account account = {0};
	int r = 0;
	if (alarm->facility_no)
		r = store_facility_get(admin->db, &admin->arena, alarm->facility_no, &facility);
	if (r == 0 && alarm->account_no)
		r = store_account_get(admin->db, &admin->arena, alarm->facility_no,
				      alarm->account_no, &account);
	if (r < 0)
		return PASS(r);
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "alarm", str_of(alarm_kind_word((enum alarm_kind)alarm->kind)));
	json_put_member(&writer, "facility", facility.code);
	json_put_member(&writer, "login_id", account.login_id);
	json_put_member_number(&writer, "n", alarm->n);
	admin_put_time(&writer, "first", alarm->first_ms);
	admin_put_time(&writer, "last", alarm->last_ms);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : 0;
}

int admin_alarm_list(struct admin *admin)
{
	struct store_alarm *alarms;
	size_t count;
	int r = store_alarms_list(admin->db, &admin->arena, &alarms, &count);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = alarm_print(admin, &alarms[i]);
	return r ? FOLD(r) : ADMIN_OK;
}

static int mail_print(struct admin *admin, const struct store_mail *mail)
{
	struct str id;
	int r = encode_hex(&admin->arena, mail->id, &id);
	if (r)
		return FOLD(r);
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "id", id);
	json_put_member(&writer, "state", mail->dead_ms ? STR("given_up") : STR("waiting"));
	json_put_member_number(&writer, "tries", mail->tries);
	admin_put_time(&writer, "made", mail->made_ms);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : 0;
}

int admin_mail_list(struct admin *admin)
{
	for (int dead = 0; dead < 2; dead++) {
		struct store_mail *mails;
		size_t count;
		int r = store_outbox_list(admin->db, &admin->arena, dead, &mails, &count);
		for (size_t i = 0; r == 0 && i < count; i++)
			r = mail_print(admin, &mails[i]);
		if (r)
			return FOLD(r);
	}
	return ADMIN_OK;
}

static int retry_write(struct admin *admin, void *ctx)
{
	const struct str *id = ctx;
	int r = store_outbox_revive(admin->db, *id, clock_now_ms(&admin->clock));
	if (r)
		return r < 0 ? PASS(r)
			     : admin_refuse(admin, ADMIN_NOT_FOUND,
					    "あきらめたメールの中に、送り直せるものがありません。");
	r = admin_audit(admin, &(struct store_audit){.call = STR("admin_mail_retry")});
	return r ? PASS(r) : 0;
}

int admin_mail_retry(struct admin *admin)
{
	struct str id;
	int r = admin_id(admin, &id);
	if (r == 0)
		r = admin_transaction(admin, retry_write, &id);
	return r < 0 ? PASS(r) : r;
}
