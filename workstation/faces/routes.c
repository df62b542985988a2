/* SPDX-License-Identifier: Apache-2.0 */
/* Every call of the page, by screen. */
#include "workstation/faces/about.h"
#include "workstation/faces/charts.h"
#include "workstation/faces/conflicts.h"
#include "workstation/faces/decide.h"
#include "workstation/faces/devices.h"
#include "workstation/faces/drafts.h"
#include "workstation/faces/export.h"
#include "workstation/faces/faces.h"
#include "workstation/faces/facilities.h"
#include "workstation/faces/import.h"
#include "workstation/faces/keep.h"
#include "workstation/faces/lock.h"
#include "workstation/faces/policies.h"
#include "workstation/faces/receive.h"
#include "workstation/faces/results.h"
#include "workstation/faces/session.h"
#include "workstation/faces/setup.h"
#include "workstation/faces/staff.h"

#define OF_FACILITY(call, function)                                                            \
	{                                                                                      \
		.name = (call), .run = (function), .phases = FACE_OPEN, .needs_facility = true \
	}

/* What waits for a disk that may be slow, or not there. */
#define OF_DISK(call, function)                                                                 \
	{                                                                                       \
		.name = (call), .run = (function), .phases = FACE_OPEN, .needs_facility = true, \
		.lane = FACE_KEEP                                                               \
	}

static const struct face_route routes[] = {
	/* lock.c: the frame's own */
	{.name = "state", .run = face_state, .phases = FACE_ANY},
	{.name = "alive", .run = face_alive, .phases = FACE_OPEN, .lane = FACE_LOOP},
	{.name = "lock", .run = face_lock, .phases = FACE_OPEN | FACE_LOCKED, .lane = FACE_LOOP},
	{.name = "unlock", .run = face_unlock, .phases = FACE_OPEN | FACE_LOCKED},
	{.name = "recover", .run = face_recover, .phases = FACE_LOCKED},
	/* results.c: the lists */
	OF_FACILITY("results", face_results),
	OF_FACILITY("monthly", face_monthly),
	/* setup.c: the first start */
	{.name = "setup", .run = face_setup, .phases = FACE_SETUP},
	/* session.c: ログイン and パスコード */
	OF_FACILITY("session", face_session),
	OF_FACILITY("session_done", face_session_done),
	OF_FACILITY("session_login", face_session_login),
	OF_FACILITY("session_passcode", face_session_passcode),
	OF_FACILITY("session_mail", face_session_mail),
	OF_FACILITY("session_password", face_session_password),
	OF_FACILITY("session_device", face_session_device),
	OF_FACILITY("session_logout", face_session_logout),
	OF_FACILITY("session_wake", face_session_wake),
	/* receive.c: ダウンロード */
	OF_FACILITY("receive_limits", face_receive_limits),
	OF_FACILITY("receive_count", face_receive_count),
	OF_FACILITY("receive_start", face_receive_start),
	OF_FACILITY("receive_cancel", face_receive_cancel),
	OF_FACILITY("receive_automatic", face_receive_automatic),
	/* keep.c: backups, and the way back */
	{.name = "restore", .run = face_restore, .phases = FACE_SETUP},
	OF_DISK("keep", face_keep),
	OF_DISK("keep_set", face_keep_set),
	OF_DISK("keep_now", face_keep_now),
	OF_DISK("retention_set", face_retention_set),
	/* facilities.c, staff.c, policies.c, about.c: 設定 */
	OF_FACILITY("facilities", face_facilities),
	OF_FACILITY("facility_add", face_facility_add),
	OF_FACILITY("facility_change", face_facility_change),
	OF_FACILITY("facility_away", face_facility_away),
	{.name = "staff", .run = face_staff, .phases = FACE_OPEN},
	{.name = "staff_add", .run = face_staff_add, .phases = FACE_OPEN},
	{.name = "staff_rename", .run = face_staff_rename, .phases = FACE_OPEN},
	{.name = "staff_away", .run = face_staff_away, .phases = FACE_OPEN},
	{.name = "staff_return", .run = face_staff_return, .phases = FACE_OPEN},
	{.name = "staff_password", .run = face_staff_password, .phases = FACE_OPEN},
	{.name = "recovery_renew", .run = face_recovery_renew, .phases = FACE_OPEN},
	OF_FACILITY("policies", face_policies),
	OF_FACILITY("about", face_about),
	/* devices.c: registered PCs, who did what */
	OF_FACILITY("devices_ask", face_devices_ask),
	OF_FACILITY("devices", face_devices),
	OF_FACILITY("device_close", face_device_close),
	OF_FACILITY("history_ask", face_history_ask),
	OF_FACILITY("history", face_history),
	/* charts.c: 患者, 個人画面 */
	OF_FACILITY("drafts", face_drafts),
	OF_FACILITY("draft_put", face_draft_put),
	OF_FACILITY("charts", face_charts),
	OF_FACILITY("chart", face_chart),
	OF_FACILITY("chart_save", face_chart_save),
	OF_FACILITY("chart_insure", face_chart_insure),
	OF_FACILITY("chart_alias", face_chart_alias),
	OF_FACILITY("chart_word", face_chart_word),
	OF_FACILITY("chart_policy", face_chart_policy),
	OF_FACILITY("chart_undo", face_chart_undo),
	OF_FACILITY("chart_merge", face_chart_merge),
	OF_FACILITY("chart_away", face_chart_away),
	/* import.c: 患者一覧の取り込み */
	OF_FACILITY("import_state", face_import_state),
	{.name = "import_open",
	 .run = face_import_open,
	 .phases = FACE_OPEN,
	 .needs_facility = true,
	 .is_large = true},
	OF_FACILITY("import_shape", face_import_shape),
	OF_FACILITY("import_begin", face_import_begin),
	OF_FACILITY("import_step", face_import_step),
	OF_FACILITY("import_refused", face_import_refused),
	OF_FACILITY("import_drop", face_import_drop),
	/* export.c: CSV of what a list shows */
	OF_FACILITY("export_look", face_export_look),
	OF_FACILITY("export_take", face_export_take),
	/* decide.c: 要判断 */
	OF_FACILITY("result", face_result),
	OF_FACILITY("decide", face_decide),
	OF_FACILITY("result_link", face_result_link),
	OF_FACILITY("result_new", face_result_new),
	OF_FACILITY("result_unlink", face_result_unlink),
	OF_FACILITY("result_relink", face_result_relink),
	/* conflicts.c: 照会番号の食い違い */
	OF_FACILITY("conflicts", face_conflicts),
	OF_FACILITY("conflict_settle", face_conflict_settle),
};

const struct face_route *face_route_find(struct str name)
{
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		if (str_equal(name, str_of(routes[i].name)))
			return &routes[i];
	return NULL;
}
