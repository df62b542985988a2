/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cards as folders, cards/NAME/: auth.der auth.key ca.der sign.der pin tries org.pub.
 *   person-1 … person-N   ordinary people
 *   renewed               the same person as person-1, a new card: another serial
 *   ending                valid, for less than three months more
 *   expired-grace, expired-old   expired last month; so long ago that the grace is over
 *   not-yet               valid from next month
 *   revoked               the authority says so
 *   evil                  person-1's name and serial from a root that only has the right name
 *   wrong-policy, wrong-use      another policy; a certificate for signatures (署名用)
 * certificates.txt names those a register may know ("name aki serial" a line), ocsp-index what the
 * authority says ("aki serial good" or "aki serial revoked REASON yyyyMMddHHmmss").
 */
#pragma once

#include <stdio.h>

#include "sim/pki/hierarchy.h"

enum {
	CARDS_PEOPLE_MAX = 1000,
	CARDS_KEYS = 1 + 2 + 4 + 3, /* beside one for each person: 署名用, again, untimely, wrong */
};

struct cards_options {
	unsigned people;
	uint64_t seed;
	int64_t now_ms;
};

/* Make and write all, with people + CARDS_KEYS of the keys. Faults: those of make and folder. */
MUST_CHECK int cards_make(const struct cards_options *options, const struct hierarchy *hierarchy,
			  struct keys *keys, const struct folder *folder);
