/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authority's list: "aki serial good" or "aki serial revoked REASON yyyyMMddHHmmss" a line. The
 * last line about a certificate counts, so that appending one revokes it.
 */
#pragma once

#include "lib/base/str.h"
#include "sim/pki/answer.h"

/* What index, the text of the list, says; without a line about it: unknown. */
struct answer status_find(struct str index, struct str aki, struct str serial);
