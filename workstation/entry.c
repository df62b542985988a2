/* SPDX-License-Identifier: Apache-2.0 */
/* One step after the other, each with the words for its no. */
#include "workstation/entry.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/record/insurer.h"
#include "lib/terminal/ask.h"
#include "lib/terminal/say.h"
#include "workstation/store/store.h"

static const char first_staff[] = "01";

void entry_clear(struct entry *entry)
{
	secret_wipe(&entry->key);
}

const char *entry_staff(const struct entry_wish *wish)
{
	return wish->staff ? wish->staff : first_staff;
}

static void vault_path(const struct entry *entry, char path[HOME_FILE_BYTES])
{
	home_file(&entry->home, "vault.json", path);
}

/* --- saying no --- */

int entry_refusal(const struct entry_wish *wish, int outcome)
{
	switch ((enum vault_outcome)outcome) {
	case VAULT_ABSENT: return say_trouble(wish->program, SAY_DESK_SETUP_NEEDED, wish->home);
	case VAULT_PRESENT: return say_trouble(wish->program, SAY_DESK_SETUP_DONE, wish->home);
	case VAULT_DAMAGED:
	case VAULT_NEWER: return say_trouble(wish->program, SAY_DESK_VAULT_DAMAGED, wish->home);
	case VAULT_UNUSABLE: return say_trouble(wish->program, SAY_FILE_UNUSABLE, wish->home);
	case VAULT_STAFF_UNKNOWN:
	case VAULT_STAFF_PRESENT:
	case VAULT_STAFF_FULL:
	case VAULT_STAFF_REFUSED:
		return say_trouble(wish->program, SAY_DESK_STAFF_REFUSED, wish->staff);
	case VAULT_PASSWORD_WRONG:
		return say_trouble(wish->program, SAY_DESK_PASSWORD_WRONG, wish->staff);
	case VAULT_WAIT: return say_trouble(wish->program, SAY_DESK_WAIT, wish->staff);
	case VAULT_PASSWORD_SHORT:
	case VAULT_PASSWORD_COMMON: return say_trouble(wish->program, SAY_DESK_PASSWORD_WEAK, NULL);
	}
	return say_exit(SAY_UNEXPECTED);
}

int entry_vault_answer(const struct entry_wish *wish, int r)
{
	if (r < 0)
		return say_fault(wish->program, SAY_UNEXPECTED, NULL);
	return r ? entry_refusal(wish, r) : 0;
}

static int home_answer(const struct entry_wish *wish, const struct entry *entry, int r)
{
	if (r == 0)
		return 0;
	switch ((enum home_outcome)r) {
	case HOME_UNUSABLE:
	case HOME_EXPOSED: return say_trouble(wish->program, SAY_FILE_UNUSABLE, entry->home.path);
	case HOME_CODE_REFUSED:
		return say_usage(wish->program, COMMAND_LINE_NOT_UNDERSTOOD, "--facility");
	case HOME_FACILITY_UNKNOWN:
		return say_trouble(wish->program, SAY_DESK_FACILITY_UNKNOWN, wish->facility);
	case HOME_FACILITY_WHICH:
		return say_usage(wish->program, COMMAND_LINE_INCOMPLETE, "--facility");
	}
	return say_exit(SAY_UNEXPECTED);
}

static int secret_take(const struct entry_wish *wish, const char *what, struct secret *ret_secret)
{
	int r = ask_secret(ret_secret, wish->secret_fd, what);
	return r ? say_usage(wish->program, COMMAND_LINE_INCOMPLETE, what) : 0;
}

/* --- the home and the facility --- */

/* People write a code with hyphens and in full width. */
static int code_fold(const struct entry_wish *wish, char ret_code[HOME_CODE_BYTES])
{
	AUTO(arena_clear) struct arena arena;
	struct str code;
	arena_init(&arena, 4096);
	int r = facility_code_fold(&arena, str_of(wish->facility), &code);
	if (r == 0)
		r = str_to_c(code, ret_code, HOME_CODE_BYTES);
	return r ? say_usage(wish->program, COMMAND_LINE_NOT_UNDERSTOOD, "--facility") : 0;
}

int entry_find(const struct entry_wish *wish, struct entry *ret_entry)
{
	char path[HOME_FILE_BYTES], wanted[HOME_CODE_BYTES];
	int status = home_answer(wish, ret_entry, home_find(wish->home, &ret_entry->home));
	if (status)
		return status;
	vault_path(ret_entry, path);
	if (access(path, F_OK) != 0)
		return entry_refusal(wish, VAULT_ABSENT);
	if (wish->facility)
		status = code_fold(wish, wanted);
	if (status)
		return status;
	return home_answer(wish, ret_entry,
			   home_facility_choose(&ret_entry->home, wish->facility ? wanted : NULL,
						ret_entry->facility));
}

/* --- who is there --- */

/* The one who is named, or the only one. */
static int staff_choose(const struct entry_wish *wish, const struct vault *vault,
			struct entry *entry)
{
	const struct vault_staff *chosen = NULL;
	size_t count = 0;
	for (size_t i = 0; i < vault->staff_count; i++) {
		const struct vault_staff *staff = &vault->staff[i];
		if (staff->active &&
		    (!wish->staff || str_equal(str_of(staff->id), str_of(wish->staff)))) {
			chosen = staff;
			count++;
		}
	}
	if (!chosen)
		return entry_refusal(wish, VAULT_STAFF_UNKNOWN);
	if (count > 1)
		return say_usage(wish->program, COMMAND_LINE_INCOMPLETE, "--staff");
	(void)snprintf(entry->staff, sizeof entry->staff, "%s", chosen->id);
	return 0;
}

static int key_open(const struct entry_wish *wish, struct entry *entry)
{
	AUTO(secret_wipe) struct secret password = {0};
	char path[HOME_FILE_BYTES];
	struct vault vault;
	vault_path(entry, path);
	int status = entry_vault_answer(wish, vault_read(path, &vault));
	if (!status)
		status = staff_choose(wish, &vault, entry);
	if (!status)
		status = secret_take(wish, "担当者のパスワード", &password);
	if (status)
		return status;
	return entry_vault_answer(wish, vault_unlock(path, clock_now_ms(&clock_system),
						     str_of(entry->staff), secret_str(&password),
						     &entry->key));
}

int entry_unlock(const struct entry_wish *wish, struct entry *ret_entry)
{
	int status = entry_find(wish, ret_entry);
	return status ? status : key_open(wish, ret_entry);
}

int entry_store(const struct entry_wish *wish, const struct entry *entry, struct db **ret_db)
{
	AUTO(secret_wipe) struct secret key = {0};
	char path[HOME_FILE_BYTES];
	struct str code = str_of(entry->facility);
	home_facility_file(&entry->home, code, "charts.db", path);
	int r = vault_facility_key(secret_str(&entry->key), code, &key);
	if (r == 0)
		r = store_open_sealed(path, &key, ret_db);
	if (r < 0)
		return say_fault(wish->program, SAY_FILE_UNUSABLE, path);
	return r ? say_trouble(wish->program, SAY_DESK_CHARTS_FOREIGN, path) : 0;
}

/* --- the first start --- */

/* Nobody sees what they type: at a terminal twice. */
int entry_password_new(const struct entry_wish *wish, struct secret *ret_password)
{
	AUTO(secret_wipe) struct secret again = {0};
	int fd = wish->secret_fd < 0 ? STDIN_FILENO : wish->secret_fd;
	int status = secret_take(wish, "担当者のパスワード（8文字以上）", ret_password);
	if (status || isatty(fd) != 1)
		return status;
	status = secret_take(wish, "担当者のパスワード（もう一度）", &again);
	if (!status && !secret_equal(secret_str(ret_password), secret_str(&again)))
		status = say_usage(wish->program, COMMAND_LINE_NOT_UNDERSTOOD,
				   "担当者のパスワード（2回が違います）");
	return status;
}

/* The one secret that is meant to be read, and the one time. */
static void recovery_tell(const struct secret *recovery)
{
	(void)fputs("復旧キー\n\n  ", stdout);
	(void)fwrite(recovery->bytes, 1, recovery->len, stdout);
	(void)fputs("\n\n"
		    "紙に写し、このパソコンとは別の、鍵のかかるところに置いてください。\n"
		    "全員がパスワードを忘れたときと、パソコンを替えるときに使います。\n"
		    "もう一度は表示しません。\n",
		    stdout);
}

static int vault_make(const struct entry_wish *wish, const char *staff_name, struct entry *entry)
{
	AUTO(secret_wipe) struct secret password = {0}, recovery = {0};
	char path[HOME_FILE_BYTES];
	if (!staff_name)
		return say_usage(wish->program, COMMAND_LINE_INCOMPLETE, "--name");
	vault_path(entry, path);
	int status = entry_password_new(wish, &password);
	if (status)
		return status;
	const struct vault_person person = {str_of(entry_staff(wish)), str_of(staff_name),
					    secret_str(&password), NULL};
	status = entry_vault_answer(wish, vault_create(path, clock_now_ms(&clock_system), &person,
						       &entry->key, &recovery));
	if (!status)
		recovery_tell(&recovery);
	return status;
}

int entry_init(const struct entry_wish *wish, const char *staff_name)
{
	AUTO(entry_clear) struct entry entry = {0};
	AUTO(db_closep) struct db *db = NULL;
	char path[HOME_FILE_BYTES];
	int status = code_fold(wish, entry.facility);
	if (!status)
		status = home_answer(wish, &entry, home_find(wish->home, &entry.home));
	if (!status)
		status = home_answer(wish, &entry, home_make(&entry.home));
	if (status)
		return status;
	vault_path(&entry, path);
	bool is_first = access(path, F_OK) != 0;
	status = is_first ? vault_make(wish, staff_name, &entry) : key_open(wish, &entry);
	if (!status)
		status = home_answer(wish, &entry,
				     home_facility_make(&entry.home, str_of(entry.facility)));
	if (!status)
		status = entry_store(wish, &entry, &db);
	return status;
}
