/* SPDX-License-Identifier: Apache-2.0 */
/* The service as a source, through libshikaku. */
#pragma once

#include "include/shikaku/shikaku.h"
#include "workstation/desk/source.h"

struct source_shk {
	int32_t reference;    /* SHK_REFERENCE_…, for a period; what is new comes all */
	shk_client *client;   /* borrowed */
	shk_search *search;   /* of what is new; NULL: none yet */
	shk_results *results; /* NULL between downloads */
};

struct source source_of_shk(struct source_shk *source);
void source_shk_clear(struct source_shk *source);
