/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sim/people/certificates.h"
#include "sim/people/invent.h"

/*
 * The person's line of the operator's import (JSON, without the line end), with the certificates
 * that are theirs. Fault: -ENOMEM.
 */
MUST_CHECK int person_print(struct arena *arena, const struct invent_person *person,
			    unsigned number, const struct certificates *certificates,
			    struct str *ret_line);
