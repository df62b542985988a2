/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codes and their words. A problem that the client room tells keeps its own words; a code of the
 * border itself (a NULL, a call at the wrong time) has them here.
 */
#include "sdk/shk.h"

#include <string.h>

struct code_row {
	int32_t code;
	enum wire_problem problem; /* whose exit code it has */
	const char *text, *action, *vendor;
};

static const char report[] = "ソフトの会社に問い合わせてください。";

static const struct code_row code_rows[] = {
	{SHK_ERR_ARGUMENT, PROBLEM_USAGE, "指定した値が正しくありません。",
	 "入力した内容を確かめて、もう一度操作してください。",
	 "shikaku.h で、その関数の引数の形と範囲を確認してください。"},
	{SHK_ERR_STATE, PROBLEM_SESSION_ABSENT, "いまは、この操作ができません。",
	 "ログインしてから、もう一度操作してください。",
	 "接続先、製品名、ログイン、パスコードの順に呼び出しているか確認してください。"},
	{SHK_ERR_MEMORY, PROBLEM_MEMORY_SHORT, "パソコンのメモリーが足りません。",
	 "ほかのソフトを閉じて、もう一度操作してください。", "メモリーの確保に失敗しました。"},
	{SHK_ERR_IN_USE, PROBLEM_UNEXPECTED, "前の操作がまだ終わっていません。",
	 "終わるまで待って、もう一度操作してください。",
	 "1つのクライアントを同時に2つのスレッドから使っています。"},
	{SHK_ERR_CANCELLED, PROBLEM_CANCELLED, "操作をやめました。",
	 "続けるときは、もう一度はじめから操作してください。", "利用者が取り消しました。"},
	{SHK_ERR_FILE, PROBLEM_FILE_UNUSABLE, "パソコンの中のファイルを読み書きできませんでした。",
	 "ディスクの空きと、保存先のフォルダーを確かめてください。",
	 "ファイルの持ち主と権限（0600）を確認してください。"},
	{SHK_ERR_INTERNAL, PROBLEM_UNEXPECTED, "このパソコンのソフトの中で問題が起きました。",
	 report, "libshikaku の不具合です。"},
	{SHK_ERR_NETWORK, PROBLEM_NETWORK_UNREACHABLE, "サービスにつながりません。", report, ""},
	{SHK_ERR_TLS, PROBLEM_TLS_REFUSED, "接続先が本物のサービスと確認できません。", report, ""},
	{SHK_ERR_TIMEOUT, PROBLEM_NETWORK_TIMEOUT,
	 "サービスからの返事が、時間内に届きませんでした。", report, ""},
	{SHK_ERR_PROTOCOL, PROBLEM_REPLY_MALFORMED, "サービスからの返事を読み取れませんでした。",
	 report, ""},
	{SHK_ERR_CREDENTIALS, PROBLEM_CREDENTIALS_REFUSED, "ログインできませんでした。", report,
	 ""},
	{SHK_ERR_PASSCODE, PROBLEM_PASSCODE_REFUSED, "パスコードを確認できませんでした。", report,
	 ""},
	{SHK_ERR_PASSCODE_REUSED, PROBLEM_PASSCODE_REUSED, "このパスコードは、もう使われています。",
	 report, ""},
	{SHK_ERR_CHALLENGE_EXPIRED, PROBLEM_CHALLENGE_EXPIRED,
	 "パスコードの入力に時間がかかり、受付が切れました。", report, ""},
	{SHK_ERR_TOKEN_EXPIRED, PROBLEM_TOKEN_EXPIRED, "ログインの有効時間が切れました。", report,
	 ""},
	{SHK_ERR_SESSION, PROBLEM_SESSION_ENDED, "ログインが終わっています。", report, ""},
	{SHK_ERR_ACCOUNT, PROBLEM_ACCOUNT_KIND_REFUSED,
	 "このアカウントでは、この操作はできません。", report, ""},
	{SHK_ERR_DEVICE, PROBLEM_DEVICE_REQUIRED,
	 "このサービスは、登録したパソコンからだけ使えます。", report, ""},
	{SHK_ERR_CLIENT, PROBLEM_CLIENT_REFUSED, "このソフトの版は、もう使えません。", report, ""},
	{SHK_ERR_PASSWORD_CHANGE, PROBLEM_PASSWORD_MUST_CHANGE, "初期パスワードのままです。",
	 report, ""},
	{SHK_ERR_FIELD, PROBLEM_FIELD_INVALID, "入力した内容に、受け付けられないところがあります。",
	 report, ""},
	{SHK_ERR_PERIOD, PROBLEM_PERIOD_TOO_OLD, "指定した期間の結果は、もう受け取れません。",
	 report, ""},
	{SHK_ERR_NOT_FOUND, PROBLEM_RESULT_UNKNOWN, "この確認結果は見つかりません。", report, ""},
	{SHK_ERR_CONFLICT, PROBLEM_REFERENCE_CONFLICT,
	 "この患者さんの照会番号は、ほかの端末で変わっています。", report, ""},
	{SHK_ERR_REFERENCE_TAKEN, PROBLEM_REFERENCE_TAKEN,
	 "この照会番号は、別の患者さんに使われています。", report, ""},
	{SHK_ERR_REFUSED, PROBLEM_SERVICE_REFUSED, "サービスが断りました。", report, ""},
	{SHK_ERR_CURSOR, PROBLEM_CURSOR_REFUSED, "受け取りの続きを始められませんでした。", report,
	 ""},
	{SHK_ERR_PROOF, PROBLEM_PROOF_REFUSED,
	 "この資格確認結果は、サービスが署名したものと確認できません。", report, ""},
	{SHK_ERR_PROOF_KEY, PROBLEM_PROOF_KEY_UNKNOWN,
	 "この資格確認結果に署名した鍵が、手元の公開鍵にありません。", report, ""},
	{SHK_ERR_BUSY, PROBLEM_BUSY, "サービスが混み合っています。", report, ""},
	{SHK_ERR_SERVICE, PROBLEM_INTERNAL, "サービスの中で問題が起きました。", report, ""},
};

static const struct code_row *code_row(int32_t code)
{
	for (size_t i = 0; i < sizeof code_rows / sizeof code_rows[0]; i++)
		if (code_rows[i].code == code)
			return &code_rows[i];
	return NULL;
}

/* Problems whose code is not simply that of their row above. */
static const struct {
	enum wire_problem problem;
	int32_t code;
} problem_codes[] = {
	{PROBLEM_SESSION_ABSENT, SHK_ERR_STATE},
	{PROBLEM_SETTINGS_INVALID, SHK_ERR_STATE},
	{PROBLEM_USAGE, SHK_ERR_STATE},
	{PROBLEM_PASSWORD_WRONG, SHK_ERR_CREDENTIALS},
	{PROBLEM_TOKEN_MISSING, SHK_ERR_SESSION},
	{PROBLEM_TOKEN_INVALID, SHK_ERR_SESSION},
	{PROBLEM_PASSCODE_DRIFTED, SHK_ERR_PASSCODE},
	{PROBLEM_AUTHENTICATOR_ABSENT, SHK_ERR_PASSCODE},
	{PROBLEM_DEVICE_PROOF_REFUSED, SHK_ERR_DEVICE},
	{PROBLEM_DEVICE_LIMIT, SHK_ERR_DEVICE},
	{PROBLEM_DEVICE_KEY_TAKEN, SHK_ERR_DEVICE},
	{PROBLEM_DEVICE_CODE_REQUIRED, SHK_ERR_DEVICE},
	{PROBLEM_ACTIVATION_REFUSED, SHK_ERR_DEVICE},
	{PROBLEM_PLATFORM_REFUSED, SHK_ERR_DEVICE},
	{PROBLEM_DEVICE_NOT_ACTIVATED, SHK_ERR_STATE},
	{PROBLEM_DEVICE_NOT_FOUND, SHK_ERR_NOT_FOUND},
	{PROBLEM_QUERY_INVALID, SHK_ERR_FIELD},
	{PROBLEM_PERIOD_MALFORMED, SHK_ERR_FIELD},
	{PROBLEM_PERIOD_TEMPORARY, SHK_ERR_PERIOD},
	{PROBLEM_TEMPORARY_REFUSED, SHK_ERR_ACCOUNT},
	{PROBLEM_REQUEST_TIMEOUT, SHK_ERR_TIMEOUT},
	{PROBLEM_STORE_UNAVAILABLE, SHK_ERR_BUSY},
	{PROBLEM_TOO_MANY_REQUESTS, SHK_ERR_BUSY},
	{PROBLEM_UNEXPECTED, SHK_ERR_INTERNAL},
};

int32_t code_of_problem(enum wire_problem problem)
{
	for (size_t i = 0; i < sizeof problem_codes / sizeof problem_codes[0]; i++)
		if (problem_codes[i].problem == problem)
			return problem_codes[i].code;
	for (size_t i = 0; i < sizeof code_rows / sizeof code_rows[0]; i++)
		if (code_rows[i].problem == problem)
			return code_rows[i].code;
	return SHK_ERR_REFUSED;
}

int32_t call_enter(shk_client *client)
{
	if (!client_lives(client))
		return SHK_ERR_ARGUMENT;
	if (atomic_exchange(&client->in_use, 1))
		return SHK_ERR_IN_USE;
	client->code = SHK_OK;
	client->is_told = false;
	client->fault[0] = '\0';
	return SHK_OK;
}

int32_t call_refuse(shk_client *client, int32_t code)
{
	client->code = code;
	atomic_store(&client->in_use, 0);
	return code;
}

int32_t call_leave(shk_client *client, int r)
{
	if (r == 0)
		return call_refuse(client, SHK_OK);
	if (r > 0) {
		client->is_told = true;
		return call_refuse(client, code_of_problem((enum wire_problem)r));
	}
	fault_trace(client->fault, sizeof client->fault);
	return call_refuse(client, r == -ENOMEM ? SHK_ERR_MEMORY : SHK_ERR_INTERNAL);
}

/* The trouble behind the last error, or NULL: then the code's row has the words. */
static const struct client_trouble *told(const shk_client *client)
{
	return client_lives(client) && client->code && client->is_told
		       ? client_trouble(client->client)
		       : NULL;
}

static const struct code_row *row_of(const shk_client *client)
{
	return client_lives(client) && client->code ? code_row(client->code) : NULL;
}

int32_t SHK_CALL shk_error_code(const shk_client *client)
{
	return client_lives(client) ? client->code : SHK_ERR_ARGUMENT;
}

const char *SHK_CALL shk_error_text(const shk_client *client)
{
	const struct code_row *row = row_of(client);
	return told(client) ? told(client)->text.ptr : row ? row->text : NULL;
}

const char *SHK_CALL shk_error_action(const shk_client *client)
{
	const struct code_row *row = row_of(client);
	return told(client) ? told(client)->action.ptr : row ? row->action : NULL;
}

const char *SHK_CALL shk_error_vendor_hint(const shk_client *client)
{
	const struct code_row *row = row_of(client);
	if (told(client))
		return told(client)->vendor.ptr;
	if (row && client->fault[0])
		return client->fault;
	return row ? row->vendor : NULL;
}

const char *SHK_CALL shk_error_problem(const shk_client *client)
{
	const struct code_row *row = row_of(client);
	if (told(client))
		return told(client)->code.ptr;
	return row ? wire_problem_row(row->problem)->code : NULL;
}

const char *SHK_CALL shk_error_request_id(const shk_client *client)
{
	return told(client) ? told(client)->request_id.ptr : NULL;
}

int32_t SHK_CALL shk_error_field_count(const shk_client *client)
{
	return told(client) ? (int32_t)told(client)->complaints.count : 0;
}

static const struct wire_complaint *complaint(const shk_client *client, int32_t index)
{
	return index >= 0 && index < shk_error_field_count(client)
		       ? &told(client)->complaints.items[index]
		       : NULL;
}

const char *SHK_CALL shk_error_field(const shk_client *client, int32_t index)
{
	const struct wire_complaint *found = complaint(client, index);
	return found ? found->field : NULL;
}

const char *SHK_CALL shk_error_field_text(const shk_client *client, int32_t index)
{
	const struct wire_complaint *found = complaint(client, index);
	return found ? wire_reason_message(found->reason) : NULL;
}

int32_t SHK_CALL shk_error_retry_after(const shk_client *client)
{
	const struct client_trouble *trouble = told(client);
	if (!trouble)
		return 0;
	return trouble->retry_after_s > INT32_MAX ? INT32_MAX : (int32_t)trouble->retry_after_s;
}

const char *SHK_CALL shk_error_held_reference(const shk_client *client)
{
	return told(client) ? told(client)->held_reference.ptr : NULL;
}

int32_t SHK_CALL shk_error_exit(const shk_client *client)
{
	const struct code_row *row = row_of(client);
	if (told(client))
		return told(client)->exit;
	if (!client_lives(client))
		return wire_problem_row(PROBLEM_USAGE)->exit;
	return row ? wire_problem_row(row->problem)->exit : 0;
}

const char *SHK_CALL shk_code_text(int32_t code)
{
	const struct code_row *row = code_row(code);
	if (code == SHK_OK)
		return "終わりました。";
	return row ? row->text : "このソフトの知らない結果です。";
}
