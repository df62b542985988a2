/* SPDX-License-Identifier: Apache-2.0 */
/* The service as one app: started from a settings file, behind whatever HTTP adapter. */
#pragma once

#include "lib/web/web.h"

/* start: reads the settings, opens store, keys and lanes. handle: the route table. */
extern const struct web_app shikaku_app;
