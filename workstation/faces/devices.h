/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 登録したPC and 利用の履歴: as the service tells them. The _ask calls are orders (session.h); when
 * they are done the others tell what came.
 */
#pragma once

#include "workstation/faces/faces.h"

/* {} → {order} */
MUST_CHECK int face_devices_ask(struct face_call *call);
/* {devices: [{id, name, platform, registered_at, current}]} */
MUST_CHECK int face_devices(struct face_call *call);
/* {id} → {order}: that PC is registered no more; this PC's own is logged out too. */
MUST_CHECK int face_device_close(struct face_call *call);
/* {from, to: yyyyMMdd} → {order} */
MUST_CHECK int face_history_ask(struct face_call *call);
/*
 * {total, accesses: [{at, call, outcome, login_id, device, staff, operator, reason, calls,
 * results}]}, newest first, at most LINE_ACCESSES_MAX.
 */
MUST_CHECK int face_history(struct face_call *call);
