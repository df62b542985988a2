/* SPDX-License-Identifier: Apache-2.0 */
/* What a result says, as the page shows it: every element with its label and its meaning. */
#pragma once

#include "lib/json/json.h"
#include "workstation/faces/faces.h"
#include "workstation/store/seen.h"

/* A code's word in Japanese, or the code itself where no table knows it; absent stays absent. */
struct str facts_word(enum record_table table, struct str code);

/* A sentence or two in Japanese; every element has one. */
struct str facts_meaning(enum record_element element);

/* As codes: {"card_class": {"01": "…"}, "relation": …, "limit_class": …}: what the page chooses
 * from. */
void facts_codes_put(struct json_writer *out);

struct str facts_status_name(enum seen_status status);

/* As members: name, kana, birth, sex, and the insurance of its first qualification. */
void facts_person_put(struct json_writer *out, const struct seen *seen);

/*
 * The row of one result: {id, confirmed_at, method, staff, validity, validity_word, status, name,
 * …}, and what the desk does next where it is not 有効: advice {title, action}.
 */
void facts_seen_put(struct json_writer *out, const struct seen *seen);

/* A stored result, read: for the rules. */
struct facts {
	struct seen seen;
	struct json_document document; /* facts_clear */
	const struct record_qualification *qualifications;
	size_t count;
	struct result result; /* its first qualification */
};

/* In the arena; facts is the caller's, zeroed: AUTO(facts_clear). Outcome: FACE_RESULT_UNKNOWN. */
MUST_CHECK int facts_read(struct face_call *call, struct str result_id, struct facts *facts);
void facts_clear(struct facts *facts);

/* As an array of arrays: [[{name, label, meaning, form, value, word}]], one a qualification. */
void facts_qualifications_put(struct json_writer *out, const struct facts *facts);
