/* SPDX-License-Identifier: Apache-2.0 */
/* Every call of the page, by screen. */
#include "workstation/faces/faces.h"
#include "workstation/faces/lock.h"
#include "workstation/faces/setup.h"

static const struct face_route routes[] = {
	/* lock.c: the frame's own */
	{.name = "state", .run = face_state, .phases = FACE_ANY},
	{.name = "alive", .run = face_alive, .phases = FACE_OPEN, .lane = FACE_LOOP},
	{.name = "lock", .run = face_lock, .phases = FACE_OPEN | FACE_LOCKED, .lane = FACE_LOOP},
	{.name = "unlock", .run = face_unlock, .phases = FACE_OPEN | FACE_LOCKED},
	/* setup.c: the first start */
	{.name = "setup", .run = face_setup, .phases = FACE_SETUP},
};

const struct face_route *face_route_find(struct str name)
{
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		if (str_equal(name, str_of(routes[i].name)))
			return &routes[i];
	return NULL;
}
