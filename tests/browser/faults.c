/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planted faults for T29: one wall of the page's door is missing (SHIKAKU_FAULT names it,
 * or several with commas), the others stand. The wrapped functions are those of lib/web.
 */
#include <stdlib.h>

#include "lib/web/local_guard.h"
#include "lib/web/local_peer.h"

static bool is_planted(const char *name)
{
	struct str faults = str_of(getenv("SHIKAKU_FAULT")), fault;
	while (str_split(&faults, ',', &fault))
		if (str_equal(fault, str_of(name)))
			return true;
	return false;
}

enum local_verdict __real_local_guard_judge(const struct local_guard *guard,
					    const struct web_request *request);
enum local_verdict __wrap_local_guard_judge(const struct local_guard *guard,
					    const struct web_request *request);
enum local_verdict __wrap_local_guard_judge(const struct local_guard *guard,
					    const struct web_request *request)
{
	struct web_request seen = *request;
	if (is_planted("host"))
		seen.host = str_of(guard->host);
	if (is_planted("origin")) {
		bool is_open = str_equal(request->path, STR("/open"));
		seen.origin = is_open ? request->origin : str_of(guard->origin);
		seen.fetch_site = STR("same-origin");
		if (str_equal(seen.method, STR("OPTIONS")))
			seen.method = STR("POST");
	}
	enum local_verdict verdict = __real_local_guard_judge(guard, &seen);
	return verdict == LOCAL_UNKNOWN && is_planted("cookie") ? LOCAL_PASS : verdict;
}

bool __real_local_guard_open(struct local_guard *guard, struct str body);
bool __wrap_local_guard_open(struct local_guard *guard, struct str body);
bool __wrap_local_guard_open(struct local_guard *guard, struct str body)
{
	return __real_local_guard_open(guard, body) || is_planted("ticket");
}

bool __real_local_peer_is(uint16_t peer, uint16_t ours, uint32_t uid);
bool __wrap_local_peer_is(uint16_t peer, uint16_t ours, uint32_t uid);
bool __wrap_local_peer_is(uint16_t peer, uint16_t ours, uint32_t uid)
{
	return __real_local_peer_is(peer, ours, uid) || is_planted("peer");
}
