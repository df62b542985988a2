/* SPDX-License-Identifier: Apache-2.0 */
/* The protected header of a result's proof, both ways. */
#include "lib/json/json.h"
#include "lib/json/writer.h"
#include "lib/record/record.h"

enum { HEADER_BYTES = 320, TEXT_MAX = 256 };

static const struct json_limits header_limits = {
	.bytes_max = 4096,
	.depth_max = 4,
	.keys_max = 32,
};

/* In the order of RFC 8785; a JWS allows any. */
int record_proof_write(struct arena *arena, const struct record_proof *proof,
		       struct str *ret_header)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, HEADER_BYTES);
	json_object_open(&writer);
	json_put_member(&writer, "alg", STR("ES256"));
	json_put_member(&writer, "facility", proof->facility);
	json_put_member_number(&writer, "iat", proof->issued_s);
	json_put_member(&writer, "id", proof->id);
	json_put_member(&writer, "kid", proof->kid);
	json_put_member(&writer, "method", proof->method);
	json_put_member(&writer, "staff", proof->staff);
	json_put_member(&writer, "typ", STR(RECORD_PROOF_TYPE));
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_header);
	return r ? PASS(r) : 0;
}

struct header {
	struct record_proof proof;
	struct str alg, typ;
};

#define HEADER_TEXT(member, name) \
	JSON_FIELD(struct header, member, name, JSON_TEXT, JSON_REQUIRED, 1, TEXT_MAX)

/* Unknown members are allowed (RFC 7515 section 4), but none that must be understood. */
static int header_decode(const struct json *root, struct header *header)
{
	static const struct json_field fields[] = {
		HEADER_TEXT(alg, "alg"),
		HEADER_TEXT(proof.facility, "facility"),
		JSON_FIELD(struct header, proof.issued_s, "iat", JSON_NUMBER, JSON_REQUIRED, 0,
			   INT64_C(253402300799)),
		HEADER_TEXT(proof.id, "id"),
		HEADER_TEXT(proof.kid, "kid"),
		HEADER_TEXT(proof.method, "method"),
		HEADER_TEXT(proof.staff, "staff"),
		HEADER_TEXT(typ, "typ"),
	};
	struct json_complaint complaint;
	int r = json_decode_open(root, fields, sizeof fields / sizeof fields[0], header,
				 &complaint);
	if (r)
		return r < 0 ? PASS(r) : RECORD_MALFORMED;
	bool ours = str_equal(header->alg, STR("ES256")) &&
		    str_equal(header->typ, STR(RECORD_PROOF_TYPE)) && !json_member(root, "crit");
	return ours ? 0 : RECORD_MALFORMED;
}

/* The document goes; its texts stay. */
static int proof_keep(struct arena *arena, struct record_proof *proof)
{
	struct str *const texts[] = {&proof->facility, &proof->id, &proof->kid, &proof->method,
				     &proof->staff};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		int r = arena_copy(arena, *texts[i], texts[i]);
		if (r)
			return PASS(r);
	}
	return 0;
}

int record_proof_read(struct arena *arena, struct str header, struct record_proof *ret_proof)
{
	AUTO(json_clear) struct json_document document = {0};
	struct header read = {.alg = {0}};
	int r = json_read(header, &header_limits, &document);
	if (r)
		return r < 0 ? PASS(r) : RECORD_MALFORMED;
	if (!json_is_object(document.root))
		return RECORD_MALFORMED;
	r = header_decode(document.root, &read);
	if (r == 0)
		r = proof_keep(arena, &read.proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_proof = read.proof;
	return 0;
}
