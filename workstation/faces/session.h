/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session with the service, as the page sees it: ログイン, パスコード, its state in the top
 * bar. What takes time is an order: the call answers {order}, the event "session" says that
 * something has moved, and session_done tells what became of it.
 */
#pragma once

#include "workstation/faces/faces.h"
#include "workstation/link/couriers.h"

/* {} → the state: phase, passcode, who, until when, connection, queue, progress, what is overdue.
 */
MUST_CHECK int face_session(struct face_call *call);
/* {order} → {done, trouble?, count?, report?} */
MUST_CHECK int face_session_done(struct face_call *call);
/* {login_id, password, service?} → {order}. Problem: FACE_SERVICE_ABSENT. */
MUST_CHECK int face_session_login(struct face_call *call);
/* {passcode} → {order}: six digits, or eight of a mail; either width. */
MUST_CHECK int face_session_passcode(struct face_call *call);
/* {} → {order}: one more mail with a passcode. */
MUST_CHECK int face_session_mail(struct face_call *call);
/* {present, next} → {order} */
MUST_CHECK int face_session_password(struct face_call *call);
/* {name, code?} → {order}: register this PC. */
MUST_CHECK int face_session_device(struct face_call *call);
/* {} → {order} */
MUST_CHECK int face_session_logout(struct face_call *call);
/* Tell the courier that a decision may have queued a number. */
void face_queue_tell(struct face_call *call);
/* {}: the network may be back. */
MUST_CHECK int face_session_wake(struct face_call *call);

/* --- for the other faces --- */

/* "out", "passcode", "password", "in" */
struct str session_phase_word(enum courier_phase phase);

/* The facility's courier. Problem: FACE_SERVICE_ABSENT. */
MUST_CHECK int face_courier(struct face_call *call, struct courier **ret_courier);
/* Give an order; writes {order}. Problems: FACE_SERVICE_ABSENT, FACE_DESK_BUSY. */
MUST_CHECK int face_order(struct face_call *call, const struct courier_order *order);
