/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The couriers of one PC: one for each facility account (柔整, あはき …), made when it is first
 * asked for. Each has its own client, its own keys, its own connection to its own store; nothing is
 * shared. For one thread at a time, and what couriers_of gives may be used by that thread until
 * couriers_close or couriers_destroy.
 */
#pragma once

#include "workstation/link/courier.h"
#include "workstation/link/line_shk.h"

struct couriers;

enum { COURIERS_MAX = 8, COURIERS_URL_BYTES = 256 };

struct couriers_options {
	const struct clock *clock;
	const struct log *log;
	const char *home; /* the folder of this PC's keys: home/keys-CODE */
	/* service NULL: each facility's own setting "service" says it. */
	const char *service, *ca_file, *proxy, *wire_profile;
	/* Tests: another line than libshikaku's. NULL: that. */
	void (*line)(void *ctx, struct str facility, struct line *ret_line);
	void *line_ctx;
};

/* Whom they serve. */
struct couriers_desk {
	/* One more connection to a facility's store, the courier's from then on. */
	int (*store)(void *ctx, struct str facility, struct db **ret_db);
	/* Something has moved at a facility. On the courier's thread; may be NULL. */
	void (*notify)(void *ctx, struct str facility, const char *kind);
	void *ctx;
};

enum couriers_outcome {
	COURIERS_NO_SERVICE = 1, /* nobody has said where the service is */
	COURIERS_SERVICE_BAD,	 /* that is no address, or its files cannot be read */
};

/* Fault: -ENOMEM. The options' texts and things must outlive it. */
MUST_CHECK int couriers_create(struct couriers **ret_couriers,
			       const struct couriers_options *options);
/* Before couriers_of; once. */
void couriers_serve(struct couriers *couriers, const struct couriers_desk *desk);
/* Ends them all. Accepts NULL. */
void couriers_destroy(struct couriers *couriers);
DEFINE_AUTO_POINTER(struct couriers, couriers_destroy)

/* Where the service is for this facility is known before the first courier. "https://…" */
MUST_CHECK int couriers_service_set(struct couriers *couriers, struct db *db, struct str url);

/* The one there is already, borrowed; NULL: nobody has asked for it. */
struct courier *couriers_peek(struct couriers *couriers, struct str facility);

/* End it, if there is one: its session is let go. Asked for again it begins anew. */
void couriers_close(struct couriers *couriers, struct str facility);

/* Borrowed. Outcomes: all. Faults: those of the store, of a thread. */
MUST_CHECK int couriers_of(struct couriers *couriers, struct str facility,
			   struct courier **ret_courier);
