/* SPDX-License-Identifier: Apache-2.0 */
/* A row of 届いた結果, for those who ask the store for them. */
#pragma once

#include "workstation/store/seen.h"

/* The columns as store_seen_tell reads them; reference: what stands for that column. */
#define SEEN_COLUMNS_WITH(reference)                                                             \
	"result_id, state, status, kind, reason, chart, confirmed_at, method, staff, validity, " \
	"remark, " reference ", name, kana, birth, sex, insurer_number, insurer_name, symbol, "  \
	"number, branch, relation, ratio"
#define SEEN_COLUMNS SEEN_COLUMNS_WITH("reference")

/*
 * Each row to its end, told; an outcome or a fault of each() ends it and is handed on. The texts
 * are the row's: until the next.
 */
MUST_CHECK int store_seen_tell(struct db_rows *rows,
			       int (*each)(void *ctx, const struct seen *seen), void *ctx);
