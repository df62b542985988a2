/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wing and Gong's search with Lowe's memory of states seen. A step that changes nothing is taken as
 * soon as it fits: an order that takes it later stays one when it is taken now. So only writes
 * branch, and among a person's writes the version leaves one choice. They are tried in the given
 * order.
 */
#include "tests/acceptance/T79/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = HISTORY_STEPS_MAX / 64, SEEN_SLOTS = 1 << 16 };

struct node {
	uint64_t taken[WORDS];
	struct history_state state;
	size_t next; /* the step to try next from here */
};

struct search {
	const struct history *history;
	struct node *path; /* as deep as there are steps */
	uint64_t *seen;
	size_t seen_count;
};

static bool is_taken(const struct node *node, size_t i)
{
	return node->taken[i / 64] >> (i % 64) & 1;
}

static bool number_free(const struct history_state *state, int person, int number)
{
	for (int i = 0; number && i < HISTORY_PEOPLE; i++)
		if (i != person && state->number[i] == number)
			return false;
	return true;
}

static bool changes(const struct history_step *step)
{
	return step->kind == HISTORY_WRITTEN || step->kind == HISTORY_UNKNOWN;
}

static bool step_fits(const struct history_state *state, const struct history_step *step)
{
	int held = state->number[step->person];
	bool free = number_free(state, step->person, step->number);
	switch (step->kind) {
	case HISTORY_READ: return memcmp(state, &step->seen, sizeof *state) == 0;
	case HISTORY_WRITTEN:
		return held == step->expected && free &&
		       step->version == state->version[step->person] + 1;
	case HISTORY_UNKNOWN: return held == step->expected && free;
	case HISTORY_CONFLICT: return held != step->expected && held == step->held;
	case HISTORY_TAKEN: return held == step->expected && !free;
	}
	return false;
}

/* The earliest answer among what is not taken: whoever asked later must come later. */
static int64_t horizon(const struct history *history, const struct node *node)
{
	int64_t earliest = INT64_MAX;
	for (size_t i = 0; i < history->count; i++)
		if (!is_taken(node, i) && history->steps[i].kind != HISTORY_UNKNOWN &&
		    history->steps[i].answered < earliest)
			earliest = history->steps[i].answered;
	return earliest;
}

static bool may_come(const struct history *history, const struct node *node, size_t i,
		     int64_t earliest)
{
	const struct history_step *step = &history->steps[i];
	return !is_taken(node, i) && step->asked < earliest && step_fits(&node->state, step);
}

/* Take all that fits and changes nothing. True: only what was never answered is left. */
static bool quiet_take(const struct history *history, struct node *node)
{
	bool more = true;
	while (more) {
		more = false;
		int64_t earliest = horizon(history, node);
		if (earliest == INT64_MAX)
			return true;
		for (size_t i = 0; i < history->count; i++) {
			if (changes(&history->steps[i]) || !may_come(history, node, i, earliest))
				continue;
			node->taken[i / 64] |= UINT64_C(1) << (i % 64);
			more = true;
		}
	}
	return false;
}

static uint64_t node_hash(const struct node *node)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < WORDS; i++)
		hash = (hash ^ node->taken[i]) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
	for (size_t i = 0; i < HISTORY_PEOPLE; i++)
		hash = (hash ^ (uint64_t)node->state.number[i]) * UINT64_C(0x9e3779b97f4a7c15) +
		       (hash >> 29);
	return hash | 1;
}

/* Was the search here before? Remembers it. */
static bool seen_before(struct search *search, const struct node *node)
{
	uint64_t hash = node_hash(node);
	size_t slot = hash % SEEN_SLOTS;
	for (; search->seen[slot]; slot = (slot + 1) % SEEN_SLOTS)
		if (search->seen[slot] == hash)
			return true;
	search->seen[slot] = hash;
	search->seen_count++;
	return false;
}

/*
 * Would some answer be left without its place once this write has come? Versions only rise: a
 * reading of the version before is then past, and so is another write that was told this version.
 */
static bool bars_another(const struct history *history, const struct node *node, size_t write)
{
	int person = history->steps[write].person;
	int64_t version = node->state.version[person] + 1;
	for (size_t i = 0; i < history->count; i++) {
		const struct history_step *step = &history->steps[i];
		if (i == write || is_taken(node, i))
			continue;
		if (step->kind == HISTORY_READ && step->seen.version[person] < version)
			return true;
		if (step->kind == HISTORY_WRITTEN && step->person == person &&
		    step->version <= version)
			return true;
	}
	return false;
}

/* The next write that may come from here, into the node behind. */
static bool write_take(const struct history *history, struct node *node, struct node *ret_next)
{
	int64_t earliest = horizon(history, node);
	for (size_t i = node->next; i < history->count; i++) {
		const struct history_step *step = &history->steps[i];
		if (!changes(step) || !may_come(history, node, i, earliest) ||
		    bars_another(history, node, i))
			continue;
		node->next = i + 1;
		*ret_next = *node;
		ret_next->next = 0;
		ret_next->taken[i / 64] |= UINT64_C(1) << (i % 64);
		ret_next->state.number[step->person] = step->number;
		ret_next->state.version[step->person]++;
		return true;
	}
	return false;
}

static enum history_verdict search_run(struct search *search)
{
	const struct history *history = search->history;
	size_t depth = 1;
	search->path[0] = (struct node){.state = history->first};
	if (quiet_take(history, &search->path[0]))
		return HISTORY_HOLDS;
	while (depth > 0) {
		struct node *next = &search->path[depth];
		if (!write_take(history, &search->path[depth - 1], next)) {
			depth--;
			continue;
		}
		if (quiet_take(history, next))
			return HISTORY_HOLDS;
		if (search->seen_count >= HISTORY_STATES_MAX)
			return HISTORY_TOO_LONG;
		if (!seen_before(search, next))
			depth++;
	}
	return HISTORY_BROKEN;
}

enum history_verdict history_judge(const struct history *history)
{
	assert(history->count <= HISTORY_STEPS_MAX);
	struct search search = {
		.history = history,
		.path = calloc(history->count + 2, sizeof *search.path),
		.seen = calloc(SEEN_SLOTS, sizeof *search.seen),
	};
	enum history_verdict verdict = HISTORY_TOO_LONG;
	if (search.path && search.seen)
		verdict = search_run(&search);
	free(search.path);
	free(search.seen);
	return verdict;
}
