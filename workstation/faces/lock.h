/* SPDX-License-Identifier: Apache-2.0 */
/* What the page must know before it may show anything, and the screen lock. */
#pragma once

#include "workstation/faces/faces.h"

/* {phase, version, event, mask_s, lock_s, staff?, people: [{id, name}], facilities: […]} */
MUST_CHECK int face_state(struct face_call *call);
/* Somebody works: the lock's clock begins anew. */
MUST_CHECK int face_alive(struct face_call *call);
MUST_CHECK int face_lock(struct face_call *call);
/* {staff, password}. Problem: FACE_DESK_PASSWORD_WRONG. */
MUST_CHECK int face_unlock(struct face_call *call);
/*
 * {staff, recovery, password}: a forgotten password, by the recovery key; the new one holds from
 * now on. Problems: FACE_DESK_FIELDS, FACE_DESK_RECOVERY_WRONG, FACE_DESK_PASSWORD_WEAK.
 */
MUST_CHECK int face_recover(struct face_call *call);
