/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/card/script_test.h"

#include "lib/card/jpki.h"
#include "lib/card/org_auth.h"

#define SELECT	   "00a4040c0ad392f000260100000001"
#define TOKEN_READ "00b0860020"
/* "JPKIAPICCTOKEN2" and 17 spaces */
#define TOKEN_CARD                       \
	"4a504b494150494343544f4b454e32" \
	"2020202020202020202020202020202020"
#define TOKEN_OLD                        \
	"4a504b494150494343544f4b454e20" \
	"2020202020202020202020202020202020"
/* "JPKIAPGPSETOKEN", "JPKIAPIOSTOKEN" */
#define TOKEN_ANDROID                    \
	"4a504b49415047505345544f4b454e" \
	"0000"
#define TOKEN_IPHONE                   \
	"4a504b494150494f53544f4b454e" \
	"2020"
#define TRIES  "00200098"
#define VERIFY "002000980431323334"

struct room {
	struct arena arena;
	struct script script;
	struct apdu_channel channel;
};

static void room_clear(struct room *room)
{
	/* Every line of the script was asked for. */
	assert_null(room->script.lines[room->script.at].command);
	arena_clear(&room->arena);
}

static struct room *room_init(struct room *room, const struct script_line *lines)
{
	*room = (struct room){.script = {.lines = lines}};
	arena_init(&room->arena, 1 << 16);
	room->channel = script_channel(&room->script);
	return room;
}

static void opens(const struct script_line *lines, int result, enum jpki_kind kind)
{
	AUTO(room_clear) struct room room;
	room_init(&room, lines);
	enum jpki_kind got = JPKI_KIND_CARD;
	assert_int_equal(jpki_open(&room.channel, &room.arena, &got), result);
	assert_int_equal(got, kind);
}

static void test_a_card_is_known_by_application_and_label(void **state)
{
	(void)state;
	opens((struct script_line[]){{SELECT, "9000", 0}, {TOKEN_READ, TOKEN_CARD "9000", 0}, {0}},
	      0, JPKI_KIND_CARD);
	opens((struct script_line[]){{SELECT, "9000", 0},
				     {TOKEN_READ, TOKEN_ANDROID "9000", 0},
				     {0}},
	      0, JPKI_KIND_ANDROID);
	opens((struct script_line[]){{SELECT, "9000", 0},
				     {TOKEN_READ, TOKEN_IPHONE "9000", 0},
				     {0}},
	      0, JPKI_KIND_IPHONE);
}

static void test_another_card_is_not_this_card(void **state)
{
	(void)state;
	opens((struct script_line[]){{SELECT, "6a82", 0}, {0}}, JPKI_NOT_THIS_CARD, 0);
	opens((struct script_line[]){{SELECT, "6d00", 0}, {0}}, JPKI_NOT_THIS_CARD, 0);
	opens((struct script_line[]){{SELECT, "9000", 0}, {TOKEN_READ, "6a82", 0}, {0}},
	      JPKI_NOT_THIS_CARD, 0);
	/* The 住基 card has the application, with its own label. */
	opens((struct script_line[]){{SELECT, "9000", 0}, {TOKEN_READ, TOKEN_OLD "9000", 0}, {0}},
	      JPKI_NOT_THIS_CARD, 0);
}

static void test_a_card_pulled_while_it_is_opened_is_gone(void **state)
{
	(void)state;
	opens((struct script_line[]){{SELECT, "", CARD_GONE}, {0}}, JPKI_CARD_GONE, 0);
	opens((struct script_line[]){{SELECT, "9000", 0}, {TOKEN_READ, "", CARD_RESET}, {0}},
	      JPKI_CARD_RESET, 0);
	opens((struct script_line[]){{SELECT, "", -EIO}, {0}}, -EIO, 0);
}

/* verify_pin with PIN 1234; *ret_tries is 99 when it was not written. */
static void verifies(const struct script_line *lines, bool last_try_allowed, int result,
		     unsigned tries)
{
	AUTO(room_clear) struct room room;
	AUTO(secret_wipe) struct secret pin = {0};
	room_init(&room, lines);
	assert_int_equal(secret_set(&pin, STR("1234")), 0);
	unsigned got = 99;
	assert_int_equal(jpki_verify_pin(&room.channel, &room.arena, &pin, last_try_allowed, &got),
			 result);
	assert_int_equal(got, tries);
}

static void test_the_pin_is_shown_once_after_the_tries_were_asked(void **state)
{
	(void)state;
	verifies((struct script_line[]){{TRIES, "63c3", 0}, {VERIFY, "9000", 0}, {0}}, false, 0,
		 99);
	verifies((struct script_line[]){{TRIES, "63c3", 0}, {VERIFY, "63c2", 0}, {0}}, false,
		 JPKI_PIN_WRONG, 2);
}

static void test_the_last_try_is_never_spent_unasked(void **state)
{
	(void)state;
	verifies((struct script_line[]){{TRIES, "63c1", 0}, {0}}, false, JPKI_PIN_LAST_TRY, 1);
	verifies((struct script_line[]){{TRIES, "63c1", 0}, {VERIFY, "9000", 0}, {0}}, true, 0, 99);
	verifies((struct script_line[]){{TRIES, "63c1", 0}, {VERIFY, "63c0", 0}, {0}}, true,
		 JPKI_PIN_BLOCKED, 99);
}

static void test_a_blocked_pin_is_blocked_in_each_of_its_forms(void **state)
{
	(void)state;
	verifies((struct script_line[]){{TRIES, "63c0", 0}, {0}}, true, JPKI_PIN_BLOCKED, 99);
	verifies((struct script_line[]){{TRIES, "6984", 0}, {0}}, true, JPKI_PIN_BLOCKED, 99);
	verifies((struct script_line[]){{TRIES, "63c3", 0}, {VERIFY, "6984", 0}, {0}}, false,
		 JPKI_PIN_BLOCKED, 99);
}

static void test_tries_are_read_from_63_only(void **state)
{
	(void)state;
	verifies((struct script_line[]){{TRIES, "9000", 0}, {0}}, false, JPKI_MALFORMED, 99);
	verifies((struct script_line[]){{TRIES, "63c3", 0}, {VERIFY, "6982", 0}, {0}}, false,
		 JPKI_MALFORMED, 99);
	verifies((struct script_line[]){{TRIES, "63c3", 0}, {VERIFY, "6302", 0}, {0}}, false,
		 JPKI_MALFORMED, 99);
}

static void test_a_pin_of_another_form_costs_no_try(void **state)
{
	(void)state;
	const struct str forms[] = {STR(""), STR("123"), STR("12345"), STR("12a4"), STR("１234")};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		AUTO(room_clear) struct room room;
		AUTO(secret_wipe) struct secret pin = {0};
		room_init(&room, (struct script_line[]){{0}});
		assert_int_equal(secret_set(&pin, forms[i]), 0);
		unsigned tries = 99;
		assert_int_equal(jpki_verify_pin(&room.channel, &room.arena, &pin, true, &tries),
				 JPKI_PIN_FORM);
	}
}

/* A certificate file of 600 bytes in EF 000A: header 30 82 02 54, filler FF behind. */
static void hex_fill(char *hex, const char *head, size_t bytes, const char *filler,
		     const char *tail)
{
	size_t at = strlen(head);
	memcpy(hex, head, at);
	for (; at < 2 * bytes; at += 2)
		memcpy(hex + at, filler, 2);
	memcpy(hex + at, tail, strlen(tail) + 1);
}

static void test_the_certificate_is_cut_to_its_own_length(void **state)
{
	(void)state;
	char first[520], second[520], third[520];
	hex_fill(first, "30820254", 256, "01", "9000");
	hex_fill(second, "", 256, "02", "9000");
	hex_fill(third, "", 88, "03", "9000");
	AUTO(room_clear) struct room room;
	room_init(&room, (struct script_line[]){{"00b08a0000", first, 0},
						{"00b0010000", second, 0},
						{"00b0020058", third, 0},
						{0}});
	struct str der = {0};
	assert_int_equal(jpki_certificate(&room.channel, &room.arena, &der), 0);
	assert_int_equal(der.len, 600);
	assert_int_equal(der.ptr[599], 3);
}

static void test_a_file_without_a_certificate_is_malformed(void **state)
{
	(void)state;
	char long_one[520], short_one[520], other[520];
	hex_fill(long_one, "30821000", 256, "01", "9000");
	hex_fill(short_one, "30820010", 256, "01", "9000");
	hex_fill(other, "3081ff", 256, "01", "9000");
	const char *const replies[] = {"9000",	     "6a82",   "6981",	  "ffffffff9000",
				       "3082049000", long_one, short_one, other};
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		AUTO(room_clear) struct room room;
		room_init(&room, (struct script_line[]){{"00b08a0000", replies[i], 0}, {0}});
		struct str der = {0};
		assert_int_equal(jpki_certificate(&room.channel, &room.arena, &der),
				 JPKI_MALFORMED);
		assert_null(der.ptr);
	}
}

#define SIGN                                                               \
	"802a009733"                                                       \
	"3031300d060960864801650304020105000420"                           \
	"0000000000000000000000000000000000000000000000000000000000000000" \
	"00"

static void signs(const char *reply, int result)
{
	AUTO(room_clear) struct room room;
	room_init(&room, (struct script_line[]){{SIGN, reply, 0}, {0}});
	const unsigned char digest[JPKI_DIGEST_BYTES] = {0};
	struct str signature = {0};
	assert_int_equal(jpki_sign(&room.channel, &room.arena, digest, &signature), result);
	assert_int_equal(signature.len, result ? 0 : 4);
}

static void test_a_signature_is_over_the_digest_info(void **state)
{
	(void)state;
	signs("010203049000", 0);
	signs("6982", JPKI_PIN_NEEDED);
	signs("9000", JPKI_MALFORMED);
	signs("6a86", JPKI_MALFORMED);
}

/* --- org_auth --- */

static int fixed_certificate(void *ctx, struct arena *arena, struct str *ret_certificate)
{
	(void)ctx, (void)arena;
	*ret_certificate = STR("CV");
	return 0;
}

static int fixed_sign(void *ctx, struct arena *arena, struct str message, struct str *ret_signature)
{
	(void)arena;
	if (*(int *)ctx)
		return RAISE(EIO);
	assert_int_equal(message.len, ORG_AUTH_CHALLENGE_BYTES);
	*ret_signature = STR("OK");
	return 0;
}

#define CHALLENGE "5555555555555555555555555555555555555555555555555555555555555555"

static void org_opens(const struct script_line *lines, int sign_fails, int result)
{
	AUTO(room_clear) struct room room;
	room_init(&room, lines);
	const struct org_auth org = {STR("simulated"), fixed_certificate, fixed_sign, &sign_fails};
	assert_int_equal(org_auth_open(&room.channel, &room.arena, &org), result);
}

static void test_the_organisation_answers_the_cards_challenge(void **state)
{
	(void)state;
	const struct script_line load = {"80a200c1024356", "9000", 0};
	const struct script_line get = {"0084000020", CHALLENGE "9000", 0};
	org_opens((struct script_line[]){load, get, {"00820000024f4b", "9000", 0}, {0}}, 0, 0);
	org_opens((struct script_line[]){{"80a200c1024356", "6a80", 0}, {0}}, 0, ORG_AUTH_REFUSED);
	org_opens((struct script_line[]){load, {"0084000020", "55559000", 0}, {0}}, 0,
		  ORG_AUTH_MALFORMED);
	org_opens((struct script_line[]){load, get, {"00820000024f4b", "6300", 0}, {0}}, 0,
		  ORG_AUTH_REFUSED);
	org_opens((struct script_line[]){load, {"0084000020", "", CARD_GONE}, {0}}, 0,
		  ORG_AUTH_CARD_GONE);
	org_opens((struct script_line[]){load, get, {0}}, 1, -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_card_is_known_by_application_and_label),
		cmocka_unit_test(test_another_card_is_not_this_card),
		cmocka_unit_test(test_a_card_pulled_while_it_is_opened_is_gone),
		cmocka_unit_test(test_the_pin_is_shown_once_after_the_tries_were_asked),
		cmocka_unit_test(test_the_last_try_is_never_spent_unasked),
		cmocka_unit_test(test_a_blocked_pin_is_blocked_in_each_of_its_forms),
		cmocka_unit_test(test_tries_are_read_from_63_only),
		cmocka_unit_test(test_a_pin_of_another_form_costs_no_try),
		cmocka_unit_test(test_the_certificate_is_cut_to_its_own_length),
		cmocka_unit_test(test_a_file_without_a_certificate_is_malformed),
		cmocka_unit_test(test_a_signature_is_over_the_digest_info),
		cmocka_unit_test(test_the_organisation_answers_the_cards_challenge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
