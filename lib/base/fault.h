/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a function answers: 0 done, < 0 a fault (-errno), > 0 an outcome of the function's own enum.
 *
 * A fault is forwarded unchanged to the door, which logs it once with the trace kept here; an
 * outcome is handled one step up, in a switch without default. The trace is per thread and holds
 * places in our source only, never data.
 */
#pragma once

#include <errno.h>
#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))

/* Run CLEAR(&variable) when the variable leaves its scope. */
#define AUTO(clear) __attribute__((cleanup(clear)))

/* For a pointer type whose destroy function takes the pointer itself: AUTO(x_destroyp). */
#define DEFINE_AUTO_POINTER(type, destroy)            \
	static inline void destroy##p(type **pointer) \
	{                                             \
		if (*pointer)                         \
			destroy(*pointer);            \
		*pointer = NULL;                      \
	}

enum { FAULT_FRAMES_MAX = 16 };

/* A fault begins here: answers -error (error > 0, an errno) and starts a new trace. */
#define RAISE(error) fault_raise((error), __FILE__, __LINE__)

/* A fault passes through here: answers it unchanged and adds a line to the trace. */
#define PASS(result) fault_pass((result), __FILE__, __LINE__)

/* An outcome nobody expects here (> 0) becomes -ENOTRECOVERABLE; a fault passes. */
#define FOLD(result) fault_fold((result), __FILE__, __LINE__)

int fault_raise(int error, const char *file, int line);
int fault_pass(int result, const char *file, int line);
int fault_fold(int result, const char *file, int line);

/*
 * Write this thread's trace as "file:line < file:line" into text (NUL-terminated, cut to bytes).
 * Returns text. The trace is kept until the next RAISE on this thread.
 */
const char *fault_trace(char *text, size_t bytes);
