/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator's file says about the service. */
#pragma once

#include "lib/wire/wire.h"

/*
 * Lines "key = value", and those that begin with '#': state (normal, planned, maintenance,
 * trouble), from and until (yyyyMMddHHmmss, JST), message (one line for the desk). What is planned
 * is maintenance from its beginning on, and over at its end. The message is borrowed from text.
 * False: a line is not understood, and nothing is said.
 */
bool status_parse(struct str text, int64_t now_ms, struct wire_status *ret_status);
