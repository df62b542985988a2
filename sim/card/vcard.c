/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a real card answers is known from public observation only (test cards, OpenSC's driver). Two
 * answers that are easily got wrong: asking for the tries says 63Cx even after a right PIN, and
 * says 63C0, not 6984, when the PIN is blocked - else OpenSC takes the whole card for another.
 */
#include "sim/card/vcard.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "lib/base/number.h"
#include "sim/org_auth/cv_certificate.h"

enum {
	FILE_SIGN_CERTIFICATE = 0x01,
	FILE_SIGN_CA = 0x02,
	FILE_TOKEN = 0x06,
	FILE_PRESENT = 0x08,
	FILE_CERTIFICATE = 0x0A,
	FILE_CA = 0x0B,
	FILE_ORGANISATION = 0x16,
	FILE_KEY = 0x17,
	FILE_PIN = 0x18,
	FILE_SIGN_KEY = 0x1A,
	FILE_SIGN_PIN = 0x1B,
	FILES_MAX = 0x1F,
	SIGN_TRIES = 5,
	TOKEN_BYTES = 160,
	FILLER_BYTES = 64, /* a real file is larger than its certificate */
	SIGNED_BYTES_MAX = 245,
};

enum {
	SW_OK = 0x9000,
	SW_LENGTH = 0x6700,
	SW_CHANNEL = 0x6882,
	SW_NOT_A_FILE = 0x6981,
	SW_SECURITY = 0x6982,
	SW_PIN_BLOCKED = 0x6984,
	SW_CONDITIONS = 0x6985,
	SW_NO_FILE_SELECTED = 0x6986,
	SW_DATA = 0x6A80,
	SW_NOT_FOUND = 0x6A82,
	SW_PARAMETERS = 0x6A86,
	SW_REFERENCE = 0x6A88,
	SW_OFFSET = 0x6B00,
	SW_TRIES = 0x63C0,
	SW_INSTRUCTION = 0x6D00,
	SW_CLASS = 0x6E00,
	SW_BROKEN = 0x6F00,
};

enum access {
	ACCESS_NONE = 0, /* no such file */
	ACCESS_FREE,
	ACCESS_LOCKED, /* wants the other PIN, which nobody here knows */
	ACCESS_KEY,    /* exists, is not read */
};

struct file {
	enum access access;
	size_t len;
	unsigned char bytes[VCARD_FILE_BYTES_MAX];
};

struct vcard {
	struct file files[FILES_MAX];
	EVP_PKEY *key;
	EVP_PKEY *organisation; /* may be NULL */
	struct secret pin;
	unsigned tries;
	void (*random)(void *ctx, void *bytes, size_t count);
	void *random_ctx;
	/* What a reset forgets: */
	bool selected;
	unsigned file; /* 0: none */
	bool pin_shown;
	bool organisation_proven;
	EVP_PKEY *terminal; /* certified by the organisation; NULL: none loaded */
	unsigned char challenge[VCARD_CHALLENGE_BYTES_MAX];
	size_t challenge_len;
};

struct command {
	unsigned char cla, ins, p1, p2;
	struct str data;
	size_t expected;
	bool extended;
};

static const unsigned char application[10] = {0xD3, 0x92, 0xF0, 0x00, 0x26,
					      0x01, 0x00, 0x00, 0x00, 0x01};

/* --- taking a command apart: ISO/IEC 7816-4 §5.1 --- */

static size_t number16(const unsigned char *bytes)
{
	return (size_t)bytes[0] << 8 | bytes[1];
}

static bool body_short(struct command *command, const unsigned char *body, size_t len)
{
	if (len == 1) {
		command->expected = body[0] ? body[0] : 256;
		return true;
	}
	size_t data = body[0];
	if (!data || (len != 1 + data && len != 2 + data))
		return false;
	command->data = str_bytes(body + 1, data);
	if (len == 2 + data)
		command->expected = body[1 + data] ? body[1 + data] : 256;
	return true;
}

static bool body_extended(struct command *command, const unsigned char *body, size_t len)
{
	command->extended = true;
	size_t number = number16(body + 1);
	if (len == 3) {
		command->expected = number ? number : 65536;
		return true;
	}
	if (!number || (len != 3 + number && len != 5 + number))
		return false;
	command->data = str_bytes(body + 3, number);
	if (len == 5 + number) {
		size_t expected = number16(body + 3 + number);
		command->expected = expected ? expected : 65536;
	}
	return true;
}

static bool command_parse(struct str bytes, struct command *ret_command)
{
	const unsigned char *byte = (const unsigned char *)bytes.ptr;
	struct command command = {0};
	if (bytes.len < 4)
		return false;
	command.cla = byte[0];
	command.ins = byte[1];
	command.p1 = byte[2];
	command.p2 = byte[3];
	bool fits = true;
	if (bytes.len > 4 && (byte[4] || bytes.len < 7))
		fits = body_short(&command, byte + 4, bytes.len - 4);
	else if (bytes.len > 4)
		fits = body_extended(&command, byte + 4, bytes.len - 4);
	*ret_command = command;
	return fits;
}

/* --- the commands; each returns its status word and may append answer data --- */

static void answer(struct vcard_response *response, const void *bytes, size_t count)
{
	assert(response->len + count + 2 <= sizeof response->bytes);
	if (count)
		memcpy(response->bytes + response->len, bytes, count);
	response->len += count;
}

static void terminal_forget(struct vcard *card)
{
	EVP_PKEY_free(card->terminal);
	card->terminal = NULL;
	card->challenge_len = 0;
	card->organisation_proven = false;
}

static unsigned select_application(struct vcard *card, const struct command *command)
{
	if (!str_equal(command->data, str_bytes(application, sizeof application)))
		return SW_NOT_FOUND;
	card->selected = true;
	card->file = 0;
	card->pin_shown = false;
	terminal_forget(card);
	return SW_OK;
}

/* The file of this number in the selected application; NULL: none. */
static struct file *file_find(struct vcard *card, unsigned number)
{
	if (!card->selected || !number || number >= FILES_MAX)
		return NULL;
	return card->files[number].access == ACCESS_NONE ? NULL : &card->files[number];
}

static unsigned select_file(struct vcard *card, const struct command *command)
{
	if (!card->selected)
		return SW_NOT_FOUND;
	if (command->data.len != 2)
		return SW_LENGTH;
	size_t number = number16((const unsigned char *)command->data.ptr);
	if (number >= FILES_MAX || !file_find(card, (unsigned)number))
		return SW_NOT_FOUND;
	card->file = (unsigned)number;
	return SW_OK;
}

static unsigned command_select(struct vcard *card, const struct command *command,
			       struct vcard_response *response)
{
	(void)response;
	if (command->p1 == 0x04)
		return select_application(card, command);
	if (command->p1 == 0x02)
		return select_file(card, command);
	/* The master file: refused after a reset, later accepted without effect. */
	if (command->p1 == 0x00 && card->selected)
		return SW_OK;
	return SW_PARAMETERS;
}

static unsigned file_read(const struct file *file, size_t from, size_t count,
			  struct vcard_response *response)
{
	if (file->access == ACCESS_KEY)
		return SW_NOT_A_FILE;
	if (file->access == ACCESS_LOCKED)
		return SW_SECURITY;
	if (from >= file->len)
		return SW_OFFSET;
	size_t left = file->len - from;
	answer(response, file->bytes + from, count < left ? count : left);
	return SW_OK;
}

static unsigned command_read(struct vcard *card, const struct command *command,
			     struct vcard_response *response)
{
	unsigned number = card->file;
	size_t from = (size_t)(command->p1 & 0x7F) << 8 | command->p2;
	if (!command->expected || command->data.len)
		return SW_LENGTH;
	if (command->p1 & 0x80) {
		number = command->p1 & 0x1F;
		from = command->p2;
	}
	const struct file *file = file_find(card, number);
	if (!file)
		return command->p1 & 0x80 ? SW_NOT_FOUND : SW_NO_FILE_SELECTED;
	card->file = number;
	return file_read(file, from, command->expected, response);
}

/* P2 names a file by short id, or the current one by 80. */
static unsigned file_named(const struct vcard *card, unsigned char p2)
{
	if (!(p2 & 0x80) || (p2 & 0x60))
		return 0;
	return p2 & 0x1F ? p2 & 0x1F : card->file;
}

static unsigned pin_compare(struct vcard *card, struct str pin)
{
	if (!card->tries)
		return SW_PIN_BLOCKED;
	card->tries--;
	card->pin_shown = false;
	if (!secret_equal(pin, secret_str(&card->pin)))
		return SW_TRIES | card->tries;
	card->tries = VCARD_TRIES;
	card->pin_shown = true;
	return SW_OK;
}

static unsigned command_verify(struct vcard *card, const struct command *command,
			       struct vcard_response *response)
{
	(void)response;
	unsigned number = file_named(card, command->p2);
	if (command->p1)
		return SW_PARAMETERS;
	if (!file_find(card, number) || (number != FILE_PIN && number != FILE_SIGN_PIN))
		return SW_REFERENCE;
	card->file = number;
	if (number == FILE_SIGN_PIN)
		return SW_TRIES | SIGN_TRIES;
	if (!command->data.len)
		return SW_TRIES | card->tries;
	return pin_compare(card, command->data);
}

static const unsigned char digest_info[19] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
					      0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
					      0x01, 0x05, 0x00, 0x04, 0x20};

static unsigned key_sign(struct vcard *card, struct str message, struct vcard_response *response)
{
	unsigned char signature[512];
	size_t len = sizeof signature;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(card->key, NULL);
	bool done = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_sign(ctx, signature, &len, (const unsigned char *)message.ptr,
				  message.len) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!done)
		return SW_BROKEN;
	answer(response, signature, len);
	return SW_OK;
}

static unsigned command_sign(struct vcard *card, const struct command *command,
			     struct vcard_response *response)
{
	unsigned char info[sizeof digest_info + 32];
	if (!file_find(card, FILE_KEY) || file_named(card, command->p2) != FILE_KEY)
		return SW_REFERENCE;
	card->file = FILE_KEY;
	if (!card->pin_shown && !card->organisation_proven)
		return SW_SECURITY;
	if (command->p1 == 0x00 && command->data.len && command->data.len <= SIGNED_BYTES_MAX)
		return key_sign(card, command->data, response);
	if (command->p1 == 0x02 && command->data.len == 32) {
		memcpy(info, digest_info, sizeof digest_info);
		memcpy(info + sizeof digest_info, command->data.ptr, 32);
		return key_sign(card, str_bytes(info, sizeof info), response);
	}
	return command->p1 == 0x00 || command->p1 == 0x02 ? SW_LENGTH : SW_PARAMETERS;
}

static unsigned command_challenge(struct vcard *card, const struct command *command,
				  struct vcard_response *response)
{
	if (command->p1 || command->p2)
		return SW_PARAMETERS;
	if (command->extended || !command->expected)
		return SW_CONDITIONS;
	card->challenge_len = command->expected;
	card->random(card->random_ctx, card->challenge, card->challenge_len);
	answer(response, card->challenge, card->challenge_len);
	return SW_OK;
}

/* --- the SIMULATED 特定機関認証 --- */

static unsigned command_certificate(struct vcard *card, const struct command *command,
				    struct vcard_response *response)
{
	(void)response;
	EVP_PKEY *key = NULL;
	if (command->p1 != 0x00 || command->p2 != 0xC1 || !card->selected)
		return SW_PARAMETERS;
	if (command->data.len != CV_BYTES)
		return SW_LENGTH;
	terminal_forget(card);
	if (!card->organisation || cv_decode(command->data, card->organisation, &key))
		return SW_DATA;
	card->terminal = key;
	return SW_OK;
}

static unsigned command_prove(struct vcard *card, const struct command *command,
			      struct vcard_response *response)
{
	(void)response;
	if (command->p1 || command->p2)
		return SW_PARAMETERS;
	if (!card->terminal || !card->challenge_len)
		return SW_CONDITIONS;
	struct str challenge = str_bytes(card->challenge, card->challenge_len);
	/* One challenge, one answer. */
	card->challenge_len = 0;
	card->organisation_proven = cv_verify(card->terminal, challenge, command->data) == 0;
	return card->organisation_proven ? SW_OK : 0x6300;
}

static const struct {
	unsigned char cla, ins;
	unsigned (*run)(struct vcard *card, const struct command *command,
			struct vcard_response *response);
} commands[] = {
	{0x00, 0xA4, command_select},	 {0x00, 0xB0, command_read},
	{0x00, 0x20, command_verify},	 {0x80, 0x2A, command_sign},
	{0x00, 0x84, command_challenge}, {0x80, 0xA2, command_certificate},
	{0x00, 0x82, command_prove},
};

static unsigned command_run(struct vcard *card, const struct command *command,
			    struct vcard_response *response)
{
	if ((command->cla & 0x7F) == 0x0C)
		return SW_CHANNEL;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (commands[i].cla == command->cla && commands[i].ins == command->ins)
			return commands[i].run(card, command, response);
	return command->cla & 0x7F ? SW_CLASS : SW_INSTRUCTION;
}

void vcard_apdu(struct vcard *card, struct str command_bytes, struct vcard_response *response)
{
	struct command command;
	response->len = 0;
	unsigned sw = command_parse(command_bytes, &command) ? command_run(card, &command, response)
							     : SW_LENGTH;
	response->bytes[response->len++] = (unsigned char)(sw >> 8);
	response->bytes[response->len++] = (unsigned char)sw;
}

/* --- making one --- */

static bool file_fill(struct file *file, struct str content, size_t filler)
{
	if (!content.len || content.len + filler > sizeof file->bytes)
		return false;
	memset(file->bytes, 0xFF, content.len + filler);
	memcpy(file->bytes, content.ptr, content.len);
	file->len = content.len + filler;
	file->access = ACCESS_FREE;
	return true;
}

static EVP_PKEY *key_read(struct str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	if (key && EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == 2048)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

static EVP_PKEY *public_key_read(struct str der)
{
	const unsigned char *at = (const unsigned char *)der.ptr;
	return der.len ? d2i_PUBKEY(NULL, &at, (long)der.len) : NULL;
}

/* CK_TOKEN_INFO as the card stores it: label 32, manufacturer 32, model 16, serial 16, zeros. */
static bool token_fill(struct file *file)
{
	char token[TOKEN_BYTES] = {0};
	memset(token, ' ', 96);
	memcpy(token, "JPKIAPICCTOKEN2", 15);
	memcpy(token + 32, "SHIKAKU SIMULATOR", 17);
	return file_fill(file, str_bytes(token, sizeof token), 0);
}

static bool files_fill(struct vcard *card, const struct vcard_parts *parts)
{
	static const unsigned char locked[] = {FILE_SIGN_CERTIFICATE, FILE_SIGN_CA};
	static const unsigned char keys[] = {FILE_ORGANISATION, FILE_KEY, FILE_PIN, FILE_SIGN_KEY,
					     FILE_SIGN_PIN};
	for (size_t i = 0; i < sizeof locked; i++)
		card->files[locked[i]].access = ACCESS_LOCKED;
	for (size_t i = 0; i < sizeof keys; i++)
		card->files[keys[i]].access = ACCESS_KEY;
	return token_fill(&card->files[FILE_TOKEN]) &&
	       file_fill(&card->files[FILE_PRESENT], STR("\x8f\x8f\0"), 0) &&
	       file_fill(&card->files[FILE_CERTIFICATE], parts->certificate, FILLER_BYTES) &&
	       file_fill(&card->files[FILE_CA], parts->ca, FILLER_BYTES);
}

static bool card_fill(struct vcard *card, const struct vcard_parts *parts)
{
	if (parts->tries > VCARD_TRIES || !number_is_digits(parts->pin, VCARD_PIN_DIGITS))
		return false;
	if (secret_set(&card->pin, parts->pin) < 0)
		return false;
	card->tries = parts->tries;
	card->random = parts->random;
	card->random_ctx = parts->random_ctx;
	card->key = key_read(parts->key);
	card->organisation = public_key_read(parts->organisation);
	if (parts->organisation.len && !card->organisation)
		return false;
	return card->key && files_fill(card, parts);
}

int vcard_create(const struct vcard_parts *parts, struct vcard **ret_card)
{
	AUTO(vcard_destroyp) struct vcard *card = calloc(1, sizeof *card);
	if (!card)
		return RAISE(ENOMEM);
	if (!card_fill(card, parts))
		return VCARD_PARTS_REFUSED;
	*ret_card = card;
	card = NULL;
	return 0;
}

void vcard_destroy(struct vcard *card)
{
	if (!card)
		return;
	terminal_forget(card);
	EVP_PKEY_free(card->key);
	EVP_PKEY_free(card->organisation);
	OPENSSL_cleanse(card, sizeof *card);
	free(card);
}

void vcard_reset(struct vcard *card)
{
	card->selected = false;
	card->file = 0;
	card->pin_shown = false;
	terminal_forget(card);
}

unsigned vcard_tries(const struct vcard *card)
{
	return card->tries;
}

static int loopback_transmit(void *ctx, struct str command, unsigned char *response,
			     size_t response_bytes_max, size_t *ret_len)
{
	struct vcard_response whole;
	vcard_apdu(ctx, command, &whole);
	if (whole.len > response_bytes_max)
		return RAISE(EMSGSIZE);
	memcpy(response, whole.bytes, whole.len);
	*ret_len = whole.len;
	return 0;
}

struct card_transport vcard_transport(struct vcard *card)
{
	return (struct card_transport){loopback_transmit, card};
}
