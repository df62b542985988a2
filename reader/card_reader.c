/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader says, in the desk's words. */
#include "reader/card_reader.h"

#include <assert.h>

static_assert((int)FLOW_READER_BYTES == (int)PCSC_READER_BYTES, "a reader's name fits both");

static int problem_of(int r, enum wire_problem nothing_there)
{
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum pcsc_outcome)r) {
	case PCSC_CARD_GONE: return PROBLEM_CARD_GONE;
	case PCSC_TIMEOUT: return (int)nothing_there;
	case PCSC_NO_SERVICE:
	case PCSC_NO_READER: return PROBLEM_READER_ABSENT;
	case PCSC_CANCELLED: return PROBLEM_CANCELLED;
	case PCSC_CARD_RESET:
	case PCSC_BUSY:
	case PCSC_CARD_UNRESPONSIVE: return PROBLEM_CARD_TROUBLE;
	}
	return RAISE(ENOTRECOVERABLE);
}

static int table_wait(void *ctx, struct str reader, int64_t timeout_ms,
		      char ret_reader[FLOW_READER_BYTES])
{
	return problem_of(pcsc_wait(ctx, reader, timeout_ms, ret_reader), PROBLEM_CARD_ABSENT);
}

static int table_begin(void *ctx, const char *reader, int64_t timeout_ms)
{
	return problem_of(pcsc_begin(ctx, reader, timeout_ms), PROBLEM_CARD_TROUBLE);
}

static void table_end(void *ctx)
{
	pcsc_end(ctx);
}

static struct card_transport table_transport(void *ctx)
{
	return pcsc_transport(ctx);
}

struct flow_card card_reader_table(struct pcsc *pcsc)
{
	return (struct flow_card){table_wait, table_begin, table_end, table_transport, pcsc};
}
