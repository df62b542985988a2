/* SPDX-License-Identifier: Apache-2.0 */
/* Reading argv by tables: commands, options with a value, options without. */
#include "reader/options.h"

#include <stddef.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "lib/base/str.h"

enum {
	WAIT_S_DEFAULT = 60,
	WAIT_S_MAX = 3600,
	FD_MAX = 1023,
};

const char options_help[] =
	"使い方: shikaku-reader [共通の指定] コマンド [指定]\n"
	"\n"
	"コマンド\n"
	"  activate --service URL --id ログインID [--name 端末の名前]\n"
	"                             "
	"この端末を登録する（パスワード、次にアクティベーションコード）\n"
	"  login --id ログインID      ログインする（パスワード）\n"
	"  staff                      担当者の一覧\n"
	"  check --method pin --staff 担当者のID [--last-try]\n"
	"                             暗証番号で資格を確認する（暗証番号）\n"
	"  check --method visual --staff 担当者のID [--face-checked]\n"
	"                             顔を見て資格を確認する（暗証番号なし）\n"
	"     --reader 名前           使うカードリーダー（指定しないときは、どれでも）\n"
	"     --wait 秒               カードを待つ時間（既定 60）\n"
	"     --json                  結果をJSONで出す\n"
	"     --trace                 カードとのやり取りを表示する（暗証番号は出ません）\n"
	"     --organisation-key ファイル\n"
	"                             検証環境だけ: 模擬の特定機関認証の鍵（PEM）\n"
	"  version                    版を表示する\n"
	"\n"
	"共通の指定\n"
	"  --state フォルダー         端末の鍵とログインの情報を置くところ（0700）\n"
	"                             （既定 ~/.shikaku-reader）\n"
	"  --service URL              接続先（https://…）。activate で使い、あとは覚えている\n"
	"  --ca ファイル              サーバー証明書の信頼点（PEM）\n"
	"  --secret-fd 番号           "
	"パスワード、コード、暗証番号を読む記述子（既定は端末か標準入力）\n"
	"\n"
	"パスワード、コード、暗証番号は引数では受け取りません。\n";

static const struct {
	const char *name;
	enum command command;
} commands[] = {
	{"help", COMMAND_HELP},		{"--help", COMMAND_HELP}, {"version", COMMAND_VERSION},
	{"--version", COMMAND_VERSION}, {"login", COMMAND_LOGIN}, {"activate", COMMAND_ACTIVATE},
	{"staff", COMMAND_STAFF},	{"check", COMMAND_CHECK},
};

static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{"--service", offsetof(struct options, service)},
	{"--ca", offsetof(struct options, ca_file)},
	{"--state", offsetof(struct options, state)},
	{"--id", offsetof(struct options, id)},
	{"--name", offsetof(struct options, name)},
	{"--staff", offsetof(struct options, staff)},
	{"--reader", offsetof(struct options, reader)},
	{"--organisation-key", offsetof(struct options, organisation_key)},
};

static const struct {
	const char *name;
	size_t offset;
} flags[] = {
	{"--face-checked", offsetof(struct options, face_checked)},
	{"--last-try", offsetof(struct options, last_try)},
	{"--json", offsetof(struct options, json)},
	{"--trace", offsetof(struct options, trace)},
};

static bool command_take(struct options *options, const char *word)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(commands[i].name, word) != 0)
			continue;
		options->command = commands[i].command;
		return true;
	}
	return false;
}

static bool flag_take(struct options *options, const char *name)
{
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (strcmp(flags[i].name, name) != 0)
			continue;
		*(bool *)((char *)options + flags[i].offset) = true;
		return true;
	}
	return false;
}

static bool method_take(struct options *options, const char *value)
{
	static const enum wire_method methods[] = {WIRE_METHOD_PIN, WIRE_METHOD_VISUAL};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (!str_equal(wire_method_name(methods[i]), str_of(value)))
			continue;
		options->method = methods[i];
		return true;
	}
	return false;
}

static bool value_take(struct options *options, const char *name, const char *value)
{
	int64_t number = 0;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (strcmp(texts[i].name, name) != 0)
			continue;
		memcpy((char *)options + texts[i].offset, &value, sizeof value);
		return true;
	}
	if (strcmp(name, "--method") == 0)
		return method_take(options, value);
	if (strcmp(name, "--wait") == 0 && !number_parse(str_of(value), 0, WAIT_S_MAX, &number)) {
		options->wait_ms = number * 1000;
		return true;
	}
	if (strcmp(name, "--secret-fd") == 0 && !number_parse(str_of(value), 0, FD_MAX, &number)) {
		options->secret_fd = (int)number;
		return true;
	}
	return false;
}

/* What the command needs; NULL: all there. */
static const char *missing(const struct options *options)
{
	bool wants_id = options->command == COMMAND_ACTIVATE || options->command == COMMAND_LOGIN;
	if (wants_id && !options->id)
		return "--id";
	if (options->command == COMMAND_ACTIVATE && !options->service)
		return "--service";
	if (options->command == COMMAND_CHECK && !options->method)
		return "--method";
	if (options->command == COMMAND_CHECK && !options->staff)
		return "--staff";
	return NULL;
}

/* One word of argv, and the next when it is its value; *at is then moved. */
static bool word_take(struct options *options, bool *has_command, char **argv, int argc, int *at)
{
	const char *word = argv[*at];
	if (!*has_command && command_take(options, word)) {
		*has_command = true;
		return true;
	}
	if (flag_take(options, word))
		return true;
	if (strncmp(word, "--", 2) != 0 || *at + 1 >= argc)
		return false;
	(*at)++;
	return value_take(options, word, argv[*at]);
}

int options_read(int argc, char **argv, struct options *ret_options, const char **ret_complaint)
{
	struct options options = {.secret_fd = -1, .wait_ms = (int64_t)WAIT_S_DEFAULT * 1000};
	bool has_command = false;
	for (int at = 1; at < argc; at++) {
		*ret_complaint = argv[at];
		if (!word_take(&options, &has_command, argv, argc, &at))
			return OPTIONS_REFUSED;
	}
	*ret_complaint = has_command ? missing(&options) : "コマンド";
	if (*ret_complaint)
		return OPTIONS_REFUSED;
	*ret_options = options;
	return 0;
}
