/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shikaku-admin: what the operator's staff does at a terminal, beside the running service. Each
 * command is one function: JSON lines to out, Japanese sentences to err, an exit code back.
 */
#pragma once

#include <stdio.h>

#include "lib/base/clock.h"
#include "server/auth/auth.h"
#include "server/config.h"

/* The exit codes of api/problems.yaml that a command here can end with. */
enum admin_exit {
	ADMIN_OK = 0,
	ADMIN_FAILED = 1,
	ADMIN_USAGE = 2,
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
	struct str id;
	struct str file; /* the one argument without a name */
};

struct admin {
	struct config config;
	struct keys *keys; /* NULL for init */
	struct db *db;	   /* NULL for init */
	struct auth auth;
	struct clock clock;
	struct arena arena;
	struct admin_options options;
	FILE *out;
	FILE *err;
};

/* Returns an exit code (enum admin_exit), or a fault. */
typedef int admin_command(struct admin *admin);

admin_command admin_init, admin_facility_add, admin_account_add, admin_enrolment_issue,
	admin_activation_issue, admin_staff_add, admin_import, admin_audit_list, admin_audit_verify,
	admin_keys_list, admin_keys_rotate;

/* --- for the commands: output.c --- */

/* A sentence on err; answers exit. */
int admin_refuse(struct admin *admin, enum admin_exit exit, const char *sentence);

struct json_writer;
/* One JSON object on out, ended by a line end. Begin, json_put_member …, end. */
void admin_line_begin(struct admin *admin, struct json_writer *writer);
MUST_CHECK int admin_line_end(struct admin *admin, struct json_writer *writer);

/* --- find.c: whom a command speaks of --- */

/* The facility of --facility. Exits: ADMIN_NOT_FOUND, told on err. */
MUST_CHECK int admin_facility(struct admin *admin, struct store_facility *ret_facility);

/* The account of --login-id. Exits: ADMIN_NOT_FOUND, told on err. */
MUST_CHECK int admin_account(struct admin *admin, struct store_account *ret_account);

/* One spelling of a facility code. Exits: ADMIN_REFUSED, told on err. */
MUST_CHECK int admin_code_fold(struct admin *admin, struct str typed, struct str *ret_code);

/* The audit row of a command that changes something; in its transaction. facility_no 0: none. */
MUST_CHECK int admin_audit(struct admin *admin, const char *command, int64_t facility_no,
			   int64_t account_no);

/* Run work in one transaction: committed when it answers ADMIN_OK, else rolled back. */
MUST_CHECK int admin_transaction(struct admin *admin, int (*work)(struct admin *admin, void *ctx),
				 void *ctx);

/* --- run.c: the command line without a process around it --- */

/* argv as main gets it. Answers an exit code. */
int admin_run(int argc, char **argv, FILE *out, FILE *err);
