/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/about.h"

#include <sys/utsname.h>

#include "include/shikaku/shikaku.h"
#include "workstation/faces/station.h"
#include "workstation/store/settings.h"
#include "workstation/store/size.h"

/* By the last answers of the service; nothing where there was none. */
static int contact_put(struct face_call *call)
{
	struct str service;
	int64_t contact_ms, received_ms, off_ms;
	int r = store_setting_get(call->db, call->arena, STR("service"), &service);
	if (r == 0)
		r = store_setting_number(call->db, STR("contact_ms"), 0, &contact_ms);
	if (r == 0)
		r = store_setting_number(call->db, STR("received_ms"), 0, &received_ms);
	if (r == 0)
		r = store_setting_number(call->db, STR("clock_off_ms"), INT64_MAX, &off_ms);
	if (r)
		return FOLD(r);
	json_put_member(call->out, "service", service);
	json_put_member_number(call->out, "contact_ms", contact_ms);
	json_put_member_number(call->out, "received_ms", received_ms);
	if (off_ms != INT64_MAX)
		json_put_member_number(call->out, "clock_off_ms", off_ms);
	return 0;
}

/* The system's name and version; its host name may be a person's. */
static void system_put(struct face_call *call)
{
	struct utsname system;
	if (uname(&system) != 0)
		return;
	json_put_member(call->out, "system", str_of(system.sysname));
	json_put_member(call->out, "system_release", str_of(system.release));
	json_put_member(call->out, "machine", str_of(system.machine));
}

int face_about(struct face_call *call)
{
	struct store_size size;
	json_put_member(call->out, "version", station_config(call->station)->version);
	json_put_member(call->out, "libshikaku", str_of(shk_version()));
	json_put_member(call->out, "facility", call->facility);
	json_put_member_number(call->out, "now_ms", call->now_ms);
	system_put(call);
	int r = contact_put(call);
	if (r == 0)
		r = store_size(call->db, &size);
	if (r)
		return FOLD(r);
	json_put_member_number(call->out, "store_bytes", size.bytes);
	json_put_member_number(call->out, "charts", size.charts);
	json_put_member_number(call->out, "results", size.results);
	json_put_member_number(call->out, "waiting", size.waiting);
	return 0;
}
