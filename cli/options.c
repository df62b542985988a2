/* SPDX-License-Identifier: Apache-2.0 */
/* Reading argv by two tables: commands with their positions, options with their places. */
#include "cli/options.h"

#include <string.h>
#include <unistd.h>

#include "include/shikaku/shikaku.h"
#include "lib/base/number.h"
#include "lib/base/str.h"

const char options_help[] =
	"使い方: shikaku [共通の指定] コマンド [指定]\n"
	"\n"
	"コマンド\n"
	"  login --facility 医療機関等コード --id ログインID\n"
	"                             ログインする（パスワード、次にパスコード）\n"
	"  mfa                        パスコードだけを入力する（login が途中で終わったとき）\n"
	"  refresh                    ログインの有効時間を延ばす（パスワード）\n"
	"  count --from 日時 --to 日時 [--reference any|with|without]\n"
	"                             資格確認結果の数を調べる\n"
	"  download --from 日時 --to 日時 [--reference …] [--out ファイル|-]\n"
	"                             資格確認結果を受け取る（1行に1件のJSON）\n"
	"  reference 結果のID 照会番号 [--expected いまの番号]\n"
	"  reference 結果のID --clear --expected いまの番号\n"
	"                             照会番号を登録する、取り消す\n"
	"  logout                     ログインを終える\n"
	"  version                    版を表示する\n"
	"\n"
	"共通の指定\n"
	"  --service URL              接続先（https://…）。login で使い、あとは覚えている\n"
	"  --ca ファイル              サーバー証明書の信頼点（PEM）\n"
	"  --proxy URL                プロキシ（http://ホスト:ポート）\n"
	"  --session ファイル         ログインの情報を置くところ（既定 ~/.shikaku-session、0600）\n"
	"  --password-fd 番号         パスワードとパスコードを読む記述子（既定は標準入力）\n"
	"\n"
	"日時は yyyyMMdd か "
	"yyyyMMddHHmmss（日本時間）。パスワードとパスコードは引数では受け取りません。\n";

struct command_row {
	const char *name;
	enum cli_command command;
	int positions_min, positions_max;
};

static const struct command_row command_rows[] = {
	{"help", CLI_HELP, 0, 0},	  {"--help", CLI_HELP, 0, 0},
	{"version", CLI_VERSION, 0, 0},	  {"--version", CLI_VERSION, 0, 0},
	{"login", CLI_LOGIN, 0, 0},	  {"mfa", CLI_MFA, 0, 0},
	{"refresh", CLI_REFRESH, 0, 0},	  {"count", CLI_COUNT, 0, 0},
	{"download", CLI_DOWNLOAD, 0, 0}, {"reference", CLI_REFERENCE, 1, 2},
	{"logout", CLI_LOGOUT, 0, 0},
};

struct text_option {
	const char *name;
	size_t offset;
};

static const struct text_option text_options[] = {
	{"--service", offsetof(struct cli_options, service)},
	{"--ca", offsetof(struct cli_options, ca_file)},
	{"--proxy", offsetof(struct cli_options, proxy)},
	{"--session", offsetof(struct cli_options, session)},
	{"--facility", offsetof(struct cli_options, facility)},
	{"--id", offsetof(struct cli_options, id)},
	{"--from", offsetof(struct cli_options, from)},
	{"--to", offsetof(struct cli_options, to)},
	{"--out", offsetof(struct cli_options, out)},
	{"--expected", offsetof(struct cli_options, expected)},
};

static const struct command_row *command_find(const char *word)
{
	for (size_t i = 0; i < sizeof command_rows / sizeof command_rows[0]; i++)
		if (strcmp(command_rows[i].name, word) == 0)
			return &command_rows[i];
	return NULL;
}

static bool reference_read(const char *word, int32_t *ret_reference)
{
	static const char *const words[] = {
		[SHK_REFERENCE_ANY] = "any",
		[SHK_REFERENCE_WITH] = "with",
		[SHK_REFERENCE_WITHOUT] = "without",
	};
	for (int32_t i = 0; i < (int32_t)(sizeof words / sizeof words[0]); i++) {
		if (strcmp(words[i], word) != 0)
			continue;
		*ret_reference = i;
		return true;
	}
	return false;
}

/* One "--name value". */
static bool option_take(struct cli_options *options, const char *name, const char *value)
{
	int64_t fd;
	for (size_t i = 0; i < sizeof text_options / sizeof text_options[0]; i++) {
		if (strcmp(text_options[i].name, name) != 0)
			continue;
		memcpy((char *)options + text_options[i].offset, &value, sizeof value);
		return true;
	}
	if (strcmp(name, "--reference") == 0)
		return reference_read(value, &options->reference);
	if (strcmp(name, "--password-fd") == 0 && number_parse(str_of(value), 0, 1023, &fd) == 0) {
		options->secret_fd = (int)fd;
		return true;
	}
	return false;
}

/* What the command needs beside its positions; NULL: all there. */
static const char *missing(const struct cli_options *options)
{
	bool period = options->command == CLI_COUNT || options->command == CLI_DOWNLOAD;
	if (options->command == CLI_LOGIN && !options->facility)
		return "--facility";
	if (options->command == CLI_LOGIN && !options->id)
		return "--id";
	if (options->command == CLI_LOGIN && !options->service)
		return "--service";
	if (period && !options->from)
		return "--from";
	if (period && !options->to)
		return "--to";
	if (options->command == CLI_REFERENCE && !options->number == !options->clear)
		return "照会番号";
	return NULL;
}

struct reading {
	struct cli_options options;
	const struct command_row *row;
	const char *positions[2];
	int positions_count;
};

static bool word_take(struct reading *reading, const char *word)
{
	if (!reading->row) {
		reading->row = command_find(word);
		return reading->row != NULL;
	}
	if (reading->positions_count >= reading->row->positions_max)
		return false;
	reading->positions[reading->positions_count++] = word;
	return true;
}

static bool argument_take(struct reading *reading, char **argv, int argc, int *at)
{
	const char *word = argv[*at];
	if (strcmp(word, "--clear") == 0) {
		reading->options.clear = true;
		return true;
	}
	if (strncmp(word, "--", 2) != 0 || (!reading->row && command_find(word)))
		return word_take(reading, word);
	if (*at + 1 >= argc)
		return false;
	(*at)++;
	return option_take(&reading->options, word, argv[*at]);
}

int options_read(int argc, char **argv, struct cli_options *ret_options, const char **ret_complaint)
{
	struct reading reading = {.options = {.secret_fd = STDIN_FILENO}};
	for (int at = 1; at < argc; at++) {
		*ret_complaint = argv[at];
		if (!argument_take(&reading, argv, argc, &at))
			return OPTIONS_REFUSED;
	}
	*ret_complaint = "コマンド";
	if (!reading.row)
		return OPTIONS_REFUSED;
	*ret_complaint = "結果のID";
	if (reading.positions_count < reading.row->positions_min)
		return OPTIONS_REFUSED;
	reading.options.command = reading.row->command;
	reading.options.result_id = reading.positions[0];
	reading.options.number = reading.positions[1];
	*ret_complaint = missing(&reading.options);
	if (*ret_complaint)
		return OPTIONS_REFUSED;
	*ret_options = reading.options;
	return 0;
}
