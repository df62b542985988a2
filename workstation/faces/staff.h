/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 職員 and 復旧用の紙: who may open this PC's charts. Everybody at the desk may add and put away;
 * a password is changed by who knows it, or given anew to who was put away. Somebody who forgot
 * theirs has the paper (lock.h).
 */
#pragma once

#include "workstation/faces/faces.h"

/* {people: [{id, name, away}], drawn_ms: of the recovery key} */
MUST_CHECK int face_staff(struct face_call *call);
/* {id, name, password}. Problem: FACE_DESK_FIELDS. */
MUST_CHECK int face_staff_add(struct face_call *call);
/* {id, name} */
MUST_CHECK int face_staff_rename(struct face_call *call);
/* {id}: not oneself, not the last one. */
MUST_CHECK int face_staff_away(struct face_call *call);
/* {id, password}: back again. */
MUST_CHECK int face_staff_return(struct face_call *call);
/* {present, password}: one's own. Problem: FACE_DESK_WAIT. */
MUST_CHECK int face_staff_password(struct face_call *call);
/* {password}: one's own → {recovery}: a new recovery key, told this once. */
MUST_CHECK int face_recovery_renew(struct face_call *call);
