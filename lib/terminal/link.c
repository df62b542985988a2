/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between commands the session lies in a file; it is written again after every call that may have
 * changed it, also after a renewal without an answer, so that the next one can ask for the same
 * renewal again.
 */
#include "lib/terminal/link.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/terminal/ask.h"
#include "lib/terminal/say.h"

/* --- saying --- */

const char link_period[] = "--from と --to（yyyyMMdd か yyyyMMddHHmmss、古い日時から）";

static int error_say(const struct link *link, const char *about)
{
	const shk_client *client = link->client;
	const struct say_words words = {
		.text = str_of(shk_error_text(client)),
		.code = str_of(shk_error_problem(client)),
		.action = str_of(shk_error_action(client)),
		.vendor = str_of(shk_error_vendor_hint(client)),
		.request_id = str_of(shk_error_request_id(client)),
	};
	const char *held = shk_error_held_reference(client);
	bool is_ours = shk_error_code(client) == SHK_ERR_ARGUMENT ||
		       shk_error_code(client) == SHK_ERR_FILE;
	say_text(stderr, link->program, &words);
	if (is_ours && about)
		say_line(stderr, "対象", str_of(about));
	for (int32_t i = 0; i < shk_error_field_count(client); i++)
		say_line(stderr, shk_error_field(client, i),
			 str_of(shk_error_field_text(client, i)));
	if (shk_error_code(client) == SHK_ERR_CONFLICT)
		say_line(stderr, "いま登録されている照会番号", str_of(held ? held : "（なし）"));
	if (shk_error_retry_after(client))
		(void)fprintf(stderr, "  待つ時間: %" PRId32 "秒\n", shk_error_retry_after(client));
	say_rest(stderr, &words);
	return shk_error_exit(client);
}

int link_status(const struct link *link, int32_t code, const char *about)
{
	return code == SHK_OK ? 0 : error_say(link, about);
}

static int32_t SHK_CALL progress_show(void *ctx, int64_t done, int64_t total)
{
	(void)ctx;
	say_bar(done, total);
	return 0;
}

shk_progress link_progress(void)
{
	return say_is_watched() ? progress_show : NULL;
}

/* --- opening --- */

bool link_path(const char *given, const char *name, char path[LINK_PATH_BYTES])
{
	const char *home = getenv("HOME");
	int len = given ? snprintf(path, LINK_PATH_BYTES, "%s", given)
			: snprintf(path, LINK_PATH_BYTES, "%s/%s", home ? home : ".", name);
	return len > 0 && len < LINK_PATH_BYTES;
}

static void client_stop(void *ctx)
{
	shk_cancel(ctx);
}

static int32_t client_tell(shk_client *client, const struct link *link)
{
	char keys[LINK_PATH_BYTES + 8];
	(void)snprintf(keys, sizeof keys, "%s-keys", link->session);
	int32_t code = shk_client_set_product(client, "Shikaku", link->program, shk_version());
	if (!code)
		code = shk_client_set_device_folder(client, keys);
	if (!code && link->options->service)
		code = shk_client_set_service(client, link->options->service);
	if (!code && link->options->ca_file)
		code = shk_client_set_ca_file(client, link->options->ca_file);
	if (!code && link->options->proxy)
		code = shk_client_set_proxy(client, link->options->proxy);
	return code;
}

int link_open(struct link *link, const char *session_name)
{
	if (!link_path(link->options->session, session_name, link->session))
		return say_usage(link->program, COMMAND_LINE_NOT_UNDERSTOOD, "--session");
	if (shk_client_create(&link->client) != SHK_OK)
		return say_trouble(link->program, SAY_UNEXPECTED, NULL);
	interruption_stop_set(link->interruption, client_stop, link->client);
	/* The library would take it for a certificate that is not trusted. */
	if (link->options->ca_file && access(link->options->ca_file, R_OK) != 0)
		return say_trouble(link->program, SAY_FILE_UNUSABLE, link->options->ca_file);
	int status = link_status(link, client_tell(link->client, link), "--service、--ca、--proxy");
	if (!status && link->options->wire_profile)
		status = link_status(link,
				     shk_client_set_wire_profile(link->client,
								 link->options->wire_profile),
				     link->options->wire_profile);
	return status;
}

void link_close(struct link *link)
{
	if (link->interruption)
		interruption_stop_set(link->interruption, NULL, NULL);
	shk_client_destroy(link->client);
	link->client = NULL;
}

void link_pause(const struct link *link, int seconds)
{
	interruption_stop_set(link->interruption, NULL, NULL);
	(void)sleep((unsigned)seconds);
	interruption_stop_set(link->interruption, client_stop, link->client);
}

/* --- the session's file --- */

int link_session_keep(struct link *link)
{
	if (shk_session_state(link->client) == SHK_SESSION_NONE) {
		(void)unlink(link->session);
		return 0;
	}
	return link_status(link, shk_session_save(link->client, link->session), link->session);
}

int link_session_take(struct link *link)
{
	return link_status(link, shk_session_restore(link->client, link->session), link->session);
}

int link_session_kept(struct link *link, int status)
{
	int kept = link_session_keep(link);
	return status ? status : kept;
}

/* --- logging in and out --- */

int link_secret(const struct link *link, const char *what, struct secret *secret)
{
	/* Nothing works while somebody types: Ctrl-C then ends at once. */
	interruption_stop_set(link->interruption, NULL, NULL);
	int r = ask_secret(secret, link->options->secret_fd, what);
	interruption_stop_set(link->interruption, client_stop, link->client);
	if (!r)
		return 0;
	return say_usage(link->program, COMMAND_LINE_INCOMPLETE, what);
}

static void login_say(const shk_client *client)
{
	const char *notice = shk_session_notice(client);
	(void)fprintf(stderr, "ログインしました（%s、%s）。\n", shk_session_login_id(client),
		      shk_session_facility_name(client));
	if (!shk_device_id(client))
		(void)fputs("このパソコンは、まだ登録されていません。\n", stderr);
	if (notice)
		say_line(stderr, "お知らせ", str_of(notice));
}

int link_passcode(struct link *link)
{
	AUTO(secret_wipe) struct secret passcode = {0};
	bool by_mail = shk_session_passcode(link->client) == SHK_PASSCODE_MAIL;
	const char *what = by_mail ? "パスコード（メールに届いた8桁の数字）"
				   : "パスコード（認証アプリの6桁の数字）";
	int status = link_secret(link, what, &passcode);
	if (status)
		return status;
	status = link_status(link, shk_mfa(link->client, (const char *)passcode.bytes), what);
	status = link_session_kept(link, status);
	if (!status)
		login_say(link->client);
	return status;
}

int link_login(struct link *link, const char *facility, const char *login_id)
{
	AUTO(secret_wipe) struct secret password = {0};
	int status = link_secret(link, "パスワード", &password);
	if (!status)
		status = link_status(link,
				     shk_login(link->client, facility, login_id,
					       (const char *)password.bytes),
				     "--facility、--id、パスワード");
	/* So that the passcode may be given later, where it is not at hand yet: `mfa`. */
	if (!status)
		status = link_session_keep(link);
	return status ? status : link_passcode(link);
}

int link_refresh(struct link *link)
{
	AUTO(secret_wipe) struct secret password = {0};
	int status = link_session_take(link);
	if (!status)
		status = link_secret(link, "パスワード", &password);
	if (status)
		return status;
	status = link_status(link, shk_refresh(link->client, NULL, (const char *)password.bytes),
			     "パスワード");
	status = link_session_kept(link, status);
	if (!status)
		(void)fprintf(stderr, "ログインの有効時間を延ばしました。\n");
	return status;
}

static int new_password(struct link *link, struct secret *password)
{
	AUTO(secret_wipe) struct secret again = {0};
	int status = link_secret(link, "新しいパスワード", password);
	if (status || isatty(link->options->secret_fd) != 1)
		return status;
	status = link_secret(link, "新しいパスワード（もう一度）", &again);
	if (!status && !secret_equal(secret_str(password), secret_str(&again)))
		status = say_usage(link->program, COMMAND_LINE_NOT_UNDERSTOOD,
				   "新しいパスワード（2回が違います）");
	return status;
}

int link_password(struct link *link)
{
	AUTO(secret_wipe) struct secret old = {0};
	AUTO(secret_wipe) struct secret next = {0};
	int status = link_session_take(link);
	if (!status)
		status = link_secret(link, "いまのパスワード", &old);
	if (!status)
		status = new_password(link, &next);
	if (status)
		return status;
	status = link_status(link,
			     shk_password_change(link->client, (const char *)old.bytes,
						 (const char *)next.bytes),
			     "新しいパスワード");
	status = link_session_kept(link, status);
	if (!status)
		(void)fprintf(stderr, "パスワードを変えました。ほかのログインは終わります。\n");
	return status;
}

int link_logout(struct link *link)
{
	int status = link_session_take(link);
	if (status)
		return status;
	status = link_session_kept(link, link_status(link, shk_logout(link->client), NULL));
	if (!status)
		(void)fprintf(stderr, "ログアウトしました。\n");
	return status;
}
