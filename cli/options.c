/* SPDX-License-Identifier: Apache-2.0 */
/* Commands with what they need, options with their places. */
#include "cli/options.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

const char options_help[] =
	"使い方: shikaku [共通の指定] コマンド [指定]\n"
	"\n"
	"コマンド\n"
	"  login --facility 医療機関等コード --id ログインID\n"
	"                             ログインする（パスワード、次にパスコード）\n"
	"  mfa                        パスコードだけを入力する（login が途中で終わったとき）\n"
	"  refresh                    ログインの有効時間を延ばす（パスワード）\n"
	"  password                   パスワードを変える（いまのもの、新しいもの）\n"
	"  count --from 日時 --to 日時 [条件] [--if-changed ファイル [--wait 秒]]\n"
	"                             "
	"資格確認結果の数を調べる（前の印をファイルに置けば、変わったときだけ）\n"
	"  download --from 日時 --to 日時 [条件] [--out ファイル|-]\n"
	"                             資格確認結果を受け取る（1行に1件のJSON）\n"
	"  download --new --state ファイル [条件] [--wait 秒] [--out ファイル|-]\n"
	"                             前に受け取ったところの続きだけを受け取る\n"
	"  watch --state ファイル [条件]\n"
	"                             "
	"新しい結果を、届いたときに1行ずつ表示しつづける（パスワード）\n"
	"  reference 結果のID 照会番号 [--expected いまの番号]\n"
	"  reference 結果のID --clear --expected いまの番号\n"
	"                             照会番号を登録する、取り消す\n"
	"  status                     "
	"点検の予定など、サービスからのお知らせ（ログインは要らない）\n"
	"  jwks [--out ファイル|-]    証明を検証する公開鍵を受け取る（ログインは要らない）\n"
	"  verify-proof --jwks ファイル [--facility コード] 結果のファイル\n"
	"                             download で受け取った結果の証明を、1行ずつ検証する\n"
	"  verify-proof --jwks ファイル --proof ファイル [--facility コード] 結果のファイル\n"
	"                             1件の結果（result のバイト列）と証明を検証する\n"
	"  reference --file ファイル  まとめて登録する（CSV "
	"か、1行に1件のJSON。結果を行ごとに出す）\n"
	"                             列: result_id,reference_number,expected（空は「なし」）\n"
	"  device list                登録したパソコンの一覧\n"
	"  device register [--name 名前] [--code]\n"
	"                             このパソコンを登録する（--code "
	"はアクティベーションコードを使う）\n"
	"  device close 端末のID      パソコンの登録をやめる\n"
	"  accesses --from 日時 --to 日時\n"
	"                             だれが、いつ、何をしたか（運用者がしたことも）\n"
	"  logout                     ログインを終える\n"
	"  version                    版を表示する\n"
	"\n"
	"条件\n"
	"  --reference any|with|without   照会番号の登録の有無\n"
	"  --validity 1-6                 資格有効性\n"
	"  --card-class 01-07|A1          被保険者証区分\n"
	"\n"
	"共通の指定\n"
	"  --service URL              接続先（https://…）。login で使い、あとは覚えている\n"
	"  --ca ファイル              サーバー証明書の信頼点（PEM）\n"
	"  --proxy URL                プロキシ（http://ホスト:ポート）\n"
	"  --wire-profile ファイル    通信の書き方がちがうサービスにつなぐとき（JSON）\n"
	"  --session ファイル         ログインの情報を置くところ（既定 ~/.shikaku-session、0600）\n"
	"  --password-fd 番号         パスワードとパスコードを読む記述子（既定は標準入力）\n"
	"\n"
	"日時は yyyyMMdd か "
	"yyyyMMddHHmmss（日本時間）。パスワードとパスコードは引数では受け取りません。\n";

static const struct command_row commands[] = {
	{.name = "help", .command = CLI_HELP},
	{.name = "--help", .command = CLI_HELP},
	{.name = "version", .command = CLI_VERSION},
	{.name = "--version", .command = CLI_VERSION},
	{.name = "login", .command = CLI_LOGIN, .needs = {"--facility", "--id", "--service"}},
	{.name = "mfa", .command = CLI_MFA},
	{.name = "refresh", .command = CLI_REFRESH},
	{.name = "password", .command = CLI_PASSWORD},
	{.name = "count", .command = CLI_COUNT, .needs = {"--from", "--to"}},
	{.name = "download", .command = CLI_DOWNLOAD},
	{.name = "watch", .command = CLI_WATCH, .needs = {"--state"}},
	{.name = "status", .command = CLI_STATUS},
	{.name = "jwks", .command = CLI_JWKS},
	{.name = "verify-proof",
	 .command = CLI_VERIFY_PROOF,
	 .positions_min = 1,
	 .positions_max = 1,
	 .position = "結果のファイル",
	 .needs = {"--jwks"}},
	{.name = "reference", .command = CLI_REFERENCE, .positions_max = 2, .position = "結果のID"},
	{.name = "device",
	 .command = CLI_DEVICE,
	 .positions_min = 1,
	 .positions_max = 2,
	 .position = "list、register、close"},
	{.name = "accesses", .command = CLI_ACCESSES, .needs = {"--from", "--to"}},
	{.name = "logout", .command = CLI_LOGOUT},
};

static const char *const references[] = {
	[SHK_REFERENCE_ANY] = "any",
	[SHK_REFERENCE_WITH] = "with",
	[SHK_REFERENCE_WITHOUT] = "without",
};

static const struct option_row options[] = {
	LINK_OPTION_ROWS(struct cli_options, link),
	{.name = "--facility", .offset = offsetof(struct cli_options, facility)},
	{.name = "--id", .offset = offsetof(struct cli_options, id)},
	{.name = "--from", .offset = offsetof(struct cli_options, from)},
	{.name = "--to", .offset = offsetof(struct cli_options, to)},
	{.name = "--file", .offset = offsetof(struct cli_options, file)},
	{.name = "--out", .offset = offsetof(struct cli_options, out)},
	{.name = "--validity",
	 .offset = offsetof(struct cli_options, validity),
	 .kind = OPTION_NUMBER,
	 .number_min = 1,
	 .number_max = 6},
	{.name = "--card-class", .offset = offsetof(struct cli_options, card_class)},
	{.name = "--new", .offset = offsetof(struct cli_options, is_new), .kind = OPTION_FLAG},
	{.name = "--state", .offset = offsetof(struct cli_options, state)},
	{.name = "--if-changed", .offset = offsetof(struct cli_options, if_changed)},
	{.name = "--wait",
	 .offset = offsetof(struct cli_options, wait_s),
	 .kind = OPTION_NUMBER,
	 .number_max = 3600},
	{.name = "--jwks", .offset = offsetof(struct cli_options, jwks)},
	{.name = "--proof", .offset = offsetof(struct cli_options, proof)},
	{.name = "--expected", .offset = offsetof(struct cli_options, expected)},
	{.name = "--name", .offset = offsetof(struct cli_options, name)},
	{.name = "--code", .offset = offsetof(struct cli_options, code), .kind = OPTION_FLAG},
	{.name = "--clear", .offset = offsetof(struct cli_options, clear), .kind = OPTION_FLAG},
	{.name = "--reference",
	 .offset = offsetof(struct cli_options, reference),
	 .kind = OPTION_WORD,
	 .words = references,
	 .words_count = sizeof references / sizeof *references},
};

static const struct command_table table = {
	commands,
	sizeof commands / sizeof *commands,
	options,
	sizeof options / sizeof *options,
};

/* One of a file, or one result with its number or --clear. */
static int reference_check(const struct cli_options *read, const char **ret_complaint)
{
	*ret_complaint = "--file";
	if (read->file)
		return read->result_id || read->clear || read->expected
			       ? COMMAND_LINE_NOT_UNDERSTOOD
			       : 0;
	*ret_complaint = "結果のID";
	if (!read->result_id)
		return COMMAND_LINE_INCOMPLETE;
	*ret_complaint = "照会番号（または --clear）";
	return !read->number == !read->clear ? COMMAND_LINE_INCOMPLETE : 0;
}

/* A download cannot do without a period, or with --new without the file of its cursor. */
static int download_check(const struct cli_options *read, const char **ret_complaint)
{
	const char *lacks = !read->from ? "--from" : !read->to ? "--to" : NULL;
	if (read->is_new)
		lacks = read->state ? NULL : "--state";
	*ret_complaint = lacks;
	return lacks ? COMMAND_LINE_INCOMPLETE : 0;
}

/* list and register stand alone, close has an id. */
static int device_check(const struct command_line *line, struct cli_options *read,
			const char **ret_complaint)
{
	static const char *const actions[] = {
		[CLI_DEVICE_LIST] = "list",
		[CLI_DEVICE_REGISTER] = "register",
		[CLI_DEVICE_CLOSE] = "close",
	};
	size_t action = 0, count = sizeof actions / sizeof *actions;
	*ret_complaint = line->positions[0];
	while (action < count && strcmp(line->positions[0], actions[action]) != 0)
		action++;
	if (action == count)
		return COMMAND_LINE_NOT_UNDERSTOOD;
	read->action = (enum cli_device)action;
	read->device_id = line->positions[1];
	if (action != CLI_DEVICE_CLOSE) {
		*ret_complaint = read->device_id;
		return read->device_id ? COMMAND_LINE_NOT_UNDERSTOOD : 0;
	}
	*ret_complaint = "端末のID";
	return read->device_id ? 0 : COMMAND_LINE_INCOMPLETE;
}

int options_read(int argc, char **argv, struct cli_options *ret_options, const char **ret_complaint)
{
	struct cli_options read = {.link.secret_fd = STDIN_FILENO};
	struct command_line line;
	int r = command_line_read(&table, argc, argv, &read, &line);
	*ret_complaint = line.complaint;
	if (r)
		return r;
	read.command = (enum cli_command)line.command;
	read.result_id = line.positions[0];
	read.number = line.positions[1];
	if (read.command == CLI_VERIFY_PROOF)
		read.file = line.positions[0];
	if (read.command == CLI_REFERENCE) {
		r = reference_check(&read, ret_complaint);
		if (r)
			return r;
	}
	if (read.command == CLI_DOWNLOAD) {
		r = download_check(&read, ret_complaint);
		if (r)
			return r;
	}
	if (read.command == CLI_DEVICE) {
		r = device_check(&line, &read, ret_complaint);
		if (r)
			return r;
	}
	*ret_options = read;
	return 0;
}
