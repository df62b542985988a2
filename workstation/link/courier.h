/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one who goes between this desk and the service, for one facility account: a thread of its own
 * with its own connection to the facility's store. It is given orders and goes through them one
 * after the other; between two it waits for new results (automatic), keeps the session alive, sends
 * the numbers that are queued, and tries again when the network was gone.
 *
 * THE SESSION  Login, then passcode. The password is kept, locked in memory, as long as the session
 * may last (twelve hours; a temporary account: one). A session that ends earlier - the PC slept,
 * the service said so - asks for the passcode only. At its end the password is wiped, and the login
 * is asked for again. Nothing else changes: the store, the queue, what the page shows.
 *
 * Orders are taken from any thread and never wait; courier_state tells what became of them. notify
 * is called on the courier's thread, holding nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/db/db.h"
#include "lib/log/log.h"
#include "workstation/desk/sync.h"
#include "workstation/link/line.h"

struct courier;

enum {
	COURIER_ORDERS_MAX = 8,	  /* that wait */
	COURIER_DONE_MAX = 8,	  /* whose end is remembered */
	COURIER_LOGIN_BYTES = 65, /* of a login id, with its NUL */
	COURIER_SESSION_MS = 12 * 60 * 60 * 1000,
	COURIER_MAIL_SESSION_MS = 60 * 60 * 1000,
	COURIER_CHALLENGE_MS = 5 * 60 * 1000, /* between password and passcode */
	COURIER_MAIL_CHALLENGE_MS = 10 * 60 * 1000,
	COURIER_RENEW_MS = 8 * 60 * 1000, /* thirty minutes without renewal end a session */
	COURIER_RETRY_MS = 1000,	  /* after the first failure; then doubled … */
	COURIER_RETRY_MS_MAX = 30 * 1000, /* … up to here */
	COURIER_WAIT_S = 25,
	COURIER_IDLE_MS = 60 * 60 * 1000, /* of courier_turn: nothing to do */
};

enum courier_phase {
	COURIER_OUT,	  /* login */
	COURIER_PASSCODE, /* the passcode is waited for; the password is known */
	COURIER_PASSWORD, /* in, but the password must be changed first */
	COURIER_IN,
};

enum courier_order_kind {
	COURIER_LOGIN = 1, /* login_id, secret: the password */
	COURIER_MAIL,	   /* one more mail with a passcode, of a temporary account */
	COURIER_GIVE,	   /* secret: the passcode */
	COURIER_CHANGE,	   /* secret, secret_next: passwords */
	COURIER_LOGOUT,	   /**/
	COURIER_COUNT,	   /* search */
	COURIER_RECEIVE,   /* search */
	COURIER_SEND,	   /* the queue */
	COURIER_DEVICE,	   /* name, code */
	COURIER_DEVICES,   /* which PCs there are: courier_devices */
	COURIER_CLOSE,	   /* code: the id of one of them, which ends */
	COURIER_HISTORY,   /* search: from, to: courier_accesses */
};

struct courier_order {
	enum courier_order_kind kind;
	char login_id[COURIER_LOGIN_BYTES];
	struct secret secret, secret_next;
	struct line_search search;
	char name[LINE_NAME_BYTES], code[64];
};

/* What became of an order. */
struct courier_done {
	int64_t number; /* 0: none */
	enum courier_order_kind kind;
	struct line_trouble trouble; /* .code SHK_OK: done */
	struct line_count count;     /* COURIER_COUNT … */
	int64_t known;		     /* … and how many of them are here already */
	struct sync_report report;   /* COURIER_RECEIVE, also when it was cut */
};

struct courier_state {
	enum courier_phase phase;
	int32_t passcode;		    /* SHK_PASSCODE_…, in COURIER_PASSCODE */
	bool is_again;			    /* the session has ended; nobody has logged out */
	bool is_device;			    /* this PC is registered */
	bool needs_device;		    /* and must be, before anything else */
	bool is_automatic;		    /* receive as they come */
	bool is_receiving, is_busy;	    /* an order is under way, or waits */
	bool is_away;			    /* the service does not answer */
	char login_id[COURIER_LOGIN_BYTES]; /* also of the last session; "": none ever */
	char facility_name[LINE_NAME_BYTES];
	char notice[LINE_TEXT_BYTES]; /* of the operator, about this version */
	int64_t ends_ms;	      /* of the session; 0: none */
	int64_t away_since_ms;
	int64_t contact_ms;  /* the last answer of the service; 0: none yet */
	int64_t received_ms; /* when all there was had been received; 0: never */
	int64_t queued;	     /* 照会番号 that are still to be registered */
	struct {
		int64_t order; /* 0: by itself */
		int64_t done, total, began_ms;
	} progress;		     /* while is_receiving */
	struct line_trouble trouble; /* the last one nobody ordered: why it is away, or out */
	struct sync_report report;   /* of the last receipt, ordered or not */
	int64_t report_ms;	     /* when; 0: none */
	int64_t running;	     /* the order under way; 0: none */
	struct courier_done done[COURIER_DONE_MAX]; /* the n-th at n % COURIER_DONE_MAX */
};

struct courier_options {
	const struct clock *clock;
	const struct log *log;
	struct line line;     /* used by the courier's thread alone, cancel excepted */
	struct db *db;	      /* the facility's store; the caller's, not used meanwhile */
	const char *facility; /* its code */
	/* Something has moved: "session", "receive", "results", "queue". */
	void (*notify)(void *ctx, const char *kind);
	void *ctx;
};

/* Reads what the store remembers; no thread yet. Faults: -ENOMEM, those of the store. */
MUST_CHECK int courier_create(struct courier **ret_courier, const struct courier_options *options);
/* Fault: -EAGAIN. */
MUST_CHECK int courier_start(struct courier *courier);
/* Cancels what runs, joins, wipes. The session at the service is left to end. Accepts NULL. */
void courier_destroy(struct courier *courier);
DEFINE_AUTO_POINTER(struct courier, courier_destroy)

enum courier_outcome {
	COURIER_FULL = 1, /* too many orders wait */
};

/* The order is copied, its secrets too. *ret_number > 0. Outcome: COURIER_FULL. */
MUST_CHECK int courier_order(struct courier *courier, const struct courier_order *order,
			     int64_t *ret_number);
/* Stop what is being received; what has come stays. */
void courier_cancel(struct courier *courier);
/* Receive as they come, or only when told; remembered. */
void courier_automatic(struct courier *courier, bool is_on);
/* The network may be back, the PC has woken up: try at once. */
void courier_wake(struct courier *courier);
/* Somebody at the desk has decided: what is to be registered may be other now. */
void courier_queue_moved(struct courier *courier);

void courier_state(struct courier *courier, struct courier_state *ret_state);
/* What became of an order; number 0 in it: it is not done yet, or long forgotten. */
void courier_done(struct courier *courier, int64_t number, struct courier_done *ret_done);

/* What COURIER_DEVICES and COURIER_CLOSE last found; none before, and after a logout. */
void courier_devices(struct courier *courier, struct line_devices *ret_devices);
/* What COURIER_HISTORY last found, oldest first, in the arena; *ret_total: how many there were. */
MUST_CHECK int courier_accesses(struct courier *courier, struct arena *arena,
				struct line_access **ret_accesses, size_t *ret_count,
				int64_t *ret_total);

/*
 * One turn: an order, or what time brings. Answers how many milliseconds it may rest before the
 * next. The thread's loop; tests call it themselves, without courier_start.
 */
int64_t courier_turn(struct courier *courier);
