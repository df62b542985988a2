/* SPDX-License-Identifier: Apache-2.0 */
/* The card alone, then our driver on it without a reader between them. */
#include "sim/card/parts_test.h"

#include "lib/card/jpki.h"
#include "lib/card/org_auth.h"
#include "sim/org_auth/org_auth_simulated.h"

struct room {
	struct arena arena;
	struct vcard *card;
	struct apdu_channel channel;
};

static void room_clear(struct room *room)
{
	vcard_destroy(room->card);
	arena_clear(&room->arena);
}

static void room_init(struct room *room, const struct made *made)
{
	*room = (struct room){0};
	arena_init(&room->arena, 1 << 20);
	assert_int_equal(vcard_create(&made->parts, &room->card), 0);
	room->channel = (struct apdu_channel){.transport = vcard_transport(room->card)};
}

static unsigned asks(struct room *room, struct apdu apdu)
{
	struct apdu_reply reply = {0};
	assert_int_equal(apdu_exchange(&room->channel, &room->arena, &apdu, &reply), 0);
	return reply.sw;
}

static void opens(struct room *room)
{
	enum jpki_kind kind = JPKI_KIND_IPHONE;
	assert_int_equal(jpki_open(&room->channel, &room->arena, &kind), 0);
	assert_int_equal(kind, JPKI_KIND_CARD);
}

static int shows(struct room *room, const char *pin_text, bool last_try_allowed,
		 unsigned *ret_tries)
{
	AUTO(secret_wipe) struct secret pin = {0};
	assert_int_equal(secret_set(&pin, str_of(pin_text)), 0);
	return jpki_verify_pin(&room->channel, &room->arena, &pin, last_try_allowed, ret_tries);
}

static const unsigned char digest[JPKI_DIGEST_BYTES] = {1, 2, 3};

static void assert_signature(const struct made *made, struct str signature)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(made->key, NULL);
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_verify(ctx, (const unsigned char *)signature.ptr, signature.len,
					 digest, sizeof digest),
			 1);
	EVP_PKEY_CTX_free(ctx);
}

static void test_the_flow_with_a_pin_gives_a_signature(void **state)
{
	const struct made *made = *state;
	AUTO(room_clear) struct room room;
	room_init(&room, made);
	struct str der = {0}, signature = {0};
	opens(&room);
	assert_int_equal(jpki_certificate(&room.channel, &room.arena, &der), 0);
	assert_str_equal(der, made->parts.certificate);
	assert_int_equal(shows(&room, "1234", false, NULL), 0);
	assert_int_equal(jpki_sign(&room.channel, &room.arena, digest, &signature), 0);
	assert_signature(made, signature);
}

static void test_without_a_pin_the_key_refuses(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	struct str signature = {0};
	opens(&room);
	assert_int_equal(jpki_sign(&room.channel, &room.arena, digest, &signature),
			 JPKI_PIN_NEEDED);
}

static void test_a_pin_is_forgotten_by_reset_and_by_select(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	struct str signature = {0};
	opens(&room);
	assert_int_equal(shows(&room, "1234", false, NULL), 0);
	opens(&room);
	assert_int_equal(jpki_sign(&room.channel, &room.arena, digest, &signature),
			 JPKI_PIN_NEEDED);
	assert_int_equal(shows(&room, "1234", false, NULL), 0);
	vcard_reset(room.card);
	opens(&room);
	assert_int_equal(jpki_sign(&room.channel, &room.arena, digest, &signature),
			 JPKI_PIN_NEEDED);
}

static void test_three_wrong_pins_block_the_card_for_good(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	unsigned tries = 0;
	opens(&room);
	assert_int_equal(shows(&room, "9999", false, &tries), JPKI_PIN_WRONG);
	assert_int_equal(tries, 2);
	assert_int_equal(shows(&room, "9999", false, &tries), JPKI_PIN_WRONG);
	assert_int_equal(tries, 1);
	assert_int_equal(shows(&room, "9999", false, &tries), JPKI_PIN_LAST_TRY);
	assert_int_equal(vcard_tries(room.card), 1);
	assert_int_equal(shows(&room, "9999", true, &tries), JPKI_PIN_BLOCKED);
	vcard_reset(room.card);
	opens(&room);
	assert_int_equal(shows(&room, "1234", true, &tries), JPKI_PIN_BLOCKED);
	/* Asking says 63C0, trying says 6984. */
	assert_int_equal(asks(&room, (struct apdu){.ins = 0x20, .p2 = 0x98}), 0x63C0);
	assert_int_equal(asks(&room, (struct apdu){.ins = 0x20, .p2 = 0x98, .data = STR("1234")}),
			 0x6984);
}

static void test_a_right_pin_gives_the_tries_back(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	unsigned tries = 0;
	opens(&room);
	assert_int_equal(shows(&room, "9999", false, &tries), JPKI_PIN_WRONG);
	assert_int_equal(shows(&room, "1234", false, &tries), 0);
	assert_int_equal(vcard_tries(room.card), 3);
	/* The empty form is 63Cx even now. */
	assert_int_equal(asks(&room, (struct apdu){.ins = 0x20, .p2 = 0x98}), 0x63C3);
}

static int opens_org(struct room *room, struct str key_pem)
{
	AUTO(org_auth_simulated_destroyp) struct org_auth_simulated *simulated = NULL;
	assert_int_equal(org_auth_simulated_create(key_pem, &simulated), 0);
	const struct org_auth org = org_auth_simulated_table(simulated);
	assert_str_equal(org.profile, STR("simulated"));
	return org_auth_open(&room->channel, &room->arena, &org);
}

static void test_the_trusted_organisation_opens_the_key_without_a_pin(void **state)
{
	const struct made *made = *state;
	AUTO(room_clear) struct room room;
	room_init(&room, made);
	struct str signature = {0};
	opens(&room);
	assert_int_equal(opens_org(&room, made->organisation_pem), 0);
	assert_int_equal(jpki_sign(&room.channel, &room.arena, digest, &signature), 0);
	assert_signature(made, signature);
	opens(&room);
	assert_int_equal(jpki_sign(&room.channel, &room.arena, digest, &signature),
			 JPKI_PIN_NEEDED);
}

static void test_another_organisation_is_refused(void **state)
{
	const struct made *made = *state;
	AUTO(room_clear) struct room room;
	room_init(&room, made);
	struct str signature = {0};
	opens(&room);
	/* The card's own key is an RSA-2048 key too, but not the trusted one. */
	assert_int_equal(opens_org(&room, made->parts.key), ORG_AUTH_REFUSED);
	assert_int_equal(jpki_sign(&room.channel, &room.arena, digest, &signature),
			 JPKI_PIN_NEEDED);
}

static void test_a_card_without_a_trusted_organisation_refuses_all(void **state)
{
	struct made made = *(struct made *)*state;
	AUTO(room_clear) struct room room;
	made.parts.organisation = (struct str){0};
	room_init(&room, &made);
	opens(&room);
	assert_int_equal(opens_org(&room, made.organisation_pem), ORG_AUTH_REFUSED);
}

static void test_a_challenge_is_answered_once(void **state)
{
	const struct made *made = *state;
	AUTO(room_clear) struct room room;
	room_init(&room, made);
	opens(&room);
	assert_int_equal(opens_org(&room, made->organisation_pem), 0);
	const struct apdu prove = {.ins = 0x82, .data = STR("whatever")};
	assert_int_equal(asks(&room, prove), 0x6985);
	assert_int_equal(asks(&room, (struct apdu){.ins = 0x84, .expected = 32}), 0x9000);
	assert_int_equal(asks(&room, prove), 0x6300);
	assert_int_equal(asks(&room, prove), 0x6985);
}

static void test_a_key_that_is_not_rsa_is_no_organisation(void **state)
{
	(void)state;
	struct org_auth_simulated *simulated = NULL;
	assert_int_equal(org_auth_simulated_create(STR("-----BEGIN"), &simulated),
			 ORG_AUTH_SIMULATED_KEY_REFUSED);
	assert_null(simulated);
}

static void test_files_are_read_as_a_card_lets_them(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	const struct {
		unsigned char p1;
		unsigned sw;
	} rows[] = {{0x81, 0x6982}, {0x82, 0x6982}, {0x86, 0x9000}, {0x88, 0x9000},
		    {0x8A, 0x9000}, {0x8B, 0x9000}, {0x97, 0x6981}, {0x98, 0x6981},
		    {0x85, 0x6A82}, {0x9F, 0x6A82}, {0x7F, 0x6B00}};
	assert_int_equal(asks(&room, (struct apdu){.ins = 0xB0, .p1 = 0x8A, .expected = 4}),
			 0x6A82);
	opens(&room);
	assert_int_equal(asks(&room, (struct apdu){.ins = 0xA4, .p1 = 2, .data = STR("\0\x0a")}),
			 0x9000);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		/* An offset form reads the selected file. */
		if (rows[i].p1 < 0x80)
			assert_int_equal(asks(&room, (struct apdu){.ins = 0xA4,
								   .p1 = 2,
								   .data = STR("\0\x0a")}),
					 0x9000);
		assert_int_equal(
			asks(&room, (struct apdu){.ins = 0xB0, .p1 = rows[i].p1, .expected = 256}),
			rows[i].sw);
	}
}

static void test_one_extended_read_gives_the_whole_certificate(void **state)
{
	const struct made *made = *state;
	AUTO(room_clear) struct room room;
	room_init(&room, made);
	struct apdu_reply reply = {0};
	const struct apdu read = {.ins = 0xB0, .p1 = 0x8A, .expected = 4096};
	opens(&room);
	assert_int_equal(apdu_exchange(&room.channel, &room.arena, &read, &reply), 0);
	assert_true(reply.data.len > made->parts.certificate.len);
	reply.data.len = made->parts.certificate.len;
	assert_str_equal(reply.data, made->parts.certificate);
}

static void test_a_pin_flow_takes_ten_commands_at_most(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	struct str der = {0}, signature = {0};
	opens(&room);
	assert_int_equal(jpki_certificate(&room.channel, &room.arena, &der), 0);
	assert_int_equal(shows(&room, "1234", false, NULL), 0);
	assert_int_equal(jpki_sign(&room.channel, &room.arena, digest, &signature), 0);
	/* SELECT, token, certificate in pieces of 256, tries, VERIFY, SIGN. */
	assert_int_equal(room.channel.exchanges, 5 + (der.len + 255) / 256);
}

static unsigned answers(struct vcard *card, struct str command)
{
	static struct vcard_response response;
	vcard_apdu(card, command, &response);
	assert_true(response.len >= 2);
	return (unsigned)response.bytes[response.len - 2] << 8 | response.bytes[response.len - 1];
}

static void test_commands_of_any_bytes_are_answered(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	const struct {
		struct str command;
		unsigned sw;
	} rows[] = {
		{STR(""), 0x6700},
		{STR("\0\xa4\4"), 0x6700},
		{STR("\0\x20\0\x98\4\61"), 0x6700},	/* Lc larger than what follows */
		{STR("\0\x20\0\x98\1\61\0\0"), 0x6700}, /* and smaller */
		{STR("\0\x20\0\x98\0\0\5\61"), 0x6700}, /* extended, cut */
		{STR("\0\x20\0\x98\0\0\0\61"), 0x6700}, /* extended Lc of zero */
		{STR("\0\xff\0\0"), 0x6D00},
		{STR("\x0c\xb0\0\0\4"), 0x6882},
		{STR("\x10\xb0\0\0\4"), 0x6E00},
		{STR("\0\xa4\0\0"), 0x6A86},
		{STR("\0\x84\0\0\0\0\x20"), 0x6985}, /* no extended challenge */
		{STR("\0\x84\1\0\x20"), 0x6A86},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(answers(room.card, rows[i].command), rows[i].sw);
}

static void test_parts_that_make_no_card_are_refused(void **state)
{
	const struct made *made = *state;
	static const char large[VCARD_FILE_BYTES_MAX];
	for (int i = 0; i < 7; i++) {
		struct vcard_parts parts = made->parts;
		struct vcard *card = NULL;
		if (i == 0)
			parts.pin = STR("12345");
		if (i == 1)
			parts.tries = 4;
		if (i == 2)
			parts.key = STR("no key");
		if (i == 3)
			parts.organisation = STR("no key");
		if (i == 4)
			parts.certificate = (struct str){0};
		if (i == 5)
			parts.certificate = (struct str){large, sizeof large};
		if (i == 6)
			parts.ca = (struct str){large, sizeof large};
		assert_int_equal(vcard_create(&parts, &card), VCARD_PARTS_REFUSED);
		assert_null(card);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_flow_with_a_pin_gives_a_signature),
		cmocka_unit_test(test_without_a_pin_the_key_refuses),
		cmocka_unit_test(test_a_pin_is_forgotten_by_reset_and_by_select),
		cmocka_unit_test(test_three_wrong_pins_block_the_card_for_good),
		cmocka_unit_test(test_a_right_pin_gives_the_tries_back),
		cmocka_unit_test(test_the_trusted_organisation_opens_the_key_without_a_pin),
		cmocka_unit_test(test_another_organisation_is_refused),
		cmocka_unit_test(test_a_card_without_a_trusted_organisation_refuses_all),
		cmocka_unit_test(test_a_challenge_is_answered_once),
		cmocka_unit_test(test_a_key_that_is_not_rsa_is_no_organisation),
		cmocka_unit_test(test_files_are_read_as_a_card_lets_them),
		cmocka_unit_test(test_one_extended_read_gives_the_whole_certificate),
		cmocka_unit_test(test_a_pin_flow_takes_ten_commands_at_most),
		cmocka_unit_test(test_commands_of_any_bytes_are_answered),
		cmocka_unit_test(test_parts_that_make_no_card_are_refused),
	};
	return cmocka_run_group_tests(tests, made_create, made_destroy);
}
