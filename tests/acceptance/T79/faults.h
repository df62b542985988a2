/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong while the clients work, put in front of the store at link time. */
#pragma once

#include <stdatomic.h>

enum faults_kind {
	FAULTS_COMMIT = 1, /* every 7th commit is done but reported as failed */
	FAULTS_UNDONE = 2, /* every 9th write fails and is undone */
	/* The planted faults: */
	FAULTS_LOST = 4,      /* every 5th write is acknowledged and not made */
	FAULTS_FORGETFUL = 8, /* no idempotency key is ever found again */
};

/* Bits of enum faults_kind; 0: none. */
extern atomic_uint faults;
