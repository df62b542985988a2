/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which PCs an account has registered, and who did what. Each list is made beside the one that is
 * shown, and takes its place when it is whole.
 */
#include "workstation/link/courier_inside.h"

#include <stdlib.h>

void courier_lists_forget(struct courier *courier)
{
	(void)pthread_mutex_lock(&courier->lock);
	free(courier->devices);
	free(courier->accesses);
	courier->devices = NULL;
	courier->accesses = NULL;
	(void)pthread_mutex_unlock(&courier->lock);
}

int32_t courier_devices_ask(struct courier *courier)
{
	const struct line *line = &courier->options.line;
	struct line_devices *devices = calloc(1, sizeof *devices);
	if (!devices)
		return SHK_ERR_MEMORY;
	int32_t code = courier_called(courier, line->devices(line->ctx, devices));
	(void)pthread_mutex_lock(&courier->lock);
	struct line_devices *other = code ? devices : courier->devices;
	courier->devices = code ? courier->devices : devices;
	(void)pthread_mutex_unlock(&courier->lock);
	free(other);
	return code;
}

/* Is it this PC, as far as the list that is shown says? */
static bool is_current(struct courier *courier, const char *id)
{
	bool is = false;
	(void)pthread_mutex_lock(&courier->lock);
	for (size_t i = 0; courier->devices && i < courier->devices->count; i++) {
		const struct line_device *device = &courier->devices->items[i];
		is = is || (device->is_current && str_equal(str_of(device->id), str_of(id)));
	}
	(void)pthread_mutex_unlock(&courier->lock);
	return is;
}

int32_t courier_device_close(struct courier *courier, const char *id)
{
	const struct line *line = &courier->options.line;
	bool is_own = is_current(courier, id);
	int32_t code = courier_called(courier, line->device_close(line->ctx, id));
	if (code)
		return code;
	if (!is_own)
		return courier_devices_ask(courier);
	courier->now.is_device = false;
	courier_session_end(courier, COURIER_OUT, false);
	return SHK_OK;
}

int32_t courier_history_ask(struct courier *courier, const struct line_search *search)
{
	const struct line *line = &courier->options.line;
	struct line_accesses *accesses = calloc(1, sizeof *accesses);
	if (!accesses)
		return SHK_ERR_MEMORY;
	int32_t code = courier_called(courier, line->accesses(line->ctx, search->from, search->to,
							      accesses));
	(void)pthread_mutex_lock(&courier->lock);
	struct line_accesses *other = code ? accesses : courier->accesses;
	courier->accesses = code ? courier->accesses : accesses;
	(void)pthread_mutex_unlock(&courier->lock);
	free(other);
	return code;
}

/* --- for the desk --- */

void courier_devices(struct courier *courier, struct line_devices *ret_devices)
{
	(void)pthread_mutex_lock(&courier->lock);
	*ret_devices = courier->devices ? *courier->devices : (struct line_devices){0};
	(void)pthread_mutex_unlock(&courier->lock);
}

/* Under the lock. */
static int accesses_copy(const struct line_accesses *from, struct arena *arena,
			 struct line_access **ret_accesses, size_t *ret_count)
{
	int64_t count = from->total < LINE_ACCESSES_MAX ? from->total : LINE_ACCESSES_MAX;
	struct line_access *accesses = arena_alloc(arena, ((size_t)count + 1) * sizeof *accesses);
	if (!accesses)
		return RAISE(ENOMEM);
	for (int64_t i = 0; i < count; i++)
		accesses[i] = from->items[(from->total - count + i) % LINE_ACCESSES_MAX];
	*ret_accesses = accesses;
	*ret_count = (size_t)count;
	return 0;
}

int courier_accesses(struct courier *courier, struct arena *arena,
		     struct line_access **ret_accesses, size_t *ret_count, int64_t *ret_total)
{
	int r = 0;
	*ret_count = 0;
	*ret_total = 0;
	(void)pthread_mutex_lock(&courier->lock);
	if (courier->accesses) {
		r = accesses_copy(courier->accesses, arena, ret_accesses, ret_count);
		*ret_total = courier->accesses->total;
	}
	(void)pthread_mutex_unlock(&courier->lock);
	return r < 0 ? PASS(r) : 0;
}
