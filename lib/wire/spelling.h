/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the contract's spelling, which all calls' files know, and a profile's, which only the
 * wire sees. The default profile costs nothing here. A result's own bytes are never touched: its
 * proof is over them.
 */
#pragma once

#include "lib/wire/profile.h"

enum spelling_outcome {
	SPELLING_UNFIT = 1, /* not in its envelope */
};

/*
 * A body on its way out (contract → profile) and in (profile → contract). An absent or empty body
 * stays as it is, and so does one that is not JSON: its decoder will say so. A name of the contract
 * that the profile spells differently comes in as one that the contract does not know. *ret_body
 * is in the arena, or body itself. Outcome: SPELLING_UNFIT (in only). Fault: -ENOMEM.
 */
MUST_CHECK int spelling_body_out(const struct wire_profile *profile, enum wire_body kind,
				 struct arena *arena, struct str body, struct str *ret_body);
MUST_CHECK int spelling_body_in(const struct wire_profile *profile, enum wire_body kind,
				struct arena *arena, struct str body, struct str *ret_body);

/* The same for a query ("from=…&to=…", absent: none). Fault: -ENOMEM. */
MUST_CHECK int spelling_query_out(const struct wire_profile *profile, struct arena *arena,
				  struct str query, struct str *ret_query);
MUST_CHECK int spelling_query_in(const struct wire_profile *profile, struct arena *arena,
				 struct str query, struct str *ret_query);

/* The value of Authorization. Fault: -ENOMEM. */
MUST_CHECK int spelling_token_out(const struct wire_profile *profile, struct arena *arena,
				  struct str token, struct str *ret_value);

/* The token in it (RFC 6750 section 2.1, or bare); absent: not in this form. */
struct str spelling_token_in(const struct wire_profile *profile, struct str value);
