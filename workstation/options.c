/* SPDX-License-Identifier: Apache-2.0 */
/* Commands with what they need, options with their places. */
#include "workstation/options.h"

#include <stddef.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "lib/base/str.h"
#include "lib/record/record.h"
#include "workstation/keep/backup.h"

const char options_help[] =
	"使い方: shikaku-workstation [共通の指定] コマンド [指定]\n"
	"\n"
	"コマンド\n"
	"  open [--no-browser]        画面をブラウザーで開く（コマンドを書かないときも同じ）\n"
	"  init --facility 医療機関等コード --name 担当者の名前\n"
	"                             "
	"はじめの設定（担当者のパスワードを決め、復旧キーを印刷する）\n"
	"  init --facility 医療機関等コード\n"
	"                             2つめからの施設を加える\n"
	"  login --service URL --id ログインID\n"
	"                             ログインする（パスワード、次にパスコード）\n"
	"  mfa                        パスコードだけを入力する（login が途中で終わったとき）\n"
	"  refresh                    ログインの有効時間を延ばす（パスワード）\n"
	"  sync                       新しい結果を受け取り、カルテに紐付け、照会番号を登録する\n"
	"  sync --from 日時 --to 日時 その期間の結果を、はじめから見直す\n"
	"  charts                     カルテの一覧\n"
	"  chart 番号                 カルテ1件（保険の移り変わりと資格確認の記録）\n"
	"  results                    受け取った結果のすべて（無効・該当なしも）と、そのカルテ\n"
	"  pending                    確認が必要な結果と、未登録の照会番号\n"
	"  link 結果のID カルテの番号 [--qualification 番号]\n"
	"                             確認が必要な結果を、そのカルテのものにする\n"
	"  new 結果のID [--qualification 番号]\n"
	"                             確認が必要な結果から、新しいカルテを作る\n"
	"  logout                     ログインを終える\n"
	"  backup フォルダー [--keep 世代数]\n"
	"                             "
	"カルテの全部を、封をしたまま、そのフォルダーに写す（既定30世代）\n"
	"  restore バックアップ [--recovery-key]\n"
	"                             バックアップを、はじめの設定をしていないパソコンに戻す\n"
	"  recover --staff 担当者の番号\n"
	"                             復旧キーで、担当者のパスワードを決め直す\n"
	"\n"
	"共通の指定\n"
	"  --home フォルダー          カルテを置くところ（既定 ~/.local/share/shikaku）\n"
	"  --facility 医療機関等コード  どの施設か（1つのときは要らない）\n"
	"  --staff 担当者の番号       だれが使うか（1人のときは要らない）\n"
	"  --ca ファイル              サーバー証明書の信頼点（PEM）\n"
	"  --proxy URL                プロキシ（http://ホスト:ポート）\n"
	"  --wire-profile ファイル    通信の書き方がちがうサービスにつなぐとき（JSON）\n"
	"  --session ファイル         ログインの情報（既定は施設のフォルダーの session、0600）\n"
	"  --password-fd 番号         パスワードとパスコードを読む記述子（既定は標準入力）\n"
	"\n"
	"カルテを開くコマンド（init sync charts chart results pending link new）は、担当者の\n"
	"パスワードを尋ねる。カルテは封をして置かれ、復旧キーでも開く。\n"
	"\n"
	"日時は yyyyMMdd か yyyyMMddHHmmss（日本時間）。\n";

static const struct command_row commands[] = {
	{.name = "help", .command = STATION_HELP},
	{.name = "--help", .command = STATION_HELP},
	{.name = "version", .command = STATION_VERSION},
	{.name = "--version", .command = STATION_VERSION},
	{.name = "open", .command = STATION_OPEN},
	{.name = "init", .command = STATION_INIT, .needs = {"--facility"}},
	{.name = "login", .command = STATION_LOGIN, .needs = {"--service", "--id"}},
	{.name = "mfa", .command = STATION_MFA},
	{.name = "refresh", .command = STATION_REFRESH},
	{.name = "sync", .command = STATION_SYNC},
	{.name = "charts", .command = STATION_CHARTS},
	{.name = "chart",
	 .command = STATION_CHART,
	 .positions_min = 1,
	 .positions_max = 1,
	 .position = "カルテの番号"},
	{.name = "pending", .command = STATION_PENDING},
	{.name = "results", .command = STATION_RESULTS},
	{.name = "link",
	 .command = STATION_LINK,
	 .positions_min = 2,
	 .positions_max = 2,
	 .position = "結果のIDとカルテの番号"},
	{.name = "new",
	 .command = STATION_NEW,
	 .positions_min = 1,
	 .positions_max = 1,
	 .position = "結果のID"},
	{.name = "logout", .command = STATION_LOGOUT},
	{.name = "backup",
	 .command = STATION_BACKUP,
	 .positions_min = 1,
	 .positions_max = 1,
	 .position = "バックアップ先のフォルダー"},
	{.name = "restore",
	 .command = STATION_RESTORE,
	 .positions_min = 1,
	 .positions_max = 1,
	 .position = "バックアップのフォルダー"},
	{.name = "recover", .command = STATION_RECOVER, .needs = {"--staff"}},
};

static const struct option_row options[] = {
	LINK_OPTION_ROWS(struct station_options, link),
	{.name = "--no-browser",
	 .offset = offsetof(struct station_options, no_browser),
	 .kind = OPTION_FLAG},
	{.name = "--home", .offset = offsetof(struct station_options, home)},
	{.name = "--staff", .offset = offsetof(struct station_options, staff)},
	{.name = "--name", .offset = offsetof(struct station_options, name)},
	{.name = "--facility", .offset = offsetof(struct station_options, facility)},
	{.name = "--id", .offset = offsetof(struct station_options, id)},
	{.name = "--from", .offset = offsetof(struct station_options, from)},
	{.name = "--to", .offset = offsetof(struct station_options, to)},
	{.name = "--recovery-key",
	 .offset = offsetof(struct station_options, by_recovery),
	 .kind = OPTION_FLAG},
	{.name = "--keep",
	 .offset = offsetof(struct station_options, keep),
	 .kind = OPTION_NUMBER,
	 .number_min = 1,
	 .number_max = BACKUP_KEEP_MAX},
	{.name = "--qualification",
	 .offset = offsetof(struct station_options, qualification),
	 .kind = OPTION_NUMBER,
	 .number_min = 1,
	 .number_max = RECORD_QUALIFICATIONS_MAX},
};

static const struct command_table table = {
	commands,
	sizeof commands / sizeof *commands,
	options,
	sizeof options / sizeof *options,
};

int options_read(int argc, char **argv, struct station_options *ret_options,
		 const char **ret_complaint)
{
	struct station_options read = {.link.secret_fd = STDIN_FILENO};
	struct command_line line;
	static const char *const alone[] = {"shikaku-workstation", "open", NULL};
	if (argc < 2) { /* started from the desktop */
		argc = 2;
		argv = (char **)(uintptr_t)alone;
	}
	int r = command_line_read(&table, argc, argv, &read, &line);
	*ret_complaint = line.complaint;
	if (r)
		return r;
	read.command = (enum station_command)line.command;
	read.result_id = line.positions[0];
	*ret_complaint = read.from ? "--to" : "--from";
	if (!read.from != !read.to)
		return COMMAND_LINE_INCOMPLETE;
	*ret_complaint = line.positions[read.command == STATION_LINK];
	if ((read.command == STATION_CHART || read.command == STATION_LINK) &&
	    number_parse(str_of(*ret_complaint), 1, INT64_MAX, &read.chart) != 0)
		return COMMAND_LINE_NOT_UNDERSTOOD;
	*ret_options = read;
	return 0;
}
