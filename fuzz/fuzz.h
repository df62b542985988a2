/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzzer is this one function, called by libFuzzer (fuzz/run) or by replay.c (the tests). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* 0. What must not be ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
