/* SPDX-License-Identifier: Apache-2.0 */
/* The public keys of all proofs as a JWKS, over the wire and as a file beside the heads. */
#pragma once

#include "server/api/service.h"

#define JWKS_FILE "jwks.json"

/*
 * A background task, in one process: state_dir/jwks.json has every proof key, so that whoever keeps
 * results can be given the keys too. ctx is a struct service; db and arena as every task's.
 */
MUST_CHECK int jwks_keep(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);
