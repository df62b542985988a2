/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/workstation/told.h"

#include <stdio.h>

#include "lib/base/period.h"
#include "workstation/desk/find.h"
#include "workstation/desk/intake.h"
#include "workstation/desk/settle.h"
#include "workstation/store/store.h"

static void member(char *text, size_t bytes, const char *name, const char *value)
{
	size_t len = strlen(text);
	if (value)
		(void)snprintf(text + len, bytes - len, ",\"%s\":\"%s\"", name, value);
}

static int body_write(struct arena *arena, const struct told *told, struct str *ret_body)
{
	char more[2048] = "";
	struct str second = STR("");
	member(more, sizeof more, "InsuredCardSymbol", told->symbol);
	member(more, sizeof more, "InsuredBranchNumber", told->branch);
	member(more, sizeof more, "InsuredPartialContributionRatio", told->ratio);
	member(more, sizeof more, "Address", told->address);
	if (told->more)
		(void)snprintf(more + strlen(more), sizeof more - strlen(more), "%s", told->more);
	int r = 0;
	if (told->second_insurer)
		r = arena_print(arena, &second,
				",{\"ResultOfQualificationConfirmation\":{"
				"\"InsuredCardClassification\":\"A1\",\"InsurerNumber\":\"%s\","
				"\"InsurerName\":\"千代田区福祉事務所\",\"Name\":\"%s\","
				"\"InsuredIdentificationNumber\":\"7\",\"Birthdate\":\"%s\","
				"\"Sex1\":\"%s\"}}",
				told->second_insurer, told->name, told->birth, told->sex);
	if (r)
		return PASS(r);
	r = arena_print(
		arena, ret_body,
		"{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultStatus\":\"1\","
		"\"QualificationValidity\":\"%s\",\"ResultList\":[{"
		"\"ResultOfQualificationConfirmation\":{\"InsuredCardClassification\":\"01\","
		"\"InsurerNumber\":\"%s\",\"InsurerName\":\"%s\","
		"\"InsuredIdentificationNumber\":\"%s\",\"PersonalFamilyClassification\":\"1\","
		"\"Name\":\"%s\",\"NameKana\":\"%s\",\"Birthdate\":\"%s\",\"Sex1\":\"%s\","
		"\"InsuredCardValidDate\":\"%s\"%s}}%.*s]},\"MessageHeader\":{"
		"\"CharacterCodeIdentifier\":\"0\",\"MedicalInstitutionCode\":\"" TOLD_FACILITY
		"\","
		"\"ProcessExecutionTime\":\"%s\",\"QualificationConfirmationDate\":\"%.8s\","
		"\"ReferenceClassification\":\"1\",\"SegmentOfResult\":\"1\"}}}",
		told->validity, told->insurer, told->insurer_name, told->number, told->name,
		told->kana, told->birth, told->sex, told->from, more, STR_ARG(second), told->at,
		told->at);
	return r ? PASS(r) : 0;
}

static struct str method_of(const struct told *told)
{
	return told->method ? str_of(told->method) : STR("visual");
}

static int entry_write(struct arena *arena, const struct told *told, const struct proven *proven,
		       struct str body, struct str *ret_entry)
{
	struct wire_result entry = {
		.id = str_of(told->id),
		.method = str_equal(method_of(told), STR("pin")) ? WIRE_METHOD_PIN
								 : WIRE_METHOD_VISUAL,
		.staff = STR("01"),
		.result = body,
	};
	int r = period_datetime_parse(str_of(told->at), &entry.confirmed_ms);
	if (!r)
		r = proven_entry(arena, proven, STR(TOLD_FACILITY), &entry, ret_entry);
	return r ? FOLD(r) : 0;
}

/* As sync.c takes a result in. */
static int result_take(struct db *db, struct arena *arena, struct result *result)
{
	AUTO(json_clear) struct json_document document = {0};
	const struct actor rules = {.now_ms = INT64_C(1795316400000)};
	struct intake_report report;
	struct found found;
	int r = settle_qualifications(arena, result->raw, &document, &result->first,
				      &result->qualifications_count);
	if (!r)
		r = find_match(db, arena, result, &found);
	if (!r)
		r = db_begin(db);
	if (!r)
		r = intake_result(db, arena, &rules, result, &found.match, &report);
	if (!r)
		r = db_commit(db);
	return r ? FOLD(r) : 0;
}

int told_take(struct db *db, struct arena *arena, const struct told *told,
	      const struct proven *proven)
{
	struct result result = {
		.id = str_of(told->id),
		.confirmed_at = str_of(told->at),
		.reference = str_of(told->reference),
		.validity = str_of(told->validity),
		.method = method_of(told),
		.staff = STR("01"),
	};
	int r = body_write(arena, told, &result.raw);
	if (!r && proven)
		r = entry_write(arena, told, proven, result.raw, &result.entry);
	if (!r)
		r = result_take(db, arena, &result);
	return r ? FOLD(r) : 0;
}
