/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/workstation/script.h"

#include "lib/json/writer.h"
#include "lib/record/record.h"

struct script {
	script_fn tap;
	void *ctx;
	size_t first, next, end;
};

static int script_begin(void *ctx, const struct source_ask *ask)
{
	struct script *script = ctx;
	(void)ask;
	script->next = script->first;
	return 0;
}

static const struct record_qualification *qualification_of(struct arena *arena,
							   const struct script_tap *tap)
{
	struct record_qualification *said = arena_alloc(arena, sizeof *said);
	if (!said || !tap->name)
		return NULL;
	struct str *elements = said->elements;
	elements[RECORD_CARD_CLASS] = STR("01");
	elements[RECORD_INSURER_NUMBER] = str_of(tap->insurer_number);
	elements[RECORD_INSURER_NAME] = str_of(tap->insurer_name);
	elements[RECORD_SYMBOL] = str_of(tap->symbol);
	elements[RECORD_NUMBER] = str_of(tap->number);
	elements[RECORD_BRANCH] = str_of(tap->branch);
	elements[RECORD_RELATION] = str_of(tap->relation);
	elements[RECORD_NAME] = str_of(tap->name);
	elements[RECORD_NAME_KANA] = str_of(tap->kana);
	elements[RECORD_SEX] = str_of(tap->sex);
	elements[RECORD_BIRTH] = str_of(tap->birth);
	elements[RECORD_VALID_FROM] = str_of(tap->from);
	elements[RECORD_RATIO] = str_of(tap->elderly_ratio);
	return said;
}

static int raw_write(struct arena *arena, const struct script_tap *tap,
		     const struct record_qualification *said, struct str *ret_raw)
{
	struct json_writer out;
	json_writer_init(&out, arena, 1024);
	json_put_raw(&out, STR("{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultStatus\":\"1\","
			       "\"QualificationValidity\":"));
	json_put_raw(&out, STR("\""));
	json_put_raw(&out, str_of(tap->validity));
	json_put_raw(&out, STR("\",\"ResultList\":["));
	if (said) {
		json_put_raw(&out, STR("{\"ResultOfQualificationConfirmation\":{"));
		struct json_writer inner;
		struct str text;
		json_writer_init(&inner, arena, 1024);
		json_object_open(&inner);
		for (int i = 0; i < RECORD_ELEMENTS; i++)
			json_put_member(&inner,
					record_element_row((enum record_element)i)->oqs_name,
					said->elements[i]);
		json_object_close(&inner);
		int r = json_writer_end(&inner, &text);
		if (r)
			return PASS(r);
		json_put_raw(&out, (struct str){text.ptr + 1, text.len - 1});
		json_put_raw(&out, STR("}"));
	}
	json_put_raw(&out, STR("]},\"MessageHeader\":{\"SegmentOfResult\":\"1\"}}}"));
	int r = json_writer_end(&out, ret_raw);
	return r ? PASS(r) : 0;
}

static int script_next(void *ctx, struct arena *arena, struct result *ret_result)
{
	struct script *script = ctx;
	struct script_tap tap = {0};
	struct result result = {0};
	if (script->next == script->end)
		return SOURCE_END;
	script->tap(script->ctx, script->next, &tap);
	result.first = qualification_of(arena, &tap);
	result.qualifications_count = result.first != NULL;
	result.confirmed_at = str_of(tap.at);
	result.method = str_of(tap.method);
	result.staff = STR("01");
	result.validity = str_of(tap.validity);
	result.reference = str_of(tap.reference);
	int r = arena_print(arena, &result.id, "%032zx", script->next + 1);
	if (!r)
		r = raw_write(arena, &tap, result.first, &result.raw);
	if (r)
		return PASS(r);
	script->next++;
	*ret_result = result;
	return 0;
}

static struct str script_cursor(void *ctx)
{
	(void)ctx;
	return STR("end");
}

static void script_end(void *ctx)
{
	(void)ctx;
}

static int script_register(void *ctx, struct arena *arena, const struct registration *registration,
			   struct str *ret_held)
{
	(void)ctx;
	(void)arena;
	(void)registration;
	(void)ret_held;
	return 0;
}

static struct str script_problem(void *ctx)
{
	(void)ctx;
	return (struct str){0};
}

int script_run(struct db *db, script_fn tap, void *ctx, size_t first, size_t count, int64_t now_ms,
	       struct sync_report *ret_report)
{
	struct script script = {tap, ctx, first, first, first + count};
	const struct actor nobody = {.now_ms = now_ms};
	const struct source source = {
		.begin = script_begin,
		.next = script_next,
		.cursor = script_cursor,
		.end = script_end,
		.reference_register = script_register,
		.problem = script_problem,
		.ctx = &script,
	};
	int r = sync_run(db, &source, &nobody, NULL, NULL, ret_report);
	return r < 0 ? PASS(r) : r;
}
