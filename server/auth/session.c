/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One refresh, decided and written in one transaction, so that of two requests with the same handle
 * one comes first and the other sees that.
 */
#include "server/auth/session.h"

#include <assert.h>

#include "server/auth/ticket.h"
#include "server/auth/token.h"

#define COUNT(parts) (sizeof(parts) / sizeof(parts)[0])

int session_verifier(const struct auth *auth, int key_n, struct str family,
		     const struct session_binding *binding,
		     unsigned char ret_verifier[KEYS_MAC_BYTES])
{
	assert(family.len == STORE_ID_BYTES);
	struct ticket numbers = {0};
	ticket_put_number(&numbers, binding->account_no);
	ticket_put_number(&numbers, binding->facility_no);
	const struct str parts[] = {family, str_bytes(numbers.bytes, numbers.len),
				    binding->thumbprint, binding->password};
	int r = keys_mac_token(auth->keys, key_n, KEYS_TOKEN_VERIFIER, parts, COUNT(parts),
			       ret_verifier);
	return r < 0 ? PASS(r) : r;
}

static int handle_write(const struct auth *auth, struct arena *arena,
			const struct store_session *session, struct str *ret_handle)
{
	struct ticket ticket = {0};
	ticket_put_bytes(&ticket, session->id.ptr, session->id.len);
	ticket_put_number(&ticket, session->counter);
	int r = ticket_write(auth->keys, KEYS_TOKEN_REFRESH, &ticket, arena, ret_handle);
	return r ? PASS(r) : 0;
}

int session_tokens_issue(const struct auth *auth, struct arena *arena,
			 const struct store_session *session, enum account_kind kind,
			 struct session_tokens *ret_tokens)
{
	struct caller caller = {
		.account_no = session->account_no,
		.facility_no = session->facility_no,
		.kind = kind,
		.epoch = session->epoch,
	};
	memcpy(caller.session_id, session->id.ptr, STORE_ID_BYTES);
	int r = str_to_c(session->thumbprint, caller.thumbprint, sizeof caller.thumbprint);
	if (r)
		return PASS(r);
	struct session_tokens tokens = {
		.expires_in_s = AUTH_TOKEN_MS / 1000,
		.session_expires_in_s = (session->ends_ms - session->rotated_ms) / 1000,
	};
	r = token_issue(auth, arena, &caller, session->rotated_ms, &tokens.access_token);
	if (r)
		return PASS(r);
	r = handle_write(auth, arena, session, &tokens.refresh_handle);
	if (r)
		return PASS(r);
	*ret_tokens = tokens;
	return 0;
}

static bool session_open(const struct store_session *session, int64_t now_ms)
{
	return session->ended_ms == 0 && now_ms < session->ends_ms &&
	       now_ms - session->rotated_ms < AUTH_IDLE_MS;
}

/* A session without a device has none to lose. Outcome: SESSION_ENDED. */
static int device_alive(struct db *db, struct arena *arena, const struct store_session *session)
{
	if (!session->device_no)
		return 0;
	struct store_device device;
	int r = store_device_get(db, arena, session->facility_no, session->device_no, &device);
	if (r < 0)
		return PASS(r);
	return r || !device.active ? SESSION_ENDED : 0;
}

static int64_t sooner(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

int session_alive(struct db *db, struct arena *arena, int64_t now_ms, struct caller *caller)
{
	struct store_session session;
	struct str id = str_bytes(caller->session_id, STORE_ID_BYTES);
	int r = store_session_find(db, arena, id, &session);
	if (r)
		return r < 0 ? PASS(r) : SESSION_ENDED;
	struct store_account account;
	r = store_account_get(db, arena, caller->facility_no, caller->account_no, &account);
	if (r)
		return r < 0 ? PASS(r) : SESSION_ENDED;
	if (!session_open(&session, now_ms) || session.account_no != caller->account_no ||
	    session.facility_no != caller->facility_no || !account.active ||
	    account.epoch != caller->epoch || account.kind != caller->kind)
		return SESSION_ENDED;
	r = device_alive(db, arena, &session);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct store_facility facility;
	r = store_facility_get(db, arena, caller->facility_no, &facility);
	if (r)
		return r < 0 ? PASS(r) : SESSION_ENDED;
	caller->dpop = facility.dpop;
	caller->device_no = session.device_no;
	caller->must_change = account.must_change;
	caller->until_ms = sooner(caller->until_ms,
				  sooner(session.ends_ms, session.rotated_ms + AUTH_IDLE_MS));
	return 0;
}

/* --- refresh --- */

struct refresh {
	struct store_session session;
	struct store_account account;
	struct store_facility facility;
	struct store_device device;
	int64_t counter; /* of the handle that was shown */
	unsigned char idem_key[STORE_DIGEST_BYTES];
};

static int handle_read(const struct auth *auth, struct db *db, struct arena *arena,
		       struct str handle, struct refresh *refresh)
{
	struct ticket ticket;
	int r = ticket_read(auth->keys, KEYS_TOKEN_REFRESH, handle, arena, &ticket);
	if (r)
		return r < 0 ? PASS(r) : SESSION_ENDED;
	struct str id = ticket_take_bytes(&ticket, STORE_ID_BYTES);
	refresh->counter = ticket_take_number(&ticket);
	if (!ticket_is_spent(&ticket))
		return SESSION_ENDED;
	r = store_session_find(db, arena, id, &refresh->session);
	return r < 0 ? PASS(r) : r ? SESSION_ENDED : 0;
}

static int refresh_read(const struct auth *auth, struct db *db, struct arena *arena,
			const struct session_refresh *request, struct refresh *refresh)
{
	int r = handle_read(auth, db, arena, request->handle, refresh);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct store_session *session = &refresh->session;
	r = store_account_get(db, arena, session->facility_no, session->account_no,
			      &refresh->account);
	if (r)
		return FOLD(r);
	r = store_facility_get(db, arena, session->facility_no, &refresh->facility);
	if (r)
		return FOLD(r);
	if (session->device_no) {
		r = store_device_get(db, arena, session->facility_no, session->device_no,
				     &refresh->device);
		if (r)
			return FOLD(r);
	}
	r = digest_sha256(request->idempotency_key, refresh->idem_key);
	return r ? FOLD(r) : 0;
}

static bool device_fits(const struct refresh *refresh, const char *thumbprint)
{
	const struct store_session *session = &refresh->session;
	if (session->device_no && !refresh->device.active)
		return false;
	return !session->thumbprint.ptr || str_equal(session->thumbprint, str_of(thumbprint));
}

/* 0: right; SESSION_PASSWORD, with the miss counted, and the family ended at the last one. */
static int password_compare(const struct auth *auth, struct db *db,
			    const struct session_refresh *request, const struct refresh *refresh,
			    int64_t now_ms)
{
	const struct store_session *session = &refresh->session;
	struct session_binding binding = {session->account_no, session->facility_no,
					  session->thumbprint, request->password};
	unsigned char verifier[KEYS_MAC_BYTES];
	int r = session_verifier(auth, (int)session->key_n, session->id, &binding, verifier);
	if (r)
		return FOLD(r);
	if (secret_equal(str_bytes(verifier, sizeof verifier), session->verifier) &&
	    str_equal(request->login_id, refresh->account.login_id))
		return 0;
	int64_t misses;
	r = store_session_miss(db, session->id, &misses);
	if (r)
		return FOLD(r);
	if (misses >= AUTH_MISSES_MAX) {
		r = store_session_end(db, session->id, now_ms);
		if (r)
			return FOLD(r);
	}
	return SESSION_PASSWORD;
}

/* The handle before the newest, asked again with the same key soon enough: its answer was lost. */
static bool refresh_is_repeat(const struct refresh *refresh, int64_t now_ms)
{
	const struct store_session *session = &refresh->session;
	return refresh->counter == session->counter - 1 &&
	       now_ms - session->rotated_ms <= AUTH_RETRY_MS &&
	       str_equal(session->idem_key, str_bytes(refresh->idem_key, sizeof refresh->idem_key));
}

static int refresh_rotate(struct db *db, struct refresh *refresh, int64_t now_ms)
{
	struct store_session *session = &refresh->session;
	struct str idem_key = str_bytes(refresh->idem_key, sizeof refresh->idem_key);
	int r = store_session_rotate(db, session->id, session->counter, idem_key, now_ms);
	/* Another connection rotated it since we read: come again, and be answered by that. */
	if (r == STORE_STALE)
		return RAISE(EBUSY);
	if (r)
		return FOLD(r);
	session->counter++;
	session->rotated_ms = now_ms;
	return 0;
}

static struct caller refresh_caller(const struct refresh *refresh)
{
	struct caller caller = {
		.account_no = refresh->account.no,
		.facility_no = refresh->facility.no,
		.device_no = refresh->session.device_no,
		.kind = refresh->account.kind,
	};
	memcpy(caller.session_id, refresh->session.id.ptr, STORE_ID_BYTES);
	return caller;
}

static int refresh_answer(const struct auth *auth, struct arena *arena,
			  const struct refresh *refresh, struct session_refreshed *ret_refreshed)
{
	struct session_refreshed refreshed = {
		.facility_name = refresh->facility.name,
		.device_id = refresh->device.id,
		.client = refresh->session.client,
		.caller = refresh_caller(refresh),
	};
	int r = session_tokens_issue(auth, arena, &refresh->session, refresh->account.kind,
				     &refreshed.tokens);
	if (r)
		return PASS(r);
	*ret_refreshed = refreshed;
	return 0;
}

int session_refresh(const struct auth *auth, struct db *db, struct arena *arena,
		    const struct session_refresh *request, int64_t now_ms,
		    struct session_refreshed *ret_refreshed)
{
	struct refresh refresh = {0};
	*ret_refreshed = (struct session_refreshed){0};
	int r = refresh_read(auth, db, arena, request, &refresh);
	if (r)
		return r < 0 ? PASS(r) : r;
	ret_refreshed->caller = refresh_caller(&refresh);
	if (!session_open(&refresh.session, now_ms) || !refresh.account.active ||
	    refresh.account.epoch != refresh.session.epoch)
		return SESSION_ENDED;
	if (!device_fits(&refresh, request->thumbprint))
		return SESSION_DEVICE;
	bool repeat = refresh_is_repeat(&refresh, now_ms);
	if (refresh.counter != refresh.session.counter && !repeat) {
		r = store_session_end(db, refresh.session.id, now_ms);
		return r ? FOLD(r) : SESSION_REPLAYED;
	}
	r = password_compare(auth, db, request, &refresh, now_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!repeat) {
		r = refresh_rotate(db, &refresh, now_ms);
		if (r)
			return PASS(r);
	}
	return refresh_answer(auth, arena, &refresh, ret_refreshed);
}
