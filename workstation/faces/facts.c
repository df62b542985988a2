/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/facts.h"

#include <assert.h>

#include "workstation/desk/settle.h"
#include "workstation/rules/matching.h"
#include "workstation/rules/policy.h"
#include "workstation/store/store.h"

static const char *const meanings[RECORD_ELEMENTS] = {
#define MEANING(element, sentence) [RECORD_##element] = sentence,
#include "workstation/faces/meanings.def"
#undef MEANING
};

/* An element without a sentence does not build. */
#define MEANING(element, sentence) +1
static_assert(0
#include "workstation/faces/meanings.def"
		      == RECORD_ELEMENTS,
	      "workstation/faces/meanings.def has a sentence for every element");
#undef MEANING

struct str facts_meaning(enum record_element element)
{
	return str_of(meanings[element]);
}

struct str facts_word(enum record_table table, struct str code)
{
	struct str word = code.ptr ? record_code_word(table, code) : (struct str){0};
	return word.ptr ? word : code;
}

static const struct {
	enum record_table table;
	const char *code, *word;
} codes[] = {
#define CODE(table, code, word) {RECORD_TABLE_##table, code, word},
#include "lib/record/codes.def"
#undef CODE
};

static void table_put(struct json_writer *out, const char *name, enum record_table table)
{
	json_key(out, name);
	json_object_open(out);
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].table == table)
			json_put_member(out, codes[i].code, str_of(codes[i].word));
	json_object_close(out);
}

void facts_codes_put(struct json_writer *out)
{
	json_key(out, "codes");
	json_object_open(out);
	table_put(out, "card_class", RECORD_TABLE_CARD_CLASS);
	table_put(out, "relation", RECORD_TABLE_RELATION);
	table_put(out, "limit_class", RECORD_TABLE_LIMIT_CLASS);
	json_object_close(out);
}

struct str facts_status_name(enum seen_status status)
{
	switch (status) {
	case SEEN_ASKS: return STR("asks");
	case SEEN_NEW: return STR("new");
	case SEEN_CHANGED: return STR("changed");
	case SEEN_LINKED: return STR("linked");
	case SEEN_INVALID: return STR("invalid");
	}
	return STR("linked");
}

/* --- one line --- */

/* What is not 有効, and what to do about it, by its row of the catalogue. */
static void advice_put(struct json_writer *out, struct str validity)
{
	struct str code = validity_problem(validity);
	enum face_problem problem = code.ptr ? face_problem_of_code(code) : FACE_NO_PROBLEM;
	if (!problem)
		return;
	json_key(out, "advice");
	json_object_open(out);
	json_put_member(out, "title", face_problem_title(problem));
	json_put_member(out, "action", face_problem_action(problem));
	json_object_close(out);
}

void facts_person_put(struct json_writer *out, const struct seen *seen)
{
	json_put_member(out, "name", seen->name);
	json_put_member(out, "kana", seen->kana);
	json_put_member(out, "birth", seen->birth);
	json_put_member(out, "sex", facts_word(RECORD_TABLE_SEX, seen->sex));
	json_put_member(out, "insurer_number", seen->insurer_number);
	json_put_member(out, "insurer_name", seen->insurer_name);
	json_put_member(out, "symbol", seen->symbol);
	json_put_member(out, "number", seen->number);
	json_put_member(out, "branch", seen->branch);
	json_put_member(out, "relation", facts_word(RECORD_TABLE_RELATION, seen->relation));
	json_put_member(out, "ratio", seen->ratio);
}

void facts_seen_put(struct json_writer *out, const struct seen *seen)
{
	json_object_open(out);
	json_put_member(out, "id", seen->result_id);
	json_put_member(out, "confirmed_at", seen->confirmed_at);
	json_put_member(out, "method", seen->method);
	json_put_member(out, "staff", seen->staff);
	json_put_member(out, "validity", seen->validity);
	json_put_member(out, "validity_word", facts_word(RECORD_TABLE_VALIDITY, seen->validity));
	json_put_member(out, "remark", seen->remark);
	json_put_member(out, "reference", seen->reference);
	json_put_member(out, "status", facts_status_name(seen->status));
	json_put_member_number(out, "chart", seen->chart);
	json_key(out, "waits");
	json_put_bool(out, seen->state == SEEN_OPEN);
	facts_person_put(out, seen);
	advice_put(out, seen->validity);
	json_object_close(out);
}

/* --- all of it --- */

int facts_read(struct face_call *call, struct str result_id, struct facts *facts)
{
	int r = store_seen_get(call->db, call->arena, result_id, &facts->seen);
	if (r)
		return r < 0 ? PASS(r) : FACE_RESULT_UNKNOWN;
	r = settle_qualifications(call->arena, facts->seen.raw, &facts->document,
				  &facts->qualifications, &facts->count);
	if (r)
		return PASS(r);
	facts->result = (struct result){
		.id = facts->seen.result_id,
		.confirmed_at = facts->seen.confirmed_at,
		.reference = facts->seen.reference,
		.validity = facts->seen.validity,
		.raw = facts->seen.raw,
		.qualifications_count = facts->count,
		.first = facts->count ? facts->qualifications : NULL,
	};
	return 0;
}

void facts_clear(struct facts *facts)
{
	json_clear(&facts->document);
}

static const char *form_name(enum record_format format)
{
	switch (format) {
	case RECORD_FORMAT_DATE: return "day";
	case RECORD_FORMAT_DATETIME: return "moment";
	case RECORD_FORMAT_RATIO: return "ratio";
	case RECORD_FORMAT_YEN: return "yen";
	case RECORD_FORMAT_TEXT:
	case RECORD_FORMAT_DIGITS:
	case RECORD_FORMAT_BRANCH:
	case RECORD_FORMAT_CODE:
	case RECORD_FORMAT_POSTCODE: break;
	}
	return "text";
}

static void element_put(struct json_writer *out, enum record_element element, struct str value)
{
	const struct record_element_row *row = record_element_row(element);
	if (!value.ptr)
		return;
	json_object_open(out);
	json_put_member(out, "name", str_of(row->oqs_name));
	json_put_member(out, "label", str_of(row->label));
	json_put_member(out, "meaning", facts_meaning(element));
	json_put_member(out, "form", str_of(form_name(row->format)));
	json_put_member(out, "value", value);
	if (row->table != RECORD_TABLE_NONE)
		json_put_member(out, "word", facts_word(row->table, value));
	json_object_close(out);
}

static void qualification_put(struct json_writer *out, const struct record_qualification *one)
{
	json_array_open(out);
	for (enum record_element element = 0; element < RECORD_DISEASE_CATEGORY; element++)
		element_put(out, element, one->elements[element]);
	for (size_t i = 0; i < one->diseases_count; i++)
		for (size_t k = 0; k < RECORD_ELEMENTS - RECORD_DISEASE_CATEGORY; k++)
			element_put(out, (enum record_element)(RECORD_DISEASE_CATEGORY + k),
				    one->diseases[i][k]);
	json_array_close(out);
}

void facts_qualifications_put(struct json_writer *out, const struct facts *facts)
{
	json_array_open(out);
	for (size_t i = 0; i < facts->count; i++)
		qualification_put(out, &facts->qualifications[i]);
	json_array_close(out);
}
