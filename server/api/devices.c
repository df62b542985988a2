/* SPDX-License-Identifier: Apache-2.0 */
/* /v1/devices: the PCs of a receipt-link account are registered, listed, closed. */
#include "lib/base/period.h"
#include "server/api/device.h"
#include "server/api/routes.h"
#include "server/auth/registration.h"

/* --- POST /v1/devices --- */

static enum wire_problem registration_problem(enum registration_outcome outcome)
{
	switch (outcome) {
	case REGISTRATION_PROOF: return PROBLEM_DEVICE_PROOF_REFUSED;
	case REGISTRATION_KEY_TAKEN: return PROBLEM_DEVICE_KEY_TAKEN;
	case REGISTRATION_LIMIT: return PROBLEM_DEVICE_LIMIT;
	case REGISTRATION_CODE_NEEDED: return PROBLEM_DEVICE_CODE_REQUIRED;
	case REGISTRATION_CODE: return PROBLEM_ACTIVATION_REFUSED;
	}
	return PROBLEM_INTERNAL;
}

/* What is no PC is refused in the commit: a registration is in the audit trail, refused or not. */
struct register_work {
	struct registration registration;
	bool is_mobile;
};

int device_register_run(struct api_call *call, struct db *db)
{
	(void)db;
	const struct config *config = call->service->config;
	struct wire_device_claim claim;
	int r = wire_device_register_request_decode(call->request->body, &call->input, &claim);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct register_work *work = arena_alloc(&call->arena, sizeof *work);
	if (!work)
		return RAISE(ENOMEM);
	call->work = work;
	work->is_mobile =
		claim.platform == WIRE_PLATFORM_IOS || claim.platform == WIRE_PLATFORM_ANDROID;
	work->registration = (struct registration){
		.name = claim.name,
		.platform = wire_platform_name(claim.platform),
		.code = claim.activation_code,
		.account_max = config->limits.devices_per_account,
		.facility_max = config->limits.devices_per_facility,
		.code_needed = config->clients.allow_bare == CONFIG_BARE_REFUSED,
	};
	r = request_proof(call, PROOF_OF_TOKEN_AND_BODY, &work->registration.proof);
	return r < 0 ? PASS(r) : r;
}

static int registered_reply(struct api_call *call, const struct registered *registered)
{
	struct str id, body;
	int r = encode_hex(&call->arena, str_bytes(registered->id, sizeof registered->id), &id);
	if (r)
		return FOLD(r);
	r = wire_device_register_reply_encode(reply_arena(call), id, &body);
	return r ? PASS(r) : reply_json(call, body);
}

int device_register_commit(struct api_call *call, struct db *db)
{
	const struct register_work *work = call->work;
	struct registered registered = {0};
	int r = PROBLEM_PLATFORM_REFUSED;
	if (!work->is_mobile)
		r = registration_commit(&call->service->auth, db, &call->arena, &call->caller,
					&work->registration, call->now_ms, &registered);
	if (r < 0)
		return PASS(r);
	call->session_changed = registered.session_changed;
	if (work->is_mobile)
		return PROBLEM_PLATFORM_REFUSED;
	if (r)
		return registration_problem((enum registration_outcome)r);
	call->caller.device_no = registered.no;
	if (registered.is_new) {
		r = device_tell(call, db, call->caller.facility_no, call->caller.account_no);
		if (r)
			return PASS(r);
	}
	return registered_reply(call, &registered);
}

/* --- GET /v1/devices --- */

static enum wire_platform platform_of(struct str word)
{
	for (int i = WIRE_PLATFORM_WINDOWS; i <= WIRE_PLATFORM_ANDROID; i++)
		if (str_equal(word, wire_platform_name((enum wire_platform)i)))
			return (enum wire_platform)i;
	return WIRE_PLATFORM_LINUX;
}

static int entry_make(struct api_call *call, const struct store_device *device,
		      struct wire_device_entry *entry)
{
	*entry = (struct wire_device_entry){
		.name = device->name,
		.platform = platform_of(device->platform),
		.registered_ms = device->registered_ms,
		.is_current = device->no == call->caller.device_no,
	};
	int r = encode_hex(&call->arena, device->id, &entry->device_id);
	return r ? FOLD(r) : 0;
}

int device_list_run(struct api_call *call, struct db *db)
{
	struct store_device *devices;
	size_t devices_count, count = 0;
	int r = store_devices_list(db, &call->arena, call->caller.facility_no,
				   call->caller.account_no, &devices, &devices_count);
	if (r)
		return PASS(r);
	struct wire_device_entry *entries =
		arena_array(&call->arena, devices_count + 1, sizeof *entries);
	if (!entries)
		return RAISE(ENOMEM);
	while (count < devices_count && devices[count].active) {
		r = entry_make(call, &devices[count], &entries[count]);
		if (r)
			return PASS(r);
		count++;
	}
	struct str body;
	r = wire_device_list_reply_encode(reply_arena(call), entries, count, &body);
	return r ? PASS(r) : reply_json(call, body);
}

/* --- DELETE /v1/devices/{id} --- */

static int device_close(struct api_call *call, struct db *db)
{
	struct store_device device;
	struct str id;
	if (!wire_id_valid(call->argument))
		return PROBLEM_DEVICE_NOT_FOUND;
	int r = decode_hex(&call->arena, call->argument, &id);
	if (r)
		return FOLD(r);
	r = store_device_of(db, &call->arena, call->caller.facility_no, call->caller.account_no, id,
			    &device);
	if (r)
		return r < 0 ? PASS(r) : PROBLEM_DEVICE_NOT_FOUND;
	r = store_device_remove(db, call->caller.facility_no, device.no, call->now_ms);
	if (r)
		return FOLD(r);
	call->closed_device_no = device.no;
	return 0;
}

int device_close_commit(struct api_call *call, struct db *db)
{
	int r = device_close(call, db);
	if (r < 0)
		return PASS(r);
	return r ? r : reply_empty(call);
}
