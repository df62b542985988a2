/* SPDX-License-Identifier: Apache-2.0 */
/* shikaku-reader: マイナ資格確認アプリ at the desk, in command form. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/client/transport_curl.h"
#include "lib/terminal/ask.h"
#include "lib/terminal/interruption.h"
#include "lib/terminal/say.h"
#include "reader/card_reader.h"
#include "reader/device.h"
#include "reader/flow.h"
#include "reader/history.h"
#include "reader/options.h"
#include "reader/organisation.h"
#include "reader/password.h"
#include "reader/screen.h"

enum {
	CONNECT_MS = 10000,
	TOTAL_MS = 30000,
};

static const char name[] = "shikaku-reader";
static const struct wire_client program_name = {{"Shikaku", 7},
						{"shikaku-reader", 14},
						{SHIKAKU_VERSION, sizeof SHIKAKU_VERSION - 1}};

struct program {
	struct options options;
	char state[DEVICE_PATH_BYTES];
	struct device device;
	struct transport_curl *curl;
	struct client *client;
	bool keeps_session;  /* it may have been renewed on the way: to be written at the end */
	const char *about;   /* the file or word a trouble is about; NULL: none */
	unsigned tries_left; /* of the card, or FLOW_TRIES_NOT_SAID */
};

/* --- secrets: a descriptor, the terminal, or standard input --- */

static int secret_get(struct program *program, const char *what, struct secret *ret_secret)
{
	if (!ask_secret(ret_secret, program->options.secret_fd, what))
		return 0;
	program->about = what;
	return PROBLEM_USAGE;
}

static int desk_password(void *ctx, const char *what, struct secret *ret_password)
{
	return secret_get(ctx, what, ret_password);
}

static int desk_pin(void *ctx, struct secret *ret_pin)
{
	return secret_get(ctx, "暗証番号（4桁）", ret_pin);
}

/* A yes of the staff, in their own words: はい, y, yes. */
static bool answer_is_yes(const char *line)
{
	const struct str words[] = {STR("はい"), STR("y"), STR("Y"), STR("yes")};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_equal(str_trim(str_of(line)), words[i]))
			return true;
	return false;
}

static int desk_face(void *ctx)
{
	struct program *program = ctx;
	char line[32];
	if (program->options.face_checked)
		return 0;
	if (isatty(STDIN_FILENO) != 1) {
		program->about = "--face-checked";
		return PROBLEM_USAGE;
	}
	fputs("カードの顔写真と本人を見比べましたか？（はい／いいえ）: ", stderr);
	if (!fgets(line, sizeof line, stdin) || !answer_is_yes(line))
		return PROBLEM_CANCELLED;
	return 0;
}

/* REQ seed-1.3-t4 */
static int desk_consent(void *ctx)
{
	struct program *program = ctx;
	char line[32];
	screen_consent(stderr);
	if (program->options.consented)
		return 0;
	if (isatty(STDIN_FILENO) != 1) {
		program->about = "--consented";
		return PROBLEM_USAGE;
	}
	fputs("患者さんは同意しましたか？（はい／いいえ）: ", stderr);
	if (!fgets(line, sizeof line, stdin) || !answer_is_yes(line))
		return PROBLEM_CANCELLED;
	return 0;
}

static void desk_tell(void *ctx, enum flow_state state)
{
	(void)ctx;
	switch (state) {
	case FLOW_WAIT: fputs("カードをリーダーに置いてください。\n", stderr); break;
	case FLOW_CARD: fputs("カードを読んでいます。動かさないでください。\n", stderr); break;
	case FLOW_SEND: fputs("資格を確認しています。\n", stderr); break;
	case FLOW_ASK:
	case FLOW_NONCE:
	case FLOW_DONE: break;
	}
}

static void trace_put(void *ctx, const struct apdu_note *note)
{
	(void)ctx;
	fprintf(stderr, "apdu %02X %02X %02X %02X sent=%zu received=%zu sw=%04X\n", note->cla,
		note->ins, note->p1, note->p2, note->sent, note->received, note->sw);
}

/* --- commands; each answers 0, a fault or a problem that client_trouble tells --- */

static int device_result(struct program *program, int r)
{
	if (r == DEVICE_NOT_ACTIVATED)
		return client_refuse(program->client, PROBLEM_DEVICE_NOT_ACTIVATED);
	if (r == DEVICE_UNUSABLE)
		return client_refuse(program->client, PROBLEM_FILE_UNUSABLE);
	return r < 0 ? PASS(r) : 0;
}

/* The device of the state folder speaks from now on. */
static int device_use(struct program *program)
{
	int r = device_result(program, device_open(&program->device, program->state));
	if (r)
		return r < 0 ? PASS(r) : r;
	client_device_set(program->client, program->device.key);
	const char *service =
		program->options.service ? program->options.service : program->device.service;
	if (client_service_set(program->client, str_of(service)) < 0)
		return client_refuse(program->client, PROBLEM_USAGE);
	return 0;
}

static int session_use(struct program *program)
{
	int r = device_use(program);
	if (r == 0)
		r = client_session_load(program->client, program->device.session_path);
	program->keeps_session = r == 0;
	return r < 0 ? PASS(r) : r;
}

static int activation_send(struct program *program, const struct secret *password,
			   const struct secret *code)
{
	AUTO(client_answer_clear) struct client_answer answer = {0};
	const struct options *options = &program->options;
	struct wire_device device = {0};
	const struct wire_activation activation = {
		.login_id = str_of(options->id),
		.password = secret_str(password),
		.activation_code = secret_str(code),
		.device_name = str_of(options->name ? options->name : "受付"),
		.platform = WIRE_PLATFORM_LINUX,
	};
	client_answer_init(&answer);
	int r = client_activate(program->client, &activation, &answer, &device);
	if (r == 0)
		r = device_result(program,
				  device_activated(&program->device, str_of(options->service)));
	if (r)
		return r < 0 ? PASS(r) : r;
	printf("この端末を登録しました。\n  医療機関等: %.*s（%.*s）\n  端末の番号: %.*s\n",
	       STR_ARG(device.facility_name), STR_ARG(device.facility_code),
	       STR_ARG(device.device_id));
	return 0;
}

static int command_activate(struct program *program)
{
	AUTO(secret_wipe) struct secret password = {0}, code = {0};
	if (client_service_set(program->client, str_of(program->options.service)) < 0)
		return client_refuse(program->client, PROBLEM_USAGE);
	if (secret_get(program, "パスワード", &password) ||
	    secret_get(program, "アクティベーションコード", &code))
		return client_refuse(program->client, PROBLEM_USAGE);
	int r = device_result(program, device_prepare(&program->device, program->state));
	if (r)
		return r < 0 ? PASS(r) : r;
	client_device_set(program->client, program->device.key);
	r = activation_send(program, &password, &code);
	return r < 0 ? PASS(r) : r;
}

static int command_login(struct program *program)
{
	AUTO(secret_wipe) struct secret password = {0};
	int r = device_use(program);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (secret_get(program, "パスワード", &password))
		return client_refuse(program->client, PROBLEM_USAGE);
	r = client_reader_login(program->client, str_of(program->options.id),
				secret_str(&password));
	if (r)
		return r < 0 ? PASS(r) : r;
	program->keeps_session = true;
	printf("ログインしました。%s\n", client_session(program->client)->facility_name);
	return 0;
}

static int command_password(struct program *program)
{
	int fd = program->options.secret_fd;
	const struct password_desk desk = {
		.ask = desk_password,
		.ctx = program,
		.twice = isatty(fd < 0 ? STDIN_FILENO : fd) == 1,
	};
	bool differ = false;
	int r = session_use(program);
	if (r == 0)
		r = password_change(program->client, &desk, &differ);
	if (differ)
		program->about = "新しいパスワード（2回が違います）";
	if (r)
		return r < 0 ? PASS(r) : r;
	puts("パスワードを変えました。ほかのログインは終わります。");
	return 0;
}

static int command_staff(struct program *program)
{
	AUTO(client_answer_clear) struct client_answer answer = {0};
	struct wire_staff *staff = NULL;
	size_t count = 0;
	client_answer_init(&answer);
	int r = session_use(program);
	if (r == 0)
		r = client_staff(program->client, &answer, &staff, &count);
	if (r)
		return r < 0 ? PASS(r) : r;
	screen_staff(stdout, staff, count);
	return 0;
}

static int confirmation_print(const struct program *program,
			      const struct wire_confirmation *confirmation)
{
	AUTO(arena_clear) struct arena arena = {0};
	struct str text = {0};
	if (!program->options.json)
		return screen_result(stdout, confirmation);
	arena_init(&arena, 4 * 1024 * 1024);
	int r = wire_check_reply_encode(&arena, confirmation, &text);
	if (r < 0)
		return PASS(r);
	printf("%.*s\n", STR_ARG(text));
	return 0;
}

static int organisation_open(struct program *program, struct organisation **ret_organisation)
{
	const char *path = program->options.organisation_key;
	if (!path)
		return 0;
	program->about = path;
	int r = organisation_create(path, ret_organisation);
	if (r)
		return r < 0 ? PASS(r)
			     : client_refuse(program->client,
					     r == ORGANISATION_UNAVAILABLE
						     ? PROBLEM_ORGANISATION_PROOF_REFUSED
						     : PROBLEM_FILE_UNUSABLE);
	program->about = NULL;
	fputs("※ 模擬の特定機関認証を使います（検証環境専用。本物のカードでは使えません）。\n",
	      stderr);
	return 0;
}

static int tap_run(struct program *program, struct pcsc *pcsc, const struct org_auth *organisation,
		   enum wire_purpose purpose)
{
	AUTO(flow_clear) struct flow flow = {0};
	const struct options *options = &program->options;
	const struct flow_card card = card_reader_table(pcsc);
	const struct flow_desk desk = {desk_pin, desk_face, desk_consent, desk_tell, program};
	const struct flow_request request = {
		.purpose = purpose,
		.method = options->method,
		.staff = str_of(options->staff),
		.reader = options->reader ? str_of(options->reader) : STR(""),
		.wait_ms = options->wait_ms,
		.last_try_allowed = options->last_try,
		.device_thumbprint = str_of(program->device.thumbprint),
		.organisation = organisation,
		.trace = options->trace ? trace_put : NULL,
	};
	flow_init(&flow, &request, &card, &desk, program->client);
	int r = flow_run(&flow);
	program->tries_left = flow.tries_left;
	if (r == 0)
		r = confirmation_print(program, &flow.confirmation);
	return r < 0 ? PASS(r) : r;
}

/* A card that is no 健康保険証 yet can become one at once, when somebody is there to consent. */
static int check_run(struct program *program, struct pcsc *pcsc,
		     const struct org_auth *organisation)
{
	int r = tap_run(program, pcsc, organisation, WIRE_PURPOSE_CHECK);
	bool offered = program->options.consented || isatty(STDIN_FILENO) == 1;
	if (r != PROBLEM_CARD_NOT_REGISTERED || !offered)
		return r < 0 ? PASS(r) : r;
	r = tap_run(program, pcsc, organisation, WIRE_PURPOSE_REGISTRATION);
	return r < 0 ? PASS(r) : r;
}

static int command_tap(struct program *program)
{
	AUTO(pcsc_destroyp) struct pcsc *pcsc = NULL;
	AUTO(organisation_destroyp) struct organisation *organisation = NULL;
	struct org_auth table = {0};
	int r = session_use(program);
	if (r == 0)
		r = organisation_open(program, &organisation);
	if (r == 0)
		r = pcsc_create(&pcsc);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (organisation)
		table = organisation_table(organisation);
	r = program->options.command == COMMAND_REGISTER
		    ? tap_run(program, pcsc, organisation ? &table : NULL,
			      WIRE_PURPOSE_REGISTRATION)
		    : check_run(program, pcsc, organisation ? &table : NULL);
	return r < 0 ? PASS(r) : r;
}

static int command_history(struct program *program)
{
	const struct options *options = &program->options;
	const struct history_request request = {
		.from = str_of(options->from),
		.to = str_of(options->to),
		.result_id = str_of(options->result_id),
		.json = options->json,
		.now_ms = clock_now_ms(&clock_system),
	};
	int r = session_use(program);
	if (r == 0)
		r = history_show(stdout, program->client, &request);
	if (r == PROBLEM_USAGE)
		program->about = "--from、--to（yyyyMMdd か yyyyMMddHHmmss）";
	return r < 0 ? PASS(r) : r;
}

static int command_run(struct program *program)
{
	switch (program->options.command) {
	case COMMAND_ACTIVATE: return command_activate(program);
	case COMMAND_LOGIN: return command_login(program);
	case COMMAND_PASSWORD: return command_password(program);
	case COMMAND_STAFF: return command_staff(program);
	case COMMAND_CHECK:
	case COMMAND_REGISTER: return command_tap(program);
	case COMMAND_HISTORY: return command_history(program);
	case COMMAND_HELP: fputs(options_help, stdout); return 0;
	case COMMAND_VERSION: printf("shikaku-reader %s\n", SHIKAKU_VERSION); return 0;
	}
	return RAISE(ENOTRECOVERABLE);
}

/* --- start and end --- */

static int client_start(struct program *program)
{
	const struct transport_curl_options transport = {
		.ca_file = program->options.ca_file,
		.connect_ms = CONNECT_MS,
		.total_ms = TOTAL_MS,
	};
	int r = transport_curl_create(&program->curl);
	if (r == 0)
		r = transport_curl_set(program->curl, &transport);
	if (r)
		return FOLD(r);
	const struct client_options options = {
		.transport = transport_of_curl(program->curl),
		.clock = &clock_system,
		.profile = &wire_profile_default,
		.random = random_bytes,
		.wait = client_wait_system,
	};
	r = client_create(&program->client, &options);
	if (r == 0)
		r = client_program_set(program->client, &program_name);
	return r ? FOLD(r) : 0;
}

static int profile_take(struct program *program)
{
	const char *path = program->options.wire_profile;
	if (!path)
		return 0;
	program->about = path;
	int r = client_profile_read(program->client, path);
	if (!r)
		program->about = NULL;
	return r < 0 ? PASS(r) : r;
}

static int state_find(struct program *program)
{
	const char *home = getenv("HOME");
	int len = program->options.state ? snprintf(program->state, sizeof program->state, "%s",
						    program->options.state)
					 : snprintf(program->state, sizeof program->state,
						    "%s/.shikaku-reader", home ? home : ".");
	return len < 0 || (size_t)len >= sizeof program->state ? RAISE(ENAMETOOLONG) : 0;
}

/* Tell what came out; answers the exit status. */
static int tell(const struct program *program, int r)
{
	if (r == 0)
		return 0;
	if (r > 0) {
		const struct client_trouble *trouble = client_trouble(program->client);
		screen_trouble(stderr, name, trouble, program->tries_left);
		if (program->about)
			say_line(stderr, "対象", str_of(program->about));
		return trouble->exit;
	}
	return say_fault(name, SAY_UNEXPECTED, NULL);
}

static void program_clear(struct program *program)
{
	client_destroy(program->client);
	transport_curl_destroy(program->curl);
	device_clear(&program->device);
}

static int program_run(struct program *program)
{
	const char *ca_file = program->options.ca_file;
	/* The client would take it for a certificate that is not trusted. */
	if (ca_file && access(ca_file, R_OK) != 0)
		return say_trouble(name, SAY_FILE_UNUSABLE, ca_file);
	int r = state_find(program);
	if (r == 0)
		r = client_start(program);
	if (r == 0)
		r = profile_take(program);
	if (r == 0)
		r = command_run(program);
	int status = tell(program, r);
	if (!program->keeps_session)
		return status;
	/* Whatever came out: an unsaved renewal would end the session. */
	program->tries_left = FLOW_TRIES_NOT_SAID;
	int kept =
		tell(program, client_session_save(program->client, program->device.session_path));
	return status ? status : kept;
}

int main(int argc, char **argv)
{
	AUTO(program_clear) struct program program = {.tries_left = FLOW_TRIES_NOT_SAID};
	struct interruption interruption;
	const char *complaint = NULL;
	secret_process_guard();
	int r = options_read(argc, argv, &program.options, &complaint);
	if (r)
		return say_usage(name, (enum command_line_outcome)r, complaint);
	/* At once, at any moment: the service forgets an unused nonce, and pcscd resets the card of
	 * a client that ends. */
	interruption_watch(&interruption, name);
	return say_end(name, program_run(&program));
}
