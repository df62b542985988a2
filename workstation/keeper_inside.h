/* SPDX-License-Identifier: Apache-2.0 */
/* Inside: the page's keeper in two files, stores and people. ctx: struct keeper_vault. */
#pragma once

#include "workstation/keeper_vault.h"

/* --- keeper_vault.c --- */

void keeper_vault_path(const struct keeper_vault *keeper, char path[HOME_FILE_BYTES]);
void keeper_key_put(struct keeper_vault *keeper, const struct secret *key);
/* A copy, the caller's. Outcome: KEEPER_ABSENT, nobody has unlocked yet. */
MUST_CHECK int keeper_key_take(struct keeper_vault *keeper, struct secret *ret_key);
/* Its folder and its store. service: absent, not said. */
MUST_CHECK int keeper_facility_make(struct keeper_vault *keeper,
				    const struct keeper_facility *facility, struct str service);

/* --- keeper_people.c; as keeper.h says --- */

int keeper_create(void *ctx, const struct keeper_birth *birth, struct str password,
		  struct secret *ret_recovery);
int keeper_unlock(void *ctx, struct str staff, struct str password);
int keeper_recover(void *ctx, struct str recovery, struct str staff, struct str password);
int keeper_staff_list(void *ctx, struct arena *arena, struct keeper_staff **ret_staff,
		      size_t *ret_count);
int keeper_staff_add(void *ctx, const struct keeper_staff *staff, struct str password);
int keeper_staff_rename(void *ctx, const struct keeper_staff *staff);
int keeper_staff_away(void *ctx, struct str staff);
int keeper_password_set(void *ctx, struct str staff, struct str password);
int keeper_recovery_renew(void *ctx, struct secret *ret_recovery);
int keeper_recovery_drawn(void *ctx, int64_t *ret_drawn_ms);
