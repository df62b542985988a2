/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A facility's charts for looking at, and for tests of the screens: invented people whose results
 * have come in as they do, one after the other.
 *
 *	fill HOME	writes HOME/1311234569.db
 */
#include <stdio.h>

#include "workstation/desk/find.h"
#include "workstation/desk/intake.h"
#include "workstation/desk/settle.h"
#include "workstation/store/store.h"

enum { ARENA_BYTES = 1 << 20, PATH_BYTES = 512 };

struct told {
	const char *id, *at, *reference, *validity;
	const char *name, *kana, *birth, *sex, *insurer, *insurer_name, *symbol, *number, *branch;
	const char *from, *ratio, *address;
	const char *second_insurer; /* a second qualification; NULL: none */
};

#define ID(n) "0000000000000000000000000000000" n

static const struct told all[] = {
	{ID("1"), "20261005101500", NULL, "1", "佐々木　𠮷之助", "ササキ　ヨシノスケ", "19520302",
	 "1", "01130012", "全国健康保険協会東京支部", "12345678", "7", "00", "20240401", "030",
	 "東京都千代田区霞が関三丁目二番一号　みほん第二ビルディング別館一〇〇八号室　佐々木方　西"
	 "側通用口",
	 NULL},
	{ID("2"), "20261006093000", NULL, "1", "●田　花子", "ﾂｼﾞﾀ ﾊﾅｺ", "19911120", "2", "00138016",
	 "千代田区", "千国", "123", "01", "20250401", NULL, NULL, NULL},
	{ID("3"), "20261007110000", NULL, "1", "山本　太郎", "ﾔﾏﾓﾄ ﾀﾛｳ", "19800302", "1",
	 "06130017", "みほん健康保険組合", "５５", "0012", "00", "20230401", NULL, NULL, NULL},
	{ID("4"), "20261108150000", "3", "1", "山本　太郎", "ﾔﾏﾓﾄ ﾀﾛｳ", "19800302", "1", "01130012",
	 "全国健康保険協会東京支部", "87654321", "15", "00", "20261101", NULL, NULL, NULL},
	{ID("5"), "20261120104200", "1", "1", "佐々木　吉之助", "ｻｻｷ ﾖｼﾉｽｹ", "19520302", "1",
	 "01130012", "全国健康保険協会東京支部", "12345678", "7", "00", "20240401", "020", NULL,
	 NULL},
	{ID("6"), "20261121103100", NULL, "1", "鈴木　花子", "ｽｽﾞｷ ﾊﾅｺ", "19911120", "2",
	 "00138016", "千代田区", "千国", "123", "01", "20250401", NULL, NULL, NULL},
	{ID("7"), "20261121113000", NULL, "1", "山本　次郎", "ﾔﾏﾓﾄ ｼﾞﾛｳ", "19800302", "1",
	 "01130012", "全国健康保険協会東京支部", "87654321", "15", "01", "20261101", NULL, NULL,
	 "12130007"},
	{ID("8"), "20261122090000", "2", "2", "●田　花子", "ﾂｼﾞﾀ ﾊﾅｺ", "19911120", "2", "00138016",
	 "千代田区", "千国", "123", "01", "20250401", NULL, NULL, NULL},
};

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

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
		"\"CharacterCodeIdentifier\":\"0\",\"MedicalInstitutionCode\":\"1311234569\","
		"\"ProcessExecutionTime\":\"%s\",\"QualificationConfirmationDate\":\"%.8s\","
		"\"ReferenceClassification\":\"1\",\"SegmentOfResult\":\"1\"}}}",
		told->validity, told->insurer, told->insurer_name, told->number, told->name,
		told->kana, told->birth, told->sex, told->from, more, STR_ARG(second), told->at,
		told->at);
	return r ? PASS(r) : 0;
}

/* As sync.c takes a result in. */
static int result_take(struct db *db, struct arena *arena, const struct told *told)
{
	AUTO(json_clear) struct json_document document = {0};
	const struct actor rules = {.now_ms = INT64_C(1795316400000)};
	struct result result = {.id = str_of(told->id),
				.confirmed_at = str_of(told->at),
				.reference = str_of(told->reference),
				.validity = str_of(told->validity),
				.method = STR("visual"),
				.staff = STR("01")};
	struct intake_report report;
	struct found found;
	int r = body_write(arena, told, &result.raw);
	if (!r)
		r = settle_qualifications(arena, result.raw, &document, &result.first,
					  &result.qualifications_count);
	if (!r)
		r = find_match(db, arena, &result, &found);
	if (!r)
		r = db_begin(db);
	if (!r)
		r = intake_result(db, arena, &rules, &result, &found.match, &report);
	if (!r)
		r = db_commit(db);
	return r ? FOLD(r) : 0;
}

int main(int argc, char **argv)
{
	AUTO(db_closep) struct db *db = NULL;
	char path[PATH_BYTES];
	(void)snprintf(path, sizeof path, "%s/1311234569.db", or_empty(argc > 1 ? argv[1] : NULL));
	if (argc != 2 || store_open(path, &db) < 0)
		return 2;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		if (result_take(db, &arena, &all[i]) < 0)
			return 1;
	}
	return 0;
}
