/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/status: what the operator tells everybody about the service, from a file that the
 * operator edits while it runs. Needs no store and no lane, since it is asked for when those are in
 * trouble: a few bytes of a local file are read on the loop. Without a file, or with one that
 * cannot be read, the service says what it knows: that it answers.
 */
#include "server/api/status.h"

#include <fcntl.h>
#include <unistd.h>

#include "lib/base/period.h"
#include "lib/base/utf8.h"
#include "server/api/routes.h"

enum { FILE_BYTES_MAX = 4096 };

static int file_read(const char *path, struct arena *arena, struct str *ret_text)
{
	char *text = arena_alloc(arena, FILE_BYTES_MAX);
	if (!text)
		return RAISE(ENOMEM);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t len = fd < 0 ? -1 : read(fd, text, FILE_BYTES_MAX);
	if (fd >= 0)
		close(fd);
	*ret_text = (struct str){text, len > 0 ? (size_t)len : 0};
	return 0;
}

static bool state_read(struct str word, enum wire_service_state *ret_state)
{
	for (int state = WIRE_SERVICE_NORMAL; state <= WIRE_SERVICE_TROUBLE; state++)
		if (str_equal(word, wire_service_state_name((enum wire_service_state)state))) {
			*ret_state = (enum wire_service_state)state;
			return true;
		}
	return false;
}

static bool message_fits(struct str text)
{
	return utf8_count(text) <= WIRE_STATUS_MESSAGE_MAX && !utf8_has_control(text);
}

/* One line; false: it is not understood. */
static bool line_read(struct str line, struct wire_status *status)
{
	struct str key, value = str_trim(line);
	if (value.len == 0 || value.ptr[0] == '#')
		return true;
	if (!str_split(&value, '=', &key) || !value.ptr)
		return false;
	key = str_trim(key);
	value = str_trim(value);
	if (str_equal(key, STR("state")))
		return state_read(value, &status->state);
	if (str_equal(key, STR("from")))
		return period_datetime_parse(value, &status->from_ms) == 0;
	if (str_equal(key, STR("until")))
		return period_datetime_parse(value, &status->until_ms) == 0;
	if (!str_equal(key, STR("message")) || !message_fits(value))
		return false;
	status->message = value;
	return true;
}

bool status_parse(struct str text, int64_t now_ms, struct wire_status *ret_status)
{
	struct wire_status status = {.state = WIRE_SERVICE_NORMAL};
	struct str line;
	if (!utf8_valid(text))
		return false;
	while (text.len && str_split(&text, '\n', &line))
		if (!line_read(line, &status))
			return false;
	if (status.state == WIRE_SERVICE_PLANNED && status.from_ms && status.from_ms <= now_ms)
		status.state = WIRE_SERVICE_MAINTENANCE;
	if (status.until_ms && status.until_ms <= now_ms)
		status = (struct wire_status){.state = WIRE_SERVICE_NORMAL};
	*ret_status = status;
	return true;
}

int status_run(struct api_call *call, struct db *db)
{
	const char *path = call->service->config->service.status_file.ptr;
	struct wire_status status = {.state = WIRE_SERVICE_NORMAL};
	struct str text, body;
	(void)db;
	int r = path && path[0] ? file_read(path, &call->arena, &text) : 0;
	if (r)
		return PASS(r);
	if (path && path[0] && !status_parse(text, call->now_ms, &status))
		LOG(&call->service->log, status_unreadable,
		    log_id("request", str_of(call->request->request_id)));
	r = wire_status_reply_encode(reply_arena(call), &status, &body);
	return r ? PASS(r) : reply_json(call, body);
}
