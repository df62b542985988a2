/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All under the facility's row, so that of two registrations at the same moment the second counts
 * the first.
 */
#include "server/auth/registration.h"

#include "server/auth/code.h"
#include "server/store/results.h"

/* A session that a key began speaks for that key alone. */
static int proof_spend(struct db *db, const struct caller *caller, const struct dpop_proof *proof)
{
	if (caller->thumbprint[0] &&
	    !str_equal(str_of(caller->thumbprint), str_of(proof->thumbprint)))
		return REGISTRATION_PROOF;
	int r = dpop_spend(db, proof);
	if (r < 0)
		return PASS(r);
	return r ? REGISTRATION_PROOF : 0;
}

static int code_check(const struct auth *auth, struct db *db, const struct caller *caller,
		      struct str code, int64_t now_ms)
{
	struct store_code row;
	int r = code_find(auth, db, STORE_CODE_ACTIVATION, code, now_ms, &row);
	if (r < 0)
		return PASS(r);
	if (r || row.account_no != caller->account_no)
		return REGISTRATION_CODE;
	r = code_spend(auth, db, STORE_CODE_ACTIVATION, code, now_ms);
	if (r < 0)
		return PASS(r);
	return r ? REGISTRATION_CODE : 0;
}

static int admission_check(const struct auth *auth, struct db *db, const struct caller *caller,
			   const struct registration *registration, int64_t now_ms)
{
	struct store_device_count count;
	int r = store_devices_count(db, caller->facility_no, caller->account_no, caller->kind,
				    &count);
	if (r)
		return PASS(r);
	if (count.of_account >= registration->account_max ||
	    count.of_facility >= registration->facility_max)
		return REGISTRATION_LIMIT;
	if (!registration->code.ptr)
		return registration->code_needed && count.of_account ? REGISTRATION_CODE_NEEDED : 0;
	r = code_check(auth, db, caller, registration->code, now_ms);
	return r < 0 ? PASS(r) : r;
}

static int device_add(struct db *db, const struct caller *caller,
		      const struct registration *registration, int64_t now_ms,
		      struct registered *registered)
{
	random_bytes(registered->id, sizeof registered->id);
	struct store_device device = {
		.id = str_bytes(registered->id, sizeof registered->id),
		.facility_no = caller->facility_no,
		.account_no = caller->account_no,
		.thumbprint = str_of(registration->proof.thumbprint),
		.platform = registration->platform,
		.name = registration->name,
		.registered_ms = now_ms,
	};
	int r = store_device_add(db, &device, &registered->no);
	if (r < 0)
		return PASS(r);
	registered->is_new = r == 0;
	return r ? REGISTRATION_KEY_TAKEN : 0;
}

/* The key's device: the one that it has, or a new one. */
static int device_take(const struct auth *auth, struct db *db, struct arena *arena,
		       const struct caller *caller, const struct registration *registration,
		       int64_t now_ms, struct registered *registered)
{
	struct store_device device;
	int r = store_device_find(db, arena, str_of(registration->proof.thumbprint), &device);
	if (r < 0)
		return PASS(r);
	if (r == 0) {
		if (device.account_no != caller->account_no || !device.active)
			return REGISTRATION_KEY_TAKEN;
		registered->no = device.no;
		memcpy(registered->id, device.id.ptr, sizeof registered->id);
		return 0;
	}
	r = admission_check(auth, db, caller, registration, now_ms);
	if (r == 0)
		r = device_add(db, caller, registration, now_ms, registered);
	return r < 0 ? PASS(r) : r;
}

static int session_give(struct db *db, const struct caller *caller, int64_t now_ms,
			struct registered *registered)
{
	if (!caller->thumbprint[0])
		return 0;
	struct str id = str_bytes(caller->session_id, sizeof caller->session_id);
	int r = store_session_device_set(db, id, registered->no, now_ms);
	if (r < 0)
		return PASS(r);
	registered->session_changed = r == 0;
	return 0;
}

int registration_commit(const struct auth *auth, struct db *db, struct arena *arena,
			const struct caller *caller, const struct registration *registration,
			int64_t now_ms, struct registered *ret_registered)
{
	struct registered registered = {0};
	int r = proof_spend(db, caller, &registration->proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_facility_hold(db, caller->facility_no);
	if (r)
		return PASS(r);
	r = device_take(auth, db, arena, caller, registration, now_ms, &registered);
	if (r == 0)
		r = session_give(db, caller, now_ms, &registered);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_registered = registered;
	return 0;
}
