/* SPDX-License-Identifier: Apache-2.0 */
/* Every call of the page, by screen. */
#include "workstation/faces/faces.h"
#include "workstation/faces/keep.h"
#include "workstation/faces/lock.h"
#include "workstation/faces/receive.h"
#include "workstation/faces/session.h"
#include "workstation/faces/setup.h"

#define OF_FACILITY(call, function)                                                            \
	{                                                                                      \
		.name = (call), .run = (function), .phases = FACE_OPEN, .needs_facility = true \
	}

static const struct face_route routes[] = {
	/* lock.c: the frame's own */
	{.name = "state", .run = face_state, .phases = FACE_ANY},
	{.name = "alive", .run = face_alive, .phases = FACE_OPEN, .lane = FACE_LOOP},
	{.name = "lock", .run = face_lock, .phases = FACE_OPEN | FACE_LOCKED, .lane = FACE_LOOP},
	{.name = "unlock", .run = face_unlock, .phases = FACE_OPEN | FACE_LOCKED},
	{.name = "recover", .run = face_recover, .phases = FACE_LOCKED},
	/* setup.c: the first start */
	{.name = "setup", .run = face_setup, .phases = FACE_SETUP},
	/* session.c: ログイン and パスコード */
	OF_FACILITY("session", face_session),
	OF_FACILITY("session_done", face_session_done),
	OF_FACILITY("session_login", face_session_login),
	OF_FACILITY("session_passcode", face_session_passcode),
	OF_FACILITY("session_mail", face_session_mail),
	OF_FACILITY("session_password", face_session_password),
	OF_FACILITY("session_device", face_session_device),
	OF_FACILITY("session_logout", face_session_logout),
	OF_FACILITY("session_wake", face_session_wake),
	/* receive.c: ダウンロード */
	OF_FACILITY("receive_limits", face_receive_limits),
	OF_FACILITY("receive_count", face_receive_count),
	OF_FACILITY("receive_start", face_receive_start),
	OF_FACILITY("receive_cancel", face_receive_cancel),
	OF_FACILITY("receive_automatic", face_receive_automatic),
	/* keep.c: backups, and the way back */
	{.name = "restore", .run = face_restore, .phases = FACE_SETUP},
	OF_FACILITY("keep", face_keep),
	OF_FACILITY("keep_set", face_keep_set),
	OF_FACILITY("keep_now", face_keep_now),
};

const struct face_route *face_route_find(struct str name)
{
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		if (str_equal(name, str_of(routes[i].name)))
			return &routes[i];
	return NULL;
}
