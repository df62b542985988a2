/* SPDX-License-Identifier: Apache-2.0 */
/* Is a stored result still what the service signed? Offline, by the keys that are kept here. */
#pragma once

#include "workstation/faces/faces.h"
#include "workstation/store/seen.h"

/* The setting in which a courier keeps the service's public keys, as it received them. */
#define PROOF_KEYS_SETTING "jwks"

/*
 * Writes proof {proven, title, action}, and with proven what it vouches for: {issued_at, facility,
 * method, staff, kid}. The bytes that are shown are what is checked, and their result's id.
 * Faults: those of the store, -ENOMEM.
 */
MUST_CHECK int proof_put(struct face_call *call, const struct seen *seen);
