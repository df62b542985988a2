/* SPDX-License-Identifier: Apache-2.0 */
/* What a settings file cannot show by itself: the files and folders that it names. */
#include <assert.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/config.h"
#include "server/config_report.h"

enum {
	MODE_OTHERS = 07,
	MODE_NOT_OWNER = 077,
};

static void file_check(struct config_report *report, const char *section, const char *key,
		       struct str path, mode_t refused)
{
	struct stat st;
	if (stat(path.ptr, &st) < 0 || !S_ISREG(st.st_mode) || access(path.ptr, R_OK) < 0)
		config_refuse(report, section, key, "このファイルを読めません。",
			      "the file cannot be read.");
	else if (st.st_mode & refused)
		config_refuse(report, section, key,
			      "所有者のほかは読めないようにしてください（chmod 600）。",
			      "must be readable by its owner only (chmod 600).");
}

static void folder_check(struct config_report *report, const char *section, const char *key,
			 struct str path, mode_t refused)
{
	struct stat st;
	if (stat(path.ptr, &st) < 0 || !S_ISDIR(st.st_mode) || access(path.ptr, R_OK | X_OK) < 0)
		config_refuse(report, section, key, "このフォルダーを開けません。",
			      "the folder cannot be opened.");
	else if (st.st_mode & refused)
		config_refuse(report, section, key,
			      "所有者のほかは入れないようにしてください（chmod 700）。",
			      "must be open to its owner only (chmod 700).");
}

static void anchors_check(struct config_report *report, const struct config *config)
{
	char path[1100];
	bool test = config->service.environment == CONFIG_ENVIRONMENT_TEST;
	int len = snprintf(path, sizeof path, "%s/%s/auth", config->anchors.dir.ptr,
			   test ? "test" : "production");
	assert(len > 0 && (size_t)len < sizeof path);
	folder_check(report, "anchors", "dir", str_of(path), 0);
}

static void store_check(struct config_report *report, const struct config *config)
{
	struct str target = config->store.target;
	if (config->store.engine == CONFIG_ENGINE_SQLITE && !str_starts(target, STR("/")))
		config_refuse(report, "store", "target",
			      "SQLite では「/」で始まるファイル名にしてください。",
			      "with SQLite this must be a file name beginning with /.");
}

/* A server without a sender, or a user without a password, would be found out by the first mail. */
static void mail_check(struct config_report *report, const struct config *config)
{
	if (!config->mail.server.len)
		return;
	if (!config->mail.sender.len)
		config_refuse(report, "mail", "sender", "メールを送るには、差出人が必要です。",
			      "is needed to send mail.");
	if (config->mail.ca_file.len)
		file_check(report, "mail", "ca_file", config->mail.ca_file, 0);
	if (config->mail.user.len)
		file_check(report, "mail", "password_file", config->mail.password_file,
			   MODE_NOT_OWNER);
	if (config->mail.security == CONFIG_MAIL_PLAIN &&
	    config->service.environment == CONFIG_ENVIRONMENT_PRODUCTION)
		config_refuse(report, "mail", "security", "本番では plain を使えません。",
			      "plain is not for production.");
}

int config_check(const char *path, const struct config *config, FILE *out)
{
	struct config_report report = {.path = path, .out = out};
	file_check(&report, "service", "certificate", config->service.certificate, 0);
	file_check(&report, "service", "certificate_key", config->service.certificate_key,
		   MODE_NOT_OWNER);
	folder_check(&report, "service", "state_dir", config->service.state_dir, MODE_OTHERS);
	if (access(config->service.state_dir.ptr, W_OK) < 0)
		config_refuse(&report, "service", "state_dir", "このフォルダーに書き込めません。",
			      "the folder cannot be written to.");
	folder_check(&report, "keys", "dir", config->keys.dir, MODE_NOT_OWNER);
	anchors_check(&report, config);
	store_check(&report, config);
	mail_check(&report, config);
	if (config->passwords.list.len)
		file_check(&report, "passwords", "list", config->passwords.list, 0);
	return report.refused ? CONFIG_REFUSED : 0;
}
