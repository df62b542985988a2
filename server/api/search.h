/* SPDX-License-Identifier: Apache-2.0 */
/* What count and download have in common. */
#pragma once

#include "server/api/call.h"
#include "server/eligibility/query.h"

/* The search of the wire as the eligibility room takes it; limit 0 becomes the page's maximum. */
struct eligibility_query query_of_search(const struct api_call *call,
					 const struct wire_search *search);

/* 0, faults, or the problem for an outcome (enum query_outcome) of the eligibility room. */
int query_problem(int r);
