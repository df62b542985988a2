/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the rows, slot by slot and a page at a time, then one over the patients. The
 * numbers (照会番号) need memory in between: for each patient what the last row that wrote one
 * says.
 */
#include "server/audit/verify.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/period.h"

enum {
	PAGE_BYTES = 128 << 20, /* 1000 downloads of 500 results each are 24 MB */
	PATH_BYTES = 1024,
	READ_BYTES = 4096,
	SLOTS_FIRST = 1024,
};

/* The last number of one patient. */
struct written {
	unsigned char patient[STORE_ID_BYTES];
	int64_t ref_version;
	int64_t slot, seq; /* of the row; seq 0: free */
	bool has_number;   /* it was set, not cleared */
	bool met;	   /* its patient is there */
};

struct walk {
	const struct audit_verify *verify;
	struct audit_report *report;
	struct arena page;
	int64_t opens_ms;
	struct store_audit_end ends[STORE_AUDIT_SLOTS_MAX];
	size_t ends_count, ends_seen;
	struct store_audit_end at; /* the row before: where the walk is */
	struct written *written;   /* open addressing by patient; written_max is a power of two */
	size_t written_count, written_max;
};

struct str audit_finding_name(enum audit_finding finding)
{
	switch (finding) {
	case AUDIT_WHOLE: return STR("whole");
	case AUDIT_ROW_MISSING: return STR("row_missing");
	case AUDIT_ROW_CHANGED: return STR("row_changed");
	case AUDIT_HEAD_WRONG: return STR("head_wrong");
	case AUDIT_ROLLED_BACK: return STR("rolled_back");
	case AUDIT_RESULT_MISSING: return STR("result_missing");
	case AUDIT_RESULT_CHANGED: return STR("result_changed");
	case AUDIT_REFERENCE_CHANGED: return STR("reference_changed");
	case AUDIT_PATIENT_CHANGED: return STR("patient_changed");
	case AUDIT_RESULT_UNKNOWN: return STR("result_unknown");
	}
	return STR("unknown");
}

static void found(struct walk *walk, enum audit_finding finding, int64_t at)
{
	if (walk->report->finding == AUDIT_WHOLE) {
		walk->report->finding = finding;
		walk->report->at = at;
	}
}

static void found_row(struct walk *walk, enum audit_finding finding, int64_t slot, int64_t seq)
{
	if (walk->report->finding == AUDIT_WHOLE)
		walk->report->slot = slot;
	found(walk, finding, seq);
}

static bool still_whole(const struct walk *walk)
{
	return walk->report->finding == AUDIT_WHOLE;
}

/* --- the numbers that were written --- */

static struct written *written_place(struct written *slots, size_t max, struct str patient)
{
	size_t at = 0;
	for (size_t i = 0; i < sizeof at; i++)
		at = at << 8 | (unsigned char)patient.ptr[i];
	for (at &= max - 1; slots[at].seq; at = (at + 1) & (max - 1))
		if (memcmp(slots[at].patient, patient.ptr, STORE_ID_BYTES) == 0)
			break;
	return &slots[at];
}

static int written_grow(struct walk *walk)
{
	if (2 * walk->written_count < walk->written_max)
		return 0;
	size_t max = walk->written_max ? 2 * walk->written_max : SLOTS_FIRST;
	struct written *slots = calloc(max, sizeof *slots);
	if (!slots)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < walk->written_max; i++) {
		const struct written *held = &walk->written[i];
		if (held->seq)
			*written_place(slots, max, str_bytes(held->patient, STORE_ID_BYTES)) =
				*held;
	}
	free(walk->written);
	walk->written = slots;
	walk->written_max = max;
	return 0;
}

/* A repeated request wrote nothing: its item has no version. */
static int number_note(struct walk *walk, const struct store_audit *row, size_t index)
{
	static const char none[AUDIT_SEAL_BYTES];
	struct audit_item item = audit_item_at(row->items, index);
	if (item.ref_version == 0)
		return 0;
	int r = written_grow(walk);
	if (r)
		return PASS(r);
	struct written written = {.ref_version = item.ref_version,
				  .slot = row->slot,
				  .seq = row->seq,
				  .has_number = memcmp(item.seal.ptr, none, sizeof none) != 0};
	memcpy(written.patient, item.patient.ptr, STORE_ID_BYTES);
	struct written *place = written_place(walk->written, walk->written_max, item.patient);
	walk->written_count += place->seq == 0;
	/* Rows of two slots come in no order of their own. */
	if (written.ref_version > place->ref_version)
		*place = written;
	return 0;
}

static int numbers_note(struct walk *walk, const struct store_audit *row)
{
	for (size_t i = 0; i < row->items.len / AUDIT_ITEM_BYTES; i++) {
		int r = number_note(walk, row, i);
		if (r)
			return PASS(r);
	}
	return 0;
}

static void number_check(struct walk *walk, const struct store_patient *patient)
{
	if (!walk->written_max || patient->id.len != STORE_ID_BYTES)
		return;
	struct written *written = written_place(walk->written, walk->written_max, patient->id);
	written->met = true;
	if (written->seq && patient->ref_version != written->ref_version)
		found_row(walk, AUDIT_REFERENCE_CHANGED, written->slot, written->seq);
}

static int patient_check(struct walk *walk, const struct store_patient_row *row)
{
	const struct audit_verify *verify = walk->verify;
	walk->report->patients++;
	number_check(walk, &row->patient);
	int r = verify->patient_open(verify->ctx, &walk->page, row->facility_no, &row->patient);
	if (r == -EBADMSG)
		found(walk, AUDIT_PATIENT_CHANGED, row->patient.no);
	return r < 0 && r != -EBADMSG ? PASS(r) : 0;
}

/* Somebody took the patient away, and the number with it. */
static void numbers_check(struct walk *walk)
{
	for (size_t i = 0; i < walk->written_max; i++) {
		const struct written *written = &walk->written[i];
		if (written->seq && written->has_number && !written->met)
			found_row(walk, AUDIT_REFERENCE_CHANGED, written->slot, written->seq);
	}
}

static int patients_check(struct walk *walk)
{
	int64_t after_no = 0;
	size_t count = 1;
	while (count && still_whole(walk)) {
		struct store_patient_row *rows;
		arena_clear(&walk->page);
		int r = store_patients_list(walk->verify->db, &walk->page, after_no, &rows, &count);
		if (r)
			return FOLD(r);
		for (size_t i = 0; i < count && still_whole(walk); i++) {
			r = patient_check(walk, &rows[i]);
			if (r)
				return PASS(r);
			after_no = rows[i].patient.no;
		}
	}
	numbers_check(walk);
	return 0;
}

/* --- the results that were recorded --- */

static int result_check(struct walk *walk, const struct store_audit *row)
{
	const struct audit_verify *verify = walk->verify;
	struct audit_item item = audit_item_at(row->items, 0);
	struct store_result result;
	int r = store_result_find(verify->db, &walk->page, row->facility_no, item.id, &result);
	if (r < 0)
		return PASS(r);
	if (r) {
		found_row(walk, AUDIT_RESULT_MISSING, row->slot, row->seq);
		return 0;
	}
	walk->report->results++;
	bool same = str_equal(audit_seal_of(result.body), item.seal) &&
		    str_equal(result.patient_id, item.patient);
	r = verify->row_open(verify->ctx, &walk->page, row->facility_no, &result);
	if (r < 0 && r != -EBADMSG)
		return PASS(r);
	if (r || !same)
		found_row(walk, AUDIT_RESULT_CHANGED, row->slot, row->seq);
	return 0;
}

static int total_check(struct walk *walk)
{
	int64_t total, mismarked;
	struct db *db = walk->verify->db;
	int r = store_results_total(db, period_month(walk->opens_ms), &total);
	if (r == 0)
		r = store_results_mismarked(db, &mismarked);
	if (r)
		return FOLD(r);
	if (total != walk->report->results)
		found(walk, AUDIT_RESULT_UNKNOWN, total - walk->report->results);
	if (mismarked)
		found(walk, AUDIT_RESULT_CHANGED, 0);
	return 0;
}

/* --- the chain --- */

static bool row_is(const struct store_audit *row, struct str call)
{
	return str_equal(row->call, call) && str_equal(row->outcome, STR("ok"));
}

static bool end_same(const struct store_audit_end *a, const struct store_audit_end *b)
{
	return a->slot == b->slot && a->seq == b->seq &&
	       memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

/* The chain that the walk was in is over: is it as long as its slot says? */
static void slot_leave(struct walk *walk)
{
	const struct store_audit_end *at = &walk->at;
	if (at->slot == 0)
		return;
	const struct store_audit_end *end = &walk->ends[walk->ends_seen];
	if (walk->ends_seen == walk->ends_count || end->slot != at->slot || end->seq != at->seq)
		found_row(walk, AUDIT_ROW_MISSING, at->slot, at->seq + 1);
	else if (!end_same(end, at))
		found_row(walk, AUDIT_ROW_CHANGED, at->slot, at->seq);
	walk->ends_seen++;
}

static int hash_follow(struct walk *walk, const struct store_audit *row)
{
	unsigned char hash[STORE_DIGEST_BYTES];
	int r = audit_hash(row, str_bytes(walk->at.hash, sizeof walk->at.hash), hash);
	if (r)
		return PASS(r);
	if (!str_equal(row->hash, str_bytes(hash, sizeof hash)))
		found_row(walk, AUDIT_ROW_CHANGED, row->slot, row->seq);
	memcpy(walk->at.hash, hash, sizeof hash);
	walk->at.seq = row->seq;
	walk->report->rows++;
	return 0;
}

static int row_check(struct walk *walk, const struct store_audit *row)
{
	if (row->slot != walk->at.slot) {
		slot_leave(walk);
		walk->at = (struct store_audit_end){.slot = row->slot};
	}
	if (still_whole(walk) && row->seq != walk->at.seq + 1)
		found_row(walk, AUDIT_ROW_MISSING, row->slot, walk->at.seq + 1);
	int r = still_whole(walk) ? hash_follow(walk, row) : 0;
	if (r || !still_whole(walk))
		return r ? PASS(r) : 0;
	bool confirms = row_is(row, STR("check")) || row_is(row, STR("registration"));
	if (row->at_ms >= walk->opens_ms && confirms && row->items.len == AUDIT_ITEM_BYTES)
		r = result_check(walk, row);
	else if (row_is(row, STR("reference")) || row_is(row, STR("references")))
		r = numbers_note(walk, row);
	return r ? PASS(r) : 0;
}

static int page_check(struct walk *walk, size_t *ret_count)
{
	struct store_audit *rows;
	arena_clear(&walk->page);
	int r = store_audit_list(walk->verify->db, &walk->page, walk->at.slot, walk->at.seq,
				 STORE_AUDIT_PAGE_MAX, &rows, ret_count);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < *ret_count && still_whole(walk); i++) {
		r = row_check(walk, &rows[i]);
		if (r)
			return PASS(r);
	}
	return 0;
}

static int rows_check(struct walk *walk)
{
	size_t count = 1;
	int r = store_audit_ends(walk->verify->db, walk->ends, &walk->ends_count);
	if (r)
		return FOLD(r);
	while (count && still_whole(walk)) {
		r = page_check(walk, &count);
		if (r)
			return PASS(r);
	}
	if (still_whole(walk))
		slot_leave(walk);
	if (still_whole(walk) && walk->ends_seen != walk->ends_count)
		found_row(walk, AUDIT_ROW_MISSING, walk->ends[walk->ends_seen].slot, 1);
	return 0;
}

/* --- the heads --- */

/* Do the rows that it names still have the hashes that were signed? Outcome: AUDIT_HEAD_FORGED. */
static int slots_check(struct walk *walk, const struct audit_head *head)
{
	struct store_audit_end ends[STORE_AUDIT_SLOTS_MAX];
	unsigned char digest[STORE_DIGEST_BYTES];
	size_t count;
	int r = audit_ends_read(head->slots, ends, &count);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = store_audit_hash(walk->verify->db, ends[i].slot, ends[i].seq, ends[i].hash);
	if (r)
		return r < 0 ? PASS(r) : AUDIT_HEAD_FORGED;
	r = audit_ends_digest(ends, count, digest);
	if (r)
		return PASS(r);
	return str_equal(head->digest, str_bytes(digest, sizeof digest)) ? 0 : AUDIT_HEAD_FORGED;
}

/* One after the one before it: previous is that one's digest, and becomes this one's. */
static int head_check(struct walk *walk, const struct store_audit_head *row,
		      unsigned char *previous)
{
	struct audit_head head;
	int r = audit_head_read(walk->verify->keys, &walk->page, row->head, &head);
	if (r == 0)
		r = slots_check(walk, &head);
	if (r < 0)
		return PASS(r);
	bool fits = r == 0 && head.n == row->n && head.at_ms == row->at_ms &&
		    str_equal(head.slots, row->slots) &&
		    str_equal(head.previous, str_bytes(previous, STORE_DIGEST_BYTES));
	if (!fits)
		found(walk, AUDIT_HEAD_WRONG, row->n);
	walk->report->heads++;
	r = digest_sha256(row->head, previous);
	return r ? FOLD(r) : 0;
}

static int heads_check(struct walk *walk)
{
	struct db *db = walk->verify->db;
	unsigned char previous[STORE_DIGEST_BYTES] = {0};
	struct store_audit_head last = {0}, row;
	int r = store_audit_head_last(db, &walk->page, &last);
	if (r < 0)
		return PASS(r);
	for (int64_t n = 1; n <= last.n && still_whole(walk); n++) {
		arena_clear(&walk->page);
		r = store_audit_head_get(db, &walk->page, n, &row);
		if (r < 0)
			return PASS(r);
		if (r)
			found(walk, AUDIT_HEAD_WRONG, n);
		else
			r = head_check(walk, &row, previous);
		if (r < 0)
			return PASS(r);
	}
	return 0;
}

/* --- the file --- */

/* A line that is no head of ours is somebody's writing into the file. */
static int line_check(struct walk *walk, int64_t line, struct str text)
{
	struct audit_head head;
	struct store_audit_head row;
	arena_clear(&walk->page);
	int r = audit_head_read(walk->verify->keys, &walk->page, text, &head);
	if (r) {
		found(walk, AUDIT_HEAD_WRONG, line);
		return r < 0 ? PASS(r) : 0;
	}
	r = store_audit_head_get(walk->verify->db, &walk->page, head.n, &row);
	if (r < 0)
		return PASS(r);
	if (r || !str_equal(row.head, text))
		found(walk, AUDIT_ROLLED_BACK, head.n);
	return 0;
}

struct lines {
	FILE *file;
	char text[AUDIT_HEAD_BYTES_MAX];
};

static void lines_close(const struct lines *lines)
{
	if (lines->file)
		fclose(lines->file);
}

/* No file: nothing was signed yet, or nobody wants one. */
static int file_open(struct walk *walk, struct lines *lines)
{
	char path[PATH_BYTES];
	struct str text;
	if (!walk->verify->state_dir.len)
		return 0;
	int r = arena_print(&walk->page, &text, "%.*s/" AUDIT_HEADS_FILE,
			    STR_ARG(walk->verify->state_dir));
	if (r == 0)
		r = str_to_c(text, path, sizeof path);
	if (r)
		return FOLD(r);
	lines->file = fopen(path, "re");
	return lines->file || errno == ENOENT ? 0 : RAISE(EIO);
}

static int file_check(struct walk *walk)
{
	AUTO(lines_close) struct lines lines = {0};
	int r = file_open(walk, &lines);
	if (r)
		return PASS(r);
	for (int64_t line = 1; lines.file && still_whole(walk); line++) {
		if (!fgets(lines.text, sizeof lines.text, lines.file))
			return ferror(lines.file) ? RAISE(EIO) : 0;
		struct str text = str_of(lines.text);
		if (str_ends(text, STR("\n")))
			text.len--;
		r = line_check(walk, line, text);
		if (r)
			return PASS(r);
	}
	return 0;
}

static void walk_clear(struct walk *walk)
{
	arena_clear(&walk->page);
	free(walk->written);
}

/* The file before the store's own heads: a store that was put back is whole in itself. */
static int walk_all(struct walk *walk)
{
	int (*const steps[])(struct walk *) = {file_check, heads_check, rows_check, total_check,
					       patients_check};
	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && still_whole(walk); i++) {
		int r = steps[i](walk);
		if (r)
			return PASS(r);
	}
	return 0;
}

int audit_verify(const struct audit_verify *verify, struct audit_report *ret_report)
{
	struct audit_report report = {.finding = AUDIT_WHOLE};
	AUTO(walk_clear)
	struct walk walk = {
		.verify = verify,
		.report = &report,
		.opens_ms = period_opens_ms(verify->now_ms),
	};
	arena_init(&walk.page, PAGE_BYTES);
	int r = db_begin_read(verify->db);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	r = walk_all(&walk);
	db_rollback(verify->db);
	if (r)
		return PASS(r);
	*ret_report = report;
	return 0;
}
