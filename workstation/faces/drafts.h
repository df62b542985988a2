/* SPDX-License-Identifier: Apache-2.0 */
/* What is typed and not yet saved, kept for the page. */
#pragma once

#include "workstation/faces/faces.h"

int face_drafts(struct face_call *call);    /* → {drafts: [{key, staff, at_ms, values}]} */
int face_draft_put(struct face_call *call); /* {key, values?}: without values it is forgotten */
