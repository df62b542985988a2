/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection for a whole service, inside one transaction that is never committed: what the
 * service commits becomes a savepoint, so that a test can go back to any moment. One call at a
 * time, so that the connection is one thread's at a time.
 */
#pragma once

#include "lib/db/db.h"

/* From now on every db_open is the one connection that the next opens. */
void one_store_begin(void);

/* Everybody has closed; connections are their opener's own again. */
void one_store_end(void);

/* The moment now, under a number; and back to it, as often as wanted. */
void one_store_mark(int number);
void one_store_return(int number);
