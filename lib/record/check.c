/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading our own people strictly: what is stored here is what every facility will be told, so an
 * unknown element or a date that does not exist stops the import.
 */
#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/json/json.h"
#include "lib/record/groups.h"
#include "lib/record/record.h"

enum { DISEASE_ELEMENTS = RECORD_ELEMENTS - RECORD_DISEASE_CATEGORY };

/* What one object is decoded into: its elements, and the containers in it. */
struct form {
	struct str elements[RECORD_ELEMENTS];
	const struct json *elderly;
	const struct json *limit;
	const struct json *diseases;
};

/*
 * One table per group out of elements.def: an element's group is pasted to the table's own, and
 * only TOP_TOP, LIMIT_LIMIT … become a field.
 */
#define FIELD(name, oqs, max, presence) \
	JSON_FIELD(struct form, elements[RECORD_##name], oqs, JSON_TEXT, JSON_##presence, 1, max),
#define TOP_TOP		FIELD
#define ELDERLY_ELDERLY FIELD
#define LIMIT_LIMIT	FIELD
#define DISEASE_DISEASE FIELD
#define NO_FIELD(name, oqs, max, presence)
#define TOP_ELDERLY	NO_FIELD
#define TOP_LIMIT	NO_FIELD
#define TOP_DISEASE	NO_FIELD
#define ELDERLY_TOP	NO_FIELD
#define ELDERLY_LIMIT	NO_FIELD
#define ELDERLY_DISEASE NO_FIELD
#define LIMIT_TOP	NO_FIELD
#define LIMIT_ELDERLY	NO_FIELD
#define LIMIT_DISEASE	NO_FIELD
#define DISEASE_TOP	NO_FIELD
#define DISEASE_ELDERLY NO_FIELD
#define DISEASE_LIMIT	NO_FIELD

static const struct json_field top_fields[] = {
	JSON_FIELD(struct form, elderly, GROUP_ELDERLY, JSON_OBJECT, JSON_OPTIONAL, 0, 0),
	JSON_FIELD(struct form, limit, GROUP_LIMIT, JSON_OBJECT, JSON_OPTIONAL, 0, 0),
	JSON_FIELD(struct form, diseases, DISEASE_LIST, JSON_ARRAY, JSON_OPTIONAL, 1,
		   RECORD_DISEASES_MAX),
#define ELEMENT(name, group, oqs, label, format, max, table, presence) \
	TOP_##group(name, oqs, max, presence)
#include "lib/record/elements.def"
#undef ELEMENT
};

static const struct json_field elderly_fields[] = {
#define ELEMENT(name, group, oqs, label, format, max, table, presence) \
	ELDERLY_##group(name, oqs, max, presence)
#include "lib/record/elements.def"
#undef ELEMENT
};

static const struct json_field limit_fields[] = {
#define ELEMENT(name, group, oqs, label, format, max, table, presence) \
	LIMIT_##group(name, oqs, max, presence)
#include "lib/record/elements.def"
#undef ELEMENT
};

static const struct json_field disease_fields[] = {
#define ELEMENT(name, group, oqs, label, format, max, table, presence) \
	DISEASE_##group(name, oqs, max, presence)
#include "lib/record/elements.def"
#undef ELEMENT
};

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

static const char *reason_text(enum json_reason reason)
{
	switch (reason) {
	case JSON_FIELD_MISSING: return "項目がありません";
	case JSON_FIELD_UNKNOWN: return "知らない項目です";
	case JSON_FIELD_TYPE: return "値の種類が違います";
	case JSON_FIELD_SHORT: return "値が空です";
	case JSON_FIELD_LONG: return "値が長すぎます";
	case JSON_FIELD_CONTROL: return "使えない文字が入っています";
	}
	return "";
}

static int fields_take(const struct json *object, const struct json_field *fields,
		       size_t fields_count, struct form *form, struct record_complaint *complaint)
{
	struct json_complaint found;
	if (!json_decode(object, fields, fields_count, form, &found))
		return 0;
	complaint->element = found.field;
	complaint->reason = reason_text(found.reason);
	return RECORD_MALFORMED;
}

static bool postcode_fits(struct str text)
{
	if (text.len == 8 && text.ptr[3] == '-')
		return number_is_digits((struct str){text.ptr, 3}, 3) &&
		       number_is_digits((struct str){text.ptr + 4, 4}, 4);
	return number_is_digits(text, 7);
}

static bool format_fits(const struct record_element_row *row, struct str text)
{
	int day;
	int64_t at_ms;
	switch (row->format) {
	case RECORD_FORMAT_TEXT: return true;
	case RECORD_FORMAT_DIGITS:
	case RECORD_FORMAT_YEN: return number_is_digits(text, text.len);
	case RECORD_FORMAT_BRANCH: return number_is_digits(text, 2);
	case RECORD_FORMAT_RATIO: return number_is_digits(text, 3);
	case RECORD_FORMAT_CODE: return record_code_word(row->table, text).ptr != NULL;
	case RECORD_FORMAT_DATE: return period_date_parse(text, &day) == 0;
	case RECORD_FORMAT_DATETIME: return period_datetime_parse(text, &at_ms) == 0;
	case RECORD_FORMAT_POSTCODE: return postcode_fits(text);
	}
	return false;
}

static int formats_judge(const struct str *elements, struct record_complaint *complaint)
{
	for (int i = 0; i < RECORD_ELEMENTS; i++) {
		const struct record_element_row *row = record_element_row((enum record_element)i);
		if (!elements[i].ptr || format_fits(row, elements[i]))
			continue;
		complaint->element = str_of(row->oqs_name);
		complaint->reason = "値の形式が違います";
		return RECORD_MALFORMED;
	}
	return 0;
}

static int disease_take(const struct json *entry, struct str *ret_elements,
			struct record_complaint *complaint)
{
	struct holder {
		const struct json *info;
	} holder = {.info = NULL};
	static const struct json_field fields[] = {
		JSON_FIELD(struct holder, info, DISEASE_INFO, JSON_OBJECT, JSON_REQUIRED, 0, 0),
	};
	struct json_complaint found;
	if (json_decode(entry, fields, 1, &holder, &found)) {
		*complaint = (struct record_complaint){complaint->index, found.field,
						       reason_text(found.reason)};
		return RECORD_MALFORMED;
	}
	struct form form = {.elderly = NULL};
	if (fields_take(holder.info, disease_fields, COUNT_OF(disease_fields), &form, complaint) ||
	    formats_judge(form.elements, complaint))
		return RECORD_MALFORMED;
	memcpy(ret_elements, &form.elements[RECORD_DISEASE_CATEGORY],
	       DISEASE_ELEMENTS * sizeof *ret_elements);
	return 0;
}

static int groups_take(struct form *form, struct record_complaint *complaint)
{
	if (form->elderly &&
	    fields_take(form->elderly, elderly_fields, COUNT_OF(elderly_fields), form, complaint))
		return RECORD_MALFORMED;
	if (form->limit &&
	    fields_take(form->limit, limit_fields, COUNT_OF(limit_fields), form, complaint))
		return RECORD_MALFORMED;
	return formats_judge(form->elements, complaint);
}

static int qualification_take(const struct json *object, struct record_qualification *qualification,
			      struct record_complaint *complaint)
{
	struct form form = {.elderly = NULL};
	if (fields_take(object, top_fields, COUNT_OF(top_fields), &form, complaint) ||
	    groups_take(&form, complaint))
		return RECORD_MALFORMED;
	memcpy(qualification->elements, form.elements, sizeof form.elements);
	qualification->diseases_count = json_count(form.diseases);
	for (size_t i = 0; i < qualification->diseases_count; i++)
		if (disease_take(json_at(form.diseases, i), qualification->diseases[i], complaint))
			return RECORD_MALFORMED;
	return 0;
}

int record_qualifications_read(struct arena *arena, const struct json *array,
			       struct record_qualification **ret_qualifications, size_t *ret_count,
			       struct record_complaint *ret_complaint)
{
	*ret_complaint = (struct record_complaint){.reason = ""};
	if (!json_is_array(array)) {
		ret_complaint->reason = "資格の一覧ではありません";
		return RECORD_MALFORMED;
	}
	size_t count = json_count(array);
	if (count > RECORD_QUALIFICATIONS_MAX) {
		ret_complaint->reason = "資格が多すぎます";
		return RECORD_MALFORMED;
	}
	struct record_qualification *qualifications =
		arena_array(arena, count, sizeof *qualifications);
	if (!qualifications)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++) {
		ret_complaint->index = i;
		if (qualification_take(json_at(array, i), &qualifications[i], ret_complaint))
			return RECORD_MALFORMED;
	}
	*ret_qualifications = qualifications;
	*ret_count = count;
	return 0;
}
