/* SPDX-License-Identifier: Apache-2.0 */
/* One row a field. */
#include "workstation/faces/policies.h"

#include "workstation/store/policies.h"

int face_policies(struct face_call *call)
{
	enum policy_choice choices[CHART_FIELDS];
	int r = store_policies_get(call->db, 0, choices);
	if (r)
		return FOLD(r);
	json_key(call->out, "fields");
	json_array_open(call->out);
	for (enum chart_field field = 0; field < CHART_FIELDS; field++) {
		const struct chart_field_row *row = chart_field_row(field);
		json_object_open(call->out);
		json_put_member(call->out, "name", str_of(row->name));
		json_put_member(call->out, "label", str_of(row->label));
		json_put_member(call->out, "meaning", str_of(row->meaning));
		json_put_member(call->out, "choice", policy_name(choices[field]));
		json_put_member(call->out, "otherwise", policy_name(row->choice));
		json_object_close(call->out);
	}
	json_array_close(call->out);
	return 0;
}
