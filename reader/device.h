/* SPDX-License-Identifier: Apache-2.0 */
/*
 * This device, in its state folder (0700): device.key (its signing key, PKCS#8 PEM), service (whose
 * device it is) and session (lib/client's). All files are 0600; the key leaves the folder never.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/client/session.h"
#include "lib/crypto/crypto.h"

enum { DEVICE_PATH_BYTES = 1024 };

struct device {
	char folder[DEVICE_PATH_BYTES];
	char session_path[DEVICE_PATH_BYTES];
	char service[SESSION_SERVICE_BYTES]; /* "" before it is activated */
	struct signing_key *key;	     /* owned; NULL before */
	char thumbprint[THUMBPRINT_BYTES];   /* of the key */
};

enum device_outcome {
	DEVICE_NOT_ACTIVATED = 1,
	DEVICE_UNUSABLE, /* the folder or a file in it: not ours, open to others, damaged, full */
};

/* For AUTO(device_clear); accepts a zeroed device. */
void device_clear(struct device *device);

/*
 * Open the device of a folder. Outcomes: DEVICE_NOT_ACTIVATED, DEVICE_UNUSABLE. Faults: -ENOMEM,
 * -EIO. device is zeroed or cleared.
 */
MUST_CHECK int device_open(struct device *device, const char *folder);

/*
 * As device_open before the activation: makes the folder and the key where they are missing, so
 * that an activation whose answer was lost is tried again with the same key.
 */
MUST_CHECK int device_prepare(struct device *device, const char *folder);

/* Remember whose device it is now. Outcome: DEVICE_UNUSABLE. */
MUST_CHECK int device_activated(struct device *device, struct str service);
