/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rows were is remembered as a digest over them, sealed: a bare one could be tested with
 * guesses. It is checked where the rows that were done before end.
 */
#include "server/register/batch.h"

#include "lib/base/period.h"
#include "lib/crypto/crypto.h"
#include "lib/json/json.h"
#include "server/keys/place.h"
#include "server/register/people.h"
#include "server/register/qualifications.h"

enum { FORMAT = 1, PERSON_LEN_MAX = 64, TEXT_LEN_MAX = 128 };

#define COUNT(fields) (sizeof(fields) / sizeof(fields)[0])
#define ID_CHARS      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

static const struct json_limits row_limits = {BATCH_LINE_BYTES_MAX, 8, 1000};

/* --- the header, and how far it has come --- */

struct header {
	int64_t format;
	struct str id;
};

static int header_read(struct str line, struct json_document *document, struct header *ret_header)
{
	static const struct json_field fields[] = {
		JSON_FIELD(struct header, format, "shikaku_register", JSON_NUMBER, JSON_REQUIRED,
			   FORMAT, FORMAT),
		JSON_FIELD(struct header, id, "batch", JSON_TEXT, JSON_REQUIRED, 1,
			   BATCH_ID_BYTES - 1),
	};
	struct json_complaint complaint;
	int r = json_read(line, &row_limits, document);
	if (r == 0 && !json_is_object(document->root))
		return BATCH_HEADER;
	if (r == 0)
		r = json_decode(document->root, fields, COUNT(fields), ret_header, &complaint);
	return r < 0 ? PASS(r) : r ? BATCH_HEADER : 0;
}

static int state_aad(const struct batch *batch, struct arena *arena, struct str *ret_aad)
{
	struct keys_place place = {
		.table = STR("register_batch"),
		.column = STR("state"),
		.row = str_of(batch->id),
		.link_no = batch->done,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

static int state_open(struct batch *batch, struct arena *arena, struct str sealed)
{
	struct str aad, state;
	int r = state_aad(batch, arena, &aad);
	if (r == 0)
		r = keys_open_sealed(batch->keys, arena, aad, sealed, &state);
	if (r || state.len != sizeof batch->expected)
		return r < 0 ? PASS(r) : RAISE(EBADMSG);
	memcpy(batch->expected, state.ptr, sizeof batch->expected);
	return 0;
}

static bool id_is_good(struct str id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!strchr(ID_CHARS, id.ptr[i]))
			return false;
	return id.len < BATCH_ID_BYTES;
}

int batch_open(struct batch *batch, const struct keys *keys, struct db *db, struct arena *arena,
	       struct str header)
{
	AUTO(json_clear) struct json_document document = {0};
	struct header read;
	struct store_batch row;
	*batch = (struct batch){.keys = keys};
	int r = header_read(header, &document, &read);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!id_is_good(read.id) || str_to_c(read.id, batch->id, sizeof batch->id))
		return BATCH_HEADER;
	r = store_batch_get(db, arena, str_of(batch->id), &row);
	if (r)
		return r < 0 ? PASS(r) : 0;
	batch->done = batch->stored = row.rows;
	batch->refused = row.refused;
	batch->was_ended = row.ended_ms != 0;
	r = state_open(batch, arena, row.state);
	return r ? PASS(r) : 0;
}

bool batch_is_new(const struct batch *batch)
{
	return batch->row >= batch->done;
}

int batch_save(struct batch *batch, struct db *db, struct arena *arena, bool ended, int64_t now_ms)
{
	struct str aad;
	if (batch->row < batch->done)
		return BATCH_OTHER_CONTENT;
	if (batch->was_ended)
		return 0;
	batch->done = batch->row;
	struct store_batch row = {
		.id = str_of(batch->id),
		.rows = batch->row,
		.refused = batch->refused,
		.ended_ms = ended ? now_ms : 0,
	};
	int r = state_aad(batch, arena, &aad);
	if (r == 0)
		r = keys_seal(batch->keys, arena, aad,
			      str_bytes(batch->digest, sizeof batch->digest), &row.state);
	if (r)
		return FOLD(r);
	r = store_batch_put(db, &row, batch->stored);
	if (r)
		return r < 0 ? PASS(r) : BATCH_ELSEWHERE;
	batch->stored = batch->row;
	batch->was_ended = ended;
	return 0;
}

/* --- one row; what it does not say well is its code, a constant --- */

struct row {
	struct str kind, person;
	const struct json *qualification, *insurance;
	struct str lost_on, reason;
	struct str aki, serial;
	bool registered;
};

struct work {
	const struct batch *batch;
	struct db *db;
	struct arena *arena;
	int64_t now_ms;
	const struct row *row;
	struct str line;
	const char *refusal; /* NULL: done */
};

static int refuse(struct work *work, const char *code)
{
	work->refusal = code;
	return 0;
}

static const char *qualifications_code(enum qualifications_outcome outcome)
{
	switch (outcome) {
	case QUALIFICATIONS_MALFORMED: return "qualification_malformed";
	case QUALIFICATIONS_EXISTS: return "qualification_exists";
	case QUALIFICATIONS_UNKNOWN: return "qualification_unknown";
	case QUALIFICATIONS_DATES: return "dates_contradict";
	case QUALIFICATIONS_FULL: return "qualifications_full";
	}
	return "malformed";
}

static int entry_write(struct work *work, struct people_entry *entry, struct str qualifications)
{
	int r = people_entry_write(work->batch->keys, work->db, work->arena, work->row->person,
				   qualifications, entry);
	return r ? PASS(r) : 0;
}

/* add and change: edit is what they do to the list. */
static int qualification_row(struct work *work,
			     int (*edit)(struct arena *, struct str, struct str, struct str *))
{
	struct people_entry entry;
	struct str given = json_span_member(work->line, "qualification"), list;
	if (!work->row->qualification || !given.ptr)
		return refuse(work, "malformed");
	int r = people_entry_open(work->batch->keys, work->db, work->arena, work->row->person,
				  &entry);
	if (r == 0)
		r = edit(work->arena, entry.qualifications, given, &list);
	if (r > 0)
		return refuse(work, qualifications_code((enum qualifications_outcome)r));
	if (r == 0)
		r = entry_write(work, &entry, list);
	return r ? PASS(r) : 0;
}

static int insurance_read(const struct json *object, struct qualifications_insurance *insurance)
{
	static const struct json_field fields[] = {
		JSON_FIELD(struct qualifications_insurance, insurer, "InsurerNumber", JSON_TEXT,
			   JSON_OPTIONAL, 1, TEXT_LEN_MAX),
		JSON_FIELD(struct qualifications_insurance, symbol, "InsuredCardSymbol", JSON_TEXT,
			   JSON_OPTIONAL, 1, TEXT_LEN_MAX),
		JSON_FIELD(struct qualifications_insurance, number, "InsuredIdentificationNumber",
			   JSON_TEXT, JSON_OPTIONAL, 1, TEXT_LEN_MAX),
		JSON_FIELD(struct qualifications_insurance, branch, "InsuredBranchNumber",
			   JSON_TEXT, JSON_OPTIONAL, 1, TEXT_LEN_MAX),
	};
	struct json_complaint complaint;
	return json_decode(object, fields, COUNT(fields), insurance, &complaint);
}

static int loss_row(struct work *work)
{
	struct qualifications_insurance insurance = {.insurer = {0}};
	struct people_entry entry;
	struct str list;
	const struct row *row = work->row;
	if (!row->insurance || !row->lost_on.ptr || !row->reason.ptr ||
	    insurance_read(row->insurance, &insurance))
		return refuse(work, "malformed");
	int r = people_entry_open(work->batch->keys, work->db, work->arena, row->person, &entry);
	if (r == 0 && !entry.no)
		return refuse(work, "person_unknown");
	if (r == 0)
		r = qualifications_end(work->arena, entry.qualifications, &insurance, row->lost_on,
				       row->reason, &list);
	if (r > 0)
		return refuse(work, qualifications_code((enum qualifications_outcome)r));
	if (r == 0)
		r = entry_write(work, &entry, list);
	return r ? PASS(r) : 0;
}

/* A card may be known before its holder's first qualification comes. */
static int certificate_row(struct work *work)
{
	struct people_entry entry;
	const struct row *row = work->row;
	if (!row->aki.ptr || !row->serial.ptr)
		return refuse(work, "malformed");
	int r = people_entry_open(work->batch->keys, work->db, work->arena, row->person, &entry);
	if (r == 0 && !entry.no)
		r = entry_write(work, &entry, STR("[]"));
	if (r == 0)
		r = people_certificate_add(work->batch->keys, work->db, work->arena, row->aki,
					   row->serial, entry.no,
					   row->registered ? work->now_ms : 0);
	if (r == PEOPLE_MALFORMED)
		return refuse(work, "malformed");
	if (r == PEOPLE_CERTIFICATE_TAKEN)
		return refuse(work, "certificate_taken");
	return r ? FOLD(r) : 0;
}

static int row_read(struct str line, struct json_document *document, struct row *row)
{
	static const struct json_field fields[] = {
		JSON_FIELD(struct row, kind, "kind", JSON_TEXT, JSON_REQUIRED, 1, 16),
		JSON_FIELD(struct row, person, "person", JSON_TEXT, JSON_REQUIRED, 1,
			   PERSON_LEN_MAX),
		JSON_FIELD(struct row, qualification, "qualification", JSON_OBJECT, JSON_OPTIONAL,
			   0, 0),
		JSON_FIELD(struct row, insurance, "insurance", JSON_OBJECT, JSON_OPTIONAL, 0, 0),
		JSON_FIELD(struct row, lost_on, "lost_on", JSON_TEXT, JSON_OPTIONAL, 8, 8),
		JSON_FIELD(struct row, reason, "reason", JSON_TEXT, JSON_OPTIONAL, 2, 2),
		JSON_FIELD(struct row, aki, "aki", JSON_TEXT, JSON_OPTIONAL, 2, TEXT_LEN_MAX),
		JSON_FIELD(struct row, serial, "serial", JSON_TEXT, JSON_OPTIONAL, 1, TEXT_LEN_MAX),
		JSON_FIELD(struct row, registered, "registered", JSON_BOOL, JSON_OPTIONAL, 0, 0),
	};
	struct json_complaint complaint;
	int r = json_read(line, &row_limits, document);
	if (r == 0 && json_is_object(document->root))
		r = json_decode(document->root, fields, COUNT(fields), row, &complaint);
	else if (r == 0)
		r = JSON_MALFORMED;
	return r;
}

static int row_work(struct work *work)
{
	struct str kind = work->row->kind;
	if (str_equal(kind, STR("add")))
		return qualification_row(work, qualifications_begin);
	if (str_equal(kind, STR("change")))
		return qualification_row(work, qualifications_correct);
	if (str_equal(kind, STR("loss")))
		return loss_row(work);
	if (str_equal(kind, STR("certificate")))
		return certificate_row(work);
	return refuse(work, "malformed");
}

static int row_apply(struct batch *batch, struct db *db, struct arena *arena, struct str line,
		     bool too_long, int64_t now_ms)
{
	AUTO(json_clear) struct json_document document = {0};
	struct row row = {.registered = true};
	struct work work = {
		.batch = batch,
		.db = db,
		.arena = arena,
		.now_ms = now_ms,
		.row = &row,
		.line = line,
		.refusal = "malformed",
	};
	if (!line.len && !too_long)
		return 0;
	int r = too_long ? JSON_TOO_LARGE : row_read(line, &document, &row);
	if (r == 0) {
		work.refusal = NULL;
		r = row_work(&work);
	}
	if (r < 0)
		return PASS(r);
	if (!work.refusal)
		return 0;
	batch->refused++;
	const struct store_refusal refusal = {batch->row, str_of(work.refusal)};
	r = store_refusal_add(db, str_of(batch->id), &refusal);
	return r ? PASS(r) : 0;
}

int batch_row(struct batch *batch, struct db *db, struct arena *arena, struct str line,
	      bool too_long, int64_t now_ms)
{
	const struct str parts[] = {str_bytes(batch->digest, sizeof batch->digest), line};
	bool is_new = batch_is_new(batch);
	if (is_new && batch->was_ended)
		return BATCH_OTHER_CONTENT;
	int r = digest_parts(parts, COUNT(parts), batch->digest);
	if (r)
		return FOLD(r);
	batch->row++;
	if (!is_new && batch->row == batch->done &&
	    memcmp(batch->digest, batch->expected, sizeof batch->digest) != 0)
		return BATCH_OTHER_CONTENT;
	if (!is_new)
		return 0;
	r = row_apply(batch, db, arena, line, too_long, now_ms);
	return r ? PASS(r) : 0;
}
