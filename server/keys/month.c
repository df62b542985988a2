/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Months come and go: they lie in a small table under a lock and are read from their file when they
 * are first asked for, so that a key made by another process is found.
 */
#include "server/keys/inside.h"

#include <assert.h>
#include <stdio.h>

#include "lib/base/number.h"
#include "lib/base/period.h"

void month_name(int month, char name[FOLDER_NAME_BYTES])
{
	assert(month >= 0 && month <= PERIOD_MONTH_MAX);
	snprintf(name, FOLDER_NAME_BYTES, "month-%04d%02d", 2020 + month / 12, month % 12 + 1);
}

static struct month *month_find(struct keys *keys, int month)
{
	for (size_t i = 0; i < KEYS_MONTHS_MAX; i++)
		if (keys->months[i].used && keys->months[i].month == month)
			return &keys->months[i];
	return NULL;
}

static int month_load(struct keys *keys, int month, struct month **ret_month)
{
	char name[FOLDER_NAME_BYTES];
	int64_t made_ms;
	struct secret key AUTO(secret_wipe) = {0};
	month_name(month, name);
	int r = folder_read(&keys->folder, name, &key, &made_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (key.len != CRYPTO_KEY_BYTES)
		return KEYS_FORGED;
	struct month *place = &keys->months[keys->months_next++ % KEYS_MONTHS_MAX];
	*place = (struct month){.used = true, .month = month, .key = key};
	*ret_month = place;
	return 0;
}

int month_key(struct keys *keys, int month, struct secret *ret_key)
{
	struct month *found = NULL;
	int r = 0;
	if (month < 0 || month > PERIOD_MONTH_MAX)
		return KEYS_ABSENT;
	pthread_mutex_lock(&keys->lock);
	found = month_find(keys, month);
	if (!found)
		r = month_load(keys, month, &found);
	if (r == 0)
		*ret_key = found->key;
	pthread_mutex_unlock(&keys->lock);
	if (r < 0)
		return PASS(r);
	/* A file that cannot be trusted is as good as none: 503 until somebody looks. */
	return r ? KEYS_ABSENT : 0;
}

int keys_month_make(struct keys *keys, int month)
{
	char name[FOLDER_NAME_BYTES];
	month_name(month, name);
	int r = random_write(&keys->folder, name, period_month_start_ms(month));
	if (r < 0)
		return PASS(r);
	return 0; /* KEYS_THERE is what was wanted */
}

void keys_month_forget(struct keys *keys, int month)
{
	pthread_mutex_lock(&keys->lock);
	struct month *found = month_find(keys, month);
	if (found)
		explicit_bzero(found, sizeof *found);
	pthread_mutex_unlock(&keys->lock);
}

void keys_months_follow(struct keys *keys)
{
	pthread_mutex_lock(&keys->lock);
	for (size_t i = 0; i < KEYS_MONTHS_MAX; i++) {
		char name[FOLDER_NAME_BYTES];
		if (!keys->months[i].used)
			continue;
		month_name(keys->months[i].month, name);
		if (folder_lacks(&keys->folder, name))
			explicit_bzero(&keys->months[i], sizeof keys->months[i]);
	}
	pthread_mutex_unlock(&keys->lock);
}

struct months_wanted {
	int month_end;
	int *months;
	size_t max, count;
};

static int month_collect(void *ctx, const char *name)
{
	struct months_wanted *wanted = ctx;
	struct str text = str_of(name), prefix = STR("month-");
	int64_t number;
	if (!str_starts(text, prefix) || wanted->count == wanted->max)
		return 0;
	text = (struct str){text.ptr + prefix.len, text.len - prefix.len};
	if (text.len != 6 || number_parse(text, 202001, 999912, &number))
		return 0;
	int month = (int)(number / 100 - 2020) * 12 + (int)(number % 100) - 1;
	if (number % 100 >= 1 && number % 100 <= 12 && month < wanted->month_end)
		wanted->months[wanted->count++] = month;
	return 0;
}

int keys_months(const struct keys *keys, int month_end, int *ret_months, size_t months_max,
		size_t *ret_count)
{
	struct months_wanted wanted = {month_end, ret_months, months_max, 0};
	int r = folder_each(&keys->folder, month_collect, &wanted);
	if (r)
		return FOLD(r);
	*ret_count = wanted.count;
	return 0;
}

int keys_month_destroy(struct keys *keys, int month)
{
	char name[FOLDER_NAME_BYTES];
	month_name(month, name);
	int r = folder_destroy(&keys->folder, name);
	keys_month_forget(keys, month);
	return r < 0 ? PASS(r) : r;
}
