/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A courier keeps the service's keys with each login (link/courier_turn.c), so that this needs no
 * network, also years later.
 *
 * Two things have to hold: what came with the proof is whole (the entry), and the body that stands
 * beside it - which charts were made of, and which is shown - is that same body.
 */
#include "workstation/faces/proof.h"

#include "include/shikaku/shikaku.h"
#include "lib/json/json.h"
#include "workstation/store/settings.h"

/* "abc..def" → abc..def: base64url and dots, in which nothing is escaped. */
static struct str text_within(struct str quoted)
{
	if (quoted.len < 2 || quoted.ptr[0] != '"')
		return (struct str){0};
	return (struct str){quoted.ptr + 1, quoted.len - 2};
}

struct question {
	struct str keys, facility, proof; /* with a NUL behind each */
	const struct seen *seen;
};

static enum face_problem answer_of(int32_t code)
{
	switch (code) {
	case SHK_OK: return FACE_NO_PROBLEM;
	case SHK_ERR_PROOF_KEY: return FACE_DESK_PROOF_KEY;
	case SHK_ERR_ARGUMENT: return FACE_DESK_PROOF_KEYS; /* what is kept is no JWKS */
	default: return FACE_DESK_PROOF_BROKEN;
	}
}

/* *ret_proof is the caller's where the answer is FACE_NO_PROBLEM. */
static enum face_problem verify(const struct question *question, shk_proof **ret_proof)
{
	const struct seen *seen = question->seen;
	shk_proof *proof = NULL;
	int32_t code = shk_proof_verify(question->keys.ptr, seen->raw.ptr, (int64_t)seen->raw.len,
					question->proof.ptr, question->facility.ptr, NULL);
	if (!code)
		code = shk_proof_verify_entry(question->keys.ptr, seen->entry.ptr,
					      (int64_t)seen->entry.len, question->facility.ptr,
					      &proof);
	if (!code && !str_equal(str_of(shk_proof_text(proof, "id")), seen->result_id))
		code = SHK_ERR_PROOF;
	if (code) {
		shk_proof_destroy(proof);
		return answer_of(code);
	}
	*ret_proof = proof;
	return FACE_NO_PROBLEM;
}

static void said_put(struct json_writer *out, const shk_proof *proof)
{
	static const char *const names[] = {"issued_at", "facility", "method", "staff", "kid"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		json_put_member(out, names[i], str_of(shk_proof_text(proof, names[i])));
}

static void answer_put(struct json_writer *out, enum face_problem problem, const shk_proof *proof)
{
	json_key(out, "proof");
	json_object_open(out);
	json_key(out, "proven");
	json_put_bool(out, problem == FACE_NO_PROBLEM);
	if (problem == FACE_NO_PROBLEM) {
		json_put_member(out, "title", STR("署名を確認しました"));
		said_put(out, proof);
	} else {
		json_put_member(out, "title", face_problem_title(problem));
		json_put_member(out, "action", face_problem_action(problem));
	}
	json_object_close(out);
}

/* What is missing before anything can be asked; FACE_NO_PROBLEM: nothing. */
static int question_make(struct face_call *call, const struct seen *seen,
			 struct question *ret_question, enum face_problem *ret_missing)
{
	struct question question = {.seen = seen};
	struct str keys, proof = text_within(json_span_member(seen->entry, "proof"));
	int r = store_setting_get(call->db, call->arena, STR(PROOF_KEYS_SETTING), &keys);
	if (r)
		return PASS(r);
	*ret_missing = !proof.len  ? FACE_DESK_PROOF_ABSENT
		       : !keys.len ? FACE_DESK_PROOF_KEYS
				   : FACE_NO_PROBLEM;
	if (*ret_missing)
		return 0;
	r = arena_print(call->arena, &question.keys, "%.*s", STR_ARG(keys));
	if (!r)
		r = arena_print(call->arena, &question.facility, "%.*s", STR_ARG(call->facility));
	if (!r)
		r = arena_print(call->arena, &question.proof, "%.*s", STR_ARG(proof));
	if (r)
		return PASS(r);
	*ret_question = question;
	return 0;
}

int proof_put(struct face_call *call, const struct seen *seen)
{
	struct question question = {0};
	enum face_problem problem = FACE_NO_PROBLEM;
	shk_proof *proof = NULL;
	int r = question_make(call, seen, &question, &problem);
	if (r)
		return PASS(r);
	if (problem == FACE_NO_PROBLEM)
		problem = verify(&question, &proof);
	answer_put(call->out, problem, proof);
	shk_proof_destroy(proof);
	return 0;
}
