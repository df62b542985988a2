/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/reader/checks and /v1/reader/registrations: the card's certificate and signature for one
 * result. */
#include "lib/wire/inside.h"

static void proof_put(struct json_writer *writer, const struct wire_check *check)
{
	json_key(writer, "organisation_proof");
	json_object_open(writer);
	json_put_member(writer, "profile", check->organisation_profile);
	json_put_member(writer, "signature", check->organisation_signature);
	json_object_close(writer);
}

int wire_check_request_encode(struct arena *arena, const struct wire_check *check,
			      struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 4096);
	json_object_open(&writer);
	json_put_member(&writer, "nonce", check->nonce);
	json_put_member(&writer, "method", wire_method_name(check->method));
	json_put_member(&writer, "staff", check->staff);
	json_put_member(&writer, "certificate", check->certificate);
	json_put_member(&writer, "signature", check->signature);
	if (check->organisation_profile.ptr)
		proof_put(&writer, check);
	if (check->purpose == WIRE_PURPOSE_REGISTRATION) {
		json_key(&writer, "consent");
		json_put_bool(&writer, true);
	}
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

static void base64_judge(struct wire_input *input, struct str text, const char *field)
{
	if (text.ptr && !base64_formed(text))
		wire_complain(&input->complaints, str_of(field), WIRE_REASON_FORMAT);
}

static void proof_take(struct wire_input *input, const struct json *object,
		       struct wire_check *check)
{
	static const struct json_field fields[] = {
		WORD(struct wire_check, organisation_profile, "profile"),
		TEXT(struct wire_check, organisation_signature, "signature", SIGNATURE),
	};
	request_fields(input, object, "organisation_proof.", fields, COUNT_OF(fields), check);
	base64_judge(input, check->organisation_signature, "organisation_proof.signature");
	if (check->organisation_profile.ptr &&
	    !str_equal(check->organisation_profile, STR("simulated")))
		wire_complain(&input->complaints, STR("organisation_proof.profile"),
			      WIRE_REASON_VALUE);
}

int wire_check_request_decode(struct str body, enum wire_purpose purpose, struct wire_input *input,
			      struct wire_check *ret_check)
{
	struct form {
		struct wire_check check;
		struct str method;
		const struct json *proof;
		bool consent;
	} form = {.check.purpose = purpose, .consent = true};
	static const struct json_field fields[] = {
		TEXT(struct form, check.nonce, "nonce", NONCE),
		WORD(struct form, method, "method"),
		TEXT(struct form, check.staff, "staff", STAFF_ID),
		TEXT(struct form, check.certificate, "certificate", CERTIFICATE),
		TEXT(struct form, check.signature, "signature", SIGNATURE),
		JSON_FIELD(struct form, proof, "organisation_proof", JSON_OBJECT, JSON_OPTIONAL, 0,
			   0),
		JSON_FIELD(struct form, consent, "consent", JSON_BOOL, JSON_REQUIRED, 0, 0),
	};
	size_t fields_count = COUNT_OF(fields) - (purpose != WIRE_PURPOSE_REGISTRATION);
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, fields_count, &form);
	if (!form.consent)
		wire_complain(&input->complaints, STR("consent"), WIRE_REASON_VALUE);
	request_format(input, form.check.nonce, CHARS_TOKEN, "nonce");
	base64_judge(input, form.check.certificate, "certificate");
	base64_judge(input, form.check.signature, "signature");
	proof_take(input, form.proof, &form.check);
	form.check.method = (enum wire_method)method_of(form.method);
	if (form.method.ptr && !form.check.method)
		wire_complain(&input->complaints, STR("method"), WIRE_REASON_VALUE);
	r = request_finish(input);
	if (r == 0)
		*ret_check = form.check;
	return r;
}

int wire_check_reply_encode(struct arena *arena, const struct wire_confirmation *confirmation,
			    struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, confirmation->result.len + 1024);
	json_object_open(&writer);
	json_put_member(&writer, "id", confirmation->id);
	put_time(&writer, "confirmed_at", confirmation->confirmed_ms);
	json_put_member(&writer, "reference_number", confirmation->reference_number);
	json_put_member(&writer, "proof", confirmation->proof);
	json_key(&writer, "result");
	json_put_raw(&writer, confirmation->result);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_check_reply_decode(struct str body, struct wire_input *input,
			    struct wire_confirmation *ret_confirmation)
{
	struct form {
		struct wire_confirmation confirmation;
		struct str confirmed_at;
	} form = {.confirmed_at = {0}};
	static const struct json_field fields[] = {
		TEXT(struct form, confirmation.id, "id", RESULT_ID),
		TEXT(struct form, confirmed_at, "confirmed_at", DATE_TIME),
		TEXT_OPTIONAL(struct form, confirmation.reference_number, "reference_number",
			      REFERENCE_NUMBER),
		TEXT(struct form, confirmation.proof, "proof", PROOF),
		OBJECT(struct form, confirmation.tree, "result"),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r == 0)
		r = reply_time(form.confirmed_at, &form.confirmation.confirmed_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	form.confirmation.result = json_span_member(body, "result");
	if (!form.confirmation.result.ptr || !wire_id_valid(form.confirmation.id))
		return PROBLEM_REPLY_MALFORMED;
	*ret_confirmation = form.confirmation;
	return 0;
}
