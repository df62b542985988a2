/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: which password a staff member may take. Length, and not what all try first. */
#pragma once

#include "lib/base/fault.h"
#include "lib/base/str.h"

/* Outcomes: VAULT_PASSWORD_SHORT, VAULT_PASSWORD_COMMON. */
MUST_CHECK int password_rule_check(struct str password);
