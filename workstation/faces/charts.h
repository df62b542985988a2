/* SPDX-License-Identifier: Apache-2.0 */
/* 患者, 個人画面: charts, what results tell of them, their changes. */
#pragma once

#include "workstation/faces/faces.h"
#include "workstation/store/search.h"

int face_charts(struct face_call *call);     /* {text, birth?, away?} → {charts, more} */
int face_chart(struct face_call *call);	     /* {number, result?} → all of it */
int face_chart_save(struct face_call *call); /* → {number, doubts} */
int face_chart_insure(
	struct face_call *call); /* {chart, version, order (0: one more), …} → {doubts} */
int face_chart_alias(struct face_call *call);  /* {number, kind, text, known} */
int face_chart_word(struct face_call *call);   /* {number, field, take, always?} */
int face_chart_policy(struct face_call *call); /* {number (0: the facility), field, choice?} */
int face_chart_undo(struct face_call *call);   /* {change} */
int face_chart_merge(struct face_call *call);  /* {from, into} */
int face_chart_away(struct face_call *call);   /* {number, away} */

/* What face_charts is asked for, for who lists the same; without a limit. In the call's arena. */
MUST_CHECK int charts_search_read(struct face_call *call, struct search_ask *ret_ask);
