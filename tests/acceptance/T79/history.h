/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What many clients asked and were told about the 照会番号 of a few people, and whether one order
 * of single steps explains it all: each step between its question and its answer (Herlihy and
 * Wing's linearizability). An answer that never came may stand for a step or for none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HISTORY_PEOPLE = 4,
	HISTORY_STEPS_MAX = 1024,
	HISTORY_STATES_MAX = 20000, /* looked at before giving up */
};

enum history_kind {
	HISTORY_READ,	  /* everybody's number and version in one answer */
	HISTORY_WRITTEN,  /* version: what the answer said */
	HISTORY_CONFLICT, /* held: what the answer said */
	HISTORY_TAKEN,	  /* another person has the number */
	HISTORY_UNKNOWN,  /* a write without an answer */
};

/* Numbers are small positive integers here; 0: none. */
struct history_state {
	int number[HISTORY_PEOPLE];
	int64_t version[HISTORY_PEOPLE];
};

struct history_step {
	enum history_kind kind;
	int64_t asked, answered; /* one counter for all clients */
	int person;
	int number, expected; /* what a write asked for */
	int held;
	int64_t version;
	struct history_state seen; /* of a read */
};

struct history {
	struct history_state first;
	struct history_step *steps;
	size_t count; /* at most HISTORY_STEPS_MAX */
};

enum history_verdict {
	HISTORY_HOLDS = 1, /* there is such an order */
	HISTORY_BROKEN,	   /* there is none */
	HISTORY_TOO_LONG,  /* not decided within HISTORY_STATES_MAX */
};

enum history_verdict history_judge(const struct history *history);
