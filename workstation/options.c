/* SPDX-License-Identifier: Apache-2.0 */
/* Reading argv by two tables. */
#include "workstation/options.h"

#include <string.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "lib/base/str.h"

const char options_help[] =
	"使い方: shikaku-workstation [共通の指定] コマンド [指定]\n"
	"\n"
	"コマンド\n"
	"  login --service URL --facility 医療機関等コード --id ログインID\n"
	"                             ログインする（パスワード、次にパスコード）\n"
	"  sync --from 日時 --to 日時 結果を受け取り、カルテに紐付け、照会番号を登録する\n"
	"  charts                     カルテの一覧\n"
	"  chart 番号                 カルテ1件（保険の移り変わりと資格確認の記録）\n"
	"  pending                    確認が必要な結果と、未登録の照会番号\n"
	"  logout                     ログインを終える\n"
	"\n"
	"共通の指定\n"
	"  --store ファイル           カルテを置くところ（既定 ~/.shikaku-workstation.db）\n"
	"  --ca ファイル              サーバー証明書の信頼点（PEM）\n"
	"  --proxy URL                プロキシ（http://ホスト:ポート）\n"
	"  --session ファイル         ログインの情報（既定 ~/.shikaku-workstation-session、0600）\n"
	"  --password-fd 番号         パスワードとパスコードを読む記述子（既定は標準入力）\n"
	"\n"
	"日時は yyyyMMdd か yyyyMMddHHmmss（日本時間）。\n";

struct command_row {
	const char *name;
	enum station_command command;
	bool with_chart;
};

static const struct command_row command_rows[] = {
	{"help", STATION_HELP, false},	     {"--help", STATION_HELP, false},
	{"login", STATION_LOGIN, false},     {"sync", STATION_SYNC, false},
	{"charts", STATION_CHARTS, false},   {"chart", STATION_CHART, true},
	{"pending", STATION_PENDING, false}, {"logout", STATION_LOGOUT, false},
};

struct text_option {
	const char *name;
	size_t offset;
};

static const struct text_option text_options[] = {
	{"--store", offsetof(struct station_options, store)},
	{"--service", offsetof(struct station_options, service)},
	{"--ca", offsetof(struct station_options, ca_file)},
	{"--proxy", offsetof(struct station_options, proxy)},
	{"--session", offsetof(struct station_options, session)},
	{"--facility", offsetof(struct station_options, facility)},
	{"--id", offsetof(struct station_options, id)},
	{"--from", offsetof(struct station_options, from)},
	{"--to", offsetof(struct station_options, to)},
};

static const struct command_row *command_find(const char *word)
{
	for (size_t i = 0; i < sizeof command_rows / sizeof command_rows[0]; i++)
		if (strcmp(command_rows[i].name, word) == 0)
			return &command_rows[i];
	return NULL;
}

static bool option_take(struct station_options *options, const char *name, const char *value)
{
	int64_t fd;
	for (size_t i = 0; i < sizeof text_options / sizeof text_options[0]; i++) {
		if (strcmp(text_options[i].name, name) != 0)
			continue;
		memcpy((char *)options + text_options[i].offset, &value, sizeof value);
		return true;
	}
	if (strcmp(name, "--password-fd") != 0 || number_parse(str_of(value), 0, 1023, &fd) != 0)
		return false;
	options->secret_fd = (int)fd;
	return true;
}

struct reading {
	struct station_options options;
	const struct command_row *row;
};

static bool argument_take(struct reading *reading, char **argv, int argc, int *at)
{
	const char *word = argv[*at];
	if (!reading->row && command_find(word)) {
		reading->row = command_find(word);
		return true;
	}
	if (strncmp(word, "--", 2) == 0) {
		if (*at + 1 >= argc)
			return false;
		(*at)++;
		return option_take(&reading->options, word, argv[*at]);
	}
	return reading->row && reading->row->with_chart && !reading->options.chart &&
	       number_parse(str_of(word), 1, INT64_MAX, &reading->options.chart) == 0;
}

static const char *missing(const struct station_options *options, enum station_command command)
{
	if (command == STATION_LOGIN && !options->service)
		return "--service";
	if (command == STATION_LOGIN && !options->facility)
		return "--facility";
	if (command == STATION_LOGIN && !options->id)
		return "--id";
	if (command == STATION_SYNC && !options->from)
		return "--from";
	if (command == STATION_SYNC && !options->to)
		return "--to";
	return command == STATION_CHART && !options->chart ? "カルテの番号" : NULL;
}

int options_read(int argc, char **argv, struct station_options *ret_options,
		 const char **ret_complaint)
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
	*ret_complaint = missing(&reading.options, reading.row->command);
	if (*ret_complaint)
		return OPTIONS_REFUSED;
	reading.options.command = reading.row->command;
	*ret_options = reading.options;
	return 0;
}
