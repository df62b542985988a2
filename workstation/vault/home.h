/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where everything of the workstation lies on this PC, its owner's only (0700):
 *
 *   home/vault.json         who may open it (vault.h)
 *   home/run/               what lives as long as the page that is open (window.h)
 *   home/NNNNNNNNNN/        one facility, by its code: charts.db (sealed), session, its keys
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/fault.h"
#include "lib/base/secret.h"
#include "lib/base/str.h"

enum {
	HOME_PATH_BYTES = 3072, /* of the folder; HOME_FILE_BYTES of what lies in it */
	HOME_FILE_BYTES = HOME_PATH_BYTES + 256,
	HOME_FACILITIES_MAX = 16,
	HOME_CODE_BYTES = 16, /* with its NUL */
};

enum home_outcome {
	HOME_UNUSABLE = 1, /* not to be made or read; too long */
	HOME_EXPOSED,	   /* another user's, or open to others */
	HOME_CODE_REFUSED, /* no facility code, as facility_code_fold gives it */
	HOME_FACILITY_UNKNOWN,
	HOME_FACILITY_WHICH, /* several: one must be named */
};

struct home {
	char path[HOME_PATH_BYTES];
};

/* given, or $XDG_DATA_HOME/shikaku, or ~/.local/share/shikaku. Nothing is made. HOME_UNUSABLE. */
MUST_CHECK int home_find(const char *given, struct home *ret_home);

/* The folder and those above it. HOME_UNUSABLE, HOME_EXPOSED. */
MUST_CHECK int home_make(const struct home *home);

/* A folder in it, as it is made itself. HOME_UNUSABLE, HOME_EXPOSED. */
MUST_CHECK int home_folder_make(const struct home *home, const char *name);

/* "vault.json" in it. */
void home_file(const struct home *home, const char *name, char ret_path[HOME_FILE_BYTES]);

/* --- facilities --- */
struct home_facilities {
	size_t count;
	char codes[HOME_FACILITIES_MAX][HOME_CODE_BYTES]; /* rising */
};

bool home_code_is_good(struct str code);
/* Its folder. HOME_CODE_REFUSED, and those of home_folder_make. */
MUST_CHECK int home_facility_make(const struct home *home, struct str code);
/* Those that have a folder. HOME_UNUSABLE. */
MUST_CHECK int home_facilities(const struct home *home, struct home_facilities *ret_facilities);
/* The one that is asked for, or, with wanted NULL, the only one. HOME_UNUSABLE, HOME_FACILITY_…. */
MUST_CHECK int home_facility_choose(const struct home *home, const char *wanted,
				    char ret_code[HOME_CODE_BYTES]);
/* "charts.db" of a facility. */
void home_facility_file(const struct home *home, struct str code, const char *name,
			char ret_path[HOME_FILE_BYTES]);
