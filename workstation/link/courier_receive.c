/* SPDX-License-Identifier: Apache-2.0 */
/* Results in and numbers out, told as they go, and stopped when somebody says so. */
#include "workstation/link/courier_inside.h"

#include "workstation/store/settings.h"
#include "workstation/store/store.h"

enum {
	TOLD_EVERY_MS = 250,
	QUEUE_BYTES = 1024 * 1024,
};

/* --- the source --- */

static const struct source *inner(void *ctx)
{
	const struct courier *courier = ctx;
	return &courier->options.line.source;
}

static bool is_stopped(struct courier *courier)
{
	int64_t order = courier->now.progress.order;
	if (order ? order > atomic_load(&courier->cancelled_upto)
		  : !atomic_load(&courier->is_cancelled))
		return false;
	courier->now.trouble = (struct line_trouble){.code = SHK_ERR_CANCELLED};
	return true;
}

/* A failure's words, before another call takes them away; what was stopped is no failure. */
static int failed(struct courier *courier, int r)
{
	const struct line *line = &courier->options.line;
	if (r == SOURCE_FAILED && !is_stopped(courier) && !courier->now.trouble.code)
		line->trouble(line->ctx, &courier->now.trouble);
	return r;
}

static int told_begin(void *ctx, const struct source_ask *ask)
{
	struct courier *courier = ctx;
	if (is_stopped(courier))
		return SOURCE_FAILED;
	courier->begins++;
	return failed(courier, inner(ctx)->begin(inner(ctx)->ctx, ask));
}

static void progress_tell(struct courier *courier)
{
	int64_t now_ms = clock_now_ms(courier->options.clock);
	if (courier->begins > 1)
		return;
	courier->now.progress.done++;
	if (courier->now.progress.total < courier->now.progress.done)
		courier->now.progress.total = courier->now.progress.done;
	if (now_ms - courier->told_ms < TOLD_EVERY_MS)
		return;
	courier->told_ms = now_ms;
	courier_show(courier, "receive");
}

static int told_next(void *ctx, struct arena *arena, struct result *ret_result)
{
	struct courier *courier = ctx;
	if (is_stopped(courier))
		return SOURCE_FAILED;
	int r = failed(courier, inner(ctx)->next(inner(ctx)->ctx, arena, ret_result));
	if (r == 0)
		progress_tell(courier);
	return r;
}

static struct str told_cursor(void *ctx)
{
	return inner(ctx)->cursor(inner(ctx)->ctx);
}

static void told_end(void *ctx)
{
	inner(ctx)->end(inner(ctx)->ctx);
}

static int told_register(void *ctx, struct arena *arena, const struct registration *registration,
			 struct str *ret_held)
{
	struct courier *courier = ctx;
	if (is_stopped(courier))
		return SOURCE_FAILED;
	return failed(courier, inner(ctx)->reference_register(inner(ctx)->ctx, arena, registration,
							      ret_held));
}

static struct str told_problem(void *ctx)
{
	return inner(ctx)->problem(inner(ctx)->ctx);
}

void courier_source_make(struct courier *courier)
{
	courier->source = (struct source){
		.begin = told_begin,
		.next = told_next,
		.cursor = told_cursor,
		.end = told_end,
		.reference_register = told_register,
		.problem = told_problem,
		.ctx = courier,
	};
}

/* --- what is left --- */

static int queue_count(struct courier *courier, bool only_waiting, size_t *ret_count)
{
	AUTO(arena_clear) struct arena arena;
	struct queued *list;
	arena_init(&arena, QUEUE_BYTES);
	int r = store_queue_list(courier->options.db, &arena, only_waiting, &list, ret_count);
	return r ? PASS(r) : 0;
}

void courier_queue_look(struct courier *courier)
{
	size_t waiting, all;
	if (queue_count(courier, true, &waiting) || queue_count(courier, false, &all))
		return;
	courier->has_queue = waiting > 0;
	courier->now.queued = (int64_t)all;
}

/* --- both ways --- */

static int32_t store_failed(struct courier *courier, int r)
{
	LOG(courier->options.log, courier_failed, log_fault(r));
	courier->now.trouble = (struct line_trouble){.code = SHK_ERR_FILE, .problem = "desk_store"};
	return SHK_ERR_FILE;
}

static int32_t report_take(struct courier *courier, int r, const struct sync_report *report)
{
	courier_queue_look(courier);
	if (r < 0)
		return store_failed(courier, r);
	/* A look that nobody ordered and that found nothing says nothing about the last one. */
	if (courier->now.running || report->downloaded > report->known || report->registered) {
		courier->now.report = *report;
		courier->now.report_ms = clock_now_ms(courier->options.clock);
	}
	if (r == 0)
		return SHK_OK;
	return courier->now.trouble.code ? courier->now.trouble.code : SHK_ERR_INTERNAL;
}

static int received_keep(struct courier *courier, const struct line_search *search)
{
	if (*search->from || search->reference != SHK_REFERENCE_ANY)
		return 0;
	courier->now.received_ms = clock_now_ms(courier->options.clock);
	int r = store_setting_number_put(courier->options.db, STR("received_ms"),
					 courier->now.received_ms);
	return r ? PASS(r) : 0;
}

static void receipt_begin(struct courier *courier, int64_t order)
{
	courier->now.trouble = (struct line_trouble){0};
	courier->begins = 0;
	courier->told_ms = 0;
	courier->now.is_receiving = true;
	courier->now.progress.order = order;
	courier->now.progress.done = 0;
	courier->now.progress.began_ms = clock_now_ms(courier->options.clock);
	courier_show(courier, "receive");
}

int32_t courier_receive(struct courier *courier, const struct line_search *search, int64_t order)
{
	const struct line *line = &courier->options.line;
	struct sync_report report = {0};
	bool is_new = !*search->from;
	receipt_begin(courier, order);
	line->search(line->ctx, search);
	const struct actor actor = {.now_ms = clock_now_ms(courier->options.clock)};
	int r = sync_run(courier->options.db, &courier->source, &actor,
			 is_new ? NULL : search->from, is_new ? NULL : search->to, &report);
	int32_t code = report_take(courier, r, &report);
	int kept = code ? 0 : received_keep(courier, search);
	if (kept < 0)
		code = store_failed(courier, kept);
	courier->now.is_receiving = false;
	courier->now.progress.total = 0;
	courier_show(courier, "receive");
	if (report.downloaded > report.known || report.registered)
		courier_show(courier, "results");
	return code;
}

int32_t courier_send(struct courier *courier)
{
	struct sync_report report = {0};
	courier->now.trouble = (struct line_trouble){0};
	courier->now.progress.order = courier->now.running;
	int r = sync_send(courier->options.db, &courier->source, &report);
	int32_t code = report_take(courier, r, &report);
	if (report.registered)
		courier_show(courier, "queue");
	return code;
}
