/* SPDX-License-Identifier: Apache-2.0 */
/* A server that somebody has put in the way: TLS as its plan says, and a note of all it hears. */
#pragma once

#include <pthread.h>
#include <stddef.h>

#include "tests/acceptance/T35/papers.h"

enum { FAKE_HEARD_MAX = 256 * 1024 };

enum fake_staple { FAKE_NO_STAPLE, FAKE_STAPLE_GOOD, FAKE_STAPLE_REVOKED, FAKE_STAPLE_RUBBISH };

struct fake_plan {
	struct paper leaf;	     /* borrowed, as all of it */
	const struct paper *between; /* the intermediate it shows; NULL: none */
	const struct paper *issuer;  /* of the leaf, for the staple */
	enum fake_staple staple;
	int version_most; /* TLS1_1_VERSION …; 0: any */
	bool is_plain;	  /* no TLS at all */
	bool is_rude;	  /* promises to stay, and resets the connection: fake_hang_up */
};

struct fake {
	struct fake_plan plan; /* set after fake_clear */
	int listener;
	unsigned port;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t moved;
	bool is_talking, may_hang_up;
	int contacts, handshakes;
	size_t read_inside;		      /* bytes of the application */
	unsigned char inside[FAKE_HEARD_MAX]; /* those */
	size_t heard_count;
	unsigned char heard[FAKE_HEARD_MAX]; /* as they came over the wire */
};

void fake_open(struct fake *fake);
void fake_close(struct fake *fake);
/* Wait until nobody is talked to and nobody has knocked, then forget what was heard. */
void fake_clear(struct fake *fake);
/* Its reply has been read: the rude one resets the connection, and has when this comes back. */
void fake_hang_up(struct fake *fake);
