/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets from people and programs: a descriptor, the terminal, or standard input. Never argv. */
#pragma once

#include "lib/base/secret.h"

/*
 * One line. fd: where it is read; below 0 for standard input. From a terminal it is asked for, with
 * "what: " and the echo off. A NUL follows the bytes, uncounted, for those who want a C string.
 * Faults: those of secret_read and secret_ask; -EMSGSIZE when there is no room for the NUL.
 */
MUST_CHECK int ask_secret(struct secret *secret, int fd, const char *what);
