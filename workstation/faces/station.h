/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One workstation in one process: what its page may do now, and who acts. The lock is a gate on the
 * calls; the stores stay open behind it, so that results go on arriving.
 */
#pragma once

#include "lib/base/clock.h"
#include "lib/log/log.h"
#include "lib/web/web.h"
#include "workstation/faces/faces.h"
#include "workstation/faces/keeper.h"
#include "workstation/link/couriers.h"

enum {
	STATION_MASK_MS = 60 * 1000,
	STATION_LOCK_MS = 5 * 60 * 1000, /* may be set up to fifteen minutes */
	STATION_BODY_BYTES_MAX = 24 * 1024 * 1024,
};

struct station_config {
	const struct clock *clock;
	const struct log *log;
	const struct keeper *keeper;
	struct str version; /* shown on the screen */
	int64_t lock_ms;    /* 0: STATION_LOCK_MS */
	/* Between the desk and the service; serves the station until it is destroyed, and is ended
	 * by that. NULL: there is no service. */
	struct couriers *couriers;
};

/* Faults: -ENOMEM, -EAGAIN. The config's things must outlive the station. */
MUST_CHECK int station_create(struct station **ret_station, const struct station_config *config);
/* After its page has closed. Accepts NULL. */
void station_destroy(struct station *station);
DEFINE_AUTO_POINTER(struct station, station_destroy)

/* The page's app; ctx is the station. */
extern const struct web_app station_app;

/*
 * What time brings: the lock, the end of a wait, a look at what is due daily. Called by the
 * station's own thread; by tests.
 */
void station_tick(struct station *station);

/* --- for the faces --- */

const struct station_config *station_config(const struct station *station);
enum face_phase station_phase(struct station *station);
/* Who unlocked, in the arena; absent while locked. Fault: -ENOMEM. */
MUST_CHECK int station_staff(struct station *station, struct arena *arena, struct str *ret_staff);
/* There is a vault now: setup → locked. */
void station_born(struct station *station);
/* Locked → open, acting as staff. Fault: -EMSGSIZE. */
MUST_CHECK int station_unlock(struct station *station, struct str staff);
void station_lock(struct station *station);
/* Somebody works. */
void station_alive(struct station *station);
/* The number of the last event. */
int64_t station_event(struct station *station);
