/* SPDX-License-Identifier: Apache-2.0 */
/* What the desk reads, Japanese first: the result, a trouble, the staff. Names are shown, never
 * logged: out is the desk's own terminal. */
#pragma once

#include <stdio.h>

#include "lib/client/client.h"
#include "lib/record/record.h"
#include "lib/wire/wire.h"

/*
 * The result word, what to do at the desk, then who and which insurance. Control characters that
 * came in are shown as '?'. Faults: -EBADMSG (the body is no such tree), -ENOMEM.
 */
MUST_CHECK int screen_result(FILE *out, const struct wire_confirmation *confirmation);

/*
 * One line of the history: when, how, by whom, then the result's word, name and insurer. Faults as
 * screen_result.
 */
MUST_CHECK int screen_entry(FILE *out, const struct wire_result *result);

/* What happened, what to do, whom to ask. tries_left: FLOW_TRIES_NOT_SAID or the card's tries. */
void screen_trouble(FILE *out, const char *program, const struct client_trouble *trouble,
		    unsigned tries_left);

/* What the patient is told before a 初回登録, and consents to. */
void screen_consent(FILE *out);

/* One line each: id, name. */
void screen_staff(FILE *out, const struct wire_staff *staff, size_t staff_count);
