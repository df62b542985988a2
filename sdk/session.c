/* SPDX-License-Identifier: Apache-2.0 */
/* Login, passcode, renewal, and the session in a file. */
#include "sdk/shk.h"

#include "lib/base/utf8.h"

static bool text_is_good(const char *text)
{
	return text && utf8_valid(str_of(text));
}

int32_t SHK_CALL shk_login(shk_client *client, const char *facility_code, const char *login_id,
			   const char *password)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!text_is_good(facility_code) || !text_is_good(login_id) || !text_is_good(password))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	int r = device_open(client, login_id, true);
	if (r == 0)
		r = client_login(client->client, str_of(facility_code), str_of(login_id),
				 str_of(password));
	return call_leave(client, r);
}

int32_t SHK_CALL shk_mfa(shk_client *client, const char *passcode)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!text_is_good(passcode))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	int r = client_mfa(client->client, str_of(passcode));
	if (r == 0)
		device_register_quietly(client);
	return call_leave(client, r);
}

int32_t SHK_CALL shk_refresh(shk_client *client, const char *login_id, const char *password)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	const struct session *session = client_session(client->client);
	if ((login_id && !text_is_good(login_id)) || (password && !text_is_good(password)))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	if (!password && !session->password.len)
		return call_refuse(client, SHK_ERR_STATE);
	return call_leave(client,
			  client_refresh(client->client, str_of(login_id), str_of(password)));
}

int32_t SHK_CALL shk_password_change(shk_client *client, const char *old_password,
				     const char *new_password)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!text_is_good(old_password) || !text_is_good(new_password))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	int r = client_password_change(client->client, str_of(old_password), str_of(new_password));
	/* With the password that was issued the login could not. */
	if (r == 0)
		device_register_quietly(client);
	return call_leave(client, r);
}

int32_t SHK_CALL shk_logout(shk_client *client)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	return call_leave(client, client_logout(client->client));
}

static const struct session *session_of(const shk_client *client)
{
	const struct session *session =
		client_lives(client) ? client_session(client->client) : NULL;
	return session && session->state != SESSION_NONE ? session : NULL;
}

int32_t SHK_CALL shk_session_state(const shk_client *client)
{
	const struct session *session = session_of(client);
	if (!session)
		return SHK_SESSION_NONE;
	if (session->state == SESSION_PASSCODE)
		return SHK_SESSION_PASSCODE;
	return session_token_is_over(session, clock_now_ms(&clock_system)) ? SHK_SESSION_EXPIRED
									   : SHK_SESSION_OPEN;
}

int32_t SHK_CALL shk_session_passcode(const shk_client *client)
{
	const struct session *session = session_of(client);
	if (!session || session->state != SESSION_PASSCODE)
		return SHK_PASSCODE_NONE;
	return session->passcode == WIRE_PASSCODE_BY_MAIL ? SHK_PASSCODE_MAIL
							  : SHK_PASSCODE_AUTHENTICATOR;
}

const char *SHK_CALL shk_session_facility_name(const shk_client *client)
{
	const struct session *session = session_of(client);
	return session && session->facility_name[0] ? session->facility_name : NULL;
}

int32_t SHK_CALL shk_service_clock(const shk_client *client, int64_t *ret_ahead_ms)
{
	if (!client_lives(client) || !ret_ahead_ms)
		return SHK_ERR_ARGUMENT;
	return client_clock(client->client, ret_ahead_ms) ? SHK_OK : SHK_ERR_STATE;
}

const char *SHK_CALL shk_session_notice(const shk_client *client)
{
	const struct session *session = session_of(client);
	return session && session->notice[0] ? session->notice : NULL;
}

const char *SHK_CALL shk_session_login_id(const shk_client *client)
{
	const struct session *session = session_of(client);
	return session ? session->login_id : NULL;
}

int32_t SHK_CALL shk_session_save(shk_client *client, const char *path)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!text_is_good(path) || !*path)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	return call_leave(client, client_session_save(client->client, path));
}

int32_t SHK_CALL shk_session_restore(shk_client *client, const char *path)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!text_is_good(path) || !*path)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	int r = client_session_load(client->client, path);
	if (r == 0)
		r = device_open(client, client_session(client->client)->login_id, false);
	return call_leave(client, r);
}
