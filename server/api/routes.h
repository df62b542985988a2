/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of every call, one file each; routes.c is the table. */
#pragma once

#include "server/api/call.h"

api_step health_run;
api_step ready_run;
api_step status_run;
api_step login_run, login_commit_run;
api_step mfa_run, mfa_commit_run;
api_step refresh_run, refresh_commit;
api_step logout_run, logout_commit;
api_step password_run, password_commit;
api_step count_run;
api_step download_run, download_commit;
api_step jwks_run;
api_step reference_run, reference_commit;
api_step references_run, references_commit;
api_step accesses_run, accesses_commit;
api_step device_list_run;
api_step device_register_run, device_register_commit;
api_step device_close_commit;
api_step enrolment_begin_run, enrolment_begin_commit;
api_step enrolment_confirm_run, enrolment_confirm_commit;
api_step activate_run, activate_commit;
api_step reader_login_run, reader_login_commit;
api_step nonce_run;
api_step check_run, check_commit_run;
api_step history_run, history_commit;
api_step staff_run;
