/* SPDX-License-Identifier: Apache-2.0 */
/* A row of 届いた結果, for those who ask the store for them. */
#pragma once

#include "workstation/store/seen.h"

/* The columns in the order of store_seen_of_row; reference: what stands for that column. */
#define SEEN_COLUMNS_WITH(reference)                                                             \
	"result_id, state, status, kind, reason, chart, confirmed_at, method, staff, validity, " \
	"remark, " reference ", name, kana, birth, sex, insurer_number, insurer_name, symbol, "  \
	"number, branch, relation, ratio"
#define SEEN_COLUMNS SEEN_COLUMNS_WITH("reference")

/* The texts are the row's: until the next. */
struct seen store_seen_of_row(struct db_rows *rows);
