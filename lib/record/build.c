/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of a confirmation, written in the order that RFC 8785 sorts to, so that only the
 * qualifications have to be brought into canonical form.
 */
#include "lib/base/period.h"
#include "lib/json/canonical.h"
#include "lib/json/writer.h"
#include "lib/record/record.h"

/* A stored person: generous beside what one can be. */
static const struct json_limits person_limits = {
	.bytes_max = 256 * 1024,
	.depth_max = 8,
	.keys_max = 2000,
};

static void header_put(struct json_writer *writer, const struct record_confirmation *confirmation)
{
	char time[PERIOD_DATETIME_BYTES], day[PERIOD_DATE_BYTES];
	json_key(writer, "MessageHeader");
	json_object_open(writer);
	json_put_member(writer, "CharacterCodeIdentifier", STR("0"));
	json_put_member(writer, "MedicalInstitutionCode", confirmation->facility_code);
	json_put_member(writer, "ProcessExecutionTime",
			str_of(period_datetime_print(confirmation->confirmed_ms, time)));
	json_put_member(writer, "QualificationConfirmationDate",
			str_of(period_date_print(period_day(confirmation->confirmed_ms), day)));
	json_put_member(writer, "ReferenceClassification", STR("1"));
	json_put_member(writer, "SegmentOfResult", STR("1"));
	json_object_close(writer);
}

static int list_put(struct json_writer *writer, const struct json *array,
		    const struct record_selection *selection)
{
	json_key(writer, "ResultList");
	json_array_open(writer);
	for (size_t i = 0; i < json_count(array); i++) {
		struct str qualification;
		if (!selection->listed[i])
			continue;
		int r = json_canonical(writer->arena, json_at(array, i), &qualification);
		if (r)
			return FOLD(r);
		json_object_open(writer);
		json_key(writer, "ResultOfQualificationConfirmation");
		json_put_raw(writer, qualification);
		json_object_close(writer);
	}
	json_array_close(writer);
	return 0;
}

static int body_put(struct json_writer *writer, const struct record_confirmation *confirmation,
		    const struct json *array, const struct record_selection *selection)
{
	const char validity[] = {(char)('0' + selection->validity), '\0'};
	json_key(writer, "MessageBody");
	json_object_open(writer);
	json_put_member(writer, "ProcessingResultCode", confirmation->remark_code);
	json_put_member(writer, "ProcessingResultMessage", confirmation->remark);
	json_put_member(writer, "ProcessingResultStatus", STR("1"));
	json_put_member(writer, "QualificationValidity", str_of(validity));
	int r = list_put(writer, array, selection);
	json_object_close(writer);
	return r ? PASS(r) : 0;
}

static int message_write(struct arena *arena, const struct record_confirmation *confirmation,
			 const struct json *array, const struct record_selection *selection,
			 struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 4096);
	json_object_open(&writer);
	json_key(&writer, "XmlMsg");
	json_object_open(&writer);
	int r = body_put(&writer, confirmation, array, selection);
	if (r)
		return PASS(r);
	header_put(&writer, confirmation);
	json_object_close(&writer);
	json_object_close(&writer);
	r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int record_card_class(struct str code)
{
	static const char codes[RECORD_CARD_CLASSES][3] = {"01", "02", "03", "04",
							   "05", "06", "07", "A1"};
	for (int i = 0; i < RECORD_CARD_CLASSES; i++)
		if (str_equal(code, str_of(codes[i])))
			return i + 1;
	return 0;
}

static unsigned card_classes(const struct record_qualification *qualifications, size_t count,
			     const struct record_selection *selection)
{
	unsigned classes = 0;
	for (size_t i = 0; i < count; i++)
		if (selection->listed[i])
			classes |= 1u << record_card_class(
					   qualifications[i].elements[RECORD_CARD_CLASS]);
	return classes & ~1u;
}

static void key_insert(struct str *keys, size_t count, struct str key)
{
	size_t place = count;
	for (; place > 0 && str_compare(key, keys[place - 1]) < 0; place--)
		keys[place] = keys[place - 1];
	keys[place] = key;
}

static int insurance_name(struct arena *arena, const struct record_qualification *qualifications,
			  size_t count, const struct record_selection *selection, int day,
			  struct str *ret_name)
{
	struct str keys[RECORD_QUALIFICATIONS_MAX], name = STR("");
	size_t keys_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct str key;
		if (!selection->listed[i] || record_qualification_coming(&qualifications[i], day))
			continue;
		int r = record_member_key(arena, &qualifications[i], &key);
		if (r)
			return PASS(r);
		key_insert(keys, keys_count++, key);
	}
	for (size_t i = 0; i < keys_count; i++) {
		struct str before = name;
		int r = arena_print(arena, &name, "%.*s\n%.*s", STR_ARG(before), STR_ARG(keys[i]));
		if (r)
			return PASS(r);
	}
	*ret_name = name;
	return 0;
}

int record_build(struct arena *arena, const struct record_confirmation *confirmation,
		 struct str qualifications, struct str *ret_body,
		 struct record_summary *ret_summary)
{
	AUTO(json_clear) struct json_document document = {0};
	struct record_qualification *read;
	struct record_complaint complaint;
	size_t count;
	int r = json_read(qualifications, &person_limits, &document);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBADMSG);
	r = record_qualifications_read(arena, document.root, &read, &count, &complaint);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBADMSG);
	int day = period_day(confirmation->confirmed_ms);
	struct record_selection selection = record_select(read, count, day);
	struct record_summary summary = {
		.validity = selection.validity,
		.card_classes = card_classes(read, count, &selection),
	};
	r = insurance_name(arena, read, count, &selection, day, &summary.insurance);
	if (r == 0)
		r = message_write(arena, confirmation, document.root, &selection, ret_body);
	if (r)
		return PASS(r);
	*ret_summary = summary;
	return 0;
}
