/* SPDX-License-Identifier: Apache-2.0 */
/* A page of results, for the receipt link and for the reader's history. */
#pragma once

#include "server/api/call.h"
#include "server/eligibility/query.h"

/* 200 with the page. Faults only. */
MUST_CHECK int page_reply(struct api_call *call, const struct eligibility_page *page);

/* For the audit row: what is shown. It is on disk before the page leaves. */
void page_note(struct api_call *call, const struct eligibility_page *page);
