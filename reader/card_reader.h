/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of this computer as the flow sees them: PC/SC's outcomes become problems to tell. */
#pragma once

#include "lib/card/pcsc.h"
#include "reader/flow.h"

/* The table over pcsc, which outlives it. */
struct flow_card card_reader_table(struct pcsc *pcsc);
