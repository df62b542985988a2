/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 施設とアカウント: the facilities of one PC (柔整, あはき …), each with its own store, account and
 * keys. The one that is shown may not be put away.
 */
#pragma once

#include "workstation/faces/faces.h"

/*
 * {facilities: [{code, name, away, service, login_id, phase: "out" …, connected, received_ms}]}; of
 * one that is put away only code and name.
 */
MUST_CHECK int face_facilities(struct face_call *call);
/* {code, name, service?}: with the backups' place and, where none is said, the service of the one
 * that is shown. */
MUST_CHECK int face_facility_add(struct face_call *call);
/* {code, name, service?}; another service: its courier begins anew, logged out. */
MUST_CHECK int face_facility_change(struct face_call *call);
/* {code, away}: its session ends here, its charts stay. Problem: FACE_DESK_FIELDS. */
MUST_CHECK int face_facility_away(struct face_call *call);
