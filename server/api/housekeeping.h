/* SPDX-License-Identifier: Apache-2.0 */
/* What must be done now and then while the service runs: forgetting, and next month's key. */
#pragma once

#include "server/api/service.h"

enum { HOUSEKEEPING_MS = 60 * 1000 };

/* Make the keys of this month and the next unless they are there. Faults: those of keys. */
MUST_CHECK int housekeeping_months(struct service *service, int64_t now_ms);

/* On the event loop, with every request: hands the writer one job when it is due again. */
void housekeeping_due(struct service *service, int64_t now_ms);
