/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which functions serve which call. Method, path, lane and the kinds of account that may call come
 * from api/openapi.yaml through lib/wire.
 */
#include "server/api/routes.h"

const struct api_route api_routes[WIRE_CALLS] = {
	[WIRE_HEALTH] = {health_run, NULL},
	[WIRE_LOGIN] = {login_run, NULL},
	[WIRE_MFA] = {mfa_run, mfa_commit_run},
	[WIRE_REFRESH] = {refresh_run, refresh_commit},
	[WIRE_LOGOUT] = {logout_run, logout_commit},
	[WIRE_COUNT] = {count_run, NULL},
	[WIRE_DOWNLOAD] = {download_run, download_commit},
	[WIRE_REFERENCE] = {reference_run, reference_commit},
	[WIRE_ENROLMENT_BEGIN] = {enrolment_begin_run, NULL},
	[WIRE_ENROLMENT_CONFIRM] = {enrolment_confirm_run, enrolment_confirm_commit},
	[WIRE_ACTIVATE] = {activate_run, activate_commit},
	[WIRE_READER_LOGIN] = {reader_login_run, reader_login_commit},
	[WIRE_NONCE] = {nonce_run, NULL},
	[WIRE_CHECK] = {check_run, check_commit_run},
	[WIRE_STAFF] = {staff_run, NULL},
};
