/* SPDX-License-Identifier: Apache-2.0 */
/* Getting a session, renewing it, ending it: for the receipt link and for the reader. */
#include "lib/client/inside.h"

#include "lib/base/number.h"
#include "lib/base/utf8.h"

enum { LOGIN_ARENA_BYTES = 1024 * 1024 };

static bool fits(struct str text, size_t min, size_t max)
{
	if (!utf8_valid(text) || utf8_has_control(text))
		return false;
	size_t count = utf8_count(text);
	return count >= min && count <= max;
}

static int length_check(struct client *client, const char *field, struct str text, size_t min,
			size_t max)
{
	if (fits(text, min, max))
		return 0;
	return trouble_field(client, field, WIRE_REASON_FORMAT);
}

static struct wire_client program(const struct client *client)
{
	return (struct wire_client){
		str_of(client->vendor),
		str_of(client->product),
		str_of(client->version),
	};
}

static int program_check(struct client *client)
{
	return client->vendor[0] ? 0 : trouble_local(client, PROBLEM_USAGE);
}

/* A new session begins: whose, where, and with which password to renew. */
static int session_begin(struct client *client, struct str login_id, struct str password)
{
	struct session *session = &client->session;
	session_clear(session);
	int r = str_to_c(str_of(client->service), session->service, sizeof session->service);
	if (!r)
		r = str_to_c(login_id, session->login_id, sizeof session->login_id);
	if (!r && !client->password_is_dropped)
		r = secret_set(&session->password, password);
	if (r)
		session_clear(session);
	return r ? PASS(r) : 0;
}

static int login_check(struct client *client, struct str login_id, struct str password)
{
	int r = program_check(client);
	if (!r)
		r = length_check(client, "login_id", login_id, WIRE_LOGIN_ID_MIN,
				 WIRE_LOGIN_ID_MAX);
	if (!r)
		r = length_check(client, "password", password, WIRE_PASSWORD_MIN,
				 WIRE_PASSWORD_MAX);
	if (!r && password.len > SECRET_BYTES_MAX)
		r = trouble_field(client, "password", WIRE_REASON_TOO_LONG);
	return r;
}

static int challenge_take(struct client *client, struct str body)
{
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_challenge challenge;
	int r = wire_login_reply_decode(body, &input, &challenge);
	if (r)
		return r < 0 ? PASS(r) : trouble_local(client, (enum wire_problem)r);
	r = str_to_c(challenge.challenge, client->session.challenge,
		     sizeof client->session.challenge);
	if (r)
		return trouble_local(client, PROBLEM_REPLY_MALFORMED);
	client->session.passcode = challenge.passcode;
	client->session.state = SESSION_PASSCODE;
	return 0;
}

/* The password step, and what its answer is: a challenge, or a reader's tokens. */
struct way {
	enum wire_call call;
	bool with_proof;
	int (*take)(struct client *client, struct str body);
};

static int login_run(struct client *client, const struct way *way, const struct wire_login *login,
		     struct arena *arena)
{
	struct call call = {.call = way->call, .with_proof = way->with_proof};
	struct str body;
	int r = wire_login_request_encode(arena, login, &call.body);
	if (!r)
		r = session_begin(client, login->login_id, login->password);
	if (r)
		return PASS(r);
	r = call_perform(client, &call, arena, &body);
	if (!r)
		r = way->take(client, body);
	if (r)
		session_clear(&client->session);
	return r < 0 ? PASS(r) : r;
}

int client_login(struct client *client, struct str facility_code, struct str login_id,
		 struct str password)
{
	AUTO(arena_clear) struct arena arena;
	struct wire_login login = {facility_code, login_id, password, program(client)};
	arena_init(&arena, LOGIN_ARENA_BYTES);
	call_begin(client);
	int r = login_check(client, login_id, password);
	if (!r)
		r = length_check(client, "facility_code", facility_code, WIRE_FACILITY_CODE_MIN,
				 WIRE_FACILITY_CODE_MAX);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct way way = {WIRE_LOGIN, client->device != NULL, challenge_take};
	r = login_run(client, &way, &login, &arena);
	return r < 0 ? PASS(r) : r;
}

static int tokens_take(struct client *client, struct str body)
{
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_tokens tokens;
	int r = wire_tokens_decode(body, &input, &tokens);
	if (r)
		return r < 0 ? PASS(r) : trouble_local(client, (enum wire_problem)r);
	r = session_open(&client->session, &tokens, clock_now_ms(client->options.clock));
	return r == -EMSGSIZE ? trouble_local(client, PROBLEM_REPLY_MALFORMED) : r ? PASS(r) : 0;
}

static int mfa_run(struct client *client, struct str passcode, struct arena *arena)
{
	struct call call = {.call = WIRE_MFA, .with_proof = client->device != NULL};
	struct wire_mfa mfa = {str_of(client->session.challenge), passcode};
	struct str body;
	int r = wire_mfa_request_encode(arena, &mfa, &call.body);
	if (r)
		return PASS(r);
	r = call_perform(client, &call, arena, &body);
	if (r == PROBLEM_CHALLENGE_EXPIRED)
		session_clear(&client->session);
	if (!r)
		r = tokens_take(client, body);
	return r < 0 ? PASS(r) : r;
}

int client_mfa(struct client *client, struct str passcode)
{
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, LOGIN_ARENA_BYTES);
	call_begin(client);
	if (client->session.state != SESSION_PASSCODE)
		return trouble_local(client, PROBLEM_SESSION_ABSENT);
	bool by_mail = client->session.passcode == WIRE_PASSCODE_BY_MAIL;
	if (!number_is_digits(passcode, by_mail ? WIRE_LOGIN_PASSCODE_MAX : WIRE_PASSCODE_MAX))
		return trouble_field(client, "passcode", WIRE_REASON_FORMAT);
	int r = mfa_run(client, passcode, &arena);
	return r < 0 ? PASS(r) : r;
}

/* Did the service decide, so that the next renewal is a new one? */
static bool is_decided(int r)
{
	return r >= 0 && (r == 0 || wire_problem_row((enum wire_problem)r)->status) &&
	       r != PROBLEM_BUSY && r != PROBLEM_TOO_MANY_REQUESTS &&
	       r != PROBLEM_STORE_UNAVAILABLE && r != PROBLEM_INTERNAL;
}

static int renew_run(struct client *client, struct str password, struct arena *arena)
{
	struct session *session = &client->session;
	struct wire_refresh refresh = {str_of(session->refresh_handle), str_of(session->login_id),
				       password};
	struct call call = {
		.call = WIRE_REFRESH,
		.is_repeatable = true,
		.with_proof = client->device != NULL, /* a device's session is renewed by it only */
	};
	struct str body;
	int r = wire_refresh_request_encode(arena, &refresh, &call.body);
	if (r)
		return PASS(r);
	if (!session->refresh_key[0])
		key_make(client, session->refresh_key);
	call.idempotency_key = str_of(session->refresh_key);
	r = call_perform(client, &call, arena, &body);
	if (is_decided(r) && r)
		explicit_bzero(session->refresh_key, sizeof session->refresh_key);
	if (r == PROBLEM_SESSION_ENDED)
		session_clear(session);
	if (!r)
		r = tokens_take(client, body);
	return r < 0 ? PASS(r) : r;
}

int session_renew(struct client *client)
{
	AUTO(arena_clear) struct arena arena;
	AUTO(secret_wipe) struct secret password = client->session.password;
	arena_init(&arena, LOGIN_ARENA_BYTES);
	int r = renew_run(client, secret_str(&password), &arena);
	/* A password that is refused once must not be sent again by itself. */
	if (r == PROBLEM_CREDENTIALS_REFUSED)
		secret_wipe(&client->session.password);
	return r < 0 ? PASS(r) : r;
}

/* Take what was typed into the session, so that one way renews it. */
static int renewal_prepare(struct client *client, struct str login_id, struct str password)
{
	struct session *session = &client->session;
	int r = 0;
	if (session->state != SESSION_OPEN)
		return trouble_local(client, PROBLEM_SESSION_ABSENT);
	if (login_id.ptr && !str_equal(login_id, str_of(session->login_id)))
		return trouble_field(client, "login_id", WIRE_REASON_VALUE);
	if (!password.ptr && !session->password.len)
		return trouble_field(client, "password", WIRE_REASON_MISSING);
	if (password.ptr)
		r = length_check(client, "password", password, WIRE_PASSWORD_MIN,
				 WIRE_PASSWORD_MAX);
	if (!r && password.len > SECRET_BYTES_MAX)
		r = trouble_field(client, "password", WIRE_REASON_TOO_LONG);
	if (!r && password.ptr)
		r = secret_set(&session->password, password);
	return r < 0 ? PASS(r) : r;
}

int client_refresh(struct client *client, struct str login_id, struct str password)
{
	call_begin(client);
	int r = renewal_prepare(client, login_id, password);
	if (!r)
		r = session_renew(client);
	if (client->password_is_dropped)
		secret_wipe(&client->session.password);
	return r < 0 ? PASS(r) : r;
}

static int password_check(struct client *client, const char *field, struct str password)
{
	if (password.len > SECRET_BYTES_MAX)
		return trouble_field(client, field, WIRE_REASON_TOO_LONG);
	return length_check(client, field, password, WIRE_PASSWORD_MIN, WIRE_PASSWORD_MAX);
}

static int password_change_run(struct client *client, const struct wire_password_change *change,
			       struct arena *arena)
{
	struct call call = {.call = WIRE_PASSWORD_CHANGE, .with_token = true};
	struct session *session = &client->session;
	bool kept = session->password.len != 0;
	struct str body;
	int r = wire_password_change_request_encode(arena, change, &call.body);
	if (!r)
		r = call_with_token(client, &call, arena, &body);
	if (!r)
		r = tokens_take(client, body);
	if (!r && kept)
		r = secret_set(&session->password, change->new_password);
	return r < 0 ? PASS(r) : r;
}

int client_password_change(struct client *client, struct str old_password, struct str new_password)
{
	AUTO(arena_clear) struct arena arena;
	struct wire_password_change change = {old_password, new_password};
	arena_init(&arena, LOGIN_ARENA_BYTES);
	call_begin(client);
	if (client->session.state != SESSION_OPEN)
		return trouble_local(client, PROBLEM_SESSION_ABSENT);
	int r = password_check(client, "old_password", old_password);
	if (!r)
		r = password_check(client, "new_password", new_password);
	if (!r)
		r = password_change_run(client, &change, &arena);
	return r < 0 ? PASS(r) : r;
}

int client_logout(struct client *client)
{
	AUTO(arena_clear) struct arena arena;
	struct call call = {.call = WIRE_LOGOUT, .with_token = true, .is_repeatable = true};
	struct str body;
	arena_init(&arena, LOGIN_ARENA_BYTES);
	call_begin(client);
	if (client->session.state != SESSION_OPEN) {
		session_clear(&client->session);
		return 0;
	}
	int r = wire_logout_request_encode(&arena, &call.body);
	if (!r)
		r = call_with_token(client, &call, &arena, &body);
	session_clear(&client->session);
	return r < 0 ? PASS(r) : r;
}

/* --- the reader --- */

int client_activate(struct client *client, const struct wire_activation *activation,
		    struct client_answer *answer, struct wire_device *ret_device)
{
	struct call call = {.call = WIRE_ACTIVATE, .with_proof = true};
	struct wire_activation whole = *activation;
	struct str body;
	call_begin(client);
	client_answer_clear(answer);
	whole.client = program(client);
	int r = login_check(client, whole.login_id, whole.password);
	if (!r)
		r = wire_activate_request_encode(&answer->arena, &whole, &call.body);
	if (!r)
		r = call_perform(client, &call, &answer->arena, &body);
	if (!r)
		r = wire_activate_reply_decode(body, &answer->input, ret_device);
	if (r == PROBLEM_REPLY_MALFORMED)
		return trouble_local(client, PROBLEM_REPLY_MALFORMED);
	return r < 0 ? PASS(r) : r;
}

int client_reader_login(struct client *client, struct str login_id, struct str password)
{
	AUTO(arena_clear) struct arena arena;
	struct wire_login login = {
		.login_id = login_id,
		.password = password,
		.client = program(client),
	};
	const struct way way = {WIRE_READER_LOGIN, true, tokens_take};
	arena_init(&arena, LOGIN_ARENA_BYTES);
	call_begin(client);
	int r = login_check(client, login_id, password);
	if (!r)
		r = login_run(client, &way, &login, &arena);
	return r < 0 ? PASS(r) : r;
}
