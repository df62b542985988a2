/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/pki/cards.h"

#include <openssl/x509v3.h>
#include <stdlib.h>

#include "lib/base/period.h"

#define DAY_MS	INT64_C(86400000)
#define YEAR_MS (365 * DAY_MS)

enum {
	MODE_FILE = 0644,
	NAME_BYTES = 32,
	SUBJECT_BYTES = 64,
	SERIAL_FIRST = 0x0A000000,
	REASON_SUPERSEDED = 4,
};

DEFINE_AUTO_POINTER(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO_POINTER(X509, X509_free)

struct press {
	const struct cards_options *options;
	const struct hierarchy *hierarchy;
	struct keys *keys;
	const struct folder *folder;
	EVP_PKEY *sign_key;
	uint64_t random;
	uint64_t serial;
	FILE *certificates;
	FILE *index;
};

struct card {
	const char *name;
	char subject[SUBJECT_BYTES];
	struct make_profile profile;
	const struct make_pair *root;
	bool unlisted; /* no register knows it */
	bool revoked;
};

/* splitmix64 (Vigna): the same seed gives the same people. */
static uint64_t random_next(struct press *press)
{
	uint64_t z = press->random += UINT64_C(0x9E3779B97F4A7C15);
	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

/* 14 letters and digits, 5 digits of a municipality, 3 digits, A: 23 characters. */
static void subject_invent(struct press *press, char subject[SUBJECT_BYTES])
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char text[15] = "";
	for (size_t i = 0; i < 14; i++)
		text[i] = alphabet[random_next(press) % (sizeof alphabet - 1)];
	snprintf(subject, SUBJECT_BYTES, "C=JP,CN=%s13%03u%03uA", text,
		 (unsigned)(101 + random_next(press) % 23), (unsigned)(random_next(press) % 1000));
}

/* Issued up to a year ago by the newest root, to the fifth birthday after. */
static struct card card_invent(struct press *press, const char *name)
{
	struct card card = {
		.name = name,
		.root = &press->hierarchy->auth[HIERARCHY_GENERATIONS - 1],
	};
	int64_t age_ms = (int64_t)(1 + random_next(press) % 364) * DAY_MS;
	int64_t from_ms = press->options->now_ms - age_ms;
	press->serial += 1 + random_next(press) % 97;
	subject_invent(press, card.subject);
	card.profile = make_card_profile(NULL, press->serial, from_ms, from_ms + 5 * YEAR_MS);
	return card;
}

static void hex_write(const unsigned char *bytes, size_t count, char *text)
{
	for (size_t i = 0; i < count; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

/* Its lines in the two lists. */
static int card_list(struct press *press, const struct card *card)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(card->root->certificate);
	char aki[65] = "", serial[20], at[PERIOD_DATETIME_BYTES];
	if (card->unlisted || !id || id->length > 32)
		return id ? 0 : RAISE(EIO);
	hex_write(id->data, (size_t)id->length, aki);
	snprintf(serial, sizeof serial, "%08lx", (unsigned long)card->profile.serial);
	fprintf(press->certificates, "%s %s %s\n", card->name, aki, serial);
	if (card->revoked)
		fprintf(press->index, "%s %s revoked %d %s\n", aki, serial, REASON_SUPERSEDED,
			period_datetime_print(press->options->now_ms - DAY_MS, at));
	else
		fprintf(press->index, "%s %s good\n", aki, serial);
	return 0;
}

static int card_file(char path[FOLDER_PATH_BYTES], const struct card *card, const char *file)
{
	int n = snprintf(path, FOLDER_PATH_BYTES, "cards/%s/%s", card->name, file);
	return n > 0 && n < FOLDER_PATH_BYTES ? 0 : RAISE(ENAMETOOLONG);
}

static int text_write(struct press *press, const struct card *card, const char *file, unsigned mode,
		      struct str text)
{
	char path[FOLDER_PATH_BYTES];
	int r = card_file(path, card, file);
	if (r == 0)
		r = folder_write(press->folder, path, mode, text);
	return r < 0 ? PASS(r) : 0;
}

static int der_write(struct press *press, const struct card *card, const char *file,
		     X509 *certificate)
{
	char path[FOLDER_PATH_BYTES];
	int r = card_file(path, card, file);
	if (r == 0)
		r = folder_write_der(press->folder, path, certificate);
	return r < 0 ? PASS(r) : 0;
}

/* The other certificate of every card; its key stays nowhere, for nobody signs with it here. */
static int sign_write(struct press *press, const struct card *card)
{
	AUTO(X509_freep) X509 *certificate = NULL;
	struct make_profile profile = card->profile;
	profile.subject = card->subject;
	profile.key_usage = "critical,digitalSignature,nonRepudiation";
	profile.policies = "critical," MAKE_POLICY_SIGN;
	int r = make_certificate(&profile, press->sign_key, &press->hierarchy->sign, &certificate);
	if (r == 0)
		r = der_write(press, card, "sign.der", certificate);
	return r < 0 ? PASS(r) : 0;
}

static int keys_write(struct press *press, const struct card *card, EVP_PKEY *key)
{
	char path[FOLDER_PATH_BYTES];
	int r = card_file(path, card, "auth.key");
	if (r == 0)
		r = folder_write_key(press->folder, path, key);
	if (r == 0)
		r = card_file(path, card, "org.pub");
	if (r == 0)
		r = folder_write_public(press->folder, path, press->hierarchy->organisation);
	return r < 0 ? PASS(r) : 0;
}

static int card_write(struct press *press, const struct card *card, const struct make_pair *auth)
{
	int r = der_write(press, card, "auth.der", auth->certificate);
	if (r == 0)
		r = der_write(press, card, "ca.der", card->root->certificate);
	if (r == 0)
		r = keys_write(press, card, auth->key);
	if (r == 0)
		r = sign_write(press, card);
	if (r == 0)
		r = text_write(press, card, "pin", 0600, STR("1234\n"));
	if (r == 0)
		r = text_write(press, card, "tries", MODE_FILE, STR("3\n"));
	if (r == 0)
		r = card_list(press, card);
	return r < 0 ? PASS(r) : 0;
}

static int card_press(struct press *press, const struct card *card)
{
	AUTO(make_pair_clear) struct make_pair auth = {0};
	struct make_profile profile = card->profile;
	profile.subject = card->subject;
	int r = keys_pair(press->keys, &profile, card->root, &auth);
	if (r == 0)
		r = card_write(press, card, &auth);
	return r < 0 ? PASS(r) : 0;
}

/* The middle of a month, some months from now. */
static int64_t months_away_ms(const struct press *press, int months)
{
	return period_month_start_ms(period_month(press->options->now_ms) + months) + 14 * DAY_MS;
}

static int untimely_press(struct press *press)
{
	const struct {
		const char *name;
		int months;
	} ends[] = {{"ending", 1}, {"expired-grace", -1}, {"expired-old", -6}};
	int r = 0;
	for (size_t i = 0; r == 0 && i < sizeof ends / sizeof *ends; i++) {
		struct card card = card_invent(press, ends[i].name);
		card.root = &press->hierarchy->auth[1];
		card.profile.not_after_ms = months_away_ms(press, ends[i].months);
		card.profile.not_before_ms = card.profile.not_after_ms - 5 * YEAR_MS;
		r = card_press(press, &card);
	}
	if (r < 0)
		return PASS(r);
	struct card card = card_invent(press, "not-yet");
	card.profile.not_before_ms = press->options->now_ms + 30 * DAY_MS;
	r = card_press(press, &card);
	return r < 0 ? PASS(r) : 0;
}

static int wrong_press(struct press *press)
{
	struct card policy = card_invent(press, "wrong-policy");
	struct card use = card_invent(press, "wrong-use");
	struct card revoked = card_invent(press, "revoked");
	policy.unlisted = use.unlisted = revoked.revoked = true;
	policy.profile.policies = "critical," MAKE_POLICY_OTHER;
	use.profile.key_usage = "critical,digitalSignature,nonRepudiation";
	int r = card_press(press, &policy);
	if (r == 0)
		r = card_press(press, &use);
	if (r == 0)
		r = card_press(press, &revoked);
	return r < 0 ? PASS(r) : 0;
}

/* person-1 again: once rightly with a new card, once by an attacker who knows name and serial. */
static int again_press(struct press *press, const struct card *first)
{
	struct card renewed = card_invent(press, "renewed");
	struct card evil = *first;
	evil.name = "evil";
	evil.root = &press->hierarchy->evil;
	evil.unlisted = true;
	memcpy(renewed.subject, first->subject, sizeof renewed.subject);
	int r = card_press(press, &renewed);
	if (r == 0)
		r = card_press(press, &evil);
	return r < 0 ? PASS(r) : 0;
}

static int people_press(struct press *press)
{
	struct card first = {0};
	for (unsigned i = 1; i <= press->options->people; i++) {
		char name[NAME_BYTES];
		snprintf(name, sizeof name, "person-%u", i);
		struct card card = card_invent(press, name);
		/* Some still carry a card of the generation before. */
		if (i % 4 == 0)
			card.root = &press->hierarchy->auth[i % 8 ? 1 : 0];
		int r = card_press(press, &card);
		if (r < 0)
			return PASS(r);
		if (i == 1)
			first = card;
	}
	int r = again_press(press, &first);
	return r < 0 ? PASS(r) : 0;
}

static int all_press(struct press *press)
{
	int r = people_press(press);
	if (r == 0)
		r = untimely_press(press);
	if (r == 0)
		r = wrong_press(press);
	if (r < 0)
		return PASS(r);
	/* The lists' texts are whole only from here on. */
	return fflush(press->certificates) == 0 && fflush(press->index) == 0 ? 0 : RAISE(EIO);
}

struct list {
	FILE *stream;
	char *text;
	size_t len;
};

static void list_clear(struct list *list)
{
	if (list->stream)
		fclose(list->stream);
	free(list->text);
}

int cards_make(const struct cards_options *options, const struct hierarchy *hierarchy,
	       struct keys *keys, const struct folder *folder)
{
	AUTO(list_clear) struct list certificates = {0};
	AUTO(list_clear) struct list index = {0};
	AUTO(EVP_PKEY_freep) EVP_PKEY *sign_key = keys_take(keys);
	certificates.stream = open_memstream(&certificates.text, &certificates.len);
	index.stream = open_memstream(&index.text, &index.len);
	if (!certificates.stream || !index.stream)
		return RAISE(ENOMEM);
	struct press press = {
		.options = options,
		.hierarchy = hierarchy,
		.keys = keys,
		.folder = folder,
		.sign_key = sign_key,
		.random = options->seed,
		.serial = SERIAL_FIRST,
		.certificates = certificates.stream,
		.index = index.stream,
	};
	int r = all_press(&press);
	if (r == 0)
		r = folder_write(folder, "certificates.txt", MODE_FILE,
				 str_bytes(certificates.text, certificates.len));
	if (r == 0)
		r = folder_write(folder, "ocsp-index", MODE_FILE, str_bytes(index.text, index.len));
	return r < 0 ? PASS(r) : 0;
}
