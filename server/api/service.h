/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything the service holds while it runs, made at start and only read afterwards. Each call
 * finds here what its rooms stand on.
 */
#pragma once

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/db/writer.h"
#include "lib/log/log.h"
#include "lib/wire/profile.h"
#include "server/api/clock_guard.h"
#include "server/api/release.h"
#include "server/alarm/watch.h"
#include "server/audit/head.h"
#include "server/auth/auth.h"
#include "server/auth/cache.h"
#include "server/auth/tail.h"
#include "server/config.h"
#include "server/eligibility/eligibility.h"
#include "server/mail/sender.h"
#include "server/retention/retention.h"
#include "server/rotation/rotation.h"
#include "server/tasks/tasks.h"

struct buckets;
struct password_list;
struct tally;
struct waits;

struct service {
	const struct config *config; /* outlives the service */
	struct clock clock;
	struct clock_guard clock_guard;
	struct log log;
	const struct wire_profile *profile;
	struct keys *keys;
	struct pki_anchors *anchors;
	struct pki_cache *certificates;	       /* NULL without anchors */
	struct pki_organisation *organisation; /* NULL: the anchors' folder has none */
	struct revocation *revocation;
	struct auth auth;
	struct password_list *passwords; /* auth's; NULL: the settings name none */
	struct memo *memo;		 /* the eligibility room's */
	struct eligibility eligibility;
	/* By enum wire_lane; NULL for the loop and the index. A worker is a read connection (struct
	 * db *). */
	struct pool *lanes[WIRE_LANE_NET + 1];
	struct db *loop_db; /* the loop's own read connection; NULL unless the store is embedded */
	struct db_writer *writer;
	struct buckets *buckets;    /* how often who may call */
	struct waits *waits;	    /* calls that wait for something new */
	struct token_cache *tokens; /* those that were verified */
	struct tail *tail;	    /* takes ended ones out of it */
	struct tally *tally;	    /* calls that are counted, until they are in the trail */
	struct audit_heads heads;
	struct retention retention; /* the work's own, and so is this */
	struct rotation rotation;
	struct tasks *tasks;
	struct alarm_inbox *alarms; /* what calls meet */
	struct alarm_inbox alarm_inbox;
	struct alarm_watch alarm_watch;
	struct mail_sender mail;
	struct tasks *mail_tasks; /* the same for mail: a slow server holds up nothing else */
	struct release *release;  /* holds replies back; NULL: they leave at once */
};

struct service_options {
	const struct config *config;
	struct clock clock;
	int log_fd;
	const struct wire_profile *profile; /* NULL: the default */
	const struct password_cost *cost;   /* of new password hashes; NULL: the default */
	/* The tail waits in real time, whatever clock is. For tests: its age is measured by this
	 * clock (NULL: the system's), and it moves by tail_poll alone. */
	const struct clock *tail_clock;
	bool tail_by_hand;
	bool background; /* work on a thread of its own; else only tasks_run_once does it (tests) */
	const struct mail_transport *mail; /* NULL: SMTP, as the settings say */
	/* Hold replies to logins back to the next multiple of 50 ms after their arrival. Only by
	 * the system's clock: virtual time does not move while one waits. */
	bool hold_replies;
};

enum service_outcome {
	SERVICE_KEYS_ABSENT = 1, /* no keys in keys.dir, or not readable by us alone */
	SERVICE_PASSWORDS_UNREADABLE,
	SERVICE_PASSWORDS_TOO_MANY, /* lines in their list */
};

/*
 * Opens keys, store (brought up to this version), anchors and lanes. Without an anchors folder in
 * the settings no card is ever accepted. Outcomes: enum service_outcome. Faults: those of the
 * rooms.
 */
MUST_CHECK int service_create(struct service **ret_service, const struct service_options *options);

/* Whoever waits is answered now: the process is to end. Any thread. */
void service_quit(struct service *service);

/* Finishes what is queued. Accepts NULL. */
void service_destroy(struct service *service);
DEFINE_AUTO_POINTER(struct service, service_destroy)

/* What the settings say about the store. Borrowed from config. */
struct db_options service_db_options(const struct config *config, bool read_only);
