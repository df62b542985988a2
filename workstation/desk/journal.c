/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/journal.h"

#include "workstation/store/changes.h"
#include "workstation/store/store.h"

static int picture_of(const struct journal *journal, struct str *ret_picture)
{
	int r = store_picture_take(journal->db, journal->arena, journal->chart, journal->other,
				   journal->result_id, ret_picture);
	return r ? PASS(r) : 0;
}

int journal_begin(struct journal *journal)
{
	int r = picture_of(journal, &journal->before);
	return r ? PASS(r) : 0;
}

static int note(const struct journal *journal, struct str after, int64_t undoes, int64_t *ret_no)
{
	const struct change change = {
		.at_ms = journal->actor->now_ms,
		.staff = journal->actor->staff.ptr ? journal->actor->staff : STR(""),
		.kind = str_of(journal->kind),
		.why = journal->actor->why,
		.chart = journal->chart,
		.other = journal->other,
		.result_id = journal->result_id,
		.before = journal->before,
		.after = after,
		.undoes = undoes,
	};
	int r = store_change_note(journal->db, &change, ret_no);
	return r ? PASS(r) : 0;
}

int journal_end(struct journal *journal)
{
	struct str after;
	int64_t no;
	int r = picture_of(journal, &after);
	if (r == 0 && !str_equal(journal->before, after))
		r = note(journal, after, 0, &no);
	return r ? PASS(r) : 0;
}

static int put_back(struct journal *journal, const struct change *change)
{
	struct str after;
	int64_t no;
	int r = store_picture_put(journal->db, journal->chart, journal->other, change->before);
	if (!r)
		r = picture_of(journal, &after);
	if (!r)
		r = note(journal, after, change->no, &no);
	if (!r)
		r = store_change_undone(journal->db, change->no, no);
	return r ? PASS(r) : 0;
}

int journal_undo(struct db *db, struct arena *arena, const struct actor *actor, int64_t no)
{
	struct change change;
	int r = store_change_get(db, arena, no, &change);
	if (r)
		return r < 0 ? PASS(r) : JOURNAL_UNKNOWN;
	if (change.undone_by)
		return JOURNAL_DONE;
	struct journal journal = {
		.db = db,
		.arena = arena,
		.actor = actor,
		.kind = JOURNAL_UNDO,
		.chart = change.chart,
		.other = change.other,
		.result_id = change.result_id,
	};
	r = journal_begin(&journal);
	if (r)
		return PASS(r);
	if (!store_picture_same(journal.before, change.after))
		return JOURNAL_LATER;
	r = put_back(&journal, &change);
	return r ? PASS(r) : 0;
}
