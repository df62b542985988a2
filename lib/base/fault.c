/* SPDX-License-Identifier: Apache-2.0 */
/* Where a fault began and which way it came: the one thread-local of the house. */
#include "lib/base/fault.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct frame {
	const char *file;
	int line;
};

static _Thread_local struct {
	struct frame frames[FAULT_FRAMES_MAX];
	size_t count;
} trace;

static void frame_add(const char *file, int line)
{
	if (trace.count == FAULT_FRAMES_MAX)
		return;
	trace.frames[trace.count].file = file;
	trace.frames[trace.count].line = line;
	trace.count++;
}

/* Sources are compiled from a build folder: show them as they are named from the root. */
static const char *file_name(const char *file)
{
	while (strncmp(file, "../", 3) == 0)
		file += 3;
	return file;
}

int fault_raise(int error, const char *file, int line)
{
	assert(error > 0);
	trace.count = 0;
	frame_add(file, line);
	return -error;
}

int fault_pass(int result, const char *file, int line)
{
	assert(result < 0);
	frame_add(file, line);
	return result;
}

int fault_fold(int result, const char *file, int line)
{
	assert(result != 0);
	if (result > 0)
		return fault_raise(ENOTRECOVERABLE, file, line);
	return fault_pass(result, file, line);
}

const char *fault_trace(char *text, size_t bytes)
{
	assert(bytes > 0);
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < trace.count; i++) {
		int n = snprintf(text + used, bytes - used, "%s%s:%d", i ? " < " : "",
				 file_name(trace.frames[i].file), trace.frames[i].line);
		if (n < 0 || (size_t)n >= bytes - used)
			break;
		used += (size_t)n;
	}
	return text;
}
