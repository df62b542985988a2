/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person's row is found by the HMAC of the operator's key and holds the qualifications as the
 * operator sent them: one JSON array, sealed. Which of them count is decided at each check.
 */
#include "server/register/people.h"

#include "lib/json/json.h"
#include "lib/record/record.h"
#include "server/keys/place.h"

#define COUNT(fields) (sizeof(fields) / sizeof(fields)[0])

enum {
	PERSON_LEN_MAX = 64,
	CERTIFICATES_MAX = 8,
	AKI_LEN_MAX = 64,
	SERIAL_LEN_MAX = 40,
};

static const struct json_limits line_limits = {PEOPLE_LINE_BYTES_MAX, 8, 2000};

struct line {
	struct str person;
	const struct json *certificates;
	const struct json *qualifications;
};

static const struct json_field line_fields[] = {
	JSON_FIELD(struct line, person, "person", JSON_TEXT, JSON_REQUIRED, 1, PERSON_LEN_MAX),
	JSON_FIELD(struct line, certificates, "certificates", JSON_ARRAY, JSON_REQUIRED, 0,
		   CERTIFICATES_MAX),
	JSON_FIELD(struct line, qualifications, "qualifications", JSON_ARRAY, JSON_REQUIRED, 0,
		   RECORD_QUALIFICATIONS_MAX),
};

struct certificate {
	struct str aki, serial;
};

static const struct json_field certificate_fields[] = {
	JSON_FIELD(struct certificate, aki, "aki", JSON_TEXT, JSON_REQUIRED, 2, AKI_LEN_MAX),
	JSON_FIELD(struct certificate, serial, "serial", JSON_TEXT, JSON_REQUIRED, 1,
		   SERIAL_LEN_MAX),
};

static int complain(struct arena *arena, struct str field, const char *reason,
		    struct str *ret_complaint)
{
	int r = arena_print(arena, ret_complaint, "%.*s: %s", STR_ARG(field), reason);
	return r ? PASS(r) : PEOPLE_MALFORMED;
}

/* --- one spelling, that of lib/pki: lower case; a serial is a number in the fewest bytes --- */

static int hex_fold(struct arena *arena, struct str text, struct str *ret_hex)
{
	struct str bytes;
	int r = decode_hex(arena, text, &bytes);
	if (r || !bytes.len)
		return r < 0 ? PASS(r) : PEOPLE_MALFORMED;
	r = encode_hex(arena, bytes, ret_hex);
	return r ? FOLD(r) : 0;
}

static int serial_fold(struct arena *arena, struct str text, struct str *ret_hex)
{
	while (text.len && text.ptr[0] == '0')
		text = (struct str){text.ptr + 1, text.len - 1};
	struct str padded;
	int r = arena_print(arena, &padded, "%s%.*s", text.len % 2 ? "0" : "", STR_ARG(text));
	if (r)
		return PASS(r);
	r = hex_fold(arena, padded, ret_hex);
	return r < 0 ? PASS(r) : r;
}

/* --- certificates --- */

static int certificate_hmac(const struct keys *keys, struct str aki, struct str serial,
			    unsigned char ret_hmac[KEYS_MAC_BYTES])
{
	const struct str parts[] = {aki, serial};
	int r = keys_lookup(keys, KEYS_LOOKUP_SERIAL, parts, 2, ret_hmac);
	return r ? FOLD(r) : 0;
}

static int certificate_seal(const struct keys *keys, struct arena *arena,
			    const struct certificate *certificate, struct str hmac,
			    int64_t person_no, struct str *ret_sealed)
{
	struct keys_place place = {
		.table = STR("certificate"),
		.column = STR("aki_serial"),
		.row = hmac,
		.link_no = person_no,
	};
	struct str aad, text;
	int r = keys_place_aad(arena, &place, &aad);
	if (r)
		return PASS(r);
	r = arena_print(arena, &text, "%.*s:%.*s", STR_ARG(certificate->aki),
			STR_ARG(certificate->serial));
	if (r)
		return PASS(r);
	r = keys_seal(keys, arena, aad, text, ret_sealed);
	return r ? FOLD(r) : 0;
}

static int certificate_add(const struct keys *keys, struct db *db, struct arena *arena,
			   const struct certificate *certificate, int64_t person_no, int64_t now_ms)
{
	unsigned char bytes[KEYS_MAC_BYTES];
	int r = certificate_hmac(keys, certificate->aki, certificate->serial, bytes);
	if (r)
		return PASS(r);
	struct str hmac = str_bytes(bytes, sizeof bytes), sealed;
	r = certificate_seal(keys, arena, certificate, hmac, person_no, &sealed);
	if (r)
		return PASS(r);
	r = store_certificate_add(db, hmac, sealed, person_no, now_ms);
	if (r < 0)
		return PASS(r);
	return r ? PEOPLE_CERTIFICATE_TAKEN : 0;
}

static int certificate_read(struct arena *arena, const struct json *node,
			    struct certificate *ret_certificate, struct str *ret_complaint)
{
	struct certificate certificate;
	struct json_complaint complaint;
	int r = json_decode(node, certificate_fields, COUNT(certificate_fields), &certificate,
			    &complaint);
	if (r < 0)
		return PASS(r);
	if (r)
		return complain(arena, complaint.field, "証明書の指定が正しくありません",
				ret_complaint);
	r = hex_fold(arena, certificate.aki, &ret_certificate->aki);
	if (r == 0)
		r = serial_fold(arena, certificate.serial, &ret_certificate->serial);
	if (r < 0)
		return PASS(r);
	return r ? complain(arena, STR("certificates"), "16進数ではありません", ret_complaint) : 0;
}

static int certificates_add(const struct keys *keys, struct db *db, struct arena *arena,
			    const struct json *array, int64_t person_no, int64_t now_ms,
			    struct str *ret_complaint)
{
	for (size_t i = 0; i < json_count(array); i++) {
		struct certificate certificate;
		int r = certificate_read(arena, json_at(array, i), &certificate, ret_complaint);
		if (r)
			return r < 0 ? PASS(r) : r;
		r = certificate_add(keys, db, arena, &certificate, person_no, now_ms);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return 0;
}

/* --- the person --- */

static int body_aad(struct arena *arena, struct str key_hmac, struct str *ret_aad)
{
	struct keys_place place = {
		.table = STR("person"),
		.column = STR("body"),
		.row = key_hmac,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

static int person_put(const struct keys *keys, struct db *db, struct arena *arena,
		      const struct line *line, struct str qualifications, int64_t *ret_no)
{
	unsigned char bytes[KEYS_MAC_BYTES];
	int r = keys_lookup(keys, KEYS_LOOKUP_PERSON, &line->person, 1, bytes);
	if (r)
		return FOLD(r);
	struct str key_hmac = str_bytes(bytes, sizeof bytes), aad, body;
	r = body_aad(arena, key_hmac, &aad);
	if (r)
		return PASS(r);
	r = keys_seal(keys, arena, aad, qualifications, &body);
	if (r)
		return FOLD(r);
	r = store_person_put(db, key_hmac, body, ret_no);
	return r ? FOLD(r) : 0;
}

static int line_check(struct arena *arena, const struct json *root, struct line *ret_line,
		      struct str *ret_complaint)
{
	struct json_complaint field;
	int r = json_decode(root, line_fields, COUNT(line_fields), ret_line, &field);
	if (r < 0)
		return PASS(r);
	if (r)
		return complain(arena, field.field, "項目が正しくありません", ret_complaint);
	struct record_qualification *qualifications;
	size_t count;
	struct record_complaint complaint;
	r = record_qualifications_read(arena, ret_line->qualifications, &qualifications, &count,
				       &complaint);
	if (r < 0)
		return PASS(r);
	return r ? complain(arena, complaint.element, complaint.reason, ret_complaint) : 0;
}

int people_import(const struct keys *keys, struct db *db, struct arena *arena, struct str line,
		  int64_t now_ms, struct people_imported *ret_imported, struct str *ret_complaint)
{
	AUTO(json_clear) struct json_document document = {0};
	int r = json_read(line, &line_limits, &document);
	if (r < 0)
		return PASS(r);
	if (r || !json_is_object(document.root))
		return complain(arena, STR("JSON"), "1行が1つのJSONではありません", ret_complaint);
	struct line fields = {0};
	r = line_check(arena, document.root, &fields, ret_complaint);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct str qualifications = json_span_member(line, "qualifications");
	if (!qualifications.ptr)
		return complain(arena, STR("qualifications"), "項目名の書き方が違います",
				ret_complaint);
	struct people_imported imported = {
		.certificates = json_count(fields.certificates),
		.qualifications = json_count(fields.qualifications),
	};
	r = arena_copy(arena, fields.person, &imported.person);
	if (r)
		return PASS(r);
	int64_t person_no;
	r = person_put(keys, db, arena, &fields, qualifications, &person_no);
	if (r)
		return PASS(r);
	r = certificates_add(keys, db, arena, fields.certificates, person_no, now_ms,
			     ret_complaint);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_imported = imported;
	return 0;
}

static int person_open(const struct keys *keys, struct arena *arena, const struct store_person *row,
		       struct people_person *ret_person)
{
	struct str aad, body;
	int r = body_aad(arena, row->key_hmac, &aad);
	if (r)
		return PASS(r);
	r = keys_open_sealed(keys, arena, aad, row->body, &body);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBADMSG);
	*ret_person = (struct people_person){
		.no = row->no,
		.key_hmac = row->key_hmac,
		.qualifications = body,
	};
	return 0;
}

int people_find(const struct keys *keys, struct db *db, struct arena *arena, struct str aki,
		struct str serial, struct people_person *ret_person)
{
	unsigned char hmac[KEYS_MAC_BYTES];
	int r = certificate_hmac(keys, aki, serial, hmac);
	if (r)
		return PASS(r);
	int64_t person_no;
	r = store_certificate_find(db, str_bytes(hmac, sizeof hmac), &person_no);
	if (r)
		return r < 0 ? PASS(r) : PEOPLE_UNKNOWN;
	struct store_person row;
	r = store_person_get(db, arena, person_no, &row);
	if (r)
		return FOLD(r);
	return person_open(keys, arena, &row, ret_person);
}
