/* SPDX-License-Identifier: Apache-2.0 */
/* Reading somebody else's answer: what we know is taken, what we do not know is passed over. */
#include "lib/json/json.h"
#include "lib/record/groups.h"
#include "lib/record/record.h"

/* A text member, absent when it is not there. */
static int text_take(const struct json *object, const char *name, struct str *ret_text)
{
	const struct json *node = json_member(object, name);
	struct str text = json_text(node);
	if (node && !text.ptr)
		return RECORD_MALFORMED;
	*ret_text = text;
	return 0;
}

static const struct json *group_of(const struct json *qualification, enum record_group group)
{
	switch (group) {
	case RECORD_GROUP_TOP: return qualification;
	case RECORD_GROUP_ELDERLY: return json_member(qualification, GROUP_ELDERLY);
	case RECORD_GROUP_LIMIT: return json_member(qualification, GROUP_LIMIT);
	case RECORD_GROUP_DISEASE: break;
	}
	return NULL;
}

static int disease_take(const struct json *info, struct str *elements)
{
	for (int i = RECORD_DISEASE_CATEGORY; i < RECORD_ELEMENTS; i++) {
		const char *name = record_element_row((enum record_element)i)->oqs_name;
		if (text_take(info, name, &elements[i - RECORD_DISEASE_CATEGORY]))
			return RECORD_MALFORMED;
	}
	return 0;
}

static int diseases_take(const struct json *list, struct record_qualification *qualification)
{
	size_t count = json_count(list);
	if (count > RECORD_DISEASES_MAX)
		return RECORD_MALFORMED;
	for (size_t i = 0; i < count; i++) {
		const struct json *info = json_member(json_at(list, i), DISEASE_INFO);
		if (disease_take(info, qualification->diseases[i]))
			return RECORD_MALFORMED;
	}
	qualification->diseases_count = count;
	return 0;
}

static int qualification_take(const struct json *object, struct record_qualification *qualification)
{
	if (!json_is_object(object))
		return RECORD_MALFORMED;
	for (int i = 0; i < RECORD_ELEMENTS; i++) {
		const struct record_element_row *row = record_element_row((enum record_element)i);
		const struct json *group = group_of(object, row->group);
		if (group && text_take(group, row->oqs_name, &qualification->elements[i]))
			return RECORD_MALFORMED;
	}
	return diseases_take(json_member(object, DISEASE_LIST), qualification);
}

static int list_take(struct arena *arena, const struct json *list, struct record *record)
{
	size_t count = json_count(list);
	if (!list || count > RECORD_QUALIFICATIONS_MAX)
		return RECORD_MALFORMED;
	record->qualifications = arena_array(arena, count, sizeof *record->qualifications);
	if (!record->qualifications)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++) {
		const struct json *entry =
			json_member(json_at(list, i), "ResultOfQualificationConfirmation");
		if (qualification_take(entry, &record->qualifications[i]))
			return RECORD_MALFORMED;
	}
	record->qualifications_count = count;
	return 0;
}

static int header_take(const struct json *header, struct record *record)
{
	const struct {
		const char *name;
		struct str *place;
	} texts[] = {
		{"MedicalInstitutionCode", &record->facility_code},
		{"ProcessExecutionTime", &record->executed_at},
		{"QualificationConfirmationDate", &record->confirmed_on},
		{"SegmentOfResult", &record->segment},
		{"ErrorCode", &record->error_code},
		{"ErrorMessage", &record->error_message},
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (text_take(header, texts[i].name, texts[i].place))
			return RECORD_MALFORMED;
	return 0;
}

static enum record_validity validity_of(struct str code)
{
	if (code.len != 1 || code.ptr[0] < '1' || code.ptr[0] > '6')
		return 0;
	return (enum record_validity)(code.ptr[0] - '0');
}

static int body_take(const struct json *body, struct record *record)
{
	if (text_take(body, "ProcessingResultStatus", &record->status) ||
	    text_take(body, "ProcessingResultCode", &record->remark_code) ||
	    text_take(body, "ProcessingResultMessage", &record->remark) ||
	    text_take(body, "QualificationValidity", &record->validity_code))
		return RECORD_MALFORMED;
	record->validity = validity_of(record->validity_code);
	return 0;
}

int record_read(struct arena *arena, const struct json *root, struct record **ret_record)
{
	const struct json *message = json_member(root, "XmlMsg");
	const struct json *header = json_member(message, "MessageHeader");
	const struct json *body = json_member(message, "MessageBody");
	if (!json_is_object(header) || !json_is_object(body))
		return RECORD_MALFORMED;
	struct record *record = arena_alloc(arena, sizeof *record);
	if (!record)
		return RAISE(ENOMEM);
	if (header_take(header, record) || body_take(body, record))
		return RECORD_MALFORMED;
	int r = list_take(arena, json_member(body, "ResultList"), record);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_record = record;
	return 0;
}
