/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sender before a real SMTP server (aiosmtpd: STARTTLS, authentication), in each of its moods.
 * Takes the interpreter and the server's script as its arguments.
 */
#include "server/store/testing.h"

#include <poll.h>

#include "server/keys/testing.h"
#include "server/mail/sender.h"
#include "server/mail/smtpd_test.h"

static const char *python_path, *server_path;

struct stack {
	struct smtpd smtpd;
	struct keys_folder keys;
	struct clock_fake time;
	struct clock clock;
	struct config config;
	struct mail_sender sender;
	struct db *db;
	void **state;
};

static const struct log quiet = {.fd = -1};

static void stack_open(struct stack *stack, void **state)
{
	*stack = (struct stack){.state = state, .db = store_of(state)};
	stack->time.now_ms = clock_now_ms(&clock_system);
	stack->clock = clock_of_fake(&stack->time);
	keys_folder_make(&stack->keys, stack->time.now_ms);
	stack->config = (struct config){
		.service = {.origin = STR("https://localhost:8443")},
		.mail = {.sender = STR("service@example.jp"), .timeout_ms = 1000, .tries_max = 10},
	};
	smtpd_open(&stack->smtpd, python_path, server_path);
	smtpd_configure(&stack->smtpd, &stack->config);
	stack->sender = (struct mail_sender){
		.keys = stack->keys.keys,
		.config = &stack->config,
		.clock = &stack->clock,
		.log = &quiet,
		.transport = {smtp_send, &stack->config},
	};
	assert_int_equal(smtp_init(), 0);
}

static void stack_close(struct stack *stack)
{
	smtpd_close(&stack->smtpd);
	keys_folder_remove(&stack->keys);
}

static void letter_post(struct stack *stack)
{
	struct mail_letter letter = {
		.kind = MAIL_NOTICE,
		.to = STR("uketsuke@clinic.example"),
		.subject = STR("臨時アカウントのお知らせ"),
		.text = STR(".\n点で始まる行\n.\n終わり\n"),
	};
	assert_int_equal(mail_post(stack->keys.keys, stack->db, arena_of(stack->state), &letter,
				   stack->time.now_ms),
			 0);
}

static void turn(struct stack *stack)
{
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	assert_int_equal(mail_send_due(&stack->sender, stack->db, &arena, stack->time.now_ms), 0);
}

static size_t outbox_count(struct stack *stack, bool dead)
{
	struct store_mail *mails;
	size_t count;
	assert_int_equal(store_outbox_list(stack->db, arena_of(stack->state), dead, &mails, &count),
			 0);
	return count;
}

static struct str mail_of(struct stack *stack, int n)
{
	return smtpd_mail(&stack->smtpd, arena_of(stack->state), n);
}

static bool contains(struct str text, const char *part)
{
	return text.len && memmem(text.ptr, text.len, part, strlen(part));
}

static void test_a_letter_arrives_whole(void **state)
{
	struct stack stack;
	stack_open(&stack, state);
	letter_post(&stack);
	turn(&stack);
	struct str mail = mail_of(&stack, 1);
	assert_true(str_starts(mail, STR("uketsuke@clinic.example\n")));
	assert_true(contains(mail, "\r\nTo: <uketsuke@clinic.example>\r\n"));
	const char *end = memmem(mail.ptr, mail.len, "\r\n\r\n", 4);
	assert_non_null(end);
	struct str rest = {end + 4, (size_t)(mail.ptr + mail.len - end - 4)}, text;
	assert_int_equal(decode_base64(arena_of(state), str_trim(rest), &text), 0);
	assert_str_equal(text, STR(".\r\n点で始まる行\r\n.\r\n終わり\r\n"));
	assert_int_equal(outbox_count(&stack, false), 0);
	stack_close(&stack);
}

/* What does not get through now does a little later. */
static void recovers(struct stack *stack, size_t copies)
{
	size_t have = 0;
	assert_int_equal(outbox_count(stack, false), 1);
	assert_int_equal(outbox_count(stack, true), 0);
	stack->time.now_ms += MAIL_RETRY_FIRST_MS;
	turn(stack);
	assert_int_equal(outbox_count(stack, false), 0);
	while (mail_of(stack, (int)have + 1).len)
		have++;
	assert_int_equal(have, copies);
}

static void test_a_server_that_says_later_gets_it_later(void **state)
{
	struct stack stack;
	stack_open(&stack, state);
	smtpd_mode(&stack.smtpd, "4xx");
	letter_post(&stack);
	turn(&stack);
	smtpd_mode(&stack.smtpd, "ok");
	recovers(&stack, 1);
	stack_close(&stack);
}

static void test_a_slow_server_is_left_and_asked_again(void **state)
{
	struct stack stack;
	stack_open(&stack, state);
	smtpd_mode(&stack.smtpd, "slow");
	letter_post(&stack);
	int64_t begun_ms = clock_mono_ms(&clock_system);
	turn(&stack);
	/* Its answer would take a minute. */
	assert_true(clock_mono_ms(&clock_system) - begun_ms < 20000);
	smtpd_mode(&stack.smtpd, "ok");
	recovers(&stack, 1);
	stack_close(&stack);
}

static void test_a_connection_cut_after_the_text_may_make_two_copies_never_none(void **state)
{
	struct stack stack;
	stack_open(&stack, state);
	smtpd_mode(&stack.smtpd, "cut");
	letter_post(&stack);
	turn(&stack);
	smtpd_mode(&stack.smtpd, "ok");
	recovers(&stack, 2);
	struct str a = mail_of(&stack, 1), b = mail_of(&stack, 2);
	const char *id = memmem(a.ptr, a.len, "Message-ID: <", 13);
	assert_non_null(id);
	assert_non_null(memmem(b.ptr, b.len, id, 13 + 32));
	stack_close(&stack);
}

static void test_the_server_ends_with_the_test_that_started_it(void **state)
{
	struct stack stack;
	int held[2], status;
	char byte;
	stack_open(&stack, state);
	assert_int_equal(pipe(held), 0);
	pid_t test = fork();
	assert_true(test >= 0);
	if (test == 0) {
		smtpd_start(&stack.smtpd, "0"); /* it holds the pipe's end from now on */
		_exit(0);
	}
	close(held[1]);
	assert_int_equal(waitpid(test, &status, 0), test);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	struct pollfd end = {.fd = held[0], .events = POLLIN};
	assert_int_equal(poll(&end, 1, 10000), 1);
	assert_int_equal(read(held[0], &byte, 1), 0);
	close(held[0]);
	stack_close(&stack);
}

static void test_the_queue_outlives_a_server_that_is_down(void **state)
{
	struct stack stack;
	stack_open(&stack, state);
	smtpd_stop(&stack.smtpd);
	letter_post(&stack);
	turn(&stack);
	/* Another process, another connection: the queue is the store's. */
	AUTO(db_closep) struct db *db = db_fixture_connect(db_fixture_of(state), 1000, false);
	stack.db = db;
	char port[16];
	snprintf(port, sizeof port, "%s", strchr(stack.smtpd.server, ':') + 1);
	smtpd_start(&stack.smtpd, port);
	recovers(&stack, 1);
	stack_close(&stack);
}

static void refused_for_good(struct stack *stack, const char *mode)
{
	smtpd_mode(&stack->smtpd, mode);
	letter_post(stack);
	turn(stack);
	assert_int_equal(outbox_count(stack, false), 0);
	assert_int_equal(outbox_count(stack, true), 1);
}

static void test_a_text_refused_for_good_is_given_up(void **state)
{
	struct stack stack;
	stack_open(&stack, state);
	refused_for_good(&stack, "5xx");
	stack_close(&stack);
}

static void test_a_recipient_refused_for_good_is_given_up(void **state)
{
	struct stack stack;
	stack_open(&stack, state);
	refused_for_good(&stack, "rcpt5xx");
	stack_close(&stack);
}

static void test_a_refused_password_is_the_operators_and_mail_waits(void **state)
{
	struct stack stack;
	stack_open(&stack, state);
	smtpd_file_write(stack.smtpd.password, "wrong horse\n");
	letter_post(&stack);
	turn(&stack);
	smtpd_file_write(stack.smtpd.password, "correct horse\n");
	recovers(&stack, 1);
	stack_close(&stack);
}

static void test_a_server_with_another_certificate_gets_nothing(void **state)
{
	struct stack stack;
	stack_open(&stack, state);
	stack.config.mail.ca_file = STR(""); /* the system's know nothing of this one */
	letter_post(&stack);
	turn(&stack);
	assert_int_equal(mail_of(&stack, 1).len, 0);
	stack.config.mail.ca_file = str_of(stack.smtpd.ca);
	recovers(&stack, 1);
	stack_close(&stack);
}

int main(int argc, char **argv)
{
	assert_true(argc == 3);
	python_path = argv[1];
	server_path = argv[2];
	const struct CMUnitTest tests[] = {
		DB_TEST_ON(sqlite, test_a_letter_arrives_whole),
		DB_TEST_ON(sqlite, test_a_server_that_says_later_gets_it_later),
		DB_TEST_ON(sqlite, test_a_slow_server_is_left_and_asked_again),
		DB_TEST_ON(sqlite,
			   test_a_connection_cut_after_the_text_may_make_two_copies_never_none),
		DB_TEST(test_the_server_ends_with_the_test_that_started_it),
		DB_TEST(test_the_queue_outlives_a_server_that_is_down),
		DB_TEST_ON(sqlite, test_a_text_refused_for_good_is_given_up),
		DB_TEST_ON(sqlite, test_a_recipient_refused_for_good_is_given_up),
		DB_TEST_ON(sqlite, test_a_refused_password_is_the_operators_and_mail_waits),
		DB_TEST_ON(sqlite, test_a_server_with_another_certificate_gets_nothing),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
