/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: stepping through a text that json_read has accepted. Never past its end. */
#pragma once

#include "lib/json/json.h"

void span_skip_space(struct str *text);

/* Take the value that text begins with: a string with its quotes, a whole object or array. */
struct str span_take(struct str *text);
