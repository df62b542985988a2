/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operator must know at once (不正アクセスの検知・通知): found somewhere, kept as a row
 * with its count, and told by one line of the log and one mail per kind and subject in a window.
 *
 * Calls only put what they met into the inbox, which is memory: no call takes longer, and none
 * tells by its time, because it met something. The tasks (server/tasks) do the rest.
 */
#pragma once

#include <pthread.h>

#include "lib/base/arena.h"
#include "lib/base/clock.h"
#include "lib/db/db.h"
#include "lib/log/log.h"
#include "server/config.h"
#include "server/keys/keys.h"
#include "server/store/alarms.h"

enum alarm_kind {
#define ALARM_KIND(number, name, word, happened, next) ALARM_##name = (number),
#include "server/alarm/kinds.def"
#undef ALARM_KIND
};

/* "login_failures", …: in the log and in lists. */
const char *alarm_kind_word(enum alarm_kind kind);

struct alarm {
	enum alarm_kind kind;
	int64_t facility_no; /* 0: of none */
	int64_t account_no;  /* 0: of none */
	int64_t n;
};

/* n more events; or the height that something has reached. */
MUST_CHECK int alarm_raise(struct db *db, const struct alarm *alarm, int64_t now_ms);
MUST_CHECK int alarm_level(struct db *db, const struct alarm *alarm, int64_t now_ms);

/* --- inbox.c --- */

enum { ALARM_INBOX_MAX = 64 };

struct alarm_inbox {
	pthread_mutex_t lock;
	struct alarm items[ALARM_INBOX_MAX];
	size_t count;
};

void alarm_inbox_init(struct alarm_inbox *inbox);
void alarm_inbox_destroy(struct alarm_inbox *inbox);

/* Any thread. What finds no place of its own is counted without its subject. */
void alarm_inbox_put(struct alarm_inbox *inbox, enum alarm_kind kind, int64_t facility_no,
		     int64_t account_no);

/* All of it; the inbox is empty then. Returns how many. */
size_t alarm_inbox_take(struct alarm_inbox *inbox, struct alarm ret_items[ALARM_INBOX_MAX]);
