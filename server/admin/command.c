/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands, their options, and what is said when a command line is none of them. A word is an
 * option's by its dashes; the others are the command, of one or two words, and at most one
 * argument.
 */
#include "server/admin/admin.h"

enum { WORDS_MAX = 2 };

struct option_row {
	const char *name;
	size_t offset;
	bool flag; /* takes no value */
};

#define OPTION(text, member)                                        \
	{                                                           \
		text, offsetof(struct admin_options, member), false \
	}
#define FLAG(text, member)                                         \
	{                                                          \
		text, offsetof(struct admin_options, member), true \
	}

static const struct option_row options[] = {
	OPTION("--config", config),
	OPTION("--code", code),
	OPTION("--name", name),
	OPTION("--kind", kind),
	OPTION("--facility", facility),
	OPTION("--login-id", login_id),
	OPTION("--id", id),
	OPTION("--mail", mail),
	OPTION("--operator", operator),
	OPTION("--operator-password-fd", operator_password_fd),
	OPTION("--new-password-fd", new_password_fd),
	OPTION("--reason", reason),
	OPTION("--from", from),
	OPTION("--to", to),
	FLAG("--keep-password", keep_password),
	FLAG("--keys", keys),
	OPTION("--recipient", recipient),
	OPTION("--private-key", private_key),
};

static const struct admin_command_row commands[] = {
	{{"init", NULL},
	 "--operator 名前",
	 "鍵と保存先、初めの運用者を作る",
	 admin_init,
	 ADMIN_ANYBODY,
	 {"--operator"},
	 NULL},
	{{"operator", "add"},
	 "--name 名前",
	 "運用者を加える",
	 admin_operator_add,
	 ADMIN_OPERATOR,
	 {"--name"},
	 NULL},
	{{"operator", "list"},
	 "",
	 "運用者の一覧",
	 admin_operator_list,
	 ADMIN_ANYBODY,
	 {NULL},
	 NULL},
	{{"operator", "close"},
	 "--name 名前",
	 "運用者をやめさせる",
	 admin_operator_close,
	 ADMIN_OPERATOR,
	 {"--name"},
	 NULL},
	{{"operator", "password"},
	 "--operator 名前",
	 "自分のパスワードを変える",
	 admin_operator_password,
	 ADMIN_OPERATOR_SELF,
	 {NULL},
	 NULL},
	{{"facility", "add"},
	 "--code コード --name 名称 [--kind 種類]",
	 "施設を登録する",
	 admin_facility_add,
	 ADMIN_OPERATOR,
	 {"--code", "--name"},
	 NULL},
	{{"facility", "mail"},
	 "--facility コード --mail アドレス",
	 "施設のお知らせと番号を送るメールアドレスを登録する",
	 admin_facility_mail,
	 ADMIN_OPERATOR,
	 {"--facility", "--mail"},
	 NULL},
	{{"facility", "proof"},
	 "--facility コード --kind every|login",
	 "端末の証明を、呼び出しごとに求める（every）か、ログインと更新だけにする（login）",
	 admin_facility_proof,
	 ADMIN_OPERATOR,
	 {"--facility", "--kind"},
	 NULL},
	{{"account", "add"},
	 "--facility コード --kind W|WA|mail [--login-id ID] [--keep-password]",
	 "アカウントを作る",
	 admin_account_add,
	 ADMIN_OPERATOR,
	 {"--facility", "--kind"},
	 NULL},
	{{"account", "approve"},
	 "--login-id ID",
	 "ほかの運用者が申し込んだ臨時アカウント（mail）を開く",
	 admin_temporary_approve,
	 ADMIN_OPERATOR,
	 {"--login-id"},
	 NULL},
	{{"account", "unlock"},
	 "--login-id ID",
	 "間違いが続いて止まったアカウントを使えるようにする",
	 admin_account_unlock,
	 ADMIN_OPERATOR,
	 {"--login-id"},
	 NULL},
	{{"account", "close"},
	 "--login-id ID",
	 "アカウントを止める",
	 admin_account_close,
	 ADMIN_OPERATOR,
	 {"--login-id"},
	 NULL},
	{{"account", "reopen"},
	 "--login-id ID",
	 "止めたアカウントを戻す",
	 admin_account_reopen,
	 ADMIN_OPERATOR,
	 {"--login-id"},
	 NULL},
	{{"account", "password"},
	 "--login-id ID",
	 "新しい初期パスワードを出す",
	 admin_account_password,
	 ADMIN_OPERATOR,
	 {"--login-id"},
	 NULL},
	{{"alarm", "list"},
	 "",
	 "警告の一覧（新しい順）",
	 admin_alarm_list,
	 ADMIN_ANYBODY,
	 {NULL},
	 NULL},
	{{"mail", "list"},
	 "",
	 "送られていないメールの一覧",
	 admin_mail_list,
	 ADMIN_ANYBODY,
	 {NULL},
	 NULL},
	{{"mail", "retry"},
	 "--id メール",
	 "あきらめたメールを送り直す",
	 admin_mail_retry,
	 ADMIN_OPERATOR,
	 {"--id"},
	 NULL},
	{{"device", "list"},
	 "--login-id ID",
	 "登録した端末の一覧",
	 admin_device_list,
	 ADMIN_ANYBODY,
	 {"--login-id"},
	 NULL},
	{{"device", "close"},
	 "--login-id ID --id 端末",
	 "端末の登録を取り消す",
	 admin_device_close,
	 ADMIN_OPERATOR,
	 {"--login-id", "--id"},
	 NULL},
	{{"enrolment", "issue"},
	 "--login-id ID",
	 "認証アプリの登録用URL",
	 admin_enrolment_issue,
	 ADMIN_OPERATOR,
	 {"--login-id"},
	 NULL},
	{{"activation", "issue"},
	 "--login-id ID",
	 "端末の登録コード",
	 admin_activation_issue,
	 ADMIN_OPERATOR,
	 {"--login-id"},
	 NULL},
	{{"staff", "add"},
	 "--facility コード --id ID --name 名前",
	 "施設の担当者を登録する",
	 admin_staff_add,
	 ADMIN_OPERATOR,
	 {"--facility", "--id", "--name"},
	 NULL},
	{{"import", NULL},
	 "ファイル",
	 "人の登録（JSON Lines）",
	 admin_import,
	 ADMIN_OPERATOR,
	 {NULL},
	 "ファイル"},
	{{"register", "import"},
	 "ファイル",
	 "保険者からのバッチを取り込む（断った行は ファイル.report に出す）",
	 admin_register_import,
	 ADMIN_OPERATOR,
	 {NULL},
	 "ファイル"},
	{{"opening", "ask"},
	 "--facility コード",
	 "施設の結果を見たいと申し出る",
	 admin_opening_ask,
	 ADMIN_OPERATOR,
	 {"--facility"},
	 NULL},
	{{"opening", "approve"},
	 "--id 番号",
	 "ほかの運用者の申し出を認める（30分）",
	 admin_opening_approve,
	 ADMIN_OPERATOR,
	 {"--id"},
	 NULL},
	{{"opening", "list"},
	 "",
	 "申し出と、開いている施設の一覧",
	 admin_opening_list,
	 ADMIN_ANYBODY,
	 {NULL},
	 NULL},
	{{"opening", "end"},
	 "--id 番号",
	 "開いた施設を閉じる",
	 admin_opening_end,
	 ADMIN_OPERATOR,
	 {"--id"},
	 NULL},
	{{"results", "show"},
	 "--facility コード --id 結果",
	 "開いた施設の結果を1件見る",
	 admin_results_show,
	 ADMIN_OPERATOR,
	 {"--facility", "--id"},
	 NULL},
	{{"keys", "list"}, "", "鍵の一覧", admin_keys_list, ADMIN_ANYBODY, {NULL}, NULL},
	{{"keys", "rotate"},
	 "種類",
	 "鍵の更新（root, store, lookup, pepper, token, proof, audit）",
	 admin_keys_rotate,
	 ADMIN_OPERATOR,
	 {NULL},
	 "種類"},
	{{"backup", NULL},
	 "ファイル | --keys ファイル --recipient 公開鍵",
	 "データベースの写し、または鍵の写し（オフラインの公開鍵で封をする）",
	 admin_backup,
	 ADMIN_OPERATOR,
	 {NULL},
	 "ファイル"},
	{{"restore", NULL},
	 "--keys ファイル --private-key 秘密鍵",
	 "鍵の写しから鍵のフォルダーを作る",
	 admin_restore,
	 ADMIN_ANYBODY,
	 {"--keys", "--private-key"},
	 "ファイル"},
	{{"audit", "list"},
	 "[--facility コード]",
	 "監査の記録",
	 admin_audit_list,
	 ADMIN_ANYBODY,
	 {NULL},
	 NULL},
	{{"audit", "touched"},
	 "--from 日時 --to 日時 [--facility コード]",
	 "見られた・触れられた結果と、患者さんごとの回数",
	 admin_audit_touched,
	 ADMIN_ANYBODY,
	 {"--from", "--to"},
	 NULL},
	{{"audit", "verify"},
	 "",
	 "監査の記録と結果の照合",
	 admin_audit_verify,
	 ADMIN_ANYBODY,
	 {NULL},
	 NULL},
};

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* --- what is said --- */

static void command_tell(FILE *err, const struct admin_command_row *command)
{
	fprintf(err, "  %s%s%s%s%s\n      %s%s\n", command->words[0], command->words[1] ? " " : "",
		command->words[1] ? command->words[1] : "", command->arguments[0] ? " " : "",
		command->arguments, command->purpose, command->actor == ADMIN_OPERATOR ? " ※" : "");
}

/* The commands that begin with this word; all when none does, or word is absent. */
static void usage_tell(FILE *err, struct str word)
{
	bool any = false;
	for (size_t i = 0; i < COUNT(commands); i++)
		any |= str_equal(word, str_of(commands[i].words[0]));
	fputs("使い方: shikaku-admin --config 設定ファイル コマンド\n", err);
	for (size_t i = 0; i < COUNT(commands); i++)
		if (!any || str_equal(word, str_of(commands[i].words[0])))
			command_tell(err, &commands[i]);
	fputs("※ は --operator 名前 --reason 理由 も要ります。パスワードは尋ねます"
	      "（--operator-password-fd 番号 なら、その記述子から読みます）。\n",
	      err);
}

/* "shikaku-admin: before「word」after", then the usage. */
static int usage(FILE *err, struct str group, struct str word, const char *after)
{
	fprintf(err, "shikaku-admin: ");
	if (word.len)
		fprintf(err, "「%.*s」", STR_ARG(word));
	fprintf(err, "%s\n", after);
	usage_tell(err, group);
	return ADMIN_USAGE;
}

/* --- options --- */

static struct str *option_place(struct admin_options *places, const struct option_row *row)
{
	return (struct str *)((char *)places + row->offset);
}

static const struct option_row *option_find(const char *word)
{
	for (size_t i = 0; i < COUNT(options); i++)
		if (str_equal(str_of(word), str_of(options[i].name)))
			return &options[i];
	return NULL;
}

/* Words that are not options, in their order: the command, then at most one argument. */
struct words {
	struct str items[WORDS_MAX + 1];
	size_t count;
};

static int words_read(int argc, char **argv, FILE *err, struct admin_options *places,
		      struct words *words)
{
	for (int i = 1; i < argc; i++) {
		const struct option_row *row = option_find(argv[i]);
		struct str word = str_of(argv[i]);
		if (!row && word.len && word.ptr[0] == '-')
			return usage(err, STR("?"), word, "というオプションはありません。");
		if (!row && words->count == WORDS_MAX + 1)
			return usage(err, words->items[0], word, "は余分です。");
		if (row && !row->flag && i + 1 == argc)
			return usage(err, words->items[0], word, "に値がありません。");
		if (row)
			*option_place(places, row) = row->flag ? word : str_of(argv[++i]);
		else
			words->items[words->count++] = word;
	}
	return 0;
}

/* --- the command --- */

static bool words_fit(const struct admin_command_row *command, const struct words *words,
		      size_t *ret_used)
{
	size_t i = 0;
	for (; i < WORDS_MAX && command->words[i]; i++)
		if (i >= words->count || !str_equal(words->items[i], str_of(command->words[i])))
			return false;
	*ret_used = i;
	return true;
}

static const struct admin_command_row *command_find(const struct words *words, size_t *ret_used)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (words_fit(&commands[i], words, ret_used))
			return &commands[i];
	return NULL;
}

static bool group_exists(struct str word)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (str_equal(word, str_of(commands[i].words[0])))
			return true;
	return false;
}

static int command_unknown(FILE *err, const struct words *words)
{
	struct str group = words->count ? words->items[0] : STR("?");
	if (!words->count)
		return usage(err, group, STR(""), "コマンドがありません。");
	if (!group_exists(group))
		return usage(err, group, group, "というコマンドはありません。");
	if (words->count == 1)
		return usage(err, group, group, "だけでは足りません。次のどれかにしてください。");
	return usage(err, group, words->items[1],
		     "はここでは使えません。次のどれかにしてください。");
}

static int option_missing(FILE *err, const struct admin_command_row *command, const char *name)
{
	return usage(err, str_of(command->words[0]), str_of(name), "がありません。");
}

static int options_check(FILE *err, const struct admin_command_row *command,
			 struct admin_options *places)
{
	if (!places->config.len)
		return option_missing(err, command, "--config");
	for (size_t i = 0; i < COUNT(command->needs) && command->needs[i]; i++)
		if (!option_place(places, option_find(command->needs[i]))->len)
			return option_missing(err, command, command->needs[i]);
	if (command->actor != ADMIN_ANYBODY && !places->operator.len)
		return option_missing(err, command, "--operator");
	if (command->actor == ADMIN_OPERATOR && !places->reason.len)
		return option_missing(err, command, "--reason");
	return 0;
}

static int argument_check(FILE *err, const struct admin_command_row *command,
			  const struct words *words, size_t used, struct admin_options *places)
{
	struct str group = str_of(command->words[0]);
	size_t most = used + (command->positional ? 1 : 0);
	if (words->count > most)
		return usage(err, group, words->items[most], "は余分です。");
	if (words->count < most)
		return usage(err, group, str_of(command->positional), "がありません。");
	if (command->positional)
		places->file = words->items[used];
	return 0;
}

int admin_command_read(int argc, char **argv, FILE *err, struct admin_options *ret_options,
		       const struct admin_command_row **ret_command)
{
	struct admin_options places = {0};
	struct words words = {.count = 0};
	size_t used;
	int r = words_read(argc, argv, err, &places, &words);
	if (r)
		return r;
	const struct admin_command_row *command = command_find(&words, &used);
	if (!command)
		return command_unknown(err, &words);
	r = argument_check(err, command, &words, used, &places);
	if (r == 0)
		r = options_check(err, command, &places);
	if (r)
		return r;
	*ret_options = places;
	*ret_command = command;
	return 0;
}
