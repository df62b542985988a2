/* SPDX-License-Identifier: Apache-2.0 */
#include "server/revocation/silence.h"

#include <assert.h>

bool silence_allows(const struct silence *silence)
{
	return silence->unanswered < SILENCE_AFTER || silence->asking == 0;
}

void silence_begin(struct silence *silence)
{
	silence->asking++;
}

void silence_end(struct silence *silence, bool answered)
{
	assert(silence->asking > 0);
	silence->asking--;
	silence->unanswered = answered ? 0 : silence->unanswered + 1;
}
