/* SPDX-License-Identifier: Apache-2.0 */
/* Inside: what a courier is made of. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "lib/base/thread.h"
#include "workstation/link/courier.h"

struct courier_numbered {
	int64_t number;
	struct courier_order order;
};

struct courier {
	struct courier_options options;
	pthread_t thread;
	bool has_thread;
	struct ticker *ticker;
	int64_t ticked_ms; /* the ticker's alone */

	/* The courier's thread alone. */
	struct courier_state now;
	struct secret password; /* of now.login_id; empty: not known */
	int64_t challenge_ms;	/* until when a passcode can be given; 0: the login comes first */
	int64_t renewed_ms;	/* the session's last renewal */
	int64_t retry_ms;	/* not before; 0: at once */
	int64_t backoff_ms;	/* the last pause */
	bool is_behind;		/* something may have come that was not received */
	bool has_queue;		/* something is to be sent */
	bool has_keys;		/* the service's public keys were fetched in this session */
	int64_t told_ms;	/* the last progress */
	struct source source;	/* the line's, with progress and cancelling */
	size_t begins;		/* downloads of this receipt */

	atomic_bool is_cancelled;	     /* what is being received by itself */
	atomic_int_least64_t cancelled_upto; /* and by order, up to that number */
	atomic_bool is_woken;
	atomic_bool is_queue_moved;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;
	bool is_ending;
	bool is_waiting; /* in a call that an order may cut short */
	bool wants_automatic;
	bool has_word; /* about automatic or the queue, that was not taken yet */
	struct courier_numbered orders[COURIER_ORDERS_MAX];
	size_t orders_count;
	int64_t orders_ever;
	struct courier_state shown;
	struct line_devices *devices;	/* NULL: not asked for in this session */
	struct line_accesses *accesses; /* the same */
};

/* What is shown is what is now; then notify(kind), unless NULL. */
void courier_show(struct courier *courier, const char *kind);

/* --- courier_turn.c --- */

/* Run one order to its end; its done is in now.done. */
void courier_order_run(struct courier *courier, const struct courier_numbered *numbered);
/* What time brings, no order being there. How long it may rest. */
int64_t courier_idle(struct courier *courier);

/* A call that is not a receipt: its words, then its meaning. */
int32_t courier_called(struct courier *courier, int32_t code);
/* The way in is over. */
void courier_session_end(struct courier *courier, enum courier_phase phase, bool is_again);

/* --- courier_login.c --- */

/* Each a code of shikaku.h. */
int32_t courier_login(struct courier *courier, const struct courier_order *order);
/* The mail with the code once more, for the login that waits for it. */
int32_t courier_mail_again(struct courier *courier);
int32_t courier_give(struct courier *courier, const struct courier_order *order);
int32_t courier_password_change(struct courier *courier, const struct courier_order *order);
int32_t courier_logout(struct courier *courier);
int32_t courier_device_register(struct courier *courier, const struct courier_order *order);

/* --- courier_lists.c --- */

/* Each a code of shikaku.h. */
int32_t courier_devices_ask(struct courier *courier);
int32_t courier_device_close(struct courier *courier, const char *id);
int32_t courier_history_ask(struct courier *courier, const struct line_search *search);
/* They are of one session's account. */
void courier_lists_forget(struct courier *courier);

/* --- courier_receive.c --- */

/* The line's source, counted and cancelled. */
void courier_source_make(struct courier *courier);
/* Both: a code of shikaku.h; SHK_ERR_FILE when the store failed, and that is logged. */
int32_t courier_receive(struct courier *courier, const struct line_search *search, int64_t order);
int32_t courier_send(struct courier *courier);
/* How many numbers wait, into now. */
void courier_queue_look(struct courier *courier);
