/* SPDX-License-Identifier: Apache-2.0 */
/* What the calls that change charts share. */
#pragma once

#include "workstation/desk/edit.h"
#include "workstation/faces/faces.h"

enum { CHART_WHY_CHARS_MAX = 200 };

/* Whoever unlocked the page, and why, as they typed it (absent or empty: not said). */
struct actor chart_actor(const struct face_call *call, struct str why);

/* What somebody did is seen in every window; a number that is to be registered goes its way. */
void chart_tell(struct face_call *call);

/* The problem of an outcome of desk/edit.h, its fields noted. */
int chart_edit_answer(struct face_call *call, int outcome, const struct edit_notes *wrong);

/* As "doubts": [{field, text}]. */
void chart_doubts_put(struct json_writer *out, const struct edit_notes *doubts);
