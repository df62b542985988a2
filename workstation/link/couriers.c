/* SPDX-License-Identifier: Apache-2.0 */
/* One place for each facility. */
#include "workstation/link/couriers.h"

#include <stdio.h>
#include <stdlib.h>

#include "workstation/store/settings.h"

enum {
	CODE_BYTES = 24,
	PATH_BYTES = 4096,
	SETTING_BYTES = 4096,
};

struct place {
	struct couriers *couriers;
	char facility[CODE_BYTES];
	struct db *db;
	struct line_shk *line; /* NULL: a test's */
	struct courier *courier;
};

struct couriers {
	struct couriers_options options;
	struct couriers_desk desk;
	struct place places[COURIERS_MAX]; /* free: no courier */
};

int couriers_create(struct couriers **ret_couriers, const struct couriers_options *options)
{
	struct couriers *couriers = calloc(1, sizeof *couriers);
	if (!couriers)
		return RAISE(ENOMEM);
	couriers->options = *options;
	*ret_couriers = couriers;
	return 0;
}

void couriers_serve(struct couriers *couriers, const struct couriers_desk *desk)
{
	couriers->desk = *desk;
}

static void place_clear(struct place *place)
{
	courier_destroy(place->courier);
	line_shk_destroy(place->line);
	db_close(place->db);
	*place = (struct place){0};
}

void couriers_destroy(struct couriers *couriers)
{
	if (!couriers)
		return;
	for (size_t i = 0; i < COURIERS_MAX; i++)
		place_clear(&couriers->places[i]);
	free(couriers);
}

static void place_notify(void *ctx, const char *kind)
{
	const struct place *place = ctx;
	const struct couriers_desk *desk = &place->couriers->desk;
	if (desk->notify)
		desk->notify(desk->ctx, str_of(place->facility), kind);
}

/* --- one more --- */

int couriers_service_set(struct couriers *couriers, struct db *db, struct str url)
{
	(void)couriers;
	int r = store_setting_put(db, STR("service"), url);
	return r ? PASS(r) : 0;
}

/* Outcome: COURIERS_NO_SERVICE. */
static int service_find(struct place *place, char url[COURIERS_URL_BYTES])
{
	AUTO(arena_clear) struct arena arena;
	struct str setting = str_of(place->couriers->options.service);
	arena_init(&arena, SETTING_BYTES);
	int r = setting.ptr ? 0 : store_setting_get(place->db, &arena, STR("service"), &setting);
	if (r)
		return PASS(r);
	return setting.ptr && str_to_c(setting, url, COURIERS_URL_BYTES) == 0 ? 0
									      : COURIERS_NO_SERVICE;
}

static int line_open(struct place *place, struct line *ret_line)
{
	const struct couriers_options *options = &place->couriers->options;
	char url[COURIERS_URL_BYTES], keys[PATH_BYTES];
	if (options->line) {
		options->line(options->line_ctx, str_of(place->facility), ret_line);
		return 0;
	}
	int r = service_find(place, url);
	if (r)
		return r < 0 ? PASS(r) : r;
	(void)snprintf(keys, sizeof keys, "%s/keys-%s", options->home, place->facility);
	const struct line_shk_options line = {
		.service = url,
		.ca_file = options->ca_file,
		.proxy = options->proxy,
		.wire_profile = options->wire_profile,
		.device_folder = keys,
	};
	r = line_shk_create(&place->line, &line);
	if (r)
		return r == -EINVAL ? COURIERS_SERVICE_BAD : PASS(r);
	*ret_line = line_of_shk(place->line);
	return 0;
}

static int courier_open(struct place *place)
{
	const struct couriers_options *options = &place->couriers->options;
	struct courier_options courier = {
		.clock = options->clock,
		.log = options->log,
		.db = place->db,
		.facility = place->facility,
		.notify = place_notify,
		.ctx = place,
	};
	int r = line_open(place, &courier.line);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = courier_create(&place->courier, &courier);
	if (!r)
		r = courier_start(place->courier);
	return r ? PASS(r) : 0;
}

static int place_open(struct couriers *couriers, struct str facility, struct place *place)
{
	place->couriers = couriers;
	int r = str_to_c(facility, place->facility, sizeof place->facility);
	if (!r)
		r = couriers->desk.store(couriers->desk.ctx, facility, &place->db);
	if (r)
		return FOLD(r);
	r = courier_open(place);
	return r < 0 ? PASS(r) : r;
}

/* facility absent: a free one. A place never moves: its courier's thread knows it. */
static struct place *place_find(struct couriers *couriers, struct str facility)
{
	for (size_t i = 0; i < COURIERS_MAX; i++) {
		struct place *place = &couriers->places[i];
		if (facility.ptr ? place->courier && str_equal(str_of(place->facility), facility)
				 : !place->courier)
			return place;
	}
	return NULL;
}

struct courier *couriers_peek(struct couriers *couriers, struct str facility)
{
	struct place *place = place_find(couriers, facility);
	return place ? place->courier : NULL;
}

void couriers_close(struct couriers *couriers, struct str facility)
{
	struct place *place = place_find(couriers, facility);
	if (place)
		place_clear(place);
}

int couriers_of(struct couriers *couriers, struct str facility, struct courier **ret_courier)
{
	struct place *place = place_find(couriers, facility);
	if (place) {
		*ret_courier = place->courier;
		return 0;
	}
	place = place_find(couriers, (struct str){0});
	if (!place)
		return RAISE(ENOSPC);
	int r = place_open(couriers, facility, place);
	if (r) {
		place_clear(place);
		return r < 0 ? PASS(r) : r;
	}
	*ret_courier = place->courier;
	return 0;
}
