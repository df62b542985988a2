/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T36/counter.h"

#include <fcntl.h>
#include <sys/mman.h>

enum { LOG_BYTES_MAX = 256 * 1024 };

static void configure(void *ctx, struct config *config)
{
	const struct counter *counter = ctx;
	config->revocation.ocsp_url = str_of(counter->stub.url);
	config->revocation.timeout_ms = counter->options.timeout_ms;
	config->revocation.ttl_ms = counter->options.ttl_ms;
	config->limits.net_threads = counter->options.net_threads;
	config->limits.net_queue = counter->options.net_queue;
	config->limits.writer_queue = 1000;
}

void counter_open(struct counter *counter, void **state, const struct counter_options *options)
{
	const struct authority *authority = *state;
	struct house_options house = {.configure = configure, .ctx = counter};
	void *part = *state;
	*counter = (struct counter){.options = *options, .cards_from = 0x500000};
	stub_open(&counter->stub, authority->world);
	assert_int_equal(desk_open_with(&part, &house), 0);
	counter->desk = part;
	counter->log_fd = memfd_create("log", MFD_CLOEXEC);
	assert_true(counter->log_fd >= 0);
	assert_int_equal(fcntl(counter->log_fd, F_SETFL, O_APPEND), 0);
	counter->desk->house->service->log.fd = counter->log_fd;
	counter->desk->house->service->log.level = LOG_LEVEL_WARNING;
	desk_log_in(counter->desk);
}

void counter_close(struct counter *counter)
{
	void *part = counter->desk;
	assert_int_equal(desk_close(&part), 0);
	close(counter->log_fd);
	stub_close(&counter->stub);
}

void counter_pass(struct counter *counter, int64_t ms)
{
	struct desk *desk = counter->desk;
	desk->house->time.now_ms += ms;
	stub_now_set(&counter->stub, desk->house->time.now_ms);
	assert_int_equal(desk_login(desk, desk_password(desk)), 200);
	desk->token = house_text(desk->house, "access_token");
}

struct tap counter_card(struct counter *counter, uint64_t serial)
{
	struct desk *desk = counter->desk;
	struct make_profile profile = world_profile();
	profile.serial = serial;
	struct tap tap = tap_of(desk, &profile, &desk->world->root);
	desk_register(desk, tap.certificate);
	return tap;
}

size_t counter_lines_take(struct counter *counter, const char *text)
{
	char *bytes = arena_alloc(&counter->desk->house->arena, LOG_BYTES_MAX);
	ssize_t len = pread(counter->log_fd, bytes, LOG_BYTES_MAX, 0);
	struct str rest = str_bytes(bytes, len > 0 ? (size_t)len : 0), line;
	size_t found = 0;
	while (str_split(&rest, '\n', &line))
		found += line.len && memmem(line.ptr, line.len, text, strlen(text));
	assert_int_equal(ftruncate(counter->log_fd, 0), 0);
	return found;
}

int64_t counter_alarms_take(struct counter *counter)
{
	struct alarm items[ALARM_INBOX_MAX];
	size_t count = alarm_inbox_take(counter->desk->house->service->alarms, items);
	int64_t events = 0;
	for (size_t i = 0; i < count; i++)
		events += items[i].kind == ALARM_OCSP_DOWN ? items[i].n : 0;
	return events;
}

struct str counter_last_check(struct counter *counter)
{
	struct house *house = counter->desk->house;
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	assert_int_equal(db_query(house->db,
				  "SELECT outcome FROM audit WHERE call = 'check'"
				  " ORDER BY seq DESC LIMIT 1",
				  DB_NO_ARGS, &rows),
			 0);
	assert_int_equal(db_next(rows), 0);
	return house_print(house, "%.*s", STR_ARG(db_column_text(rows, 0)));
}
