/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T05/model.h"

enum {
	OK = 200,
	DONE = 204,
	REFUSED = 401,
	STEP_MS = 30 * 1000,
	MINUTE_MS = 60 * 1000,
	HOUR_MS = 60 * MINUTE_MS,
};

const char *deed_name(enum deed deed)
{
	static const char *const names[DEEDS] = {
		"login", "login-wrong", "passcode", "passcode-wrong", "passcode-again", "refresh",
		"data",	 "logout",	"enrol",    "wait-31m",	      "wait-13h",	"restart",
	};
	return names[deed];
}

static bool challenge_lives(const struct model *model)
{
	return model->has_challenge && model->now_ms < model->challenge_until_ms;
}

static bool session_lives(const struct model *model)
{
	return model->has_session && model->now_ms <= model->idle_until_ms &&
	       model->now_ms < model->ends_ms;
}

static bool token_lives(const struct model *model)
{
	return session_lives(model) && model->now_ms < model->token_until_ms;
}

/* Codes are good one step ahead of the clock. */
static bool code_is_fresh(const struct model *model)
{
	return model->enrolled && model->last_step < model->now_ms / STEP_MS + 1;
}

static void token_give(struct model *model)
{
	model->idle_until_ms = model->now_ms + 30 * MINUTE_MS;
	model->token_until_ms = model->now_ms + 10 * MINUTE_MS;
}

/* One guess for each challenge, right or wrong. */
static int passcode(struct model *model, bool right)
{
	int64_t step = model->now_ms / STEP_MS;
	bool good = challenge_lives(model) && right && code_is_fresh(model);
	model->has_challenge = false;
	if (!good)
		return REFUSED;
	model->last_step = model->last_step < step ? step : step + 1;
	model->has_session = true;
	model->ends_ms = model->now_ms + 12 * (int64_t)HOUR_MS;
	token_give(model);
	return OK;
}

/* A new authenticator: its steps T-1 and T are spent, and whoever was in is out. */
static int enrol(struct model *model)
{
	model->enrolled = true;
	model->last_step = model->now_ms / STEP_MS;
	model->has_challenge = model->has_session = false;
	return DONE;
}

int model_do(struct model *model, enum deed deed)
{
	switch (deed) {
	case LOGIN_OK:
		model->has_challenge = true;
		model->challenge_until_ms = model->now_ms + 5 * MINUTE_MS;
		return OK;
	case MFA_OK: return passcode(model, true);
	case MFA_BAD:
	case MFA_REPLAY: return passcode(model, false);
	case REFRESH:
		if (!session_lives(model))
			return REFUSED;
		token_give(model);
		return OK;
	case DATA: return token_lives(model) ? OK : REFUSED;
	case LOGOUT:
		if (!token_lives(model))
			return REFUSED;
		model->has_session = false;
		return DONE;
	case ENROL: return enrol(model);
	case WAIT_31_MINUTES: model->now_ms += 31 * MINUTE_MS; return 0;
	case WAIT_13_HOURS: model->now_ms += 13 * (int64_t)HOUR_MS; return 0;
	case RESTART: return 0;
	case LOGIN_BAD:
	case DEEDS: break;
	}
	return REFUSED;
}

void model_print(const struct model *model, char text[5])
{
	text[0] = code_is_fresh(model) ? 'A' : '-';
	text[1] = challenge_lives(model) ? 'C' : '-';
	text[2] = session_lives(model) ? 'S' : '-';
	text[3] = token_lives(model) ? 'T' : '-';
	text[4] = '\0';
}
