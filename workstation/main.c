/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `shikaku-workstation`: the receipt computer's nine additions (seed table 1.4.2) as a working
 * program over the public header. Command form; its pages come later.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/secret.h"
#include "workstation/options.h"
#include "workstation/pages.h"
#include "workstation/source_shk.h"
#include "workstation/store.h"

enum {
	PATH_BYTES_MAX = 4096,
	EXIT_UNEXPECTED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_FOUND = 7,
};

/* --- saying --- */

static void say_line(const char *label, const char *text)
{
	if (text && *text)
		(void)fprintf(stderr, "  %s: %s\n", label, text);
}

static int say_error(const shk_client *client)
{
	const char *problem = shk_error_problem(client);
	(void)fprintf(stderr, "shikaku-workstation: %s（%s）\n", shk_error_text(client),
		      problem ? problem : "?");
	for (int32_t i = 0; i < shk_error_field_count(client); i++)
		say_line(shk_error_field(client, i), shk_error_field_text(client, i));
	say_line("次にすること", shk_error_action(client));
	say_line("ソフトの会社の方へ", shk_error_vendor_hint(client));
	say_line("問い合わせ番号", shk_error_request_id(client));
	return shk_error_exit(client);
}

static int say_fault(const char *what)
{
	char trace[256];
	(void)fprintf(stderr,
		      "shikaku-workstation: %s\n"
		      "  次にすること: ディスクの空きと、ファイルの置き場所を確かめてください。\n"
		      "  ソフトの会社の方へ: %s\n",
		      what, fault_trace(trace, sizeof trace));
	return EXIT_UNEXPECTED;
}

/* --- files --- */

static bool path_make(const char *given, const char *name, char path[PATH_BYTES_MAX])
{
	const char *home = getenv("HOME");
	int len = given ? snprintf(path, PATH_BYTES_MAX, "%s", given)
			: snprintf(path, PATH_BYTES_MAX, "%s/%s", home ? home : ".", name);
	return len > 0 && len < PATH_BYTES_MAX;
}

static bool session_path(const struct station_options *options, char path[PATH_BYTES_MAX])
{
	return path_make(options->session, ".shikaku-workstation-session", path);
}

static int session_keep(shk_client *client, const struct station_options *options)
{
	char path[PATH_BYTES_MAX];
	if (!session_path(options, path))
		return EXIT_USAGE;
	if (shk_session_state(client) == SHK_SESSION_NONE) {
		(void)unlink(path);
		return 0;
	}
	return shk_session_save(client, path) == SHK_OK ? 0 : say_error(client);
}

static int session_take(shk_client *client, const struct station_options *options)
{
	char path[PATH_BYTES_MAX];
	if (!session_path(options, path))
		return EXIT_USAGE;
	return shk_session_restore(client, path) == SHK_OK ? 0 : say_error(client);
}

/* --- commands of the service --- */

static int secret_get(const struct station_options *options, const char *prompt,
		      struct secret *secret)
{
	int r = isatty(options->secret_fd) == 1 ? secret_ask(secret, str_of(prompt))
						: secret_read(secret, options->secret_fd);
	if (r || secret->len >= sizeof secret->bytes) {
		(void)fprintf(stderr, "shikaku-workstation: %s を読み取れませんでした。\n", prompt);
		return EXIT_USAGE;
	}
	secret->bytes[secret->len] = '\0';
	return 0;
}

static int command_login(shk_client *client, const struct station_options *options)
{
	AUTO(secret_wipe) struct secret password = {0};
	AUTO(secret_wipe) struct secret passcode = {0};
	int status = secret_get(options, "パスワード", &password);
	if (status)
		return status;
	if (shk_login(client, options->facility, options->id, (const char *)password.bytes) !=
	    SHK_OK)
		return say_error(client);
	status = secret_get(options, "パスコード", &passcode);
	if (status)
		return status;
	if (shk_mfa(client, (const char *)passcode.bytes) != SHK_OK)
		return say_error(client);
	status = session_keep(client, options);
	if (!status)
		(void)fprintf(stderr, "ログインしました（%s、%s）。\n",
			      shk_session_login_id(client), shk_session_facility_name(client));
	return status;
}

static int command_logout(shk_client *client, const struct station_options *options)
{
	int status = session_take(client, options);
	if (!status && shk_logout(client) != SHK_OK)
		status = say_error(client);
	int kept = session_keep(client, options);
	return status ? status : kept;
}

/* Seed table 1.4.2 no. 5: how many are coming is said before they come. */
static int command_sync(shk_client *client, struct db *db, const struct station_options *options)
{
	struct source_shk service = {.client = client};
	struct source source = source_of_shk(&service);
	struct sync_report report;
	int64_t count, without;
	int status = session_take(client, options);
	if (status)
		return status;
	if (shk_count(client, options->from, options->to, SHK_REFERENCE_ANY, &count, &without) !=
	    SHK_OK)
		return say_error(client);
	(void)printf("資格確認結果が%" PRId64 "件あります（照会番号なし: %" PRId64 "件）。\n",
		     count, without);
	int r = sync_run(db, &source, options->from, options->to, &report);
	if (r < 0)
		return say_fault("カルテに書き込めませんでした。");
	status = r ? say_error(client) : 0;
	pages_report(&report);
	return status;
}

static int service_run(const struct station_options *options, struct db *db)
{
	shk_client *client;
	int32_t code = shk_client_create(&client);
	int status;
	if (code != SHK_OK) {
		(void)fprintf(stderr, "shikaku-workstation: %s\n", shk_code_text(code));
		return EXIT_UNEXPECTED;
	}
	code = shk_client_set_product(client, "Shikaku", "shikaku-workstation", shk_version());
	if (!code && options->service)
		code = shk_client_set_service(client, options->service);
	if (!code && options->ca_file)
		code = shk_client_set_ca_file(client, options->ca_file);
	if (!code && options->proxy)
		code = shk_client_set_proxy(client, options->proxy);
	if (code)
		status = say_error(client);
	else if (options->command == STATION_LOGIN)
		status = command_login(client, options);
	else if (options->command == STATION_LOGOUT)
		status = command_logout(client, options);
	else
		status = command_sync(client, db, options);
	shk_client_destroy(client);
	return status;
}

/* --- commands of the store --- */

static int shown(int r)
{
	if (r < 0)
		return say_fault("カルテを読み出せませんでした。");
	if (r == PAGES_CHART_UNKNOWN) {
		(void)fprintf(stderr, "shikaku-workstation: そのカルテは見つかりません。\n"
				      "  次にすること: カルテの番号を確かめてください。\n");
		return EXIT_NOT_FOUND;
	}
	return 0;
}

static int store_run(const struct station_options *options)
{
	AUTO(db_closep) struct db *db = NULL;
	char path[PATH_BYTES_MAX];
	if (!path_make(options->store, ".shikaku-workstation.db", path))
		return EXIT_USAGE;
	if (store_open(path, &db) != 0)
		return say_fault("カルテの保存先を開けませんでした。");
	switch (options->command) {
	case STATION_SYNC: return service_run(options, db);
	case STATION_CHARTS: return shown(pages_charts(db));
	case STATION_CHART: return shown(pages_chart(db, options->chart));
	case STATION_PENDING: return shown(pages_pending(db));
	case STATION_HELP:
	case STATION_LOGIN:
	case STATION_LOGOUT: break;
	}
	return EXIT_UNEXPECTED;
}

int main(int argc, char **argv)
{
	struct station_options options;
	const char *complaint;
	/* The store is full of patients: its files are their owner's only. */
	(void)umask(077);
	secret_process_guard();
	if (options_read(argc, argv, &options, &complaint) != 0) {
		(void)fprintf(
			stderr,
			"shikaku-workstation: コマンドの使い方が違います: %s\n"
			"  次にすること: shikaku-workstation --help で使い方を確かめてください。\n",
			complaint);
		return EXIT_USAGE;
	}
	if (options.command == STATION_HELP) {
		(void)fputs(options_help, stdout);
		return 0;
	}
	if (options.command == STATION_LOGIN || options.command == STATION_LOGOUT)
		return service_run(&options, NULL);
	return store_run(&options);
}
