/* SPDX-License-Identifier: Apache-2.0 */
/* From a tree to a struct by a table, and the few ways into a tree that has no table. */
#include "lib/json/json.h"

#include <assert.h>

#include "lib/base/utf8.h"
#include "lib/json/walk.h"

static int lines_judge(struct str text)
{
	struct str line;
	while (str_split(&text, '\n', &line))
		if (utf8_has_control(line))
			return JSON_FIELD_CONTROL;
	return 0;
}

/* 0: it fits. */
static int text_judge(struct str text, const struct json_field *field)
{
	size_t points = utf8_count(text);
	if (points < (size_t)field->min)
		return JSON_FIELD_SHORT;
	if (points > (size_t)field->max)
		return JSON_FIELD_LONG;
	return field->kind == JSON_LINES ? lines_judge(text)
	       : utf8_has_control(text)	 ? JSON_FIELD_CONTROL
					 : 0;
}

static int range_judge(int64_t value, const struct json_field *field)
{
	if (value < field->min)
		return JSON_FIELD_SHORT;
	return value > field->max ? JSON_FIELD_LONG : 0;
}

static int text_take(const json_t *node, const struct json_field *field, void *place)
{
	if (!json_is_string(node))
		return JSON_FIELD_TYPE;
	struct str text = {json_string_value(node), json_string_length(node)};
	int reason = text_judge(text, field);
	if (!reason)
		memcpy(place, &text, sizeof text);
	return reason;
}

static int number_take(const json_t *node, const struct json_field *field, void *place)
{
	if (!json_is_integer(node))
		return JSON_FIELD_TYPE;
	int64_t number = json_integer_value(node);
	int reason = range_judge(number, field);
	if (!reason)
		memcpy(place, &number, sizeof number);
	return reason;
}

static int bool_take(const json_t *node, void *place)
{
	if (!json_is_boolean(node))
		return JSON_FIELD_TYPE;
	bool value = json_is_true(node);
	memcpy(place, &value, sizeof value);
	return 0;
}

static int node_take(const json_t *node, void *place)
{
	memcpy(place, &node, sizeof node);
	return 0;
}

/* Judge one value and put it into its place; a reason, or 0. */
static int value_take(const json_t *node, const struct json_field *field, void *place)
{
	int reason;
	switch (field->kind) {
	case JSON_TEXT:
	case JSON_LINES: return text_take(node, field, place);
	case JSON_NUMBER: return number_take(node, field, place);
	case JSON_BOOL: return bool_take(node, place);
	case JSON_OBJECT: return node_is_object(node) ? node_take(node, place) : JSON_FIELD_TYPE;
	case JSON_ARRAY:
		if (!node_is_array(node))
			return JSON_FIELD_TYPE;
		reason = range_judge((int64_t)json_array_size(node), field);
		return reason ? reason : node_take(node, place);
	}
	assert(!"a kind that does not exist");
	return JSON_FIELD_TYPE;
}

static int field_take(const json_t *object, const struct json_field *field, void *into)
{
	const json_t *node = json_object_get(object, field->name);
	if (!node)
		return field->presence == JSON_OPTIONAL ? 0 : JSON_FIELD_MISSING;
	if (json_is_null(node) && field->presence == JSON_NULLABLE)
		return 0;
	return value_take(node, field, (char *)into + field->offset);
}

static bool name_known(const char *name, const struct json_field *fields, size_t fields_count)
{
	for (size_t i = 0; i < fields_count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return true;
	return false;
}

static void complain(struct json_complaints *complaints, int reason, const char *field)
{
	if (complaints->count < JSON_COMPLAINTS_MAX)
		complaints->items[complaints->count++] =
			(struct json_complaint){(enum json_reason)reason, str_of(field)};
}

static void unknown_complain(json_t *object, const struct json_field *fields, size_t fields_count,
			     struct json_complaints *complaints)
{
	for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i))
		if (!name_known(json_object_iter_key(i), fields, fields_count))
			complain(complaints, JSON_FIELD_UNKNOWN, json_object_iter_key(i));
}

static void fields_take(const struct json *object, const struct json_field *fields,
			size_t fields_count, void *into, struct json_complaints *complaints)
{
	for (size_t i = 0; i < fields_count; i++) {
		int reason = field_take(node_open(object), &fields[i], into);
		if (reason)
			complain(complaints, reason, fields[i].name);
	}
}

int json_decode_all(const struct json *object, const struct json_field *fields, size_t fields_count,
		    void *into, struct json_complaints *ret_complaints)
{
	struct json_complaints complaints = {.count = 0};
	if (!json_is_object(object)) {
		complain(&complaints, JSON_FIELD_TYPE, "");
	} else {
		fields_take(object, fields, fields_count, into, &complaints);
		unknown_complain(node_open(object), fields, fields_count, &complaints);
	}
	if (complaints.count == 0)
		return 0;
	*ret_complaints = complaints;
	return complaints.items[0].reason;
}

int json_decode(const struct json *object, const struct json_field *fields, size_t fields_count,
		void *into, struct json_complaint *ret_complaint)
{
	struct json_complaints complaints;
	int reason = json_decode_all(object, fields, fields_count, into, &complaints);
	if (reason)
		*ret_complaint = complaints.items[0];
	return reason;
}

int json_decode_open(const struct json *object, const struct json_field *fields,
		     size_t fields_count, void *into, struct json_complaint *ret_complaint)
{
	struct json_complaints complaints = {.count = 0};
	if (!json_is_object(object))
		complain(&complaints, JSON_FIELD_TYPE, "");
	else
		fields_take(object, fields, fields_count, into, &complaints);
	if (complaints.count == 0)
		return 0;
	*ret_complaint = complaints.items[0];
	return complaints.items[0].reason;
}

const struct json *json_member(const struct json *object, const char *name)
{
	return node_close(json_object_get(node_open(object), name));
}

struct str json_text(const struct json *node)
{
	const json_t *string = node_open(node);
	if (!json_is_string(string))
		return (struct str){0};
	return (struct str){json_string_value(string), json_string_length(string)};
}

size_t json_count(const struct json *array)
{
	return json_array_size(node_open(array));
}

const struct json *json_at(const struct json *array, size_t index)
{
	return node_close(json_array_get(node_open(array), index));
}

bool json_is_object(const struct json *node)
{
	return node_is_object(node_open(node));
}

bool json_is_array(const struct json *node)
{
	return node_is_array(node_open(node));
}

bool json_member_next(const struct json *object, void **place, struct str *ret_name,
		      const struct json **ret_value)
{
	json_t *node = node_open(object);
	*place = *place ? json_object_iter_next(node, *place) : json_object_iter(node);
	if (!*place)
		return false;
	*ret_name = str_of(json_object_iter_key(*place));
	*ret_value = node_close(json_object_iter_value(*place));
	return true;
}
