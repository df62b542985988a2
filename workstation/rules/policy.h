/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a result says against what a chart holds, field by field, and what is to be done about it.
 * Compared in a form of their own (widths, small kana, spaces, leading zeros, ●); kept and shown as
 * they came.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/record/record.h"

enum chart_field {
#define FIELD(enum_name, name, label, meaning, element, choice) CHART_##enum_name,
#include "workstation/rules/fields.def"
#undef FIELD
	CHART_FIELDS,
};

enum policy_choice {
	POLICY_NONE, /* nobody has said */
	POLICY_TAKE, /* 反映する */
	POLICY_KEEP, /* しない */
	POLICY_ASK,  /* 毎回たずねる */
};

struct chart_field_row {
	const char *name;    /* "kana": in the store and on the page */
	const char *label;   /* Japanese */
	const char *meaning; /* Japanese, a sentence or two */
	enum record_element element;
	enum policy_choice choice; /* where nobody has said otherwise */
};

const struct chart_field_row *chart_field_row(enum chart_field field);
/* CHART_FIELDS: no such name. */
enum chart_field chart_field_of_name(struct str name);

struct str policy_name(enum policy_choice choice);  /* "take", "keep", "ask"; absent for NONE */
enum policy_choice policy_of_name(struct str name); /* POLICY_NONE: no such name */

/* The one that holds: the patient's, else the facility's, else the field's own; never NONE. */
enum policy_choice policy_of(enum chart_field field, enum policy_choice patient,
			     enum policy_choice facility);

enum difference {
	DIFFERENCE_NONE,  /* the same, or nothing was told */
	DIFFERENCE_FILLS, /* the chart holds nothing yet */
	DIFFERENCE_CHANGES,
};

/* Absent texts are nothing. Fault: -ENOMEM. */
MUST_CHECK int difference_find(struct arena *arena, enum chart_field field, struct str held,
			       struct str told, enum difference *ret_difference);

enum policy_action {
	POLICY_LEAVE, /* the chart stays as it is, and nobody is asked */
	POLICY_APPLY,
	POLICY_DECIDE, /* somebody at the desk says */
};

/* An empty place is filled without asking, unless the choice is KEEP. */
enum policy_action policy_apply(enum policy_choice choice, enum difference difference);

/*
 * What the desk does next with a result that is not 有効 (OQSCD006): the name of its row in
 * api/problems.yaml; absent for 有効 and for what is not known.
 */
struct str validity_problem(struct str validity);
