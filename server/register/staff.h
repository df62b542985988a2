/* SPDX-License-Identifier: Apache-2.0 */
/* The names a facility keeps of its staff: every confirmation names one. */
#pragma once

#include "server/keys/keys.h"
#include "server/store/people.h"

enum staff_outcome {
	STAFF_UNKNOWN = 1, /* no such id at this facility, or not active any more */
};

struct staff {
	struct str id;
	struct str name;
};

/* Add, or rename and make active again. */
MUST_CHECK int staff_put(const struct keys *keys, struct db *db, struct arena *arena,
			 int64_t facility_no, const struct staff *staff);

/* Outcome: STAFF_UNKNOWN. */
MUST_CHECK int staff_check(struct db *db, struct arena *arena, int64_t facility_no, struct str id);

/* The active ones by id. Fault: -EBADMSG (a row is not what was sealed). */
MUST_CHECK int staff_list(const struct keys *keys, struct db *db, struct arena *arena,
			  int64_t facility_no, struct staff **ret_staff, size_t *ret_count);

/* A name, sealed to its row. Fault of open: -EBADMSG. */
MUST_CHECK int staff_name_seal(const struct keys *keys, struct arena *arena, int64_t facility_no,
			       struct str id, struct str name, struct str *ret_sealed);
MUST_CHECK int staff_name_open(const struct keys *keys, struct arena *arena, int64_t facility_no,
			       struct str id, struct str sealed, struct str *ret_name);
