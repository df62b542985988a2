/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The responder over a world made by shikaku-sim-pki: ca/authca*.pem and ocsp/authca*.pem .key are
 * read at the start, ocsp-index and the script for each request.
 */
#pragma once

#include "lib/base/fault.h"

struct responder;

struct responder_options {
	const char *folder;
	const char *script; /* NULL: none */
	unsigned port;	    /* on 127.0.0.1; 0: the kernel chooses */
};

/* Listening when it returns. Faults: those of the files and of the socket, -EINVAL, -ENOMEM. */
MUST_CHECK int responder_create(const struct responder_options *options,
				struct responder **ret_responder);
unsigned responder_port(const struct responder *responder);

/* Answer until stop_fd becomes readable. Faults: -EIO, -ENOMEM. */
MUST_CHECK int responder_run(struct responder *responder, int stop_fd);

/* After responder_run has returned. Accepts NULL. */
void responder_destroy(struct responder *responder);
DEFINE_AUTO_POINTER(struct responder, responder_destroy)
