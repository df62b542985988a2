/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planted faults (SHIKAKU_FAULT names one, or several with commas), each of which a test must find.
 * T29: one wall of the page's door is missing, the others stand. Journeys: a desk that forgets what
 * it has seen, that takes a number's word for the person, that sends its queue again.
 */
#include <stdlib.h>

#include "lib/web/local_guard.h"
#include "lib/web/local_peer.h"
#include "workstation/rules/matching.h"
#include "workstation/store/store.h"

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

int __real_store_seen_state(struct db *db, struct str result_id, enum seen_state *ret_state);
int __wrap_store_seen_state(struct db *db, struct str result_id, enum seen_state *ret_state);
int __wrap_store_seen_state(struct db *db, struct str result_id, enum seen_state *ret_state)
{
	int r = __real_store_seen_state(db, result_id, ret_state);
	if (is_planted("seen"))
		*ret_state = SEEN_NEVER;
	return r;
}

/* Whoever fits best is taken, and an unknown number is a new patient's. */
struct match __real_match_decide(const struct result *result, const struct candidate *candidates,
				 size_t candidates_count);
struct match __wrap_match_decide(const struct result *result, const struct candidate *candidates,
				 size_t candidates_count);
struct match __wrap_match_decide(const struct result *result, const struct candidate *candidates,
				 size_t candidates_count)
{
	struct match match = __real_match_decide(result, candidates, candidates_count);
	if (match.kind != MATCH_ASK || !is_planted("guess"))
		return match;
	return candidates_count ? (struct match){.kind = MATCH_LINK, .chart = candidates[0].chart}
				: (struct match){.kind = MATCH_NEW};
}

int __real_store_queue_remove(struct db *db, struct str result_id);
int __wrap_store_queue_remove(struct db *db, struct str result_id);
int __wrap_store_queue_remove(struct db *db, struct str result_id)
{
	return is_planted("queue") ? 0 : __real_store_queue_remove(db, result_id);
}
