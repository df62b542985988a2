/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `shikaku-workstation`: the receipt computer's nine additions (seed table 1.4.2) as a working
 * program over the public header. Command form; its pages come later.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/terminal/say.h"
#include "workstation/entry.h"
#include "workstation/keeping.h"
#include "workstation/open.h"
#include "workstation/options.h"
#include "workstation/pages.h"
#include "workstation/desk/settle.h"
#include "workstation/link/source_shk.h"

static const char program[] = "shikaku-workstation";

struct station {
	struct station_options options;
	struct interruption interruption;
	struct entry_wish wish;
	struct entry entry;
	char session[HOME_FILE_BYTES];
};

static int store_fault(const struct station *station)
{
	return say_fault(program, SAY_FILE_UNUSABLE, station->entry.home.path);
}

/* --- commands of the service --- */

static int command_mfa(struct link *link)
{
	int status = link_session_take(link);
	return status ? status : link_passcode(link);
}

/* Seed table 1.4.2 no. 5: how many there are is said before they come. */
static int count_tell(const struct link *link, const struct station_options *options)
{
	int64_t count, without;
	shk_search *search = NULL;
	int32_t code = shk_search_create(options->from, options->to, &search);
	if (code)
		return say_usage(program, COMMAND_LINE_NOT_UNDERSTOOD, link_period);
	int status = link_status(link, shk_search_count(link->client, search, &count, &without),
				 link_period);
	shk_search_destroy(search);
	if (!status)
		(void)printf("資格確認結果が%" PRId64 "件あります（照会番号なし: %" PRId64
			     "件）。%s\n",
			     count, without,
			     options->from ? "" : "前に受け取ったところの続きを受け取ります。");
	return status;
}

static int command_sync(struct link *link, struct db *db, const struct station *station)
{
	const struct station_options *options = &station->options;
	AUTO(source_shk_clear) struct source_shk service = {.client = link->client};
	struct source source = source_of_shk(&service);
	const struct actor actor = {.now_ms = clock_now_ms(&clock_system)};
	struct sync_report report;
	int status = link_session_take(link);
	if (!status)
		status = count_tell(link, options);
	if (status)
		return status;
	int r = sync_run(db, &source, &actor, options->from, options->to, &report);
	if (r < 0)
		return store_fault(station);
	status = r ? link_status(link, shk_error_code(link->client), NULL) : 0;
	pages_report(&report);
	return status;
}

static int service_command(struct station *station, struct link *link, struct db *db)
{
	const struct station_options *options = &station->options;
	switch (options->command) {
	case STATION_LOGIN: return link_login(link, station->entry.facility, options->id);
	case STATION_MFA: return command_mfa(link);
	case STATION_REFRESH: return link_refresh(link);
	case STATION_LOGOUT: return link_logout(link);
	case STATION_SYNC: return command_sync(link, db, station);
	case STATION_HELP:
	case STATION_VERSION:
	case STATION_OPEN:
	case STATION_INIT:
	case STATION_BACKUP:
	case STATION_RESTORE:
	case STATION_RECOVER:
	case STATION_CHARTS:
	case STATION_CHART:
	case STATION_PENDING:
	case STATION_RESULTS:
	case STATION_LINK:
	case STATION_NEW: break;
	}
	return say_exit(SAY_UNEXPECTED);
}

/* The session lies with the facility's charts, unless it is said where. */
static int service_run(struct station *station, struct db *db)
{
	const struct entry *entry = &station->entry;
	struct link_options options = station->options.link;
	struct link link = {.program = program,
			    .options = &options,
			    .interruption = &station->interruption};
	home_facility_file(&entry->home, str_of(entry->facility), "session", station->session);
	if (!options.session)
		options.session = station->session;
	int status = link_open(&link, NULL);
	if (!status)
		status = service_command(station, &link, db);
	link_close(&link);
	return status;
}

/* --- commands of the store --- */

static int shown(const struct station *station, int r)
{
	char number[32];
	if (r < 0)
		return store_fault(station);
	if (r != PAGES_CHART_UNKNOWN)
		return 0;
	(void)snprintf(number, sizeof number, "%" PRId64, station->options.chart);
	return say_trouble(program, SAY_CHART_UNKNOWN, number);
}

static int settled(const struct station *station, int64_t chart)
{
	(void)printf("結果 %s を、カルテ %" PRId64 " のものにしました。\n"
		     "照会番号の登録が要るときは、次の受け取り（sync）で登録します。\n",
		     station->options.result_id, chart);
	return 0;
}

static int command_settle(const struct station *station, struct db *db)
{
	const struct station_options *options = &station->options;
	const struct settle settle = {.result_id = str_of(options->result_id),
				      .chart = options->chart,
				      .qualification = options->qualification};
	const struct actor actor = {.now_ms = clock_now_ms(&clock_system)};
	int64_t chart;
	int r = settle_run(db, &actor, &settle, &chart);
	if (r < 0)
		return store_fault(station);
	if (r == 0)
		return settled(station, chart);
	switch ((enum settle_outcome)r) {
	case SETTLE_RESULT_UNKNOWN:
		return say_trouble(program, SAY_RESULT_UNKNOWN, options->result_id);
	case SETTLE_CHART_UNKNOWN: return shown(station, PAGES_CHART_UNKNOWN);
	case SETTLE_REFERENCE_HELD: return say_trouble(program, SAY_REFERENCE_TAKEN, NULL);
	case SETTLE_WHICH:
		return say_usage(program, COMMAND_LINE_INCOMPLETE,
				 "--qualification（pending に出ている資格の番号）");
	}
	return say_exit(SAY_UNEXPECTED);
}

static int store_command(struct station *station, struct db *db)
{
	switch (station->options.command) {
	case STATION_SYNC: return service_run(station, db);
	case STATION_CHARTS: return shown(station, pages_charts(db));
	case STATION_CHART: return shown(station, pages_chart(db, station->options.chart));
	case STATION_PENDING: return shown(station, pages_pending(db));
	case STATION_RESULTS: return shown(station, pages_results(db));
	case STATION_LINK:
	case STATION_NEW: return command_settle(station, db);
	case STATION_HELP:
	case STATION_VERSION:
	case STATION_OPEN:
	case STATION_INIT:
	case STATION_BACKUP:
	case STATION_RESTORE:
	case STATION_RECOVER:
	case STATION_LOGIN:
	case STATION_MFA:
	case STATION_REFRESH:
	case STATION_LOGOUT: break;
	}
	return say_exit(SAY_UNEXPECTED);
}

static int store_run(struct station *station)
{
	AUTO(db_closep) struct db *db = NULL;
	int status = entry_unlock(&station->wish, &station->entry);
	if (!status)
		status = entry_store(&station->wish, &station->entry, &db);
	/* From here on nothing needs the key that opens everything. */
	entry_clear(&station->entry);
	return status ? status : store_command(station, db);
}

static int account_run(struct station *station)
{
	int status = entry_find(&station->wish, &station->entry);
	return status ? status : service_run(station, NULL);
}

static int station_run(struct station *station)
{
	const struct station_options *options = &station->options;
	station->wish = (struct entry_wish){program, options->home, options->facility,
					    options->staff, options->link.secret_fd};
	switch (options->command) {
	case STATION_HELP: (void)fputs(options_help, stdout); return 0;
	case STATION_VERSION: (void)printf("%s %s\n", program, shk_version()); return 0;
	case STATION_OPEN:
		return open_run(program, options->home, !options->no_browser, &options->link);
	case STATION_INIT: return entry_init(&station->wish, options->name);
	case STATION_BACKUP:
		return keeping_backup(&station->wish, options->result_id, options->keep);
	case STATION_RESTORE:
		return keeping_restore(&station->wish, options->result_id, options->by_recovery);
	case STATION_RECOVER: return keeping_recover(&station->wish);
	case STATION_LOGIN:
	case STATION_MFA:
	case STATION_REFRESH:
	case STATION_LOGOUT: return account_run(station);
	case STATION_SYNC:
	case STATION_CHARTS:
	case STATION_CHART:
	case STATION_PENDING:
	case STATION_RESULTS:
	case STATION_LINK:
	case STATION_NEW: return store_run(station);
	}
	return say_exit(SAY_UNEXPECTED);
}

int main(int argc, char **argv)
{
	struct station station = {0};
	const char *complaint;
	/* The store is full of patients: its files are their owner's only. */
	(void)umask(077);
	secret_process_guard();
	int r = options_read(argc, argv, &station.options, &complaint);
	if (r)
		return say_usage(program, (enum command_line_outcome)r, complaint);
	if (station.options.command != STATION_OPEN) /* which waits for its signals itself */
		interruption_watch(&station.interruption, program);
	return say_end(program, station_run(&station));
}
