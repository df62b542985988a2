/* SPDX-License-Identifier: Apache-2.0 */
/* The planted faults: a trail that loses, doubles or falsifies lines, and one that has no room. */
#pragma once

enum spoil {
	SPOIL_NOTHING,
	SPOIL_LOSE_ROWS,   /* some rows are not written */
	SPOIL_LOSE_COUNTS, /* some counted calls are not counted */
	SPOIL_DOUBLE,	   /* some rows are written twice */
	SPOIL_ACCOUNT,	   /* some rows name another account */
	SPOIL_ITEMS,	   /* some rows do not say what was shown */
	SPOIL_NO_ROOM,	   /* nothing can be written */
};
extern enum spoil spoil;
