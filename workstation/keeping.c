/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/keeping.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/terminal/ask.h"
#include "lib/terminal/say.h"
#include "workstation/keep/restore.h"
#include "workstation/vault/recovery.h"

/* --- saying no --- */

static int keep_refusal(const struct entry_wish *wish, int outcome, const char *about)
{
	switch ((enum backup_outcome)outcome) {
	case BACKUP_UNREACHABLE: return say_trouble(wish->program, SAY_BACKUP_UNREACHABLE, about);
	case BACKUP_DISK_FULL: return say_trouble(wish->program, SAY_BACKUP_DISK_FULL, about);
	case BACKUP_STORE_BROKEN: return say_trouble(wish->program, SAY_DESK_CHARTS_FOREIGN, NULL);
	case BACKUP_NONE:
	case BACKUP_BROKEN:
	case BACKUP_NEWER: return say_trouble(wish->program, SAY_BACKUP_BROKEN, about);
	case BACKUP_HOME_TAKEN: return say_trouble(wish->program, SAY_BACKUP_HOME_TAKEN, NULL);
	}
	return say_exit(SAY_UNEXPECTED);
}

static int keep_answer(const struct entry_wish *wish, int r, const char *about)
{
	if (r < 0)
		return say_fault(wish->program, SAY_UNEXPECTED, about);
	return r ? keep_refusal(wish, r, about) : 0;
}

/* --- the recovery key --- */

static int recovery_ask(const struct entry_wish *wish, struct secret *ret_recovery)
{
	AUTO(secret_wipe) struct secret typed = {0};
	char where[64];
	int r = ask_secret(&typed, wish->secret_fd, "復旧キー");
	if (r)
		return say_usage(wish->program, COMMAND_LINE_INCOMPLETE, "復旧キー");
	int group = recovery_read(secret_str(&typed), ret_recovery);
	if (!group)
		return 0;
	(void)snprintf(where, sizeof where, "%d番目の組が違います", group);
	return say_trouble(wish->program, SAY_DESK_RECOVERY_WRONG, where);
}

/* --- commands --- */

int keeping_backup(const struct entry_wish *wish, const char *folder, int keep)
{
	AUTO(entry_clear) struct entry entry = {0};
	struct backup_made made;
	int status = entry_unlock(wish, &entry);
	if (status)
		return status;
	const struct backup_wish backup = {.home = &entry.home,
					   .folder = folder,
					   .key = secret_str(&entry.key),
					   .now_ms = clock_now_ms(&clock_system),
					   .keep = keep ? keep : BACKUP_KEEP};
	status = keep_answer(wish, backup_run(&backup, &made), folder);
	if (!status)
		(void)printf("バックアップしました: %s/%s（%zu施設、%" PRId64 "バイト）\n", folder,
			     made.name, made.facilities, made.bytes);
	return status;
}

static int restore_answer(const struct entry_wish *wish, const struct restore_wish *restore)
{
	AUTO(secret_wipe) struct secret key = {0};
	int vault = 0, r = restore_run(restore, &key, &vault);
	if (r == RESTORE_REFUSED && vault == VAULT_PASSWORD_WRONG && !restore->staff.ptr)
		return say_trouble(wish->program, SAY_DESK_RECOVERY_WRONG, NULL);
	if (r == RESTORE_REFUSED)
		return entry_refusal(wish, vault);
	int status = keep_answer(wish, r, restore->backup);
	if (!status)
		(void)printf(
			"カルテを戻しました。このパソコンのログインは、もう一度行ってください。\n");
	return status;
}

int keeping_restore(const struct entry_wish *wish, const char *backup, bool by_recovery)
{
	AUTO(secret_wipe) struct secret secret = {0};
	struct home home;
	int status = 0;
	if (home_find(wish->home, &home) != 0)
		return say_usage(wish->program, COMMAND_LINE_NOT_UNDERSTOOD, "--home");
	if (by_recovery)
		status = recovery_ask(wish, &secret);
	else if (ask_secret(&secret, wish->secret_fd, "担当者のパスワード") != 0)
		status = say_usage(wish->program, COMMAND_LINE_INCOMPLETE, "担当者のパスワード");
	if (status)
		return status;
	const struct restore_wish restore = {.home = &home,
					     .backup = backup,
					     .now_ms = clock_now_ms(&clock_system),
					     .staff = by_recovery ? (struct str){0}
								  : str_of(entry_staff(wish)),
					     .password = secret_str(&secret)};
	return restore_answer(wish, &restore);
}

int keeping_recover(const struct entry_wish *wish)
{
	AUTO(secret_wipe) struct secret recovery = {0}, key = {0}, password = {0};
	char path[HOME_FILE_BYTES];
	struct home home;
	if (home_find(wish->home, &home) != 0)
		return say_usage(wish->program, COMMAND_LINE_NOT_UNDERSTOOD, "--home");
	home_file(&home, "vault.json", path);
	int status = recovery_ask(wish, &recovery);
	if (status)
		return status;
	int r = vault_recover(path, secret_str(&recovery), &key);
	if (r == VAULT_PASSWORD_WRONG)
		return say_trouble(wish->program, SAY_DESK_RECOVERY_WRONG, NULL);
	if (r)
		return entry_vault_answer(wish, r);
	status = entry_password_new(wish, &password);
	if (status)
		return status;
	const struct vault_person person = {.id = str_of(entry_staff(wish)),
					    .password = secret_str(&password)};
	status = entry_vault_answer(wish, vault_password_set(path, secret_str(&key), &person));
	if (!status)
		(void)printf("担当者 %s のパスワードを、新しくしました。\n", entry_staff(wish));
	return status;
}
