/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the rows, a page at a time. The numbers (照会番号) need memory: for each patient
 * the last row that wrote one, for that is what the store must hold.
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

/* The last number of one patient, by an item of its results. */
struct written {
	unsigned char item[AUDIT_ITEM_BYTES];
	int64_t facility_no;
	int64_t seq; /* 0: free */
};

struct walk {
	const struct audit_verify *verify;
	struct audit_report *report;
	struct arena page;
	int64_t opens_ms;
	int64_t seq;
	unsigned char hash[STORE_DIGEST_BYTES];
	struct written *written; /* open addressing by patient; written_max is a power of two */
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

static bool still_whole(const struct walk *walk)
{
	return walk->report->finding == AUDIT_WHOLE;
}

/* --- the numbers that were written --- */

static struct written *written_place(struct written *slots, size_t max, const unsigned char *item)
{
	struct audit_item wanted = audit_item_at(str_bytes(item, AUDIT_ITEM_BYTES), 0);
	size_t at = 0;
	for (size_t i = 0; i < sizeof at; i++)
		at = at << 8 | (unsigned char)wanted.patient.ptr[i];
	for (at &= max - 1; slots[at].seq; at = (at + 1) & (max - 1)) {
		struct str held = str_bytes(slots[at].item, AUDIT_ITEM_BYTES);
		if (str_equal(audit_item_at(held, 0).patient, wanted.patient))
			break;
	}
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
	for (size_t i = 0; i < walk->written_max; i++)
		if (walk->written[i].seq)
			*written_place(slots, max, walk->written[i].item) = walk->written[i];
	free(walk->written);
	walk->written = slots;
	walk->written_max = max;
	return 0;
}

/* A repeated request wrote nothing: its item has no seal. */
static int number_note(struct walk *walk, const struct store_audit *row)
{
	static const char none[AUDIT_SEAL_BYTES];
	struct audit_item item = audit_item_at(row->items, 0);
	if (str_equal(item.seal, str_bytes(none, sizeof none)))
		return 0;
	int r = written_grow(walk);
	if (r)
		return PASS(r);
	struct written written = {.facility_no = row->facility_no, .seq = row->seq};
	memcpy(written.item, row->items.ptr, AUDIT_ITEM_BYTES);
	struct written *place = written_place(walk->written, walk->written_max, written.item);
	walk->written_count += place->seq == 0;
	*place = written;
	return 0;
}

static int number_check(struct walk *walk, const struct written *written)
{
	struct store_result result;
	struct audit_item item = audit_item_at(str_bytes(written->item, AUDIT_ITEM_BYTES), 0);
	int r = store_result_find(walk->verify->db, &walk->page, written->facility_no, item.id,
				  &result);
	if (r)
		return r < 0 ? PASS(r) : 0; /* its month is over, else it was missed before */
	if (!str_equal(audit_seal_of(result.ref), item.seal))
		found(walk, AUDIT_REFERENCE_CHANGED, written->seq);
	return 0;
}

static int numbers_check(struct walk *walk)
{
	for (size_t i = 0; i < walk->written_max && still_whole(walk); i++) {
		arena_clear(&walk->page);
		int r = walk->written[i].seq ? number_check(walk, &walk->written[i]) : 0;
		if (r)
			return PASS(r);
	}
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
		found(walk, AUDIT_RESULT_MISSING, row->seq);
		return 0;
	}
	walk->report->results++;
	bool same =
		str_equal(audit_seal_of(result.body), item.seal) &&
		str_equal((struct str){result.scope_hmac.ptr, AUDIT_PATIENT_BYTES}, item.patient);
	r = verify->row_open(verify->ctx, &walk->page, row->facility_no, &result);
	if (r < 0 && r != -EBADMSG)
		return PASS(r);
	if (r || !same)
		found(walk, AUDIT_RESULT_CHANGED, row->seq);
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
	return str_equal(row->call, call) && str_equal(row->outcome, STR("ok")) &&
	       row->items.len == AUDIT_ITEM_BYTES;
}

static int row_check(struct walk *walk, const struct store_audit *row)
{
	if (row->seq != ++walk->seq) {
		found(walk, AUDIT_ROW_MISSING, walk->seq);
		return 0;
	}
	struct str previous = str_bytes(walk->hash, sizeof walk->hash);
	unsigned char hash[STORE_DIGEST_BYTES];
	int r = audit_hash(row, previous, hash);
	if (r)
		return PASS(r);
	memcpy(walk->hash, hash, sizeof hash);
	walk->report->rows++;
	if (!str_equal(row->hash, str_bytes(hash, sizeof hash))) {
		found(walk, AUDIT_ROW_CHANGED, row->seq);
		return 0;
	}
	if (row->at_ms >= walk->opens_ms && row_is(row, STR("check")))
		r = result_check(walk, row);
	else if (row_is(row, STR("reference")))
		r = number_note(walk, row);
	return r ? PASS(r) : 0;
}

static int rows_check(struct walk *walk)
{
	size_t count = 1;
	struct store_audit_place end;
	while (count && still_whole(walk)) {
		struct store_audit *rows;
		arena_clear(&walk->page);
		int r = store_audit_list(walk->verify->db, &walk->page, 0, walk->seq,
					 STORE_AUDIT_PAGE_MAX, &rows, &count);
		if (r)
			return FOLD(r);
		for (size_t i = 0; i < count && still_whole(walk); i++) {
			r = row_check(walk, &rows[i]);
			if (r)
				return PASS(r);
		}
	}
	int r = store_audit_end(walk->verify->db, &end);
	if (r)
		return FOLD(r);
	if (end.seq != walk->seq)
		found(walk, AUDIT_ROW_MISSING, walk->seq + 1);
	return 0;
}

/* --- the heads --- */

/* One after the one before it: previous is that one's digest, and becomes this one's. */
static int head_check(struct walk *walk, const struct store_audit_head *row,
		      unsigned char *previous)
{
	struct audit_head head;
	unsigned char hash[STORE_DIGEST_BYTES];
	int r = audit_head_read(walk->verify->keys, &walk->page, row->head, &head);
	if (r == 0)
		r = store_audit_hash(walk->verify->db, head.seq, hash);
	if (r < 0)
		return PASS(r);
	bool fits = r == 0 && head.n == row->n && head.at_ms == row->at_ms &&
		    head.seq == row->seq && str_equal(head.hash, str_bytes(hash, sizeof hash)) &&
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
					       numbers_check};
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
