/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person's row is found by the HMAC of the operator's key and holds the qualifications as the
 * operator sent them: one JSON array, sealed. Which of them count is decided at each check.
 */
#include "server/register/people.h"

#include "lib/json/json.h"
#include "lib/record/record.h"
#include "server/register/seals.h"

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
	bool registered;
};

static const struct json_field line_fields[] = {
	JSON_FIELD(struct line, person, "person", JSON_TEXT, JSON_REQUIRED, 1, PERSON_LEN_MAX),
	JSON_FIELD(struct line, certificates, "certificates", JSON_ARRAY, JSON_REQUIRED, 0,
		   CERTIFICATES_MAX),
	JSON_FIELD(struct line, qualifications, "qualifications", JSON_ARRAY, JSON_REQUIRED, 0,
		   RECORD_QUALIFICATIONS_MAX),
	JSON_FIELD(struct line, registered, "registered", JSON_BOOL, JSON_OPTIONAL, 0, 0),
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

static int certificate_add(const struct keys *keys, struct db *db, struct arena *arena,
			   const struct certificate *certificate, int64_t person_no,
			   int64_t registered_ms)
{
	struct keys_lookup bytes;
	struct store_lookup lookup;
	struct str text, sealed;
	int r = seals_certificate_lookup(keys, certificate->aki, certificate->serial, &bytes,
					 &lookup);
	if (r == 0)
		r = arena_print(arena, &text, "%.*s:%.*s", STR_ARG(certificate->aki),
				STR_ARG(certificate->serial));
	if (r == 0)
		r = seals_close(keys, arena, SEALS_CERTIFICATE, lookup.new, person_no, text,
				&sealed);
	if (r)
		return PASS(r);
	r = store_certificate_add(db, &lookup, sealed, person_no, registered_ms);
	if (r < 0)
		return PASS(r);
	return r ? PEOPLE_CERTIFICATE_TAKEN : 0;
}

int people_certificate_add(const struct keys *keys, struct db *db, struct arena *arena,
			   struct str aki, struct str serial, int64_t person_no,
			   int64_t registered_ms)
{
	struct certificate certificate;
	int r = hex_fold(arena, aki, &certificate.aki);
	if (r == 0)
		r = serial_fold(arena, serial, &certificate.serial);
	if (r == 0)
		r = certificate_add(keys, db, arena, &certificate, person_no, registered_ms);
	return r < 0 ? PASS(r) : r;
}

static int certificates_add(const struct keys *keys, struct db *db, struct arena *arena,
			    const struct json *array, int64_t person_no, int64_t registered_ms,
			    struct str *ret_complaint)
{
	for (size_t i = 0; i < json_count(array); i++) {
		struct certificate certificate;
		struct json_complaint complaint;
		int r = json_decode(json_at(array, i), certificate_fields,
				    COUNT(certificate_fields), &certificate, &complaint);
		if (r)
			return r < 0 ? PASS(r)
				     : complain(arena, complaint.field,
						"証明書の指定が正しくありません", ret_complaint);
		r = people_certificate_add(keys, db, arena, certificate.aki, certificate.serial,
					   person_no, registered_ms);
		if (r == PEOPLE_MALFORMED)
			return complain(arena, STR("certificates"), "16進数ではありません",
					ret_complaint);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return 0;
}

/* --- the person --- */

static int person_add(const struct keys *keys, struct db *db, struct arena *arena, struct str key,
		      const struct store_lookup *lookup, struct str qualifications, int64_t *ret_no)
{
	struct str key_sealed, body;
	int r = seals_close(keys, arena, SEALS_PERSON_KEY, lookup->new, 0, key, &key_sealed);
	if (r == 0)
		r = seals_close(keys, arena, SEALS_PERSON_BODY, lookup->new, 0, qualifications,
				&body);
	if (r)
		return PASS(r);
	r = store_person_add(db, lookup, key_sealed, body, ret_no);
	if (r == STORE_CONFLICT) /* somebody else's was quicker: come again */
		return RAISE(EBUSY);
	return r ? FOLD(r) : 0;
}

int people_entry_open(const struct keys *keys, struct db *db, struct arena *arena, struct str key,
		      struct people_entry *ret_entry)
{
	struct keys_lookup bytes;
	struct store_lookup lookup;
	struct people_entry entry = {.qualifications = STR("[]")};
	int r = seals_person_lookup(keys, key, &bytes, &lookup);
	if (r == 0)
		r = store_person_find(db, arena, &lookup, &entry.row);
	if (r == 0)
		r = seals_open(keys, arena, SEALS_PERSON_BODY, entry.row.key_hmac, 0,
			       entry.row.body, &entry.qualifications);
	if (r && r != STORE_NOT_FOUND)
		return FOLD(r);
	entry.no = r ? 0 : entry.row.no;
	*ret_entry = entry;
	return 0;
}

/* The row may have been sealed anew, or written, since it was opened: then come again. */
static int body_set(const struct keys *keys, struct db *db, struct arena *arena,
		    struct str qualifications, const struct store_person *row)
{
	struct str body;
	int r = seals_close(keys, arena, SEALS_PERSON_BODY, row->key_hmac, 0, qualifications,
			    &body);
	if (r)
		return PASS(r);
	r = store_person_body_set(db, row, body);
	return r == STORE_STALE ? RAISE(EBUSY) : r ? FOLD(r) : 0;
}

int people_entry_write(const struct keys *keys, struct db *db, struct arena *arena, struct str key,
		       struct str qualifications, struct people_entry *entry)
{
	struct keys_lookup bytes;
	struct store_lookup lookup;
	int r = 0;
	if (entry->no) {
		r = body_set(keys, db, arena, qualifications, &entry->row);
	} else {
		r = seals_person_lookup(keys, key, &bytes, &lookup);
		if (r == 0)
			r = person_add(keys, db, arena, key, &lookup, qualifications, &entry->no);
	}
	if (r)
		return PASS(r);
	entry->qualifications = qualifications;
	return 0;
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
	struct line fields = {.registered = true};
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
	struct people_entry entry;
	r = people_entry_open(keys, db, arena, fields.person, &entry);
	if (r == 0)
		r = people_entry_write(keys, db, arena, fields.person, qualifications, &entry);
	if (r)
		return PASS(r);
	r = certificates_add(keys, db, arena, fields.certificates, entry.no,
			     fields.registered ? now_ms : 0, ret_complaint);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_imported = imported;
	return 0;
}

int people_find(const struct keys *keys, struct db *db, struct arena *arena, struct str aki,
		struct str serial, struct people_person *ret_person)
{
	struct keys_lookup bytes;
	struct store_lookup lookup;
	struct store_certificate certificate;
	int r = seals_certificate_lookup(keys, aki, serial, &bytes, &lookup);
	if (r)
		return PASS(r);
	r = store_certificate_find(db, &lookup, &certificate);
	if (r)
		return r < 0 ? PASS(r) : PEOPLE_UNKNOWN;
	struct store_person row;
	r = store_person_get(db, arena, certificate.person_no, &row);
	if (r)
		return FOLD(r);
	struct people_person person = {.no = row.no, .registered = certificate.registered_ms != 0};
	r = seals_open(keys, arena, SEALS_PERSON_BODY, row.key_hmac, 0, row.body,
		       &person.qualifications);
	if (r)
		return PASS(r);
	*ret_person = person;
	return 0;
}

int people_register(const struct keys *keys, struct db *db, struct str aki, struct str serial,
		    int64_t now_ms)
{
	struct keys_lookup bytes;
	struct store_lookup lookup;
	int r = seals_certificate_lookup(keys, aki, serial, &bytes, &lookup);
	if (r == 0)
		r = store_certificate_register(db, &lookup, now_ms);
	return r ? FOLD(r) : 0;
}
