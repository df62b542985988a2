/* SPDX-License-Identifier: Apache-2.0 */
/* The one place where outcomes and faults become replies. */
#include "lib/wire/spelling.h"
#include "server/api/call.h"

enum {
	STATUS_UNAUTHORIZED = 401,
	STATUS_INTERNAL = 500,
	RETRY_AFTER_S = 2,
};

static int retry_after(const struct api_call *call, enum wire_problem problem)
{
	if (call->retry_after_s)
		return call->retry_after_s;

	bool passing = problem == PROBLEM_BUSY || problem == PROBLEM_STORE_UNAVAILABLE ||
		       problem == PROBLEM_CLOCK_UNTRUSTED || problem == PROBLEM_MONTH_KEY_ABSENT ||
		       problem == PROBLEM_CHANGES_UNREAD ||
		       problem == PROBLEM_REVOCATION_UNAVAILABLE;
	return passing ? RETRY_AFTER_S : 0;
}

static void header_add(struct web_reply *reply, struct str name, struct str value)
{
	if (reply->headers_count < WEB_HEADERS_MAX)
		reply->headers[reply->headers_count++] = (struct web_header){name, value};
}

/* RFC 9110 section 15.5.2: a 401 says how to do better. */
static void challenge_add(struct web_reply *reply, enum wire_problem problem)
{
	if (reply->status != STATUS_UNAUTHORIZED)
		return;
	struct str scheme = problem == PROBLEM_DEVICE_PROOF_REFUSED ? STR("DPoP") : STR("Bearer");
	header_add(reply, STR("WWW-Authenticate"), scheme);
}

static void problem_write(struct api_call *call, enum wire_problem problem,
			  const struct wire_problem_detail *detail)
{
	struct web_reply *reply = &call->exchange->reply;
	struct str body;
	int r = wire_problem_encode(reply_arena(call), problem, detail, &body);
	if (!r)
		r = spelling_body_out(call->service->profile, WIRE_BODY_PROBLEM, reply_arena(call),
				      body, &body);
	if (r) {
		*reply = (struct web_reply){.status = STATUS_INTERNAL};
		return;
	}
	reply->status = wire_problem_row(problem)->status;
	reply->content_type = STR("application/problem+json");
	reply->body = body;
	reply->retry_after_s = detail->retry_after_s;
	challenge_add(reply, problem);
}

void problem_reply(struct api_call *call, enum wire_problem problem)
{
	struct wire_problem_detail detail = {
		.request_id = str_of(call->request->request_id),
		.retry_after_s = retry_after(call, problem),
		.held_reference = call->held_reference,
	};
	if (call->input.complaints.count)
		detail.complaints = &call->input.complaints;
	problem_write(call, problem, &detail);
}

enum wire_problem problem_of_fault(int fault)
{
	switch (-fault) {
	case EBUSY: return PROBLEM_BUSY;
	case EIO:
	case ETIMEDOUT: /* a commit whose replica does not answer */
	case ENOSPC:
	case ENOKEY: return PROBLEM_STORE_UNAVAILABLE;
	default: return PROBLEM_INTERNAL;
	}
}

void fault_reply(struct api_call *call, int fault)
{
	const char *name = "unknown";
	if (call->route)
		name = wire_call_row(call->name)->operation;
	LOG(&call->service->log, request_failed, log_id("call", str_of(name)),
	    log_int("fault", fault), log_text("trace", str_of(call->trace)),
	    log_id("request", str_of(call->request->request_id)));
	/* A reply may have been half written before the fault. */
	call->exchange->reply = (struct web_reply){0};
	problem_reply(call, problem_of_fault(fault));
}

enum wire_problem problem_of_status(int status)
{
	static const struct {
		int status;
		enum wire_problem problem;
	} rows[] = {
		{404, PROBLEM_NOT_FOUND},	 {405, PROBLEM_METHOD_NOT_ALLOWED},
		{408, PROBLEM_REQUEST_TIMEOUT},	 {413, PROBLEM_BODY_TOO_LARGE},
		{414, PROBLEM_URI_TOO_LONG},	 {415, PROBLEM_MEDIA_TYPE},
		{431, PROBLEM_HEADER_TOO_LARGE}, {494, PROBLEM_HEADER_TOO_LARGE},
		{505, PROBLEM_HTTP_VERSION},	 {503, PROBLEM_BUSY},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].status == status)
			return rows[i].problem;
	return status >= STATUS_INTERNAL ? PROBLEM_INTERNAL : PROBLEM_REQUEST_MALFORMED;
}
