/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: which command, with which options, on which settings. */
#include "server/admin/admin.h"

#include <stdlib.h>

enum {
	ARENA_BYTES_MAX = 64 * 1024 * 1024,
	SETTINGS_BYTES_MAX = 256 * 1024,
	BUSY_MS = 10000, /* the running service writes too */
	WORDS_MAX = 2,
	REQUIRED_MAX = 4,
};

struct option_row {
	const char *name;
	size_t offset;
};

#define OPTION(text, member)                                 \
	{                                                    \
		text, offsetof(struct admin_options, member) \
	}

static const struct option_row option_rows[] = {
	OPTION("--config", config), OPTION("--code", code),	    OPTION("--name", name),
	OPTION("--kind", kind),	    OPTION("--facility", facility), OPTION("--login-id", login_id),
	OPTION("--id", id),
};

struct command {
	const char *words[WORDS_MAX];
	admin_command *run;
	size_t required[REQUIRED_MAX]; /* offsets; config is always required */
	size_t required_count;
};

#define NEEDS(member) offsetof(struct admin_options, member)

static const struct command commands[] = {
	{{"init", NULL}, admin_init, {0}, 0},
	{{"facility", "add"}, admin_facility_add, {NEEDS(code), NEEDS(name)}, 2},
	{{"account", "add"}, admin_account_add, {NEEDS(facility), NEEDS(kind)}, 2},
	{{"enrolment", "issue"}, admin_enrolment_issue, {NEEDS(login_id)}, 1},
	{{"activation", "issue"}, admin_activation_issue, {NEEDS(login_id)}, 1},
	{{"staff", "add"}, admin_staff_add, {NEEDS(facility), NEEDS(id), NEEDS(name)}, 3},
	{{"import", NULL}, admin_import, {NEEDS(file)}, 1},
	{{"audit", "list"}, admin_audit_list, {0}, 0},
	{{"audit", "verify"}, admin_audit_verify, {0}, 0},
	{{"keys", "list"}, admin_keys_list, {0}, 0},
	{{"keys", "rotate"}, admin_keys_rotate, {NEEDS(file)}, 1},
};

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static int usage(FILE *err)
{
	fputs("使い方: shikaku-admin --config 設定ファイル コマンド\n"
	      "  init                                       鍵と保存先を作る\n"
	      "  facility add --code コード --name 名称 [--kind 種類]\n"
	      "  account add --facility コード --kind W|WA [--login-id ID]\n"
	      "  enrolment issue --login-id ID              認証アプリの登録用URL\n"
	      "  activation issue --login-id ID             端末の登録コード\n"
	      "  staff add --facility コード --id ID --name 名前\n"
	      "  import ファイル                            人の登録（JSON Lines）\n"
	      "  audit list [--facility コード]             監査の記録\n"
	      "  audit verify                               監査の記録と結果の照合\n"
	      "  keys list                                  鍵の一覧\n"
	      "  keys rotate 種類                           鍵の更新（root, store, lookup, "
	      "pepper,\n"
	      "                                             token, proof, audit）\n",
	      err);
	return ADMIN_USAGE;
}

static struct str *option_place(struct admin_options *options, size_t offset)
{
	return (struct str *)((char *)options + offset);
}

static const struct option_row *option_find(const char *word)
{
	for (size_t i = 0; i < COUNT(option_rows); i++)
		if (str_equal(str_of(word), str_of(option_rows[i].name)))
			return &option_rows[i];
	return NULL;
}

/* Words that are not options, in their order: the command, then at most one argument. */
struct words {
	struct str items[WORDS_MAX + 1];
	size_t count;
};

static int words_read(int argc, char **argv, struct admin_options *options, struct words *ret_words)
{
	struct words words = {.count = 0};
	for (int i = 1; i < argc; i++) {
		const struct option_row *row = option_find(argv[i]);
		if (row && i + 1 < argc) {
			*option_place(options, row->offset) = str_of(argv[++i]);
		} else if (row || argv[i][0] == '-' || words.count == WORDS_MAX + 1) {
			return ADMIN_USAGE;
		} else {
			words.items[words.count++] = str_of(argv[i]);
		}
	}
	*ret_words = words;
	return 0;
}

static bool words_fit(const struct command *command, const struct words *words, size_t *ret_used)
{
	size_t i = 0;
	for (; i < WORDS_MAX && command->words[i]; i++)
		if (i >= words->count || !str_equal(words->items[i], str_of(command->words[i])))
			return false;
	*ret_used = i;
	return true;
}

static const struct command *command_find(const struct words *words, struct admin_options *options)
{
	for (size_t i = 0; i < COUNT(commands); i++) {
		size_t used;
		if (!words_fit(&commands[i], words, &used))
			continue;
		if (words->count > used + 1)
			return NULL;
		if (words->count == used + 1)
			options->file = words->items[used];
		return &commands[i];
	}
	return NULL;
}

static bool options_complete(const struct command *command, struct admin_options *options)
{
	bool takes_file = false;
	for (size_t i = 0; i < command->required_count; i++) {
		if (!option_place(options, command->required[i])->len)
			return false;
		takes_file |= command->required[i] == NEEDS(file);
	}
	return options->config.len && (takes_file || !options->file.ptr);
}

static void admin_clear(struct admin *admin)
{
	db_close(admin->db);
	keys_close(admin->keys);
	arena_clear(&admin->arena);
}

static int store_open(struct admin *admin)
{
	struct db_options options = {
		.engine = admin->config.store.engine == CONFIG_ENGINE_POSTGRES ? DB_POSTGRES
									       : DB_SQLITE,
		.target = admin->config.store.target.ptr,
		.busy_ms = BUSY_MS,
		.walled = true,
	};
	int r = db_open(&admin->db, &options);
	if (r)
		return FOLD(r);
	r = keys_open(&admin->keys, admin->config.keys.dir.ptr);
	if (r < 0)
		return PASS(r);
	if (r)
		return admin_refuse(
			admin, ADMIN_REFUSED,
			"鍵がないか、ほかの利用者にも読めます。先に init を実行してください。");
	r = auth_init(&admin->auth, admin->keys, admin->config.service.origin,
		      &password_cost_default);
	return r ? PASS(r) : 0;
}

static int command_run(struct admin *admin, const struct command *command)
{
	if (command->run != admin_init) {
		int r = store_open(admin);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	int r = command->run(admin);
	return r < 0 ? PASS(r) : r;
}

static int fault_tell(FILE *err, int fault)
{
	char trace[512];
	fprintf(err, "shikaku-admin: 処理できませんでした（%s、%s）。\n", strerror(-fault),
		fault_trace(trace, sizeof trace));
	return fault == -EBUSY ? ADMIN_UNAVAILABLE : ADMIN_FAILED;
}

static int config_open(struct admin *admin, struct arena *arena)
{
	char path[4096];
	int r = str_to_c(admin->options.config, path, sizeof path);
	if (r)
		return ADMIN_USAGE;
	r = config_read(path, arena, admin->err, &admin->config);
	if (r < 0)
		return PASS(r);
	return r ? ADMIN_USAGE : 0;
}

int admin_run(int argc, char **argv, FILE *out, FILE *err)
{
	AUTO(admin_clear) struct admin admin = {.clock = clock_system, .out = out, .err = err};
	arena_init(&admin.arena, ARENA_BYTES_MAX);
	AUTO(arena_clear) struct arena settings;
	arena_init(&settings, SETTINGS_BYTES_MAX);
	struct words words;
	if (words_read(argc, argv, &admin.options, &words))
		return usage(err);
	const struct command *command = command_find(&words, &admin.options);
	if (!command || !options_complete(command, &admin.options))
		return usage(err);
	int r = config_open(&admin, &settings);
	if (r == 0)
		r = command_run(&admin, command);
	if (r == 0 && fflush(out) == EOF)
		r = RAISE(EIO);
	return r < 0 ? fault_tell(err, r) : r;
}
