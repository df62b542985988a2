/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inputs that are kept (fuzz/corpus/NAME) and pieces of them, without libFuzzer: what was found
 * once stays found. Each file whole, cut at each place, and with each byte changed.
 *
 *	replay FILE…
 *	replay --broken FILE…	of a fuzzer with a planted fault: it must be found
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

enum { FILE_BYTES_MAX = 8 * 1024 };

static const uint8_t planted[] = {0x00, '"', ',', '\n', '=', ';', 0x81, 0xF0, 0xFF};

static void pieces_run(uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i <= len; i++)
		(void)LLVMFuzzerTestOneInput(bytes, i);
	for (size_t i = 0; i < len; i++) {
		const uint8_t was = bytes[i];
		for (size_t n = 0; n < sizeof planted; n++) {
			bytes[i] = planted[n];
			(void)LLVMFuzzerTestOneInput(bytes, len);
		}
		bytes[i] = was;
	}
}

static int file_run(const char *path)
{
	static uint8_t bytes[FILE_BYTES_MAX];
	FILE *file = fopen(path, "rb");
	if (!file)
		return 1;
	size_t len = fread(bytes, 1, sizeof bytes, file);
	int bad = ferror(file) || !feof(file);
	(void)fclose(file);
	if (!bad)
		pieces_run(bytes, len);
	return bad;
}

static int files_run(char **paths, int count)
{
	int bad = count < 1;
	(void)printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		int failed = file_run(paths[i]);
		const char *name = strrchr(paths[i], '/');
		(void)printf("%sok %d - %s\n", failed ? "not " : "", i + 1,
			     name ? name + 1 : paths[i]);
		bad |= failed;
	}
	return bad;
}

/* In a process of its own, which the fault ends. */
static int fault_finds(char **paths, int count)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0});
		for (int i = 0; i < count; i++)
			(void)file_run(paths[i]);
		_exit(0);
	}
	int bad = child < 0 || waitpid(child, &status, 0) != child || !WIFSIGNALED(status) ||
		  WTERMSIG(status) != SIGABRT;
	(void)printf("1..1\n%sok 1 - the planted fault is found\n", bad ? "not " : "");
	return bad;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "--broken") == 0)
		return fault_finds(argv + 2, argc - 2);
	return files_run(argv + 1, argc - 1);
}
