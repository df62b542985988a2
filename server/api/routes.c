/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which functions serve which call. Method, path, lane and the kinds of account that may call come
 * from api/openapi.yaml through lib/wire.
 */
#include "server/api/routes.h"

const struct api_route api_routes[WIRE_CALLS] = {
	[WIRE_HEALTH] = {health_run, NULL, false},
	[WIRE_READY] = {ready_run, NULL, false},
	[WIRE_STATUS] = {status_run, NULL, false},
	[WIRE_LOGIN] = {login_run, login_commit_run, true},
	[WIRE_MFA] = {mfa_run, mfa_commit_run, true},
	[WIRE_REFRESH] = {refresh_run, refresh_commit, false},
	[WIRE_LOGOUT] = {logout_run, logout_commit, false},
	[WIRE_PASSWORD_CHANGE] = {password_run, password_commit, false},
	[WIRE_COUNT] = {count_run, NULL, false},
	[WIRE_DOWNLOAD] = {download_run, download_commit, false},
	[WIRE_JWKS] = {jwks_run, NULL, false},
	[WIRE_REFERENCE] = {reference_run, reference_commit, false},
	[WIRE_REFERENCES] = {references_run, references_commit, false},
	[WIRE_ACCESSES] = {accesses_run, accesses_commit, false},
	[WIRE_DEVICE_LIST] = {device_list_run, NULL, false},
	[WIRE_DEVICE_REGISTER] = {device_register_run, device_register_commit, false},
	[WIRE_DEVICE_CLOSE] = {NULL, device_close_commit, false},
	[WIRE_ENROLMENT_BEGIN] = {enrolment_begin_run, enrolment_begin_commit, true},
	[WIRE_ENROLMENT_CONFIRM] = {enrolment_confirm_run, enrolment_confirm_commit, true},
	[WIRE_ACTIVATE] = {activate_run, activate_commit, true},
	[WIRE_READER_LOGIN] = {reader_login_run, reader_login_commit, true},
	[WIRE_NONCE] = {nonce_run, NULL, false},
	[WIRE_CHECK] = {check_run, check_commit_run, false},
	[WIRE_REGISTRATION] = {check_run, check_commit_run, false},
	[WIRE_HISTORY] = {history_run, history_commit, false},
	[WIRE_STAFF] = {staff_run, NULL, false},
};
