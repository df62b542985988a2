/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds, rows, and the inbox. */
#include "server/alarm/alarm.h"

const char *alarm_kind_word(enum alarm_kind kind)
{
	switch (kind) {
#define ALARM_KIND(number, name, word, happened, next) \
	case ALARM_##name:                             \
		return word;
#include "server/alarm/kinds.def"
#undef ALARM_KIND
	}
	return "unknown";
}

static struct store_alarm row_of(const struct alarm *alarm, int64_t now_ms)
{
	return (struct store_alarm){
		.kind = alarm->kind,
		.facility_no = alarm->facility_no,
		.account_no = alarm->account_no,
		.first_ms = now_ms,
		.n = alarm->n,
	};
}

int alarm_raise(struct db *db, const struct alarm *alarm, int64_t now_ms)
{
	struct store_alarm row = row_of(alarm, now_ms);
	int r = store_alarm_add(db, &row);
	return r ? PASS(r) : 0;
}

int alarm_level(struct db *db, const struct alarm *alarm, int64_t now_ms)
{
	struct store_alarm row = row_of(alarm, now_ms);
	int r = store_alarm_set(db, &row);
	return r ? PASS(r) : 0;
}

/* --- the inbox --- */

void alarm_inbox_init(struct alarm_inbox *inbox)
{
	pthread_mutex_init(&inbox->lock, NULL);
	inbox->count = 0;
}

void alarm_inbox_destroy(struct alarm_inbox *inbox)
{
	pthread_mutex_destroy(&inbox->lock);
}

static struct alarm *item_find(struct alarm_inbox *inbox, const struct alarm *wanted)
{
	for (size_t i = 0; i < inbox->count; i++) {
		struct alarm *item = &inbox->items[i];
		if (item->kind == wanted->kind && item->facility_no == wanted->facility_no &&
		    item->account_no == wanted->account_no)
			return item;
	}
	return NULL;
}

/* The last places are kept for kinds without a subject, of which there are fewer. */
enum { SUBJECTS_MAX = ALARM_INBOX_MAX - 16 };

static void item_put(struct alarm_inbox *inbox, struct alarm item)
{
	struct alarm *held = item_find(inbox, &item);
	if (!held && inbox->count >= SUBJECTS_MAX) {
		item.facility_no = item.account_no = 0;
		held = item_find(inbox, &item);
	}
	if (held)
		held->n++;
	else if (inbox->count < ALARM_INBOX_MAX)
		inbox->items[inbox->count++] = item;
}

void alarm_inbox_put(struct alarm_inbox *inbox, enum alarm_kind kind, int64_t facility_no,
		     int64_t account_no)
{
	pthread_mutex_lock(&inbox->lock);
	item_put(inbox, (struct alarm){kind, facility_no, account_no, 1});
	pthread_mutex_unlock(&inbox->lock);
}

size_t alarm_inbox_take(struct alarm_inbox *inbox, struct alarm ret_items[ALARM_INBOX_MAX])
{
	pthread_mutex_lock(&inbox->lock);
	size_t count = inbox->count;
	memcpy(ret_items, inbox->items, count * sizeof ret_items[0]);
	inbox->count = 0;
	pthread_mutex_unlock(&inbox->lock);
	return count;
}
