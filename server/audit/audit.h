/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who saw or changed what: one row per call that reads or writes patient data, in the transaction
 * it describes, committed before the reply leaves. The hash chain over these rows comes later; the
 * rows are numbered without a gap already.
 */
#pragma once

#include "server/store/audit.h"

/* at_ms, call, outcome and request_id are always given. In a transaction. Faults only. */
MUST_CHECK int audit_add(struct db *db, const struct store_audit *row);
