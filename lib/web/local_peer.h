/* SPDX-License-Identifier: Apache-2.0 */
/* Whose socket is at the other end of a connection on loopback. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/str.h"

/*
 * Does the table (the text of /proc/net/tcp) hold an established socket of uid from 127.0.0.1:peer
 * to 127.0.0.1:ours? Ports in host order. A socket that is closing shows uid 0 whoever had it, so
 * only one that stands counts.
 */
bool local_peer_in(struct str table, uint16_t peer, uint16_t ours, uint32_t uid);

/* The same of the running system; false also when its table cannot be read. */
bool local_peer_is(uint16_t peer, uint16_t ours, uint32_t uid);
