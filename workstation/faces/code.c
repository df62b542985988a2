/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/code.h"

#include "lib/record/insurer.h"

int face_code_fold(struct face_call *call, struct str field, struct str *code)
{
	int r = facility_code_fold(call->arena, *code, code);
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum facility_code_outcome)r) {
	case FACILITY_CODE_MALFORMED:
		return face_refuse_text(
			call, field,
			STR("7〜12桁の医療機関等コードか、協・契で始まる登録記号番号を"
			    "入れてください。"));
	case FACILITY_CODE_CHECK_DIGIT:
		return face_refuse_text(call, field,
					STR("10桁の最後の数字が合いません。写しまちがいがないか、"
					    "確かめてください。"));
	}
	return 0;
}

int face_service_check(struct face_call *call, struct str field, struct str service)
{
	if (!service.ptr || str_starts(service, STR("https://")))
		return 0;
	return face_refuse_text(call, field, STR("https:// で始まるアドレスを入れてください。"));
}
