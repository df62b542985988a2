/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PC/SC behind our door.
 *
 * SCardConnect and SCardBeginTransaction wait for as long as another program likes, cannot be
 * cancelled, and keep the whole context locked meanwhile. So they run on a thread of their own
 * together with everything they may hold - context and card, struct link - and whoever lets go last
 * takes the link apart: when the time is over we leave the link to its thread and make a new one at
 * the next call.
 */
#include "lib/card/pcsc.h"

#include <assert.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <winscard.h>

#include "lib/base/clock.h"
#include "lib/base/thread.h"

enum {
	SLICE_MS = 500, /* how long a cancel may go unnoticed when it falls between two waits */
	SERVICE_POLL_MS = 100,
	NAMES_BYTES_MAX = PCSC_READERS_MAX * PCSC_READER_BYTES,
};

/* One connection to the service and at most one card. */
struct link {
	SCARDCONTEXT context;
	SCARDHANDLE card;
	DWORD protocol;
	bool has_card;
	/* Of the beginning thread: */
	char reader[PCSC_READER_BYTES];
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool begun;	/* begin_code is set */
	bool abandoned; /* the thread destroys the link */
	LONG begin_code;
};

struct pcsc {
	struct link *link; /* NULL: not connected to the service */
	atomic_bool cancelled;
	/* pcsc_cancel needs a context to cancel while the owner may be replacing it. */
	pthread_mutex_t lock;
};

static int64_t mono_ms(void)
{
	return clock_mono_ms(&clock_system);
}

static const struct {
	uint32_t code;
	int result;
} results[] = {
	{(uint32_t)SCARD_S_SUCCESS, 0},
	{(uint32_t)SCARD_E_NO_SMARTCARD, PCSC_CARD_GONE},
	{(uint32_t)SCARD_W_REMOVED_CARD, PCSC_CARD_GONE},
	/* What Transmit says at once when the card is pulled in the middle of a transaction. */
	{(uint32_t)SCARD_E_NOT_TRANSACTED, PCSC_CARD_GONE},
	{(uint32_t)SCARD_W_UNPOWERED_CARD, PCSC_CARD_GONE},
	{(uint32_t)SCARD_E_COMM_DATA_LOST, PCSC_CARD_GONE},
	{(uint32_t)SCARD_W_RESET_CARD, PCSC_CARD_RESET},
	{(uint32_t)SCARD_E_TIMEOUT, PCSC_TIMEOUT},
	{(uint32_t)SCARD_F_WAITED_TOO_LONG, PCSC_TIMEOUT},
	{(uint32_t)SCARD_E_NO_SERVICE, PCSC_NO_SERVICE},
	{(uint32_t)SCARD_E_SERVICE_STOPPED, PCSC_NO_SERVICE},
	/* A handle of a service that has died and come back; or polkit refused us. */
	{(uint32_t)SCARD_E_INVALID_HANDLE, PCSC_NO_SERVICE},
	{(uint32_t)SCARD_F_COMM_ERROR, PCSC_NO_SERVICE},
	{(uint32_t)SCARD_W_SECURITY_VIOLATION, PCSC_NO_SERVICE},
	{(uint32_t)SCARD_E_NO_ACCESS, PCSC_NO_SERVICE},
	{(uint32_t)SCARD_E_NO_READERS_AVAILABLE, PCSC_NO_READER},
	{(uint32_t)SCARD_E_UNKNOWN_READER, PCSC_NO_READER},
	{(uint32_t)SCARD_E_READER_UNAVAILABLE, PCSC_NO_READER},
	{(uint32_t)SCARD_E_READER_UNSUPPORTED, PCSC_NO_READER},
	{(uint32_t)SCARD_E_SHARING_VIOLATION, PCSC_BUSY},
	{(uint32_t)SCARD_E_SERVER_TOO_BUSY, PCSC_BUSY},
	{(uint32_t)SCARD_E_NOT_READY, PCSC_BUSY},
	{(uint32_t)SCARD_W_UNRESPONSIVE_CARD, PCSC_CARD_UNRESPONSIVE},
	{(uint32_t)SCARD_W_UNSUPPORTED_CARD, PCSC_CARD_UNRESPONSIVE},
	{(uint32_t)SCARD_E_CARD_UNSUPPORTED, PCSC_CARD_UNRESPONSIVE},
	{(uint32_t)SCARD_E_PROTO_MISMATCH, PCSC_CARD_UNRESPONSIVE},
	{(uint32_t)SCARD_E_CANCELLED, PCSC_CANCELLED},
	{(uint32_t)SCARD_E_SYSTEM_CANCELLED, PCSC_CANCELLED},
	{(uint32_t)SCARD_E_INSUFFICIENT_BUFFER, -EMSGSIZE},
};

int pcsc_result_of(uint32_t code)
{
	for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
		if (results[i].code != code)
			continue;
		return results[i].result < 0 ? RAISE(-results[i].result) : results[i].result;
	}
	return RAISE(EIO);
}

static int result_of(LONG code)
{
	return pcsc_result_of((uint32_t)code);
}

/* --- the link --- */

static int link_create(struct link **ret_link)
{
	struct link *link = calloc(1, sizeof *link);
	if (!link)
		return RAISE(ENOMEM);
	LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &link->context);
	if (code != SCARD_S_SUCCESS) {
		free(link);
		return result_of(code);
	}
	wake_init(&link->changed);
	pthread_mutex_init(&link->lock, NULL);
	*ret_link = link;
	return 0;
}

static void link_disconnect(struct link *link)
{
	if (!link->has_card)
		return;
	/* The reset comes while the card is still ours: no one finds it with the PIN shown. */
	SCardEndTransaction(link->card, SCARD_RESET_CARD);
	SCardDisconnect(link->card, SCARD_LEAVE_CARD);
	link->has_card = false;
}

static void link_destroy(struct link *link)
{
	if (!link)
		return;
	link_disconnect(link);
	SCardReleaseContext(link->context);
	pthread_cond_destroy(&link->changed);
	pthread_mutex_destroy(&link->lock);
	free(link);
}

/* --- the owner's side --- */

int pcsc_create(struct pcsc **ret_pcsc)
{
	struct pcsc *pcsc = calloc(1, sizeof *pcsc);
	if (!pcsc)
		return RAISE(ENOMEM);
	pthread_mutex_init(&pcsc->lock, NULL);
	*ret_pcsc = pcsc;
	return 0;
}

static struct link *link_take(struct pcsc *pcsc)
{
	pthread_mutex_lock(&pcsc->lock);
	struct link *link = pcsc->link;
	pcsc->link = NULL;
	pthread_mutex_unlock(&pcsc->lock);
	return link;
}

void pcsc_destroy(struct pcsc *pcsc)
{
	if (!pcsc)
		return;
	link_destroy(link_take(pcsc));
	pthread_mutex_destroy(&pcsc->lock);
	free(pcsc);
}

static int link_need(struct pcsc *pcsc)
{
	struct link *link = NULL;
	if (pcsc->link)
		return 0;
	int r = link_create(&link);
	if (r)
		return r < 0 ? PASS(r) : r;
	pthread_mutex_lock(&pcsc->lock);
	pcsc->link = link;
	pthread_mutex_unlock(&pcsc->lock);
	return 0;
}

/* A context of a dead service never works again: the next call makes another. */
static int service_checked(struct pcsc *pcsc, int result)
{
	if (result == PCSC_NO_SERVICE)
		link_destroy(link_take(pcsc));
	return result;
}

/* The service's list is names with a NUL each, and an empty one at the end. */
static void names_split(struct str names, struct pcsc_readers *ret_readers)
{
	struct str name = {0};
	ret_readers->count = 0;
	while (str_split(&names, '\0', &name) && name.len) {
		if (ret_readers->count == PCSC_READERS_MAX || name.len >= PCSC_READER_BYTES)
			continue;
		char *into = ret_readers->names[ret_readers->count++];
		memcpy(into, name.ptr, name.len);
		into[name.len] = '\0';
	}
}

int pcsc_list(struct pcsc *pcsc, struct pcsc_readers *ret_readers)
{
	char names[NAMES_BYTES_MAX];
	DWORD bytes = sizeof names;
	int r = link_need(pcsc);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = service_checked(pcsc,
			    result_of(SCardListReaders(pcsc->link->context, NULL, names, &bytes)));
	if (r)
		return r < 0 ? PASS(r) : r;
	names_split(str_bytes(names, bytes), ret_readers);
	return ret_readers->count ? 0 : PCSC_NO_READER;
}

/* --- waiting for a card --- */

static void readers_keep(struct pcsc_readers *readers, struct str name)
{
	size_t kept = 0;
	for (size_t i = 0; name.len && i < readers->count; i++) {
		if (!str_equal(str_of(readers->names[i]), name))
			continue;
		memmove(readers->names[kept++], readers->names[i], PCSC_READER_BYTES);
	}
	if (name.len)
		readers->count = kept;
}

/* What the states say: 0 and a reader, PCSC_CARD_UNRESPONSIVE, or PCSC_TIMEOUT for nothing yet. */
static int states_look(const SCARD_READERSTATE *states, size_t count,
		       char ret_reader[PCSC_READER_BYTES])
{
	int result = PCSC_TIMEOUT;
	for (size_t i = 0; i < count; i++) {
		if (!(states[i].dwEventState & SCARD_STATE_PRESENT))
			continue;
		if (states[i].dwEventState & SCARD_STATE_MUTE) {
			result = PCSC_CARD_UNRESPONSIVE;
			continue;
		}
		memcpy(ret_reader, states[i].szReader, strlen(states[i].szReader) + 1);
		return 0;
	}
	return result;
}

/* The state now, then the first change within the time. */
static int states_wait(struct pcsc *pcsc, const struct pcsc_readers *readers, int64_t timeout_ms,
		       char ret_reader[PCSC_READER_BYTES])
{
	SCARD_READERSTATE states[PCSC_READERS_MAX] = {0};
	int r = 0;
	for (size_t i = 0; i < readers->count; i++)
		states[i].szReader = readers->names[i];
	for (int round = 0; round < 2; round++) {
		DWORD wait = round ? (DWORD)timeout_ms : 0;
		LONG code = SCardGetStatusChange(pcsc->link->context, wait, states,
						 (DWORD)readers->count);
		r = service_checked(pcsc, result_of(code));
		if (r && r != PCSC_TIMEOUT)
			return r < 0 ? PASS(r) : r;
		r = states_look(states, readers->count, ret_reader);
		if (r == 0)
			return 0;
		for (size_t i = 0; i < readers->count; i++)
			states[i].dwCurrentState = states[i].dwEventState;
	}
	return r;
}

static int wait_slice(struct pcsc *pcsc, struct str reader, int64_t timeout_ms,
		      char ret_reader[PCSC_READER_BYTES])
{
	struct pcsc_readers readers = {0};
	int r = pcsc_list(pcsc, &readers);
	if (r == 0) {
		readers_keep(&readers, reader);
		if (!readers.count)
			r = PCSC_NO_READER;
	}
	if (r == PCSC_NO_SERVICE || r == PCSC_NO_READER)
		poll(NULL, 0, (int)(timeout_ms < SERVICE_POLL_MS ? timeout_ms : SERVICE_POLL_MS));
	if (r)
		return r < 0 ? PASS(r) : r;
	return states_wait(pcsc, &readers, timeout_ms, ret_reader);
}

int pcsc_wait(struct pcsc *pcsc, struct str reader, int64_t timeout_ms,
	      char ret_reader[PCSC_READER_BYTES])
{
	assert(timeout_ms >= 0);
	int64_t end_ms = mono_ms() + timeout_ms;
	for (;;) {
		int64_t left_ms = end_ms - mono_ms();
		if (left_ms < 0)
			left_ms = 0;
		int r = wait_slice(pcsc, reader, left_ms < SLICE_MS ? left_ms : SLICE_MS,
				   ret_reader);
		if (atomic_exchange(&pcsc->cancelled, false))
			return PCSC_CANCELLED;
		if (r <= 0)
			return r < 0 ? PASS(r) : 0;
		if (left_ms == 0)
			return r;
	}
}

void pcsc_cancel(struct pcsc *pcsc)
{
	atomic_store(&pcsc->cancelled, true);
	pthread_mutex_lock(&pcsc->lock);
	if (pcsc->link)
		SCardCancel(pcsc->link->context);
	pthread_mutex_unlock(&pcsc->lock);
}

/* --- the transaction --- */

/* Connect, then have the card alone. */
static LONG card_take(struct link *link)
{
	LONG code =
		SCardConnect(link->context, link->reader, SCARD_SHARE_SHARED,
			     SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &link->card, &link->protocol);
	link->has_card = code == SCARD_S_SUCCESS;
	return code == SCARD_S_SUCCESS ? SCardBeginTransaction(link->card) : code;
}

static void *begin_run(void *ctx)
{
	struct link *link = ctx;
	LONG code = card_take(link);
	pthread_mutex_lock(&link->lock);
	link->begin_code = code;
	link->begun = true;
	bool abandoned = link->abandoned;
	pthread_cond_signal(&link->changed);
	pthread_mutex_unlock(&link->lock);
	if (abandoned)
		link_destroy(link);
	return NULL;
}

/* True when the thread is done and the link is ours again. */
static bool begin_wait(struct link *link, int64_t timeout_ms)
{
	int64_t until_ms = mono_ms() + timeout_ms;
	pthread_mutex_lock(&link->lock);
	while (!link->begun && wake_wait(&link->changed, &link->lock, until_ms))
		continue;
	bool begun = link->begun;
	link->abandoned = !begun;
	pthread_mutex_unlock(&link->lock);
	return begun;
}

static int transaction_begin(struct pcsc *pcsc, int64_t timeout_ms)
{
	struct link *link = pcsc->link;
	pthread_t thread;
	link->begun = false;
	int r = thread_start(&thread, "card", begin_run, link);
	if (r)
		return PASS(r);
	if (!begin_wait(link, timeout_ms)) {
		pthread_detach(thread);
		link_take(pcsc);
		return PCSC_BUSY;
	}
	pthread_join(thread, NULL);
	return result_of(link->begin_code);
}

static int begin_once(struct pcsc *pcsc, const char *reader, int64_t timeout_ms)
{
	int r = link_need(pcsc);
	if (r)
		return r < 0 ? PASS(r) : r;
	assert(!pcsc->link->has_card);
	r = str_to_c(str_of(reader), pcsc->link->reader, sizeof pcsc->link->reader);
	if (r < 0)
		return PASS(r);
	r = transaction_begin(pcsc, timeout_ms);
	if (r == 0)
		return 0;
	pcsc_end(pcsc);
	r = service_checked(pcsc, r);
	return r < 0 ? PASS(r) : r;
}

int pcsc_begin(struct pcsc *pcsc, const char *reader, int64_t timeout_ms)
{
	int64_t end_ms = mono_ms() + timeout_ms;
	for (;;) {
		int64_t left_ms = end_ms - mono_ms();
		int r = begin_once(pcsc, reader, left_ms < 0 ? 0 : left_ms);
		/* Whoever went before us reset the card, as we do: connect to it anew. */
		if (r == PCSC_CARD_RESET && left_ms > 0)
			continue;
		if (r)
			return r < 0 ? PASS(r) : r == PCSC_CARD_RESET ? PCSC_BUSY : r;
		return 0;
	}
}

void pcsc_end(struct pcsc *pcsc)
{
	if (pcsc->link)
		link_disconnect(pcsc->link);
}

static int card_transmit(void *ctx, struct str command, unsigned char *response,
			 size_t response_bytes_max, size_t *ret_len)
{
	struct pcsc *pcsc = ctx;
	if (!pcsc->link || !pcsc->link->has_card)
		return CARD_GONE;
	const SCARD_IO_REQUEST *header =
		pcsc->link->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
	DWORD bytes = (DWORD)response_bytes_max;
	LONG code = SCardTransmit(pcsc->link->card, header, (const unsigned char *)command.ptr,
				  (DWORD)command.len, NULL, response, &bytes);
	int r = result_of(code);
	/* Behind the transport everything else is the same to the card's rooms: begin again. */
	if (r == PCSC_NO_READER || r == PCSC_CARD_UNRESPONSIVE)
		return CARD_GONE;
	if (r > PCSC_TIMEOUT)
		return RAISE(EIO);
	if (r)
		return r < 0 ? PASS(r) : r;
	/* A driver that lost its card may say success and nothing else. */
	if (bytes < 2)
		return CARD_GONE;
	*ret_len = bytes;
	return 0;
}

struct card_transport pcsc_transport(struct pcsc *pcsc)
{
	return (struct card_transport){card_transmit, pcsc};
}
