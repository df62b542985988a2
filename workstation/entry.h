/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way in for the commands: the home folder, the facility, who is there, their password, the
 * chart key, the sealed store. What goes wrong is said here.
 */
#pragma once

#include "lib/db/db.h"
#include "lib/terminal/link.h"
#include "workstation/vault/home.h"
#include "workstation/vault/vault.h"

/* As on the command line; NULL: not given. */
struct entry_wish {
	const char *program;
	const char *home, *facility, *staff;
	int secret_fd;
};

struct entry {
	struct home home;
	char facility[HOME_CODE_BYTES];
	char staff[VAULT_ID_CHARS_MAX + 1];
	struct secret key; /* the chart key */
};
void entry_clear(struct entry *entry);

/* Each answers the exit status; what is not 0 has been said. */

/* The home and the facility; nobody is asked anything. */
int entry_find(const struct entry_wish *wish, struct entry *ret_entry);
/* And a staff member's password: the only one there is, or the one that is named. */
int entry_unlock(const struct entry_wish *wish, struct entry *ret_entry);
/* The facility's store, after entry_unlock; the caller's. */
int entry_store(const struct entry_wish *wish, const struct entry *entry, struct db **ret_db);

/*
 * The first start, or one more facility: the home, the staff member of that name, their password
 * (at a terminal twice), and the recovery key on standard output, this once.
 */
int entry_init(const struct entry_wish *wish, const char *staff_name);

/* What the vault answered (> 0), said. */
int entry_refusal(const struct entry_wish *wish, int outcome);
/* What the vault answered, whatever it is. */
int entry_vault_answer(const struct entry_wish *wish, int r);

/* The staff member who is named, or the first there was. */
const char *entry_staff(const struct entry_wish *wish);
/* A new password: at a terminal twice, for nobody sees it. */
int entry_password_new(const struct entry_wish *wish, struct secret *ret_password);
