/* SPDX-License-Identifier: Apache-2.0 */
/* 資格確認結果の証明: the public keys, and verifying with them, which needs no client. */
#include "sdk/shk.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/period.h"
#include "lib/base/utf8.h"
#include "lib/client/verify.h"

enum { PROOF_ARENA_BYTES = 64 * 1024 * 1024 };

struct shk_proof {
	struct arena arena;
	struct record_proof read;
	char issued_at[PERIOD_DATETIME_BYTES];
};

/* --- the keys --- */

static int jwks_fetch(shk_client *client)
{
	AUTO(client_answer_clear) struct client_answer answer;
	struct str text;
	client_answer_init(&answer);
	int r = client_jwks(client->client, &answer, &text);
	if (r)
		return r < 0 ? PASS(r) : r;
	char *copy = strndup(text.ptr, text.len);
	if (!copy)
		return RAISE(ENOMEM);
	free(client->jwks);
	client->jwks = copy;
	return 0;
}

int32_t SHK_CALL shk_jwks(shk_client *client, const char **ret_text)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!ret_text)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	int r = jwks_fetch(client);
	if (!r)
		*ret_text = client->jwks;
	return call_leave(client, r);
}

/* --- verifying --- */

/* What is to be verified: a whole entry (proof absent), or a result with its proof. */
struct question {
	struct str jwks, bytes, proof, facility;
};

static bool question_read(const char *jwks, const char *bytes, int64_t len,
			  const char *facility_code, struct question *ret_question)
{
	struct question question = {
		.jwks = str_of(jwks),
		.facility = str_of(facility_code),
	};
	if (!jwks || !bytes || len < 0 || len > SHK_RESULT_BYTES_MAX)
		return false;
	question.bytes = (struct str){bytes, (size_t)len};
	*ret_question = question;
	return utf8_valid(question.jwks) && (!facility_code || utf8_valid(question.facility));
}

static int32_t code_of(int r)
{
	if (r < 0)
		return r == -ENOMEM ? SHK_ERR_MEMORY : SHK_ERR_INTERNAL;
	switch ((enum verify_outcome)r) {
	case VERIFY_REFUSED: return SHK_ERR_PROOF;
	case VERIFY_KEY_UNKNOWN: return SHK_ERR_PROOF_KEY;
	case VERIFY_KEYS_MALFORMED: return SHK_ERR_ARGUMENT;
	}
	return SHK_OK;
}

static int32_t verify(const struct question *question, shk_proof **ret_proof)
{
	shk_proof *proof = calloc(1, sizeof *proof);
	if (!proof)
		return SHK_ERR_MEMORY;
	arena_init(&proof->arena, PROOF_ARENA_BYTES);
	int r = question->proof.ptr
			? verify_result(&proof->arena, question->jwks, question->bytes,
					question->proof, question->facility, &proof->read)
			: verify_entry(&proof->arena, question->jwks, question->bytes,
				       question->facility, &proof->read);
	if (r || !ret_proof) {
		shk_proof_destroy(proof);
		return code_of(r);
	}
	period_datetime_print(proof->read.issued_s * 1000, proof->issued_at);
	*ret_proof = proof;
	return SHK_OK;
}

int32_t SHK_CALL shk_proof_verify(const char *jwks, const char *result, int64_t result_len,
				  const char *proof, const char *facility_code,
				  shk_proof **ret_proof)
{
	struct question question;
	if (!proof || !question_read(jwks, result, result_len, facility_code, &question))
		return SHK_ERR_ARGUMENT;
	question.proof = str_of(proof);
	return verify(&question, ret_proof);
}

int32_t SHK_CALL shk_proof_verify_entry(const char *jwks, const char *entry, int64_t entry_len,
					const char *facility_code, shk_proof **ret_proof)
{
	struct question question;
	if (!question_read(jwks, entry, entry_len, facility_code, &question))
		return SHK_ERR_ARGUMENT;
	return verify(&question, ret_proof);
}

const char *SHK_CALL shk_proof_text(const shk_proof *proof, const char *name)
{
	if (!proof || !name)
		return NULL;
	const struct {
		const char *name;
		const char *text;
	} rows[] = {
		{"id", proof->read.id.ptr},	  {"facility", proof->read.facility.ptr},
		{"staff", proof->read.staff.ptr}, {"method", proof->read.method.ptr},
		{"issued_at", proof->issued_at},  {"kid", proof->read.kid.ptr},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].text;
	return NULL;
}

void SHK_CALL shk_proof_destroy(shk_proof *proof)
{
	if (!proof)
		return;
	arena_clear(&proof->arena);
	free(proof);
}
