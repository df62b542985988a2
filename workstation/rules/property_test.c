/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 10⁵ results beside charts (10⁶ with SHIKAKU_NIGHTLY), against an oracle that is slow and knows
 * nothing of folding: people are made of units - a kana, a character - and only spelt for the
 * rules, in any width, in hiragana, with large ッ for small, with ● and variation selectors. The
 * oracle compares units. Each difference in the set of candidates, in the decision or in what is
 * proposed fails, and so does each link to another person's chart, unless the two people agree in
 * all that is told. Planted faults, put in by the linker (--wrap), each have to be found.
 */
#include "lib/base/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "workstation/rules/fold.h"
#include "workstation/rules/matching.h"

enum {
	UNITS_MAX = 8,
	UNREADABLE = -1,
	PEOPLE = 5,
	ALIASES = 2,
	KEYS = 2,
	PAIRS = 100 * 1000,
	PAIRS_NIGHTLY = 1000 * 1000,
	TEXT_BYTES = 160,
};

/* --- people, in units --- */

struct units {
	int unit[UNITS_MAX];
	int count, given_at; /* 名 begins there */
};

struct key {
	int insurer, symbol, number, branch; /* 0: none */
};

struct person {
	struct units kana, name;
	int birth, sex;
	struct key key;
};

struct card {
	int owner; /* of the people */
	struct units kana, name;
	int birth, sex; /* 0: not known here */
	struct key keys[KEYS];
	struct units alias;
	bool has_alias, is_kana_alias;
};

struct tap {
	struct person told; /* as it is now */
	int who, reference; /* 0: none */
	int validity, qualifications;
};

struct world {
	struct person people[PEOPLE];
	struct card cards[PEOPLE]; /* with the numbers 1.. */
	struct tap tap;
	uint64_t seed;
};

static unsigned draw(struct world *world, unsigned below)
{
	world->seed ^= world->seed << 13;
	world->seed ^= world->seed >> 7;
	world->seed ^= world->seed << 17;
	return (unsigned)(world->seed >> 20) % below;
}

static bool in(struct world *world, unsigned times)
{
	return draw(world, times) == 0;
}

/* Katakana, half-width, hiragana, and as some spell it. */
static const char *const kana[][4] = {
	{"ア", "ｱ", "あ", "ァ"},  {"カ", "ｶ", "か", "ヵ"},   {"ガ", "ｶﾞ", "が", "カ\u3099"},
	{"ツ", "ﾂ", "つ", "ッ"},  {"ヨ", "ﾖ", "よ", "ｮ"},    {"パ", "ﾊﾟ", "ぱ", "ハ\u309A"},
	{"ー", "ｰ", "ー", "-"},	  {"ン", "ﾝ", "ん", "ン・"}, {"ユ", "ﾕ", "ゆ", "ゅ"},
	{"ハ", "ﾊ", "は", " ハ"},
};
static const char *const letters[][4] = {
	{"高", "高", "高", "高\uFE00"},	    {"田", "田", "田", "田 "},
	{"辻", "辻", "辻\U000E0101", "辻"}, {"一", "一", "一", "一"},
	{"二", "二", "二", "二　"},	    {"子", "子", "子", "子"},
	{"𠮷", "𠮷", "𠮷", "𠮷"},	    {"Ａ", "A", "a", "ａ"},
	{"々", "々", "々", "々"},	    {"花", "花", "花", "花"},
};
enum { SPELT = 10 };

static struct units units_make(struct world *world)
{
	struct units units = {.count = (int)draw(world, 4) + 2};
	for (int i = 0; i < units.count; i++)
		units.unit[i] = (int)draw(world, SPELT);
	units.given_at = 1 + (int)draw(world, (unsigned)units.count - 1);
	return units;
}

static struct person person_make(struct world *world)
{
	return (struct person){
		.kana = units_make(world),
		.name = units_make(world),
		.birth = 19300101 + (int)draw(world, 9) * 10000,
		.sex = 1 + (int)draw(world, 2),
		.key = {1 + (int)draw(world, 3), 1 + (int)draw(world, 3), 1 + (int)draw(world, 4),
			(int)draw(world, 3)},
	};
}

/* Somebody who is easily taken for the first: a twin, a namesake, one of the family. */
static struct person person_like(struct world *world, const struct person *first)
{
	struct person like = *first, other = person_make(world);
	switch (draw(world, 6)) {
	case 0: /* twin */
	case 1:
		like.kana.unit[like.kana.count - 1] = other.kana.unit[0];
		like.name.unit[like.name.count - 1] = other.name.unit[0];
		like.sex = in(world, 2) ? like.sex : other.sex;
		like.key.branch = in(world, 3) ? like.key.branch : like.key.branch + 1;
		break;
	case 2: /* namesake */
		like.name = in(world, 2) ? like.name : other.name;
		like.birth = in(world, 3) ? other.birth : like.birth;
		like.key = other.key;
		break;
	case 3: /* of the family */
		like.birth = other.birth;
		like.name.unit[like.name.count - 1] = other.name.unit[0];
		like.kana = other.kana;
		break;
	case 4: like.sex = 3 - like.sex; break;
	default:
		like = other;
		like.birth = first->birth;
		break;
	}
	return like;
}

static void unread(struct world *world, struct units *units)
{
	for (int i = 0; i < units->count; i++)
		if (in(world, 3))
			units->unit[i] = UNREADABLE;
}

static struct card card_make(struct world *world, int owner)
{
	const struct person *person = &world->people[owner];
	struct person before = person_make(world);
	struct card card = {
		.owner = owner,
		.kana = person->kana,
		.name = person->name,
		.birth = in(world, 12) ? 0 : person->birth,
		.sex = in(world, 8) ? 0 : person->sex,
		.keys = {in(world, 4) ? (struct key){0} : person->key,
			 in(world, 3) ? before.key : (struct key){0}},
	};
	if (in(world, 8))
		unread(world, &card.name);
	if (in(world, 8))
		card.kana.count = 0;
	if (in(world, 12))
		card.name.count = 0;
	if (in(world, 5)) {
		card.has_alias = true;
		card.is_kana_alias = in(world, 2);
		card.alias = card.is_kana_alias ? before.kana : before.name;
	}
	return card;
}

static void tap_make(struct world *world)
{
	static const int validities[] = {1, 1, 1, 1, 1, 1, 2, 3, 4, 5};
	struct tap *tap = &world->tap;
	*tap = (struct tap){.who = (int)draw(world, PEOPLE), .qualifications = 1};
	tap->told = world->people[tap->who];
	tap->validity = validities[draw(world, sizeof validities / sizeof validities[0])];
	if (in(world, 3)) /* another insurer */
		tap->told.key = person_make(world).key;
	if (in(world, 8)) { /* married */
		struct person other = person_make(world);
		tap->told.kana.unit[0] = other.kana.unit[0];
		tap->told.name.unit[0] = other.name.unit[0];
	}
	const struct card *card = &world->cards[tap->who];
	if (card->has_alias && in(world, 2))
		*(card->is_kana_alias ? &tap->told.kana : &tap->told.name) = card->alias;
	if (in(world, 4))
		unread(world, &tap->told.name);
	if (in(world, 10))
		unread(world, &tap->told.kana);
	if (in(world, 10))
		tap->told.kana.count = 0;
	tap->qualifications = in(world, 20) ? 2 : tap->validity == 4 ? 0 : 1;
	switch (draw(world, 6)) {
	case 0:
	case 1: tap->reference = tap->who + 1; break;
	case 2: tap->reference = 1 + (int)draw(world, PEOPLE + 1); break; /* exchanged, unknown */
	default: break;
	}
}

static struct world world_make(uint64_t seed)
{
	struct world world = {.seed = seed * 0x9E3779B97F4A7C15U + 1};
	for (int i = 0; i < 4; i++)
		(void)draw(&world, 2);
	world.people[0] = person_make(&world);
	for (int i = 1; i < PEOPLE; i++)
		world.people[i] = person_like(&world, &world.people[draw(&world, (unsigned)i)]);
	for (int i = 0; i < PEOPLE; i++)
		world.cards[i] = card_make(&world, i);
	tap_make(&world);
	return world;
}

/* --- the oracle --- */

enum relation { NOTHING, SAME, BUT_UNREADABLE, DIFFERENT };

static enum relation relation(const struct units *a, const struct units *b)
{
	int same = 0, unreadable = 0;
	if (!a->count || !b->count)
		return NOTHING;
	if (a->count != b->count)
		return DIFFERENT;
	for (int i = 0; i < a->count; i++) {
		if (a->unit[i] == UNREADABLE || b->unit[i] == UNREADABLE)
			unreadable++;
		else if (a->unit[i] != b->unit[i])
			return DIFFERENT;
		else
			same++;
	}
	if (!same)
		return NOTHING;
	return unreadable ? BUT_UNREADABLE : SAME;
}

static bool units_equal(const struct units *a, const struct units *b)
{
	return a->count && a->count == b->count &&
	       memcmp(a->unit, b->unit, (size_t)a->count * sizeof a->unit[0]) == 0;
}

static bool key_equal(const struct key *a, const struct key *b)
{
	return a->insurer && a->insurer == b->insurer && a->symbol == b->symbol &&
	       a->number == b->number && a->branch == b->branch;
}

struct verdict {
	bool fits, is_clear, is_holder, has_number, is_same_day, is_other_sex;
};

enum { ELDERLY = 3 }; /* of the insurers: 39 */

static struct verdict verdict(const struct tap *tap, const struct card *card, int number)
{
	const struct person *told = &tap->told;
	enum relation by_kana = relation(&told->kana, &card->kana);
	enum relation by_name = relation(&told->name, &card->name);
	bool is_alias = card->has_alias &&
			units_equal(card->is_kana_alias ? &told->kana : &told->name, &card->alias);
	bool is_key =
		key_equal(&told->key, &card->keys[0]) || key_equal(&told->key, &card->keys[1]);
	bool is_personal = told->key.branch || told->key.insurer == ELDERLY;
	bool is_same = by_kana == SAME || by_name == SAME || is_alias;
	bool is_dotted = by_kana == BUT_UNREADABLE || by_name == BUT_UNREADABLE;
	bool is_nameless = by_kana == NOTHING && by_name == NOTHING;
	bool is_contrary = by_kana == DIFFERENT || by_name == DIFFERENT;
	struct verdict v = {
		.has_number = tap->reference == number,
		.is_same_day = told->birth == card->birth,
		.is_other_sex = card->sex && card->sex != told->sex,
	};
	bool is_named = is_same || is_dotted;
	v.fits = v.has_number || (is_key && (is_personal || v.is_same_day || is_named)) ||
		 (v.is_same_day && (is_named || is_nameless));
	bool is_clearly_named = is_same || (is_dotted && !is_contrary) || (is_nameless && is_key);
	v.is_clear = v.is_same_day && !v.is_other_sex && is_clearly_named && !tap->reference;
	v.is_holder = v.has_number && v.is_same_day && !v.is_other_sex && is_same;
	return v;
}

static struct match expected(const struct world *world, bool fits[PEOPLE])
{
	const struct tap *tap = &world->tap;
	struct verdict holder = {.fits = false};
	int count = 0, clear = 0, holder_number = 0, clear_number = 0;
	for (int i = 0; i < PEOPLE; i++) {
		struct verdict v = verdict(tap, &world->cards[i], i + 1);
		fits[i] = v.fits;
		count += v.fits;
		clear += v.fits && v.is_clear;
		clear_number = v.fits && v.is_clear ? i + 1 : clear_number;
		holder_number = v.has_number ? i + 1 : holder_number;
		holder = v.has_number ? v : holder;
	}
	if (tap->validity == 5 || (tap->validity == 1 && tap->qualifications > 1))
		return (struct match){MATCH_ASK, MATCH_SEVERAL, 0, 0};
	if (tap->validity != 1)
		return (struct match){MATCH_ASIDE, MATCH_NOT_VALID,
				      holder.is_holder ? holder_number : 0, 0};
	if (tap->reference && !holder_number)
		return (struct match){MATCH_ASK, MATCH_REFERENCE_UNKNOWN, 0, 0};
	if (tap->reference && holder.is_holder)
		return (struct match){MATCH_LINK, MATCH_REASON_NONE, holder_number, 0};
	if (tap->reference)
		return (struct match){MATCH_ASK,
				      holder.is_same_day && !holder.is_other_sex
					      ? MATCH_NAME_DIFFERS
					      : MATCH_PERSON_DIFFERS,
				      0, 0};
	if (!count)
		return (struct match){MATCH_NEW, MATCH_REASON_NONE, 0, 0};
	if (count == 1 && clear == 1)
		return (struct match){MATCH_ASK, MATCH_PROPOSED, 0, clear_number};
	return (struct match){MATCH_ASK, MATCH_CANDIDATES, 0, 0};
}

/* Is the one told of, by all that is told, no other than the owner of this chart? */
static bool cannot_be_told_apart(const struct person *told, const struct person *owner,
				 const struct card *card)
{
	bool is_named = units_equal(&told->kana, &owner->kana) ||
			units_equal(&told->name, &owner->name) ||
			units_equal(card->is_kana_alias ? &told->kana : &told->name, &card->alias);
	return told->birth == owner->birth && (!card->sex || told->sex == owner->sex) && is_named;
}

/* --- spelling, for the rules --- */

struct spelt {
	char kana[TEXT_BYTES], name[TEXT_BYTES], birth[16], sex[4];
	char insurer[16], symbol[16], number[16], branch[8];
};

static void spell(struct world *world, const struct units *units, const char *const table[][4],
		  char text[TEXT_BYTES])
{
	static const char *const gaps[] = {"　", " ", "", "\u00A0"};
	size_t len = 0;
	const char *gap = gaps[draw(world, 4)];
	unsigned column = draw(world, 3);
	text[0] = '\0';
	for (int i = 0; i < units->count; i++) {
		const char *unit = "●";
		if (units->unit[i] != UNREADABLE)
			unit = table[units->unit[i]][in(world, 4) ? 3 : column];
		len += (size_t)snprintf(text + len, TEXT_BYTES - len, "%s%s",
					i == units->given_at ? gap : "", unit);
	}
	assert_true(len < TEXT_BYTES);
}

static const char *const insurers[][2] = {{"138016", "00138016"},
					  {"06000004", "06000004"},
					  {"39131156", "39131156"}};

static void spell_person(struct world *world, const struct person *person, struct spelt *to)
{
	spell(world, &person->kana, kana, to->kana);
	spell(world, &person->name, letters, to->name);
	(void)snprintf(to->birth, sizeof to->birth, "%d", person->birth);
	(void)snprintf(to->sex, sizeof to->sex, "%d", person->sex);
	to->insurer[0] = to->symbol[0] = to->number[0] = to->branch[0] = '\0';
	if (!person->key.insurer)
		return;
	(void)snprintf(to->insurer, sizeof to->insurer, "%s",
		       insurers[person->key.insurer - 1][draw(world, 2)]);
	(void)snprintf(to->symbol, sizeof to->symbol, in(world, 2) ? "1%d" : "１%d",
		       person->key.symbol);
	(void)snprintf(to->number, sizeof to->number, in(world, 2) ? "%d2" : "%d２",
		       person->key.number);
	if (person->key.branch)
		(void)snprintf(to->branch, sizeof to->branch, "%02d", person->key.branch);
}

static struct str told(const char *text)
{
	return *text ? str_of(text) : (struct str){0};
}

static struct record_qualification qualification_of(const struct spelt *spelt)
{
	struct record_qualification q = {.diseases_count = 0};
	q.elements[RECORD_NAME] = told(spelt->name);
	q.elements[RECORD_NAME_KANA] = told(spelt->kana);
	q.elements[RECORD_BIRTH] = told(spelt->birth);
	q.elements[RECORD_SEX] = told(spelt->sex);
	q.elements[RECORD_INSURER_NUMBER] = told(spelt->insurer);
	q.elements[RECORD_SYMBOL] = told(spelt->symbol);
	q.elements[RECORD_NUMBER] = told(spelt->number);
	q.elements[RECORD_BRANCH] = told(spelt->branch);
	return q;
}

static bool has_key(struct world *world, struct arena *arena, const struct card *card,
		    struct str key)
{
	for (int i = 0; key.len && i < KEYS; i++) {
		const struct person person = {.key = card->keys[i]};
		struct spelt spelt;
		struct str own;
		if (!card->keys[i].insurer)
			continue;
		spell_person(world, &person, &spelt);
		struct record_qualification q = qualification_of(&spelt);
		assert_int_equal(record_member_key(arena, &q, &own), 0);
		if (str_equal(own, key))
			return true;
	}
	return false;
}

static struct candidate weighed(struct world *world, struct arena *arena, int which,
				const struct candidate_told *from)
{
	const struct card *card = &world->cards[which];
	const struct person person = {.kana = card->kana, .name = card->name};
	struct spelt spelt;
	char number[16], birth[16] = "", sex[4] = "", alias_text[TEXT_BYTES];
	struct candidate candidate = {0};
	spell_person(world, &person, &spelt);
	(void)snprintf(number, sizeof number, "%d", which + 1);
	if (card->birth)
		(void)snprintf(birth, sizeof birth, "%d", card->birth);
	if (card->sex)
		(void)snprintf(sex, sizeof sex, "%d", card->sex);
	spell(world, &card->alias, card->is_kana_alias ? kana : letters, alias_text);
	const struct candidate_alias alias = {card->is_kana_alias, told(alias_text)};
	const struct candidate_chart chart = {
		.chart = {.number = which + 1,
			  .reference = told(number),
			  .name = told(spelt.name),
			  .kana = told(spelt.kana),
			  .birth = told(birth),
			  .sex = told(sex)},
		.has_member_key = has_key(world, arena, card, from->member_key),
		.aliases = &alias,
		.aliases_count = card->has_alias,
	};
	assert_int_equal(candidate_weigh(from, &chart, &candidate), 0);
	return candidate;
}

/* --- comparing --- */

struct decided {
	struct match match;
	bool fits[PEOPLE];
};

static struct decided decide(struct world *world)
{
	AUTO(arena_clear) struct arena arena;
	const struct tap *tap = &world->tap;
	struct candidate list[PEOPLE];
	struct candidate_told from;
	struct decided decided = {.match.chart = 0};
	struct spelt spelt;
	char reference[16] = "", validity[4];
	size_t count = 0;
	arena_init(&arena, 1 << 20);
	spell_person(world, &tap->told, &spelt);
	struct record_qualification q = qualification_of(&spelt);
	(void)snprintf(validity, sizeof validity, "%d", tap->validity);
	if (tap->reference)
		(void)snprintf(reference, sizeof reference, "%d", tap->reference);
	const struct result result = {.reference = told(reference),
				      .validity = told(validity),
				      .qualifications_count = (size_t)tap->qualifications,
				      .first = &q};
	assert_int_equal(candidate_told_read(&arena, &result, &from), 0);
	for (int i = 0; i < PEOPLE; i++) {
		list[count] = weighed(world, &arena, i, &from);
		decided.fits[i] = candidate_fits(&from, &list[count]);
		count += decided.fits[i];
	}
	candidates_sort(list, count);
	decided.match = match_decide(&result, list, count);
	return decided;
}

/* What is wrong with the rules in this world; NULL: nothing. */
static const char *complaint(struct world *world)
{
	bool fits[PEOPLE];
	const struct decided decided = decide(world);
	const struct match match = decided.match, right = expected(world, fits);
	if (match.kind == MATCH_LINK) {
		const struct card *card = &world->cards[match.chart - 1];
		if (card->owner != world->tap.who &&
		    !cannot_be_told_apart(&world->tap.told, &world->people[card->owner], card))
			return "a link to another person's chart";
	}
	if (memcmp(fits, decided.fits, sizeof fits) != 0)
		return "another set of candidates";
	if (match.kind != right.kind || match.reason != right.reason)
		return "another decision";
	if (match.chart != right.chart || match.proposed != right.proposed)
		return "another chart";
	return NULL;
}

struct tally {
	size_t worlds, kinds[5], proposed;
	const char *complaint;
	uint64_t seed;
};

/* Until something is wrong. */
static struct tally run(size_t pairs)
{
	struct tally tally = {.worlds = 0};
	for (; tally.worlds * PEOPLE < pairs && !tally.complaint; tally.worlds++) {
		struct world world = world_make(tally.worlds + 1);
		bool fits[PEOPLE];
		tally.seed = tally.worlds + 1;
		tally.complaint = complaint(&world);
		struct match match = expected(&world, fits);
		tally.kinds[match.kind]++;
		tally.proposed += match.proposed != 0;
	}
	return tally;
}

/* --- planted faults --- */

enum fault {
	FAULT_NONE,
	FAULT_DOT_IS_SEVERAL,
	FAULT_DOT_IS_NONE,
	FAULT_SEX_IGNORED,
	FAULT_BIRTH_IGNORED,
	FAULT_NAMES_IGNORED,
	FAULT_KEY_IGNORED,
	FAULT_SMALL_KANA,
	FAULT_HIRAGANA,
	FAULT_ALIAS_IGNORED,
	FAULT_FIRST_OF_SEVERAL,
	FAULT_PROPOSED_IS_LINKED,
	FAULT_UNKNOWN_IS_NEW,
	FAULT_INVALID_IS_LINKED,
	FAULTS,
};

static enum fault planted;

enum fold_fit __real_fold_compare(struct str a, struct str b);
enum fold_fit __wrap_fold_compare(struct str a, struct str b);
int __real_fold_kana(struct arena *arena, struct str text, struct str *ret_fold);
int __wrap_fold_kana(struct arena *arena, struct str text, struct str *ret_fold);
int __real_candidate_weigh(const struct candidate_told *told, const struct candidate_chart *chart,
			   struct candidate *ret_candidate);
int __wrap_candidate_weigh(const struct candidate_told *told, const struct candidate_chart *chart,
			   struct candidate *ret_candidate);
bool __real_candidate_is_holder(const struct candidate *candidate);
bool __wrap_candidate_is_holder(const struct candidate *candidate);
struct match __real_match_decide(const struct result *result, const struct candidate *candidates,
				 size_t count);
struct match __wrap_match_decide(const struct result *result, const struct candidate *candidates,
				 size_t count);

enum fold_fit __wrap_fold_compare(struct str a, struct str b)
{
	const struct str dot = STR("●");
	if (planted == FAULT_DOT_IS_SEVERAL && a.len && b.len &&
	    (str_starts(a, dot) || str_starts(b, dot)))
		return FOLD_SAME_BUT_UNREADABLE;
	enum fold_fit fit = __real_fold_compare(a, b);
	if (planted == FAULT_DOT_IS_NONE && fit == FOLD_SAME_BUT_UNREADABLE)
		return str_equal(a, b) ? fit : FOLD_DIFFERENT;
	return fit;
}

int __wrap_fold_kana(struct arena *arena, struct str text, struct str *ret_fold)
{
	static const char *const left[] = {"ッ", "つ"};
	struct str piece = str_of(left[planted == FAULT_HIRAGANA]);
	bool is_left = false;
	for (size_t i = 0; i + piece.len <= text.len; i++)
		is_left |= memcmp(text.ptr + i, piece.ptr, piece.len) == 0;
	if (is_left && (planted == FAULT_SMALL_KANA || planted == FAULT_HIRAGANA)) {
		*ret_fold = text;
		return 0;
	}
	return __real_fold_kana(arena, text, ret_fold);
}

int __wrap_candidate_weigh(const struct candidate_told *from, const struct candidate_chart *chart,
			   struct candidate *ret_candidate)
{
	struct candidate_chart seen = *chart;
	if (planted == FAULT_KEY_IGNORED)
		seen.has_member_key = false;
	if (planted == FAULT_ALIAS_IGNORED)
		seen.aliases_count = 0;
	int r = __real_candidate_weigh(from, &seen, ret_candidate);
	if (planted == FAULT_SEX_IGNORED)
		ret_candidate->reasons &= ~(unsigned)CANDIDATE_SEX_DIFFERS;
	if (planted == FAULT_BIRTH_IGNORED && ret_candidate->reasons & CANDIDATE_REFERENCE)
		ret_candidate->reasons |= CANDIDATE_BIRTH;
	return r;
}

bool __wrap_candidate_is_holder(const struct candidate *candidate)
{
	struct candidate seen = *candidate;
	if (planted == FAULT_NAMES_IGNORED)
		seen.reasons |= CANDIDATE_KANA;
	return __real_candidate_is_holder(&seen);
}

struct match __wrap_match_decide(const struct result *result, const struct candidate *candidates,
				 size_t count)
{
	struct match match = __real_match_decide(result, candidates, count);
	if (planted == FAULT_FIRST_OF_SEVERAL && match.reason == MATCH_CANDIDATES)
		match.proposed = candidates[0].chart;
	if (planted == FAULT_PROPOSED_IS_LINKED && match.proposed)
		match = (struct match){.kind = MATCH_LINK, .chart = match.proposed};
	if (planted == FAULT_UNKNOWN_IS_NEW && match.reason == MATCH_REFERENCE_UNKNOWN)
		match.kind = MATCH_NEW;
	if (planted == FAULT_INVALID_IS_LINKED && match.kind == MATCH_ASIDE && match.chart)
		match.kind = MATCH_LINK;
	return match;
}

/* --- tests --- */

static void test_a_hundred_thousand_pairs_are_judged_as_the_oracle_does(void **state)
{
	(void)state;
	planted = FAULT_NONE;
	const struct tally tally = run(getenv("SHIKAKU_NIGHTLY") ? PAIRS_NIGHTLY : PAIRS);
	if (tally.complaint)
		fail_msg("%s, with seed %llu", tally.complaint, (unsigned long long)tally.seed);
	print_message("%zu pairs: %zu linked, %zu new, %zu asked (%zu with one proposed), %zu "
		      "aside\n",
		      tally.worlds * PEOPLE, tally.kinds[MATCH_LINK], tally.kinds[MATCH_NEW],
		      tally.kinds[MATCH_ASK], tally.proposed, tally.kinds[MATCH_ASIDE]);
	/* It would be no proof if something hardly ever happened. */
	for (int kind = MATCH_LINK; kind <= MATCH_ASIDE; kind++)
		assert_true(tally.kinds[kind] > tally.worlds / 100);
	assert_true(tally.proposed > tally.worlds / 100);
}

static void test_each_planted_fault_is_found(void **state)
{
	(void)state;
	for (int fault = FAULT_NONE + 1; fault < FAULTS; fault++) {
		planted = (enum fault)fault;
		const struct tally tally = run(PAIRS);
		if (!tally.complaint)
			fail_msg("fault %d was not found", fault);
		else
			print_message("fault %d: %s after %zu pairs\n", fault, tally.complaint,
				      tally.worlds * PEOPLE);
	}
	planted = FAULT_NONE;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_hundred_thousand_pairs_are_judged_as_the_oracle_does),
		cmocka_unit_test(test_each_planted_fault_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
