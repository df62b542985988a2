/* SPDX-License-Identifier: Apache-2.0 */
/* Letters, their form, and what the sender does with each answer; the mail's server is a table. */
#include "server/store/testing.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/keys/testing.h"
#include "server/mail/message.h"
#include "server/mail/sender.h"

#define NOW_MS INT64_C(1795316400000) /* 2026-11-22 12:00:00 JST */

/* The mail's server, and a sender before it. */
struct post {
	struct keys_folder keys;
	struct clock_fake time;
	struct clock clock;
	struct config config;
	struct mail_sender sender;
	int answer; /* to the next mails */
	int taken;
	struct str to, message; /* of the last one, in the test's arena */
	void **state;
	void (*meanwhile)(struct post *post); /* while the server thinks */
};

static const struct log quiet = {.fd = -1};

static int send_fake(void *ctx, struct arena *arena, struct str to, struct str message,
		     const char **ret_cause, long *ret_status)
{
	struct post *post = ctx;
	(void)arena;
	post->taken++;
	assert_int_equal(arena_copy(arena_of(post->state), to, &post->to), 0);
	assert_int_equal(arena_copy(arena_of(post->state), message, &post->message), 0);
	if (post->meanwhile)
		post->meanwhile(post);
	*ret_cause = "refused";
	*ret_status = post->answer == MAIL_NEVER ? 550 : 451;
	return post->answer;
}

static void post_open(struct post *post, void **state)
{
	*post = (struct post){.time = {NOW_MS}, .state = state};
	keys_folder_make(&post->keys, NOW_MS);
	post->clock = clock_of_fake(&post->time);
	post->config = (struct config){
		.mail = {.server = STR("127.0.0.1:25"),
			 .sender = STR("service@example.jp"),
			 .timeout_ms = 1000,
			 .tries_max = 4},
	};
	post->sender = (struct mail_sender){
		.keys = post->keys.keys,
		.config = &post->config,
		.clock = &post->clock,
		.log = &quiet,
		.transport = {send_fake, post},
	};
}

static void post_close(struct post *post)
{
	keys_folder_remove(&post->keys);
}

static struct mail_letter letter_of(enum mail_kind kind)
{
	return (struct mail_letter){
		.kind = kind,
		.facility_no = 0,
		.to = STR("uketsuke@clinic.example"),
		.subject = STR("お知らせ"),
		.text = STR("本文です。\n2行目\n"),
		.until_ms = kind == MAIL_CODE ? NOW_MS + 600000 : 0,
	};
}

static void letter_post(struct post *post, struct db *db, enum mail_kind kind)
{
	struct mail_letter letter = letter_of(kind);
	assert_int_equal(mail_post(post->keys.keys, db, arena_of(post->state), &letter,
				   post->time.now_ms),
			 0);
}

static int turn(struct post *post, struct db *db)
{
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	return mail_send_due(&post->sender, db, &arena, post->time.now_ms);
}

static size_t outbox_count(struct post *post, struct db *db, bool dead)
{
	struct store_mail *mails;
	size_t count;
	assert_int_equal(store_outbox_list(db, arena_of(post->state), dead, &mails, &count), 0);
	return count;
}

/* --- the form --- */

static struct str message_of(void **state, struct str subject, struct str text)
{
	struct message message = {
		.id = id_of(state, 5),
		.from = STR("service@example.jp"),
		.to = STR("uketsuke@clinic.example"),
		.subject = subject,
		.text = text,
		.at_ms = NOW_MS,
	};
	struct str written;
	assert_int_equal(message_write(arena_of(state), &message, &written), 0);
	return written;
}

static bool contains(struct str text, const char *part)
{
	return text.len && memmem(text.ptr, text.len, part, strlen(part));
}

static void test_a_message_has_the_form_of_the_standards(void **state)
{
	store_of(state);
	struct str text = message_of(state, STR("お知らせ"), STR("本文\n"));
	assert_true(str_starts(text, STR("Date: Sun, 22 Nov 2026 12:00:00 +0900\r\nFrom: ")));
	assert_true(contains(text, " <service@example.jp>\r\nTo: <uketsuke@clinic.example>\r\n"));
	assert_true(contains(text, "Subject: =?UTF-8?B?44GK55+l44KJ44Gb?=\r\n"));
	assert_true(
		contains(text, "Message-ID: <05000000000000000000000000000000@example.jp>\r\n"));
	assert_true(contains(text, "Auto-Submitted: auto-generated\r\n"));
	assert_true(str_ends(text, STR("\r\n\r\n5pys5paHDQo=\r\n"))); /* 本文, CR, LF */
}

static void test_no_line_is_longer_than_78_and_none_ends_without_cr(void **state)
{
	store_of(state);
	char subject[MAIL_SUBJECT_BYTES_MAX], body[3000];
	for (size_t i = 0; i < sizeof subject / 3; i++)
		memcpy(subject + 3 * i, "施", 3);
	memset(body, 'x', sizeof body);
	struct str text =
		message_of(state, str_bytes(subject, sizeof subject), str_bytes(body, sizeof body));
	struct str rest = text, line;
	while (str_split(&rest, '\n', &line)) {
		assert_true(line.len <= 79);
		assert_true(!rest.ptr || (line.len && line.ptr[line.len - 1] == '\r'));
	}
}

static void test_what_could_break_a_header_is_refused(void **state)
{
	struct db *db = store_of(state);
	struct post post;
	post_open(&post, state);
	struct mail_letter letters[4];
	for (size_t i = 0; i < 4; i++)
		letters[i] = letter_of(MAIL_NOTICE);
	letters[0].to = STR("a@b\r\nBcc: c@d");
	letters[1].to = STR("a@b,c@d");
	letters[2].subject = STR("x\r\nBcc: c@d");
	letters[3].subject = STR("x\xff");
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(mail_post(post.keys.keys, db, arena_of(state), &letters[i],
					   NOW_MS),
				 -EINVAL);
	assert_int_equal(outbox_count(&post, db, false), 0);
	post_close(&post);
}

/* --- the outbox --- */

static void test_the_outbox_shows_nothing_of_a_letter(void **state)
{
	struct db *db = store_of(state);
	struct post post;
	post_open(&post, state);
	letter_post(&post, db, MAIL_CODE);
	struct store_mail mail;
	struct mail_letter letter;
	assert_int_equal(store_outbox_due(db, arena_of(state), NOW_MS, &mail), 0);
	assert_false(contains(mail.body, "clinic"));
	assert_false(contains(mail.body, "本文"));
	assert_int_equal(mail_open(post.keys.keys, arena_of(state), &mail, &letter), 0);
	assert_str_equal(letter.to, STR("uketsuke@clinic.example"));
	assert_str_equal(letter.text, STR("本文です。\n2行目\n"));
	/* Nobody with the database alone moves it to another row. */
	mail.id = id_of(state, 9);
	assert_int_equal(mail_open(post.keys.keys, arena_of(state), &mail, &letter),
			 MAIL_UNREADABLE);
	post_close(&post);
}

static void test_what_the_server_took_is_gone(void **state)
{
	struct db *db = store_of(state);
	struct post post;
	post_open(&post, state);
	letter_post(&post, db, MAIL_NOTICE);
	letter_post(&post, db, MAIL_CODE);
	assert_int_equal(turn(&post, db), 0);
	assert_int_equal(post.taken, 2);
	assert_str_equal(post.to, STR("uketsuke@clinic.example"));
	assert_int_equal(outbox_count(&post, db, false), 0);
	assert_int_equal(outbox_count(&post, db, true), 0);
	post_close(&post);
}

static void test_without_a_server_mail_waits(void **state)
{
	struct db *db = store_of(state);
	struct post post;
	post_open(&post, state);
	post.config.mail.server = STR("");
	letter_post(&post, db, MAIL_NOTICE);
	assert_int_equal(turn(&post, db), 0);
	assert_int_equal(post.taken, 0);
	assert_int_equal(outbox_count(&post, db, false), 1);
	post_close(&post);
}

static void test_a_mail_comes_again_ever_later_and_is_given_up_at_last(void **state)
{
	struct db *db = store_of(state);
	struct post post;
	post_open(&post, state);
	post.answer = MAIL_LATER;
	letter_post(&post, db, MAIL_NOTICE);
	static const int64_t delays_ms[] = {0, 5000, 10000, 20000};
	for (int i = 0; i < 4; i++) {
		post.time.now_ms += delays_ms[i] - 1;
		assert_int_equal(turn(&post, db), 0);
		assert_int_equal(post.taken, i);
		post.time.now_ms += 1;
		assert_int_equal(turn(&post, db), 0);
		assert_int_equal(post.taken, i + 1);
	}
	assert_int_equal(outbox_count(&post, db, false), 0);
	assert_int_equal(outbox_count(&post, db, true), 1);
	post_close(&post);
}

static void test_a_copy_of_a_mail_has_the_same_message_id(void **state)
{
	struct db *db = store_of(state);
	struct post post;
	post_open(&post, state);
	post.answer = MAIL_LATER;
	letter_post(&post, db, MAIL_NOTICE);
	assert_int_equal(turn(&post, db), 0);
	struct str first = post.message;
	post.time.now_ms += MAIL_RETRY_FIRST_MS;
	assert_int_equal(turn(&post, db), 0);
	const char *a = memmem(first.ptr, first.len, "Message-ID: ", 12);
	const char *b = memmem(post.message.ptr, post.message.len, "Message-ID: ", 12);
	assert_memory_equal(a, b, 12 + 1 + 32);
	post_close(&post);
}

static void test_what_is_refused_for_good_is_not_tried_again(void **state)
{
	struct db *db = store_of(state);
	struct post post;
	post_open(&post, state);
	post.answer = MAIL_NEVER;
	letter_post(&post, db, MAIL_NOTICE);
	assert_int_equal(turn(&post, db), 0);
	post.time.now_ms += 24 * 60 * 60 * 1000;
	assert_int_equal(turn(&post, db), 0);
	assert_int_equal(post.taken, 1);
	assert_int_equal(outbox_count(&post, db, true), 1);
	post_close(&post);
}

static void test_a_code_nobody_can_use_is_erased(void **state)
{
	struct db *db = store_of(state);
	struct post post;
	post_open(&post, state);
	letter_post(&post, db, MAIL_CODE);
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	assert_int_equal(mail_tidy(&post.sender, db, &arena, NOW_MS + 599999), 0);
	assert_int_equal(outbox_count(&post, db, false), 1);
	post.time.now_ms += 600000;
	assert_int_equal(turn(&post, db), 0);
	assert_int_equal(post.taken, 0);
	struct store_mail *mails;
	size_t count;
	assert_int_equal(store_outbox_list(db, arena_of(state), true, &mails, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(store_outbox_revive(db, mails[0].id, NOW_MS), STORE_NOT_FOUND);
	assert_int_equal(mail_tidy(&post.sender, db, &arena,
				   post.time.now_ms + MAIL_DEAD_KEPT_MS + INT64_C(1)),
			 0);
	assert_int_equal(outbox_count(&post, db, true), 0);
	post_close(&post);
}

/* Another process that took the lease over meanwhile. */
static void other_turn(struct post *post)
{
	post->meanwhile = NULL;
	AUTO(db_closep) struct db *db = db_fixture_connect(db_fixture_of(post->state), 1000, false);
	post->time.now_ms += MAIL_RETRY_FIRST_MS; /* the lease was lost long ago */
	assert_int_equal(turn(post, db), 0);
}

static void test_two_processes_do_not_send_the_same_mail_at_once(void **state)
{
	struct db *db = store_of(state);
	struct post post;
	post_open(&post, state);
	post.meanwhile = other_turn;
	letter_post(&post, db, MAIL_NOTICE);
	assert_int_equal(turn(&post, db), 0);
	assert_int_equal(post.taken, 1);
	post_close(&post);
}

static void test_a_mail_whose_sender_died_comes_again(void **state)
{
	struct db *db = store_of(state);
	struct post post;
	post_open(&post, state);
	letter_post(&post, db, MAIL_NOTICE);
	struct store_mail mail;
	assert_int_equal(store_outbox_due(db, arena_of(state), NOW_MS, &mail), 0);
	assert_int_equal(store_outbox_claim(db, &mail, NOW_MS + MAIL_CLAIM_MS), 0);
	assert_int_equal(turn(&post, db), 0);
	assert_int_equal(post.taken, 0);
	post.time.now_ms += MAIL_CLAIM_MS;
	assert_int_equal(turn(&post, db), 0);
	assert_int_equal(post.taken, 1);
	post_close(&post);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST_ON(sqlite, test_a_message_has_the_form_of_the_standards),
		DB_TEST_ON(sqlite, test_no_line_is_longer_than_78_and_none_ends_without_cr),
		DB_TEST_ON(sqlite, test_what_could_break_a_header_is_refused),
		DB_TEST_ON(sqlite, test_the_outbox_shows_nothing_of_a_letter),
		DB_TEST(test_what_the_server_took_is_gone),
		DB_TEST_ON(sqlite, test_without_a_server_mail_waits),
		DB_TEST(test_a_mail_comes_again_ever_later_and_is_given_up_at_last),
		DB_TEST_ON(sqlite, test_a_copy_of_a_mail_has_the_same_message_id),
		DB_TEST(test_what_is_refused_for_good_is_not_tried_again),
		DB_TEST(test_a_code_nobody_can_use_is_erased),
		DB_TEST(test_two_processes_do_not_send_the_same_mail_at_once),
		DB_TEST(test_a_mail_whose_sender_died_comes_again),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
