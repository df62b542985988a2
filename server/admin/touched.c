/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit touched: whose results were shown or touched in a period. A line for each, in the order of
 * time, then a line for each patient with the number; facility by facility, since a patient is one
 * facility's. Patients are named by their ids in the trail, which tell nothing of the person.
 */
#include <stdlib.h>

#include "lib/base/period.h"
#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/audit/audit.h"

enum { TABLE_FIRST = 1024 };

struct touched {
	unsigned char patient[STORE_ID_BYTES];
	int64_t times; /* 0: a free place */
};

/* Open addressing by patient, whose ids are random; max is a power of two. */
struct table {
	struct touched *places;
	size_t count, max;
};

static void table_clear(struct table *table)
{
	free(table->places);
	*table = (struct table){NULL, 0, 0};
}

static struct touched *place_find(struct touched *places, size_t max, const char *patient)
{
	size_t at;
	memcpy(&at, patient, sizeof at);
	for (at &= max - 1; places[at].times; at = (at + 1) & (max - 1))
		if (memcmp(places[at].patient, patient, STORE_ID_BYTES) == 0)
			break;
	return &places[at];
}

static int table_grow(struct table *table)
{
	size_t max = table->max ? 2 * table->max : TABLE_FIRST;
	struct touched *places = calloc(max, sizeof *places);
	if (!places)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < table->max; i++) {
		const struct touched *held = &table->places[i];
		if (held->times)
			*place_find(places, max, (const char *)held->patient) = *held;
	}
	free(table->places);
	table->places = places;
	table->max = max;
	return 0;
}

static int table_note(struct table *table, const char *patient)
{
	if (2 * table->count >= table->max) {
		int r = table_grow(table);
		if (r)
			return PASS(r);
	}
	struct touched *place = place_find(table->places, table->max, patient);
	table->count += place->times == 0;
	memcpy(place->patient, patient, STORE_ID_BYTES);
	place->times++;
	return 0;
}

/* --- what is told --- */

static int id_put(struct admin *admin, struct json_writer *writer, const char *name, struct str id)
{
	struct str text;
	int r = encode_hex(&admin->arena, id, &text);
	if (r)
		return FOLD(r);
	json_put_member(writer, name, text);
	return 0;
}

static int item_tell(struct admin *admin, struct str facility, const struct store_audit *row,
		     const struct audit_item *item)
{
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	admin_put_time(&writer, "at", row->at_ms);
	json_put_member(&writer, "facility", facility);
	json_put_member(&writer, "call", row->call);
	json_put_member_number(&writer, "account", row->account_no);
	json_put_member_number(&writer, "device", row->device_no);
	json_put_member(&writer, "staff", row->staff);
	if (row->operator.ptr)
		json_put_member(&writer, "operator", row->operator);
	if (row->reason.ptr)
		json_put_member(&writer, "reason", row->reason);
	json_put_member(&writer, "request_id", row->request_id);
	int r = id_put(admin, &writer, "result", item->id);
	if (r == 0)
		r = id_put(admin, &writer, "patient", item->patient);
	if (r == 0)
		r = admin_line_end(admin, &writer);
	return r ? PASS(r) : 0;
}

/* What was refused touched nobody: its items name no patient. */
static int row_tell(struct admin *admin, struct str facility, const struct store_audit *row,
		    struct table *table)
{
	static const char nobody[STORE_ID_BYTES];
	for (size_t i = 0; i < row->items.len / AUDIT_ITEM_BYTES; i++) {
		struct audit_item item = audit_item_at(row->items, i);
		if (memcmp(item.patient.ptr, nobody, sizeof nobody) == 0)
			continue;
		int r = table_note(table, item.patient.ptr);
		if (r == 0)
			r = item_tell(admin, facility, row, &item);
		if (r)
			return PASS(r);
	}
	return 0;
}

static int patients_tell(struct admin *admin, struct str facility, const struct table *table)
{
	for (size_t i = 0; i < table->max; i++) {
		const struct touched *touched = &table->places[i];
		struct json_writer writer;
		if (!touched->times)
			continue;
		admin_line_begin(admin, &writer);
		json_put_member(&writer, "facility", facility);
		int r = id_put(admin, &writer, "patient",
			       str_bytes(touched->patient, STORE_ID_BYTES));
		json_put_member_number(&writer, "times", touched->times);
		if (r == 0)
			r = admin_line_end(admin, &writer);
		if (r)
			return PASS(r);
	}
	return 0;
}

/* --- one facility, all facilities --- */

static int facility_tell(struct admin *admin, const struct store_facility *facility,
			 struct store_audit_query query)
{
	AUTO(table_clear) struct table table = {NULL, 0, 0};
	char code[64];
	size_t count = STORE_AUDIT_PAGE_MAX;
	int r = str_to_c(facility->code, code, sizeof code);
	if (r)
		return FOLD(r);
	query.facility_no = facility->no;
	while (count == STORE_AUDIT_PAGE_MAX) {
		struct store_audit *rows;
		arena_clear(&admin->arena);
		r = store_audit_history(admin->db, &admin->arena, &query, STORE_AUDIT_PAGE_MAX,
					&rows, &count);
		if (r)
			return FOLD(r);
		for (size_t i = 0; i < count; i++) {
			r = row_tell(admin, str_of(code), &rows[i], &table);
			if (r)
				return PASS(r);
			query.after_ms = rows[i].at_ms;
			query.after_slot = rows[i].slot;
			query.after_seq = rows[i].seq;
		}
	}
	r = patients_tell(admin, str_of(code), &table);
	return r ? PASS(r) : 0;
}

static int facilities_tell(struct admin *admin, const struct store_audit_query *query)
{
	struct store_facility facility = {.no = 0};
	int r = store_facility_next(admin->db, &admin->arena, facility.no, &facility);
	while (r == 0) {
		r = facility_tell(admin, &facility, *query);
		if (r)
			return PASS(r);
		arena_clear(&admin->arena);
		r = store_facility_next(admin->db, &admin->arena, facility.no, &facility);
	}
	return r < 0 ? PASS(r) : 0;
}

/* yyyyMMdd or yyyyMMddHHmmss; a day as the end is its last second. */
static bool moment_read(struct admin *admin, struct str text, const char *rest, int64_t *ret_ms)
{
	struct str whole = text;
	if (text.len == 8 && arena_print(&admin->arena, &whole, "%.*s%s", STR_ARG(text), rest) != 0)
		return false;
	return period_datetime_parse(whole, ret_ms) == 0;
}

int admin_audit_touched(struct admin *admin)
{
	struct store_audit_query query = {.facility_no = 0};
	struct store_facility facility;
	if (!moment_read(admin, admin->options.from, "000000", &query.from_ms) ||
	    !moment_read(admin, admin->options.to, "235959", &query.to_ms))
		return admin_refuse(admin, ADMIN_REFUSED,
				    "--from と --to は yyyyMMdd か yyyyMMddHHmmss です。");
	query.to_ms += 999; /* the whole last second */
	int r = 0;
	if (!admin->options.facility.ptr) {
		r = facilities_tell(admin, &query);
		return r ? PASS(r) : ADMIN_OK;
	}
	r = admin_facility(admin, &facility);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = facility_tell(admin, &facility, query);
	return r ? PASS(r) : ADMIN_OK;
}
