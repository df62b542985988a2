/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T16/lazy_sweep.h"

#include <fcntl.h>
#include <unistd.h>

#include "server/keys/folder.h"
#include "server/keys/keys.h"
#include "server/store/results.h"

bool lazy_key, lazy_overwrite, lazy_rows;

int __real_keys_month_destroy(struct keys *keys, int month);
int __wrap_keys_month_destroy(struct keys *keys, int month);
int __real_folder_destroy(const struct folder *folder, const char *name);
int __wrap_folder_destroy(const struct folder *folder, const char *name);
int __real_store_results_forget(struct db *db, int month_end, size_t limit, int64_t *ret_count);
int __wrap_store_results_forget(struct db *db, int month_end, size_t limit, int64_t *ret_count);

int __wrap_keys_month_destroy(struct keys *keys, int month)
{
	if (!lazy_key)
		return __real_keys_month_destroy(keys, month);
	keys_month_forget(keys, month);
	return 0;
}

int __wrap_folder_destroy(const struct folder *folder, const char *name)
{
	if (!lazy_overwrite)
		return __real_folder_destroy(folder, name);
	return unlinkat(folder->fd, name, 0) < 0 ? KEYS_ABSENT : 0;
}

int __wrap_store_results_forget(struct db *db, int month_end, size_t limit, int64_t *ret_count)
{
	if (!lazy_rows)
		return __real_store_results_forget(db, month_end, limit, ret_count);
	*ret_count = 0;
	return 0;
}
