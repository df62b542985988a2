/* SPDX-License-Identifier: Apache-2.0 */
/* A service with a matrix of facilities on the running test's engine. */
#pragma once

#include "lib/db/testing.h"
#include "tests/acceptance/T01/matrix.h"

struct run {
	struct db_fixture *fixture;
	struct house *house;
	struct matrix matrix;
};

static inline void run_open(struct run *run, void **state, size_t count)
{
	void *part;
	/* A test that failed in the middle left its planted fault behind. */
	store_is_blind = 0;
	run->fixture = db_fixture_of(state);
	bool postgres = run->fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? run->fixture->target : NULL), 0);
	run->house = part;
	matrix_open(&run->matrix, run->house, count);
}

static inline void run_close(struct run *run)
{
	void *part = run->house;
	matrix_close(&run->matrix);
	assert_int_equal(house_close(&part), 0);
}
