/* SPDX-License-Identifier: Apache-2.0 */
/* Elements are compared as a tree; texts move as the bytes they came in. */
#include "server/register/qualifications.h"

#include "lib/base/period.h"
#include "lib/json/json.h"
#include "lib/json/writer.h"
#include "lib/record/record.h"

enum { NOWHERE = -1 };

static const struct json_limits list_limits = {256 * 1024, 8, 2000};

/* The stored array, opened. */
struct list {
	struct json_document document;
	struct record_qualification *read;
	struct str texts[RECORD_QUALIFICATIONS_MAX + 1];
	size_t count;
};

static void list_clear(struct list *list)
{
	json_clear(&list->document);
}

/* Outcome: RECORD_MALFORMED. */
static int list_read(struct arena *arena, struct str array, struct list *list)
{
	struct record_complaint complaint;
	int r = json_read(array, &list_limits, &list->document);
	if (r)
		return r < 0 ? PASS(r) : RECORD_MALFORMED;
	r = record_qualifications_read(arena, list->document.root, &list->read, &list->count,
				       &complaint);
	if (r)
		return r < 0 ? PASS(r) : RECORD_MALFORMED;
	for (size_t i = 0; i < list->count; i++)
		if (!json_span_next(&array, &list->texts[i]))
			return RECORD_MALFORMED;
	return 0;
}

static int list_open(struct arena *arena, struct str array, struct list *list)
{
	int r = list_read(arena, array, list);
	return r <= 0 ? r < 0 ? PASS(r) : 0 : RAISE(EBADMSG);
}

static int list_write(struct arena *arena, const struct list *list, struct str *ret_array)
{
	size_t len = 2;
	for (size_t i = 0; i < list->count; i++)
		len += list->texts[i].len + 1;
	char *bytes = arena_bytes(arena, len), *at = bytes;
	if (!bytes)
		return RAISE(ENOMEM);
	*at++ = '[';
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			*at++ = ',';
		memcpy(at, list->texts[i].ptr, list->texts[i].len);
		at += list->texts[i].len;
	}
	*at++ = ']';
	*ret_array = (struct str){bytes, (size_t)(at - bytes)};
	return 0;
}

/* One qualification that came in: as a list of one. */
static int single_read(struct arena *arena, struct str text, struct list *list)
{
	struct str array;
	int r = arena_print(arena, &array, "[%.*s]", STR_ARG(text));
	if (r)
		return PASS(r);
	r = list_read(arena, array, list);
	return r < 0 ? PASS(r) : r || list->count != 1 ? QUALIFICATIONS_MALFORMED : 0;
}

static bool is_open(const struct record_qualification *qualification)
{
	return !qualification->elements[RECORD_LOST].ptr;
}

/* Days are yyyyMMdd: their order is that of their bytes. Absent: before all. */
static bool earlier(struct str a, struct str b)
{
	return str_compare(a, b) < 0;
}

/* The one of this insurance that began last, *ret_place NOWHERE when there is none. */
static int place_find(struct arena *arena, const struct list *list,
		      const struct record_qualification *like, int *ret_place)
{
	struct str wanted, key;
	int place = NOWHERE, r = record_member_key(arena, like, &wanted);
	for (size_t i = 0; r == 0 && i < list->count; i++) {
		r = record_member_key(arena, &list->read[i], &key);
		if (r || !str_equal(key, wanted))
			continue;
		if (place == NOWHERE || !earlier(list->read[i].elements[RECORD_QUALIFIED],
						 list->read[place].elements[RECORD_QUALIFIED]))
			place = (int)i;
	}
	if (r)
		return PASS(r);
	*ret_place = place;
	return 0;
}

/* Room for one more: the one that ended first leaves. */
static int room_make(struct list *list)
{
	int first = NOWHERE;
	if (list->count < RECORD_QUALIFICATIONS_MAX)
		return 0;
	for (size_t i = 0; i < list->count; i++)
		if (!is_open(&list->read[i]) &&
		    (first == NOWHERE || earlier(list->read[i].elements[RECORD_LOST],
						 list->read[first].elements[RECORD_LOST])))
			first = (int)i;
	if (first == NOWHERE)
		return QUALIFICATIONS_FULL;
	list->count--;
	for (size_t i = (size_t)first; i < list->count; i++)
		list->texts[i] = list->texts[i + 1];
	return 0;
}

int qualifications_begin(struct arena *arena, struct str array, struct str qualification,
			 struct str *ret_array)
{
	AUTO(list_clear) struct list list = {.count = 0}, given = {.count = 0};
	int place, r = list_open(arena, array, &list);
	if (r)
		return PASS(r);
	r = single_read(arena, qualification, &given);
	if (r == 0)
		r = place_find(arena, &list, &given.read[0], &place);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (place != NOWHERE &&
	    (is_open(&list.read[place]) || earlier(given.read[0].elements[RECORD_QUALIFIED],
						   list.read[place].elements[RECORD_LOST])))
		return QUALIFICATIONS_EXISTS;
	r = room_make(&list);
	if (r)
		return r;
	list.texts[list.count++] = given.texts[0];
	r = list_write(arena, &list, ret_array);
	return r ? PASS(r) : 0;
}

int qualifications_correct(struct arena *arena, struct str array, struct str qualification,
			   struct str *ret_array)
{
	AUTO(list_clear) struct list list = {.count = 0}, given = {.count = 0};
	int place, r = list_open(arena, array, &list);
	if (r)
		return PASS(r);
	r = single_read(arena, qualification, &given);
	if (r == 0)
		r = place_find(arena, &list, &given.read[0], &place);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (place == NOWHERE)
		return QUALIFICATIONS_UNKNOWN;
	list.texts[place] = given.texts[0];
	r = list_write(arena, &list, ret_array);
	return r ? PASS(r) : 0;
}

/* An object is never empty here: what is required stands in it, and the new members behind it. */
static int end_write(struct arena *arena, struct str open, struct str day, struct str reason,
		     struct str *ret_text)
{
	struct json_writer writer;
	struct str members;
	json_writer_init(&writer, arena, 128);
	json_object_open(&writer);
	json_put_member(&writer, record_element_row(RECORD_LOST)->oqs_name, day);
	json_put_member(&writer, record_element_row(RECORD_LOSS_REASON)->oqs_name, reason);
	json_object_close(&writer);
	int r = json_writer_end(&writer, &members);
	if (r == 0)
		r = arena_print(arena, ret_text, "%.*s,%.*s", (int)open.len - 1, open.ptr,
				(int)members.len - 1, members.ptr + 1);
	return r ? PASS(r) : 0;
}

int qualifications_end(struct arena *arena, struct str array,
		       const struct qualifications_insurance *insurance, struct str day,
		       struct str reason, struct str *ret_array)
{
	AUTO(list_clear) struct list list = {.count = 0};
	struct record_qualification like = {.elements = {{0}}};
	int parsed, place, r = list_open(arena, array, &list);
	if (r)
		return PASS(r);
	if (period_date_parse(day, &parsed) ||
	    !record_code_word(RECORD_TABLE_LOSS_REASON, reason).ptr)
		return QUALIFICATIONS_MALFORMED;
	like.elements[RECORD_INSURER_NUMBER] = insurance->insurer;
	like.elements[RECORD_SYMBOL] = insurance->symbol;
	like.elements[RECORD_NUMBER] = insurance->number;
	like.elements[RECORD_BRANCH] = insurance->branch;
	r = place_find(arena, &list, &like, &place);
	if (r)
		return PASS(r);
	if (place == NOWHERE)
		return QUALIFICATIONS_UNKNOWN;
	const struct str *held = list.read[place].elements;
	if (!is_open(&list.read[place]) && !str_equal(held[RECORD_LOST], day))
		return QUALIFICATIONS_UNKNOWN;
	if (held[RECORD_QUALIFIED].ptr && earlier(day, held[RECORD_QUALIFIED]))
		return QUALIFICATIONS_DATES;
	if (is_open(&list.read[place]))
		r = end_write(arena, list.texts[place], day, reason, &list.texts[place]);
	if (r == 0)
		r = list_write(arena, &list, ret_array);
	return r ? PASS(r) : 0;
}
