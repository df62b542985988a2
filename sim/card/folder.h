/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A card as a folder: auth.der (certificate), auth.key (PEM), ca.der, pin, tries, and org.pub (SPKI
 * DER of the organisation it trusts; may be absent). Only tries ever changes.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "sim/card/vcard.h"

enum { FOLDER_FILE_BYTES_MAX = 16384 };

/*
 * The parts, in the arena (random is left alone). Faults: those of open(2) and read(2), -EFBIG,
 * -EINVAL (tries is no number), -ENOMEM.
 */
MUST_CHECK int folder_read(struct arena *arena, const char *path, struct vcard_parts *ret_parts);

/* Write tries, whole or not at all. Faults: those of open(2), write(2), rename(2). */
MUST_CHECK int folder_tries_write(const char *path, unsigned tries);
