/* SPDX-License-Identifier: Apache-2.0 */
/* Into the service and out of it: password, passcode, this PC as a device. */
#include "workstation/link/courier_inside.h"

#include "workstation/store/settings.h"

static void about_take(struct courier *courier)
{
	const struct line *line = &courier->options.line;
	struct line_about about;
	line->about(line->ctx, &about);
	courier->now.passcode = about.passcode;
	courier->now.is_device = about.is_device;
	memcpy(courier->now.notice, about.notice, sizeof about.notice);
	if (about.facility_name[0])
		memcpy(courier->now.facility_name, about.facility_name, sizeof about.facility_name);
}

static bool is_by_mail(const struct courier *courier)
{
	return courier->now.passcode == SHK_PASSCODE_MAIL;
}

/* The password step, with the password that is kept. */
static int32_t knock(struct courier *courier)
{
	const struct line *line = &courier->options.line;
	char password[SECRET_BYTES_MAX + 1];
	memcpy(password, courier->password.bytes, courier->password.len);
	password[courier->password.len] = '\0';
	int32_t code = courier_called(courier, line->login(line->ctx, courier->options.facility,
							   courier->now.login_id, password));
	explicit_bzero(password, sizeof password);
	if (code)
		return code;
	about_take(courier);
	courier->challenge_ms =
		clock_now_ms(courier->options.clock) +
		(is_by_mail(courier) ? COURIER_MAIL_CHALLENGE_MS : COURIER_CHALLENGE_MS);
	courier->now.phase = COURIER_PASSCODE;
	return SHK_OK;
}

int32_t courier_login(struct courier *courier, const struct courier_order *order)
{
	char before[COURIER_LOGIN_BYTES];
	bool was_again = courier->now.is_again;
	memcpy(before, courier->now.login_id, sizeof before);
	courier->password = order->secret;
	courier->now.facility_name[0] = '\0';
	memcpy(courier->now.login_id, order->login_id, sizeof order->login_id);
	courier->now.is_again = false;
	int32_t code = knock(courier);
	if (code) {
		memcpy(courier->now.login_id, before, sizeof before);
		courier_session_end(courier, COURIER_OUT, was_again);
		return code;
	}
	if (store_setting_put(courier->options.db, STR("login_id"), str_of(courier->now.login_id)))
		LOG(courier->options.log, courier_failed, log_fault(-EIO));
	return SHK_OK;
}

/* Login anew, for a challenge that is spent or too old. A password that is refused is wrong. */
static int32_t knock_again(struct courier *courier)
{
	int32_t code = knock(courier);
	if (code == SHK_ERR_CREDENTIALS)
		courier_session_end(courier, COURIER_OUT, true);
	return code;
}

static void opened(struct courier *courier)
{
	int64_t now_ms = clock_now_ms(courier->options.clock);
	bool is_mail = is_by_mail(courier);
	about_take(courier);
	courier->now.phase = COURIER_IN;
	courier->now.is_again = false;
	courier->now.needs_device = false;
	courier->now.ends_ms = now_ms + (is_mail ? COURIER_MAIL_SESSION_MS : COURIER_SESSION_MS);
	courier->now.passcode = SHK_PASSCODE_NONE;
	courier->challenge_ms = 0;
	courier->renewed_ms = now_ms;
	courier->has_keys = false;
	courier->is_behind = courier->now.is_automatic;
}

/* Is there a challenge for it? An Authenticator's is made anew without a word. */
static int32_t challenge_have(struct courier *courier)
{
	if (clock_now_ms(courier->options.clock) < courier->challenge_ms)
		return SHK_OK;
	if (is_by_mail(courier)) {
		courier->now.trouble = (struct line_trouble){.code = SHK_ERR_CHALLENGE_EXPIRED,
							     .problem = "challenge_expired"};
		return SHK_ERR_CHALLENGE_EXPIRED;
	}
	return knock_again(courier);
}

static int32_t passcode_try(struct courier *courier, const char *passcode)
{
	const struct line *line = &courier->options.line;
	int32_t code = challenge_have(courier);
	if (code)
		return code;
	code = courier_called(courier, line->passcode(line->ctx, passcode));
	if (code == SHK_OK)
		opened(courier);
	/* Good for one passcode; after a lost answer nobody knows. */
	else if (!is_by_mail(courier) || code == SHK_ERR_CHALLENGE_EXPIRED)
		courier->challenge_ms = 0;
	return code;
}

int32_t courier_mail_again(struct courier *courier)
{
	return courier->password.len ? knock_again(courier) : SHK_ERR_STATE;
}

int32_t courier_give(struct courier *courier, const struct courier_order *order)
{
	char passcode[SECRET_BYTES_MAX + 1];
	if (courier->now.phase != COURIER_PASSCODE || !courier->password.len)
		return SHK_ERR_STATE;
	memcpy(passcode, order->secret.bytes, order->secret.len);
	passcode[order->secret.len] = '\0';
	int32_t code = passcode_try(courier, passcode);
	/* Somebody was slower than the service: once more with a fresh challenge. */
	if (code == SHK_ERR_CHALLENGE_EXPIRED && !is_by_mail(courier))
		code = passcode_try(courier, passcode);
	explicit_bzero(passcode, sizeof passcode);
	return code;
}

int32_t courier_password_change(struct courier *courier, const struct courier_order *order)
{
	const struct line *line = &courier->options.line;
	char present[SECRET_BYTES_MAX + 1], next[SECRET_BYTES_MAX + 1];
	if (courier->now.phase != COURIER_IN && courier->now.phase != COURIER_PASSWORD)
		return SHK_ERR_STATE;
	memcpy(present, order->secret.bytes, order->secret.len);
	present[order->secret.len] = '\0';
	memcpy(next, order->secret_next.bytes, order->secret_next.len);
	next[order->secret_next.len] = '\0';
	int32_t code = courier_called(courier, line->password_change(line->ctx, present, next));
	explicit_bzero(present, sizeof present);
	explicit_bzero(next, sizeof next);
	if (code)
		return code;
	courier->password = order->secret_next;
	courier->now.phase = COURIER_IN;
	return SHK_OK;
}

int32_t courier_logout(struct courier *courier)
{
	const struct line *line = &courier->options.line;
	int32_t code = line->logout(line->ctx);
	courier_session_end(courier, COURIER_OUT, false);
	courier->now.ends_ms = 0;
	/* It is forgotten here whatever the service says. */
	return code == SHK_ERR_IN_USE ? code : SHK_OK;
}

int32_t courier_device_register(struct courier *courier, const struct courier_order *order)
{
	const struct line *line = &courier->options.line;
	int32_t code =
		courier_called(courier, line->device_register(line->ctx, order->name, order->code));
	if (code)
		return code;
	about_take(courier);
	courier->now.needs_device = false;
	courier->is_behind = courier->now.is_automatic;
	return SHK_OK;
}
