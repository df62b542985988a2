/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What takes mail from the outbox to its server: a task of server/tasks, in one process at a time.
 *
 * At least once. A try is claimed in the store before it begins, so that another process that
 * takes the lease over does not begin the same one; the row goes only after the server has said
 * that it has the mail. Between the two lies a moment in which a process may die: then the mail
 * comes again, under the same Message-ID. Losing it instead would be the other choice, and a code
 * or an alarm that is lost is worse than one that comes twice.
 */
#pragma once

#include "lib/base/clock.h"
#include "lib/log/log.h"
#include "server/mail/outbox.h"
#include "server/mail/smtp.h"

enum {
	MAIL_RETRY_FIRST_MS = 5 * 1000, /* doubles with each try */
	MAIL_RETRY_MOST_MS = 60 * 60 * 1000,
	MAIL_CLAIM_MS = 45 * 1000, /* longer than a try may take: twice timeout_ms, 20 s at most */
	MAIL_TURN_MS = 10 * 1000,  /* then no other mail is begun: the lease must live */
	MAIL_TURN_MAX = 50,
	MAIL_DEAD_KEPT_MS = 14 * 24 * 60 * 60 * 1000,
};

/* What the task stands on; all borrowed. */
struct mail_sender {
	const struct keys *keys;
	const struct config *config;
	const struct clock *clock;
	const struct log *log;
	struct mail_transport transport;
};

/* Send what is due; without a server in the settings nothing is. */
MUST_CHECK int mail_send_due(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);

/* Erase codes that nobody can use any more; forget what was given up long ago. */
MUST_CHECK int mail_tidy(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);
