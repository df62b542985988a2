/* SPDX-License-Identifier: Apache-2.0 */
/* The commands around the proofs of results. Each answers the exit status. */
#pragma once

#include "cli/options.h"

/* jwks: the service's public keys to a file or to standard output. */
int proof_keys_fetch(struct link *link, const struct cli_options *options);

/* verify-proof: offline. */
int proof_verify(struct link *link, const struct cli_options *options);
