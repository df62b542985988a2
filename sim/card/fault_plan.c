/* SPDX-License-Identifier: Apache-2.0 */
/* The plan's little language. */
#include "sim/card/fault_plan.h"

#include "lib/base/number.h"

enum { INDEX_MAX = 1000000 };

static bool sw_parse(struct str text, unsigned *ret_sw)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned sw = 0;
	if (text.len != 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const char *digit = memchr(digits, text.ptr[i], 16);
		if (!digit)
			return false;
		sw = sw << 4 | (unsigned)(digit - digits);
	}
	*ret_sw = sw;
	return true;
}

static bool kind_parse(struct str text, struct fault_line *line)
{
	line->kind = FAULT_NONE;
	if (str_equal(text, STR("drop")))
		line->kind = FAULT_DROP;
	if (str_equal(text, STR("cut")))
		line->kind = FAULT_CUT;
	if (str_equal(text, STR("spoil")))
		line->kind = FAULT_SPOIL;
	if (str_starts(text, STR("sw="))) {
		line->kind = FAULT_STATUS;
		return sw_parse((struct str){text.ptr + 3, text.len - 3}, &line->sw);
	}
	return line->kind != FAULT_NONE;
}

static bool line_parse(struct str text, struct fault_line *ret_line)
{
	struct fault_line line = {0};
	struct str index = {0};
	int64_t number = 0;
	if (!str_split(&text, ':', &index) || !text.ptr)
		return false;
	line.always = str_equal(index, STR("*"));
	if (!line.always && number_parse(index, 0, INDEX_MAX, &number))
		return false;
	line.index = (size_t)number;
	if (!kind_parse(text, &line))
		return false;
	*ret_line = line;
	return true;
}

int fault_plan_parse(struct str text, struct fault_plan *ret_plan)
{
	struct fault_plan plan = {0};
	struct str line = {0};
	while (str_split(&text, ',', &line)) {
		if (plan.count == FAULT_LINES_MAX || !line_parse(line, &plan.lines[plan.count]))
			return FAULT_PLAN_MALFORMED;
		plan.count++;
	}
	*ret_plan = plan;
	return 0;
}

struct fault_line fault_plan_at(const struct fault_plan *plan, size_t index)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->lines[i].always || plan->lines[i].index == index)
			return plan->lines[i];
	return (struct fault_line){0};
}
