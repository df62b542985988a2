/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/people/invent.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/period.h"

enum { TEXT_BYTES = 160 };

struct name {
	const char *written;
	const char *kana; /* half width */
};

static const struct name family_names[] = {
	{"見本", "ﾐﾎﾝ"},     {"試験", "ｼｹﾝ"},	  {"山田", "ﾔﾏﾀﾞ"},  {"佐藤", "ｻﾄｳ"},
	{"鈴木", "ｽｽﾞｷ"},    {"高木", "ﾀｶｷﾞ"},	  {"渡辺", "ﾜﾀﾅﾍﾞ"}, {"小林", "ｺﾊﾞﾔｼ"},
	{"五十嵐", "ｲｶﾞﾗｼ"}, {"東海林", "ｼｮｳｼﾞ"}, {"林", "ﾊﾔｼ"},     {"長谷川", "ﾊｾｶﾞﾜ"},
};
static const struct name men[] = {
	{"太郎", "ﾀﾛｳ"}, {"一", "ﾊｼﾞﾒ"},    {"健太", "ｹﾝﾀ"},
	{"修", "ｵｻﾑ"},	 {"大輔", "ﾀﾞｲｽｹ"}, {"翔", "ｼｮｳ"},
};
static const struct name women[] = {
	{"花子", "ﾊﾅｺ"}, {"さくら", "ｻｸﾗ"}, {"恵", "ﾒｸﾞﾐ"},
	{"由美", "ﾕﾐ"},	 {"陽子", "ﾖｳｺ"},   {"凛", "ﾘﾝ"},
};
/* What tries the way of a name through every program. */
static const struct name black_dots[] = {{"●橋", "ﾀｶﾊｼ"}, {"渡●", "ﾜﾀﾅﾍﾞ"}};
static const struct name level_3[] = {{"德永", "ﾄｸﾅｶﾞ"}, {"山﨑", "ﾔﾏｻﾞｷ"}};
static const struct name outside_bmp[] = {{"𠮷田", "ﾖｼﾀﾞ"}, {"𠮷野", "ﾖｼﾉ"}};

struct inventor {
	struct arena *arena;
	uint64_t state;
	int today; /* yyyymmdd */
	bool failed;
	/* Of the person, in each of the qualifications. */
	struct name family, given;
	bool woman;
	int birth;
};

/* splitmix64: small, and good enough for who is called what. */
static uint64_t next(struct inventor *inventor)
{
	uint64_t z = inventor->state += UINT64_C(0x9E3779B97F4A7C15);
	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static int between(struct inventor *inventor, int first, int last)
{
	return first + (int)(next(inventor) % (uint64_t)(last - first + 1));
}

static void put(struct inventor *inventor, struct invent_members *members, const char *name,
		const char *value)
{
	assert(members->count < INVENT_MEMBERS_MAX);
	struct invent_member *member = &members->list[members->count++];
	member->name = name;
	if (arena_copy(inventor->arena, str_of(value), &member->value) < 0)
		inventor->failed = true;
}

static void put_day(struct inventor *inventor, struct invent_members *members, const char *name,
		    int day)
{
	char text[PERIOD_DATE_BYTES];
	put(inventor, members, name, period_date_print(day, text));
}

/* --- numbers --- */

char invent_check_digit(const char *digits)
{
	int sum = 0, weight = 2;
	for (size_t i = strlen(digits); i > 0; i--) {
		int product = (digits[i - 1] - '0') * weight;
		sum += product / 10 + product % 10;
		weight = 3 - weight;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

/* law: 法別番号, or "" for the six digits of 国保. 9xx: numbers that no insurer is known to have.
 */
static void put_insurer(struct inventor *inventor, struct invent_members *members, const char *law,
			const char *name)
{
	char number[12], whole[16];
	snprintf(number, sizeof number, "%s%02d9%02d", law, between(inventor, 1, 47),
		 between(inventor, 0, 99));
	snprintf(whole, sizeof whole, "%s%c", number, invent_check_digit(number));
	put(inventor, members, "InsurerNumber", whole);
	put(inventor, members, "InsurerName", name);
}

/* branch: NULL when the insurance has none; leading zeros of the number mean something. */
static void put_member(struct inventor *inventor, struct invent_members *members,
		       const char *symbol, const char *branch)
{
	char text[TEXT_BYTES];
	if (symbol) {
		snprintf(text, sizeof text, "%s%02d", symbol, between(inventor, 1, 99));
		put(inventor, members, "InsuredCardSymbol", text);
	}
	snprintf(text, sizeof text, "%08d", between(inventor, 1, 999999));
	put(inventor, members, "InsuredIdentificationNumber", text);
	if (branch)
		put(inventor, members, "InsuredBranchNumber", branch);
}

/* --- who --- */

static int birth_of(struct inventor *inventor, int age_min, int age_max)
{
	int year = inventor->today / 10000 - between(inventor, age_min + 1, age_max);
	return year * 10000 + between(inventor, 1, 12) * 100 + between(inventor, 1, 28);
}

static void age_choose(struct inventor *inventor, enum invent_kind kind)
{
	if (kind == INVENT_OVER_75)
		inventor->birth = birth_of(inventor, 76, 95);
	else if (kind == INVENT_OVER_70)
		inventor->birth = birth_of(inventor, 70, 74);
	else if (kind == INVENT_FAMILY)
		inventor->birth = birth_of(inventor, 1, 5);
	else
		inventor->birth = birth_of(inventor, 20, 64);
}

#define CHOOSE(inventor, names) (names)[next(inventor) % (sizeof(names) / sizeof *(names))]

static void person_choose(struct inventor *inventor, enum invent_kind kind)
{
	inventor->woman = next(inventor) % 2;
	inventor->given = inventor->woman ? CHOOSE(inventor, women) : CHOOSE(inventor, men);
	inventor->family = CHOOSE(inventor, family_names);
	if (kind == INVENT_BLACK_DOT)
		inventor->family = CHOOSE(inventor, black_dots);
	if (kind == INVENT_JIS_LEVEL_3)
		inventor->family = CHOOSE(inventor, level_3);
	if (kind == INVENT_OUTSIDE_BMP)
		inventor->family = CHOOSE(inventor, outside_bmp);
	age_choose(inventor, kind);
}

static void put_address(struct inventor *inventor, struct invent_members *members)
{
	char text[TEXT_BYTES];
	snprintf(text, sizeof text, "999-%04d", between(inventor, 0, 9999));
	put(inventor, members, "PostNumber", text);
	snprintf(text, sizeof text, "架空県見本市試験町%d丁目%d番地%d", between(inventor, 1, 9),
		 between(inventor, 1, 40), between(inventor, 1, 20));
	put(inventor, members, "Address", text);
}

static void put_person(struct inventor *inventor, struct invent_members *members)
{
	char text[TEXT_BYTES];
	snprintf(text, sizeof text, "%s　%s", inventor->family.written, inventor->given.written);
	put(inventor, members, "Name", text);
	snprintf(text, sizeof text, "%s %s", inventor->family.kana, inventor->given.kana);
	put(inventor, members, "NameKana", text);
	put(inventor, members, "Sex1", inventor->woman ? "2" : "1");
	put_day(inventor, members, "Birthdate", inventor->birth);
	put_address(inventor, members);
}

/* From some April up to three years ago: long before anything that happens in a test. */
static int since(struct inventor *inventor)
{
	return (inventor->today / 10000 - between(inventor, 1, 3)) * 10000 + 401;
}

static struct invent_members *qualification_open(struct invent_person *person)
{
	assert(person->qualifications_count < INVENT_QUALIFICATIONS_MAX);
	return &person->qualifications[person->qualifications_count++].top;
}

static void put_start(struct inventor *inventor, struct invent_members *members, int day)
{
	put_day(inventor, members, "QualificationDate", day);
	put_day(inventor, members, "InsuredCertificateIssuanceDate", day);
	put_day(inventor, members, "InsuredCardValidDate", day);
}

/* --- insurances --- */

static struct invent_members *employee(struct inventor *inventor, struct invent_person *person,
				       int from)
{
	struct invent_members *members = qualification_open(person);
	put(inventor, members, "InsuredCardClassification", "01");
	put_insurer(inventor, members, "01", "全国健康保険協会　架空支部");
	put_member(inventor, members, "217000", "00");
	put(inventor, members, "PersonalFamilyClassification", "1");
	put_person(inventor, members);
	put_start(inventor, members, from);
	return members;
}

static struct invent_members *company(struct inventor *inventor, struct invent_person *person,
				      int from)
{
	struct invent_members *members = qualification_open(person);
	put(inventor, members, "InsuredCardClassification", "01");
	put_insurer(inventor, members, "06", "架空工業健康保険組合");
	put_member(inventor, members, "1", "00");
	put(inventor, members, "PersonalFamilyClassification", "1");
	put_person(inventor, members);
	put_start(inventor, members, from);
	return members;
}

/* law: "" or "00": the same insurer's number with six digits and padded to eight. */
static struct invent_members *municipal(struct inventor *inventor, struct invent_person *person,
					const char *law, int from)
{
	struct invent_members *members = qualification_open(person);
	put(inventor, members, "InsuredCardClassification", "01");
	put_insurer(inventor, members, law, "見本市");
	put_member(inventor, members, "見・", "01");
	put_person(inventor, members);
	put_start(inventor, members, from);
	put_day(inventor, members, "InsuredCardExpirationDate",
		(inventor->today / 10000 + 1) * 10000 + 731);
	return members;
}

static void mutual_aid(struct inventor *inventor, struct invent_person *person)
{
	struct invent_members *members = qualification_open(person);
	put(inventor, members, "InsuredCardClassification", "01");
	put_insurer(inventor, members, "34", "架空学校共済組合");
	put_member(inventor, members, "架空", "00");
	put(inventor, members, "PersonalFamilyClassification", "1");
	put_person(inventor, members);
	put(inventor, members, "NameOfOther", "見本　通称");
	put(inventor, members, "NameOfOtherKana", "ﾐﾎﾝ ﾂｳｼｮｳ");
	put_start(inventor, members, since(inventor));
}

static void late_elderly(struct inventor *inventor, struct invent_person *person)
{
	static const char *const ratios[] = {"010", "020", "030"};
	struct invent_members *members = qualification_open(person);
	put(inventor, members, "InsuredCardClassification", "01");
	put_insurer(inventor, members, "39", "架空県後期高齢者医療広域連合");
	put_member(inventor, members, NULL, NULL);
	put_person(inventor, members);
	put_start(inventor, members, since(inventor));
	put(inventor, members, "InsuredPartialContributionRatio", CHOOSE(inventor, ratios));
}

static void elderly(struct inventor *inventor, struct invent_person *person)
{
	int from = since(inventor);
	municipal(inventor, person, "00", from);
	struct invent_members *members = &person->qualifications[0].elderly;
	put_day(inventor, members, "ElderlyRecipientCertificateDate", from);
	put_day(inventor, members, "ElderlyRecipientValidStartDate", from);
	put_day(inventor, members, "ElderlyRecipientValidEndDate",
		(inventor->today / 10000 + 1) * 10000 + 731);
	put(inventor, members, "ElderlyRecipientContributionRatio", "020");
}

static void family_member(struct inventor *inventor, struct invent_person *person)
{
	char text[TEXT_BYTES];
	int from = inventor->birth;
	struct invent_members *members = qualification_open(person);
	put(inventor, members, "InsuredCardClassification", "01");
	put_insurer(inventor, members, "06", "架空商事健康保険組合");
	put_member(inventor, members, "2", "03");
	put(inventor, members, "PersonalFamilyClassification", "2");
	snprintf(text, sizeof text, "%s　%s", inventor->family.written,
		 CHOOSE(inventor, women).written);
	put(inventor, members, "InsuredName", text);
	put_person(inventor, members);
	put_start(inventor, members, from);
	put(inventor, members, "PreschoolClassification", "1");
}

static void limited(struct inventor *inventor, struct invent_person *person)
{
	char time[PERIOD_DATETIME_BYTES];
	int from = since(inventor);
	struct invent_members *members = employee(inventor, person, from);
	snprintf(time, sizeof time, "%08u093000", (unsigned)from % 100000000u);
	put(inventor, members, "LimitApplicationCertificateRelatedConsFlg", "1");
	put(inventor, members, "LimitApplicationCertificateRelatedConsTime", time);
	members = &person->qualifications[0].limit;
	put(inventor, members, "LimitApplicationCertificateClassification", "01");
	put(inventor, members, "LimitApplicationCertificateClassificationFlag", "A03");
	put_day(inventor, members, "LimitApplicationCertificateDate", from);
	put_day(inventor, members, "LimitApplicationCertificateValidStartDate", from);
	put_day(inventor, members, "LimitApplicationCertificateValidEndDate",
		(inventor->today / 10000 + 1) * 10000 + 731);
}

static void put_loss(struct inventor *inventor, struct invent_members *members, int day,
		     const char *reason)
{
	put_day(inventor, members, "DisqualificationDate", day);
	put(inventor, members, "ReasonOfLoss", reason);
}

/* The first of a month, months from now. */
static int first_of_month(int64_t now_ms, int months)
{
	return period_day(period_month_start_ms(period_month(now_ms) + months));
}

static void person_insure(struct inventor *inventor, struct invent_person *person, int64_t now_ms)
{
	switch (person->kind) {
	case INVENT_EMPLOYEE: employee(inventor, person, since(inventor)); break;
	case INVENT_BLACK_DOT: municipal(inventor, person, "", since(inventor)); break;
	case INVENT_OVER_75: late_elderly(inventor, person); break;
	case INVENT_OVER_70: elderly(inventor, person); break;
	case INVENT_TWO_VALID:
		municipal(inventor, person, "00", since(inventor));
		company(inventor, person, first_of_month(now_ms, -1));
		break;
	case INVENT_LOST:
		put_loss(inventor, employee(inventor, person, since(inventor)),
			 first_of_month(now_ms, -1), "99");
		break;
	case INVENT_FAMILY: family_member(inventor, person); break;
	case INVENT_JIS_LEVEL_3: municipal(inventor, person, "00", since(inventor)); break;
	case INVENT_OUTSIDE_BMP: company(inventor, person, since(inventor)); break;
	case INVENT_COMING:
		put_loss(inventor, employee(inventor, person, since(inventor)),
			 first_of_month(now_ms, 0), "03");
		company(inventor, person, first_of_month(now_ms, 1));
		break;
	case INVENT_LIMIT: limited(inventor, person); break;
	case INVENT_MUTUAL_AID: mutual_aid(inventor, person); break;
	case INVENT_KINDS: break;
	}
}

static bool is_lost(const struct invent_members *members)
{
	for (size_t i = 0; i < members->count; i++)
		if (strcmp(members->list[i].name, "DisqualificationDate") == 0)
			return true;
	return false;
}

static void insurer_change(struct inventor *inventor, struct invent_person *person)
{
	for (size_t i = 0; i < person->qualifications_count; i++)
		if (!is_lost(&person->qualifications[i].top))
			put_loss(inventor, &person->qualifications[i].top, inventor->today, "03");
	company(inventor, person, inventor->today);
}

int invent_person(struct arena *arena, const struct invent_options *options,
		  struct invent_person *ret_person)
{
	assert(options->number >= 1 && options->number <= INVENT_PEOPLE_MAX);
	struct inventor inventor = {.arena = arena, .today = period_day(options->now_ms)};
	/* A stream of its own for each person: one can be made without all before. */
	inventor.state = options->seed * UINT64_C(0xD1342543DE82EF95) + options->number;
	next(&inventor);
	struct invent_person person = {
		.kind = (enum invent_kind)((options->number - 1) % INVENT_KINDS)};
	snprintf(person.key, sizeof person.key, "P%04u", options->number % 1000000);
	person_choose(&inventor, person.kind);
	person_insure(&inventor, &person, options->now_ms);
	if (options->insurer_changed)
		insurer_change(&inventor, &person);
	if (inventor.failed)
		return RAISE(ENOMEM);
	*ret_person = person;
	return 0;
}
