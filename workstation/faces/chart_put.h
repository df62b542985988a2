/* SPDX-License-Identifier: Apache-2.0 */
/* One chart with all that belongs to it, written for the page. */
#pragma once

#include "workstation/faces/facts.h"

/* {number, name, …}: of the chart alone, for putting several side by side. */
void chart_head_put(struct json_writer *out, const struct chart *chart);
/* Its open insurance as "insurance", where there is one. */
MUST_CHECK int chart_insurance_put(struct face_call *call, int64_t number);

/*
 * All of it, compared with a result (absent: the chart's last). Outcomes: FACE_CHART_UNKNOWN,
 * FACE_RESULT_UNKNOWN.
 */
MUST_CHECK int chart_put(struct face_call *call, int64_t number, struct str result_id);
