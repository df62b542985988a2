/* SPDX-License-Identifier: Apache-2.0 */
/* What count and download have in common. */
#pragma once

#include "server/api/call.h"
#include "server/eligibility/query.h"

/* The search of the wire as the eligibility room takes it; limit 0 becomes the page's maximum. */
struct eligibility_query query_of_search(const struct api_call *call,
					 const struct wire_search *search);

/* Where the facility stands. 0, faults, problems. */
MUST_CHECK int search_state(struct api_call *call, struct db *db,
			    const struct eligibility_query *query,
			    struct eligibility_state *ret_state);

/* The client has the answer already (If-None-Match). */
bool search_unchanged(const struct api_call *call, const struct eligibility_state *state);

/* May it wait (on) for something new? Then the call knows until when, and from which version. */
bool search_wait(struct api_call *call, const struct wire_search *search,
		 const struct eligibility_state *state);

/* 0, faults, or the problem for an outcome (enum query_outcome) of the eligibility room. */
int query_problem(int r);
