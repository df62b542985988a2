/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every command of ours to the application. Files and keys are named by short id in the command
 * itself (READ, VERIFY, SIGN), so that no SELECT of a file stands between the patient and the
 * result: with a contactless card each APDU is about 30 ms that people wait for.
 */
#include "lib/card/jpki.h"

#include "lib/base/number.h"

enum {
	FILE_TOKEN = 0x06,
	FILE_CERTIFICATE = 0x0A,
	FILE_KEY = 0x17,
	FILE_PIN = 0x18,
	BY_SHORT_ID = 0x80,
	INS_VERIFY = 0x20,
	INS_SIGN = 0x2A,
	INS_SELECT = 0xA4,
	TOKEN_LABEL_BYTES = 32,
	CERTIFICATE_BYTES_MIN = 256,
};

static const unsigned char application[10] = {0xD3, 0x92, 0xF0, 0x00, 0x26,
					      0x01, 0x00, 0x00, 0x00, 0x01};

/* DigestInfo ::= { sha256, NULL }, OCTET STRING (32): what precedes the digest. RFC 8017 §9.2. */
static const unsigned char digest_info[19] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
					      0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
					      0x01, 0x05, 0x00, 0x04, 0x20};

static const struct {
	struct str label;
	enum jpki_kind kind;
} kinds[] = {
	{{"JPKIAPICCTOKEN2", 15}, JPKI_KIND_CARD},
	{{"JPKIAPGPSETOKEN", 15}, JPKI_KIND_ANDROID},
	{{"JPKIAPIOSTOKEN", 14}, JPKI_KIND_IPHONE},
};

/* The label is padded with spaces, or with NUL on some tokens. */
static struct str label_trim(struct str label)
{
	while (label.len && (label.ptr[label.len - 1] == '\0' || label.ptr[label.len - 1] == ' '))
		label.len--;
	return label;
}

static int kind_of(struct str label, enum jpki_kind *ret_kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!str_equal(label, kinds[i].label))
			continue;
		*ret_kind = kinds[i].kind;
		return 0;
	}
	return JPKI_NOT_THIS_CARD;
}

int jpki_open(struct apdu_channel *channel, struct arena *arena, enum jpki_kind *ret_kind)
{
	const struct apdu select = {.ins = INS_SELECT,
				    .p1 = 0x04,
				    .p2 = 0x0C,
				    .data = str_bytes(application, sizeof application)};
	struct apdu_reply reply = {0};
	int r = apdu_exchange(channel, arena, &select, &reply);
	if (r)
		return r < 0 ? PASS(r) : r;
	/* Whatever another card says to an application it does not know. */
	if (reply.sw != SW_DONE)
		return JPKI_NOT_THIS_CARD;
	r = apdu_read_begin(channel, arena, FILE_TOKEN, TOKEN_LABEL_BYTES, &reply);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (reply.sw != SW_DONE)
		return JPKI_NOT_THIS_CARD;
	return kind_of(label_trim(reply.data), ret_kind);
}

/* The whole length of a DER SEQUENCE whose header is 30 82 LL LL; 0 when it is none. */
static size_t sequence_bytes(struct str head)
{
	const unsigned char *byte = (const unsigned char *)head.ptr;
	if (head.len < 4 || byte[0] != 0x30 || byte[1] != 0x82)
		return 0;
	return 4 + ((size_t)byte[2] << 8 | byte[3]);
}

int jpki_certificate(struct apdu_channel *channel, struct arena *arena, struct str *ret_der)
{
	struct apdu_reply head = {0};
	int r = apdu_read_begin(channel, arena, FILE_CERTIFICATE, APDU_SHORT_MAX, &head);
	if (r)
		return r < 0 ? PASS(r) : r;
	size_t bytes = sequence_bytes(head.data);
	if (head.sw != SW_DONE || head.data.len > APDU_SHORT_MAX)
		return JPKI_MALFORMED;
	if (bytes < CERTIFICATE_BYTES_MIN || bytes > APDU_FILE_BYTES_MAX)
		return JPKI_MALFORMED;
	unsigned char *der = arena_alloc(arena, bytes);
	if (!der)
		return RAISE(ENOMEM);
	size_t have = head.data.len < bytes ? head.data.len : bytes;
	memcpy(der, head.data.ptr, have);
	r = apdu_read_rest(channel, arena, have, bytes, der + have);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_der = str_bytes(der, bytes);
	return 0;
}

/*
 * Tries are in SW2 only where SW1 is 63: reading them from any refusal would report a blocked card
 * (69 84) as one with four tries.
 */
static int tries_of(unsigned sw, unsigned *ret_tries)
{
	if (sw == SW_BLOCKED) {
		*ret_tries = 0;
		return 0;
	}
	if ((sw & 0xFFF0) != 0x63C0)
		return JPKI_MALFORMED;
	*ret_tries = sw & 0x0F;
	return 0;
}

static int verify_send(struct apdu_channel *channel, struct arena *arena, struct str pin,
		       unsigned *ret_sw)
{
	const struct apdu verify = {.ins = INS_VERIFY, .p2 = BY_SHORT_ID | FILE_PIN, .data = pin};
	struct apdu_reply reply = {0};
	int r = apdu_exchange(channel, arena, &verify, &reply);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_sw = reply.sw;
	return 0;
}

int jpki_tries(struct apdu_channel *channel, struct arena *arena, unsigned *ret_tries)
{
	unsigned sw = 0;
	int r = verify_send(channel, arena, (struct str){0}, &sw);
	if (r)
		return r < 0 ? PASS(r) : r;
	return tries_of(sw, ret_tries);
}

/* May a try be spent now? */
static int tries_guard(struct apdu_channel *channel, struct arena *arena, bool last_try_allowed,
		       unsigned *ret_tries)
{
	unsigned tries = 0;
	int r = jpki_tries(channel, arena, &tries);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (tries == 0)
		return JPKI_PIN_BLOCKED;
	if (tries > 1 || last_try_allowed)
		return 0;
	*ret_tries = tries;
	return JPKI_PIN_LAST_TRY;
}

int jpki_verify_pin(struct apdu_channel *channel, struct arena *arena, const struct secret *pin,
		    bool last_try_allowed, unsigned *ret_tries)
{
	unsigned sw = 0, tries = 0;
	if (!number_is_digits(secret_str(pin), JPKI_PIN_DIGITS))
		return JPKI_PIN_FORM;
	int r = tries_guard(channel, arena, last_try_allowed, ret_tries);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = verify_send(channel, arena, secret_str(pin), &sw);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (sw == SW_DONE)
		return 0;
	r = tries_of(sw, &tries);
	if (r)
		return r;
	if (tries == 0)
		return JPKI_PIN_BLOCKED;
	*ret_tries = tries;
	return JPKI_PIN_WRONG;
}

int jpki_sign(struct apdu_channel *channel, struct arena *arena,
	      const unsigned char digest[JPKI_DIGEST_BYTES], struct str *ret_signature)
{
	unsigned char info[sizeof digest_info + JPKI_DIGEST_BYTES];
	memcpy(info, digest_info, sizeof digest_info);
	memcpy(info + sizeof digest_info, digest, JPKI_DIGEST_BYTES);
	/* P1 = 00: the card pads what it is given; the one form that every known client uses. */
	const struct apdu sign = {.cla = 0x80,
				  .ins = INS_SIGN,
				  .p2 = BY_SHORT_ID | FILE_KEY,
				  .data = str_bytes(info, sizeof info),
				  .expected = APDU_SHORT_MAX};
	struct apdu_reply reply = {0};
	int r = apdu_exchange(channel, arena, &sign, &reply);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (reply.sw == SW_SECURITY_NOT_SATISFIED)
		return JPKI_PIN_NEEDED;
	if (reply.sw != SW_DONE || !reply.data.len || reply.data.len > JPKI_SIGNATURE_BYTES_MAX)
		return JPKI_MALFORMED;
	*ret_signature = reply.data;
	return 0;
}
