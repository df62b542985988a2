/* SPDX-License-Identifier: Apache-2.0 */
/* このPCの情報: what somebody at the telephone asks for. Nothing in it is of a person. */
#pragma once

#include "workstation/faces/faces.h"

/*
 * {version, service?, facility, contact_ms, received_ms, clock_off_ms?, store_bytes, schema,
 * charts, results, system, now_ms}; clock_off_ms: by how much the service's clock is ahead of this
 * PC's.
 */
MUST_CHECK int face_about(struct face_call *call);
