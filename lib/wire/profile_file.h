/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wire profile from a file: JSON, described in docs/wire-profile.md. What it does not name is
 * spelt as in api/openapi.yaml.
 */
#pragma once

#include "lib/wire/profile.h"

enum {
	WIRE_PROFILE_BYTES_MAX = 64 * 1024,
	WIRE_PROFILE_PLACE_BYTES = 96,
};

enum wire_profile_outcome {
	WIRE_PROFILE_REFUSED = 1,
};

/* What is wrong with it: where ("members.facility_code"), and what, in Japanese and English. */
struct wire_profile_complaint {
	char place[WIRE_PROFILE_PLACE_BYTES];
	const char *ja, *en;
};

/*
 * All texts of the profile lie in the arena. Outcome: WIRE_PROFILE_REFUSED with *ret_complaint set
 * (the first that was found): not JSON, an unknown member, call, name or code, a name that is no
 * name, two calls or names that could not be told apart.
 */
MUST_CHECK int wire_profile_parse(struct arena *arena, struct str text,
				  struct wire_profile_complaint *ret_complaint,
				  struct wire_profile *ret_profile);

/* The same from a file; also refused: a file that cannot be read, or is too long. */
MUST_CHECK int wire_profile_read(struct arena *arena, const char *path,
				 struct wire_profile_complaint *ret_complaint,
				 struct wire_profile *ret_profile);
