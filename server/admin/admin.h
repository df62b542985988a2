/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shikaku-admin: what the operator's staff does at a terminal, beside the running service. Each
 * command is one function: JSON lines to out, Japanese sentences to err, an exit code back.
 *
 * What changes or opens something is done by a named operator, with password and reason, and
 * leaves an audit row with name, reason and subject in the transaction of the change.
 */
#pragma once

#include <stdio.h>

#include "lib/base/clock.h"
#include "server/auth/auth.h"
#include "server/config.h"
#include "server/store/audit.h"

/* The exit codes of api/problems.yaml that a command here can end with. */
enum admin_exit {
	ADMIN_OK = 0,
	ADMIN_FAILED = 1,
	ADMIN_USAGE = 2,
	ADMIN_LOGIN = 3,
	ADMIN_REFUSED = 6,
	ADMIN_NOT_FOUND = 7,
	ADMIN_CONFLICT = 8,
	ADMIN_UNAVAILABLE = 10,
};

/* What stands on the command line; absent when not given. */
struct admin_options {
	struct str config;
	struct str code;
	struct str name;
	struct str kind;
	struct str facility;
	struct str login_id;
	struct str mail;
	struct str id;
	struct str operator;
	struct str operator_password_fd;
	struct str new_password_fd;
	struct str reason;
	struct str from, to;
	struct str keep_password; /* a flag: present or not */
	struct str keys;	  /* so is this */
	struct str recipient;
	struct str private_key;
	struct str file; /* the one argument without a name */
};

/* Where a command runs. */
struct admin_world {
	struct clock clock;
	struct password_cost cost;
	FILE *out;
	FILE *err;
};

struct admin {
	struct config config;
	struct keys *keys; /* NULL until admin_open */
	struct db *db;	   /* NULL until admin_open */
	struct auth auth;
	struct store_account operator; /* who acts; no 0: nobody has to */
	struct clock clock;
	struct password_cost cost;
	struct arena arena;
	struct admin_options options;
	FILE *out;
	FILE *err;
};

/* Returns an exit code (enum admin_exit), or a fault. */
typedef int admin_command(struct admin *admin);

admin_command admin_init, admin_facility_add, admin_account_add, admin_account_unlock,
	admin_account_close, admin_account_reopen, admin_account_password, admin_device_list,
	admin_device_close, admin_enrolment_issue, admin_activation_issue, admin_staff_add,
	admin_alarm_list, admin_mail_list, admin_mail_retry, admin_facility_mail,
	admin_facility_proof, admin_temporary_ask, admin_temporary_approve, admin_import,
	admin_register_import, admin_operator_add, admin_operator_list, admin_operator_close,
	admin_operator_password, admin_opening_ask, admin_opening_approve, admin_opening_list,
	admin_opening_end, admin_results_show, admin_audit_list, admin_audit_verify,
	admin_audit_touched, admin_keys_list, admin_keys_rotate, admin_backup, admin_restore;

/* --- for the commands: output.c --- */

/* A sentence on err; answers exit. */
int admin_refuse(struct admin *admin, enum admin_exit exit, const char *sentence);

struct json_writer;
/* One JSON object on out, ended by a line end. Begin, json_put_member …, end. */
void admin_line_begin(struct admin *admin, struct json_writer *writer);
/* The wire's form: ISO 8601 with JST's offset. */
void admin_put_time(struct json_writer *writer, const char *name, int64_t at_ms);
MUST_CHECK int admin_line_end(struct admin *admin, struct json_writer *writer);

/* --- find.c: whom a command speaks of --- */

/* The facility of --facility. Exits: ADMIN_NOT_FOUND, told on err. */
MUST_CHECK int admin_facility(struct admin *admin, struct store_facility *ret_facility);

/* The account of --login-id. Exits: ADMIN_NOT_FOUND, told on err. */
MUST_CHECK int admin_account(struct admin *admin, struct store_account *ret_account);

/* The 16 bytes of --id. Exits: ADMIN_REFUSED, told on err. */
MUST_CHECK int admin_id(struct admin *admin, struct str *ret_id);

/* One spelling of a facility code. Exits: ADMIN_REFUSED, told on err. */
MUST_CHECK int admin_code_fold(struct admin *admin, struct str typed, struct str *ret_code);

/* 1 … max characters of UTF-8 without controls. */
bool admin_text_fits(struct str text, size_t max);

/*
 * The audit row of a command that changes or opens something; in its transaction. what: call and
 * subject (facility_no, account_no, device_no, n, items as they apply); when, who, why and an
 * outcome of "ok" where there is none are filled in here.
 */
MUST_CHECK int admin_audit(struct admin *admin, const struct store_audit *what);

/* Run work in one transaction: committed when it answers ADMIN_OK, else rolled back. */
MUST_CHECK int admin_transaction(struct admin *admin, int (*work)(struct admin *admin, void *ctx),
				 void *ctx);

/* --- enter.c: who acts --- */

enum admin_actor {
	ADMIN_ANYBODY,	/* reads what is nobody's secret, or comes before there are operators */
	ADMIN_OPERATOR, /* --operator, the password, --reason */
	ADMIN_OPERATOR_SELF, /* --operator and the password, also one that must be changed */
};

/* Sets admin->operator, or says why not. A failure counts in the operator's lane. */
MUST_CHECK int admin_enter(struct admin *admin, enum admin_actor actor);

/* What two people do together is closed to a password younger than a day (opening.c). Exits:
 * ADMIN_REFUSED, told on err. */
MUST_CHECK int admin_settled(struct admin *admin, int64_t now_ms);

/* operator.c: for init: the first operator, --operator, unless there is one who may act. */
MUST_CHECK int admin_operator_first(struct admin *admin, bool *ret_made);

/* A secret from the descriptor in fd_text, or asked for. Exits: ADMIN_USAGE, told on err. */
MUST_CHECK int admin_secret(struct admin *admin, struct str fd_text, const char *what,
			    struct secret *ret_secret);

/* The account's new password: made here (and then shown once), hashed into *account. */
MUST_CHECK int admin_password_make(struct admin *admin, struct store_account *account,
				   struct secret *ret_password);

/* The new password of an operator, chosen by that operator, hashed into *account. Exits:
 * ADMIN_REFUSED, told on err. */
MUST_CHECK int admin_password_choose(struct admin *admin, struct store_account *account);

/* --- command.c: the command line --- */

struct admin_command_row {
	const char *words[2];
	const char *arguments; /* for the usage */
	const char *purpose;
	admin_command *run;
	enum admin_actor actor;
	const char *needs[3];	/* options */
	const char *positional; /* what the one argument without a name is; NULL: none */
};

/* The command, with its options. Exits: ADMIN_USAGE, with what is wrong and what would be right on
 * err. */
MUST_CHECK int admin_command_read(int argc, char **argv, FILE *err,
				  struct admin_options *ret_options,
				  const struct admin_command_row **ret_command);

/* --- run.c: the command line without a process around it --- */

/* Keys and store, as the settings name them. Exits: ADMIN_REFUSED, told on err. */
MUST_CHECK int admin_open(struct admin *admin);

/* argv as main gets it. Answers an exit code. */
int admin_run(int argc, char **argv, const struct admin_world *world);
