/* SPDX-License-Identifier: Apache-2.0 */
/* Commands with what they need, options with their places. */
#include "reader/options.h"

#include <assert.h>
#include <stddef.h>

enum {
	WAIT_S_DEFAULT = 60,
	WAIT_S_MAX = 3600,
	FD_MAX = 1023,
	S_MS = 1000,
};

const char options_help[] =
	"使い方: shikaku-reader [共通の指定] コマンド [指定]\n"
	"\n"
	"コマンド\n"
	"  activate --service URL --id ログインID [--name 端末の名前]\n"
	"                             "
	"この端末を登録する（パスワード、次にアクティベーションコード）\n"
	"  login --id ログインID      ログインする（パスワード）\n"
	"  password                   パスワードを変える（いまのもの、新しいもの）\n"
	"  staff                      担当者の一覧\n"
	"  check --method pin --staff 担当者のID [--last-try]\n"
	"                             暗証番号で資格を確認する（暗証番号）\n"
	"  check --method visual --staff 担当者のID [--face-checked]\n"
	"                             顔を見て資格を確認する（暗証番号なし）\n"
	"  register --method pin --staff 担当者のID [--consented]\n"
	"                             健康保険証利用の申込（初回登録）をして、資格を確認する\n"
	"                             check のあとで案内が出たときは、続けて申し込めます\n"
	"     --consented             患者さんの同意を得てある\n"
	"     --reader 名前           使うカードリーダー（指定しないときは、どれでも）\n"
	"     --wait 秒               カードを待つ時間（既定 60）\n"
	"     --json                  結果をJSONで出す\n"
	"     --trace                 カードとのやり取りを表示する（暗証番号は出ません）\n"
	"     --organisation-key ファイル\n"
	"                             検証環境だけ: 模擬の特定機関認証の鍵（PEM）\n"
	"  history [--from 日時] [--to 日時] [--result 確認の番号]\n"
	"                             確認の履歴を見る（既定は今日。確認した日の翌月末まで）\n"
	"     --result 確認の番号     その1件を、確認したときと同じように表示する\n"
	"     --json                  1行に1件のJSONで出す\n"
	"  version                    版を表示する\n"
	"\n"
	"共通の指定\n"
	"  --state フォルダー         端末の鍵とログインの情報を置くところ（0700）\n"
	"                             （既定 ~/.shikaku-reader）\n"
	"  --service URL              接続先（https://…）。activate で使い、あとは覚えている\n"
	"  --ca ファイル              サーバー証明書の信頼点（PEM）\n"
	"  --wire-profile ファイル    通信の書き方がちがうサービスにつなぐとき（JSON）\n"
	"  --secret-fd 番号           "
	"パスワード、コード、暗証番号を読む記述子（既定は端末か標準入力）\n"
	"\n"
	"パスワード、コード、暗証番号は引数では受け取りません。\n";

static const struct command_row commands[] = {
	{.name = "help", .command = COMMAND_HELP},
	{.name = "--help", .command = COMMAND_HELP},
	{.name = "version", .command = COMMAND_VERSION},
	{.name = "--version", .command = COMMAND_VERSION},
	{.name = "activate", .command = COMMAND_ACTIVATE, .needs = {"--id", "--service"}},
	{.name = "login", .command = COMMAND_LOGIN, .needs = {"--id"}},
	{.name = "password", .command = COMMAND_PASSWORD},
	{.name = "staff", .command = COMMAND_STAFF},
	{.name = "register", .command = COMMAND_REGISTER, .needs = {"--method", "--staff"}},
	{.name = "history", .command = COMMAND_HISTORY},
	{.name = "check", .command = COMMAND_CHECK, .needs = {"--method", "--staff"}},
};

/* The words are those of the wire (wire_method_name). */
static const char *const methods[] = {
	[WIRE_METHOD_PIN] = "pin",
	[WIRE_METHOD_VISUAL] = "visual",
};

static const struct option_row rows[] = {
	{.name = "--service", .offset = offsetof(struct options, service)},
	{.name = "--ca", .offset = offsetof(struct options, ca_file)},
	{.name = "--wire-profile", .offset = offsetof(struct options, wire_profile)},
	{.name = "--state", .offset = offsetof(struct options, state)},
	{.name = "--id", .offset = offsetof(struct options, id)},
	{.name = "--name", .offset = offsetof(struct options, name)},
	{.name = "--staff", .offset = offsetof(struct options, staff)},
	{.name = "--from", .offset = offsetof(struct options, from)},
	{.name = "--to", .offset = offsetof(struct options, to)},
	{.name = "--result", .offset = offsetof(struct options, result_id)},
	{.name = "--reader", .offset = offsetof(struct options, reader)},
	{.name = "--organisation-key", .offset = offsetof(struct options, organisation_key)},
	{.name = "--face-checked",
	 .offset = offsetof(struct options, face_checked),
	 .kind = OPTION_FLAG},
	{.name = "--consented", .offset = offsetof(struct options, consented), .kind = OPTION_FLAG},
	{.name = "--last-try", .offset = offsetof(struct options, last_try), .kind = OPTION_FLAG},
	{.name = "--json", .offset = offsetof(struct options, json), .kind = OPTION_FLAG},
	{.name = "--trace", .offset = offsetof(struct options, trace), .kind = OPTION_FLAG},
	{.name = "--method",
	 .offset = offsetof(struct options, method),
	 .kind = OPTION_WORD,
	 .words = methods,
	 .words_count = sizeof methods / sizeof *methods},
	{.name = "--wait",
	 .offset = offsetof(struct options, wait_ms),
	 .kind = OPTION_NUMBER,
	 .number_max = WAIT_S_MAX,
	 .unit = S_MS},
	{.name = "--secret-fd",
	 .offset = offsetof(struct options, secret_fd),
	 .kind = OPTION_NUMBER,
	 .number_max = FD_MAX},
};

static const struct command_table table = {
	commands,
	sizeof commands / sizeof *commands,
	rows,
	sizeof rows / sizeof *rows,
};

static_assert(sizeof(enum wire_method) == sizeof(int), "OPTION_WORD writes an int");

int options_read(int argc, char **argv, struct options *ret_options, const char **ret_complaint)
{
	struct options options = {.secret_fd = -1, .wait_ms = WAIT_S_DEFAULT * S_MS};
	struct command_line line;
	int r = command_line_read(&table, argc, argv, &options, &line);
	*ret_complaint = line.complaint;
	if (r)
		return r;
	options.command = (enum command)line.command;
	*ret_options = options;
	return 0;
}
